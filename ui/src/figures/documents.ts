/** The documents that are drawn, as `docs/json.md` describes them; only the keys that are read here. */

/** Low and high: the 5th and the 95th percentile over the draws. */
export type Interval = number[];

export type Estimate = { mean: number; interval: Interval };

export type Answer = {
  says: string;
  probability: number | null;
  interval: Interval | null;
  given: null | { says: string; probability: number; interval: Interval; share_of_draws: number };
};

export type Choice = {
  probability: number | null;
  interval: Interval | null;
  on_path: { probability: number; interval: Interval };
};

export type Move = {
  label: string;
  by: string;
  reached: { probability: number; interval: Interval };
  choices: Record<string, Choice>;
};

export type Certificate = {
  max_regret: number;
  share_within_tolerance: number;
  tolerance: number;
  max_residual: number;
  unconverged: number;
  equilibria: string;
  grid_check?: null | { settled: boolean; draws: number };
};

export type Break = { move: string; choice: string; probability: number; interval: Interval };

export type Confidence = { level: 'low' | 'moderate' | 'high'; sentence: string; reasons: string[] };

export type Enough = {
  settled: boolean;
  standard_error: number;
  interval: Interval;
  terms: string[];
  draws_needed: number;
};

/** Title, question and parties of a scenario, as every document says them. */
export type About = { title: string; question: string; as_of: string | null; sha256: string; parties: Record<string, string> };

export type Run = {
  scenario: About;
  seed: number;
  draws: number;
  answers: Record<string, Answer>;
  outcomes: Record<string, { label: string; probability: number; interval: Interval }>;
  moves: Record<string, Move>;
  parties: Record<string, { payoff: number; interval: Interval }>;
  breaks: Break[];
  certificate: Certificate;
  explored: Record<string, unknown>;
  enough: Enough | null;
  confidence: Confidence | null;
};

export type Options = Record<string, string>;

export type Offer = {
  options: Options;
  generosity: number;
  made: Estimate | null;
  accepted: Estimate | null;
  kept: Estimate | null;
  holds: Estimate | null;
  share: number;
  payoffs: Record<string, Estimate>;
  if_made: Record<string, number>;
  worst_decile: number;
  regret: number;
  best: number;
  on_front: boolean;
  on_main_front: boolean;
  better_refused_by: number | null;
  unconverged: number;
  remarks: string[];
};

export type Clause = { term: string; option: string; alone: number; given_rest: number; average: number | null };

export type Offers = {
  scenario: About;
  draws: number;
  chooser: string;
  answerer: string | null;
  combinations: number;
  method: string;
  table: number | null;
  offers: Offer[];
  least_generous: { wanted: number; reached: boolean; options: Options; share: number; clauses: Clause[] };
  sentences: string[];
  notes: string[];
};

export type Share = { share: number; interval: Interval };

export type Direction = 'raises' | 'lowers' | 'mixed';

export type Driver = {
  name: string;
  meaning: string;
  unit: string;
  rests_on: string[];
  influence: Share;
  noise: number;
  distinguishable: boolean;
  ranks: number[];
  first_order: Share;
  total: Share | null;
  direction: Direction;
  swing: { held: number[]; answers: (number | null)[] } | null;
  neighbours: string[];
};

export type Drivers = {
  draws: number;
  answer: { name: string; says: string; given: string | null; is_probability: boolean; mean: number; interval: Interval; constant: boolean };
  drivers: Driver[];
  centre: number | null;
  swing_draws: number;
  notes: string[];
};

export type Limit = {
  assumption: string;
  side: 'above' | 'below' | 'among';
  number: number | null;
  values: number[] | null;
  range: number[];
  reproduced: number;
  interval: Interval | null;
  density_without: number;
};

export type Score = { draws: number; mass: number; density: number; interval: Interval; coverage: number; rate: number };

export type Step = {
  limits: number;
  mass: number;
  density: number;
  coverage: number;
  held_out_density: number;
  held_out_coverage: number;
};

export type Boxes = {
  draws: number;
  answer: { name: string; says: string };
  looked_for: { holds: boolean; says: string; below: number | null };
  counted: number;
  rate: number;
  boxes: { says: string[]; limits: Limit[]; held_out: Score; learnt: Score; p_value: number }[];
  trajectory: Step[];
  sentences: string[];
  notes: string[];
};

export type Tipping = {
  draws: number;
  answer: { name: string; says: string; level: number };
  assumption: { name: string; meaning: string; unit: string; kind: string; listed: boolean; stated: number[]; median: number };
  range: number[];
  now: Estimate | null;
  curve: { value: number; answer: Estimate | null; asked: number }[];
  crossings: { value: number; between: number[]; rises: boolean; stated_below: number | null }[];
  flips: { rises: boolean; share: number; median: number; interval: Interval }[];
  always: number;
  never: number;
  several: number;
  sentences: string[];
  notes: string[];
};

export type Fan = { mean: number[]; p05: number[]; p25: number[]; p50: number[]; p75: number[]; p95: number[] };

export type ArmName = 'made' | 'not_made' | 'holds' | 'played';

export type Arm = {
  name: ArmName;
  says: string;
  probability: Estimate | null;
  states: Record<string, Estimate[]>;
  indicators: Record<string, Fan>;
};

export type Aftermath = {
  draws: number;
  years: number;
  states: { name: string; label: string }[];
  indicators: { name: string; label: string; unit: string }[];
  arms: Arm[];
  higher_with_offer: Record<string, number> | null;
  paths: number;
  sentences: string[];
  notes: string[];
};

export type Margin = { margin: Estimate; tempted: number; tied: number; gain: number | null; first: number };

export type Link = {
  move: string;
  label: string;
  party: string;
  holding: string[];
  others: string[];
  decides_condition: boolean;
  has_types: boolean;
  reached: number;
  leaves: number;
  stands: Margin;
  keeps: Margin;
  distrust: Estimate;
  weakest: number;
};

export type Fork = {
  move: string;
  label: string;
  by: string;
  choice: string;
  against: string;
  reveals: string[];
  reached: number;
  parties: Record<string, { difference: Estimate; gains: number; loses: number; knows: boolean }>;
  answer: Estimate | null;
};

export type Guarantee = {
  term: string;
  option: string;
  instead: string;
  direction: 'less' | 'more';
  answer: number;
  change: Estimate;
  lost: number;
  gained: number;
};

export type Breaking = {
  scenario: About;
  draws: number;
  answer: { name: string; says: string; given: string | null; probability: number; interval: Interval };
  links: Link[];
  holds: { stands: number; keeps: number };
  chance: { move: string; stands: number; keeps: number }[];
  forks: Fork[];
  guarantees: Guarantee[];
  notes: string[];
};

export type Horizon = {
  draws: number;
  scenario: About;
  rounds: {
    left: number;
    answers: Record<string, Estimate | null>;
    outcomes: Record<string, Estimate>;
    payoffs: Record<string, Estimate>;
  }[];
  counts_rounds: boolean;
  sentences: string[];
  notes: string[];
};

export type Shift = {
  name: string;
  says: string;
  private_to: string | null;
  prior: Estimate;
  posterior: Estimate;
  distance: number;
  moved: boolean;
};

export type Types = { values: number[]; prior: number[]; posterior: number[] };

export type Belief = { name: string; says: string; prior: Estimate | null; posterior: Estimate | null };

export type Observed = {
  draws: number;
  scenario: About;
  observed: { says: string; saw: Record<string, string>; offer: Options }[];
  probability: number;
  effective: number;
  thin: boolean;
  assumptions: Shift[];
  types: Record<string, Types>;
  answers: Belief[];
  outcomes: Belief[];
  sentences: string[];
  notes: string[];
};

export type Worth = { points: number; standard_error: number; distinguishable: boolean };

export type Learning = {
  draws: number;
  scenario: About;
  chooser: string;
  best: string;
  value: number;
  stays: number;
  offers: number;
  everything: Worth;
  assumptions: {
    name: string;
    says: string;
    worth: Worth;
    share: number;
    known: 'well' | 'fairly' | 'poorly';
    why: string;
    matters: boolean;
    listed: boolean;
    turns: { from: number; to: number; offer: string }[];
  }[];
  short_list: string[];
  sentences: string[];
  notes: string[];
};

export type Change = { mean: number; standard_error: number; beyond_noise: boolean };

export type Line = { name: string; says: string; first: Estimate | null; second: Estimate | null; change: Change | null };

export type Comparison = {
  draws: number;
  labels: string[];
  answer: Line;
  method: string;
  parts: { label: string; edits: { path: string[]; before: string; after: string }[]; change: Change | null; apart: number | null }[];
  lines: Line[];
  sentences: string[];
  notes: string[];
};

export type Likely = { probability: number; interval: Interval };

/** A choice of a move on the map: how likely it is made once its move is reached, and on the whole. */
export type MapChoice = {
  name: string;
  label: string;
  next: string;
  given_reached: Likely | null;
  on_path: Likely;
  seen: string;
  reveals: string | null;
};

/** What a mover may know at a move, private values apart, and what it does there. */
export type Known = {
  says: string;
  facts: { move: string; choice: string }[];
  choices: Record<string, number>;
  regret: number;
  types: { values: Record<string, number>; choices: Record<string, number> }[];
};

export type TextLine = { text: string; kind: 'plain' | 'strong' | 'quiet' };

/** A box of the map: its middle, its size, and its text as the report sets it. */
export type Box = { x: number; y: number; width: number; height: number; lines: TextLine[] };

export type MapMove = Box & {
  name: string;
  by: string;
  by_label: string;
  label: string;
  reached: Likely;
  secret: boolean;
  hidden_from: string[];
  unseen: { name: string; label: string }[];
  choices: MapChoice[];
  knows: Known[];
  regret: number | null;
  assumptions: string[];
  margin: Link | null;
};

export type MapEnd = Box & { name: string; label: string; probability: number };

export type MapEdge = { from: string; to: string; choices: string[]; share: number; points: [number, number][]; text: Box };

export type MapDocument = {
  scenario: About;
  width: number;
  height: number;
  alt: string;
  parties: { name: string; label: string; colour: number }[];
  moves: MapMove[];
  outcomes: MapEnd[];
  edges: MapEdge[];
  private: { name: string; to: string; meaning: string }[];
  notes: string[];
};
