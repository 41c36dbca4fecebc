/** What all pages share: who is here, whether the server is reached, what was said last. */
import { api, OfflineError, watch } from './api';
import { EventStream } from './events';
import type { Role, Session } from './types';

export type Connection = 'connecting' | 'online' | 'offline';
export interface Toast { id: number; text: string; tone: 'plain' | 'good' | 'bad'; action?: { label: string; run: () => void } | undefined }

const RANK: Record<Role, number> = { reader: 0, editor: 1, owner: 2 };

class Site {
  session = $state.raw<Session | null>(null);
  connection = $state<Connection>('connecting');
  unread = $state(0);
  toasts = $state<Toast[]>([]);
  spoken = $state('');

  /** Whether the person here may do what a role may. */
  may(role: Role): boolean {
    const held = this.session?.person?.role;
    return held !== undefined && RANK[held] >= RANK[role];
  }
}

export const site = new Site();

export const events = new EventStream(
  '/api/events',
  () => (site.connection = 'online'),
  () => (site.connection = 'offline'),
);

watch({
  answered: () => (site.connection = 'online'),
  lost: () => (site.connection = 'offline'),
  refused: () => {
    if (site.session?.person) site.session = { ...site.session, person: null };
    events.close();
  },
});

/** Tries at once to reach the server again. */
export function tryNow(): void {
  if (site.session?.person) events.open();
}

addEventListener('online', tryNow);
addEventListener('offline', () => (site.connection = 'offline'));

/** Asks who is here; opens the stream of events for somebody who is. */
export async function enter(): Promise<void> {
  site.session = await api.session();
  site.unread = site.session.unread;
  if (site.session.person) events.open();
}

/** Asks again until the server answers. */
export async function enterWhenReached(pause = 2000): Promise<void> {
  for (;;) {
    try {
      return await enter();
    } catch (error) {
      if (!(error instanceof OfflineError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

let toasted = 0;

/** Shows a short message for some seconds, and says it to screen readers. */
export function toast(text: string, tone: Toast['tone'] = 'plain', action?: Toast['action']): void {
  const id = ++toasted;
  site.toasts.push({ id, text, tone, action });
  setTimeout(() => closeToast(id), tone === 'bad' || action ? 10_000 : 5000);
}

export function closeToast(id: number): void {
  site.toasts = site.toasts.filter((one) => one.id !== id);
}

/** Says something to screen readers alone. */
export function announce(text: string): void {
  site.spoken = '';
  setTimeout(() => (site.spoken = text), 50);
}
