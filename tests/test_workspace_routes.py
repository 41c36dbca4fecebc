"""Every route of a workspace asks who one is, and refuses who may not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from offramp.workspace.access.roles import CSRF_HEADER, ROLES, SAFE, _AtLeast, in_person, known_asker, rank
from offramp.workspace.access.secrets import new_secret
from offramp.workspace.routes import ROUTERS
from offramp.workspace.settings import Limits
from workspace_site import Workspace, make_folder, shared

OPEN = {
    ("GET", "/"): "the page itself, which tells nothing",
    ("GET", "/api/docs"): "the interface described",
    ("GET", "/api/health"): "whether the server is there",
    ("GET", "/api/session"): "who one is, and that one is nobody",
    ("POST", "/api/session"): "the way in",
    ("GET", "/feed.atom"): "the feed has a key of its own",
    ("GET", "/s/{secret}"): "a shared report has a token of its own",
}
"""What nobody needs to be someone for, and why."""

ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
KNOWN = [
    (method, route) for route in ROUTES for method in sorted(route.methods or ()) if (method, route.path) not in OPEN
]
CHANGING = [(method, route) for method, route in KNOWN if method not in SAFE]


def _named(value: object) -> str:
    return value.path if isinstance(value, APIRoute) else str(value)


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace of which only refusals are asked, so that it can be asked all there is."""
    folder = make_folder(tmp_path_factory.mktemp("all"), "talks.yaml")
    with shared(folder, limits=Limits(asked=100_000)) as found:
        yield found


def _calls(dependant: Dependant) -> Iterator[Any]:
    """All that a route depends on."""
    for each in dependant.dependencies:
        yield each.call
        yield from _calls(each)


def _least(route: APIRoute) -> str:
    """The least role that a route asks for."""
    asked = [call.role for call in _calls(route.dependant) if isinstance(call, _AtLeast)]
    return max(asked, key=rank, default="reader")


def _place(route: APIRoute) -> str:
    """A path of ``route``, at which there is nothing."""
    return route.path.format_map(dict.fromkeys(route.param_convertors, "1") | _Ones())


class _Ones(dict):  # type: ignore[type-arg]
    def __missing__(self, key: str) -> str:
        return "1"


def test_the_application_answers_nothing_but_what_these_tests_know(everything: Workspace) -> None:
    own = {getattr(route, "path", None) for route in everything.app.routes}
    assert own == {"/api/openapi.json", "/assets", None}
    assert sum(getattr(route, "path", None) is None for route in everything.app.routes) == len(ROUTERS)


@pytest.mark.parametrize(("method", "route"), KNOWN, ids=_named)
def test_every_route_asks_who_one_is(everything: Workspace, method: str, route: APIRoute) -> None:
    assert known_asker in _calls(route.dependant)
    assert everything.stranger().request(method, _place(route)).status_code == 401


@pytest.mark.parametrize(("method", "route"), CHANGING, ids=_named)
def test_whatever_changes_something_needs_the_csrf_token(everything: Workspace, method: str, route: APIRoute) -> None:
    client = everything.client("owner")
    client.csrf = ""
    for given in ({}, {CSRF_HEADER: ""}, {CSRF_HEADER: new_secret()}):
        answer = client.request(method, _place(route), headers=given)
        assert (answer.status_code, CSRF_HEADER in answer.json()["found"]) == (403, True)


@pytest.mark.parametrize(("method", "route"), CHANGING, ids=_named)
def test_a_token_for_reading_changes_nothing(everything: Workspace, method: str, route: APIRoute) -> None:
    answer = everything.program("read", "owner").request(method, _place(route))
    assert (answer.status_code, answer.json()["found"]) == (403, "the token may only read")


@pytest.mark.parametrize(
    ("method", "route"), [each for each in KNOWN if in_person in _calls(each[1].dependant)], ids=_named
)
def test_no_token_changes_how_one_gets_in(everything: Workspace, method: str, route: APIRoute) -> None:
    answer = everything.program("write", "owner").request(method, _place(route))
    assert (answer.status_code, answer.json()["found"]) == (403, "a token may not do this")


@pytest.mark.parametrize(
    ("method", "route", "role"),
    [(method, route, role) for method, route in KNOWN for role in ROLES[: rank(_least(route))]],
    ids=_named,
)
def test_a_lesser_role_is_refused(everything: Workspace, method: str, route: APIRoute, role: str) -> None:
    answer = everything.client(role).request(method, _place(route))
    assert (answer.status_code, f"a {role} may not do this" in answer.json()["found"].replace("an ", "a ")) == (
        403,
        True,
    )


@pytest.mark.parametrize("path", ["people", "people/rita", "tokens/1", "session", "session/password"])
def test_the_ways_in_are_changed_in_person(path: str) -> None:
    routes = [route for method, route in CHANGING if route.path.startswith(f"/api/{path.split('/', maxsplit=1)[0]}")]
    assert routes
    assert all(in_person in _calls(route.dependant) for route in routes)
