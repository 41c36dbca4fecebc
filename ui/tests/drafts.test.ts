import { describe, expect, it } from 'vitest';
import { forget, keep, kept, newest, type Store } from '../src/scenario/drafts';
import { spliced } from '../src/pages/edit/splice';

function store(): Store & { all: Map<string, string> } {
  const all = new Map<string, string>();
  return { all, getItem: (key) => all.get(key) ?? null, setItem: (key, value) => void all.set(key, value), removeItem: (key) => void all.delete(key) };
}

const draft = (text: string, at: string) => ({ text, base: 'v1', at });

describe('drafts in the browser', () => {
  it('are kept by scenario and forgotten', () => {
    const here = store();
    expect(keep(here, 'a', draft('one', '2026-01-01T00:00:00Z'))).toBe(true);
    expect(kept(here, 'a')?.text).toBe('one');
    expect(kept(here, 'b')).toBeNull();
    forget(here, 'a');
    expect(kept(here, 'a')).toBeNull();
  });

  it('say so where there is no room', () => {
    const full = { ...store(), setItem: () => { throw new DOMException('full', 'QuotaExceededError'); } };
    expect(keep(full, 'a', draft('one', ''))).toBe(false);
  });

  it('are nothing where something else stands in their place', () => {
    const here = store();
    for (const wrong of ['{', '7', '{"text": 1}', 'null']) {
      here.all.set('offramp.draft.a', wrong);
      expect(kept(here, 'a')).toBeNull();
    }
  });

  it('are taken up again newest first, and only where they differ from what is saved', () => {
    const old = draft('old', '2026-01-01T00:00:00Z');
    const fresh = draft('fresh', '2026-01-02T00:00:00Z');
    expect(newest('saved', old, fresh)).toBe(fresh);
    expect(newest('fresh', old, fresh)).toBe(old);
    expect(newest('saved', null, null)).toBeNull();
    expect(newest('old', old)).toBeNull();
  });
});

describe('changes without the server', () => {
  it('replace single values and leave the rest as it is', () => {
    expect(spliced('a: {b: 1}   # one\nc: x\n', [{ path: ['a', 'b'], value: 2.5 }, { path: ['c'], value: 'two words' }])).toBe('a: {b: 2.5}   # one\nc: two words\n');
  });

  it('quote what would be read otherwise', () => {
    expect(spliced('c: x\n', [{ path: ['c'], value: 'a: b' }])).toBe('c: "a: b"\n');
    expect(spliced('c: x\n', [{ path: ['c'], value: 'yes' }])).toBe('c: "yes"\n');
    expect(spliced('c: {d: x}\n', [{ path: ['c', 'd'], value: 'one, two' }])).toBe('c: {d: "one, two"}\n');
  });

  it('are left to the server where a key is new, taken out or renamed, or a list is set', () => {
    for (const change of [{ path: ['d'], value: 1 }, { path: ['c'], remove: true as const }, { path: ['c'], rename: 'd' }, { path: ['c'], value: [1] }]) {
      expect(spliced('c: x\n', [change])).toBeNull();
    }
  });
});
