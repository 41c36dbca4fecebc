"""The answer to a question, ``offramp.ask/1``: a run's numbers with their words, beside those of another version."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from time import perf_counter
from typing import Any

from offramp import __version__
from offramp.errors import RunError
from offramp.explore.analysis import Analysis
from offramp.explore.asking import Answered, Warm, change_between
from offramp.explore.comparison.result import change_record
from offramp.explore.likelihood import likelihood
from offramp.explore.observed.api import observe
from offramp.explore.observed.result import Posterior, Update
from offramp.explore.precision import plain_precision
from offramp.explore.quantities import quantity_names
from offramp.explore.record import Record, probability, results_record, scenario_record
from offramp.scenario.correlations import correlatable
from offramp.scenario.model import Scenario
from offramp.workspace.live.plain import Text
from offramp.workspace.live.question import Question, check_size
from offramp.workspace.live.shelf import Shelf

ASK_SCHEMA = "offramp.ask/1"

OTHER_DRAWS = (
    "the two versions draw different assumptions, so that the draws here are not quite those of a run of either"
)
NO_GRID_CHECK = "whether the grids of private values are fine enough is for a run to say"


def answer_to(
    shelf: Shelf, what: Text, asked: Mapping[str, Any], against: Text | None = None, saved: Text | None = None
) -> Record:
    """The document of the answer.

    Parameters
    ----------
    shelf : Shelf
    what : Text
        The scenario that is asked.
    asked : mapping
        The question in plain values (:class:`Question`).
    against : Text, optional
        A version that is solved as it stands, to compare with.
    saved : Text, optional
        The file's text, where ``what`` is another.

    Raises
    ------
    Refusal, OfframpError
        If the text or the question is wrong.
    """
    began = perf_counter()
    warm = shelf.warm(what)
    question = Question.of(warm.scenario, asked)
    check_size(warm.num_nodes, question.draws)
    other = shelf.warm(against) if against else None
    columns = _columns(warm, other)
    if question.offer or question.values:
        run = warm.ask(question.offer, question.values, draws=question.draws, seed=question.seed, columns=columns)
    else:
        run = shelf.as_it_stands(warm, question.draws, question.seed, columns)
    posterior = observe(run, question.seen) if question.seen else None
    extras = _extras(run, question, warm.scenario)
    notes = [*question.notes(warm.scenario), *extras.pop("notes")]
    if other and columns is not None:
        notes.append(OTHER_DRAWS)
    record = {
        **_heading(warm, what, question, run),
        **_results(run, posterior),
        "enough": run.enough and run.enough.record(),
        "observed": posterior and posterior.document_of(warm.scenario),
        "against": None,
        **extras,
        "new_draws": question.draws_anew or (saved is not None and _draws_differ(warm, shelf, saved)),
        "notes": notes + [NO_GRID_CHECK] * any(each.private_to for each in run.scenario.assumptions),
    }
    if other is not None and against is not None:
        base = shelf.as_it_stands(other, question.draws, question.seed, columns)
        record["against"] = _against(shelf, base, run, against)
    record["seconds"] = perf_counter() - began
    return record


def _heading(warm: Warm, what: Text, question: Question, run: Answered) -> Record:
    """What was asked, and of what."""
    return {
        "schema": ASK_SCHEMA,
        "offramp": __version__,
        "scenario": scenario_record(warm.scenario),
        "version": what.version,
        "offer": dict(run.scenario.offer),
        "values": {name: value.as_value() for name, value in question.values.items()},
        "seen": [dict(each.saw) for each in question.seen],
        "seed": run.seed,
        "draws": run.num_draws,
        "precision": plain_precision(run.precision),
    }


def _columns(warm: Warm, other: Warm | None) -> tuple[str, ...] | None:
    """The columns that two versions share; None where each has them by itself."""
    if other is None or other.columns == warm.columns:
        return None
    return tuple(dict.fromkeys([*other.columns, *warm.columns]))


def _draws_differ(warm: Warm, shelf: Shelf, saved: Text) -> bool:
    """Whether a text draws its assumptions otherwise than the saved one."""
    try:
        before = shelf.warm(saved).scenario
    except Exception:
        return True
    drawn = [[(each.name, each.value) for each in correlatable(one)] for one in (before, warm.scenario)]
    return drawn[0] != drawn[1] or before.correlations != warm.scenario.correlations


def _results(run: Answered, posterior: Posterior | None = None) -> Record:
    """The numbers of a run, each probability of an answer with its words, and with what it is after what was seen."""
    record = results_record(run)
    after = {each.name: each for each in (*posterior.answers, *posterior.outcomes)} if posterior else {}
    for name, answer in record["answers"].items():
        answer["words"] = _words(answer["probability"])
        answer["posterior"] = _posterior(after.get(name))
    for name, outcome in record["outcomes"].items():
        outcome["words"] = _words(outcome["probability"])
        outcome["posterior"] = _posterior(after.get(name))
    return record


def _words(number: float | None) -> str | None:
    return None if number is None else likelihood(min(max(number, 0.0), 1.0))


def _posterior(update: Update | None) -> Record | None:
    if update is None or update.posterior is None:
        return None
    return {**probability(update.posterior), "words": _words(update.posterior.mean)}


def _extras(run: Answered, question: Question, asked: Scenario) -> Record:
    """The analyses that were asked for; one that cannot be made is null, and a note says why."""
    makers: dict[str, Callable[[], Analysis]] = {
        "breaks": run.what_breaks,
        "drivers": lambda: run.drivers(tornado=False),
        "aftermath": run.what_follows,
    }
    keys = {"breaks": "breaking", "drivers": "drivers", "aftermath": "aftermath"}
    found: Record = dict.fromkeys(keys.values())
    found["notes"] = []
    for name in question.include:
        try:
            found[keys[name]] = makers[name]().document_of(asked)
        except RunError as error:
            found["notes"].append(str(error))
    return found


def _against(shelf: Shelf, base: Answered, run: Answered, against: Text) -> Record:
    """The other version's answers, and what is different."""
    record = shelf.said_of(base, _results)
    names = set(quantity_names(base.scenario, base.paths))
    return {
        "version": against.version,
        "offer": dict(base.scenario.offer),
        "answers": record["answers"],
        "outcomes": record["outcomes"],
        "parties": record["parties"],
        "changes": {name: _change(base, run, name) for name in _compared(run) if name in names},
    }


def _compared(run: Answered) -> Iterator[str]:
    """Answers, outcomes and payoffs by name."""
    for name in quantity_names(run.scenario, run.paths):
        if "." not in name or name.startswith(("outcome.", "payoff.")):
            yield name


def _change(base: Answered, run: Answered, name: str) -> Record | None:
    return change_record(change_between(base, run, name))
