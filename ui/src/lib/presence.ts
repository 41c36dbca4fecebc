/** Tells the server what this page shows, so that others see who is here. */
import { api } from './api';

const EVERY = 20_000;
const tab = crypto.randomUUID?.() ?? String(Math.random()).slice(2);

let timer: ReturnType<typeof setInterval> | undefined;

/** Says what is shown now, and again every 20 seconds; calls back with who else is there. */
export function show(scenario: string | null, editing: boolean, heard: (there: { people: string[]; editing: string[] }) => void = () => {}): void {
  clearInterval(timer);
  const tell = () => void api.here(scenario, editing, tab).then(heard).catch(() => {});
  tell();
  timer = setInterval(() => document.visibilityState === 'visible' && tell(), EVERY);
}
