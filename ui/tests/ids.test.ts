import { describe, expect, it } from 'vitest';
import { isId, slug } from '../src/pages/folder/ids';

describe('names of scenarios', () => {
  it.each(['venezuela-2024', 'cases:haiti-1994', '_a.b'])('takes %s', (id) => expect(isId(id)).toBe(true));
  it.each(['', '.hidden', '../up', 'a/b', 'a::b', 'a:', 'a b', '-x', 'é'])('refuses %j', (id) => expect(isId(id)).toBe(false));
  it('makes one of a title', () => {
    expect(slug('Una oferta a Nicolás Maduro (2024)')).toBe('una-oferta-a-nicolas-maduro-2024');
    expect(isId(slug('…and so on'))).toBe(true);
  });
});
