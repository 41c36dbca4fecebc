/** Differences between texts, by lines (Myers 1986, "An O(ND) difference algorithm and its variations"). */

/** Lines that are kept (`same`), taken out (`less`) or put in (`more`); `a` and `b` count lines from 0. */
export interface Part { kind: 'same' | 'less' | 'more'; lines: string[]; a: number; b: number }

export interface TextChange { from: number; to: number; insert: string }

const MOST_EDITS = 800;

/** For each step of the search, the furthest line of `a` on each diagonal, the middle one at `MOST_EDITS + 1`; null where the two are too far apart. */
function searched(a: string[], b: string[]): Int32Array[] | null {
  const trace: Int32Array[] = [];
  const furthest = new Int32Array(2 * MOST_EDITS + 3);
  for (let d = 0; d <= Math.min(a.length + b.length, MOST_EDITS); d++) {
    trace.push(furthest.slice());
    for (let k = -d; k <= d; k += 2) {
      let x = before(furthest, d, k).x + (isDown(furthest, d, k) ? 0 : 1);
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      furthest[MOST_EDITS + 1 + k] = x;
      if (x >= a.length && x - k >= b.length) return trace;
    }
  }
  return null;
}

/** Whether the way to a diagonal puts a line in, rather than takes one out. */
function isDown(furthest: Int32Array, d: number, k: number): boolean {
  const at = MOST_EDITS + 1 + k;
  return k === -d || (k !== d && furthest[at - 1]! < furthest[at + 1]!);
}

/** Where the way to a diagonal comes from. */
function before(furthest: Int32Array, d: number, k: number): { x: number; y: number } {
  const from = isDown(furthest, d, k) ? k + 1 : k - 1;
  const x = furthest[MOST_EDITS + 1 + from]!;
  return { x, y: x - from };
}

/** The steps of a shortest way, found backwards. */
function walked(trace: Int32Array[], a: string[], b: string[]): Part['kind'][] {
  const steps: Part['kind'][] = [];
  let x = a.length;
  let y = b.length;
  for (let d = trace.length - 1; d > 0; d--) {
    const from = before(trace[d]!, d, x - y);
    const down = isDown(trace[d]!, d, x - y);
    while (x > from.x && y > from.y) {
      steps.push('same');
      x--;
      y--;
    }
    steps.push(down ? 'more' : 'less');
    ({ x, y } = from);
  }
  while (x-- > 0) steps.push('same');
  return steps.reverse();
}

/** The parts in which two lists of lines agree and differ, in order. */
export function lineDiff(a: string[], b: string[]): Part[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const middle = [a.slice(start, a.length - end), b.slice(start, b.length - end)] as const;
  const trace = searched(...middle);
  const inner = trace
    ? walked(trace, ...middle)
    : [...middle[0].map(() => 'less' as const), ...middle[1].map(() => 'more' as const)];
  const steps = [...Array<'same'>(start).fill('same'), ...inner, ...Array<'same'>(end).fill('same')];
  const parts: Part[] = [];
  let [x, y] = [0, 0];
  for (const kind of steps) {
    let part = parts.at(-1);
    if (part?.kind !== kind) parts.push((part = { kind, lines: [], a: x, b: y }));
    part.lines.push(kind === 'more' ? b[y]! : a[x]!);
    if (kind !== 'more') x++;
    if (kind !== 'less') y++;
  }
  return parts;
}

/** What of `before[from..to]` must be replaced to get `after`, without the signs that both begin and end with. */
function trimmed(from: number, before: string, after: string): TextChange {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return { from: from + start, to: from + before.length - end, insert: after.slice(start, after.length - end) };
}

/** The smallest changes by lines, and within lines by signs, that lead from one text to another. */
export function textChanges(before: string, after: string): TextChange[] {
  const withEnds = (text: string) => text.split(/(?<=\n)/);
  const changes: TextChange[] = [];
  let at = 0;
  let less = '';
  let more = '';
  const flush = () => {
    if (less || more) changes.push(trimmed(at - less.length, less, more));
    less = more = '';
  };
  for (const part of lineDiff(before ? withEnds(before) : [], after ? withEnds(after) : [])) {
    const text = part.lines.join('');
    if (part.kind === 'same') flush();
    if (part.kind === 'less') less += text;
    if (part.kind === 'more') more += text;
    if (part.kind !== 'more') at += text.length;
  }
  flush();
  return changes;
}
