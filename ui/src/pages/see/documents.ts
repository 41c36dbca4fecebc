/** The documents that the desk answers with, as these pages read them. */
import type {
  About, Aftermath, Answer, Break, Breaking, Certificate, Change, Drivers, Enough, Interval, Move, Observed, Options,
} from '../../figures/documents';

export type { Infoset, MapDocument, MapEdge, MapEnd, MapMove } from '../../figures/documents';

export type Ground = {
  source: string | null;
  title: string | null;
  publisher: string | null;
  reliability: string | null;
  credibility: string | number | null;
  locator: string | null;
  passage: string | null;
  hedges: string[];
  flag: string | null;
  note: string | null;
};

export type Quantiles = { p05: number; p25: number; p50: number; p75: number; p95: number };

export type Evidenced = {
  name: string;
  meaning: string;
  unit: string;
  says: string;
  quantiles: Quantiles | null;
  density: [number, number][];
  private_to: string | null;
  bases: Ground[];
  judgement: boolean;
  drives: number | null;
};

export type Evidence = {
  assumptions: Evidenced[];
  sources: { name: string; title: string; publisher: string | null; reliability: string | null }[];
};

/** A number, or a distribution as a scenario writes it: `{pert: [35, 55, 80]}`. */
export type Value = number | Record<string, number[]>;

/** The same question asked of the saved version, and what changed from that to this. */
export type Against = {
  answers: Record<string, Answer>;
  outcomes: Record<string, { label: string; probability: number; interval: Interval }>;
  changes: Record<string, Change>;
};

export type Asked = {
  scenario: About;
  answers: Record<string, Answer>;
  outcomes: Record<string, { label: string; probability: number; interval: Interval }>;
  moves: Record<string, Move>;
  parties: Record<string, { payoff: number; interval: Interval }>;
  breaks: Break[];
  certificate: Certificate;
  enough?: Enough | null;
  draws: number;
  new_draws: boolean;
  seconds: number;
  notes: string[];
  against: Against | null;
  breaking?: Breaking | null;
  aftermath?: Aftermath | null;
  drivers?: Drivers | null;
  observed?: Observed | null;
};

export type Question = {
  text?: string;
  offer?: Options;
  values?: Record<string, Value>;
  seen?: string[];
  draws?: number;
  seed?: number;
  against?: string;
  include?: string[];
};
