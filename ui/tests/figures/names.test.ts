/** Every mark of a figure has a name in words, and every figure a title and a table. */
import type { Component } from 'svelte';
import { render } from 'svelte/server';
import { describe, expect, it } from 'vitest';
import BoxLimits from '../../src/figures/BoxLimits.svelte';
import Clauses from '../../src/figures/Clauses.svelte';
import DriverBars from '../../src/figures/DriverBars.svelte';
import Fans from '../../src/figures/Fans.svelte';
import aftermath from '../../src/figures/fixtures/aftermath.json';
import boxes from '../../src/figures/fixtures/boxes.json';
import breaking from '../../src/figures/fixtures/breaking.json';
import comparison from '../../src/figures/fixtures/comparison.json';
import drivers from '../../src/figures/fixtures/drivers.json';
import headline from '../../src/figures/fixtures/headline.json';
import horizon from '../../src/figures/fixtures/horizon.json';
import learning from '../../src/figures/fixtures/learning.json';
import observed from '../../src/figures/fixtures/observed.json';
import offers from '../../src/figures/fixtures/offers.json';
import tipping from '../../src/figures/fixtures/tipping.json';
import Forks from '../../src/figures/Forks.svelte';
import Guarantees from '../../src/figures/Guarantees.svelte';
import Headline from '../../src/figures/Headline.svelte';
import HorizonLines from '../../src/figures/HorizonLines.svelte';
import LearningBars from '../../src/figures/LearningBars.svelte';
import Margins from '../../src/figures/Margins.svelte';
import OfferFrontier from '../../src/figures/OfferFrontier.svelte';
import OfferTable from '../../src/figures/OfferTable.svelte';
import Shifts from '../../src/figures/Shifts.svelte';
import StateAreas from '../../src/figures/StateAreas.svelte';
import TippingCurve from '../../src/figures/TippingCurve.svelte';
import Trajectory from '../../src/figures/Trajectory.svelte';
import TypesBars from '../../src/figures/TypesBars.svelte';
import Waterfall from '../../src/figures/Waterfall.svelte';

type Figure = Component<Record<string, unknown>>;

function drawn(figure: unknown, props: Record<string, unknown>): string {
  return render(figure as Figure, { props }).body;
}

function names(html: string): string[] {
  return [...html.matchAll(/data-mark=""[^>]*aria-label="([^"]+)"/g)].map((each) => each[1]!);
}

const figures: [string, unknown, Record<string, unknown>, number, RegExp][] = [
  ['drivers', DriverBars, { found: drivers }, 2, /^mandate, what opening a case .* influence 16%, interval 9–22%; lowers the answer\.$/],
  ['offers', OfferFrontier, { found: offers }, offers.offers.length, /holds in \d+% of draws if made; .* points for United States\.$/],
  ['tipping', TippingCurve, { found: tipping }, tipping.curve.length, /^Held at \d+ points: \d+%, 90% of draws/],
  ['breaks', Margins, { found: breaking }, breaking.links.length, /margin [+−]\d+ points as things stand, .* tempted in \d+% of cases/],
  ['guarantees', Guarantees, { found: breaking }, breaking.guarantees.length, /^(less|more) .*: [+−]?\d+ percentage points, to \d+%/],
  ['clauses', Clauses, { found: offers }, offers.least_generous.clauses.length, /percentage points with the rest, .* alone, .* on average\.$/],
  ['forks', Forks, { found: breaking, fork: breaking.forks[0] }, Object.keys(breaking.forks[0]!.parties).length, /points; gains in \d+% and loses in .* (knows|does not know) it beforehand\.$/],
  ['fans', Fans, { found: aftermath, indicator: 'oil', arm: 'made' }, aftermath.years + 1, /^Year 0, with the offer: median 100/],
  ['states', StateAreas, { found: aftermath, arm: 'holds' }, aftermath.years + 1, /^Year 0, where it holds: .*an elected government \d+%/],
  ['boxes', BoxLimits, { found: boxes }, 3, /^Box 1: .* (above|below) .*, of a range from/],
  ['trajectory', Trajectory, { found: boxes }, boxes.trajectory.length, /of the box fails/],
  ['waterfall', Waterfall, { found: comparison }, comparison.parts.length + 2, /^First: 25%\.$/],
  ['learning', LearningBars, { found: learning }, learning.assumptions.length, /worth .* points to know; (well|fairly|poorly) known/],
  ['horizon', HorizonLines, { found: horizon }, horizon.rounds.length, /^One round left: /],
  ['observed', Shifts, { found: observed }, observed.assumptions.length, /before .* after .*; (moves|no further)/],
  ['types', TypesBars, { name: 'resolve', types: observed.types.resolve }, observed.types.resolve.values.length, /^At .*: \d+% before, \d+% after\.$/],
];

describe('a figure', () => {
  it.each(figures)('of %s names each mark in words', (_, figure, props, count, first) => {
    const found = names(drawn(figure, props));
    expect(found).toHaveLength(count);
    expect(found[0]).toMatch(first);
    found.forEach((each) => expect(each).not.toMatch(/figure\.|undefined|NaN|\{/));
  });

  it.each(figures)('of %s has a title, and can be shown as a table', (_, figure, props) => {
    const html = drawn(figure, props);
    expect(html).toMatch(/<h[34] id="[^"]+">[^<]+<\/h[34]>|<h[34][^>]*>(<!--.*?-->)?[^<]+/);
    expect(html).toContain('Show as table');
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('has marks that are pressed where one of them is chosen', () => {
    const html = drawn(DriverBars, { found: drivers, chosen: 'office', choose: () => {} });
    expect(html).toMatch(/role="button"[^>]*aria-label="office,[^>]*aria-pressed="true"/);
    expect(html).toMatch(/role="button"[^>]*aria-label="mandate,[^>]*aria-pressed="false"/);
  });
});

describe('the headline', () => {
  const answer = headline.answers.holds;

  it('says the likelihood in words, in numbers and with its range', () => {
    const text = drawn(Headline, { ...headline, answer }).replace(/<[^>]+>/g, '');
    expect(text).toContain('If the United States makes the offer, it is unlikely (27%, 90% of draws 0–100%) that the offer is accepted and kept.');
    expect(text).toContain('Certificate: in every draw nobody gains more than');
    expect(text).toContain('Low confidence.');
  });

  it('says whether a change is more than noise', () => {
    const change = { mean: 0.01, standard_error: 0.02, beyond_noise: false };
    const text = drawn(Headline, { answer, draws: 512, before: answer, change }).replace(/<[^>]+>/g, '');
    expect(text).toContain('+1.0 percentage points (standard error 2.0), not to be told from sampling noise');
  });

  it('says so where the condition is never met', () => {
    const text = drawn(Headline, { answer: { ...answer, probability: null, interval: null }, draws: 8 }).replace(/<[^>]+>/g, '');
    expect(text).toContain('cannot be asked');
  });
});

describe('the table of offers', () => {
  it('says which column it is sorted by, and marks the offer on the table', () => {
    const html = drawn(OfferTable, { found: offers, choose: () => {}, chosen: offers.offers[0]!.options });
    expect(html.match(/aria-sort="descending"/g)).toHaveLength(1);
    expect(html).toContain('on the table');
    expect(html).toMatch(/class="pick[^"]*"[^>]*aria-pressed="true"/);
  });
});
