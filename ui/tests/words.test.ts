import { describe, expect, it } from 'vitest';
import { fill } from '../src/lib/catalogue';

describe('texts', () => {
  it('fills in names and leaves those it has no value for', () => {
    expect(fill('{who} saved {what}', 'k', { who: 'Ana' }, 'en')).toBe('Ana saved {what}');
  });

  it('never takes a value for a placeholder', () => {
    expect(fill('{a} {b}', 'k', { a: '{b}', b: 'x' }, 'en')).toBe('{b} x');
  });

  it('chooses the plural form of the language', () => {
    const text = { one: '{n} run', other: '{n} runs' };
    expect(fill(text, 'k', { n: 1 }, 'en')).toBe('1 run');
    expect(fill(text, 'k', { n: 0 }, 'en')).toBe('0 runs');
    expect(fill(text, 'k', { n: 2_000_000 }, 'es')).toBe('2.000.000 runs');
  });

  it('writes numbers as the language does', () => {
    expect(fill('{n} draws', 'k', { n: 4096 }, 'en')).toBe('4,096 draws');
  });

  it('shows the key where there is no text', () => {
    expect(fill(undefined, 'some.key', {}, 'en')).toBe('some.key');
  });
});
