/** Light, dark, or as the system has it. */
export type Theme = 'system' | 'light' | 'dark';
const KEPT = 'offramp.theme';

export function theme(): Theme {
  const kept = localStorage.getItem(KEPT);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

/** Shows a theme; `system` gives the choice back. */
export function wear(chosen: Theme): void {
  if (chosen === 'system') {
    localStorage.removeItem(KEPT);
    delete document.documentElement.dataset.theme;
  } else {
    localStorage.setItem(KEPT, chosen);
    document.documentElement.dataset.theme = chosen;
  }
}
