import { api } from '../lib/api';
import { events } from '../lib/site.svelte';
import type { Comment, Person } from '../lib/types';

/** The comments of one scenario, kept fresh by the stream of events. */
export class Comments {
  list = $state.raw<Comment[]>([]);
  loaded = $state(false);
  error = $state.raw<unknown>(null);

  constructor(readonly scenario: string) {
    void this.load();
  }

  async load(): Promise<void> {
    try {
      this.list = await api.comments(this.scenario);
      this.error = null;
      this.loaded = true;
    } catch (error) {
      this.error = error;
    }
  }

  on(target: string): Comment[] {
    return this.list.filter((comment) => comment.target === target);
  }

  open(target: string): number {
    return this.on(target).filter((comment) => !comment.resolved).length;
  }

  async say(target: string, text: string, reply?: Comment['id']): Promise<void> {
    await api.comment(this.scenario, target, text, reply);
    await this.load();
  }

  async change(id: Comment['id'], changes: { text?: string; resolved?: boolean }): Promise<void> {
    await api.changeComment(id, changes);
    await this.load();
  }

  async drop(id: Comment['id']): Promise<void> {
    await api.dropComment(id);
    await this.load();
  }
}

const stores = new Map<string, Comments>();

/** The comments of a scenario; loaded once and shared by all that show them. */
export function commentsOf(scenario: string): Comments {
  const found = stores.get(scenario) ?? new Comments(scenario);
  stores.set(scenario, found);
  return found;
}

events.on('reset', () => stores.forEach((store) => void store.load()));
events.on<{ scenario: string }>('comment', ({ scenario }) => void stores.get(scenario)?.load());

let asked: Promise<Person[]> | null = null;

/** Everybody who can be mentioned; asked for once. */
export function everybody(): Promise<Person[]> {
  asked ??= api.people().catch(() => {
    asked = null;
    return [];
  });
  return asked;
}
