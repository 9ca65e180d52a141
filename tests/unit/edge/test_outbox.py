"""Frames on their way to the broker."""

import asyncio

import msgspec
import pytest

from edge.collect import outbox as outboxes
from edge.collect.outbox import Outbox
from services.contracts.frames import Frame, Frames
from tests.unit.edge.memory_bus import MemoryBus, until

pytestmark = pytest.mark.anyio

FAR = 3_600_000
"""ms; a test is over before"""


def frame(n: int, size: int = 2) -> Frame:
    return Frame("app", "session", n, 0, msgspec.Raw(b"[" + b" " * (size - 2) + b"]"))


def numbers(bus: MemoryBus, index: int = -1) -> list[int]:
    exchange, key, body, _ = bus.told[index]
    assert (exchange, key) == ("edge.events", "frames")
    return [told.n for told in msgspec.json.decode(body, type=Frames).frames]


def full(outbox: Outbox) -> bool:
    return outbox.full


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outboxes, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(outboxes, "LONGEST_PAUSE", 0.002)


async def test_a_message_goes_out_when_it_holds_enough_frames(bus: MemoryBus) -> None:
    outbox = Outbox(bus, FAR, 3, 100)
    for n in range(1, 8):
        outbox.put(frame(n))
    await until(lambda: len(bus.told) == 2)
    assert [numbers(bus, 0), numbers(bus, 1)] == [[1, 2, 3], [4, 5, 6]]


async def test_a_message_goes_out_when_it_is_large_enough(bus: MemoryBus) -> None:
    outbox = Outbox(bus, FAR, 500, 1000)
    for n in range(1, 31):
        outbox.put(frame(n, 64_000))
    await until(lambda: len(bus.told) == 1)
    assert len(numbers(bus)) == 16
    assert len(bus.told[0][2]) < 1_100_000


async def test_a_message_goes_out_when_its_first_frame_has_waited_long_enough(bus: MemoryBus) -> None:
    outbox = Outbox(bus, 20, 500, 100)
    began = asyncio.get_running_loop().time()
    outbox.put(frame(1))
    outbox.put(frame(2))
    assert bus.told == []
    await until(lambda: bus.told)
    assert asyncio.get_running_loop().time() - began >= 0.019
    assert numbers(bus) == [1, 2]
    bus.confirm()
    outbox.put(frame(3))
    await until(lambda: len(bus.told) == 2)
    assert numbers(bus) == [3]


async def test_frames_are_acked_once_the_broker_confirmed_not_before(bus: MemoryBus) -> None:
    outbox = Outbox(bus, FAR, 2, 100)
    acked: list[int] = []
    outbox.put(frame(1), lambda: acked.append(1))
    outbox.put(frame(2), lambda: acked.append(2))
    await until(lambda: bus.told)
    assert acked == []
    bus.confirm()
    await until(lambda: acked)
    assert acked == [1, 2]


async def test_what_was_not_confirmed_is_published_again_unchanged_until_it_is(bus: MemoryBus) -> None:
    outbox = Outbox(bus, FAR, 1, 100)
    acked: list[int] = []
    outbox.put(frame(1), lambda: acked.append(1))
    for tries in (1, 2, 3):
        await until(lambda tries=tries: len(bus.told) == tries)  # type: ignore[misc]
        assert acked == []
        bus.refuse()
    await until(lambda: len(bus.told) == 4)
    assert len({body for _, _, body, _ in bus.told}) == 1
    bus.confirm()
    await until(lambda: acked)
    assert acked == [1]
    assert len(bus.told) == 4


async def test_one_connections_trouble_keeps_no_other_from_its_ack(bus: MemoryBus) -> None:
    outbox = Outbox(bus, FAR, 2, 100)
    acked: list[int] = []
    outbox.put(frame(1), lambda: acked.remove(7))
    outbox.put(frame(2), lambda: acked.append(2))
    await until(lambda: bus.told)
    bus.confirm()
    await until(lambda: acked)


async def test_at_most_sixteen_messages_are_under_way(bus: MemoryBus) -> None:
    outbox = Outbox(bus, FAR, 1, 100)
    for n in range(1, 31):
        outbox.put(frame(n))
    await until(lambda: len(bus.told) == 16)
    bus.confirm(3)
    await until(lambda: len(bus.told) == 17)
    await asyncio.sleep(0)
    assert len(bus.told) == 17


async def test_a_full_outbox_makes_its_callers_wait_for_room(bus: MemoryBus) -> None:
    outbox = Outbox(bus, FAR, 2, 4)
    for n in (1, 2, 3):
        outbox.put(frame(n))
    assert not full(outbox)
    await outbox.room()
    outbox.put(frame(4))
    assert full(outbox)
    waiting = asyncio.create_task(outbox.room())
    await until(lambda: len(bus.told) == 2)
    assert not waiting.done()
    bus.refuse(0)
    await until(lambda: len(bus.told) == 3)
    assert not waiting.done()
    bus.confirm(1)
    await asyncio.wait_for(waiting, 5)
    assert not full(outbox)


async def test_a_few_large_frames_fill_it_too(bus: MemoryBus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outboxes, "MOST_UNCONFIRMED_BYTES", 100_000)
    outbox = Outbox(bus, FAR, 1, 1000)
    outbox.put(frame(1, 60_000))
    assert not full(outbox)
    outbox.put(frame(2, 60_000))
    assert full(outbox)
    await until(lambda: len(bus.told) == 2)
    bus.confirm(0)
    await asyncio.wait_for(outbox.room(), 5)
    assert not full(outbox)


async def test_drain_sends_what_waits_and_says_that_all_was_confirmed(bus: MemoryBus) -> None:
    outbox = Outbox(bus, FAR, 500, 100)
    outbox.put(frame(1))
    draining = asyncio.create_task(outbox.drain(5))
    await until(lambda: bus.told)
    bus.refuse()
    await until(lambda: len(bus.told) == 2)
    bus.confirm()
    assert await draining is True


async def test_drain_gives_up_after_its_time(bus: MemoryBus) -> None:
    outbox = Outbox(bus, FAR, 500, 100)
    outbox.put(frame(1))
    assert await outbox.drain(0.01) is False
    assert len(bus.told) == 1


async def test_an_empty_outbox_is_drained_at_once(bus: MemoryBus) -> None:
    assert await Outbox(bus, FAR, 500, 100).drain(0) is True
    assert bus.told == []


async def test_it_tells_how_long_the_oldest_message_has_waited(bus: MemoryBus) -> None:
    outbox = Outbox(bus, FAR, 1, 100)
    assert outbox.waited == 0
    outbox.put(frame(1))
    await until(lambda: outbox.waited > 0.05)
    outbox.put(frame(2))
    await until(lambda: len(bus.told) == 2)
    bus.confirm(1)
    assert outbox.waited > 0.05
    bus.refuse(0)
    await until(lambda: len(bus.told) == 3)
    assert outbox.waited > 0.05
    bus.confirm(2)
    assert await outbox.drain(5)
    assert outbox.waited == 0
