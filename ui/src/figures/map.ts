/** The map of moves: lines through the points that the server laid out, with arrows' heads, and the text of its boxes. */
import type { Box, MapDocument } from './documents';
import { cut, textWidth, wrapped } from './lettering';

const THINNEST = 1.2;
const THICKEST = 9;
const ARROW = 7;

/** A line that is taken less often is dashed. */
export const SELDOM = 0.01;

type Point = [number, number];

/** Letters of a screen may be wider than those that the boxes were measured for. */
const WIDER = 1.2;

/** The map with more room across. */
export function widened(map: MapDocument): MapDocument {
  const box = <T extends Box>(each: T): T => ({ ...each, x: each.x * WIDER, width: each.width * WIDER });
  return {
    ...map,
    width: map.width * WIDER,
    moves: map.moves.map(box),
    outcomes: map.outcomes.map(box),
    edges: map.edges.map((each) => ({ ...each, text: box(each.text), points: each.points.map(([x, y]): Point => [x * WIDER, y]) })),
  };
}

/** How wide a line is that play passes along with a probability of `share`. */
export function thickness(share: number): number {
  return THINNEST + (THICKEST - THINNEST) * Math.min(1, Math.max(0, share));
}

function foot(points: Point[], share: number): Point {
  const [x, y] = points[points.length - 1]!;
  const before = points[points.length - 2] ?? [x, y - 1];
  const size = ARROW + thickness(share);
  return [x, before[1] < y ? y - size * 0.9 : y + size * 0.9];
}

/** The line from its first point to the foot of its arrow. */
export function curve(points: Point[], share: number): string {
  const through = [...points.slice(0, -1), foot(points, share)];
  const [first, ...rest] = through as [Point, ...Point[]];
  let path = `M${first[0]} ${first[1]}`;
  let from = first;
  for (const to of rest) {
    const half = (from[1] + to[1]) / 2;
    path += `C${from[0]} ${half} ${to[0]} ${half} ${to[0]} ${to[1]}`;
    from = to;
  }
  return path;
}

/** The arrow's head. */
export function head(points: Point[], share: number): string {
  const [x, y] = points[points.length - 1]!;
  const [, base] = foot(points, share);
  const half = (ARROW + thickness(share)) / 2;
  return `M${x} ${y}L${x - half} ${base}L${x + half} ${base}Z`;
}

export type Said = { text: string; kind: 'plain' | 'strong' | 'quiet' | 'bad' };
export type Line = Said & { y: number };

const SIZES = { plain: 12.5, strong: 12.5, quiet: 11.5, bad: 11.5 };
const LEADING = 1.32;
const SIDES = 21;

/** What a box says, broken to its width; what does not fit into its height is left out from the end, the first lines last. */
export function boxText(box: Pick<Box, 'width' | 'height'>, said: Said[]): Line[] {
  const room = box.height - 8;
  const width = box.width - SIDES;
  const whole = said.map((each) => wrapped(each.text, width, SIZES[each.kind], Infinity, each.kind === 'strong').map((text) => ({ ...each, text })));
  const short = said.map((each) => [{ ...each, text: cut(each.text, width, SIZES[each.kind], each.kind === 'strong') }]);
  const tall = (lines: Said[]) => lines.reduce((sum, each) => sum + LEADING * SIZES[each.kind], 0);
  let shown = whole.flat();
  if (tall(shown) > room) shown = short.flat();
  while (shown.length > 1 && tall(shown) > room) shown = shown.slice(0, -1);
  let y = (box.height - tall(shown)) / 2;
  return shown.map((each) => {
    y += LEADING * SIZES[each.kind];
    return { ...each, y: y - 0.36 * SIZES[each.kind] };
  });
}

export type EdgeLine = { text: string; share: string; kind: 'name' | 'broken'; width: number };

/** Height of a line of text on a line of the map. */
export const EDGE_LEADING = 15;

/** A choice's name in lines of about `width`, how likely it is made behind the last, and below how often the path breaks there. */
export function edgeLines(name: string, share: string, breaks: string, width: number): EdgeLine[] {
  const lines = wrapped(name, Math.max(width, 56), 12.5).map((text): EdgeLine => ({ text, share: '', kind: 'name', width: textWidth(text, 12.5) }));
  const last = lines[lines.length - 1]!;
  const whole = textWidth(`${last.text} `, 12.5) + textWidth(share, 12.5, true);
  if (lines.length === 1 || whole <= Math.max(width, 56) + 8) Object.assign(last, { share, width: whole });
  else lines.push({ text: '', share, kind: 'name', width: textWidth(share, 12.5, true) });
  return breaks ? [...lines, { text: breaks, share: '', kind: 'broken', width: textWidth(breaks, 12, true) }] : lines;
}
