import { describe, expect, it } from 'vitest';
import { parse, toScenario, toSite } from '../src/lib/router';

describe('addresses', () => {
  it('leads nowhere in particular to the folder', () => {
    for (const hash of ['', '#', '#/']) expect(parse(hash)).toMatchObject({ page: 'folder', id: null });
  });

  it.each(['overview', 'ask', 'evidence', 'documents', 'edit', 'runs', 'history', 'talk'] as const)('leads to the page %s of a scenario and back', (page) => {
    expect(parse(toScenario('cases:haiti-1994', page))).toMatchObject({ page, id: 'cases:haiti-1994' });
  });

  it('keeps colons readable and everything else safe', () => {
    expect(toScenario('cases:haiti-1994')).toBe('#/s/cases:haiti-1994');
    expect(parse('#/s/a%2Fb/edit')).toMatchObject({ id: 'a/b', page: 'edit' });
    expect(parse('#/s/%E0%A4%A/edit')).toMatchObject({ id: '%E0%A4%A' });
  });

  it('carries a query with any signs in it', () => {
    const address = toScenario('x', 'talk', { target: 'offer:amnesty=ruler,court=open', why: 'a?b&c' });
    const { query } = parse(address);
    expect(query.get('target')).toBe('offer:amnesty=ruler,court=open');
    expect(query.get('why')).toBe('a?b&c');
  });

  it('leads to the pages of the folder', () => {
    expect(parse(toSite('people'))).toMatchObject({ page: 'people', id: null });
    expect(parse(toSite('folder'))).toMatchObject({ page: 'folder' });
  });

  it.each(['#/nowhere', '#/s', '#/s/x/nothing', '#/people/7', '#/s/x/edit/more'])('says that %s is lost', (hash) => {
    expect(parse(hash).page).toBe('lost');
  });
});
