/** What is chosen on the pages of a scenario: one for all figures, kept in the address, so that a link shows the same. */
import type { Options } from '../../figures/documents';
import { sameOffer } from '../../figures/offers';
import { go } from '../../lib/route.svelte';
import { toScenario } from '../../lib/router';
import type { Value } from './documents';
import { asksOtherwise, NOTHING, readQuery, writeQuery, type Chosen } from './linked';

export type LinkedPage = 'overview' | 'ask' | 'evidence';

export class Linked {
  readonly id: string;
  readonly page: LinkedPage;
  #chosen = $state.raw<Chosen>(NOTHING);

  constructor(id: string, page: LinkedPage, query: URLSearchParams) {
    this.id = id;
    this.page = page;
    this.#chosen = readQuery(query);
  }

  get offer() {
    return this.#chosen.offer;
  }
  get move() {
    return this.#chosen.move;
  }
  get assumption() {
    return this.#chosen.assumption;
  }
  get values() {
    return this.#chosen.values;
  }
  get seen() {
    return this.#chosen.seen;
  }
  get chosen() {
    return this.#chosen;
  }
  get differs() {
    return asksOtherwise(this.#chosen);
  }

  /** The same choices on another page. */
  to(page: LinkedPage): string {
    return toScenario(this.id, page, writeQuery(this.#chosen));
  }

  /** Takes what an address says, where that is not what stands here already. */
  read(query: URLSearchParams): void {
    const found = readQuery(query);
    if (JSON.stringify(writeQuery(found)) !== JSON.stringify(writeQuery(this.#chosen))) this.#chosen = found;
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
    this.#chosen = { ...this.#chosen, ...changes };
    go(this.to(this.page), true);
  }
}
