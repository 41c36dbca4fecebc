import type { Component } from 'svelte';
import type { ScenarioPage, SitePage } from '../lib/router';
import { seePages, type PageProps } from './see';

type Lazy<P extends Record<string, unknown>> = () => Promise<{ default: Component<P> }>;

export type SiteProps = { query: URLSearchParams };

/** The pages of the whole folder, each loaded when it is first opened. */
export const sitePages: Partial<Record<SitePage, Lazy<SiteProps>>> = {
  folder: () => import('./folder/Folder.svelte'),
  activity: () => import('./activity/Activity.svelte'),
  people: () => import('./people/People.svelte'),
  settings: () => import('./settings/Settings.svelte'),
};

/** The pages of one scenario. */
export const scenarioPages: Partial<Record<ScenarioPage, Lazy<PageProps>>> = {
  ...seePages,
  documents: () => import('./documents/Documents.svelte'),
  edit: () => import('./edit/Edit.svelte'),
  runs: () => import('./runs/Runs.svelte'),
  history: () => import('./history/History.svelte'),
  talk: () => import('./talk/Talk.svelte'),
};

/** The page that stands first for a scenario. */
export const FIRST: ScenarioPage = seePages.overview ? 'overview' : 'edit';
