"""Times as every answer has them: ISO 8601, in UTC, with a Z."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import PlainSerializer


def said(moment: datetime) -> str:
    """A time as answers have it, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


Time = Annotated[datetime, PlainSerializer(said, return_type=str, when_used="json")]
"""For fields of answers."""
