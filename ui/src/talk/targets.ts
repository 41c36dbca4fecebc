/** What a comment is about: `""`, `assumptions.office`, `moves.leak`, `offer:amnesty=ruler,court=open`, `run:ID`. */

const SECTIONS = ['parties', 'terms', 'assumptions', 'moves', 'outcomes', 'answers', 'sources'] as const;
export type Section = (typeof SECTIONS)[number];
export type Target =
  | { kind: 'whole' }
  | { kind: 'part'; section: Section; name: string }
  | { kind: 'offer'; terms: [string, string][] }
  | { kind: 'run'; run: string }
  | { kind: 'other'; text: string };

/** What a target's text means. */
export function target(text: string): Target {
  if (text === '') return { kind: 'whole' };
  if (text.startsWith('run:')) return { kind: 'run', run: text.slice(4) };
  if (text.startsWith('offer:')) {
    const pairs = text.slice(6).split(',').filter(Boolean).map((pair) => pair.split('=') as [string, string]);
    return { kind: 'offer', terms: pairs };
  }
  const [section = '', name = '', ...rest] = text.split('.');
  if ((SECTIONS as readonly string[]).includes(section) && name && !rest.length) return { kind: 'part', section: section as Section, name };
  return { kind: 'other', text };
}

/** The target of comments on an offer; the order of its terms does not matter. */
export function offerTarget(offer: Record<string, string>): string {
  return `offer:${Object.entries(offer).map(([term, option]) => `${term}=${option}`).sort().join(',')}`;
}

export type Piece = { text: string; mention: boolean };

/** A comment's text cut into plain pieces and mentions of the people who are named. */
export function pieces(text: string, people: readonly string[]): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(/(?<![\w.-])@([A-Za-z0-9_][A-Za-z0-9_.-]*[A-Za-z0-9_]|[A-Za-z0-9_])/g)) {
    if (!people.includes(match[1]!)) continue;
    if (match.index > from) found.push({ text: text.slice(from, match.index), mention: false });
    found.push({ text: match[0], mention: true });
    from = match.index + match[0].length;
  }
  if (from < text.length) found.push({ text: text.slice(from), mention: false });
  return found;
}

/** The beginning of a name that is being mentioned before the cursor, or null. */
export function mentioning(text: string, cursor: number): { from: number; begun: string } | null {
  const match = /(?:^|[\s(,;])@([A-Za-z0-9_.-]*)$/.exec(text.slice(0, cursor));
  return match ? { from: cursor - match[1]!.length, begun: match[1]! } : null;
}
