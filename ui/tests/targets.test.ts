import { describe, expect, it } from 'vitest';
import { mentioning, offerTarget, pieces, target } from '../src/talk/targets';

describe('what a comment is about', () => {
  it('tells the whole, parts, offers and runs apart', () => {
    expect(target('')).toEqual({ kind: 'whole' });
    expect(target('assumptions.office')).toEqual({ kind: 'part', section: 'assumptions', name: 'office' });
    expect(target('offer:amnesty=ruler,court=open')).toEqual({ kind: 'offer', terms: [['amnesty', 'ruler'], ['court', 'open']] });
    expect(target('run:runs:v-1')).toEqual({ kind: 'run', run: 'runs:v-1' });
    expect(target('elsewhere.x')).toEqual({ kind: 'other', text: 'elsewhere.x' });
  });

  it('names an offer the same whatever the order of its terms', () => {
    expect(offerTarget({ court: 'open', amnesty: 'ruler' })).toBe('offer:amnesty=ruler,court=open');
    expect(offerTarget({ amnesty: 'ruler', court: 'open' })).toBe('offer:amnesty=ruler,court=open');
  });
});

describe('mentions', () => {
  it('marks those who were named and no other @', () => {
    expect(pieces('ask @ana, not bob@ana.org or @nobody.', ['ana'])).toEqual([
      { text: 'ask ', mention: false },
      { text: '@ana', mention: true },
      { text: ', not bob@ana.org or @nobody.', mention: false },
    ]);
  });

  it('takes a full stop after a name for the end of the sentence', () => {
    expect(pieces('@ana.', ['ana'])[0]).toEqual({ text: '@ana', mention: true });
    expect(pieces('@a.b and @a', ['a.b', 'a']).filter((piece) => piece.mention)).toHaveLength(2);
  });

  it('shows text that looks like markup as text', () => {
    expect(pieces('<b>@ana</b>', ['ana']).map((piece) => piece.text).join('')).toBe('<b>@ana</b>');
  });

  it('knows when a name is being written', () => {
    expect(mentioning('ask @an', 7)).toEqual({ from: 5, begun: 'an' });
    expect(mentioning('@', 1)).toEqual({ from: 1, begun: '' });
    expect(mentioning('mail a@b', 8)).toBeNull();
    expect(mentioning('ask @an now', 11)).toBeNull();
  });
});
