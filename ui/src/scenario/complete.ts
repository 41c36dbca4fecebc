/** What can be written at a place of the text. */
import { namesAsKeys, namesAsValue, namesInExpression, expressionAt, type NameHint, type Names } from './names';
import { placeAt } from './reading';
import { keysAt, takesMapping, valuesAt, type Schema } from './schema';

export interface Suggestion {
  label: string;
  /** What is put in, where it differs from the label; `${…}` are places to fill in. */
  insert?: string;
  kind: string;
  says: string;
}

export interface Suggestions { from: number; list: Suggestion[] }

const DISTRIBUTIONS: Suggestion[] = [
  ['uniform', '{uniform: [${low}, ${high}]}'], ['triangular', '{triangular: [${low}, ${mode}, ${high}]}'], ['pert', '{pert: [${low}, ${mode}, ${high}]}'],
  ['normal', '{normal: [${mean}, ${sd}]}'], ['lognormal', '{lognormal: [${median}, ${sigma}]}'], ['beta', '{beta: [${a}, ${b}]}'],
  ['truncnormal', '{truncnormal: [${mean}, ${sd}, ${low}, ${high}]}'], ['choice', '{choice: [${values}]}'], ['discrete', '{discrete: {${value}: ${probability}}}'],
].map(([label = '', insert = '']) => ({ label, insert, kind: 'distribution', says: insert.replace(/\$\{(\w+)\}/g, '$1') }));

const named = (hints: NameHint[]): Suggestion[] => hints.map(({ name, kind, says }) => ({ label: name, kind, says }));

/** What can be written where the cursor is, best kinds first; null where nothing is known. */
export function suggestions(text: string, offset: number, schema: Schema, names: Names): Suggestions | null {
  const place = placeAt(text, offset);
  if (!place) return null;
  const word = /[\w.]*$/.exec(place.before)?.[0] ?? '';
  const from = offset - word.length;
  const list = place.role === 'key' ? keys(schema, names, place.path, place.siblings) : values(schema, names, place.path, word, place.before, place.fresh);
  return list.length ? { from, list } : null;
}

function keys(schema: Schema, names: Names, path: (string | number)[], siblings: string[]): Suggestion[] {
  const known: Suggestion[] = keysAt(schema, path).map(({ name, says }) => ({ label: name, insert: `${name}: `, kind: 'key', says }));
  const declared = namesAsKeys(names, path).map(({ name, kind, says }) => ({ label: name, insert: `${name}: `, kind, says }));
  return [...declared, ...known].filter(({ label }) => !siblings.includes(label));
}

function values(schema: Schema, names: Names, path: (string | number)[], word: string, before: string, fresh: boolean): Suggestion[] {
  const expression = expressionAt(path);
  if (expression) return named(namesInExpression(names, expression, word, path[0] === 'answers'));
  const alone = before === word;
  if (!alone) return [];
  const found = [
    ...named(namesAsValue(names, path)),
    ...valuesAt(schema, path).map((label): Suggestion => ({ label, kind: 'value', says: '' })),
    ...(path.length === 3 && path[0] === 'assumptions' && path[2] === 'value' ? DISTRIBUTIONS : []),
    ...(fresh && takesMapping(schema, path) ? keys(schema, names, path, []) : []),
  ];
  return [...new Map(found.map((one) => [one.label, one])).values()];
}

/** What a word of the text means: its path's description, or what its name stands for. */
export function explained(schema: Schema, names: Names, path: (string | number)[], role: 'key' | 'value', word: string): { title: string; says: string } | null {
  const [owner = ''] = word.split('.');
  const meaning = names.assumptions.get(owner) ?? names.formulas.get(owner) ?? names.parties.get(owner) ?? names.outcomes.get(owner) ?? names.sources.get(owner);
  const last = String(path.at(-1) ?? '');
  if (role === 'value' && meaning) return { title: owner, says: meaning };
  const options = names.terms.get(owner) ?? names.moves.get(owner);
  if (role === 'value' && options) return { title: owner, says: options.join(', ') };
  const says = [...keysAt(schema, path.slice(0, -1))].find((key) => key.name === last)?.says;
  return says ? { title: last, says } : null;
}
