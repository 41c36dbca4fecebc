/** What the fields of a form share. */
import { toast } from '../../../lib/site.svelte';
import { ProblemError } from '../../../lib/api';
import type { Change, Json, Path } from '../../../lib/types';
import type { Work } from '../work.svelte';

/** Carries changes out; what is refused is told. */
export async function change(work: Work, ...changes: Change[]): Promise<boolean> {
  try {
    await work.edit(changes);
    return true;
  } catch (error) {
    const says = error instanceof ProblemError ? error.lines.map((line) => [line.found, line.remedy].filter(Boolean).join(' ')).join(' ') : String(error);
    toast(says, 'bad');
    return false;
  }
}

/** What was typed as a value: a number where it is one. */
export function typed(text: string): Json {
  const trimmed = text.trim();
  return trimmed !== '' && /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(trimmed) ? Number(trimmed) : trimmed;
}

/** Sets a value, or takes its key out where nothing was given. */
export function setting(path: Path, value: Json): Change {
  return value === '' || value === null || (Array.isArray(value) && !value.length) ? { path, remove: true } : { path, value };
}

export const shown = (value: Json | undefined): string => (value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value));

/** A list that may be written as one single name. */
export const listed = (value: Json | undefined): string[] => (Array.isArray(value) ? value.map(shown) : value === undefined || value === null ? [] : [shown(value)]);

export const NAME = /^(?!(?:and|not|or)$)[A-Za-z_][A-Za-z0-9_]*$/;
