import { describe, expect, it } from 'vitest';
import type { Json } from '../src/lib/types';
import { density, distributionOf, KINDS, turned, written } from '../src/scenario/distributions';

describe('distributions', () => {
  it.each([
    12.5,
    { uniform: [0.2, 0.6] },
    { pert: [30, 45, 80] },
    { truncnormal: [5, 2, 0, 10] },
    { choice: [1, 2, 3] },
    { discrete: { '0': 0.25, '10': 0.75 } },
  ])('are read and written back: %j', (value) => expect(written(distributionOf(value as Json)!)).toEqual(value));

  it('are read by name, in the order of their parameters', () => {
    expect(distributionOf({ pert: { high: 80, low: 30, mode: 45 } })).toEqual({ kind: 'pert', values: [30, 45, 80], byName: true });
  });

  it.each([null, 'x', [1], {}, { uniform: [1, 2], pert: [1, 2, 3] }, { gamma: [1, 2] }])('are not seen in %j', (value) => expect(distributionOf(value as Json)).toBeNull());

  it('turn into every other kind near the same values', () => {
    const from = distributionOf({ pert: [30, 45, 80] })!;
    expect(written(turned(from, 'uniform'))).toEqual({ uniform: [30, 80] });
    expect(written(turned(from, 'number'))).toBe(45);
    expect(written(turned(from, 'normal'))).toEqual({ normal: [45, 12.5] });
    for (const kind of KINDS) {
      const made = turned(from, kind);
      expect(distributionOf(written(made))).toMatchObject({ kind });
      expect(density(made).length).toBeGreaterThan(0);
    }
  });

  it('have their top where they should', () => {
    const top = (value: never) => density(distributionOf(value)!).reduce((best, point) => (point[1] > best[1] ? point : best))[0];
    expect(top({ pert: [0, 80, 100] } as never)).toBeCloseTo(80, -0.5);
    expect(top({ triangular: [0, 25, 100] } as never)).toBeCloseTo(25, 0);
    expect(top({ normal: [5, 1] } as never)).toBeCloseTo(5, 0);
    expect(top({ beta: [3, 7] } as never)).toBeCloseTo(0.25, 1);
  });

  it('draw nothing while their parameters make no sense', () => {
    expect(density(distributionOf({ uniform: [2, 1] })!)).toEqual([]);
    expect(density(distributionOf({ pert: [1, 'x', 3] } as never)!)).toEqual([]);
  });
});
