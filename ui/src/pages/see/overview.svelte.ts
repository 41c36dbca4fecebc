/** What the overview shows: the scenario, its map and its newest run, and the answers to what is chosen. */
import type {
  Aftermath, Boxes, Breaking, Drivers, Horizon, Learning, MapDocument, Offers, Options, Run, Tipping,
} from '../../figures/documents';
import { api, request } from '../../lib/api';
import type { Job, Outline, RunRow, Scenario } from '../../lib/types';
import { Asker, part, patient, TAB } from './asker.svelte';
import type { Asked } from './documents';
import type { Linked } from './linked.svelte';
import { mapWith, questionOf } from './question';

/** Draws of a question, and of those that take longer. */
const DRAWS = 1024;
const FEW = 512;

export class Overview {
  readonly linked: Linked;
  scenario = $state.raw<Scenario | null>(null);
  map = $state.raw<MapDocument | null>(null);
  row = $state.raw<RunRow | null>(null);
  run = $state.raw<Run | null>(null);
  job = $state.raw<Job | null>(null);
  error = $state.raw<unknown>(null);
  mapError = $state.raw<unknown>(null);
  offersError = $state.raw<unknown>(null);
  comparing = $state(false);
  loaded = $state(false);
  /** Answers fast: the headline and the numbers on the map. */
  readonly headline: Asker;
  /** These take longer: what breaks it, and what follows. */
  readonly breaks: Asker;
  readonly follows: Asker;
  readonly tipping: Asker<Tipping, Record<string, unknown>>;
  #offers = $state.raw<Offers | null>(null);

  constructor(linked: Linked) {
    this.linked = linked;
    this.headline = new Asker(part(linked.id, 'ask'));
    this.breaks = new Asker(part(linked.id, 'ask'));
    this.follows = new Asker(part(linked.id, 'ask'));
    this.tipping = new Asker(part(linked.id, 'tipping'));
  }

  readonly outline = $derived.by((): Outline | null => this.scenario?.outline ?? null);
  readonly base = $derived.by((): Options => this.outline?.offer ?? {});
  /** Whether numbers come anew from the desk: something is chosen, or no run says them. */
  readonly anew = $derived.by(() => this.linked.differs || !this.run);
  /** The answer to what is chosen; without anything chosen that of the run, or of a first question. */
  readonly asked = $derived.by((): Asked | null => (this.anew ? this.headline.found : null));
  readonly shown = $derived.by((): Asked | Run | null => this.asked ?? this.run);
  readonly parties = $derived.by(() => this.shown?.scenario.parties ?? Object.fromEntries((this.outline?.parties ?? []).map((each) => [each.name, each.label])));
  /** What breaks it and what follows: of what is chosen once that is solved, until then of the run. */
  readonly freshBreaking = $derived.by((): Breaking | null => (this.anew ? (this.breaks.found?.breaking ?? null) : this.explored<Breaking>('breaking')));
  readonly freshAftermath = $derived.by((): Aftermath | null => (this.anew ? (this.follows.found?.aftermath ?? null) : this.explored<Aftermath>('aftermath')));
  readonly breaking = $derived.by((): Breaking | null => this.freshBreaking ?? this.explored<Breaking>('breaking'));
  readonly aftermath = $derived.by((): Aftermath | null => this.freshAftermath ?? this.explored<Aftermath>('aftermath'));
  readonly drawn = $derived.by((): MapDocument | null => this.map && mapWith(this.map, this.shown?.moves, this.shown?.outcomes, this.freshBreaking));
  readonly offers = $derived.by((): Offers | null => this.explored<Offers>('offers') ?? this.#offers);
  readonly drivers = $derived.by(() => this.explored<Drivers>('drivers'));
  readonly boxes = $derived.by(() => this.explored<Boxes>('boxes'));
  readonly learning = $derived.by(() => this.explored<Learning>('learning'));
  readonly horizon = $derived.by(() => this.explored<Horizon>('horizon'));
  readonly meanings = $derived.by(() => Object.fromEntries((this.outline?.assumptions ?? []).map((each) => [each.name, each.meaning])));
  readonly move = $derived.by(() => this.drawn?.moves.find((each) => each.name === this.linked.move) ?? null);

  explored<T>(name: string): T | null {
    return (this.run?.explored[name] as T | undefined) ?? null;
  }

  /** The tipping points of the chosen assumption: those of the run where it has them and nothing else is chosen. */
  get tips(): Tipping | null {
    const { assumption, differs } = this.linked;
    if (!assumption) return null;
    const found = this.tipping.found?.assumption.name === assumption ? this.tipping.found : null;
    return differs ? found : (found ?? this.explored<Tipping>(`tipping.${assumption}`));
  }

  async load(): Promise<void> {
    const { id } = this.linked;
    this.error = null;
    try {
      void this.loadMap();
      [this.scenario] = await Promise.all([api.scenario(id), this.loadRun()]);
      this.loaded = true;
    } catch (error) {
      this.error = error;
    }
  }

  async loadMap(): Promise<void> {
    try {
      this.map = await patient(() => request<MapDocument>('GET', part(this.linked.id, 'map')));
      this.mapError = null;
    } catch (error) {
      this.mapError = error;
    }
  }

  /** The newest run of the file as it is, else the newest of all. */
  async loadRun(): Promise<void> {
    const rows = await api.runs(this.linked.id).catch(() => []);
    const newest = [...rows].sort((a, b) => b.made.localeCompare(a.made));
    this.row = newest.find((each) => each.current) ?? newest[0] ?? null;
    this.run = this.row ? await api.run<Run>(this.row.id) : null;
  }

  async loadOffers(): Promise<void> {
    this.offersError = null;
    this.comparing = true;
    try {
      this.#offers = await patient(() => request<Offers>('GET', part(this.linked.id, 'offers')));
    } catch (error) {
      this.offersError = error;
    }
    this.comparing = false;
  }

  /** Asks anew what the choices need; what is as in the file comes from the run. */
  follow(): void {
    const { chosen, differs } = this.linked;
    if (!differs && this.run) {
      this.headline.forget();
      this.breaks.forget();
      this.follows.forget();
      return;
    }
    this.headline.ask(questionOf(chosen, { page: `headline ${TAB}`, draws: DRAWS, ...(differs ? { against: 'saved' } : {}) }));
    this.breaks.ask(questionOf(chosen, { page: `breaks ${TAB}`, draws: FEW, include: ['breaks'] }), 500);
    if (this.outline?.aftermath) this.follows.ask(questionOf(chosen, { page: `follows ${TAB}`, draws: FEW, include: ['aftermath'] }), 700);
  }

  followAssumption(): void {
    const { assumption, chosen, differs } = this.linked;
    if (!assumption || (!differs && this.run?.explored[`tipping.${assumption}`])) return this.tipping.forget();
    const { offer, values } = questionOf(chosen);
    this.tipping.ask({ assumption, page: `tipping ${TAB}`, ...(offer ? { offer } : {}), ...(values ? { values } : {}) }, 200);
  }

  heard(job: Job): void {
    if (job.scenario !== this.linked.id) return;
    this.job = job.status === 'done' || job.status === 'cancelled' ? null : job;
    if (job.status === 'done') void this.loadRun();
  }
}
