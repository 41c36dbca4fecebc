/** A scenario being edited: its text, what is wrong with it, and where it is kept. */
import { api, ConflictError, OfflineError } from '../../lib/api';
import { events, site } from '../../lib/site.svelte';
import type { Change, Conflict, Draft, Json, Outline, Presence, ProblemLine, Saved } from '../../lib/types';
import { namesOf } from '../../scenario/names';
import { reading } from '../../scenario/reading';
import * as drafts from '../../scenario/drafts';
import type { Editor } from './editor';
import { spliced } from './splice';

const READ_AFTER = 120;
const CHECK_AFTER = 350;
const KEEP_AFTER = 600;
const AGAIN_AFTER = 5000;

export type Kept = 'saved' | 'waiting' | 'kept' | 'here' | 'nowhere';

export class Work {
  text = $state.raw('');
  /** The text of the version that this is made of. */
  saved = $state.raw('');
  base = $state('');
  outline = $state.raw<Outline | null>(null);
  problems = $state.raw<ProblemLine[]>([]);
  /** The text that the problems are those of. */
  checked = $state.raw<string | null>(null);
  kept = $state<Kept>('saved');
  restored = $state.raw<{ at: string; base: string } | null>(null);
  /** Who saved another version meanwhile. */
  theirs = $state.raw<{ version: string; by: string | null } | null>(null);
  conflict = $state.raw<Conflict | null>(null);
  people = $state.raw<string[]>([]);
  saving = $state(false);
  loaded = $state(false);
  gone = $state(false);
  error = $state.raw<unknown>(null);

  readonly dirty = $derived(this.text !== this.saved);
  read = $state.raw(reading(''));
  /** What the text says; as it was last readable where it is not now. */
  value = $state.raw<{ [key: string]: Json }>({});
  readonly names = $derived(namesOf(this.value, this.outline));

  /** Whether the forms can change the text: a person who may, and a text that can be read. */
  readonly editable = $derived(this.read.value !== null && site.may('editor'));

  editor: Editor | null = null;
  #reading: ReturnType<typeof setTimeout> | undefined;
  #checking: ReturnType<typeof setTimeout> | undefined;
  #keeping: ReturnType<typeof setTimeout> | undefined;
  #asked: AbortController | null = null;
  #sent: Promise<unknown> = Promise.resolve();
  #edits: Promise<unknown> = Promise.resolve();

  constructor(readonly id: string) {}

  /** Fetches the scenario and takes up what was not saved. */
  async load(): Promise<void> {
    const found = await api.scenario(this.id);
    const draft = drafts.newest(found.text, drafts.kept(localStorage, this.id), found.draft);
    this.saved = found.text;
    this.base = draft?.base ?? found.version;
    this.#take(draft?.text ?? found.text);
    this.outline = found.outline;
    if (draft) {
      this.restored = { at: draft.at, base: draft.base };
      this.kept = 'kept';
      if (draft.base !== found.version) this.theirs = { version: found.version, by: found.by };
    } else {
      drafts.forget(localStorage, this.id);
    }
    this.loaded = true;
    if (draft) await this.check();
    else this.#found(found.text, found.problems, found.outline);
  }

  #take(text: string): void {
    this.text = text;
    this.#reads();
  }

  /** Reads the text, for the forms. */
  #reads(): void {
    clearTimeout(this.#reading);
    if (this.read.text === this.text) return;
    this.read = reading(this.text);
    if (this.read.value) this.value = this.read.value;
  }

  /** Called by the editor after each change. */
  changed(text: string): void {
    this.text = text;
    clearTimeout(this.#reading);
    this.#reading = setTimeout(() => this.#reads(), READ_AFTER);
    if (this.dirty) this.#keepHere();
    else void this.#dropDraft();
    clearTimeout(this.#checking);
    this.#checking = setTimeout(() => void this.check(), CHECK_AFTER);
  }

  #draft(): Draft {
    return { text: this.text, base: this.base, at: new Date().toISOString() };
  }

  #keepHere(): void {
    const room = drafts.keep(localStorage, this.id, this.#draft());
    this.kept = room ? 'waiting' : 'nowhere';
    clearTimeout(this.#keeping);
    this.#keeping = setTimeout(() => void this.keep(), KEEP_AFTER);
  }

  /** Keeps the draft with the server too. */
  async keep(): Promise<void> {
    clearTimeout(this.#keeping);
    if (!this.dirty || this.saving) return;
    const text = this.text;
    this.#sent = this.#sent.then(() => api.saveDraft(this.id, text, this.base)).then(
      () => {
        if (this.text === text && this.dirty) this.kept = 'kept';
      },
      () => {
        if (!this.dirty) return;
        this.kept = 'here';
        clearTimeout(this.#keeping);
        this.#keeping = setTimeout(() => void this.keep(), AGAIN_AFTER);
      },
    );
    await this.#sent;
  }

  /** Before the page goes away: the last words are sent along. */
  flush(): void {
    if (this.dirty && this.kept === 'waiting') void api.saveDraft(this.id, this.text, this.base, { keepalive: true }).catch(() => {});
  }

  async #dropDraft(): Promise<void> {
    clearTimeout(this.#keeping);
    drafts.forget(localStorage, this.id);
    const was = this.kept;
    this.kept = 'saved';
    this.restored = null;
    if (was !== 'saved') this.#sent = this.#sent.then(() => api.dropDraft(this.id)).catch(() => {});
    await this.#sent;
  }

  /** Once the server is reached again: what waited is sent. */
  reached(): void {
    if (this.kept === 'here') void this.keep();
    if (this.loaded && this.checked !== this.text) void this.check();
  }

  async check(): Promise<void> {
    clearTimeout(this.#checking);
    this.#asked?.abort();
    this.#asked = new AbortController();
    const text = this.text;
    try {
      const found = await api.check(this.id, text, { signal: this.#asked.signal });
      if (text === this.text) this.#found(text, found.problems, found.outline);
    } catch (error) {
      if (error instanceof OfflineError || (error as Error).name === 'AbortError') return;
      this.error = error;
    }
  }

  #found(text: string, problems: ProblemLine[], outline: Outline | null): void {
    this.problems = problems;
    this.outline = outline ?? this.outline;
    this.checked = text;
    this.editor?.mark(problems);
  }

  /** Changes values by the server's editor, which leaves comments as they are; one step for undo. */
  async edit(changes: Change[]): Promise<void> {
    const done = this.#edits.then(() => this.#edit(changes));
    this.#edits = done.catch(() => {});
    await done;
  }

  async #edit(changes: Change[]): Promise<void> {
    if (!this.editor) return;
    const bring = this.editor.track();
    let made = this.text;
    try {
      const found = await api.edit(this.id, this.text, changes);
      made = found.text;
    } catch (error) {
      const alone = error instanceof OfflineError ? spliced(this.text, changes) : null;
      if (alone === null) throw error;
      made = alone;
    } finally {
      bring(made);
      this.#reads();
    }
  }

  /** Saves; what others saved meanwhile is merged, or becomes a conflict to settle. */
  async save(message?: string): Promise<Saved | null> {
    if (!this.editor || this.saving) return null;
    clearTimeout(this.#keeping);
    this.saving = true;
    const text = this.text;
    const bring = this.editor.track();
    try {
      await this.#sent;
      const done = await api.save(this.id, text, this.base, message);
      this.base = done.version;
      this.saved = done.text;
      bring(done.text);
      this.#settled();
      return done;
    } catch (error) {
      bring(text);
      if (!(error instanceof ConflictError)) throw error;
      this.conflict = error.conflict;
      return null;
    } finally {
      this.saving = false;
    }
  }

  #settled(): void {
    this.theirs = null;
    this.conflict = null;
    if (this.dirty) this.#keepHere();
    else {
      this.kept = 'kept';
      void this.#dropDraft();
    }
  }

  /** Takes a text that settles a conflict, on top of theirs; it is not saved yet. */
  adopt(text: string): void {
    if (!this.conflict || !this.editor) return;
    this.base = this.conflict.theirs.version;
    this.saved = this.conflict.theirs.text;
    this.conflict = null;
    this.theirs = null;
    this.editor.bring(text);
    if (this.dirty) this.#keepHere();
    else void this.#dropDraft();
  }

  /** Goes back to what is saved. */
  async discard(): Promise<void> {
    const found = await api.scenario(this.id);
    this.saved = found.text;
    this.base = found.version;
    this.theirs = null;
    this.editor?.bring(found.text);
    await this.#dropDraft();
  }

  /** Somebody saved: shown at once where nothing is changed here, else offered. */
  async told(version: string, by: string | null): Promise<boolean> {
    if (version === this.base || this.saving || !this.loaded) return false;
    if (this.dirty) {
      this.theirs = { version, by };
      return false;
    }
    const found = await api.scenario(this.id);
    if (this.dirty || found.version === this.base) return false;
    this.saved = found.text;
    this.base = found.version;
    this.editor?.bring(found.text);
    return true;
  }

  /** After a loss of the stream: whether somebody saved meanwhile. */
  async again(): Promise<void> {
    const found = await api.scenario(this.id);
    await this.told(found.version, found.by);
  }

  /** Listens to what others do; returns what ends that. */
  listen(shown: (by: string) => void): () => void {
    const stops = [
      events.on<{ id: string; version: string; by?: string | null }>('scenario', ({ id, version, by = null }) => {
        if (id !== this.id) return;
        if (!version) this.gone = true;
        else void this.told(version, by).then((taken) => taken && shown(by ?? '')).catch(() => {});
      }),
      events.on('reset', () => void this.again().catch(() => {})),
      events.on<Presence>('presence', ({ scenario, people, editing }) => {
        if (scenario === this.id) this.people = (editing ?? people).filter((name) => name !== site.session?.person?.name);
      }),
    ];
    return () => {
      stops.forEach((stop) => stop());
      [this.#reading, this.#checking, this.#keeping].forEach(clearTimeout);
      this.#asked?.abort();
    };
  }
}
