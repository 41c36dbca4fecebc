/** Offers in words, compared, sorted and filtered. */
import { t } from '../lib/words';
import type { Offer, Options } from './documents';
import { spaced } from './lettering';

/** Whether two offers take the same option of every term. */
export function sameOffer(first: Options, second: Options): boolean {
  const terms = new Set([...Object.keys(first), ...Object.keys(second)]);
  return [...terms].every((term) => first[term] === second[term]);
}

/** The terms in which an offer differs from `base`, in words; all of them where `base` is empty. */
export function offerWords(options: Options, base: Options): string {
  const differing = Object.entries(options).filter(([term, option]) => base[term] !== option);
  if (!differing.length) return t('figure.offers.as_table');
  return differing.map(([term, option]) => `${spaced(term)} ${spaced(option)}`).join(', ');
}

export type Column = 'made' | 'accepted' | 'holds' | 'share' | 'best' | 'points' | 'generosity' | 'regret';

/** What a column of the table of offers counts; null where no draw comes to that. */
export function measure(offer: Offer, column: Column, chooser: string): number | null {
  if (column === 'points') return offer.payoffs[chooser]?.mean ?? null;
  if (column === 'made' || column === 'accepted' || column === 'holds') return offer[column]?.mean ?? null;
  return offer[column];
}

/** Offers that take the wanted options, sorted by a column; what has no number comes last. */
export function selected(offers: Offer[], wanted: Options, column: Column, chooser: string, falling = true): Offer[] {
  const kept = offers.filter((each) => Object.entries(wanted).every(([term, option]) => !option || each.options[term] === option));
  const value = (each: Offer) => measure(each, column, chooser);
  return kept.sort((a, b) => {
    const [first, second] = [value(a), value(b)];
    if (first === null || second === null) return Number(first === null) - Number(second === null);
    return falling ? second - first : first - second;
  });
}

/** Every term of some offers with the options that occur, in the order in which they are met. */
export function termsOf(offers: Offer[]): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const { options } of offers) {
    for (const [term, option] of Object.entries(options)) {
      const listed = (found[term] ??= []);
      if (!listed.includes(option)) listed.push(option);
    }
  }
  return found;
}
