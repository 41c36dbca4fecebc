/** What is chosen on the pages of a scenario, as it stands in an address: `?offer=court.open&set=office:40&move=answer`. */
import type { Options } from '../../figures/documents';
import type { Value } from './documents';

export type Chosen = {
  offer: Options | null;
  move: string | null;
  assumption: string | null;
  values: Record<string, Value>;
  seen: string[];
};

export const NOTHING: Chosen = { offer: null, move: null, assumption: null, values: {}, seen: [] };

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const LAW = /^([a-z_]+)\(([^()]*)\)$/;

/** Numbers with `_` between them, or values with their weights: `1~0.5_2~0.5`. */
function parameters(text: string): number[] | Record<string, number> | null {
  const parts = text.split('_').map((each) => each.split('~').map((one) => (one.trim() === '' ? NaN : Number(one))));
  if (!parts.flat().every(Number.isFinite)) return null;
  if (parts.every((each) => each.length === 1)) return parts.map((each) => each[0]!);
  return parts.every((each) => each.length === 2) ? Object.fromEntries(parts as [number, number][]) : null;
}

/** A number, or a distribution such as `pert(35_55_80)`; null where it is neither. */
export function readValue(text: string): Value | null {
  const law = LAW.exec(text);
  if (!law) return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : null;
  const found = parameters(law[2]!);
  return found && { [law[1]!]: found };
}

export function writeValue(value: Value): string {
  if (typeof value === 'number') return String(value);
  const [kind, found] = Object.entries(value)[0]!;
  return `${kind}(${Array.isArray(found) ? found.join('_') : Object.entries(found).map((each) => each.join('~')).join('_')})`;
}

/** A value as a person reads it: "40", "pert 35, 55, 80". */
export function valueWords(value: Value): string {
  if (typeof value === 'number') return String(value);
  const [kind, found] = Object.entries(value)[0]!;
  return `${kind} ${Array.isArray(found) ? found.join(', ') : Object.entries(found).map((each) => each.join(': ')).join(', ')}`;
}

function pairs(text: string | null, sign: string): [string, string][] {
  return (text ?? '').split(',').flatMap((each) => {
    const at = each.indexOf(sign);
    const [name, rest] = [each.slice(0, at), each.slice(at + 1)];
    return at > 0 && NAME.test(name) && rest ? [[name, rest] as [string, string]] : [];
  });
}

function name(text: string | null): string | null {
  return text && NAME.test(text) ? text : null;
}

/** What an address says; what cannot be read is left out. */
export function readQuery(query: URLSearchParams): Chosen {
  const offer = pairs(query.get('offer'), '.');
  const values = pairs(query.get('set'), ':').flatMap(([key, text]) => {
    const value = readValue(text);
    return value === null ? [] : [[key, value] as const];
  });
  return {
    offer: offer.length ? Object.fromEntries(offer) : null,
    move: name(query.get('move')),
    assumption: name(query.get('assumption')),
    values: Object.fromEntries(values),
    seen: pairs(query.get('seen'), '.').map((each) => each.join('.')),
  };
}

/** The same as an address holds it; what is not chosen has no key. */
export function writeQuery(chosen: Chosen): Record<string, string> {
  const all = {
    offer: Object.entries(chosen.offer ?? {}).map((each) => each.join('.')).join(','),
    move: chosen.move ?? '',
    assumption: chosen.assumption ?? '',
    set: Object.entries(chosen.values).map(([key, value]) => `${key}:${writeValue(value)}`).join(','),
    seen: chosen.seen.join(','),
  };
  return Object.fromEntries(Object.entries(all).filter(([, text]) => text));
}

/** Whether the question differs from that of the file. */
export function asksOtherwise(chosen: Chosen): boolean {
  return chosen.offer !== null || Object.keys(chosen.values).length > 0 || chosen.seen.length > 0;
}
