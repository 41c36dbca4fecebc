export { language, LANGUAGES, preferredLanguage, speak, t, word, type Key, type Language } from './words.svelte';
