import type { Component } from 'svelte';

/** What every page of a scenario is given. */
export type PageProps = { id: string; query: URLSearchParams };

export type SeePage = 'overview' | 'ask' | 'evidence';

/** The pages on which a scenario is seen and asked, each loaded when it is first opened. */
export const seePages: Partial<Record<SeePage, () => Promise<{ default: Component<PageProps> }>>> = {
  overview: () => import('./Overview.svelte'),
  ask: () => import('./Ask.svelte'),
  evidence: () => import('./Evidence.svelte'),
};
