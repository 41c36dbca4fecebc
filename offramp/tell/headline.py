"""The headline of a run: its first answer in a sentence or two; where nothing was asked the likeliest outcome."""

from __future__ import annotations

from offramp.explore.run import Run
from offramp.scenario.model import Answer
from offramp.tell import words
from offramp.tell.names import outcome_label


def headline(run: Run) -> str:
    """The first answer in words and numbers, its term between asterisks, and whether it depends on the equilibrium."""
    if run.scenario.answers:
        sentence = answer_sentence(run, run.scenario.answers[0])
    else:
        name = headline_name(run)
        says, estimate = f"it ends like this: {outcome_label(run.scenario, name)}", run.outcomes[name]
        sentence = words.sentence(says, estimate.mean, estimate.interval)
    return f"{sentence} {_depending(run)}".rstrip()


def headline_name(run: Run) -> str:
    """The first answer, or the likeliest outcome where nothing is asked."""
    if run.scenario.answers:
        return run.scenario.answers[0].name
    return max(run.outcomes, key=lambda each: run.outcomes[each].mean)


def answer_sentence(run: Run, answer: Answer) -> str:
    """An answer in words and numbers, with how often its condition is met."""
    estimate, condition = run.answers[answer.name], run.conditions.get(answer.name)
    if estimate is None:
        return words.never_asked(answer.says, answer.given_says)
    sentence = words.sentence(answer.says, estimate.mean, estimate.interval, given=answer.given_says)
    met = words.condition(condition.probability.mean, condition.share_of_draws) if condition else ""
    return f"{sentence} {met}".rstrip()


def _depending(run: Run) -> str:
    """How far the headline depends on the equilibrium; nothing where it does not, as far as the run can tell."""
    each = run.spread and run.spread.answers[headline_name(run)]
    return words.depending(each.lowest, each.highest, run.spread.draws) if run.spread and each and each.depends else ""
