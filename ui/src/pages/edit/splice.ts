import type { Change } from '../../lib/types';
import { placeOf, reading } from '../../scenario/reading';

/** Whether a text can stand in YAML without quotes, inside braces too, and stays a text. */
function isPlain(text: string): boolean {
  return /^[\p{L}_][\p{L}\p{N}_ .;()'’–-]*$/u.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text) && !text.endsWith(' ');
}

/** The text with single values changed in place, without the server; null where that is not enough. */
export function spliced(text: string, changes: Change[]): string | null {
  let made = text;
  for (const change of changes) {
    const value = 'value' in change ? change.value : undefined;
    const place = placeOf(reading(made), change.path)?.value;
    if (!place || value === undefined || value === null || typeof value === 'object') return null;
    made = made.slice(0, place[0]) + (typeof value === 'string' && !isPlain(value) ? JSON.stringify(value) : String(value)) + made.slice(place[1]);
  }
  return made;
}
