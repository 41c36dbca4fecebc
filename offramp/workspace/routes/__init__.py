"""The HTTP interface, one thin module a topic; each has a ``router``."""

from __future__ import annotations

from fastapi import APIRouter

from offramp.workspace.routes import (
    activity,
    comments,
    documents,
    drafts,
    events,
    feed,
    front,
    health,
    history,
    jobs,
    live,
    people,
    runs,
    scenarios,
    session,
    shares,
    tokens,
)

ROUTERS: tuple[APIRouter, ...] = (
    front.router,
    health.router,
    session.router,
    tokens.router,
    people.router,
    comments.router,
    activity.router,
    feed.router,
    scenarios.router,
    drafts.router,
    history.router,
    documents.router,
    jobs.router,
    runs.router,
    events.router,
    live.router,
    shares.router,
)
"""All that a workspace answers, in the order in which paths are tried."""
