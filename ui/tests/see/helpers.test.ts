import { describe, expect, it } from 'vitest';
import asked from '../../src/figures/fixtures/ask.json';
import breaking from '../../src/figures/fixtures/breaking.json';
import evidence from '../../src/figures/fixtures/evidence.json';
import map from '../../src/figures/fixtures/map.json';
import type { Breaking, MapDocument } from '../../src/figures/documents';
import { boxText, curve, edgeLines, head, thickness, widened } from '../../src/figures/map';
import type { Asked, Evidence } from '../../src/pages/see/documents';
import { isFlagged, marked, shownOf } from '../../src/pages/see/evidence';
import { around, curveOf, lawOf, likeBefore, reach, stepOf, tidy, wrongWith } from '../../src/pages/see/laws';
import { asksOtherwise, NOTHING, readQuery, readValue, valueWords, writeQuery, writeValue, type Chosen } from '../../src/pages/see/linked';
import { likeliest, mapWith, offerTarget, questionOf, seenPlay } from '../../src/pages/see/question';

const drawn = map as unknown as MapDocument;
const answer = asked as unknown as Asked;
const { assumptions } = evidence as unknown as Evidence;
const named = (name: string) => assumptions.find((each) => each.name === name)!;

describe('what is chosen', () => {
  const chosen: Chosen = {
    offer: { court: 'open', officers: 'pensions' },
    move: 'answer',
    assumption: 'office',
    values: { office: 40, p_leak: { uniform: [0.1, 0.4] }, bias: { discrete: { 1: 0.5, '-2.5': 0.5 } }, cost: -3.5 },
    seen: ['approach.offer', 'answer.refuse'],
  };

  it('comes back from an address as it went in', () => {
    const query = new URLSearchParams(new URLSearchParams(writeQuery(chosen)).toString());
    expect(readQuery(query)).toEqual(chosen);
  });

  it('leaves no keys where nothing is chosen', () => {
    expect(writeQuery(NOTHING)).toEqual({});
    expect(readQuery(new URLSearchParams())).toEqual(NOTHING);
  });

  it.each(['office:abc', 'office:', ':3', 'office:pert(1_x)', 'office', '9x:3', 'office:pert()', 'office:Infinity'])('drops what it cannot read: %s', (text) => {
    expect(readQuery(new URLSearchParams({ set: text })).values).toEqual({});
  });

  it('reads values and distributions', () => {
    expect(readValue('1e-3')).toBe(0.001);
    expect(readValue('pert(35_55_80)')).toEqual({ pert: [35, 55, 80] });
    expect(readValue('discrete(1~0.5_2)')).toBeNull();
    expect(writeValue({ pert: [35, 55, 80] })).toBe('pert(35_55_80)');
    expect(valueWords({ discrete: { 1: 0.5 } })).toBe('discrete 1: 0.5');
  });

  it('asks otherwise only where offer, values or what was seen differ', () => {
    expect(asksOtherwise({ ...NOTHING, move: 'answer', assumption: 'office' })).toBe(false);
    expect(asksOtherwise({ ...NOTHING, seen: ['a.b'] })).toBe(true);
  });

  it('makes one play of what was seen, and no keys of what is as in the file', () => {
    expect(seenPlay(['approach.offer', 'answer.refuse'])).toEqual([{ approach: 'offer', answer: 'refuse' }]);
    expect(questionOf(NOTHING, { draws: 256 })).toEqual({ draws: 256 });
    expect(questionOf(chosen).seen).toEqual([{ approach: 'offer', answer: 'refuse' }]);
  });

  it('names an offer as comments do', () => {
    expect(offerTarget({ amnesty: 'ruler', court: 'open' })).toBe('offer:amnesty=ruler,court=open');
  });
});

describe('distributions', () => {
  it('reach over what is stated, and a fixed number from 0 to its double', () => {
    expect(reach(named('office'))).toEqual([35, 80]);
    expect(reach(named('circle'))).toEqual([0, 2 * named('circle').mean]);
    expect(reach({ kind: 'fixed', listed: true, support: [0, 0], density: [[0, 1]], mean: 0 })).toEqual([-1, 1]);
    expect(reach({ kind: 'drawn', listed: false, support: [null, null], density: [[-3, 0.1], [3, 0.1]], mean: 0 })).toEqual([-3, 3]);
  });

  it('step in round numbers', () => {
    expect(stepOf([35, 80])).toBeCloseTo(0.5, 9);
    expect(stepOf([0, 1])).toBeCloseTo(0.01, 9);
    expect(tidy(0.30000000000000004, 0.01)).toBe(0.3);
  });

  it('hold a value that lies outside', () => {
    expect(around([35, 80], 20)).toEqual([20, 80]);
    expect(around([0.3, 0.9], { uniform: [0.1, 0.4] })).toEqual([0.1, 0.9]);
    expect(around([0, 1], undefined)).toEqual([0, 1]);
  });

  it('say what is wrong with their numbers', () => {
    expect(wrongWith('pert', [3, 2, 5])).toBe('see.law.order');
    expect(wrongWith('uniform', [2, 2])).toBe('see.law.order');
    expect(wrongWith('normal', [0, 0])).toBe('see.law.positive');
    expect(wrongWith('triangular', [1, NaN, 3])).toBe('see.law.number');
    expect(wrongWith('pert', [1, 1, 3])).toBeNull();
  });

  it.each(['uniform', 'triangular', 'pert', 'normal'] as const)('%s like before is right and has a curve', (kind) => {
    const numbers = likeBefore(kind, named('office'));
    expect(wrongWith(kind, numbers)).toBeNull();
    const heights = curveOf(kind, numbers).map(([, height]) => height);
    expect(heights.every((each) => Number.isFinite(each) && each >= 0)).toBe(true);
    expect(Math.max(...heights)).toBeGreaterThan(0);
  });

  it('have their mode where it is stated', () => {
    for (const kind of ['triangular', 'pert'] as const) {
      const curve = curveOf(kind, [0, 8, 10], 51);
      const top = curve.reduce((best, each) => (each[1] > best[1] ? each : best));
      expect(top[0]).toBeCloseTo(8, 6);
    }
  });

  it('are read from a value where they are of a kind that can be written', () => {
    expect(lawOf({ pert: [1, 2, 3] })).toEqual({ kind: 'pert', numbers: [1, 2, 3] });
    expect(lawOf({ beta: [1, 2] })).toBeNull();
    expect(lawOf(4)).toBeNull();
  });
});

describe('the map', () => {
  it('takes the numbers of another answer in the same places', () => {
    const other = mapWith(drawn, answer.moves, answer.outcomes, breaking as unknown as Breaking);
    expect(other.moves.map(({ x, y }) => [x, y])).toEqual(drawn.moves.map(({ x, y }) => [x, y]));
    const [move, before] = [other.moves.find((each) => each.name === 'answer')!, answer.moves.answer!];
    expect(move.reached).toEqual(before.reached);
    expect(move.choices.find((each) => each.name === 'accept')!.given_reached!.probability).toBe(before.choices.accept!.probability);
    expect(move.margin!.stands.tempted).toBe(breaking.links.find((each) => each.move === 'answer')!.stands.tempted);
    expect(other.edges.find((each) => each.choices.includes('accept'))!.share).toBe(before.choices.accept!.on_path.probability);
    expect(other.outcomes.map((each) => each.probability)).toEqual(drawn.outcomes.map((each) => answer.outcomes[each.name]!.probability));
  });

  it('stays as it is without an answer', () => {
    expect(mapWith(drawn, undefined, undefined, null)).toBe(drawn);
  });

  it('puts what breaks the path most first', () => {
    const [first, ...rest] = likeliest(answer.breaks);
    rest.forEach((each) => expect(each.probability).toBeLessThanOrEqual(first!.probability));
  });

  it('draws likelier lines wider, and their heads at the end', () => {
    expect(thickness(1)).toBeGreaterThan(thickness(0.1));
    expect(thickness(3)).toBe(thickness(1));
    expect(curve([[0, 0], [10, 50]], 0.5)).toMatch(/^M0 0C0 [\d.]+ 10 [\d.]+ 10 [\d.]+$/);
    expect(head([[0, 0], [10, 50]], 0)).toMatch(/^M10 50L/);
  });

  it('has more room across, and keeps lines at their boxes', () => {
    const wide = widened(drawn);
    expect(wide.width).toBeGreaterThan(drawn.width);
    expect(wide.edges[0]!.points[0]![0] / drawn.edges[0]!.points[0]![0]).toBeCloseTo(wide.moves[0]!.x / drawn.moves[0]!.x, 6);
  });

  it('breaks long choices over lines, with the share behind the last and the break below', () => {
    const short = edgeLines('refuse', '10%', '✕ 4%', 60);
    expect(short.map((each) => [each.text, each.share, each.kind])).toEqual([['refuse', '10%', 'name'], ['✕ 4%', '', 'broken']]);
    const long = edgeLines('agrees through others and asks for more time', '65%', '', 120);
    expect(long.length).toBeGreaterThan(2);
    expect(long.filter((each) => each.share)).toHaveLength(1);
    expect(long.at(-1)!.share).toBe('65%');
    long.forEach((each) => expect(each.width).toBeLessThan(150));
  });

  it('keeps the text of a box inside it', () => {
    const said = [{ text: 'the International Criminal Court', kind: 'strong' as const }, { text: 'reached 54%', kind: 'quiet' as const }, { text: 'not seen by anyone at all', kind: 'quiet' as const }];
    for (const height of [24, 44, 90]) {
      const lines = boxText({ width: 130, height }, said);
      expect(lines.length).toBeGreaterThan(0);
      lines.forEach((each) => expect(each.y).toBeLessThan(height));
    }
    expect(boxText({ width: 130, height: 24 }, said)).toHaveLength(1);
  });
});

describe('evidence', () => {
  it('is filtered by what it rests on', () => {
    expect(shownOf(assumptions, 'judgement', '', '', 'file').every((each) => each.judgement)).toBe(true);
    expect(shownOf(assumptions, 'private', '', '', 'file').map((each) => each.name)).toEqual(['resolve']);
    expect(shownOf(assumptions, 'flagged', '', '', 'file')).toEqual(assumptions.filter(isFlagged));
    expect(shownOf(assumptions, 'all', '', 'calle_ocho', 'file').every((each) => each.bases.some((base) => base.source === 'calle_ocho'))).toBe(true);
  });

  it('is found by words, all of them, and by its name as words', () => {
    expect(shownOf(assumptions, 'all', 'p leak', '', 'file').map((each) => each.name)).toContain('p_leak');
    expect(shownOf(assumptions, 'all', 'office zzz', '', 'file')).toEqual([]);
  });

  it('is ordered by what drives the answer, and by how well it is known', () => {
    const drives = shownOf(assumptions, 'all', '', '', 'drives').map((each) => each.drives ?? -1);
    expect(drives).toEqual([...drives].sort((a, b) => b - a));
    expect(shownOf(assumptions, 'all', '', '', 'known')[0]!.known).toBe('poorly');
  });

  it('marks hedges in a passage, and nothing inside other words', () => {
    const pieces = marked('It may well be (reportedly) that May mayor', ['may', 'reportedly']);
    expect(pieces.filter((each) => each.hedge).map((each) => each.text)).toEqual(['may', 'reportedly', 'May']);
    expect(pieces.map((each) => each.text).join('')).toBe('It may well be (reportedly) that May mayor');
    expect(marked('plain (text', [])).toEqual([{ text: 'plain (text', hedge: false }]);
  });
});
