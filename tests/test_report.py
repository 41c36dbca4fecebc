"""Reports: what stands in them, that three kinds of file hold the same, and that no text breaks out of its place."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import docx
import pytest
from click.testing import CliRunner

import offramp
from cheap import cheap_standoff, without_timings
from offramp.cli import main
from offramp.errors import RunError
from offramp.explore.again import run_again
from offramp.explore.run import run
from offramp.game.compile import compile_scenario
from offramp.scenario.distributions import Distribution
from offramp.scenario.dump import dumps
from offramp.scenario.expressions import Expression
from offramp.scenario.load import load
from offramp.tell.report.api import check_report, explored, report, write
from offramp.tell.report.assumptions import density_of
from offramp.tell.report.blocks import Density, Listing, Picture, Table, text_of
from offramp.tell.report.compose import SECTIONS, compose
from offramp.tell.report.context import Context
from offramp.tell.report.findings import offers_section
from offramp.tell.report.html import as_html
from offramp.tell.report.knowing import unseen_moves
from offramp.tell.report.map import map_section, moves_flow
from offramp.tell.report.markdown import as_markdown
from reported import IMAGE, SCRIPT, TABLE, hostile_context, hostile_document
from test_figures import luminance

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.compiled
VENEZUELA = ROOT / "examples" / "venezuela-2024.yaml"
SVG = "{http://www.w3.org/2000/svg}"

VOID = {"meta", "img", "br", "link", "input", "hr"}


class Page(HTMLParser):
    """The elements of a page, with the text inside each."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(text)
        assert not self._open, "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts.append((self._open[-1], data))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(as_html(hostile_document()))


def test_all_sections_are_there_and_linked(page: Page) -> None:
    names = [section.name for section in hostile_document().sections]
    assert names == [
        *("answer", "map", "moves", "offers", "drivers", "breaking", "learning", "observed"),
        *("parties", "assumptions", "evidence", "method", "reproduce", "words"),
    ]
    assert [each["id"] for each in page.all("section")] == names
    links = [each["href"] for each in page.all("a")]
    assert links == ["#answer", *(f"#{name}" for name in names)]


def test_the_page_is_one_file_without_script_under_a_strict_policy(page: Page) -> None:
    assert not page.all("script")
    assert not page.all("link")
    policy = next(each["content"] or "" for each in page.all("meta") if each.get("http-equiv"))
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    handlers = [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert not handlers
    assert all((each["src"] or "").startswith("data:image/svg+xml;base64,") for each in page.all("img"))


def test_hostile_texts_stand_as_text(page: Page) -> None:
    assert ("h1", f"A way out {SCRIPT}") in page.texts
    assert ("title", f"A way out {SCRIPT}") in page.texts
    assert any(IMAGE in text for _, text in page.texts)
    assert any(TABLE.replace("*", "") in text.replace("*", "") for _, text in page.texts)
    assert not any(each.get("src") == "x" for each in page.all("img"))
    assert not any("49" in text and "{{" not in text and "7" in text for _, text in page.texts if "7 * 7" in text)


def test_headings_are_in_order_and_names_are_unique(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(second <= first + 1 for first, second in pairwise(levels))
    names = Counter(attributes["id"] for _, attributes in page.elements if "id" in attributes)
    assert max(names.values()) == 1
    assert page.all("html")[0]["lang"] == "en"


def _schemes() -> dict[str, dict[str, str]]:
    """The colours of the page in the light and in the dark."""
    style = files("offramp.tell.report").joinpath("style.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    light, dark = (dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", block)) for block in blocks[:2])
    return {"light": light, "dark": {**light, **dark}}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letters_stand_out_from_what_is_behind_them(scheme: str) -> None:
    colours = _schemes()[scheme]
    for letters in ("ink", "quiet", "link"):
        for behind in ("paper", "wash"):
            dark, bright = sorted((luminance(colours[letters]), luminance(colours[behind])))
            assert (bright + 0.05) / (dark + 0.05) >= 4.5, f"{letters} on {behind}"


def test_tables_and_pictures_can_be_heard(page: Page) -> None:
    tables = page.all("table")
    assert len(page.all("caption")) == len(tables) > 5
    assert all(each.get("scope") in {"row", "col"} for each in page.all("th"))
    assert all(len(each["alt"] or "") > 20 for each in page.all("img"))
    assert len(page.all("figcaption")) == len(page.all("figure")) > 5
    scrolling = [each for each in page.all("div") if "scroll" in (each.get("class") or "")]
    assert all(each["tabindex"] == "0" and each["aria-label"] for each in scrolling)


def test_every_row_of_a_table_has_a_cell_for_each_column() -> None:
    tables = [block for s in hostile_document().sections for block in s.blocks if isinstance(block, Table)]
    assert all(len(row) == len(table.columns) for table in tables for row in table.rows)


def test_pictures_are_named_once() -> None:
    pictures = [block.name for s in hostile_document().sections for block in s.blocks if isinstance(block, Picture)]
    assert len(set(pictures)) == len(pictures)
    assert all(re.fullmatch(r"[\w-]+", name) for name in pictures)


def test_the_same_run_gives_the_same_pictures_to_the_byte() -> None:
    first, again = (offers_section(hostile_context()) for _ in range(2))
    assert first is not None
    pictures = [block.svg for block in first.blocks if isinstance(block, Picture)]
    assert any("gradient_" in svg for svg in pictures), "Vega numbers these on from picture to picture"
    assert again is not None
    assert pictures == [block.svg for block in again.blocks if isinstance(block, Picture)]


def test_a_section_with_nothing_to_say_is_left_out() -> None:
    document = compose(Context(run(cheap_standoff(), draws=8)))
    assert [each.name for each in document.sections] == [
        *("answer", "map", "moves", "parties", "assumptions", "method", "reproduce", "words")
    ]
    assert len(SECTIONS) > len(document.sections)


def test_what_cannot_be_made_is_named() -> None:
    scenario = load(ROOT / "tests" / "reference" / "exit_aqre.yaml")
    context = explored(run(scenario, draws=8), "all")
    assert "boxes" in context.left_out
    assert "boxes" not in context.run.explored
    method = next(section for section in compose(context).sections if section.name == "method")
    told = [text_of(item.words) for block in method.blocks if isinstance(block, Listing) for item in block.items]
    assert any(text.startswith("boxes: every shared assumption is a fixed number") for text in told)


def test_the_numbers_are_those_of_the_run() -> None:
    result = run(cheap_standoff(), draws=64)
    page = Page(as_html(compose(Context(result))))
    lead = "".join(text for _, text in page.texts)
    mean = result.answers["holds"]
    assert mean is not None
    assert f"{100 * mean.mean:.0f}%" in lead
    assert f"64 draws, seed {result.seed}" in lead
    assert result.record()["scenario"]["sha256"] in lead
    assert "offramp run scenario.yaml --draws 64 --seed 1" in lead


def test_the_map_says_who_may_not_know_what() -> None:
    unseen = unseen_moves(compile_scenario(load(VENEZUELA)))
    assert unseen["approach"] == ()
    assert unseen["backing"] == ("approach", "leak")
    assert unseen["answer"] == ()
    assert unseen["loyalty"] == unseen["promise"] == unseen["warrant"] == ("backing",)


def test_the_map_in_words_is_the_map_that_is_drawn() -> None:
    context = hostile_context()
    flow = moves_flow(context)
    section = map_section(context)
    words = next(block for block in section.blocks if isinstance(block, Listing))
    scenario = context.scenario
    assert len(words.items) == len(scenario.moves) + 1
    assert [len(item.items) for item in words.items[:-1]] == [len(move.choices) for move in scenario.moves]
    assert len(flow.boxes) == len(scenario.moves) + len(scenario.outcomes)
    assert len(flow.arrows) == sum(len(move.choices) for move in scenario.moves)
    drawn = " ".join(text.text or "" for text in ET.fromstring(flow.svg).iter(f"{SVG}text"))
    assert "hidden from the army" in drawn
    assert "reveals" in drawn
    assert "hidden from the army" in text_of(words.items[0].words)
    shares = [arrow.share for arrow in flow.arrows if arrow.source == 0]
    assert sum(shares) == pytest.approx(1.0)


@pytest.mark.parametrize(
    "value",
    [3, {"uniform": [0, 1]}, {"pert": [0, 1, 4]}, {"normal": [5, 2]}, {"lognormal": [2, 0.5]}, {"choice": [1, 2, 4]}],
    ids=str,
)
def test_densities_reach_from_nothing_to_one(value: Any) -> None:
    shape = density_of(Distribution.parse(value))
    assert isinstance(shape, Density)
    assert max(shape.heights) == 1.0
    assert min(shape.heights) >= 0.0


def test_a_density_leans_where_its_distribution_does() -> None:
    heights = density_of(Distribution.parse({"pert": [0, 1, 4]})).heights
    assert heights.index(max(heights)) < len(heights) / 2


def test_markdown_holds_every_table_and_nothing_that_acts(tmp_path: Path) -> None:
    text = as_markdown(hostile_document(), "r_files")
    assert not re.search(r"(?<!\\)<", text)
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    widths = [len(re.findall(r"(?<!\\)\|", line)) for line in rows]
    ruled = [index for index, line in enumerate(rows) if re.fullmatch(r"(\| -+:? )+\|", line)]
    assert len(ruled) > 5
    assert all(widths[index - 1] == widths[index] == widths[index + 1] for index in ruled)
    assert re.search(r"^# A way out \\<script\\>", text, re.MULTILINE)
    assert "](http" not in text.replace("\\]", "")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings == [section.title for section in hostile_document().sections]


def test_pictures_of_markdown_stand_beside_it(tmp_path: Path) -> None:
    document = hostile_document()
    write(document, tmp_path / "way.md", "md")
    links = re.findall(r"\]\((way_files/[\w-]+\.svg)\)", (tmp_path / "way.md").read_text(encoding="utf-8"))
    assert len(links) > 5
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.svg")} == set(links)


def test_word_has_headings_tables_and_pictures_with_words(tmp_path: Path) -> None:
    document = replace(hostile_document(), sections=hostile_document().sections[:4])
    write(document, tmp_path / "way.docx", "docx")
    word = docx.Document(str(tmp_path / "way.docx"))
    headings = [each.text for each in word.paragraphs if each.style and each.style.name == "Heading 1"]
    assert headings == [section.title for section in document.sections]
    assert word.core_properties.title == f"A way out {SCRIPT}"
    tables = [block for section in document.sections for block in section.blocks if isinstance(block, Table)]
    assert len(word.tables) == len(tables)
    assert word.tables[0].cell(0, 0).text == tables[0].columns[0].title
    pictures = [block for section in document.sections for block in section.blocks if isinstance(block, Picture)]
    words = [shape._inline.docPr.get("descr") for shape in word.inline_shapes]
    assert words == [picture.alt.replace("\r", "") for picture in pictures]


@pytest.mark.parametrize(
    ("stated", "asked"),
    [(None, None), (None, 12.0), (8, None), (8, math.inf), (8, {"us": 3.0, "ruler": "office"})],
    ids=["no mistakes", "asked for", "stated", "stated but not used", "one a party"],
)
def test_a_run_is_made_again_from_its_folder(stated: float | None, asked: Any, tmp_path: Path) -> None:
    scenario = replace(cheap_standoff(), precision=None if stated is None else Expression.parse(stated))
    result = run(scenario, draws=32, seed=7, precision=asked)
    result.save(tmp_path / "run")
    again = run_again(tmp_path / "run")
    before, after = without_timings(result), without_timings(again)
    before["scenario"]["file"] = after["scenario"]["file"] = None
    assert before == after


def test_a_folder_with_other_numbers_is_refused(tmp_path: Path) -> None:
    run(cheap_standoff(), draws=32).save(tmp_path / "run")
    place = tmp_path / "run" / "run.json"
    record = json.loads(place.read_text(encoding="utf-8"))
    record["outcomes"]["kept"]["probability"] += 0.01
    record["offramp"] = "0.0.1"
    place.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(RunError, match=r"made with offramp 0\.0\.1 and its outcomes are not those"):
        run_again(tmp_path / "run")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "holds no run.json"),
        ("{", "cannot be read"),
        ("[]", "has the schema None"),
        ('{"schema": "offramp.tree/1"}', r"has the schema 'offramp.tree/1'; allowed: 'offramp.run/1'"),
        ('{"schema": "offramp.run/1"}', "lacks 'draws'"),
    ],
    ids=["nothing", "broken", "a list", "another document", "half a document"],
)
def test_what_is_no_run_is_refused(content: str | None, message: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "run.json").write_text(content, encoding="utf-8")
    with pytest.raises(RunError, match=message):
        run_again(tmp_path)


@pytest.mark.parametrize(
    ("path", "form", "message"),
    [
        ("report.pdf", None, "endings .html, .md and .docx"),
        ("report.html", "pdf", "found the form 'pdf'"),
        ("no/where/report.html", None, "there is no folder"),
        (".", "html", "is a folder"),
    ],
    ids=["ending", "form", "no folder", "a folder"],
)
def test_a_report_that_cannot_be_written_is_refused_first(
    path: str, form: str | None, message: str, tmp_path: Path
) -> None:
    with pytest.raises(RunError, match=message):
        check_report(tmp_path / path, form)


def test_the_public_function_writes_and_explores_what_is_asked(tmp_path: Path) -> None:
    told: list[str] = []
    result = run(cheap_standoff(), draws=32)
    place = offramp.report(result, tmp_path / "r.html", explore=["drivers"], tell=told.append)
    assert place == tmp_path / "r.html"
    assert told == ["drivers", "writing"]
    assert 'id="drivers"' in place.read_text(encoding="utf-8")
    assert not list(tmp_path.glob(".r.html*")), "nothing half-written is left"
    with pytest.raises(RunError, match="there is no analysis 'diviners'; did you mean 'drivers'"):
        report(result, tmp_path / "r.html", explore=["diviners"])


def test_what_was_explored_is_not_made_again(tmp_path: Path) -> None:
    told: list[str] = []
    result = run(cheap_standoff(), draws=32).explore("drivers", "breaking", "boxes", "tipping")
    report(result, tmp_path / "r.html", tell=told.append)
    assert not {"drivers", "breaking", "boxes"} & set(told)


def test_the_command_reports_a_scenario_and_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("cheap.yaml").write_text(dumps(cheap_standoff()), encoding="utf-8")
    run("cheap.yaml", draws=16, seed=3).save("done")
    common = ["--explore", "none"]
    first = CliRunner().invoke(main, ["report", "cheap.yaml", "--draws", "16", "--seed", "3", "-o", "a.html", *common])
    second = CliRunner().invoke(main, ["report", "done", "-o", "b.html", *common])
    assert first.exit_code == second.exit_code == 0
    assert re.fullmatch(r"Wrote a\.html \(\d+ kB\)\.\n", first.stdout)
    texts = [
        Path(name).read_text(encoding="utf-8").replace("done/scenario.yaml", "cheap.yaml")
        for name in ("a.html", "b.html")
    ]
    assert texts[0] == texts[1]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run(cheap_standoff(), draws=8).save(tmp_path_factory.mktemp("runs") / "done")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["done", "--draws", "8"], "found draws beside 'done'"),
        (["done", "--seed", "8"], "found seed beside 'done'"),
        (["missing.yaml"], "missing.yaml"),
        (["done", "-o", "x.txt"], "endings .html, .md and .docx"),
        (["done", "--explore", "diviners"], "there is no analysis 'diviners'"),
    ],
    ids=["draws", "seed", "no file", "ending", "analysis"],
)
def test_the_command_refuses_what_it_cannot_do(
    arguments: list[str], message: str, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(saved.parent)
    done = CliRunner().invoke(main, ["report", *arguments])
    assert done.exit_code == 2
    assert message in done.stderr
    assert "Traceback" not in done.output
    assert not list(saved.parent.glob("*.html"))


# What follows, and the evidence

AFTER = """
format: offramp/1
title: An exit and what follows
sources: {paper: {title: A newspaper, reliability: C, file: paper.txt}}
parties: {us: the proposer, ruler: the ruler}
assumptions:
  office:
    meaning: what office is worth
    value: {uniform: [0, 20]}
    basis: [{source: paper, paragraph: 2, says: he holds on, credibility: 3}]
  exile: {meaning: what exile is worth, value: {uniform: [0, 12]}, basis: judgement}
moves:
  approach: {by: us, choices: {offer: {next: answer}, wait: {next: stays}}}
  answer: {by: ruler, choices: {accept: {next: goes}, refuse: {next: stays}}}
outcomes:
  stays: {starts: same, payoffs: {us: -1, ruler: office}}
  goes: {starts: new, payoffs: {us: after, ruler: exile}}
aftermath:
  years: 4
  discount: 0.9
  states: {same: as before, new: a new order}
  rates: {new: {same: 0.1}}
  flows: {new: {us: 3}}
  indicators: {jobs: {start: 50, change: {new: 1}, shock: 1}}
answers:
  goes: {says: he goes, when: outcome.goes, given: approach.offer, given_says: an offer is made}
"""


def test_what_follows_and_the_evidence_have_their_sections(tmp_path: Path) -> None:
    (tmp_path / "paper.txt").write_text("A newspaper\n\nThe ruler is said to hold on to office.\n", encoding="utf-8")
    (tmp_path / "exit.yaml").write_text(AFTER, encoding="utf-8")
    result = run(tmp_path / "exit.yaml", draws=256)
    offramp.report(result, tmp_path / "report.md", explore=["drivers", "aftermath"], documents=tmp_path)
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    following = run(tmp_path / "exit.yaml", draws=256).what_follows()
    assert following.sentences()[0].replace("*", "") in text.replace("*", "")
    assert "Where it stands after 4 years" in text
    assert (tmp_path / "report_files" / "aftermath-jobs.svg").exists()
    assert "The ruler is said to hold on to office." in text
    lead, confidence = text.index("an offer is made"), text.index("Confidence in this is")
    assert lead < confidence
    assert not re.search(
        r"likely|probab", text[confidence : text.index("\n", confidence)].replace(result.scenario.title, "")
    )


def test_without_drivers_nothing_is_said_of_confidence(tmp_path: Path) -> None:
    (tmp_path / "exit.yaml").write_text(AFTER, encoding="utf-8")
    offramp.report(run(tmp_path / "exit.yaml", draws=64), tmp_path / "report.md", explore="none")
    assert "Confidence" not in (tmp_path / "report.md").read_text(encoding="utf-8")
