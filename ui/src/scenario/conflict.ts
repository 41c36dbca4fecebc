/** A text in which two people changed the same lines, cut into what is settled and what is to be chosen. */

export type Piece =
  | { kind: 'settled'; lines: string[] }
  | { kind: 'open'; base: string[]; theirs: string[]; yours: string[] };

export type Choice = 'theirs' | 'yours' | 'both' | { edited: string };

const THEIRS = /^<{7}(?: |$)/;
const BASE = /^\|{7}(?: |$)/;
const SPLIT = /^={7}$/;
const END = /^>{7}(?: |$)/;

/** The pieces of a text with marks as `diff3` writes them: theirs, the base, yours. */
export function piecesOf(marked: string): Piece[] {
  const pieces: Piece[] = [];
  let settled: string[] = [];
  let side: 'none' | 'first' | 'base' | 'second' = 'none';
  let open = { first: [] as string[], base: [] as string[], second: [] as string[] };
  for (const line of marked.split('\n')) {
    if (side === 'none' && THEIRS.test(line)) {
      if (settled.length) pieces.push({ kind: 'settled', lines: settled });
      settled = [];
      open = { first: [], base: [], second: [] };
      side = 'first';
    } else if (side === 'first' && BASE.test(line)) side = 'base';
    else if ((side === 'first' || side === 'base') && SPLIT.test(line)) side = 'second';
    else if (side === 'second' && END.test(line)) {
      pieces.push({ kind: 'open', base: open.base, theirs: open.first, yours: open.second });
      side = 'none';
    } else if (side === 'none') settled.push(line);
    else open[side].push(line);
  }
  if (settled.length) pieces.push({ kind: 'settled', lines: settled });
  return pieces;
}

/** The lines that a choice gives. */
export function chosen(piece: Extract<Piece, { kind: 'open' }>, choice: Choice): string[] {
  if (choice === 'theirs') return piece.theirs;
  if (choice === 'yours') return piece.yours;
  if (choice === 'both') return [...piece.theirs, ...piece.yours];
  return choice.edited === '' ? [] : choice.edited.split('\n');
}

/** The whole text once every open piece is chosen; null where one is not. */
export function settledText(pieces: Piece[], choices: (Choice | null)[]): string | null {
  let at = 0;
  const lines: string[] = [];
  for (const piece of pieces) {
    if (piece.kind === 'settled') lines.push(...piece.lines);
    else {
      const choice = choices[at++];
      if (!choice) return null;
      lines.push(...chosen(piece, choice));
    }
  }
  return lines.join('\n');
}
