"""What happens, as it happens: numbered, kept for who was away, told to whom it concerns; and who is where."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from offramp.workspace import bus as bus_module
from offramp.workspace.bus import KEPT, MOST_LISTENERS, WAITING, Bus, Event
from offramp.workspace.presence import MOST_PAGES, SILENT_SECONDS, Page, Presence, There
from offramp.workspace.problems import Refusal
from workspace_server import Server, cheap_folder, server, until
from workspace_site import local, shared


def heard(bus: Bus, count: int, person: int = 1, last: str | None = None) -> list[Event]:
    """The next events that a person hears; fewer where it is sent home."""

    async def listen() -> list[Event]:
        found: list[Event] = []
        async for event in bus.listen(person, last):
            found.append(event)
            if len(found) == count:
                break
        return found

    return asyncio.run(asyncio.wait_for(listen(), 10))


def numbers(events: list[Event]) -> list[int]:
    return [event.data["number"] for event in events]


def publish(bus: Bus, first: int, last: int) -> None:
    for number in range(first, last + 1):
        bus.publish("job", number=number)


# --- the bus


def test_who_was_away_hears_what_was_missed_and_only_that() -> None:
    bus = Bus()
    publish(bus, 1, 5)
    (third,) = [event for event in heard(bus, 5, last=f"{bus._begun}-0") if event.data["number"] == 3]
    assert numbers(heard(bus, 2, last=third.id)) == [4, 5]


@pytest.mark.parametrize("last", ["gone-3", "", "-", "7", "{begun}-x", "{begun}-9999", "{begun}--1", "{begun}-²"])
def test_who_names_what_nobody_knows_begins_anew(last: str) -> None:
    bus = Bus()
    publish(bus, 1, 3)
    (event,) = heard(bus, 1, last=last.format(begun=bus._begun))
    assert (event.kind, event.id) == ("reset", f"{bus._begun}-3")


def test_who_was_away_too_long_begins_anew() -> None:
    bus = Bus()
    publish(bus, 1, KEPT + 2)
    assert heard(bus, 1, last=f"{bus._begun}-1")[0].kind == "reset"
    assert numbers(heard(bus, KEPT, last=f"{bus._begun}-2")) == list(range(3, KEPT + 3))


def test_what_concerns_one_person_is_told_to_nobody_else() -> None:
    bus = Bus()
    bus.publish("mention", only_for=2, number=1)
    bus.publish("job", number=2)
    assert numbers(heard(bus, 1, person=1, last=f"{bus._begun}-0")) == [2]
    assert numbers(heard(bus, 2, person=2, last=f"{bus._begun}-0")) == [1, 2]


def test_what_is_soon_out_of_date_is_told_and_not_kept() -> None:
    async def listen() -> str:
        bus = Bus()
        listener = bus.subscribe(1)
        bus.mention("job", number=1)
        event = await listener.next(5)
        assert event is not None
        assert bus._missed(1, f"{bus._begun}-0") == []
        return event.text

    assert asyncio.run(listen()) == 'event: job\ndata: {"number": 1}\n\n'


def test_slow_listeners_are_cut_off_and_others_are_not() -> None:
    async def listen() -> tuple[Event | None, int]:
        bus = Bus()
        slow, quick = bus.subscribe(1), bus.subscribe(1)
        count = 0
        for number in range(WAITING + 2):
            bus.publish("job", number=number)
            assert await quick.next(5) is not None
            count += 1
        return await slow.next(5), count

    event, count = asyncio.run(listen())
    assert event is None
    assert count == WAITING + 2


def test_one_person_has_so_many_listeners_and_those_who_leave_make_room() -> None:
    async def listen() -> None:
        bus = Bus()
        listeners = [bus.subscribe(1) for _ in range(MOST_LISTENERS)]
        with pytest.raises(Refusal, match="429") as refusal:
            bus.subscribe(1)
        assert refusal.value.allowed == f"at most {MOST_LISTENERS}"
        bus.subscribe(2)
        listeners[0].leave()
        bus.subscribe(1)
        bus.close()
        assert await listeners[1].next(5) is None
        with pytest.raises(Refusal, match="503"):
            bus.subscribe(3)

    asyncio.run(listen())


def test_one_person_is_sent_home() -> None:
    async def listen() -> None:
        bus = Bus()
        first, second = bus.subscribe(1), bus.subscribe(2)
        bus.dismiss(1)
        bus.publish("job", number=1)
        assert await first.next(5) is None
        event = await second.next(5)
        assert event is not None
        assert event.data == {"number": 1}

    asyncio.run(listen())


def test_events_come_in_order_from_many_threads() -> None:
    async def listen() -> list[str]:
        bus = Bus()
        listener = bus.subscribe(1)
        threads = [threading.Thread(target=publish, args=(bus, 1, 50)) for _ in range(4)]
        for thread in threads:
            thread.start()
        found = [await listener.next(5) for _ in range(200)]
        return [event.id.rpartition("-")[2] for event in found if event]

    assert asyncio.run(listen()) == [str(number) for number in range(1, 201)]


# --- who is where


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def page(person: int, scenario: str, *, editing: bool = False, heard: float = 1000.0) -> Page:
    return Page(person, f"person{person}", scenario, editing, heard)


def test_presence_is_told_where_it_changes_and_forgotten_where_a_page_falls_silent() -> None:
    bus, clock = Bus(), Clock()
    told: list[dict[str, Any]] = []
    bus.publish = lambda kind, /, **data: told.append(data)  # type: ignore[method-assign]
    presence = Presence(bus, clock)
    assert presence.heard("a", page(1, "haiti")) == There(("person1",), ())
    assert presence.heard("b", page(2, "haiti", editing=True)) == There(("person1", "person2"), ("person2",))
    presence.heard("a", page(1, "haiti"))
    assert len(told) == 2, "nothing changed the last time"
    assert told[-1] == {"scenario": "haiti", "people": ("person1", "person2"), "editing": ("person2",)}
    clock.now += SILENT_SECONDS - 1
    presence.heard("a", page(1, "haiti", heard=clock.now))
    clock.now += 2
    presence.sweep()
    assert told[-1] == {"scenario": "haiti", "people": ("person1",), "editing": ()}
    presence.heard("a", page(1, "", heard=clock.now))
    assert told[-1] == {"scenario": "haiti", "people": (), "editing": ()}
    assert presence.of("haiti") == There()


def test_pages_of_one_person_are_kept_apart_and_bounded() -> None:
    presence = Presence(Bus(), Clock())
    presence.heard("a", page(1, "haiti", editing=True))
    presence.heard("b", page(1, "panama"))
    assert presence.of("haiti") == There(("person1",), ("person1",))
    for number in range(MOST_PAGES):
        presence.heard(str(number), page(1, "panama"))
    assert presence.of("haiti") == There()
    presence.heard("z", page(2, "haiti"))
    assert presence.of("haiti") == There(("person2",), ())


def test_pages_say_where_people_are(tmp_path: Path) -> None:
    with shared(cheap_folder(tmp_path), workers=0) as workspace:
        rita, ed = workspace.client("reader"), workspace.client("editor")
        assert rita.put("/api/presence", json={"scenario": "cheap"}).json() == {"people": ["rita"], "editing": []}
        answer = ed.put("/api/presence", json={"scenario": "cheap", "editing": True, "tab": "1"})
        assert answer.json() == {"people": ["ed", "rita"], "editing": ["ed"]}
        assert rita.put("/api/presence", json={"scenario": None}).json() == {"people": [], "editing": []}
        assert rita.get("/api/presence?scenario=cheap").json() == {"people": ["ed"], "editing": ["ed"]}
        assert rita.put("/api/presence", json={"scenario": "../x"}).status_code == 422
        assert workspace.stranger().put("/api/presence", json={"scenario": "cheap"}).status_code == 401


# --- over the wire


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(cheap_folder(tmp_path_factory.mktemp("wire")), workers=0) as found:
        yield found


def messages(response: httpx2.Response) -> Iterator[dict[str, str]]:
    """The messages of a stream."""
    fields: dict[str, str] = {}
    for line in response.iter_lines():
        name, _, value = line.partition(":")
        if line:
            fields[name] = value.strip()
            continue
        yield fields
        fields = {}


def ask(client: httpx2.Client) -> str:
    answer = client.post("/api/jobs", json={"scenario": "cheap", "draws": 16})
    assert answer.status_code == 202, answer.text
    number: str = answer.json()["id"]
    return number


def test_a_page_hears_what_happens_and_what_it_missed(wire: Server) -> None:
    with wire.client() as client, wire.client() as listening:
        with listening.stream("GET", "/api/events") as response:
            assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
            assert response.headers["cache-control"] == "no-store"
            assert "content-encoding" not in response.headers
            told = messages(response)
            assert next(told) == {"retry": "2000"}
            number = ask(client)
            message = next(each for each in told if each.get("event") == "job")
            assert json.loads(message["data"])["id"] == number
        client.post(f"/api/jobs/{number}/cancel")
        for where, header in ((f"?after={message['id']}", {}), ("", {"Last-Event-ID": message["id"]})):
            with listening.stream("GET", f"/api/events{where}", headers=header) as response:
                missed = messages(response)
                assert next(missed) == {"retry": "2000"}
                again = next(each for each in missed if each.get("event") == "job")
                assert json.loads(again["data"])["status"] == "cancelled"
        with listening.stream("GET", "/api/events", headers={"Last-Event-ID": "before-1"}) as response:
            told = messages(response)
            next(told)
            assert next(told)["event"] == "reset"


def test_a_job_is_followed_to_its_end(wire: Server) -> None:
    with wire.client() as client, wire.client() as listening:
        first, other = ask(client), ask(client)
        with listening.stream("GET", f"/api/jobs/{first}/events") as response:
            told = messages(response)
            next(told)
            assert json.loads(next(told)["data"])["status"] == "queued"
            client.post(f"/api/jobs/{other}/cancel")
            client.post(f"/api/jobs/{first}/cancel")
            rest = [json.loads(each["data"]) for each in told if each.get("event")]
        assert {job["id"] for job in rest} == {first}
        assert rest[-1]["status"] == "cancelled"
        with listening.stream("GET", f"/api/jobs/{first}/events") as response:
            assert sum("event" in each for each in messages(response)) == 1, "it was over already"
        assert client.get("/api/jobs/99999/events").status_code == 404
        assert httpx2.get(f"{wire.url}/api/events", trust_env=False).status_code == 401


def test_who_goes_makes_room_for_others(wire: Server) -> None:
    with wire.client() as client:
        for _ in range(3):
            streams = [client.stream("GET", "/api/events") for _ in range(MOST_LISTENERS)]
            assert [stream.__enter__().status_code for stream in streams] == [200] * MOST_LISTENERS
            assert client.get("/api/events").status_code == 429
            for stream in streams:
                stream.__exit__(None, None, None)
            until(lambda: _is_welcome(client))


def _is_welcome(client: httpx2.Client) -> bool:
    with client.stream("GET", "/api/events") as response:
        return response.status_code == 200


def test_a_server_that_ends_sends_everyone_home(tmp_path: Path) -> None:
    with server(cheap_folder(tmp_path), workers=0) as found, found.client() as client:
        stream = client.stream("GET", "/api/events")
        told = messages(stream.__enter__())
        next(told)
        took = found.stop()
        assert not list(told)
        stream.__exit__(None, None, None)
    assert took < 5


def test_a_quiet_stream_says_that_it_is_alive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from offramp.workspace import streaming

    monkeypatch.setattr(streaming, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(streaming, "LONGEST_SECONDS", 0.3)
    assert bus_module.HEARTBEAT_SECONDS == 15
    with local(cheap_folder(tmp_path), workers=0) as workspace:
        text = workspace.client().get("/api/events").text
        assert not workspace.site.bus._listeners
    lines = text.splitlines()
    assert lines[0] == "retry: 2000"
    assert lines.count(": still here") >= 2
