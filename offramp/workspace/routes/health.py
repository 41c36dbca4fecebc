"""Whether the server is there."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from offramp import __version__

router = APIRouter(prefix="/api", tags=["server"])


class Health(BaseModel):
    """That the server answers."""

    ok: bool
    version: str


@router.get("/health", openapi_extra={"security": []})
def health() -> Health:
    """Whether the server is there, and its version."""
    return Health(ok=True, version=__version__)
