/** What is chosen on the pages of a scenario: one for all figures, kept in the address, so that a link shows the same. */
import type { Options } from '../../figures/documents';
import { sameOffer } from '../../figures/offers';
import { go } from '../../lib/route.svelte';
import { toScenario } from '../../lib/router';
import type { Value } from './documents';
import { asksOtherwise, readQuery, writeQuery, type Chosen } from './linked';

export type LinkedPage = 'overview' | 'ask' | 'evidence';

export class Linked {
  readonly id: string;
  readonly page: LinkedPage;
  /** Each by itself, so that what follows one of them does not start again for another. */
  #offer = $state.raw<Chosen['offer']>(null);
  #move = $state.raw<string | null>(null);
  #assumption = $state.raw<string | null>(null);
  #values = $state.raw<Chosen['values']>({});
  #seen = $state.raw<string[]>([]);

  constructor(id: string, page: LinkedPage, query: URLSearchParams) {
    this.id = id;
    this.page = page;
    this.#take(readQuery(query));
  }

  get offer() {
    return this.#offer;
  }
  get move() {
    return this.#move;
  }
  get assumption() {
    return this.#assumption;
  }
  get values() {
    return this.#values;
  }
  get seen() {
    return this.#seen;
  }
  get chosen(): Chosen {
    return { offer: this.#offer, move: this.#move, assumption: this.#assumption, values: this.#values, seen: this.#seen };
  }
  get differs() {
    return asksOtherwise(this.chosen);
  }

  /** The same choices on another page. */
  to(page: LinkedPage): string {
    return toScenario(this.id, page, writeQuery(this.chosen));
  }

  /** Takes what an address says, where that is not what stands here already. */
  read(query: URLSearchParams): void {
    const found = readQuery(query);
    const now = writeQuery(this.chosen);
    if (JSON.stringify(writeQuery(found)) !== JSON.stringify(now)) this.#take(found);
  }

  /** Chooses an offer; choosing the one on the table, or none, goes back to the file's. */
  chooseOffer(options: Options | null, onTable: Options | null = null): void {
    const back = options === null || (onTable !== null && sameOffer(options, onTable));
    this.#set({ offer: back ? null : { ...options } });
  }

  chooseMove(move: string | null): void {
    this.#set({ move: move === this.move ? null : move });
  }

  chooseAssumption(assumption: string | null): void {
    this.#set({ assumption: assumption === this.assumption ? null : assumption });
  }

  /** Asks with another value of an assumption; with none it is as in the file. */
  setValue(assumption: string, value: Value | null): void {
    const values = { ...this.values };
    if (value === null) delete values[assumption];
    else values[assumption] = value;
    this.#set({ values });
  }

  /** Marks one choice of a move as seen, or as not seen. */
  toggleSeen(move: string, choice: string): void {
    const whole = `${move}.${choice}`;
    const others = this.seen.filter((each) => !each.startsWith(`${move}.`));
    this.#set({ seen: this.seen.includes(whole) ? others : [...others, whole] });
  }

  reset(): void {
    this.#set({ offer: null, values: {}, seen: [] });
  }

  #set(changes: Partial<Chosen>): void {
    this.#take(changes);
    go(this.to(this.page), true);
  }

  #take({ offer, move, assumption, values, seen }: Partial<Chosen>): void {
    if (offer !== undefined) this.#offer = offer;
    if (move !== undefined) this.#move = move;
    if (assumption !== undefined) this.#assumption = assumption;
    if (values !== undefined) this.#values = values;
    if (seen !== undefined) this.#seen = seen;
  }
}
