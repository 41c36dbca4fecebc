/** The documents that the desk answers with, as these pages read them. */
import type {
  About, Aftermath, Answer, Break, Breaking, Certificate, Change, Drivers, Enough, Interval, Move, Observed, Options,
} from '../../figures/documents';

export type { MapDocument, MapMove } from '../../figures/documents';

export type Ground = {
  kind: 'source' | 'base_rate' | 'study' | 'judgement';
  text: string;
  says: string;
  source: string | null;
  title: string | null;
  publisher: string | null;
  reliability: string | null;
  credibility: number | null;
  locator: string;
  status: string | null;
  paragraph: number | null;
  passage: string | null;
  hedges: { words: string; kind: 'attribution' | 'possibility' }[];
  best: number | null;
  flag: string | null;
  note: string | null;
};

export type Quantiles = { p05: number; p25: number; p50: number; p75: number; p95: number };

export type Evidenced = {
  name: string;
  meaning: string;
  unit: string;
  kind: 'drawn' | 'fixed' | 'private';
  private_to: string | null;
  line: number | null;
  value: Value;
  distribution: string;
  says: string;
  mean: number;
  support: (number | null)[];
  quantiles: Quantiles;
  listed: boolean;
  density: [number, number][];
  known: 'well' | 'fairly' | 'poorly';
  why: string;
  judgement: boolean;
  bases: Ground[];
  drives: number | null;
  distinguishable: boolean | null;
  direction: 'raises' | 'lowers' | 'mixed' | null;
};

export type EvidenceSource = {
  name: string;
  title: string;
  publisher: string | null;
  date: string | null;
  url: string | null;
  reliability: string | null;
  document: string | null;
  note: string | null;
};

export type Evidence = {
  version: string;
  drivers: { run: string; current: boolean; answer: string; says: string } | null;
  assumptions: Evidenced[];
  sources: EvidenceSource[];
  correlations: { between: string[]; rank: number }[];
};

/** A number, or a distribution as a scenario writes it: `{pert: [35, 55, 80]}`. */
export type Value = number | Record<string, number[] | Record<string, number>>;

/** The same question asked of the saved version, and what changed from that to this. */
export type Against = {
  answers: Record<string, Answer>;
  outcomes: Record<string, { label: string; probability: number; interval: Interval }>;
  changes: Record<string, Change | null>;
};

export type Posterior = { probability: number; interval: Interval; words: string };

export type Asked = {
  scenario: About;
  version: string;
  offer: Options;
  answers: Record<string, Answer & { posterior: Posterior | null }>;
  outcomes: Record<string, { label: string; probability: number; interval: Interval; posterior: Posterior | null }>;
  moves: Record<string, Move>;
  parties: Record<string, { payoff: number; interval: Interval }>;
  breaks: Break[];
  certificate: Certificate;
  enough: Enough | null;
  draws: number;
  new_draws: boolean;
  seconds: number;
  notes: string[];
  against: Against | null;
  observed: Observed | null;
  breaking: Breaking | null;
  aftermath: Aftermath | null;
  drivers: Drivers | null;
};

export type Question = {
  text?: string;
  offer?: Options;
  values?: Record<string, Value>;
  seen?: Record<string, string>[];
  draws?: number;
  seed?: number;
  against?: string;
  include?: string[];
  page?: string;
};
