import type { Component } from 'svelte';
import type { ScenarioPage, SitePage } from '../lib/router';
import { seePages, type PageProps } from './see';

type Lazy<P extends Record<string, unknown>> = () => Promise<{ default: Component<P> }>;

export type SiteProps = { query: URLSearchParams };

/** The pages of the whole folder, each loaded when it is first opened. */
export const sitePages: Partial<Record<SitePage, Lazy<SiteProps>>> = {
  folder: () => import('./folder/Folder.svelte'),
};

/** The pages of one scenario. */
export const scenarioPages: Partial<Record<ScenarioPage, Lazy<PageProps>>> = {
  ...seePages,
  talk: () => import('./talk/Talk.svelte'),
};

/** The page that stands first for a scenario. */
export const FIRST: ScenarioPage = seePages.overview ? 'overview' : 'edit';
