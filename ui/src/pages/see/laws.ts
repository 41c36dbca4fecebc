/** The distributions that can be asked with, their parameters, and the range over which an assumption can be moved. */
import type { Evidenced, Value } from './documents';

/** The kinds that can be written here, each with the names of its parameters in the order of a file. */
export const KINDS = {
  uniform: ['low', 'high'],
  triangular: ['low', 'mode', 'high'],
  pert: ['low', 'mode', 'high'],
  normal: ['mean', 'sd'],
} as const;

export type Kind = keyof typeof KINDS;

export function isKind(name: string): name is Kind {
  return name in KINDS;
}

/** The least and the largest value that a slider offers: what the scenario states; of a fixed number from 0 to its double. */
export function reach(each: Pick<Evidenced, 'kind' | 'listed' | 'support' | 'density' | 'mean'>): [number, number] {
  const [low, high] = each.support as [number | null, number | null];
  if (low !== null && high !== null && low < high) return [low, high];
  const drawn = each.density.map(([at]) => at);
  const [least, most] = [low ?? Math.min(...drawn), high ?? Math.max(...drawn)];
  if (least < most) return [least, most];
  return each.mean === 0 ? [-1, 1] : each.mean > 0 ? [0, 2 * each.mean] : [2 * each.mean, 0];
}

/** A range that holds a value too: a number, or nearly all of a distribution. */
export function around([low, high]: [number, number], value: Value | undefined): [number, number] {
  const law = lawOf(value);
  const all = typeof value === 'number' ? [value] : law ? curveOf(law.kind, law.numbers, 2).map(([at]) => at) : [];
  return [Math.min(low, ...all), Math.max(high, ...all)];
}

/** A step of about a hundredth of a range, round. */
export function stepOf([low, high]: [number, number]): number {
  const rough = (high - low) / 120;
  const power = 10 ** Math.floor(Math.log10(rough));
  const times = rough / power;
  return power * (times < 1.5 ? 1 : times < 3.5 ? 2 : times < 7.5 ? 5 : 10);
}

/** A number without the dust of floating point. */
export function tidy(value: number, step: number): number {
  const places = Math.max(0, Math.min(9, -Math.floor(Math.log10(step))));
  return Number(value.toFixed(places));
}

/** A distribution of a kind over about the same values as before. */
export function likeBefore(kind: Kind, each: Pick<Evidenced, 'quantiles' | 'mean' | 'kind' | 'listed' | 'support' | 'density'>): number[] {
  const range = reach(each);
  const step = stepOf(range);
  const { p05, p50, p95 } = each.quantiles;
  if (kind === 'normal') return [tidy(each.mean, step), tidy((p95 - p05) / 3.29 || step, step / 10)];
  return kind === 'uniform' ? [tidy(range[0], step), tidy(range[1], step)] : [tidy(range[0], step), tidy(p50, step), tidy(range[1], step)];
}

/** What is wrong with the parameters of a kind: the name of a key of words, or nothing. */
export function wrongWith(kind: Kind, numbers: number[]): 'see.law.number' | 'see.law.order' | 'see.law.positive' | null {
  if (numbers.length !== KINDS[kind].length || !numbers.every(Number.isFinite)) return 'see.law.number';
  if (kind === 'normal') return numbers[1]! > 0 ? null : 'see.law.positive';
  const ordered = numbers.every((each, index) => index === 0 || numbers[index - 1]! <= each);
  return ordered && numbers[0]! < numbers.at(-1)! ? null : 'see.law.order';
}

/** The kind and the numbers of a value, where it is one of those that can be written here. */
export function lawOf(value: Value | undefined): { kind: Kind; numbers: number[] } | null {
  if (value === undefined || typeof value === 'number') return null;
  const [kind, numbers] = Object.entries(value)[0]!;
  return isKind(kind) && Array.isArray(numbers) ? { kind, numbers } : null;
}

function bell(x: number): number {
  return Math.exp(-(x ** 2) / 2);
}

/** The density of a kind, up to a factor, for a picture. */
export function curveOf(kind: Kind, numbers: number[], points = 49): [number, number][] {
  const [first, second, third] = numbers as [number, number, number];
  const [low, high] = kind === 'normal' ? [first - 3 * second, first + 3 * second] : [first, numbers.at(-1)!];
  const height = (x: number): number => {
    const at = (x - low) / (high - low);
    if (kind === 'uniform') return 1;
    if (kind === 'normal') return bell((x - first) / second);
    const mode = (second - low) / (third - low);
    if (kind === 'triangular') return at < mode ? at / mode : mode === 1 ? 1 : (1 - at) / (1 - mode);
    return at ** (4 * mode) * (1 - at) ** (4 * (1 - mode));
  };
  return Array.from({ length: points }, (_, index): [number, number] => {
    const x = low + ((high - low) * index) / (points - 1);
    return [x, height(x)];
  });
}
