/** How a passage of a document becomes a basis of an assumption. */
import type { Change, Json, LedgerDocument, Suggested } from '../../lib/types';
import { part } from '../../scenario/reading';

/** What is said of a document under `sources:`. */
export function sourceOf(document: LedgerDocument): { [key: string]: Json } {
  const said = { title: document.title || document.name, publisher: document.publisher, date: document.date, reliability: document.reliability, url: document.url };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value)) as { [key: string]: Json };
}

/** The basis that a suggestion comes to: the sentence is to be put in one's own words later. */
export function basisOf(document: LedgerDocument, found: Suggested): { [key: string]: Json } {
  const says = found.sentence.replace(/\s+/g, ' ').trim();
  return { source: document.name, paragraph: found.paragraph, says, ...(found.best ? { credibility: found.best } : {}) };
}

/** The changes of a scenario's text that take a document in, where it is not yet there, and a passage as a basis. */
export function taking(value: Json | undefined, document: LedgerDocument, found?: Suggested): Change[] {
  const changes: Change[] = [];
  if (part(value, 'sources', document.name) === undefined) changes.push({ path: ['sources', document.name], value: sourceOf(document) });
  if (!found) return changes;
  const path = ['assumptions', found.name, 'basis'];
  const there = part(value, ...path);
  const fresh = basisOf(document, found);
  if (Array.isArray(there)) changes.push({ path: [...path, there.length], value: fresh });
  else changes.push({ path, value: there && typeof there === 'object' ? [there, fresh] : [fresh] });
  return changes;
}

/** Whether a passage is a basis already. */
export function isTaken(value: Json | undefined, document: LedgerDocument, found: Suggested): boolean {
  const there = part(value, 'assumptions', found.name, 'basis');
  return (Array.isArray(there) ? there : [there ?? null]).some((one) => part(one, 'source') === document.name && part(one, 'paragraph') === found.paragraph);
}
