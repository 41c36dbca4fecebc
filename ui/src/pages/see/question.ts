/** From what is chosen to a question for the desk, and from its answer back onto the map. */
import type { Break, Breaking, MapChoice, MapDocument, Move } from '../../figures/documents';
import type { Question } from './documents';
import type { Chosen } from './linked';

type Outcomes = Record<string, { probability: number }>;

/** What was seen in one play, by move; nothing where nothing was. */
export function seenPlay(seen: string[]): Record<string, string>[] | undefined {
  return seen.length ? [Object.fromEntries(seen.map((each) => each.split('.') as [string, string]))] : undefined;
}

/** The question that what is chosen asks, over `draws`. */
export function questionOf(chosen: Chosen, rest: Partial<Question> = {}): Question {
  const seen = seenPlay(chosen.seen);
  return {
    ...(chosen.offer ? { offer: chosen.offer } : {}),
    ...(Object.keys(chosen.values).length ? { values: chosen.values } : {}),
    ...(seen ? { seen } : {}),
    ...rest,
  };
}

/** The map with the numbers of another answer in the same places. */
export function mapWith(map: MapDocument, moves: Record<string, Move> | undefined, outcomes: Outcomes | undefined, breaking: Breaking | null): MapDocument {
  if (!moves) return map;
  const links = new Map(breaking?.links.map((each) => [each.move, each]));
  return {
    ...map,
    moves: map.moves.map((each) => ({
      ...each,
      reached: moves[each.name]?.reached ?? each.reached,
      choices: each.choices.map((one) => choiceWith(one, moves[each.name]?.choices[one.name])),
      margin: breaking ? (links.get(each.name) ?? null) : each.margin,
    })),
    outcomes: map.outcomes.map((each) => ({ ...each, probability: outcomes?.[each.name]?.probability ?? each.probability })),
    edges: map.edges.map((each) => {
      const shares = each.choices.map((name) => moves[each.from]?.choices[name]?.on_path.probability);
      return { ...each, share: shares.every((one) => one === undefined) ? each.share : shares.reduce<number>((sum, one) => sum + (one ?? 0), 0) };
    }),
  };
}

function choiceWith(choice: MapChoice, found: Move['choices'][string] | undefined): MapChoice {
  if (!found) return choice;
  const { probability, interval, on_path } = found;
  return { ...choice, on_path, given_reached: probability === null || interval === null ? null : { probability, interval } };
}

/** Where the path breaks, the likeliest first. */
export function likeliest(breaks: Break[]): Break[] {
  return [...breaks].sort((a, b) => b.probability - a.probability);
}

/** How a comment names an offer. */
export function offerTarget(options: Record<string, string>): string {
  return `offer:${Object.entries(options).map(([term, option]) => `${term}=${option}`).join(',')}`;
}
