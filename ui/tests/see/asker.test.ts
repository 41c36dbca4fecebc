import { afterEach, describe, expect, it, vi } from 'vitest';
import { ProblemError } from '../../src/lib/api';
import { waits } from '../../src/lib/waits.svelte';
import { Asker, patient } from '../../src/pages/see/asker.svelte';

const problem = (status: number, after: number | null) => new ProblemError({ schema: 'offramp.problem/1', status, problems: [] }, after);

function answering(...answers: (() => Response | Promise<Response>)[]): string[] {
  const sent: string[] = [];
  vi.stubGlobal('fetch', async (_: string, { body, signal }: RequestInit) => {
    sent.push(String(body));
    const answer = await (answers.shift() ?? answers[0]!)();
    if (signal?.aborted) throw new DOMException('stop', 'AbortError');
    return answer;
  });
  return sent;
}

const json = (document: unknown, status = 200, headers: Record<string, string> = {}) =>
  () => new Response(JSON.stringify(document), { status, headers: { 'content-type': 'application/json', ...headers } });
const later = (answer: () => Response, milliseconds: number) => () => new Promise<Response>((resolve) => setTimeout(() => resolve(answer()), milliseconds));
const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

afterEach(() => vi.unstubAllGlobals());

describe('patience', () => {
  it('asks again where the server says that it may', async () => {
    const answers = [problem(503, 1), problem(503, 1)];
    const ask = vi.fn(async () => {
      const error = answers.shift();
      if (error) throw error;
      return 'done';
    });
    expect(await patient(ask, undefined, 1)).toBe('done');
    expect(ask).toHaveBeenCalledTimes(3);
  });

  it.each([['takes too long', problem(503, null)], ['is wrong', problem(422, 1)]])('gives up at once where a question %s', async (_, error) => {
    const ask = vi.fn(async () => Promise.reject(error));
    await expect(patient(ask, undefined, 1)).rejects.toBe(error);
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it('says of an answer that it is late, until it is there', async () => {
    const late = waits.for(wait(30), 5);
    await wait(15);
    expect(waits.late).toBe(1);
    await late;
    expect(waits.late).toBe(0);
    await expect(waits.for(wait(5).then(() => Promise.reject(problem(503, null))), 1)).rejects.toThrow();
    await waits.for(Promise.resolve(), 1);
    await wait(10);
    expect(waits.late).toBe(0);
  });

  it('ends where nobody waits any more', async () => {
    let gone = false;
    const ask = vi.fn(async () => {
      setTimeout(() => (gone = true), 0);
      throw problem(503, 5);
    });
    await expect(patient(ask, () => gone, 1)).rejects.toThrow();
    expect(ask).toHaveBeenCalledTimes(1);
  });
});

describe('a question', () => {
  it('is sent once for changes that follow fast, with the last of them', async () => {
    const sent = answering(json({ n: 1 }));
    const asker = new Asker<{ n: number }, { at: number }>('/x');
    for (let at = 0; at < 5; at += 1) asker.ask({ at }, 10);
    expect(asker.busy).toBe(true);
    await wait(60);
    expect(sent).toEqual(['{"at":4}']);
    expect(asker.found).toEqual({ n: 1 });
    expect(asker.busy).toBe(false);
    expect(asker.took).toBeGreaterThanOrEqual(0);
  });

  it('never shows an answer that is out of date', async () => {
    answering(later(json({ n: 'old' }), 60), json({ n: 'new' }));
    const asker = new Asker<{ n: string }, { at: number }>('/x');
    asker.ask({ at: 1 }, 0);
    await wait(20);
    asker.ask({ at: 2 }, 0);
    await wait(100);
    expect(asker.found).toEqual({ n: 'new' });
    expect(asker.error).toBeNull();
  });

  it('keeps the last answer beside what went wrong', async () => {
    answering(json({ n: 1 }), json({ schema: 'offramp.problem/1', status: 422, found: 'no', problems: [] }, 422));
    const asker = new Asker<{ n: number }, { at: number }>('/x');
    asker.ask({ at: 1 }, 0);
    await wait(30);
    asker.ask({ at: 2 }, 0);
    await wait(30);
    expect(asker.found).toEqual({ n: 1 });
    expect((asker.error as ProblemError).status).toBe(422);
    expect(asker.busy).toBe(false);
  });

  it('waits for a desk that is not ready', async () => {
    answering(json({ schema: 'offramp.problem/1', status: 503, problems: [] }, 503, { 'retry-after': '0' }), json({ n: 2 }));
    const asker = new Asker<{ n: number }, { at: number }>('/x');
    asker.ask({ at: 1 }, 0);
    await wait(60);
    expect(asker.found).toEqual({ n: 2 });
  });
});
