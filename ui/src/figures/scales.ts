/** Scales, ticks, paths and the spacing of labels: pure functions over numbers. */
import { scaleLinear, type ScaleLinear } from 'd3-scale';
import { area, curveMonotoneX, line } from 'd3-shape';

export type Scale = ScaleLinear<number, number>;

/** A linear scale; a domain without width is widened, so that nothing is divided by zero. */
export function linear(domain: [number, number], range: [number, number]): Scale {
  const [low, high] = domain;
  const half = low === high ? Math.abs(low) / 2 || 0.5 : 0;
  return scaleLinear([low - half, high + half], range);
}

/** The least and the largest of `numbers`, and of zero where `zero` is asked for. */
export function extent(numbers: Iterable<number>, zero = false): [number, number] {
  let [low, high] = zero ? [0, 0] : [Infinity, -Infinity];
  for (const each of numbers) {
    low = Math.min(low, each);
    high = Math.max(high, each);
  }
  return low <= high ? [low, high] : [0, 1];
}

/** `extent` widened by a share of its own width on both sides. */
export function padded([low, high]: [number, number], share = 0.05): [number, number] {
  const room = (high - low || Math.abs(low) || 1) * share;
  return [low - room, high + room];
}

/** About one tick for every `each` pixels of the range, two at least. */
export function ticks(scale: Scale, each = 80): number[] {
  const [from, to] = scale.range() as [number, number];
  return scale.ticks(Math.max(2, Math.floor(Math.abs(to - from) / each)));
}

/** A line through points, with a gap wherever a point is null. */
export function linePath(points: ([number, number] | null)[], smooth = false): string {
  const draw = line<[number, number] | null>((each) => each![0], (each) => each![1]).defined((each) => each !== null);
  return (smooth ? draw.curve(curveMonotoneX) : draw)(points) ?? '';
}

/** The area between two lines: points of x, lower and upper y, with a gap wherever a point is null. */
export function bandPath(points: ([number, number, number] | null)[], smooth = false): string {
  const draw = area<[number, number, number] | null>()
    .x((each) => each![0])
    .y0((each) => each![1])
    .y1((each) => each![2])
    .defined((each) => each !== null);
  return (smooth ? draw.curve(curveMonotoneX) : draw)(points) ?? '';
}

/** Positions as near as may be to `wanted`, at least `gap` apart and within `low` to `high` where that is possible. */
export function spread(wanted: number[], gap: number, low = -Infinity, high = Infinity): number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
  const groups: { sum: number; places: number[] }[] = [];
  const start = (group: { sum: number; places: number[] }) => {
    const height = gap * (group.places.length - 1);
    const free = group.sum / group.places.length - height / 2;
    return Math.max(low, Math.min(free, high - height));
  };
  for (const index of order) {
    groups.push({ sum: wanted[index]!, places: [index] });
    while (groups.length > 1) {
      const [above, below] = groups.slice(-2) as [(typeof groups)[0], (typeof groups)[0]];
      if (start(above) + gap * above.places.length <= start(below)) break;
      groups.splice(-2, 2, { sum: above.sum + below.sum, places: [...above.places, ...below.places] });
    }
  }
  const found: number[] = wanted.slice();
  for (const group of groups) group.places.forEach((index, place) => (found[index] = start(group) + gap * place));
  return found;
}

/** The points that no other beats on both axes, from left to right: more of `y` is better, and less of `x`. */
export function frontier<T>(points: T[], x: (each: T) => number, y: (each: T) => number): T[] {
  const found: T[] = [];
  for (const each of [...points].sort((a, b) => x(a) - x(b) || y(b) - y(a))) {
    const last = found[found.length - 1];
    if (!last || y(each) > y(last)) found.push(each);
  }
  return found;
}

/** Places of dots that share a neighbourhood, so that none hides another: offsets from the middle, in rows of `size`. */
export function swarm(positions: number[], size: number): number[] {
  const placed: { at: number; off: number }[] = [];
  const found = positions.map(() => 0);
  for (const index of positions.map((_, place) => place).sort((a, b) => positions[a]! - positions[b]!)) {
    const at = positions[index]!;
    const near = placed.filter((each) => at - each.at < size);
    let off = 0;
    for (let step = 0; near.some((each) => (each.at - at) ** 2 + (each.off - off) ** 2 < size ** 2 * 0.98); step += 1) {
      off = (Math.floor(step / 2) + 1) * (step % 2 ? -1 : 1) * size * 0.5;
    }
    found[index] = off;
    placed.push({ at, off });
  }
  return found;
}
