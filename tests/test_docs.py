"""The documentation is a test: its commands run, its snippets load, and nothing that a user can type is left out."""

from __future__ import annotations

import doctest
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from docs import generate_api
from docs.generate_cli import contexts, reference
from offramp.cli import main
from offramp.scenario.distributions import FORMS
from offramp.scenario.load import loads
from offramp.scenario.schema import json_schema
from offramp.scenario.tokens import FUNCTIONS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))]
COMMANDS = list(contexts(main, "offramp"))

BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
DURATION = re.compile(r"\b\d[\d.,]* ?(ms|s|seconds?|minutes?)\b")
LINK = re.compile(r"\]\((?!\w+:)(?P<target>[^)#]+)")

NOT_RUN = ("git clone", "cd ", "sudo ", "offramp serve")
"""Commands that a reader needs and that change the machine, fetch something or go on until they are stopped."""


class Block(NamedTuple):
    """A fenced block: where it stands, and what is in it."""

    page: Path
    line: int
    text: str

    @property
    def name(self) -> str:
        return f"{self.page.name}:{self.line}"


class Step(NamedTuple):
    """A command of a console block and the lines that the page shows below it."""

    name: str
    command: str
    output: str


def _blocks(language: str) -> list[Block]:
    return [
        Block(page, text.count("\n", 0, match.start()) + 1, match["text"])
        for page in PAGES
        for text in [page.read_text(encoding="utf-8")]
        for match in BLOCK.finditer(text)
        if match["language"] == language
    ]


def _steps() -> Iterator[Step]:
    for block in _blocks("console"):
        for piece in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            command, _, output = piece.partition("\n")
            yield Step(f"{block.name} {command}", command, output.rstrip())


MAKE_RUN = "make run"
THE_ANSWER = "offramp run examples/venezuela-2024.yaml"
"""What `make run` runs once all is installed."""

STEPS = list(_steps())
MAKE = [step for step in STEPS if step.command.startswith("make")]
RUN = [step for step in STEPS if not step.command.startswith((*NOT_RUN, "make"))] + [
    Step(step.name, THE_ANSWER, step.output) for step in MAKE if step.command == MAKE_RUN and step.output
]


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with the examples in it, as the current one."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _ids(block: Block | Step) -> str:
    return block.name


@pytest.mark.parametrize("step", RUN, ids=_ids)
def test_a_command_prints_what_the_page_shows(step: Step, workplace: Path) -> None:
    words = shlex.split(step.command)
    assert words[0].removeprefix(".venv/bin/") == "offramp", "say in NOT_RUN why this command is not run"
    program = [str(Path(sys.executable).with_name("offramp")), *words[1:]]
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
    done = subprocess.run(program, check=False, capture_output=True, text=True, cwd=workplace, env=environment)
    assert done.returncode == 0, done.stderr
    if step.output:
        shown, printed = (DURATION.sub("TIME", text.strip()) + "\n" for text in (step.output, done.stdout))
        options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        assert doctest.OutputChecker().check_output(shown, printed, options), printed


@pytest.mark.parametrize("step", MAKE, ids=_ids)
def test_make_knows_its_targets(step: Step) -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(shlex.split(step.command)[1:]) <= set(targets)


@pytest.mark.parametrize("block", _blocks("python"), ids=_ids)
def test_a_python_snippet_prints_what_the_page_shows(block: Block, workplace: Path) -> None:
    test = doctest.DocTestParser().get_doctest(block.text, {}, block.name, str(block.page), block.line)
    assert test.examples
    report: list[str] = []
    options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    doctest.DocTestRunner(optionflags=options).run(test, out=report.append)
    assert not report, "".join(report)


@pytest.mark.parametrize("block", _blocks("yaml"), ids=_ids)
def test_a_yaml_snippet_is_read(block: Block) -> None:
    if block.text.startswith("format:"):
        assert loads(block.text, block.name).moves
    else:
        assert YAML(typ="safe").load(block.text)


def test_the_command_line_page_is_what_the_commands_say() -> None:
    page = (DOCS / "cli.md").read_text(encoding="utf-8")
    assert page == reference(), "run `make docs` and commit docs/cli.md"


def test_the_page_of_the_interface_is_what_the_server_answers() -> None:
    page = generate_api.reference(generate_api.openapi())
    assert generate_api.PAGE.read_text(encoding="utf-8") == page, "run `make docs` and commit docs/api.md"


@pytest.mark.parametrize("context", COMMANDS, ids=lambda context: context.command_path)
def test_every_command_and_option_has_help(context: click.Context) -> None:
    assert context.command.help
    options = [each for each in context.command.params if isinstance(each, click.Option)]
    assert not [option.name for option in options if not option.help]


def _keys(schema: object) -> Iterator[str]:
    """Every key that a JSON Schema names under `properties`."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for value in schema.values():
            yield from _keys(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _keys(value)


@pytest.mark.parametrize("word", sorted({*_keys(json_schema()), *FORMS, *FUNCTIONS}))
def test_every_key_kind_and_function_of_the_language_is_documented(word: str) -> None:
    code = re.findall(r"`+[^`]+`+", (DOCS / "scenario.md").read_text(encoding="utf-8"))
    assert any(re.search(rf"\b{re.escape(word)}\b", each) for each in code)


DOCUMENTS = {
    "run": ["run", "whole.yaml", "--draws", "8", "--quiet"],
    "solution": ["solve", "whole.yaml"],
    "branch": ["solve", "whole.yaml", "--precisions", "1:2:2"],
    "tree": ["tree", "whole.yaml"],
    "check": ["check", "whole.yaml", "broken.yaml"],
    "offers": ["offers", "whole.yaml", "--draws", "8", "--quiet"],
    "drivers": ["drivers", "whole.yaml", "--draws", "8", "--quiet"],
    "boxes": ["boxes", "whole.yaml", "--draws", "8", "--quiet"],
    "tipping": ["tipping", "whole.yaml", "office", "--draws", "8", "--quiet"],
    "observed": [
        "observed",
        "whole.yaml",
        "--draws",
        "8",
        "--quiet",
        "--precision",
        "3",
        "--observed",
        "answer=refuse",
    ],
    "aftermath": ["aftermath", "whole.yaml", "--draws", "8", "--quiet"],
    "horizon": ["horizon", "examples/talks.yaml", "--draws", "8", "--quiet"],
    "learning": ["learn", "whole.yaml", "--draws", "32", "--quiet"],
    "comparison": ["compare", "whole.yaml", "other.yaml", "--draws", "8", "--quiet"],
    "breaking": ["breaks", "whole.yaml", "--draws", "8", "--quiet"],
    "sources": ["sources", "add", "sources/note.txt"],
    "passages": ["sources", "check", "sourced.yaml"],
    "suggestions": ["sources", "suggest", "sources/note.txt", "--scenario", "whole.yaml"],
    "trace": ["sources", "trace", "sourced.yaml", "--draws", "32", "--quiet"],
    "without": ["sources", "without", "sourced.yaml", "note", "--draws", "8", "--quiet"],
}
"""For each document of docs/json.md a command that prints it; the files hold the example of docs/scenario.md."""

OWN_NAMES = {
    "limited",
    "states",
    "indicators",
    "higher_with_offer",
    "types",
    "saw",
    "offer",
    "options",
    "if_made",
    "explored",
    "payoffs",
    "margins",
    "parties",
    "answers",
    "outcomes",
    "moves",
    "choices",
    "ranges",
    "timings",
    "statuses",
    "grids",
    "shifts",
    "trends",
    "alone",
    "left_out",
}
"""Keys whose value, in a run, maps names of the scenario or of the machine: those names are not ours to describe."""


def _document_keys(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _document_keys(each)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            named = isinstance(inner, dict) and key in OWN_NAMES
            yield from _document_keys(list(inner.values()) if named else inner)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_key_of_a_document_is_described(document: str, workplace: Path) -> None:
    whole = next(block.text for block in _blocks("yaml") if block.text.startswith("format:"))
    (workplace / "whole.yaml").write_text(whole, encoding="utf-8")
    other = whole.replace("uniform: [0.2, 0.6]", "uniform: [0.1, 0.6]")
    (workplace / "other.yaml").write_text(other, encoding="utf-8")
    (workplace / "broken.yaml").write_text(whole.replace("by: ruler", "by: rule"), encoding="utf-8")
    sourced = whole.replace("    basis: judgement", "    basis: [{source: note, paragraph: 1, credibility: 2}]")
    sourced = sourced.replace("\nparties:", "\nsources: {note: {title: A note, file: note.txt}}\nparties:")
    (workplace / "sourced.yaml").write_text(sourced, encoding="utf-8")
    (workplace / "sources").mkdir()
    (workplace / "sources" / "note.txt").write_text("The ruler may keep his office, sources say.", encoding="utf-8")
    printed = CliRunner().invoke(main, [*DOCUMENTS[document], "--json"]).stdout
    described = set(re.findall(r"`(\w+)`", (DOCS / "json.md").read_text(encoding="utf-8")))
    parsed = json.loads(printed)
    assert parsed["schema"] == f"offramp.{document}/1"
    assert not sorted(set(_document_keys(parsed)) - described)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = {match["target"] for match in LINK.finditer(page.read_text(encoding="utf-8"))}
    assert not [target for target in targets if not (page.parent / target).exists()]


def test_the_documentation_builds_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going", "-b", "html"]
    done = subprocess.run([*command, str(DOCS), str(tmp_path)], check=False, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
