/** Assumptions and what they rest on: which are shown, and in which order. */
import { spaced } from '../../figures/lettering';
import type { Evidenced, Ground } from './documents';

export type Order = 'drives' | 'file' | 'known' | 'name';
export type Filter = 'all' | 'judgement' | 'flagged' | 'poorly' | 'private' | 'sourced' | 'fixed';

const GRADES = { poorly: 0, fairly: 1, well: 2 };

export function isFlagged(each: Evidenced): boolean {
  return each.bases.some((base) => base.flag !== null);
}

const TESTS: Record<Filter, (each: Evidenced) => boolean> = {
  all: () => true,
  judgement: (each) => each.judgement,
  flagged: isFlagged,
  poorly: (each) => each.known === 'poorly',
  private: (each) => each.private_to !== null,
  sourced: (each) => each.bases.some((base) => base.kind === 'source'),
  fixed: (each) => each.kind === 'fixed',
};

export const FILTERS = Object.keys(TESTS) as Filter[];

/** Everything that is said of an assumption, to look words up in. */
export function textOf(each: Evidenced): string {
  const bases = each.bases.flatMap((base: Ground) => [base.text, base.says, base.title, base.publisher, base.passage, base.note]);
  return [each.name, spaced(each.name), each.meaning, each.says, ...bases].filter(Boolean).join(' ').toLowerCase();
}

/** The assumptions that pass a filter, hold all the words that are looked for, and rest on a source where one is named. */
export function shownOf(all: Evidenced[], filter: Filter, words: string, source: string, order: Order): Evidenced[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const kept = all.filter((each) => {
    const text = textOf(each);
    return TESTS[filter](each) && wanted.every((word) => text.includes(word)) && (!source || each.bases.some((base) => base.source === source));
  });
  const by: Record<Order, (a: Evidenced, b: Evidenced) => number> = {
    drives: (a, b) => (b.drives ?? -1) - (a.drives ?? -1),
    known: (a, b) => GRADES[a.known] - GRADES[b.known] || (b.drives ?? -1) - (a.drives ?? -1),
    name: (a, b) => a.name.localeCompare(b.name),
    file: () => 0,
  };
  return [...kept].sort(by[order]);
}

/** A passage in pieces, its hedges marked. */
export function marked(passage: string, hedges: string[]): { text: string; hedge: boolean }[] {
  const found = [...new Set(hedges)].filter(Boolean).sort((a, b) => b.length - a.length);
  if (!found.length) return [{ text: passage, hedge: false }];
  const pattern = new RegExp(`\\b(${found.map((each) => each.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})\\b`, 'gi');
  return passage.split(pattern).map((text, index) => ({ text, hedge: index % 2 === 1 })).filter((each) => each.text);
}
