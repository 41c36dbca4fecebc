import english from '../words/en.json';
import seeEnglish from '../words/see.en.json';
import { fill, type Catalogue, type Values } from './catalogue';

export type Language = 'en' | 'es';
export type Key = keyof typeof english | keyof typeof seeEnglish;

export const LANGUAGES: Record<Language, string> = { en: 'English', es: 'Español' };
const KEPT = 'offramp.language';
const fallback: Catalogue = { ...english, ...seeEnglish };

class Words {
  language = $state<Language>('en');
  catalogue = $state.raw<Catalogue>(fallback);
}

const words = new Words();

async function load(language: Language): Promise<Catalogue> {
  if (language === 'en') return fallback;
  const [base, see] = await Promise.all([import('../words/es.json'), import('../words/see.es.json')]);
  return { ...(base.default as Catalogue), ...(see.default as Catalogue) };
}

function isLanguage(found: string | null | undefined): found is Language {
  return found === 'en' || found === 'es';
}

/** The language that was chosen here, else the browser's, else English. */
export function preferredLanguage(): Language {
  const kept = localStorage.getItem(KEPT);
  if (isLanguage(kept)) return kept;
  const spoken = navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage);
  return spoken ?? 'en';
}

/** Shows all texts in a language from now on, and keeps the choice where `keep` is set. */
export async function speak(language: Language, keep = true): Promise<void> {
  words.catalogue = await load(language);
  words.language = language;
  document.documentElement.lang = language;
  if (keep) localStorage.setItem(KEPT, language);
}

export function language(): Language {
  return words.language;
}

/** The text under a key, with its placeholders filled; the plural form goes by the value of `n`. */
export function t(key: Key, values: Values = {}): string {
  return fill(words.catalogue[key] ?? fallback[key], key, values, words.language);
}

/** A text whose key is put together at run time; `otherwise` where there is none. */
export function word(key: string, otherwise: string, values: Values = {}): string {
  const text = words.catalogue[key] ?? fallback[key];
  return text === undefined ? otherwise : fill(text, key, values, words.language);
}
