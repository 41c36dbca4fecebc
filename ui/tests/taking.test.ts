import { describe, expect, it } from 'vitest';
import type { Json, LedgerDocument, Suggested } from '../src/lib/types';
import { isTaken, taking } from '../src/pages/documents/taking';

const document: LedgerDocument = {
  name: 'gazette', sha256: 'a'.repeat(64), kind: 'text', title: 'The Gazette', publisher: '', date: '2024-08-11', url: '', reliability: 'C', original: 'g.txt', file: 'g.txt',
};
const found: Suggested = { kind: 'assumption', name: 'office', label: 'office', paragraph: 12, sentence: 'He  has held\non.', why: [], hedges: [], best: 3, score: 1 };
const basis = { source: 'gazette', paragraph: 12, says: 'He has held on.', credibility: 3 };

describe('taking a passage as a basis', () => {
  it('names the source first where the scenario does not', () => {
    expect(taking({}, document, found)).toEqual([
      { path: ['sources', 'gazette'], value: { title: 'The Gazette', date: '2024-08-11', reliability: 'C' } },
      { path: ['assumptions', 'office', 'basis'], value: [basis] },
    ]);
  });

  it('adds to a list, joins a single basis, and takes the place of a bare judgement', () => {
    const change = (there: Json) => taking({ sources: { gazette: {} }, assumptions: { office: { basis: there } } }, document, found);
    expect(change([{ judgement: 'x' }])).toEqual([{ path: ['assumptions', 'office', 'basis', 1], value: basis }]);
    expect(change({ judgement: 'x' })).toEqual([{ path: ['assumptions', 'office', 'basis'], value: [{ judgement: 'x' }, basis] }]);
    expect(change('judgement')).toEqual([{ path: ['assumptions', 'office', 'basis'], value: [basis] }]);
  });

  it('knows what is taken already', () => {
    expect(isTaken({ assumptions: { office: { basis: [{ judgement: 'x' }, basis] } } }, document, found)).toBe(true);
    expect(isTaken({ assumptions: { office: { basis } } }, document, found)).toBe(true);
    expect(isTaken({ assumptions: { office: { basis: 'judgement' } } }, document, found)).toBe(false);
    expect(isTaken({}, document, found)).toBe(false);
  });
});
