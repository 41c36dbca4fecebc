import { SvelteSet } from 'svelte/reactivity';

/** Which entries of the forms stand open, by their paths. */
export const opened = new SvelteSet<string>();
