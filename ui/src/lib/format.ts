/** Numbers and times as people write them. */
import type { Path } from './types';
import { language, t } from './words';

/** A path in a scenario as it is written: `moves.leak.choices.held`. */
export function pathText(path: Path | string | null | undefined): string {
  return typeof path === 'string' ? path : (path ?? []).join('.');
}

/** A probability nearer to 0 or 1 than this is below what the solver resolves. */
const NEGLIGIBLE = 1e-6;

/** A probability in percent, as the report writes it: no decimals, and never 0 or 100 for what is possible. */
export function percent(p: number): string {
  if (p < NEGLIGIBLE) return '0%';
  if (p > 1 - NEGLIGIBLE) return '100%';
  if (p < 0.01) return '<1%';
  if (p > 0.99) return '>99%';
  return `${Math.round(100 * p)}%`;
}

/** A number with a sensible count of digits. */
export function number(value: number, digits = 3): string {
  return new Intl.NumberFormat(language(), { maximumSignificantDigits: digits }).format(value);
}

export function whole(value: number): string {
  return new Intl.NumberFormat(language(), { maximumFractionDigits: 0 }).format(value);
}

export function dateTime(iso: string): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
}

export function date(iso: string): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: 'medium' }).format(new Date(iso));
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000], ['month', 2_592_000], ['week', 604_800], ['day', 86_400], ['hour', 3600], ['minute', 60],
];

/** How long ago, or how soon, in words. */
export function ago(iso: string, now = Date.now()): string {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  const format = new Intl.RelativeTimeFormat(language(), { numeric: 'auto' });
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return t('just.now');
}

/** Seconds as `1:05` or `2:03:09`. */
export function clock(seconds: number): string {
  const rest = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(rest / 3600), Math.floor((rest % 3600) / 60), rest % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
