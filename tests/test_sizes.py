"""Files and functions stay small enough to read (style.md, "Size")."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULE_LINES = 500
FUNCTION_LINES = 35
KERNEL_LINES = 80
PUBLIC_PARAMETERS = 7

SOURCES = sorted(
    path for folder in ("offramp", "tests", "benchmarks", "docs") for path in (ROOT / folder).rglob("*.py")
)
MODULES = [path for path in SOURCES if path.is_relative_to(ROOT / "offramp")]

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _body_lines(function: Function) -> int:
    """Lines of the body, the docstring not counted."""
    body = function.body[1:] if ast.get_docstring(function) and len(function.body) > 1 else function.body
    return (body[-1].end_lineno or body[-1].lineno) - body[0].lineno + 1


def _arguments(function: Function) -> list[ast.arg]:
    return function.args.posonlyargs + function.args.args + function.args.kwonlyargs


def _is_kernel(function: Function) -> bool:
    return any(ast.unparse(decorator) in ("kernel", "lean", "inlined") for decorator in function.decorator_list)


def _limit(function: Function) -> int:
    return KERNEL_LINES if _is_kernel(function) else FUNCTION_LINES


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_a_module_has_fewer_than_500_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < MODULE_LINES


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_function_bodies_are_short(path: Path) -> None:
    long = {f.name: _body_lines(f) for f in _functions(path) if _body_lines(f) > _limit(f)}
    assert not long


@pytest.mark.parametrize("path", [p for p in MODULES if "cli" not in p.parts], ids=_name)
def test_public_functions_take_seven_parameters_at_most(path: Path) -> None:
    public = (f for f in _functions(path) if not f.name.startswith("_") and not _is_kernel(f))
    counts = {f.name: len({arg.arg for arg in _arguments(f)} - {"self", "cls"}) for f in public}
    assert not {name: count for name, count in counts.items() if count > PUBLIC_PARAMETERS}
