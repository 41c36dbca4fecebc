"""Texts read at a glance by the desk's slow process, so that the server has its time for whoever waits."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from offramp.workspace.files.catalogue import Summary, summary_of
from offramp.workspace.live.desk import Desk
from offramp.workspace.live.plain import Text
from offramp.workspace.problems import Refusal


def reader_at(desk: Desk) -> Callable[[str], Summary]:
    """What reads a text at the desk; it raises Refusal where the desk cannot."""

    def read(text: str) -> Summary:
        reply = desk.ask({"kind": "glance", "what": Text(text, "").record()}, lane="slow").result()
        if reply.status != 200:
            raise Refusal(reply.status, "the desk could not read it")
        return Summary(**json.loads(reply.body))

    return read


def glance_at(what: Text) -> dict[str, Any]:
    """A text's summary as plain values."""
    return dict(vars(summary_of(what.text)))
