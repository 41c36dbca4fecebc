"""The built front end is that of its sources, speaks each language whole, and brings in nothing from elsewhere."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from offramp.scenario.schema import json_schema

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "ui"
STATIC = ROOT / "offramp" / "workspace" / "static"
NAMESPACES = "http://www.w3.org/"
SAID_ONLY = ("https://svelte.dev/e/",)
"""Addresses that stand in messages of libraries and are never fetched."""


def sources_hash() -> str:
    """The SHA-256 over the sources of the front end, as ``ui/vite.config.ts`` forms it."""
    inside = [path.relative_to(SOURCES).as_posix() for path in (SOURCES / "src").rglob("*") if path.is_file()]
    total = hashlib.sha256()
    for name in sorted(
        ["../examples/venezuela-2024.yaml", *inside, "index.html", "package-lock.json", "vite.config.ts"]
    ):
        total.update(name.encode() + b"\0" + (SOURCES / name).read_bytes() + b"\0")
    return total.hexdigest()


def texts(name: str) -> dict[str, Any]:
    """A catalogue of texts."""
    found: dict[str, Any] = json.loads((SOURCES / "src" / "words" / name).read_text())
    return found


def placeholders(text: str | dict[str, str]) -> set[str]:
    """The names in braces of a text, in any of its forms."""
    forms = [text] if isinstance(text, str) else list(text.values())
    return {name for form in forms for name in re.findall(r"\{(\w+)\}", form)}


def test_the_build_is_that_of_the_sources() -> None:
    built = json.loads((STATIC / "built.json").read_text())
    assert built["sources"] == sources_hash(), (
        "ui/ was changed after it was built: run 'make ui' and commit offramp/workspace/static"
    )


@pytest.mark.parametrize("catalogue", ["{}.json", "see.{}.json"])
def test_spanish_has_every_text_with_the_same_placeholders(catalogue: str) -> None:
    english, spanish = texts(catalogue.format("en")), texts(catalogue.format("es"))
    assert sorted(english) == sorted(spanish)
    for key, text in english.items():
        assert placeholders(text) == placeholders(spanish[key]), key
        assert isinstance(text, str) == isinstance(spanish[key], str), key


def test_texts_stand_in_order_and_are_used() -> None:
    """A key is used where it stands in quotes, or where a template begins it, as in ``nav.${page}``."""
    sources = "\n".join(path.read_text() for path in (SOURCES / "src").rglob("*") if path.suffix in {".ts", ".svelte"})
    begun = tuple(re.findall(r"`([\w.]+\.)\$\{", sources))
    keys = [*texts("en.json"), *texts("see.en.json")]
    unused = [
        key for key in keys if f"'{key}'" not in sources and f'"{key}"' not in sources and not key.startswith(begun)
    ]
    assert not unused
    assert list(texts("en.json")) == sorted(texts("en.json"))


def test_no_source_writes_html_or_styles_as_text() -> None:
    for path in (SOURCES / "src").rglob("*.svelte"):
        text = path.read_text()
        assert "{@html" not in text, path
        assert not re.search(r"\sstyle=", text), f"{path}: the policy forbids style attributes; use style:name={{…}}"
        assert "innerHTML" not in text, path


def test_the_built_files_name_no_other_host() -> None:
    for path in [*STATIC.rglob("*.js"), *STATIC.rglob("*.css"), STATIC / "index.html"]:
        hosts = re.findall(r"(?:https?:)?//[a-z0-9-]+\.[a-z][\w./-]*", path.read_text())
        foreign = [host for host in hosts if not host.startswith((NAMESPACES, *SAID_ONLY))]
        assert not foreign, path.name


def test_the_page_has_no_script_or_style_of_its_own() -> None:
    page = (STATIC / "index.html").read_text()
    assert re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL) == [""]
    assert "<style" not in page
    assert " style=" not in page
    assert 'name="csp-nonce" content="__CSP_NONCE__"' in page


def test_the_lock_names_no_registry() -> None:
    lock = json.loads((SOURCES / "package-lock.json").read_text())
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
    wanted = json.loads((SOURCES / "package.json").read_text())
    pinned = {**wanted["dependencies"], **wanted["devDependencies"]}
    assert not {name: version for name, version in pinned.items() if not re.fullmatch(r"[\d.]+", version)}


def test_the_tests_of_completion_have_the_schema_of_today() -> None:
    kept = json.loads((SOURCES / "tests" / "schema.json").read_text())
    assert kept == json_schema(), "the schema has changed: offramp schema > ui/tests/schema.json"
