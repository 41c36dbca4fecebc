import { describe, expect, it } from 'vitest';
import comparison from '../../src/figures/fixtures/comparison.json';
import offers from '../../src/figures/fixtures/offers.json';
import type { Comparison, Offers } from '../../src/figures/documents';
import { cut, estimate, textWidth, wrapped } from '../../src/figures/lettering';
import { nearest } from '../../src/figures/marks';
import { told } from '../../src/figures/notes';
import { likelihood, percent, places, points, ranged, SCALE, small, span } from '../../src/figures/numbers';
import { measure, offerWords, sameOffer, selected, termsOf } from '../../src/figures/offers';
import { bandPath, extent, frontier, linear, linePath, padded, spread, swarm, ticks } from '../../src/figures/scales';
import { steps } from '../../src/figures/waterfall';

const found = offers as unknown as Offers;

describe('shares of the certificate', () => {
  it.each([[0, '0'], [3e-11, '3e-11'], [1e-16, '1e-16'], [9e-77, '<1e-16']])('writes %d as %s', (share, text) => expect(small(share)).toBe(text));
});

describe('numbers', () => {
  it('never says 0 or 100 % of what is possible', () => {
    expect([0, 1e-9, 0.002, 0.314, 0.998, 1].map(percent)).toEqual(['0%', '0%', '<1%', '31%', '>99%', '100%']);
  });

  it('says a span once where both ends are alike', () => {
    expect(span([0.04, 0.71])).toBe('4–71%');
    expect(span([0.5, 0.502])).toBe('50%');
  });

  it('shows two digits of the largest and a true minus', () => {
    expect([places([123, 4]), places([4.2]), places([0.034]), places([0])]).toEqual([0, 1, 3, 0]);
    expect([points(-8.6, 0), points(3, 1, true), points(-0.01, 1, true)]).toEqual(['−9', '+3.0', '0.0']);
    expect(ranged({ mean: 12, interval: [-8, 65] })).toBe('12 (−8 to 65)');
  });

  it('says p and 1 − p alike: an edge belongs to the term nearer to even chance', () => {
    const mirror: Record<string, string> = {
      ruled_out: 'certain', almost_no: 'almost_certain', very_unlikely: 'very_likely', unlikely: 'likely', even: 'even',
    };
    for (const [p, term] of [[0, 'ruled_out'], [0.004, 'almost_no'], [0.05, 'very_unlikely'], [0.2, 'unlikely'], [0.31, 'unlikely'], [0.45, 'even'], [0.5, 'even']] as const) {
      expect(likelihood(p)).toBe(term);
      expect(likelihood(1 - p)).toBe(mirror[term]);
    }
    expect(SCALE.map((each) => each.high).slice(0, -1)).toEqual(SCALE.map((each) => each.low).slice(1));
  });
});

describe('scales', () => {
  it('do not divide by zero', () => {
    expect(linear([3, 3], [0, 100])(3)).toBe(50);
    expect(padded([2, 2], 0.5)).toEqual([1, 3]);
    expect(extent([])).toEqual([0, 1]);
    expect(extent([4, 9], true)).toEqual([0, 9]);
  });

  it('have a tick for about every so many pixels', () => {
    expect(ticks(linear([0, 1], [0, 100]), 50)).toEqual([0, 0.5, 1]);
    expect(ticks(linear([0, 1], [400, 0]), 90).length).toBeGreaterThan(3);
  });

  it('leave gaps in lines and bands where nothing was asked', () => {
    expect(linePath([[0, 1], [1, 2], null, [3, 4], [4, 5]])).toBe('M0,1L1,2M3,4L4,5');
    expect(bandPath([[0, 1, 2], null, [2, 1, 3]])).toBe('M0,2L0,1ZM2,3L2,1Z');
  });

  it('spread labels by at least the gap, near to where they belong and within the bounds', () => {
    expect(spread([10, 50], 12)).toEqual([10, 50]);
    expect(spread([20, 20, 20], 10)).toEqual([10, 20, 30]);
    expect(spread([0, 1, 100], 10, 0, 100)).toEqual([0, 10, 100]);
    const close = spread([5, 3, 4, 40, 41], 10, 0, 60).sort((a, b) => a - b);
    close.slice(1).forEach((each, index) => expect(each - close[index]!).toBeGreaterThanOrEqual(10 - 1e-9));
  });

  it('keep only what no other beats', () => {
    const points = [[0, 0], [1, 3], [1, 4], [2, 4], [3, 5]];
    expect(frontier(points, (each) => each[0]!, (each) => each[1]!)).toEqual([[0, 0], [1, 4], [3, 5]]);
  });

  it('keep dots of a swarm apart', () => {
    const places = [0, 1, 2, 3, 100];
    const off = swarm(places, 8);
    expect(off[4]).toBe(0);
    for (let i = 0; i < 4; i += 1) {
      for (let j = 0; j < i; j += 1) expect(Math.hypot(places[i]! - places[j]!, off[i]! - off[j]!)).toBeGreaterThan(7.9);
    }
  });
});

describe('lettering', () => {
  it('cuts to the width', () => {
    expect(cut('short', 100, 12)).toBe('short');
    const shorter = cut('International Criminal Court', 80, 12);
    expect(shorter).toMatch(/^Inter.*…$/);
    expect(textWidth(shorter, 12)).toBeLessThanOrEqual(80);
  });

  it('breaks between words and cuts the last line', () => {
    const lines = wrapped('what opening a case is worth to the prosecutor', 90, 12, 2);
    expect(lines).toHaveLength(2);
    lines.forEach((line) => expect(textWidth(line, 12)).toBeLessThanOrEqual(90));
    expect(wrapped('one two', 1000, 12)).toEqual(['one two']);
  });

  it('knows that bold is wider and i narrow', () => {
    expect(estimate('word', 12, true)).toBeGreaterThan(estimate('word', 12));
    expect(estimate('iiii', 12)).toBeLessThan(estimate('mmmm', 12) / 2);
  });
});

describe('arrow keys', () => {
  const spots = [{ x: 0, y: 0 }, { x: 100, y: 0 }, { x: 0, y: 100 }, { x: 90, y: 110 }];

  it('go to the nearest mark in their direction', () => {
    expect(nearest(spots, 0, [1, 0])).toBe(1);
    expect(nearest(spots, 0, [0, 1])).toBe(2);
    expect(nearest(spots, 3, [0, -1])).toBe(1);
  });

  it('find nothing where nothing lies', () => {
    expect(nearest(spots, 0, [-1, 0])).toBe(-1);
  });
});

describe('offers', () => {
  const [first, second] = found.offers as [Offers['offers'][0], Offers['offers'][0]];

  it('are told by what differs', () => {
    expect(offerWords({ court: 'open', officers: 'full_pension' }, { court: 'open', officers: 'none' })).toBe('officers full pension');
    expect(offerWords({ court: 'open' }, { court: 'open' })).toBe('as on the table');
    expect(sameOffer(first.options, { ...first.options })).toBe(true);
    expect(sameOffer(first.options, second.options)).toBe(false);
  });

  it('are filtered by options and sorted, with what has no number last', () => {
    const court = selected(found.offers, { court: 'open', amnesty: '' }, 'points', found.chooser);
    expect(court.every((each) => each.options.court === 'open')).toBe(true);
    const rising = selected([...found.offers, { ...first, holds: null }], {}, 'holds', found.chooser, false).map((each) => measure(each, 'holds', found.chooser));
    expect(rising.at(-1)).toBeNull();
    expect(rising.slice(0, -1)).toEqual([...rising.slice(0, -1)].sort((a, b) => a! - b!));
    expect(termsOf(found.offers).court).toEqual(expect.arrayContaining(['open', 'shielded']));
  });
});

describe('a waterfall', () => {
  it('leads from the first answer to the second without a gap', () => {
    const all = steps(comparison as unknown as Comparison, ['First', 'Second']);
    expect(all[0]!.kind).toBe('whole');
    all.slice(1).forEach((each, index) => expect(each.from).toBeCloseTo(all[index]!.to, 2));
    expect(all.at(-1)!.to).toBeCloseTo(comparison.answer.second.mean, 6);
  });

  it('is empty where one side does not ask', () => {
    const found = comparison as unknown as Comparison;
    expect(steps({ ...found, answer: { ...found.answer, second: null } }, ['a', 'b'])).toEqual([]);
  });
});

describe('notes', () => {
  it('are told once and without asterisks', () => {
    expect(told({ sentences: ['It is *so*.', 'Note: few draws.'], notes: ['few draws'] })).toEqual(['It is so.', 'few draws']);
  });
});
