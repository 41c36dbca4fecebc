/** A scenario's text as the editor reads it: at once, as far as it can be read, with the place of every value. */
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node, type Pair } from 'yaml';
import type { Json, Path } from '../lib/types';

export interface Reading {
  text: string;
  doc: Document.Parsed;
  lines: LineCounter;
  /** What the text says; null where it is not YAML. */
  value: { [key: string]: Json } | null;
}

const OPTIONS = { strict: false, uniqueKeys: false, logLevel: 'silent', prettyErrors: false } as const;

export function reading(text: string): Reading {
  const lines = new LineCounter();
  const doc = parseDocument(text, { ...OPTIONS, lineCounter: lines });
  return { text, doc, lines, value: valueOf(doc) };
}

function valueOf(doc: Document.Parsed): Reading['value'] {
  if (doc.errors.length || !isMap(doc.contents)) return null;
  try {
    return doc.toJS({ maxAliasCount: 100 }) as Reading['value'];
  } catch {
    return null;
  }
}

function named(pair: Pair, key: string | number): boolean {
  return isScalar(pair.key) ? String(pair.key.value) === String(key) : String(pair.key) === String(key);
}

/** The pair or the item that stands at a path. */
function found(node: unknown, path: Path): { key: Node | null; value: Node | null } | null {
  const [first, ...rest] = path;
  if (first === undefined) return null;
  if (isMap(node)) {
    const pair = node.items.find((one) => named(one, first));
    if (!pair) return null;
    if (!rest.length) return { key: isNode(pair.key) ? pair.key : null, value: isNode(pair.value) ? pair.value : null };
    return found(pair.value, rest);
  }
  if (isSeq(node) && typeof first === 'number') {
    const item = node.items[first];
    return rest.length ? found(item, rest) : { key: null, value: isNode(item) ? item : null };
  }
  return null;
}

/** Where in the text the key and the value of a path stand; null where the path leads nowhere. */
export function placeOf({ doc }: Reading, path: Path): { from: number; to: number; value: [number, number] | null } | null {
  const place = found(doc.contents, path);
  const value = place?.value?.range ?? null;
  const key = place?.key?.range ?? value;
  if (!key) return null;
  return { from: key[0], to: (value ?? key)[1], value: value && [value[0], value[1]] };
}

/** The place of a path, or of the longest beginning of it that leads somewhere. */
export function nearestPlace(read: Reading, path: Path): { from: number; to: number } | null {
  for (let length = path.length; length > 0; length--) {
    const place = placeOf(read, path.slice(0, length));
    if (place) return place;
  }
  return null;
}

/** The path as it is written with dots: `assumptions.office`, with numbers for items of lists. */
export function pathOf(text: string): Path {
  return text.split('.').filter(Boolean).map((piece) => (/^\d+$/.test(piece) ? Number(piece) : piece));
}

/** A part of what the text says. */
export function part(value: Json | undefined, ...path: Path): Json | undefined {
  let at: Json | undefined = value;
  for (const key of path) {
    if (at === null || typeof at !== 'object') return undefined;
    at = (at as { [key: string]: Json })[key];
  }
  return at;
}

/** The entries of a mapping; none where something else stands there. */
export function entries(value: Json | undefined): [string, Json][] {
  return value && typeof value === 'object' && !Array.isArray(value) ? Object.entries(value) : [];
}

export type Place = {
  path: Path;
  /** Whether a key is being written, or the value of the path. */
  role: 'key' | 'value';
  /** What stands of it before the cursor. */
  before: string;
  /** The keys that the mapping has already. */
  siblings: string[];
  /** Whether it stands on a line of its own, where a mapping could begin. */
  fresh: boolean;
};

const MARK = '\uE000';

/** What is being written at a place in the text; null in comments and between things. */
export function placeAt(text: string, offset: number): Place | null {
  const marked = text.slice(0, offset) + MARK + text.slice(offset);
  const doc = parseDocument(marked, OPTIONS);
  return doc.contents ? sought(doc.contents, [], marked) : null;
}

function sought(node: unknown, path: Path, text: string): Place | null {
  if (isMap(node)) {
    for (const pair of node.items) {
      const key = isScalar(pair.key) ? String(pair.key.value) : '';
      if (key.includes(MARK)) {
        const siblings = node.items.map((one) => (isScalar(one.key) ? String(one.key.value) : '')).filter((one) => !one.includes(MARK));
        return { path, role: 'key', before: key.slice(0, key.indexOf(MARK)), siblings, fresh: false };
      }
      const inside = sought(pair.value, [...path, key], text);
      if (inside) return inside;
    }
  }
  if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      const inside = sought(item, [...path, index], text);
      if (inside) return inside;
    }
  }
  if (isScalar(node) && typeof node.value === 'string' && node.value.includes(MARK)) {
    const before = node.value.slice(0, node.value.indexOf(MARK));
    const start = node.range?.[0] ?? 0;
    const fresh = /(^|\n)[ \t]*$/.test(text.slice(0, start));
    return { path, role: 'value', before, siblings: [], fresh };
  }
  return null;
}

/** What stands under a place in the text: the path, and whether it is the key. */
export function pointedAt({ doc }: Reading, offset: number): { path: Path; role: 'key' | 'value'; from: number; to: number } | null {
  return pointed(doc.contents, [], offset);
}

function within(node: unknown, offset: number): node is Node & { range: [number, number, number] } {
  return isNode(node) && !!node.range && node.range[0] <= offset && offset <= node.range[1];
}

function pointed(node: unknown, path: Path, offset: number): ReturnType<typeof pointedAt> {
  if (isMap(node)) {
    for (const pair of node.items) {
      const name = isScalar(pair.key) ? String(pair.key.value) : '';
      if (within(pair.key, offset)) return { path: [...path, name], role: 'key', from: pair.key.range[0], to: pair.key.range[1] };
      if (within(pair.value, offset)) return pointed(pair.value, [...path, name], offset);
    }
    return null;
  }
  if (isSeq(node)) {
    const index = node.items.findIndex((item) => within(item, offset));
    return index < 0 ? null : pointed(node.items[index], [...path, index], offset);
  }
  return within(node, offset) ? { path, role: 'value', from: node.range[0], to: node.range[1] } : null;
}
