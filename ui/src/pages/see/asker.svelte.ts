/** Asks the desk: waits until the person has stopped changing things, drops what is out of date, keeps the last answer. */
import { ProblemError, request } from '../../lib/api';
import { waits } from '../../lib/waits.svelte';
import type { Asked, Question } from './documents';

/** How long to wait for another change, in milliseconds. */
const PAUSE = 90;

/** This page among all that are open: a question of it takes the place of the one before. */
export const TAB = Math.random().toString(36).slice(2, 10);

/** The address of a scenario's part. */
export function part(id: string, name: string): string {
  return `/scenarios/${encodeURIComponent(id)}/${name}`;
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** Asks again for as long as the desk is not ready and says when it may be asked; `gone` tells that nobody waits any more. */
export function patient<T>(ask: () => Promise<T>, gone: () => boolean = () => false, pause = 1000): Promise<T> {
  return waits.for(again(ask, gone, pause));
}

async function again<T>(ask: () => Promise<T>, gone: () => boolean, pause: number): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ProblemError) || error.status !== 503 || error.after === null || gone()) throw error;
      await new Promise((resolve) => setTimeout(resolve, error.after! * pause));
      if (gone()) throw error;
    }
  }
}

/** One kind of question, asked again whenever it changes; only the last answer counts. */
export class Asker<Found = Asked, Body = Question> {
  found = $state.raw<Found | null>(null);
  error = $state.raw<unknown>(null);
  busy = $state(false);
  /** Milliseconds from sending the last question to its answer. */
  took = $state<number | null>(null);
  #address: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | null = null;

  constructor(address: string) {
    this.#address = address;
  }

  /** Asks after a short pause; what was asked before and has no answer yet is dropped. */
  ask(body: Body, pause = PAUSE): void {
    this.stop();
    this.busy = true;
    this.#timer = setTimeout(() => void this.#send(body), pause);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#running?.abort();
    this.#running = null;
    this.busy = false;
  }

  forget(): void {
    this.stop();
    this.found = null;
    this.error = null;
    this.took = null;
  }

  async #send(body: Body): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    const began = performance.now();
    try {
      const ask = () => request<Found>('POST', this.#address, body, { signal: running.signal });
      const found = await patient(ask, () => this.#running !== running);
      if (this.#running !== running) return;
      this.found = found;
      this.error = null;
      this.took = performance.now() - began;
    } catch (error) {
      if (this.#running !== running || isAbort(error)) return;
      this.error = error;
    }
    this.busy = false;
    this.#running = null;
  }
}
