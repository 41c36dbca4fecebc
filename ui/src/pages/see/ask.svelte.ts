/** What the page of questions holds: the scenario, its evidence, the questions and their answers. */
import type { Tipping } from '../../figures/documents';
import { api, request } from '../../lib/api';
import { go } from '../../lib/route.svelte';
import { toScenario } from '../../lib/router';
import type { Change, Json, Scenario } from '../../lib/types';
import { Asker, part, patient, TAB } from './asker.svelte';
import type { Evidence, Evidenced, Value } from './documents';
import type { Linked } from './linked.svelte';
import { questionOf } from './question';

export class Asking {
  readonly linked: Linked;
  readonly answer: Asker;
  readonly tipping: Asker<Tipping, Record<string, unknown>>;
  scenario = $state.raw<Scenario | null>(null);
  evidence = $state.raw<Evidence | null>(null);
  error = $state.raw<unknown>(null);
  draws = $state(1024);
  /** Whether the draft that is not saved is asked, rather than the file. */
  drafted = $state(false);
  writing = $state(false);

  constructor(linked: Linked) {
    this.linked = linked;
    this.answer = new Asker(part(linked.id, 'ask'));
    this.tipping = new Asker(part(linked.id, 'tipping'));
  }

  readonly outline = $derived.by(() => this.scenario?.outline ?? null);
  readonly base = $derived.by(() => this.outline?.offer ?? {});
  readonly parties = $derived.by(() => Object.fromEntries((this.outline?.parties ?? []).map((each) => [each.name, each.label])));
  /** The assumptions, what drives the answer first. */
  readonly assumptions = $derived.by((): Evidenced[] =>
    [...(this.evidence?.assumptions ?? [])].sort((a, b) => (b.drives ?? -1) - (a.drives ?? -1)),
  );
  readonly tips = $derived.by(() => (this.tipping.found?.assumption.name === this.linked.assumption ? this.tipping.found : null));

  async load(): Promise<void> {
    this.error = null;
    try {
      [this.scenario, this.evidence] = await Promise.all([
        api.scenario(this.linked.id),
        patient(() => request<Evidence>('GET', part(this.linked.id, 'evidence'))),
      ]);
    } catch (error) {
      this.error = error;
    }
  }

  get text(): { text?: string } {
    const draft = this.scenario?.draft;
    return this.drafted && draft ? { text: draft.text } : {};
  }

  ask(): void {
    const { chosen } = this.linked;
    this.answer.ask(questionOf(chosen, { ...this.text, draws: this.draws, against: 'saved', page: `ask ${TAB}` }));
  }

  askTipping(): void {
    const { assumption, chosen } = this.linked;
    if (!assumption) return this.tipping.forget();
    const { offer, values = {} } = questionOf(chosen);
    const others = Object.fromEntries(Object.entries(values).filter(([name]) => name !== assumption));
    this.tipping.ask({ assumption, page: `tipping ${TAB}`, ...this.text, ...(offer ? { offer } : {}), ...(Object.keys(others).length ? { values: others } : {}) }, 300);
  }

  /** Writes what was asked into a draft of the file, and opens the editor on it. */
  async write(): Promise<void> {
    const { scenario, linked } = this;
    if (!scenario) return;
    this.writing = true;
    try {
      const changes: Change[] = [
        ...Object.entries(linked.offer ?? {}).filter(([term, option]) => this.base[term] !== option).map(([term, option]) => ({ path: ['offer', term], value: option as Json })),
        ...Object.entries(linked.values).map(([name, value]: [string, Value]) => ({ path: ['assumptions', name, 'value'], value: value as Json })),
      ];
      const before = scenario.draft?.text ?? scenario.text;
      const { text } = await api.edit(linked.id, before, changes);
      await api.saveDraft(linked.id, text, scenario.draft?.base ?? scenario.version);
      const [first] = changes;
      go(toScenario(linked.id, 'edit', first ? { at: first.path.slice(0, 2).join('.') } : {}));
    } finally {
      this.writing = false;
    }
  }
}
