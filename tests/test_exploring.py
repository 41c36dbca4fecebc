"""All analyses on one awkward scenario: correlated, categorical, fixed, private and conditional at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from rich.cells import cell_len
from rich.text import Text

from offramp.cli import main
from offramp.errors import RunError
from offramp.explore.exploring import _MAKERS, EXPLORED_DRAWS
from offramp.explore.names import ANALYSES
from offramp.explore.run import Run, run
from offramp.scenario.load import loads
from offramp.tell.aftermath import aftermath_screen
from offramp.tell.boxes import boxes_screen
from offramp.tell.breaking import breaking_screen
from offramp.tell.drivers import drivers_screen
from offramp.tell.learning import learning_screen
from offramp.tell.observed import observed_screen
from offramp.tell.offers import offers_screen
from offramp.tell.screen import EXPLORED_LINES, run_screen
from offramp.tell.sections import SCREEN_LINES
from offramp.tell.tipping import tipping_screen

SCHEMAS = Path(__file__).parents[1] / "docs" / "schemas"

SCREENS: dict[str, Callable[[Any, int], list[Text]]] = {
    "drivers": drivers_screen,
    "boxes": boxes_screen,
    "breaking": breaking_screen,
    "tipping": tipping_screen,
    "offers": offers_screen,
    "aftermath": aftermath_screen,
    "learning": learning_screen,
    "observed": observed_screen,
}

AWKWARD = """
format: offramp/1
title: An awkward standoff
parties: {us: the proposer, ruler: the ruler, army: the army}
terms: {passage: [none, safe], relief: {kept: 0, phased: 5, lifted: 10}}
offer: {passage: safe, relief: phased}
sources: {paper: {title: A newspaper, reliability: C}}
assumptions:
  office:
    meaning: what office is worth
    unit: points
    value: {pert: [5, 12, 20]}
    basis: [{source: paper, credibility: 3}]
  exile: {meaning: what exile is worth, unit: points, value: {uniform: [4, 16]}, basis: [{judgement: a guess}]}
  mood: {meaning: the mood of the army, value: {discrete: {0: 0.5, 1: 0.3, 5: 0.2}}}
  bonus: {meaning: what loyalty pays, unit: points, value: 3}
  p_leak: {meaning: chance of a leak, value: {choice: [0.2, 0.6]}}
  cost: {meaning: what an offer costs, unit: points, value: {uniform: [0, 6]}}
  resolve: {meaning: what the ruler alone knows, unit: points, value: {uniform: [-3, 3]}, private_to: ruler, grid: 4}
correlations: [{between: [office, exile], rank: 0.5}]
moves:
  approach: {by: us, known_to: [us, ruler], choices: {offer: {next: leak}, wait: {next: stays}}}
  leak:
    by: chance
    known_to: [us, ruler]
    choices: {leaked: {probability: p_leak, reveals: {approach: all, leak: all}, next: answer}, held: {next: answer}}
  answer: {by: ruler, choices: {accept: {next: loyalty}, refuse: {next: stays}}}
  loyalty: {by: army, choices: {stand_aside: {next: kept}, block: {next: blocked}}}
outcomes:
  stays: {label: he stays, starts: same, payoffs: {us: -2 * leak.leaked, ruler: office, army: bonus}}
  kept:
    label: he goes
    starts: {new: 0.9, same: 0.1}
    payoffs: {us: 20 - cost - relief / 2 + 0 * after, ruler: exile * passage + relief - resolve, army: 4}
  blocked: {label: the army blocks, starts: same, payoffs: {us: -5, ruler: 0, army: mood + leak.leaked}}
aftermath:
  years: 4
  discount: 0.9
  states: {same: as before, new: {label: a new order}}
  rates: {new: {same: p_leak / 4}}
  flows: {new: {us: relief}}
  indicators: {jobs: {label: people in work, unit: percent, start: 50, change: {new: passage}, shock: 1, most: 100}}
answers:
  holds: {says: the offer holds, when: outcome.kept, given: approach.offer, given_says: it is made}
  accepted: {says: he accepts, when: answer.accept}
offers: {for: us, made: approach.offer, accepted: answer.accept, forbid: [{passage: none, relief: lifted}]}
observed: [{says: he refused before, saw: {answer: refuse}, offer: {passage: none}}]
"""


@pytest.fixture(scope="module")
def explored() -> Run:
    return run(loads(AWKWARD), draws=512, seed=2).explore()


def test_every_analysis_is_made(explored: Run) -> None:
    kinds = {name.partition(".")[0] for name in explored.explored}
    assert kinds == set(ANALYSES) == set(SCREENS)
    assert tuple(_MAKERS) == ANALYSES


def test_documents_are_what_the_schemas_say(explored: Run) -> None:
    for name, document in explored.record()["explored"].items():
        kind = name.partition(".")[0]
        schema = json.loads((SCHEMAS / f"{kind}.json").read_text(encoding="utf-8"))
        Draft202012Validator(schema).validate(document)
        assert document["schema"] == f"offramp.{kind}/1"
        json.dumps(document, allow_nan=False)


def test_the_run_with_them_is_what_its_schema_says(explored: Run) -> None:
    schema = json.loads((SCHEMAS / "run.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(explored.record())


@pytest.mark.parametrize("width", [60, 80, 100])
def test_screens_keep_to_their_width_and_length(explored: Run, width: int) -> None:
    for name, analysis in explored.explored.items():
        lines = SCREENS[name.partition(".")[0]](analysis, width)
        assert 2 < len(lines) <= SCREEN_LINES, name
        assert max(cell_len(line.plain) for line in lines) <= width, name
    lines = run_screen(explored, width)
    assert len(lines) <= EXPLORED_LINES
    assert max(cell_len(line.plain) for line in lines) <= width
    assert any("What drives it" in line.plain for line in lines)
    assert any("Best offer" in line.plain for line in lines)


def test_pictures_are_drawn_and_told(explored: Run) -> None:
    for name, figure in explored.figures().items():
        root = ET.fromstring(figure.svg)
        assert (root.get("role"), len(figure.alt) > 40) == ("img", True), name


def test_notebooks_show_them(explored: Run) -> None:
    for analysis in explored.explored.values():
        shown = analysis._repr_html_()
        assert "<svg" in shown
        assert "<table" in shown
        assert analysis.sentences()
        assert "nan" not in " ".join(analysis.sentences()).lower().split()


def test_the_folder_holds_them(explored: Run, tmp_path: Path) -> None:
    folder = explored.save(tmp_path / "run")
    assert {each.stem for each in (folder / "explored").iterdir()} == set(explored.explored)
    assert {each.stem for each in (folder / "figures").iterdir()} == set(explored.figures())
    assert explored.save(folder) == folder, "in place of the earlier one"


def test_the_same_seed_gives_the_same_findings(explored: Run) -> None:
    again = run(loads(AWKWARD), draws=512, seed=2).explore()
    assert again.record()["explored"] == explored.record()["explored"]


def test_names_are_checked_before_anything_is_done(explored: Run) -> None:
    with pytest.raises(RunError, match="no analysis 'breakin'; did you mean 'breaking'"):
        explored.explore("breakin")
    with pytest.raises(RunError, match="there are drivers, boxes"):
        explored.explore("zzz")


def test_the_first_draws_are_a_run_of_their_own(explored: Run) -> None:
    part, alone = explored.first(64), run(loads(AWKWARD), draws=64, seed=2)
    assert part.answers == alone.answers
    assert part.num_draws == part.draws.num_draws == 64
    assert part.certificate.max_regret == alone.certificate.max_regret
    assert explored.first(512) is explored
    assert EXPLORED_DRAWS >= 4096, "a run by default is explored whole"


def test_what_cannot_be_said_of_private_and_correlated_assumptions_is_said(explored: Run) -> None:
    for name in ("drivers", "learning"):
        notes = " ".join(explored.explored[name].record()["notes"])
        for assumption in ("resolve", "office", "exile"):
            assert assumption in notes, (name, assumption)


def test_a_first_look_solves_nothing_for_the_drivers_and_few_draws_for_the_offers() -> None:
    plain = run(loads(AWKWARD), draws=512, seed=2)
    looked = plain.first_look()
    assert set(looked.explored) == {"drivers", "offers"}
    assert looked.record()["explored"]["offers"]["draws"] == 256
    assert looked.record()["explored"]["drivers"]["draws"] == 512
    assert looked.answers == plain.answers
    bare = run(loads(AWKWARD.replace("given: approach.offer", "given: approach.wait")), draws=16).first_look()
    assert "offers" in bare.explored


@pytest.mark.parametrize(("asked", "found"), [("none", []), ("boxes,breaking", ["boxes", "breaking"])])
def test_the_run_command_explores_what_is_asked(asked: str, found: list[str], tmp_path: Path) -> None:
    file = tmp_path / "awkward.yaml"
    file.write_text(AWKWARD, encoding="utf-8")
    command = ["run", str(file), "--draws", "256", "--quiet", "--explore", asked, "--out", str(tmp_path / "run")]
    done = CliRunner().invoke(main, [*command, "--figure", str(tmp_path / "run.svg"), "--json"])
    assert done.exit_code == 0, done.output
    assert list(json.loads(done.stdout)["explored"]) == found
    assert (tmp_path / "run.svg").exists()
    assert {each.stem for each in (tmp_path / "run").glob("explored/*")} == set(found)
    wrong = CliRunner().invoke(main, ["run", str(file), "--explore", "boxs"])
    assert wrong.exit_code == 2
    assert "did you mean 'boxes'" in wrong.stderr
