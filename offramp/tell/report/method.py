"""How the answer was found, how far it can be trusted, how to get it again, and what the words mean."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping

from offramp import __version__
from offramp.explore.precision import Stated, plain_precision
from offramp.explore.record import scenario_digest, scenario_text
from offramp.explore.run import Run
from offramp.tell.headline import headline_name
from offramp.tell.report.blocks import Block, Code, Column, Item, Listing, Paragraph, Section, Table, marked, plain
from offramp.tell.report.context import Context
from offramp.tell.trust import certificate_words, spread_words
from offramp.tell.words import SCALE, percent

METHOD = (
    "The scenario says who the parties are, what can be offered, who moves when, who sees what, what each party wants "
    "and how unsure every number is. It is an extensive-form game; its information sets follow from who sees what.",
    "All unsure numbers are drawn together (scrambled Sobol points), and the game is solved anew for every draw: to "
    "the sequential equilibrium that the principal branch of the agent quantal response equilibrium leads to as "
    "mistakes become rare, or at a stated precision to that equilibrium itself (McKelvey and Palfrey 1998; Turocy "
    "2010).",
    "A probability in this report is a mean over the draws; a range holds the middle 90% of them. It says what follows "
    "from the scenario's assumptions, and no more: what the scenario leaves out, the answer leaves out.",
)

LIKELIHOOD = (
    "Words of likelihood follow Intelligence Community Directive 203 (2015). They speak of how likely something is in "
    "this model; how far the answer can be trusted is another matter, which the certificate and the bases speak to."
)

TERMS = {
    "basis": "what a number rests on: a source, a base rate, a study, or a judgement",
    "certificate": "the largest regret of any party in any draw, at every place where it may have to choose",
    "draw": "one possible set of values of all that is unsure",
    "equilibrium": "a way to play for each party: none gains by playing otherwise, given what it knows and believes",
    "influence": "how far one number alone settles the answer: from 0, not at all, to 1, wholly",
    "information set": "situations that a party cannot tell apart when it chooses",
    "Pareto front": "the offers that cannot be bettered for one party without being worse for another",
    "points": "what an outcome is worth to a party, on its own scale",
    "range": "from where to where the middle 90% of the draws lie",
    "regret": "what a party could gain by choosing otherwise, as a share of its payoff range",
    "tempted": "better off by leaving the path on which the headline is yes, as all others play",
}


def method_section(context: Context) -> Section:
    """The method in short, and the certificate."""
    run = context.run
    certificate = certificate_words(run.certificate, run.num_draws, spread_words(run.spread, headline_name(run)))
    blocks: list[Block] = [Paragraph(plain(each)) for each in METHOD]
    blocks.append(Paragraph(plain(certificate)))
    if run.certificate.unconverged:
        note = (
            f"{run.certificate.unconverged:,} of {run.num_draws:,} draws did not converge. They count in all numbers."
        )
        blocks.append(Paragraph(marked(f"*{note}*")))
    if context.left_out:
        blocks.append(Paragraph(plain("Left out of this report:")))
        items = (Item(plain(f"{name}: {why.rstrip('.')}.")) for name, why in context.left_out.items())
        blocks.append(Listing(tuple(items)))
    return Section("method", "Method and certificate", tuple(blocks))


def reproduce_section(context: Context) -> Section:
    """The version, the options, the command and the scenario's text with its hash."""
    run = context.run
    told = [
        ("offramp", __version__),
        ("Draws", f"{run.num_draws:,}"),
        ("Seed", str(run.seed)),
        ("Precision", _precision_words(run.precision)),
        ("SHA-256 of the scenario", scenario_digest(run.scenario)),
    ]
    if context.scenario.as_of:
        told.insert(0, ("Scenario as of", context.scenario.as_of.isoformat()))
    table = Table(
        "What the run was made with", (Column("What"), Column("Value")), tuple((plain(a), plain(b)) for a, b in told)
    )
    blocks = (
        Paragraph(plain("The same scenario, version, seed and draws give the same numbers, bit for bit.")),
        table,
        Code(command_of(run)),
        Code(scenario_text(run.scenario), summary="The scenario, as it was run"),
    )
    return Section("reproduce", "How to reproduce this", blocks)


def glossary_section(_context: Context) -> Section:
    """What the words of likelihood stand for, and the terms of the report."""
    rows = tuple((plain(each.term), plain(f"{percent(each.low)} to {percent(each.high)}")) for each in SCALE)
    table = Table("Words of likelihood", (Column("Words"), Column("Probability", is_number=True)), rows)
    terms = Listing(tuple(Item(marked(f"*{term}*: {meaning}.")) for term, meaning in TERMS.items()))
    return Section("words", "What the words mean", (Paragraph(plain(LIKELIHOOD)), table, terms))


def command_of(run: Run) -> str:
    """The command that makes the same run."""
    origin = run.scenario.origin
    file = origin.file if origin and run.scenario.as_read else "scenario.yaml"
    words = ["offramp", "run", file, "--draws", str(run.num_draws), "--seed", str(run.seed), *_precision_option(run)]
    if run.options.equilibria:
        words += ["--equilibria", run.options.equilibria]
    return shlex.join(words)


def _precision_option(run: Run) -> Iterator[str]:
    """The option that says how precisely parties choose, where it was asked for beside the file."""
    if run.options.precision is None:
        return
    stated = plain_precision(run.precision)
    yield "--precision"
    if isinstance(stated, Mapping):
        yield ",".join(f"{party}={value}" for party, value in stated.items())
    else:
        yield "inf" if stated is None else str(stated)


def _precision_words(stated: Stated) -> str:
    shown = plain_precision(stated)
    if shown is None:
        return "no mistakes"
    if isinstance(shown, Mapping):
        return ", ".join(f"{party} {value}" for party, value in shown.items())
    return str(shown)
