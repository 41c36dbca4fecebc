"""How far a result can be trusted, in words. Nothing here speaks of likelihood."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from offramp.explore.ladder import Refinement
from offramp.explore.spread import DIFFERENCE, Spread
from offramp.explore.summary import Certificate
from offramp.solve.result import REMEDIES, Status
from offramp.tell.words import percent

FORKED = Status.FORKED.name.lower()
NUMERALS = {2: "two", 3: "three"}
FINE = (Status.EXACT.name.lower(), Status.CONVERGED.name.lower(), FORKED)


OTHERS_NOT_LOOKED_FOR = "One equilibrium a draw, on the principal branch; others were not looked for."


def certificate_words(certificate: Certificate, num_draws: int, equilibria: str = OTHERS_NOT_LOOKED_FOR) -> str:
    """The certificate of a run in a few sentences; ``equilibria`` says what is known of others."""
    at_precision = certificate.equilibria == "logit at precision"
    sentences = [_solved(certificate, num_draws, at_precision=at_precision)]
    if at_precision:
        sentences.append("Parties make mistakes, as often as their precision says.")
    else:
        sentences.append(equilibria)
    forked = certificate.statuses.get(FORKED, 0)
    if forked:
        sentences.append(f"In {forked:,} of {num_draws:,} draws the branch forks (ties); one arm was followed.")
    if certificate.grid_check:
        sentences.extend(_grids(certificate.grid_check))
    return " ".join(sentences)


def spread_words(spread: Spread | None, headline: str) -> str:
    """How many equilibria the draws have, and whether the answer called ``headline`` depends on which is played."""
    if spread is None:
        return OTHERS_NOT_LOOKED_FOR
    opening = "One equilibrium a draw, on the principal branch."
    first = f"the first {spread.draws:,} draws"
    sure = spread.num_complete == spread.draws
    if not spread.num_several:
        if sure:
            return f"{opening} In {first} all were listed: there is no other."
        how = "a search from many starts" if spread.method == "probe" else "a list that may have gaps"
        return f"{opening} In {first} {how} found no other, which is no proof that there is none."
    each = spread.answers[headline]
    differing = round(each.share_that_differ * spread.draws) if each else 0
    matters = f"in {differing:,} of these" if differing else "in none of these"
    rest = "All were listed." if sure else "There may be more."
    several = f"{spread.num_several:,} of {first} have several (up to {spread.counts.max()})"
    return f"{opening} {several}; {matters} they differ in the headline by more than {100 * DIFFERENCE:g} point. {rest}"


def remedy_words(status: Status) -> str:
    """What to do about a status, as a sentence with a space before it; empty where there is nothing to do."""
    return f" To do: {REMEDIES[status]}." if status in REMEDIES else ""


def share_words(number: float) -> str:
    """A small share: "0", "3e-17"."""
    return f"{number:.0e}" if number else "0"


def _solved(certificate: Certificate, num_draws: int, *, at_precision: bool) -> str:
    if certificate.unconverged:
        return (
            f"Certificate: {certificate.unconverged:,} of {num_draws:,} draws did not converge "
            f"({_failures(certificate.statuses)}); they count in every number above. "
            f"The largest regret is {share_words(certificate.max_regret)} of a payoff range.{_worst(certificate)}"
        )
    if at_precision:
        return f"Certificate: every draw solves the logit equations to within {share_words(certificate.max_residual)}."
    return (
        f"Certificate: in every draw, nobody gains more than {share_words(certificate.max_regret)} of their payoff "
        "range by acting otherwise, wherever they may have to choose, reached or not."
    )


def _worst(certificate: Certificate) -> str:
    """The draws to look at first, and what to do about the commonest failure."""
    if not certificate.worst:
        return ""
    listed = ", ".join(f"{each.draw} ({share_words(each.residual)})" for each in certificate.worst)
    failed = {status: certificate.statuses[status.name.lower()] for status in Status if status > Status.FORKED}
    return f" The worst draws: {listed}.{remedy_words(max(failed, key=failed.__getitem__))}"


def _failures(statuses: Mapping[str, int]) -> str:
    failed = ((name, count) for name, count in statuses.items() if count and name not in FINE)
    return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in failed)


def _grids(check: Refinement) -> Iterator[str]:
    """Whether finer grids of what is private would move the answers, and whether a few types would have misled."""
    yield _finer(check)
    if check.misled:
        yield _few_types(check)


def _finer(check: Refinement) -> str:
    own = check.rungs[check.own]
    if not check.trends:
        return f"No finer grid of what is private ({own.label}) could be compared."
    head = f"the grid of what is private ({_ladder(check)})"
    if check.settled:
        most = max(each.error for each in check.trends.values())
        return f"Refining {head} would move no answer by more than {_points(most)} (estimate)."
    name = max(check.trends, key=lambda each: check.trends[each].error)
    trend = check.trends[name]
    if trend.verdict(check.tolerance) == "not settling":
        return f"Refining {head}, {name!r} does not settle: {_row(trend.levels)}."
    move = trend.limit - trend.levels[0]
    return f"Refining {head} would move {name!r} by {100 * move:+.1f} points, give or take {100 * trend.margin:.1f}."


def _ladder(check: Refinement) -> str:
    """The grids and on how many draws: "resolve 20 to 40 and 80, over 256 and 128 draws"."""
    own = check.rungs[check.own]
    sizes = (
        f"{name} {size} to {_row_of(rung.grids[name] for rung in check.finer)}" for name, size in own.grids.items()
    )
    return f"{', '.join(sizes)}; {_row_of(rung.draws for rung in check.finer)} draws"


def _few_types(check: Refinement) -> str:
    """Which answer a model of two or three types would have got wrong: the first, and on which grid most."""
    name = check.misled[0].answer
    same = [each for each in check.misled if each.answer == name]
    worst = max(same, key=lambda each: 1.0 if each.few is None else abs(each.few - each.as_run))
    count = NUMERALS[max(worst.grids.values())]
    instead = " and ".join(str(check.rungs[check.own].grids[each]) for each in worst.grids)
    few = "would not be met" if worst.few is None else f"would be {percent(worst.few)}"
    others = len({each.answer for each in check.misled}) - 1
    more = f" ({others} more answers differ)" if others > 1 else " (one more answer differs)" if others else ""
    return (
        f"With {count} types in place of {instead}, {name!r} {few}, not {percent(worst.as_run)}: "
        f"so few types mislead here{more}."
    )


def _row_of(numbers: Iterable[int]) -> str:
    """Numbers in words: "40 and 80"."""
    texts = [f"{number:,}" for number in numbers]
    return " and ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)


def _row(levels: Iterable[float]) -> str:
    return ", ".join(percent(each) for each in levels)


def _points(number: float) -> str:
    return "0.1 points" if number < 1e-3 else f"{100 * number:.1f} points"
