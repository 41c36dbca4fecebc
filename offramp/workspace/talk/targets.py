"""What a comment is about: the whole scenario, a part of it, an offer, or a run.

Written ``""``, ``assumptions.office``, ``moves.leak.leaked``, ``offer:amnesty=ruler,court=open`` and ``run:NAME``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from offramp.scenario.model import Scenario
from offramp.workspace.files.checking import checked
from offramp.workspace.problems import Refusal, not_found
from offramp.workspace.settings import Settings

SECTIONS = ("parties", "terms", "assumptions", "formulas", "moves", "outcomes", "answers", "sources")
"""Parts of a scenario that may be commented on, each by its name."""

ALLOWED = "nothing, assumptions.NAME, moves.NAME, terms.NAME and the like, offer:TERM=OPTION,… or run:NAME"

_NAME = "[A-Za-z_][A-Za-z0-9_]*"
_PART = re.compile(rf"(?:{'|'.join(SECTIONS)})\.{_NAME}(?:\.{_NAME})?")
_OFFER = re.compile(rf"offer:{_NAME}={_NAME}(?:,{_NAME}={_NAME})*")
_RUN = re.compile(r"run:[A-Za-z0-9_][A-Za-z0-9_.-]*(?::[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
_SCENARIO = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?::[A-Za-z0-9_][A-Za-z0-9_.-]*)*")


def normal(target: str) -> str:
    """A target as it is kept: the terms of an offer in the order of their names.

    Raises
    ------
    Refusal
        If it has none of the forms.

    Examples
    --------
    >>> normal("offer:court=open,amnesty=ruler")
    'offer:amnesty=ruler,court=open'
    """
    if target == "" or _PART.fullmatch(target) or _RUN.fullmatch(target):
        return target
    if _OFFER.fullmatch(target):
        offer = offer_of(target)
        if len(offer) == target.count("="):
            return offer_target(offer)
    raise Refusal(422, f"found the target {target!r}", ALLOWED, "name what the comment is about in one of these forms")


def offer_of(target: str) -> dict[str, str]:
    """The options of the offer that a target names, by term."""
    pairs = (pair.partition("=") for pair in target.removeprefix("offer:").split(","))
    return {term: option for term, _, option in pairs}


def offer_target(offer: dict[str, str]) -> str:
    """The target of comments on an offer."""
    return "offer:" + ",".join(f"{term}={option}" for term, option in sorted(offer.items()))


@dataclass(frozen=True)
class Standing:
    """What there is in a scenario to comment on.

    Attributes
    ----------
    settings : Settings
        Where runs are looked for.
    names : frozenset of str, or None
        Every part, as targets are written; None where the scenario cannot be read, so that nothing is known to be gone.
    """

    settings: Settings
    names: frozenset[str] | None = field(repr=False)

    def lacks(self, target: str) -> bool:
        """Whether what a target names is no longer there."""
        if target.startswith("run:"):
            place = self.settings.folder.joinpath(*target.removeprefix("run:").split(":"))
            return not (place / "run.json").is_file()
        if not target or self.names is None:
            return False
        if target.startswith("offer:"):
            return any(f"terms.{term}.{option}" not in self.names for term, option in offer_of(target).items())
        return target not in self.names


def standing(settings: Settings, scenario: str) -> Standing:
    """What there is in a scenario of the folder to comment on.

    Raises
    ------
    Refusal
        If there is no such scenario.
    """
    place = scenario_file(settings, scenario)
    try:
        names = _names(place.read_text(encoding="utf-8"), place.relative_to(settings.folder).as_posix())
    except UnicodeDecodeError:
        names = None
    return Standing(settings, names)


def scenario_file(settings: Settings, scenario: str) -> Path:
    """The file of a scenario, which is there.

    Raises
    ------
    Refusal
        If there is none, or it lies outside the folder.
    """
    place = settings.folder / f"{scenario.replace(':', '/')}.yaml"
    if not _SCENARIO.fullmatch(scenario) or not place.is_file():
        raise not_found("scenario", scenario)
    if not place.resolve().is_relative_to(settings.folder.resolve()):
        raise not_found("scenario", scenario)
    return place


@lru_cache(maxsize=256)
def _names(text: str, file: str) -> frozenset[str] | None:
    """The parts of the scenario in a file; None where it is wrong."""
    scenario = checked(text, file).valid
    if scenario is None:
        return None
    sections = {f"{section}.{name}" for section in SECTIONS for name in named(scenario, section)}
    options = {f"terms.{term.name}.{option.name}" for term in scenario.terms for option in term.options}
    choices = {f"moves.{move.name}.{choice.name}" for move in scenario.moves for choice in move.choices}
    return frozenset(sections | options | choices)


def named(scenario: Scenario, section: str) -> dict[str, Any]:
    """The parts of a section by name, in their order."""
    found: Any = getattr(scenario, section)
    return dict(found) if section == "formulas" else {each.name: each for each in found}


def renamed(target: str, old: str, new: str) -> str:
    """A target after the part called ``old`` was renamed ``new``; the same where it is not about it.

    Examples
    --------
    >>> renamed("moves.leak.held", "moves.leak", "moves.press")
    'moves.press.held'
    >>> renamed("offer:amnesty=ruler,court=open", "terms.amnesty", "terms.pardon")
    'offer:court=open,pardon=ruler'
    >>> renamed("offer:amnesty=ruler", "terms.amnesty.ruler", "terms.amnesty.him")
    'offer:amnesty=him'
    >>> renamed("assumptions.office", "assumptions.off", "assumptions.on")
    'assumptions.office'
    """
    if target.startswith("offer:"):
        pairs = (f"terms.{term}.{option}" for term, option in offer_of(target).items())
        parts = (renamed(pair, old, new).split(".") for pair in pairs)
        return offer_target({term: option for _, term, option in parts})
    if target == old or target.startswith(f"{old}."):
        return new + target[len(old) :]
    return target
