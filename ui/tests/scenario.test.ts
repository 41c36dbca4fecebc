import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { explained, suggestions } from '../src/scenario/complete';
import { expressionAt, namesOf } from '../src/scenario/names';
import { nearestPlace, part, pathOf, placeAt, placeOf, pointedAt, reading } from '../src/scenario/reading';
import { keysAt, sayingAt, valuesAt, type Schema } from '../src/scenario/schema';

const schema = JSON.parse(readFileSync(new URL('./schema.json', import.meta.url), 'utf8')) as Schema;

const TEXT = `format: offramp/1   # the version
title: Safe passage
parties: {envoy: the envoy, ruler: the ruler}
terms:
  passage: [none, promised]
  pensions: {none: 0, full: 1}
offer: {passage: promised, pensions: full}
assumptions:
  office:
    meaning: what staying is worth
    value: {pert: [30, 45, 80]}   # wide
  p_leak: {value: {uniform: [0.2, 0.6]}}
sources:
  gazette: {title: The Gazette}
moves:
  approach:
    by: envoy
    known_to: [envoy, ruler]
    choices:
      offer: {next: leak}
      wait: {next: impasse}
  leak:
    by: chance
    choices:
      leaked: {probability: p_leak, next: impasse}
      held: {next: impasse}
outcomes:
  impasse:
    payoffs: {envoy: 0, ruler: office + 1}
answers:
  holds: {says: it holds, when: outcome.impasse}
`;

const names = namesOf(reading(TEXT).value ?? undefined);

/** The labels that are suggested where `|` stands, in a text made of TEXT. */
function labels(piece: string, replaced: string, by: string): string[] {
  expect(TEXT).toContain(piece);
  const text = TEXT.replace(piece, piece.replace(replaced, by));
  const offset = text.indexOf('|');
  return (suggestions(text.replace('|', ''), offset, schema, names)?.list ?? []).map((one) => one.label);
}

describe('reading a text', () => {
  it('says what stands there, and nothing where it is no YAML', () => {
    expect(part(reading(TEXT).value ?? undefined, 'assumptions', 'office', 'value', 'pert', 1)).toBe(45);
    expect(reading('a: [1, 2').value).toBeNull();
    expect(reading('- 1').value).toBeNull();
  });

  it('survives an anchor that grows without end', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]', ...'bcdefghij'.split('').map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[index]}`).join(', ')}]`)];
    expect(reading(bomb.join('\n')).value).toBeNull();
  });

  it('finds the key and the value of a path, without the comment', () => {
    const read = reading(TEXT);
    const place = placeOf(read, ['assumptions', 'office', 'value'])!;
    expect(TEXT.slice(place.from, place.to)).toBe('value: {pert: [30, 45, 80]}');
    const item = placeOf(read, ['moves', 'approach', 'known_to', 1])!;
    expect(TEXT.slice(item.from, item.to)).toBe('ruler');
    expect(placeOf(read, ['moves', 'nothing'])).toBeNull();
    expect(read.lines.linePos(nearestPlace(read, pathOf('moves.leak.choices.gone'))!.from).line).toBe(24);
  });

  it('knows what stands under the pointer', () => {
    const read = reading(TEXT);
    expect(pointedAt(read, TEXT.indexOf('known_to') + 2)).toMatchObject({ path: ['moves', 'approach', 'known_to'], role: 'key' });
    expect(pointedAt(read, TEXT.indexOf('office + 1'))).toMatchObject({ path: ['outcomes', 'impasse', 'payoffs', 'ruler'], role: 'value' });
    expect(pointedAt(read, TEXT.indexOf('# wide') + 3)).toBeNull();
  });

  it('knows what is being written: a key, a value, an item, a word of an expression', () => {
    const at = (text: string) => placeAt(text.replace('|', ''), text.indexOf('|'));
    expect(at('moves:\n  leak:\n    by: chance\n    ch|\noutcomes: {}')).toMatchObject({ path: ['moves', 'leak'], role: 'key', before: 'ch', siblings: ['by'] });
    expect(at('moves:\n  leak:\n    by: |\n')).toMatchObject({ path: ['moves', 'leak', 'by'], role: 'value', before: '' });
    expect(at('a: {b: 1, |}')).toMatchObject({ path: ['a'], role: 'key', siblings: ['b'] });
    expect(at('a: [x, y|]')).toMatchObject({ path: ['a', 1], role: 'value', before: 'y' });
    expect(at('a: 2 * of| + 1')).toMatchObject({ path: ['a'], role: 'value', before: '2 * of' });
    expect(at('a:\n  |\n')).toMatchObject({ path: ['a'], role: 'value', fresh: true });
    expect(at('a: 1  # no|te')).toBeNull();
  });
});

describe('the schema', () => {
  it('knows the keys of a mapping and what they mean', () => {
    expect(keysAt(schema, ['assumptions', 'anything']).map((key) => key.name)).toEqual(expect.arrayContaining(['value', 'meaning', 'private_to', 'basis']));
    expect(sayingAt(schema, ['moves', 'leak', 'by'])).toBe('the party that chooses, or chance');
    expect(keysAt(schema, ['assumptions', 'x', 'basis', 0]).map((key) => key.name)).toContain('credibility');
  });

  it('knows the single values of a place', () => {
    expect(valuesAt(schema, ['sources', 'x', 'reliability'])).toEqual(['A', 'B', 'C', 'D', 'E', 'F']);
    expect(valuesAt(schema, ['format'])).toEqual(['offramp/1']);
  });
});

describe('what can be written', () => {
  it('offers the keys that are not there yet', () => {
    const found = labels('    by: chance\n', 'by: chance', 'by: chance\n    |');
    expect(found).toContain('known_to');
    expect(found).not.toContain('by');
  });

  it('offers sections at the top', () => {
    expect(labels('title: Safe passage\n', 'Safe passage', 'Safe passage\nq|')).toEqual(expect.arrayContaining(['question', 'correlations']));
  });

  it('offers parties where a party stands, and moves and outcomes where something follows', () => {
    expect(labels('by: envoy', 'envoy', '|')).toEqual(['envoy', 'ruler', 'chance']);
    expect(labels('known_to: [envoy, ruler]', 'ruler]', '|]')).toEqual(['envoy', 'ruler']);
    expect(labels('wait: {next: impasse}', 'impasse', '|')).toEqual(['approach', 'leak', 'impasse']);
  });

  it('offers the options of the very term', () => {
    expect(labels('pensions: full}', 'full', '|')).toEqual(['none', 'full']);
    expect(labels('offer: {passage: promised, pensions: full}', ', pensions: full', ', |')).toEqual(['pensions']);
  });

  it('offers in an expression what can stand in it, and after a dot what belongs to the name', () => {
    const found = labels('ruler: office + 1', 'office + 1', 'office + |');
    expect(found).toEqual(expect.arrayContaining(['office', 'p_leak', 'passage.promised', 'leak.leaked', 'min', 'after']));
    expect(labels('ruler: office + 1', 'office + 1', 'leak.|')).toEqual(['leak.leaked', 'leak.held']);
    expect(labels('when: outcome.impasse', 'outcome.impasse', '|')).toContain('outcome.impasse');
    expect(labels('when: outcome.impasse', 'outcome.impasse', '|')).not.toContain('office');
  });

  it('offers distributions with places to fill in', () => {
    const text = TEXT.replace('{pert: [30, 45, 80]}', '');
    const found = suggestions(text, text.indexOf('value: ') + 7, schema, names);
    expect(found?.list.find((one) => one.label === 'pert')?.insert).toBe('{pert: [${low}, ${mode}, ${high}]}');
  });

  it('replaces what was begun', () => {
    const text = TEXT.replace('by: envoy', 'by: en');
    const offset = text.indexOf('by: en') + 6;
    expect(suggestions(text, offset, schema, names)?.from).toBe(offset - 2);
  });

  it('offers nothing in words of our own', () => {
    expect(suggestions(TEXT, TEXT.indexOf('Safe passage') + 8, schema, names)).toBeNull();
  });

  it('explains keys by the schema and names by their meaning', () => {
    expect(explained(schema, names, ['moves', 'leak', 'by'], 'key', 'by')?.says).toContain('the party that chooses');
    expect(explained(schema, names, ['outcomes', 'impasse', 'payoffs', 'ruler'], 'value', 'office')).toEqual({ title: 'office', says: 'what staying is worth' });
    expect(explained(schema, names, ['title'], 'value', 'Safe')?.says).toBe('what the standoff is called');
  });
});

describe('names', () => {
  it('take those of building blocks from the outline', () => {
    const more = namesOf({ moves: { coup: {} } }, { moves: [{ name: 'coup', by: 'army', label: null, choices: [{ name: 'block', next: 'x' }], line: 3 }], parties: [], terms: [], assumptions: [], outcomes: [], answers: [], sources: [], use: [], offer: null, title: '', question: null, as_of: null, aftermath: false });
    expect(more.moves.get('coup')).toEqual(['block']);
  });

  it('know where expressions stand', () => {
    expect(expressionAt(['outcomes', 'x', 'payoffs', 'us'])).toBe('numbers');
    expect(expressionAt(['answers', 'x', 'when'])).toBe('paths');
    expect(expressionAt(['aftermath', 'indicators', 'jobs', 'change', 'elected'])).toBe('numbers');
    expect(expressionAt(['title'])).toBeNull();
  });
});
