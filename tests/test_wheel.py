"""The wheel holds all that offramp needs at work: who installs it needs neither this repository nor Node."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

PACKAGE = ROOT / "offramp"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What stands in a wheel that is made of this folder."""
    place = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(place)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = place.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_it_holds_every_file_of_the_package(files: set[str]) -> None:
    wanted = {
        each.relative_to(ROOT).as_posix()
        for each in PACKAGE.rglob("*")
        if each.is_file() and "__pycache__" not in each.parts and not each.name.endswith((".pyc", ".swp"))
    }
    assert wanted - files == set()
    assert {each.partition("/")[0] for each in files} == {"offramp", f"offramp-{_version(files)}.dist-info"}


@pytest.mark.parametrize("folder", ["workspace/static/assets", "workspace/migrations/versions", "scenario/building"])
def test_it_holds_the_pages_the_migrations_and_the_blocks(folder: str, files: set[str]) -> None:
    assert sum(each.startswith(f"offramp/{folder}/") for each in files) > 0


def _version(files: set[str]) -> str:
    (metadata,) = (each for each in files if each.endswith(".dist-info/METADATA"))
    return metadata.partition("/")[0].removeprefix("offramp-").removesuffix(".dist-info")
