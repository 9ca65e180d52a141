"""Who is there: at this edge, and by what the others tell."""

import asyncio

import msgspec
import pytest

from edge.dashboard import presence as module
from edge.dashboard.presence import SILENT_SECONDS, Presence
from services.contracts.messages import Actor
from services.contracts.presence import PresenceAsked, Present
from tests.unit.edge.conftest import Clock
from tests.unit.edge.memory_bus import MemoryBus, until

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRACE_SECONDS", 0.05)
    monkeypatch.setattr(module, "GATHER_SECONDS", 0.01)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(1000.0)
    monkeypatch.setattr("edge.dashboard.presence.time.monotonic", clock)
    return clock


def actor(user: str, organisation: str = "shop.example", session: str = "s") -> Actor:
    return Actor(user=user, organisation=organisation, session=session)


def told(bus: MemoryBus) -> list[Present]:
    """What this edge told of who is here."""
    return [
        msgspec.json.decode(body, type=Present)
        for exchange, key, body, _ in bus.told
        if (exchange, key) == ("edge.events", "present")
    ]


def says(presence: Presence) -> list[list[str]]:
    """What is said to the dashboards of the organisation, from now on."""
    said: list[list[str]] = []
    presence.on_change(lambda organisation, online: said.append(online))
    return said


async def test_who_opens_a_dashboard_is_there_once_however_many_they_open(bus: MemoryBus) -> None:
    presence = Presence(bus)
    said = says(presence)
    for who in ("ada", "bob", "ada"):
        presence.came(actor(who))
    assert presence.online("shop.example") == ["ada", "bob"]
    assert presence.online("other.example") == []
    await until(lambda: said)
    assert said == [["ada", "bob"]]
    (event,) = told(bus)
    assert (event.of, event.whole) == ({"shop.example": ["ada", "bob"]}, False)


async def test_a_reload_is_no_going(bus: MemoryBus) -> None:
    presence = Presence(bus)
    presence.came(actor("ada"))
    said = says(presence)
    await until(lambda: said)
    presence.left(actor("ada"))
    presence.came(actor("ada"))
    presence.left(actor("ada"))
    assert presence.online("shop.example") == ["ada"]
    await until(lambda: presence.online("shop.example") == [])
    await until(lambda: len(said) == 2)
    assert said == [["ada"], []]
    assert [event.of for event in told(bus)] == [{"shop.example": ["ada"]}, {"shop.example": []}]


async def test_a_script_is_nobody(bus: MemoryBus) -> None:
    presence = Presence(bus)
    presence.came(actor("ada", session=""))
    presence.left(actor("ada", session=""))
    assert presence.online("shop.example") == []
    assert told(bus) == []


async def test_who_is_at_another_edge_is_there_too(bus: MemoryBus) -> None:
    presence = Presence(bus)
    said = says(presence)
    presence.came(actor("ada"))
    for _ in range(2):
        bus.hear(Present(edge="other", of={"shop.example": ["bob", "ada"]}))
    assert said == [["ada", "bob"]]
    bus.hear(Present(edge="other", of={"shop.example": []}))
    assert said[1:] == [["ada"]]


async def test_what_was_missed_of_another_edge_is_made_good(bus: MemoryBus) -> None:
    presence = Presence(bus)
    bus.hear(Present(edge="other", of={"a.example": ["ada"], "b.example": ["bob"]}, whole=True))
    bus.hear(Present(edge="third", of={"a.example": ["eve"]}))
    bus.hear(Present(edge="other", of={"b.example": ["bob"]}, whole=True))
    assert presence.online("a.example") == ["eve"]
    assert presence.online("b.example") == ["bob"]


async def test_nobody_is_at_an_edge_that_is_silent(bus: MemoryBus, clock: Clock) -> None:
    presence = Presence(bus)
    said = says(presence)
    for edge, user in (("dead", "ada"), ("living", "bob")):
        bus.hear(Present(edge=edge, of={"shop.example": [user]}))
    clock.forward(SILENT_SECONDS - 1)
    bus.hear(Present(edge="living", of={"shop.example": ["bob"]}, whole=True))
    presence.forget_silent()
    assert presence.online("shop.example") == ["ada", "bob"]
    clock.forward(2)
    presence.forget_silent()
    assert said[-1] == presence.online("shop.example") == ["bob"]


async def test_nobody_is_at_an_edge_that_has_ended(bus: MemoryBus) -> None:
    presence = Presence(bus)
    presence.came(actor("ada"))
    await until(lambda: told(bus))
    presence.came(actor("bob"))
    presence.left(actor("ada"))
    closing = asyncio.create_task(presence.close(5))
    await until(lambda: len(told(bus)) == 2)
    assert not closing.done(), "the broker has not confirmed it"
    bus.confirm()
    await closing
    assert (told(bus)[-1].of, told(bus)[-1].whole) == ({}, True)
    await asyncio.sleep(0.1)  # longer than either wait
    assert len(told(bus)) == 2


async def test_an_end_does_not_wait_for_a_broker_that_is_away(bus: MemoryBus) -> None:
    async with asyncio.timeout(2):
        await Presence(bus).close(0.01)


async def test_an_edge_asks_at_every_new_connection_and_is_answered_with_all(bus: MemoryBus) -> None:
    presence = Presence(bus)
    bus.reconnect()
    (asked,) = [body for _, key, body, _ in bus.told if key == "presence_asked"]
    own = msgspec.json.decode(asked, type=PresenceAsked)
    presence.came(actor("ada"))
    bus.hear(own)
    assert told(bus) == []
    bus.hear(PresenceAsked(edge="new"))
    (answer,) = told(bus)
    assert (answer.edge, answer.of, answer.whole) == (own.edge, {"shop.example": ["ada"]}, True)


async def test_an_edge_does_not_believe_itself_from_the_broker(bus: MemoryBus) -> None:
    presence = Presence(bus)
    presence.came(actor("ada"))
    await until(lambda: told(bus))
    bus.hear(msgspec.structs.replace(told(bus)[0], of={"shop.example": ["ada", "ghost"]}))
    assert presence.online("shop.example") == ["ada"]


async def test_all_who_are_here_are_told_again_and_again(
    bus: MemoryBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TELL_SECONDS", 0.01)
    presence = Presence(bus)
    presence.came(actor("ada"))
    telling = asyncio.create_task(presence.keep_told())
    await until(lambda: sum(event.whole for event in told(bus)) >= 3)
    telling.cancel()
    assert {str(event.of) for event in told(bus) if event.whole} == {"{'shop.example': ['ada']}"}
