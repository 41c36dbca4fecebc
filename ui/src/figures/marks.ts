/** Marks of a figure that the pointer and the keyboard reach alike: one is in the tab order, arrows go to the next. */

type Mark = (SVGElement | HTMLElement) & { tabIndex: number };

const STEPS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export type Spot = { x: number; y: number };

/** The place in `spots` of the nearest that lies in a direction from `from`; -1 where none does. */
export function nearest(spots: Spot[], from: number, [dx, dy]: [number, number]): number {
  const start = spots[from]!;
  let [best, least] = [-1, Infinity];
  spots.forEach((spot, index) => {
    const along = (spot.x - start.x) * dx + (spot.y - start.y) * dy;
    const aside = Math.abs((spot.x - start.x) * dy) + Math.abs((spot.y - start.y) * dx);
    if (index === from || along <= 1) return;
    const cost = along + 3 * aside;
    if (cost < least) [best, least] = [index, cost];
  });
  return best;
}

function middle(mark: Element): Spot {
  const box = mark.getBoundingClientRect();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** The mark to go to with a key, or nothing; arrows go where they point, and in order where nothing lies there. */
function next(marks: Mark[], from: number, key: string): Mark | undefined {
  if (key === 'Home') return marks[0];
  if (key === 'End') return marks[marks.length - 1];
  const step = STEPS[key];
  if (!step) return undefined;
  const found = nearest(marks.map(middle), from, step);
  return found >= 0 ? marks[found] : marks[from + step[0] + step[1]];
}

/** Makes the `[data-mark]` elements below a node one stop of the tab order, with arrow keys between them. */
export function roving(node: Element): () => void {
  let current: Mark | null = null;
  const all = () => [...node.querySelectorAll<Mark>('[data-mark]')];
  const settle = () => {
    const marks = all();
    if (!current || !marks.includes(current)) current = marks.find((each) => each.getAttribute('aria-pressed') === 'true') ?? marks[0] ?? null;
    for (const mark of marks) mark.setAttribute('tabindex', mark === current ? '0' : '-1');
  };
  const focused = (event: Event) => {
    const mark = (event.target as Element).closest<Mark>('[data-mark]');
    if (mark) current = mark;
    settle();
  };
  const pressed = (event: Event) => {
    const { key, target } = event as KeyboardEvent;
    const marks = all();
    const from = marks.indexOf((target as Element).closest('[data-mark]') as Mark);
    if (from < 0) return;
    if (key === 'Enter' || key === ' ') marks[from]!.dispatchEvent(new MouseEvent('click', { bubbles: true }));
    else if (!next(marks, from, key)) return;
    else next(marks, from, key)!.focus();
    event.preventDefault();
  };
  const changes = new MutationObserver(settle);
  changes.observe(node, { childList: true, subtree: true });
  node.addEventListener('focusin', focused);
  node.addEventListener('keydown', pressed);
  settle();
  return () => {
    changes.disconnect();
    node.removeEventListener('focusin', focused);
    node.removeEventListener('keydown', pressed);
  };
}

/** What a mark is told: whether it is the chosen one, and what to do when it is chosen. */
export type Marking = { chosen?: boolean | undefined; choose?: (() => void) | undefined; mute?: boolean };

/** Attributes of a mark, with its name in words. */
export type Marks<T> = (item: T, label: string, marking?: Marking) => Record<string, unknown>;
