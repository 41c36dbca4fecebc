/** Distributions as they are written in a scenario, and what they look like. */
import type { Json } from '../lib/types';
import { entries } from './reading';

export const PARAMETERS = {
  uniform: ['low', 'high'],
  triangular: ['low', 'mode', 'high'],
  pert: ['low', 'mode', 'high'],
  normal: ['mean', 'sd'],
  lognormal: ['median', 'sigma'],
  beta: ['a', 'b'],
  truncnormal: ['mean', 'sd', 'low', 'high'],
} as const;

export type Smooth = keyof typeof PARAMETERS;
export type Kind = 'number' | Smooth | 'choice' | 'discrete';
export const KINDS: Kind[] = ['number', 'uniform', 'triangular', 'pert', 'normal', 'lognormal', 'beta', 'truncnormal', 'choice', 'discrete'];

export type Distribution =
  | { kind: 'number'; value: number }
  | { kind: Smooth; values: number[]; byName: boolean }
  | { kind: 'choice'; values: number[] }
  | { kind: 'discrete'; pairs: [number, number][] };

const numbers = (list: Json[]): number[] => list.map(Number);

/** What is written as a value; null where it is none of the forms. */
export function distributionOf(value: Json | undefined): Distribution | null {
  if (typeof value === 'number') return { kind: 'number', value };
  const [[kind, given] = ['', null], ...more] = entries(value);
  if (more.length || given === null) return null;
  if (kind === 'choice' && Array.isArray(given)) return { kind, values: numbers(given) };
  if (kind === 'discrete') return { kind, pairs: entries(given).map(([at, p]) => [Number(at), Number(p)]) };
  if (!(kind in PARAMETERS)) return null;
  const names = PARAMETERS[kind as Smooth];
  const byName = !Array.isArray(given);
  const values = Array.isArray(given) ? numbers(given) : names.map((name) => Number((given as Record<string, Json>)[name]));
  return { kind: kind as Smooth, values, byName };
}

/** As it is written, its parameters in order. */
export function written(distribution: Distribution): Json {
  if (distribution.kind === 'number') return distribution.value;
  if (distribution.kind === 'choice') return { choice: distribution.values };
  if (distribution.kind === 'discrete') return { discrete: Object.fromEntries(distribution.pairs.map(([at, p]) => [String(at), p])) };
  return { [distribution.kind]: distribution.values };
}

const LOG_NORMAL_REACH = 1.645;

/** A low, a middle and a high value, from which another kind can begin. */
export function summary(distribution: Distribution): [number, number, number] {
  if (distribution.kind === 'number') return spread(distribution.value);
  if (distribution.kind === 'choice') return ordered(distribution.values);
  if (distribution.kind === 'discrete') return ordered(distribution.pairs.map(([at]) => at));
  const [first = 0, second = 0, third = 0, fourth = 0] = distribution.values;
  switch (distribution.kind) {
    case 'uniform': return [first, (first + second) / 2, second];
    case 'triangular': case 'pert': return [first, second, third];
    case 'normal': return [first - 2 * second, first, first + 2 * second];
    case 'lognormal': return [first * Math.exp(-LOG_NORMAL_REACH * second), first, first * Math.exp(LOG_NORMAL_REACH * second)];
    case 'beta': return [0, first / (first + second), 1];
    case 'truncnormal': return [third, Math.min(fourth, Math.max(third, first)), fourth];
  }
}

function spread(value: number): [number, number, number] {
  const reach = value === 0 ? 1 : Math.abs(value) / 4;
  return [value - reach, value, value + reach];
}

function ordered(values: number[]): [number, number, number] {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length < 2) return spread(sorted[0] ?? 0);
  return [sorted[0]!, sorted[Math.floor((sorted.length - 1) / 2)]!, sorted.at(-1)!];
}

const round = (value: number): number => Number(value.toPrecision(3));

/** Another kind with about the same low, middle and high value. */
export function turned(distribution: Distribution, kind: Kind): Distribution {
  const [low, middle, high] = summary(distribution).map(round) as [number, number, number];
  switch (kind) {
    case 'number': return { kind, value: middle };
    case 'choice': return { kind, values: [...new Set([low, middle, high])] };
    case 'discrete': return { kind, pairs: [[low, 0.25], [middle, 0.5], [high, 0.25]] };
    case 'uniform': return { kind, values: [low, high], byName: false };
    case 'triangular': case 'pert': return { kind, values: [low, middle, high], byName: false };
    case 'normal': return { kind, values: [middle, round((high - low) / 4)], byName: false };
    case 'lognormal': return { kind, values: [Math.max(middle, 1e-3), middle > 0 && high > middle ? round(Math.log(high / middle) / LOG_NORMAL_REACH) : 0.5], byName: false };
    case 'beta': return { kind, values: beta(middle), byName: false };
    case 'truncnormal': return { kind, values: [middle, round((high - low) / 4), low, high], byName: false };
  }
}

function beta(mean: number): number[] {
  const within = mean > 0 && mean < 1 ? mean : 0.5;
  return [round(within * 6), round((1 - within) * 6)];
}

const POINTS = 64;

/** Where values lie, as far as they are to be drawn. */
function reach(kind: Smooth, values: number[]): [number, number] {
  const [a = 0, b = 0, c = 0, d = 0] = values;
  if (kind === 'normal') return [a - 3.2 * b, a + 3.2 * b];
  if (kind === 'lognormal') return [a * Math.exp(-3 * b), a * Math.exp(Math.min(3 * b, 2.6))];
  if (kind === 'beta') return [0, 1];
  if (kind === 'truncnormal') return [c, d];
  return kind === 'uniform' ? [a, b] : [a, c];
}

/** The density at a value, but for a factor. */
function height(kind: Smooth, values: number[], x: number): number {
  const [a = 0, b = 0, c = 0] = values;
  const betaAt = (u: number, p: number, q: number) => (u <= 0 || u >= 1 ? 0 : Math.exp((p - 1) * Math.log(u) + (q - 1) * Math.log(1 - u)));
  switch (kind) {
    case 'uniform': return 1;
    case 'triangular': return x < b ? (x - a) / (b - a) : b === c ? 1 : (c - x) / (c - b);
    case 'pert': return betaAt((x - a) / (c - a), 1 + (4 * (b - a)) / (c - a), 1 + (4 * (c - b)) / (c - a));
    case 'normal': case 'truncnormal': return Math.exp(-((x - a) ** 2) / (2 * b * b));
    case 'lognormal': return x <= 0 ? 0 : Math.exp(-(Math.log(x / a) ** 2) / (2 * b * b)) / x;
    case 'beta': return betaAt(x, a, b);
  }
}

/** The curve, or a few bars, in the form that figures draw; empty where the parameters make no sense yet. */
export function density(distribution: Distribution): [number, number][] {
  if (distribution.kind === 'number') return Number.isFinite(distribution.value) ? [[distribution.value, 1]] : [];
  if (distribution.kind === 'choice') return distribution.values.map((at) => [at, 1]);
  if (distribution.kind === 'discrete') return [...distribution.pairs].sort((x, y) => x[0] - y[0]);
  const { kind, values } = distribution;
  const [low, high] = reach(kind, values);
  if (values.some((value) => !Number.isFinite(value)) || !(high > low)) return [];
  const points = Array.from({ length: POINTS + 1 }, (_, step): [number, number] => {
    const at = low + ((high - low) * step) / POINTS;
    return [at, height(kind, values, at)];
  });
  const ends: [number, number][][] = kind === 'uniform' ? [[[low, 0]], [[high, 0]]] : [[], []];
  const finite = points.filter(([, y]) => Number.isFinite(y) && y >= 0);
  return [...ends[0]!, ...finite, ...ends[1]!];
}
