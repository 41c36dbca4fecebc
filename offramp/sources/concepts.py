"""A small lexicon of negotiated exits: what reports call the actors, the terms and the obstacles.

One entry for each thing that offramp's building blocks speak of, with the words that reports use for it. It is English
and short on purpose: a person reads why each passage was found and adds what is missing. An embedding model was looked
at and left out: the small ones that run without torch need weights that no package ships, so they would be fetched
from the network, and none could say *which words* made it suggest a passage.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Role = Literal["actor", "term", "obstacle"]


@dataclass(frozen=True)
class Concept:
    """One thing that reports speak of, and the words (regular expressions over folded text) that they have for it."""

    name: str
    label: str
    role: Role
    patterns: tuple[str, ...]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(r"\b(?:" + "|".join(self.patterns) + r")\b")

    def found_in(self, plain: str) -> tuple[str, ...]:
        """Its words that stand in ``plain``, a folded text, each once."""
        return tuple(dict.fromkeys(match[0] for match in self._pattern.finditer(plain)))


CONCEPTS = (
    Concept(
        "opposition", "the opposition", "actor", (r"opposition(?:'s)?", r"dissidents?", r"opponents?", r"successors?")
    ),
    Concept(
        "military",
        "the military and its command",
        "actor",
        (
            r"militar\w*",
            r"army|armed forces|security forces",
            r"high command",
            r"(?:army |military )?officers?|generals|commanders?",
            r"soldiers?|troops|junta|national guard",
        ),
    ),
    Concept(
        "court",
        "an international court",
        "actor",
        (
            r"international criminal court|icc",
            r"the hague|rome statute",
            r"(?:war crimes |special |international )?tribunals?",
            r"prosecutors?",
        ),
    ),
    Concept(
        "rulers",
        "other rulers who watch",
        "actor",
        (
            r"other (?:\w+ ){0,2}(?:leaders?|rulers?|dictators?|autocrats?|strongmen|presidents?)",
            r"(?:authoritarian|autocratic) (?:leaders?|rulers?)",
            r"dictators|autocrats|strongmen",
        ),
    ),
    Concept(
        "circle", "the inner circle", "actor", (r"inner circle", r"entourage", r"cronies", r"loyalists?", r"henchmen")
    ),
    Concept(
        "world",
        "other countries",
        "actor",
        (
            r"international (?:supporters?|community|reactions?)",
            r"(?:some|other|neighbou?ring) countries",
            r"united nations|security council",
        ),
    ),
    Concept(
        "victims",
        "victims and rights groups",
        "actor",
        (r"victims?", r"human rights (?:groups?|advoca\w+)", r"survivors?"),
    ),
    Concept("amnesty", "amnesty or pardon", "term", (r"amnest\w+", r"pardon\w*", r"clemency", r"reprieve")),
    Concept(
        "passage",
        "safe passage and exile",
        "term",
        (
            r"safe (?:passage|conduct|haven|exit)",
            r"exiled?|asylum|refuge",
            r"country of (?:\w+ ){0,2}cho(?:ice|osing)",
            r"(?:extradition|extradit\w+)(?: treaty)?",
        ),
    ),
    Concept(
        "immunity",
        "immunity from prosecution",
        "term",
        (
            r"immunity(?: from (?:\w+ ){0,2}prosecution)?",
            r"international prosecution",
            r"(?:shield\w*|protect\w*) (?:\w+ ){0,3}from prosecution",
            r"(?:avoid|escape) (?:facing )?(?:charges|trial|justice|prosecution)",
            r"deferral|non-prosecution",
        ),
    ),
    Concept(
        "sanctions",
        "sanctions and their relief",
        "term",
        (r"sanction\w*", r"embargo\w*", r"asset freezes?|frozen assets"),
    ),
    Concept(
        "aid",
        "aid and rebuilding",
        "term",
        (
            r"(?:financial|humanitarian|foreign|economic) (?:aid|relief|assistance)",
            r"aid",
            r"loans?",
            r"rebuilding|reconstruction",
        ),
    ),
    Concept(
        "transfer",
        "ceding power",
        "term",
        (
            r"ced(?:e|es|ing) power",
            r"step(?:s|ping)? (?:down|aside)",
            r"relinquish\w*",
            r"(?:peaceful )?(?:transition|handover|transfer) of power|political transition|transitional government",
            r"leav(?:e|es|ing) (?:power|office)",
            r"(?:free and fair )?elections?",
        ),
    ),
    Concept(
        "guarantees",
        "guarantees",
        "term",
        (r"guarantees? of", r"guarantors?", r"pensions?", r"monitors?|peacekeepers?"),
    ),
    Concept(
        "refusal",
        "the ruler may refuse",
        "obstacle",
        (
            r"no guarantee that (?:\w+ ){1,3}will accept",
            r"refus\w+",
            r"reject\w*",
            r"resilien\w+",
            r"(?:hold|holding|cling|clinging) (?:on )?to power",
            r"impasse|deadlock|standoff",
        ),
    ),
    Concept(
        "accountability",
        "demands for accountability, skepticism",
        "obstacle",
        (
            r"s[ck]eptic\w*",
            r"accountab\w+",
            r"betray\w*",
            r"impunity",
            r"compromise on justice",
            r"critici[sz]\w+",
            r"retribution",
        ),
    ),
    Concept(
        "precedent",
        "a precedent that emboldens others",
        "obstacle",
        (r"embolden\w*", r"precedents?", r"moral hazard", r"they,? too,? might", r"encourag\w+ other"),
    ),
    Concept(
        "vacuum",
        "a power vacuum or disorder",
        "obstacle",
        (r"(?:power )?vacuum", r"chaos|bloodshed|civil war|anarchy", r"instability|unrest"),
    ),
    Concept(
        "patrons",
        "foreign patrons",
        "obstacle",
        (
            r"(?:russia|china|iran|cuba|turkey)(?:n|'s)?",
            r"have (?:long )?(?:supported|backed)",
            r"key players|patrons?|backers?|allies",
        ),
    ),
    Concept(
        "leak",
        "secrecy and leaks",
        "obstacle",
        (
            r"secret\w*|covert\w*|undisclosed|confidential\w*|clandestine",
            r"leak\w*",
            r"familiar with (?:the )?(?:\w+ )?(?:talks|negotiations)",
        ),
    ),
    Concept(
        "loyalty",
        "the army's loyalty, or a coup",
        "obstacle",
        (
            r"coups?|mutin\w+|putsch",
            r"control over the (?:military|army|armed forces)",
            r"loyal\w*|cornerstone",
            r"military leadership",
        ),
    ),
    Concept(
        "prosecution",
        "prosecution and charges",
        "obstacle",
        (r"prosecut\w+", r"charges", r"crimes?|violations|abuses|atrocit\w+", r"indict\w+|warrants?"),
    ),
    Concept(
        "aftermath",
        "the state of the country afterwards",
        "obstacle",
        (
            r"hyperinflation|unemployment|shambles",
            r"(?:food )?shortages|poverty",
            r"collapsed? \w+ system|humanitarian",
        ),
    ),
)
"""Every concept of the lexicon."""

ALIASES = {
    "united states": (r"u\.s\.?", r"usa", r"washington", r"white house", r"americans?"),
    "united kingdom": (r"u\.k\.?", r"britain", r"british", r"london"),
    "european union": (r"e\.u\.?", r"brussels"),
    "united nations": (r"u\.n\.?", r"security council"),
    "russia": (r"moscow", r"kremlin", r"russians?"),
    "china": (r"beijing", r"chinese"),
}
"""Other names of actors, as patterns over folded text."""
