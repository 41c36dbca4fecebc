/** Numbers as the figures write them: shares, points, spans and the words of likelihood. */
import { percent } from '../lib/format';
import { language, t } from '../lib/words';
import type { Estimate, Interval } from './documents';

/** Digits that are shown of the largest number of a figure; the others get as many places behind the point. */
const DIGITS = 2;
const NEGLIGIBLE = 1e-6;

export { percent };

/** Two ends of an interval of probabilities, e.g. "4–71%". */
export function span([low, high]: Interval): string {
  const [first, last] = [percent(low!), percent(high!)];
  return first === last ? first : `${first.replace(/\s?%$/, '')}–${last}`;
}

/** Places behind the point, so that the largest of `numbers` shows two digits. */
export function places(numbers: Iterable<number>): number {
  let largest = 0;
  for (const each of numbers) if (Number.isFinite(each)) largest = Math.max(largest, Math.abs(each));
  return largest > 0 ? Math.min(6, Math.max(0, DIGITS - 1 - Math.floor(Math.log10(largest)))) : 0;
}

/** A number with `behind` places, a true minus sign, and a plus where `sign` is asked for. */
export function points(number: number, behind = places([number]), sign = false): string {
  const text = new Intl.NumberFormat(language(), { minimumFractionDigits: behind, maximumFractionDigits: behind }).format(Math.abs(number));
  if (!/[1-9]/.test(text)) return text;
  return (number < 0 ? '−' : sign ? '+' : '') + text;
}

/** A change of a probability in percentage points, signed. */
export function change(difference: number, behind = 0): string {
  return points(100 * difference, behind, true);
}

/** "12 (−8 to 40)" of an estimate. */
export function ranged(estimate: Estimate, behind = places(estimate.interval), sign = false): string {
  const [low, high] = estimate.interval as [number, number];
  const mean = points(estimate.mean, behind, sign);
  return t('figure.ranged', { mean, low: points(low, behind), high: points(high, behind) });
}

/** "31% (4–71%)" of a probability; a dash where there is none. */
export function chance(estimate: Estimate | null): string {
  return estimate === null ? '–' : `${percent(estimate.mean)} (${span(estimate.interval)})`;
}

/** Below it a share of a payoff range is nothing but rounding. */
const ROUNDING = 1e-16;

/** A small share of the certificate: "0", "3e-11", "<1e-16". */
export function small(number: number): string {
  return number === 0 ? '0' : number < ROUNDING ? `<${ROUNDING.toExponential(0)}` : number.toExponential(0);
}

export type Term = 'ruled_out' | 'almost_no' | 'very_unlikely' | 'unlikely' | 'even' | 'likely' | 'very_likely' | 'almost_certain' | 'certain';

/** ICD 203's terms with the probabilities that they stand for; an edge belongs to the term nearer to even chance. */
export const SCALE: { term: Term; low: number; high: number }[] = [
  { term: 'almost_no', low: 0.01, high: 0.05 },
  { term: 'very_unlikely', low: 0.05, high: 0.2 },
  { term: 'unlikely', low: 0.2, high: 0.45 },
  { term: 'even', low: 0.45, high: 0.55 },
  { term: 'likely', low: 0.55, high: 0.8 },
  { term: 'very_likely', low: 0.8, high: 0.95 },
  { term: 'almost_certain', low: 0.95, high: 0.99 },
];

/** The term of ICD 203 for a probability, or that the model rules it out or makes it certain. */
export function likelihood(probability: number): Term {
  if (probability < NEGLIGIBLE) return 'ruled_out';
  if (probability > 1 - NEGLIGIBLE) return 'certain';
  const below = SCALE.slice(0, 3).find((each) => probability < each.high);
  const above = SCALE.slice(4).reverse().find((each) => probability > each.low);
  return (below ?? above ?? SCALE[3]!).term;
}
