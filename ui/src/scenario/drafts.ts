/** What is written and not yet saved, kept in this browser at once, so that neither a crash nor a lost connection takes it. */
import type { Draft } from '../lib/types';

const PREFIX = 'offramp.draft.';

export type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** Keeps a text; false where the browser has no room. */
export function keep(store: Store, id: string, draft: Draft): boolean {
  try {
    store.setItem(PREFIX + id, JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

/** What is kept of a scenario, or null. */
export function kept(store: Store, id: string): Draft | null {
  try {
    const found = JSON.parse(store.getItem(PREFIX + id) ?? 'null') as Partial<Draft> | null;
    return typeof found?.text === 'string' && typeof found.base === 'string' && typeof found.at === 'string' ? (found as Draft) : null;
  } catch {
    return null;
  }
}

export function forget(store: Store, id: string): void {
  store.removeItem(PREFIX + id);
}

/** Which draft to take up again: the newest that differs from what is saved. */
export function newest(saved: string, ...drafts: (Draft | null)[]): Draft | null {
  const found = drafts.filter((draft): draft is Draft => draft !== null && draft.text !== saved);
  return found.sort((a, b) => Date.parse(b.at) - Date.parse(a.at))[0] ?? null;
}
