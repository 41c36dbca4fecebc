"""Tokens for programs: listed, made and taken back by whose they are."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select

from offramp.workspace.access import tokens
from offramp.workspace.access.roles import InPerson
from offramp.workspace.models import Token
from offramp.workspace.problems import Refusal, not_found
from offramp.workspace.routes.common import refusals
from offramp.workspace.site import SiteOf
from offramp.workspace.times import Time

router = APIRouter(prefix="/api/tokens", tags=["session"])

MOST = 50
"""Tokens of one person."""

Scope = Literal["read", "write"]

Number = Annotated[int, Path(ge=1, lt=2**31)]


class NewToken(BaseModel):
    """A token to make: what it is for, what it may, and for how many days."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=128)
    scope: Scope = "read"
    days: int = Field(90, ge=1, le=365)


class TokenDocument(BaseModel):
    """A token, without its text."""

    id: int
    name: str
    scope: Scope
    created: Time
    expires: Time
    used: Time | None


class TokenOnce(TokenDocument):
    """A token with its text, which is shown this once."""

    token: str


class TokenList(BaseModel):
    """All tokens of a person."""

    tokens: list[TokenDocument]


@router.get("")
def tokens_of_mine(site: SiteOf, asker: InPerson) -> TokenList:
    """One's tokens, without their texts."""
    with site.database.session() as session:
        rows = session.scalars(select(Token).where(Token.person_id == asker.person.id).order_by(Token.id)).all()
        return TokenList(tokens=[TokenDocument(**_fields(row)) for row in rows])


@router.post("", status_code=201, responses=refusals(409))
def make_token(site: SiteOf, asker: InPerson, body: NewToken) -> TokenOnce:
    """Make a token for a program; its text is shown only now."""
    with site.database.session() as session:
        count = session.scalar(select(func.count()).select_from(Token).where(Token.person_id == asker.person.id))
        if count and count >= MOST:
            raise Refusal(409, f"you have {count} tokens", f"at most {MOST}", "take back those that nothing uses")
        text, row = tokens.make(session, asker.person, body.name, body.scope, body.days)
        return TokenOnce(**_fields(row), token=text)


@router.delete("/{number}", status_code=204, responses=refusals(404))
def drop_token(site: SiteOf, asker: InPerson, number: Number) -> None:
    """Take a token back; whoever uses it is refused from now on."""
    with site.database.session() as session:
        row = session.get(Token, number)
        if row is None or row.person_id != asker.person.id:
            raise not_found("token", str(number))
        session.delete(row)


def _fields(row: Token) -> dict[str, Any]:
    return {name: getattr(row, name) for name in TokenDocument.model_fields}
