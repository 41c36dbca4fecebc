/** What the server tells as it happens, over server-sent events that are taken up again after a loss. */

/** `reset` says that too much was missed: what is shown must be loaded anew. */
export type EventKind = 'job' | 'scenario' | 'comment' | 'mention' | 'activity' | 'presence' | 'reset';
export const KINDS: EventKind[] = ['job', 'scenario', 'comment', 'mention', 'activity', 'presence', 'reset'];

type Listener = (message: never) => void;
type Source = Pick<EventSource, 'close' | 'addEventListener'> & { onopen: unknown; onerror: unknown };

/** How long to wait before the next try, in milliseconds: doubled each time up to ten seconds, a little apart for each person. */
export function backOff(failures: number, chance = Math.random()): number {
  return Math.min(10_000, 1000 * 2 ** Math.max(0, failures - 1)) * (0.8 + 0.4 * chance);
}

export class EventStream {
  #source: Source | null = null;
  #failures = 0;
  /** The last event that came, after which the next stream goes on. */
  #last = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #listeners = new Map<EventKind, Set<Listener>>();

  constructor(
    private readonly url: string,
    private readonly opened: () => void = () => {},
    private readonly lost: () => void = () => {},
    private readonly make: (url: string) => Source = (address) => new EventSource(address),
  ) {}

  /** Calls back for each message of a kind, until the function that it returns is called. */
  on<T>(kind: EventKind, listener: (message: T) => void): () => void {
    const listeners = this.#listeners.get(kind) ?? new Set();
    this.#listeners.set(kind, listeners.add(listener as Listener));
    return () => listeners.delete(listener as Listener);
  }

  /** Calls back for each message of several kinds, and where all must be loaded anew. */
  onAny(kinds: EventKind[], listener: () => void): () => void {
    const stops = [...kinds, 'reset' as const].map((kind) => this.on(kind, listener));
    return () => stops.forEach((stop) => stop());
  }

  open(): void {
    this.close();
    const source = this.make(this.#last ? `${this.url}?after=${encodeURIComponent(this.#last)}` : this.url);
    this.#source = source;
    source.onopen = () => {
      this.#failures = 0;
      this.opened();
    };
    source.onerror = () => this.#again(source);
    for (const kind of KINDS) {
      source.addEventListener(kind, ((event: MessageEvent<string>) => this.#tell(kind, event)) as EventListener);
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  #again(source: Source): void {
    if (source !== this.#source) return;
    source.close();
    this.#failures += 1;
    this.lost();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.open(), backOff(this.#failures));
  }

  #tell(kind: EventKind, event: MessageEvent<string>): void {
    this.#last = event.lastEventId || this.#last;
    const message = JSON.parse(event.data) as never;
    this.#listeners.get(kind)?.forEach((listener) => listener(message));
  }
}
