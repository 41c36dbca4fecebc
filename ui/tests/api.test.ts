import { afterEach, describe, expect, it, vi } from 'vitest';
import { api, ConflictError, OfflineError, ProblemError, query, request, watch } from '../src/lib/api';

function answers(status: number, document: unknown): ReturnType<typeof vi.fn> {
  const fake = vi.fn(async () => new Response(document === null ? null : JSON.stringify(document), { status, headers: { 'content-type': 'application/json' } }));
  vi.stubGlobal('fetch', fake);
  return fake;
}

function sent(fake: ReturnType<typeof vi.fn>, call = 0): [string, RequestInit & { headers: Record<string, string> }] {
  return fake.mock.calls[call] as [string, RequestInit & { headers: Record<string, string> }];
}

afterEach(() => vi.unstubAllGlobals());

describe('the client', () => {
  it('sends the token of the session with what changes something, and only with that', async () => {
    answers(200, { csrf: 'secret', person: null });
    await api.session();
    const fake = answers(200, { scenarios: [] });
    await api.scenarios();
    expect(sent(fake)[1].headers).not.toHaveProperty('X-CSRF-Token');
    await api.createScenario({ id: 'x', title: 'X' });
    expect(sent(fake, 1)[1].headers['X-CSRF-Token']).toBe('secret');
    expect(sent(fake, 1)[1].method).toBe('POST');
  });

  it('writes ids into addresses safely', async () => {
    const fake = answers(200, { entries: [] });
    await api.history('cases:a/../b');
    expect(sent(fake)[0]).toBe('/api/scenarios/cases%3Aa%2F..%2Fb/history');
  });

  it('turns a refusal into an error that says what was found and what to do', async () => {
    answers(422, { schema: 'offramp.problem/1', status: 422, found: 'no party', allowed: 'a party', remedy: 'name one', problems: [] });
    const error = await request('GET', '/x').catch((found: unknown) => found);
    expect(error).toBeInstanceOf(ProblemError);
    expect((error as ProblemError).status).toBe(422);
    expect((error as ProblemError).lines).toMatchObject([{ found: 'no party', remedy: 'name one' }]);
  });

  it('keeps every line of a problem that has several', async () => {
    answers(422, { schema: 'offramp.problem/1', status: 422, found: 'wrong', problems: [{ line: 3, found: 'a' }, { line: 7, found: 'b' }] });
    const error = (await request('GET', '/x').catch((found: unknown) => found)) as ProblemError;
    expect(error.lines.map((line) => line.line)).toEqual([3, 7]);
  });

  it('tells a conflict from other refusals', async () => {
    answers(409, { schema: 'offramp.conflict/1', hunks: [] });
    await expect(api.save('x', 'text', 'base')).rejects.toBeInstanceOf(ConflictError);
    answers(409, { schema: 'offramp.problem/1', found: 'exists' });
    await expect(api.save('x', 'text', 'base')).rejects.toBeInstanceOf(ProblemError);
  });

  it('survives an answer that is not JSON', async () => {
    vi.stubGlobal('fetch', async () => new Response('<h1>Bad gateway</h1>', { status: 502, headers: { 'content-type': 'text/html' } }));
    await expect(request('GET', '/x')).rejects.toMatchObject({ status: 502 });
  });

  it('tells who watches that the server was lost, found again, or does not know the person', async () => {
    const watcher = { answered: vi.fn(), lost: vi.fn(), refused: vi.fn() };
    const stop = watch(watcher);
    vi.stubGlobal('fetch', async () => { throw new TypeError('failed to fetch'); });
    await expect(request('GET', '/x')).rejects.toBeInstanceOf(OfflineError);
    expect(watcher.lost).toHaveBeenCalledOnce();
    answers(401, null);
    await expect(request('GET', '/x')).rejects.toBeInstanceOf(ProblemError);
    expect(watcher.refused).toHaveBeenCalledOnce();
    expect(watcher.answered).toHaveBeenCalledOnce();
    stop();
  });

  it('takes a broken-off request for neither', async () => {
    vi.stubGlobal('fetch', async () => { throw new DOMException('stop', 'AbortError'); });
    await expect(request('GET', '/x')).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('leaves out of a query what has no value', () => {
    expect(query({ a: 1, b: undefined, c: null, d: '', e: false })).toBe('?a=1&e=false');
    expect(query({ a: undefined })).toBe('');
  });
});
