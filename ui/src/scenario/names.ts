/** The names that a scenario declares, and which of them can stand where. */
import type { Json, Outline, Path } from '../lib/types';
import { entries, part } from './reading';

export interface Names {
  parties: Map<string, string>;
  /** Each term with its options. */
  terms: Map<string, string[]>;
  assumptions: Map<string, string>;
  formulas: Map<string, string>;
  /** Each move with its choices. */
  moves: Map<string, string[]>;
  outcomes: Map<string, string>;
  answers: Map<string, string>;
  sources: Map<string, string>;
  states: Map<string, string>;
}

export const FUNCTIONS = ['min', 'max', 'abs', 'exp', 'log', 'sqrt', 'clip', 'where'];

const text = (value: Json | undefined): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

function labelled(value: Json | undefined, ...keys: string[]): Map<string, string> {
  return new Map(entries(value).map(([name, one]) => [name, text(one) || keys.map((key) => text(part(one, key))).find(Boolean) || '']));
}

/** The options of a term as it is written. */
export function optionsOf(term: Json | undefined): string[] {
  if (Array.isArray(term)) return term.map(text);
  const range = part(term, 'range');
  if (Array.isArray(range)) return Array.from({ length: Math.min(Number(range[2]) || 0, 200) }, (_, index) => `o${index}`);
  return entries(term).map(([name]) => name);
}

function choicesOf(move: Json, terms: Map<string, string[]>): string[] {
  const written = entries(part(move, 'choices')).map(([name]) => name);
  return written.length ? written : (terms.get(text(part(move, 'sets'))) ?? []);
}

/** The names in what a text says, and those that blocks bring, which stand in the outline alone. */
export function namesOf(value: Json | undefined, outline: Outline | null = null): Names {
  const terms = new Map(entries(part(value, 'terms')).map(([name, term]) => [name, optionsOf(term)]));
  const names: Names = {
    parties: labelled(part(value, 'parties'), 'label'),
    terms,
    assumptions: labelled(part(value, 'assumptions'), 'meaning'),
    formulas: labelled(part(value, 'formulas')),
    moves: new Map(entries(part(value, 'moves')).map(([name, move]) => [name, choicesOf(move, terms)])),
    outcomes: labelled(part(value, 'outcomes'), 'label'),
    answers: labelled(part(value, 'answers'), 'says'),
    sources: labelled(part(value, 'sources'), 'title'),
    states: labelled(part(value, 'aftermath', 'states'), 'label'),
  };
  for (const one of outline?.parties ?? []) if (!names.parties.has(one.name)) names.parties.set(one.name, one.label);
  for (const one of outline?.terms ?? []) if (!names.terms.has(one.name)) names.terms.set(one.name, one.options.map((option) => option.name));
  for (const one of outline?.assumptions ?? []) if (!names.assumptions.get(one.name)) names.assumptions.set(one.name, one.meaning);
  for (const one of outline?.moves ?? []) if (!names.moves.get(one.name)?.length) names.moves.set(one.name, one.choices.map((choice) => choice.name));
  for (const one of outline?.outcomes ?? []) if (!names.outcomes.has(one.name)) names.outcomes.set(one.name, one.label ?? '');
  for (const one of outline?.answers ?? []) if (!names.answers.has(one.name)) names.answers.set(one.name, one.says);
  for (const one of outline?.sources ?? []) if (!names.sources.has(one.name)) names.sources.set(one.name, one.title);
  return names;
}

export type NameKind = 'party' | 'term' | 'option' | 'assumption' | 'formula' | 'move' | 'choice' | 'outcome' | 'answer' | 'source' | 'state' | 'function' | 'word';
export interface NameHint { name: string; kind: NameKind; says: string }

function hints(names: Map<string, string>, kind: NameKind): NameHint[] {
  return [...names].map(([name, says]) => ({ name, kind, says }));
}

const keysOnly = (names: Map<string, string[]>, kind: NameKind): NameHint[] =>
  [...names].map(([name, parts]) => ({ name, kind, says: parts.slice(0, 6).join(', ') }));

function matches(path: Path, pattern: string): boolean {
  const wanted = pattern.split('.');
  return wanted.length === path.length && wanted.every((piece, index) => piece === '*' || piece === String(path[index]));
}

const fits = (path: Path, ...patterns: string[]): boolean => patterns.some((pattern) => matches(path, pattern));

/** Names that can be keys of the mapping at a path. */
export function namesAsKeys(names: Names, path: Path): NameHint[] {
  if (fits(path, 'offer', 'observed.*.offer', 'offers.forbid.*')) return keysOnly(names.terms, 'term');
  if (fits(path, 'outcomes.*.payoffs', 'rounds.discount', 'rounds.flows', 'aftermath.discount', 'aftermath.flows.*', 'precision')) return hints(names.parties, 'party');
  if (fits(path, 'moves.*.choices.*.reveals', 'observed.*.saw')) return keysOnly(names.moves, 'move');
  if (fits(path, 'aftermath.rates', 'aftermath.rates.*', 'aftermath.flows', 'outcomes.*.starts', 'aftermath.indicators.*.growth', 'aftermath.indicators.*.change')) {
    return hints(names.states, 'state');
  }
  return [];
}

/** Names that can be the value at a path. */
export function namesAsValue(names: Names, path: Path): NameHint[] {
  if (fits(path, 'offer.*', 'observed.*.offer.*')) {
    return (names.terms.get(String(path.at(-1))) ?? []).map((name) => ({ name, kind: 'option', says: '' }));
  }
  if (fits(path, 'observed.*.saw.*')) return (names.moves.get(String(path.at(-1))) ?? []).map((name) => ({ name, kind: 'choice', says: '' }));
  if (fits(path, 'moves.*.by')) return [...hints(names.parties, 'party'), { name: 'chance', kind: 'word', says: '' }];
  if (fits(path, 'moves.*.known_to', 'moves.*.known_to.*', 'moves.*.choices.*.known_to', 'moves.*.choices.*.known_to.*', 'assumptions.*.private_to', 'offers.for')) {
    return hints(names.parties, 'party');
  }
  if (fits(path, 'moves.*.choices.*.reveals.*', 'moves.*.choices.*.reveals.*.*')) return [{ name: 'all', kind: 'word', says: '' }, ...hints(names.parties, 'party')];
  if (fits(path, 'moves.*.sets')) return keysOnly(names.terms, 'term');
  if (fits(path, 'moves.*.next', 'moves.*.choices.*.next', 'rounds.otherwise')) return [...keysOnly(names.moves, 'move'), ...hints(names.outcomes, 'outcome')];
  if (fits(path, 'rounds.from')) return keysOnly(names.moves, 'move');
  if (fits(path, 'offers.kept')) return hints(names.answers, 'answer');
  if (fits(path, 'offers.made', 'offers.accepted')) return choiceHints(names);
  if (fits(path, 'assumptions.*.basis.*.source', 'assumptions.*.basis.source', 'observed.*.basis.*.source')) return hints(names.sources, 'source');
  if (fits(path, 'correlations.*.between.*')) return hints(names.assumptions, 'assumption');
  if (fits(path, 'outcomes.*.starts')) return hints(names.states, 'state');
  return [];
}

const choiceHints = (names: Names): NameHint[] =>
  [...names.moves].flatMap(([move, choices]) => choices.map((choice): NameHint => ({ name: `${move}.${choice}`, kind: 'choice', says: '' })));

/** What kind of expression stands at a path, if any: over paths alone, or over numbers too. */
export function expressionAt(path: Path): 'numbers' | 'paths' | null {
  if (fits(path, 'answers.*.when', 'answers.*.given', 'moves.*.choices.*.when')) return 'paths';
  if (fits(path, 'outcomes.*.payoffs.*', 'formulas.*', 'moves.*.choices.*.probability', 'rounds.discount.*', 'rounds.flows.*', 'precision', 'precision.*')) return 'numbers';
  if (fits(path, 'aftermath.rates.*.*', 'aftermath.flows.*.*', 'aftermath.discount', 'aftermath.discount.*', 'outcomes.*.starts.*')) return 'numbers';
  if (path[0] === 'aftermath' && path[1] === 'indicators' && path.length >= 4) return 'numbers';
  return null;
}

/** Names that can stand in an expression, after what was written of the last word: `leak.` is followed by its choices. */
export function namesInExpression(names: Names, kind: 'numbers' | 'paths', begun: string, answers = false): NameHint[] {
  const dot = begun.lastIndexOf('.');
  if (dot >= 0) {
    const owner = begun.slice(0, dot);
    if (owner === 'outcome') return hints(names.outcomes, 'outcome').map((hint) => ({ ...hint, name: `outcome.${hint.name}` }));
    const parts = names.moves.get(owner) ?? names.terms.get(owner) ?? [];
    return parts.map((name) => ({ name: `${owner}.${name}`, kind: names.moves.has(owner) ? 'choice' : 'option', says: '' }));
  }
  const paths: NameHint[] = [
    ...choiceHints(names),
    ...keysOnly(names.terms, 'term'),
    ...[...names.terms].flatMap(([term, options]) => options.map((option): NameHint => ({ name: `${term}.${option}`, kind: 'option', says: '' }))),
    ...(answers ? hints(names.outcomes, 'outcome').map((hint) => ({ ...hint, name: `outcome.${hint.name}` })) : []),
  ];
  if (kind === 'paths') return paths;
  const functions = FUNCTIONS.map((name): NameHint => ({ name, kind: 'function', says: '' }));
  const words = ['after', 'round'].map((name): NameHint => ({ name, kind: 'word', says: '' }));
  return [...hints(names.assumptions, 'assumption'), ...hints(names.formulas, 'formula'), ...paths, ...words, ...functions];
}
