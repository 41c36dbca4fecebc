"""Imports point one way, down the pipeline of design.md, and `import offramp` stays light."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "offramp"

STAGES = "errors child locking arrays scenario sources aftermath game solve figures explore tell workspace cli __main__"

PIPELINE = tuple(STAGES.split())
"""A module may import from its own stage and from those to its left."""

HEAVY = (
    "numba",
    "pandas",
    "scipy",
    "xarray",
    "pyarrow",
    "rich",
    "ruamel",
    "click",
    "altair",
    "vl_convert",
    "optuna",
    "jinja2",
    "docx",
    "justext",
    "lxml",
    "pypdf",
    "charset_normalizer",
    "fastapi",
    "starlette",
    "pydantic",
    "sqlalchemy",
    "alembic",
    "argon2",
    "uvicorn",
    "httpx2",
)
"""What `import offramp` must not load: each is imported where it is used."""


def _module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {_module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def _imported_names(tree: ast.AST) -> Iterator[str]:
    """Dotted names that a module imports anywhere in its body; `from a import b` gives `a.b` where that is a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module, "imports inside offramp are written in full"
            inner = {f"{node.module}.{alias.name}" for alias in node.names} - {"offramp.__version__"}
            yield from inner if inner & MODULES.keys() or not inner else {node.module}


class _WithoutTypeImports(ast.NodeTransformer):
    """Drops `if TYPE_CHECKING:` blocks: they bind nothing when the module runs."""

    def visit_If(self, node: ast.If) -> ast.AST | None:
        return None if ast.unparse(node.test) == "TYPE_CHECKING" else self.generic_visit(node)


def _parse(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def _imports(module: str) -> set[str]:
    return set(_imported_names(_parse(module)))


def _imports_at_run_time(module: str) -> set[str]:
    return set(_imported_names(_WithoutTypeImports().visit(_parse(module))))


def _stage(module: str) -> str:
    """The part of the pipeline that a module belongs to: the word after `offramp.`."""
    return module.split(".")[1]


STAGED = [name for name in MODULES if name != "offramp"]


@pytest.mark.parametrize("module", STAGED)
def test_imports_point_down_the_pipeline(module: str) -> None:
    assert _stage(module) in PIPELINE, f"say in PIPELINE where {module} stands"
    reachable = PIPELINE[: PIPELINE.index(_stage(module)) + 1]
    wrong = {name for name in _imports(module) & set(STAGED) if _stage(name) not in reachable}
    assert not wrong, f"{module} may import from {', '.join(reachable)} only"


def test_only_the_command_line_imports_the_public_names() -> None:
    users = {_stage(name) for name in STAGED if "offramp" in _imports(name)}
    assert users <= {"cli", "__main__"}, "inside the package, import from the module that defines the name"


def test_modules_do_not_import_each_other_in_a_circle() -> None:
    TopologicalSorter({name: _imports_at_run_time(name) & set(STAGED) for name in STAGED}).prepare()


@pytest.mark.parametrize("module", [name for name in STAGED if _stage(name) == "solve"])
def test_the_solver_sees_neither_scenarios_nor_yaml(module: str) -> None:
    roots = {tuple(name.split(".")[:2]) for name in _imports(module)}
    assert not roots & {("offramp", "scenario"), ("ruamel", "yaml"), ("yaml",)}


def test_only_the_command_line_knows_click() -> None:
    users = {_stage(name) for name in STAGED if any(i.split(".")[0] == "click" for i in _imports(name))}
    assert users <= {"cli"}


def test_importing_offramp_loads_nothing_heavy() -> None:
    script = "import json, sys, offramp; print(json.dumps(sorted(sys.modules)))"
    output = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=ROOT).stdout
    loaded = {name.split(".")[0] for name in json.loads(output)}
    assert not loaded & set(HEAVY)


def test_every_public_name_can_be_imported() -> None:
    script = "import offramp; [getattr(offramp, name) for name in offramp.__all__]; print(len(offramp.__all__))"
    output = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=ROOT).stdout
    assert int(output) > 0
