/** The documents of the server's API, as its pages need them. */

export type Role = 'reader' | 'editor' | 'owner';
export type Digest = 'none' | 'daily' | 'weekly';

export interface Person {
  name: string;
  display: string;
  role?: Role;
  email?: string;
  digest?: Digest;
  mail_mentions?: boolean;
  language?: string;
  feed?: string;
}

export interface Session {
  person: Person | null;
  mode: 'local' | 'accounts';
  csrf: string;
  version: string;
  folder: string;
  git: boolean;
  unread: number;
}

/** One thing that is wrong: where, what was found, what is allowed, what to do. */
export interface ProblemLine {
  file?: string | null;
  line?: number | null;
  column?: number | null;
  path?: Path | string | null;
  found?: string | null;
  allowed?: string | null;
  remedy?: string | null;
}

export interface Problem extends ProblemLine {
  schema: 'offramp.problem/1';
  status: number;
  problems: ProblemLine[];
}

export interface Headline {
  says: string;
  probability: number | null;
  interval: [number, number] | null;
  words: string | null;
  run: string;
}

/** The scenarios of the folder, and the files that are none for a reason that can be mended. */
export interface Listing { scenarios: ScenarioRow[]; left_out: { file: string; why: string }[] }

export interface ScenarioRow {
  id: string;
  file: string;
  title: string;
  question: string | null;
  as_of: string | null;
  version: string;
  ok: boolean;
  problems: number;
  changed: string;
  by: string | null;
  open_comments: number;
  headline: Headline | null;
}

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Path = (string | number)[];

export interface OutlineParty { name: string; label: string; line: number }
export interface OutlineTerm { name: string; options: { name: string; value: number }[]; line: number }
export interface OutlineAssumption {
  name: string;
  meaning: string;
  unit: string;
  value: Json;
  kind: string;
  private_to: string | null;
  line: number;
  basis: Json[];
}
export interface OutlineChoice { name: string; label?: string | null; next: string; probability?: Json; when?: string | null }
export interface OutlineMove { name: string; by: string; label: string | null; choices: OutlineChoice[]; line: number }
export interface OutlineOutcome {
  name: string;
  label: string | null;
  starts: Json;
  payoffs: Record<string, string | number>;
  line: number;
}
export interface OutlineAnswer { name: string; says: string; given: string | null; line: number }
export interface OutlineSource { name: string; title: string; publisher: string | null; reliability: string | null; line: number }

export interface Outline {
  title: string;
  question: string | null;
  as_of: string | null;
  parties: OutlineParty[];
  terms: OutlineTerm[];
  offer: Record<string, string> | null;
  assumptions: OutlineAssumption[];
  moves: OutlineMove[];
  outcomes: OutlineOutcome[];
  answers: OutlineAnswer[];
  sources: OutlineSource[];
  use: Json[];
  aftermath: boolean;
}

export interface Draft { text: string; base: string; at: string }

export interface Scenario {
  id: string;
  file: string;
  text: string;
  version: string;
  ok: boolean;
  problems: ProblemLine[];
  outline: Outline | null;
  draft: Draft | null;
  changed: string;
  by: string | null;
}

export interface Saved { version: string; merged: boolean; text: string }
export interface Checked { ok: boolean; problems: ProblemLine[]; outline: Outline | null }
export interface Edited { text: string; problems: ProblemLine[]; outline: Outline | null }
export type Change = { path: Path; value: Json } | { path: Path; remove: true } | { path: Path; rename: string } | { path: Path; before: string | null };

export interface Hunk { first: number; base: string[]; theirs: string[]; yours: string[] }
export interface Conflict {
  schema: 'offramp.conflict/1';
  base: { version: string; text: string } | string;
  theirs: { version: string; text: string; by: string | null; at: string | null };
  yours: { version: string; text: string };
  merged_with_marks: string;
  hunks: Hunk[];
}

export interface HistoryChange { path: string; before: string | null; after: string | null }
export interface HistoryEntry {
  version: string;
  parent: string | null;
  at: string;
  by: string | null;
  message: string | null;
  origin: 'workspace' | 'disk' | 'git' | 'kept';
  commit: string | null;
  changes: HistoryChange[];
}

export interface ComparisonLine {
  name: string;
  says: string;
  first: { mean: number } | null;
  second: { mean: number } | null;
  change: { mean: number; standard_error: number; beyond_noise: boolean } | null;
  [key: string]: unknown;
}
export interface Comparison { schema: string; lines: ComparisonLine[]; sentences: string[]; notes: string[]; [key: string]: unknown }

export type JobStatus = 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'interrupted';
export interface Job {
  id: string;
  scenario: string;
  version: string;
  kind: string;
  options: Record<string, Json>;
  by: string | null;
  status: JobStatus;
  stage: string | null;
  done: number;
  total: number;
  created: string;
  started: string | null;
  ended: string | null;
  error: Problem | null;
  /** Analyses that were not made, and why. */
  left_out?: Record<string, string>;
  run: string | null;
  place: number | null;
}
export interface JobOrder {
  scenario: string;
  version?: string;
  kind: 'run';
  draws: number | 'auto';
  seed: number;
  precision?: number;
  equilibria?: string;
  explore: string[];
}

export interface RunRow {
  id: string;
  scenario: string | null;
  version: string | null;
  title: string;
  made: string;
  draws: number;
  seed: number;
  headline: Headline | null;
  explored: string[];
  current: boolean;
}

export interface Share { id: string; run: string; title: string | null; url?: string; expires: string; created?: string; by?: string | null }

export interface Comment {
  id: number | string;
  scenario: string;
  target: string;
  text: string;
  by: string;
  at: string;
  edited: string | null;
  resolved: { by: string; at: string } | null;
  replies: Comment[];
  mentions: string[];
  missing_target: boolean;
}

export interface Mention {
  id: number | string;
  comment: number | string;
  scenario: string;
  target: string;
  by: string;
  at: string;
  text: string;
  read: boolean;
}

export interface Activity {
  id: number | string;
  at: string;
  by: string | null;
  kind: string;
  scenario: string | null;
  says: string;
  link: string | null;
  detail: Json;
}

export interface DigestDocument {
  since: string;
  says: string[];
  scenarios: {
    id: string;
    title: string;
    changes: Json;
    headline_before: Headline | null;
    headline_now: Headline | null;
    comments: Json;
  }[];
}

export interface Token {
  id: number | string;
  name: string;
  scope: 'read' | 'write';
  created: string;
  expires: string | null;
  used: string | null;
  token?: string;
}

export interface Block { name: string; title?: string; summary?: string; [key: string]: unknown }

/** A document of the ledger, as `offramp.sources/1` lists it. */
export interface LedgerDocument {
  name: string;
  sha256: string;
  kind: 'text' | 'html' | 'pdf';
  title: string;
  publisher: string;
  date: string | null;
  url: string;
  reliability: string;
  original: string;
  file: string;
}

export interface AddedDocument extends LedgerDocument {
  new: boolean;
  copies: { name: string; containment: number }[];
  overlaps: { name: string; containment: number }[];
}

export interface DocumentText { count: number; first: number; paragraphs: string[]; title: string; name: string }

/** A passage that may bear on something of a scenario, as in `offramp.suggestions/1`. */
export interface Suggested {
  kind: 'party' | 'term' | 'move' | 'assumption' | 'actor' | 'obstacle' | 'hedge';
  name: string;
  label: string;
  paragraph: number;
  sentence: string;
  why: string[];
  hedges: { words?: string; kind?: string }[];
  best: number | null;
  score: number;
}

export interface SuggestedDocument { suggestions: Suggested[]; nothing: string[]; notes: string[] }

export interface Presence { scenario: string; people: string[]; editing?: string[] }
