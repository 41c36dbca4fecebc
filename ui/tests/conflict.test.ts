import { describe, expect, it } from 'vitest';
import { piecesOf, settledText } from '../src/scenario/conflict';

const MARKED = `a: 1
<<<<<<< saved meanwhile
b: 3
||||||| before both
b: 2
=======
b: 4
>>>>>>> yours
c: 5
<<<<<<< saved meanwhile
||||||| before both
d: 6
=======
d: 7
>>>>>>> yours
`;

describe('a conflict', () => {
  it('is cut into what is settled and what is open', () => {
    expect(piecesOf(MARKED)).toEqual([
      { kind: 'settled', lines: ['a: 1'] },
      { kind: 'open', theirs: ['b: 3'], base: ['b: 2'], yours: ['b: 4'] },
      { kind: 'settled', lines: ['c: 5'] },
      { kind: 'open', theirs: [], base: ['d: 6'], yours: ['d: 7'] },
      { kind: 'settled', lines: [''] },
    ]);
  });

  it('gives a text once every place is chosen, with nothing else changed', () => {
    const pieces = piecesOf(MARKED);
    expect(settledText(pieces, ['theirs', null])).toBeNull();
    expect(settledText(pieces, ['theirs', 'theirs'])).toBe('a: 1\nb: 3\nc: 5\n');
    expect(settledText(pieces, ['yours', 'yours'])).toBe('a: 1\nb: 4\nc: 5\nd: 7\n');
    expect(settledText(pieces, ['both', { edited: 'd: 8\ne: 9' }])).toBe('a: 1\nb: 3\nb: 4\nc: 5\nd: 8\ne: 9\n');
    expect(settledText(pieces, [{ edited: '' }, 'theirs'])).toBe('a: 1\nc: 5\n');
  });

  it('is none where no marks stand', () => {
    expect(settledText(piecesOf('a: 1\n'), [])).toBe('a: 1\n');
  });
});
