/** Lines of the map of moves: through the points that the server laid out, upright at each, with an arrow's head. */

const THINNEST = 1.2;
const THICKEST = 9;
const ARROW = 7;

/** A line that is taken less often is dashed. */
export const SELDOM = 0.01;

type Point = [number, number];

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
