/** The pages' pieces have names in words. */
import type { Component } from 'svelte';
import { render } from 'svelte/server';
import { describe, expect, it } from 'vitest';
import asked from '../../src/figures/fixtures/ask.json';
import map from '../../src/figures/fixtures/map.json';
import MovesMap from '../../src/figures/MovesMap.svelte';
import AnswersTable from '../../src/pages/see/AnswersTable.svelte';
import TermPickers from '../../src/pages/see/TermPickers.svelte';

function drawn(what: unknown, props: Record<string, unknown>): string {
  return render(what as Component<Record<string, unknown>>, { props }).body;
}

const plain = (html: string) => html.replace(/<!--.*?-->/g, '').replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');

describe('the map of moves', () => {
  const html = drawn(MovesMap, { found: map, breaks: asked.breaks, chosen: 'answer', choose: () => {} });
  const names = [...html.matchAll(/data-mark=""[^>]*aria-label="([^"]+)"/g)].map((each) => each[1]!);

  it('names every move and every end', () => {
    expect(names).toHaveLength(map.moves.length + map.outcomes.length);
    expect(names[0]).toMatch(/^approach, by United States, reached 100%: offer \d+%, wait \d+%\. Not seen by .*\. Margin [+−]\d+ points; tempted in \d+% of cases\.$/);
    names.forEach((each) => expect(each).not.toMatch(/figure\.|undefined|NaN|\{/));
  });

  it('marks the chosen move, secret moves, and where the path breaks, and not by colour alone', () => {
    expect(html).toMatch(/aria-label="answer,[^"]*" aria-pressed="true"/);
    expect(html.match(/class="box[^"]*secret/g)!.length).toBe(map.moves.filter((each) => each.secret).length);
    expect(plain(html)).toMatch(/✕ \d+%/);
    expect(plain(html)).toContain('✕ share of all paths that break here');
  });
});

describe('the answers side by side', () => {
  it('say in words whether a change is beyond noise', () => {
    const text = plain(drawn(AnswersTable, { asked }));
    const change = asked.against.changes.holds;
    expect(text).toContain(change.beyond_noise ? ', more than noise' : ', not to be told from noise');
    expect(text).toContain('the offer is accepted and kept, if the United States makes the offer');
  });
});

describe('the terms', () => {
  it('say which option is on the table', () => {
    const terms = [{ name: 'court', options: [{ name: 'open', value: 0 }, { name: 'shielded', value: 1 }], line: 1 }];
    const html = drawn(TermPickers, { terms, base: { court: 'shielded' }, chosen: { court: 'open' }, choose: () => {} });
    expect(plain(html)).toMatch(/court changed open shielded \(on the table\)/);
  });
});

