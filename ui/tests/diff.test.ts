import { describe, expect, it } from 'vitest';
import { lineDiff, textChanges, type TextChange } from '../src/lib/diff';

function applied(text: string, changes: TextChange[]): string {
  return [...changes].reverse().reduce((all, { from, to, insert }) => all.slice(0, from) + insert + all.slice(to), text);
}

/** Numbers that look random and are the same every time (a linear congruential generator). */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * sides);
  };
}

describe('differences of lines', () => {
  it('keeps what both have and marks the rest', () => {
    const parts = lineDiff(['a', 'b', 'c', 'd'], ['a', 'x', 'c', 'd', 'e']);
    expect(parts.map(({ kind, lines }) => [kind, lines.join('')])).toEqual([['same', 'a'], ['less', 'b'], ['more', 'x'], ['same', 'cd'], ['more', 'e']]);
    expect(parts[3]).toMatchObject({ a: 2, b: 2 });
  });

  it('finds nothing where nothing differs, and everything where all does', () => {
    expect(lineDiff([], [])).toEqual([]);
    expect(lineDiff(['a'], ['a']).map((part) => part.kind)).toEqual(['same']);
    expect(lineDiff([], ['a', 'b']).map((part) => part.kind)).toEqual(['more']);
    expect(lineDiff(['a', 'b'], []).map((part) => part.kind)).toEqual(['less']);
  });

  it('is shortest: it takes out and puts in no more than the longest common subsequence leaves', () => {
    const parts = lineDiff([...'abcabba'], [...'cbabac']);
    expect(parts.filter((part) => part.kind !== 'same').flatMap((part) => part.lines)).toHaveLength(5);
  });
});

describe('changes of texts', () => {
  it('touches only the signs that differ', () => {
    const before = 'a: 1   # one\nb: {pert: [60, 80, 100]}\nc: 3\n';
    expect(textChanges(before, before.replace('80', '85'))).toEqual([{ from: 29, to: 30, insert: '5' }]);
  });

  it('makes several small changes instead of one large', () => {
    expect(textChanges('a\nb\nc\nd\n', 'x\nb\nc\ny\n')).toHaveLength(2);
  });

  it('leads from any text to any other', () => {
    const throws = dice(7);
    for (let round = 0; round < 300; round++) {
      const text = () => Array.from({ length: throws(14) }, () => 'abc'[throws(3)]! + (throws(3) ? '\n' : '')).join('');
      const [before, after] = [text(), text()];
      const changes = textChanges(before, after);
      expect(applied(before, changes)).toBe(after);
      for (const [index, change] of changes.entries()) if (index) expect(change.from).toBeGreaterThanOrEqual(changes[index - 1]!.to);
    }
  });

  it('gives up on the shortest way where two long texts have nothing in common, and is still right', () => {
    const before = Array.from({ length: 2000 }, (_, line) => `a${line}\n`).join('');
    const after = Array.from({ length: 2000 }, (_, line) => `b${line}\n`).join('');
    expect(applied(before, textChanges(before, after))).toBe(after);
  });
});
