"""An import makes the same frames whenever, and from wherever, the file is read."""

import asyncio
import gzip
import json
from collections.abc import Awaitable
from typing import Any

import msgspec
import pytest

from edge.bulk import blocks, importing, visits
from edge.bulk.checking import Rules
from edge.bulk.importing import Import
from edge.bulk.imports import _new, _unzipped
from edge.bulk.shipping import MESSAGES_AT_ONCE
from services.contracts.blocks import decoded
from services.contracts.errors import CallTimedOut, ImportConflict, InvalidInput
from services.contracts.frames import Block, Blocks, Custom, Left, Packed, Start
from services.contracts.messages import Done
from services.contracts.recorder import ImportState, SaveImport
from tests.unit.edge.memory_bus import MemoryBus, until
from tests.unit.edge.sessions import APP, config

BEGIN = 1_750_000_000_000
RULES = Rules(config(), frozenset())
MINUTE = 60_000


class Broker(MemoryBus):
    """Confirms at once, and keeps what the recorder would."""

    def __init__(self) -> None:
        super().__init__()
        self.saved: list[ImportState] = []
        self.answers[SaveImport] = self._save

    async def _save(self, request: SaveImport) -> Done:
        self.saved.append(msgspec.msgpack.decode(msgspec.msgpack.encode(request.state), type=ImportState))
        return Done()

    def publish(self, exchange: str, key: str, body: bytes) -> asyncio.Future[None]:
        confirm = super().publish(exchange, key, body)
        self.confirm()
        return confirm

    @property
    def blocks(self) -> dict[tuple[str, int], Block]:
        """As the record keeps them: the first of a key stays."""
        kept: dict[tuple[str, int], Block] = {}
        for exchange, key, body, _ in self.told:
            assert (exchange, key) == ("edge.events", "blocks")
            for block in msgspec.json.decode(body, type=Blocks).blocks:
                assert kept.setdefault((block.source, block.n), block) == block
        return kept

    @property
    def frames(self) -> dict[tuple[str, int], list[Packed]]:
        """What each block holds of each session."""
        return {
            (session.hex(), n): events
            for (_, n), block in self.blocks.items()
            for content in [decoded(block.content)]
            for session, events in zip(content.sessions, content.events(), strict=True)
        }


def importing_into(
    bus: MemoryBus, state: ImportState | None = None, offset: int = 0, format: Any = "ndjson"
) -> Import:
    return Import(APP, state or _new("it", format), offset, RULES, bus)


def file(events: int, **fields: Any) -> bytes:
    lines = [
        {"visitor": f"v{i % 7}", "time": BEGIN + i * 40_000, "url": f"https://shop.example/{i}", **fields}
        for i in range(events)
    ]
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


async def fed(running: Import, data: bytes, size: int = 1000) -> Import:
    for at in range(0, len(data), size):
        await running.feed(data[at : at + size])
    return running


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 2_000)
    monkeypatch.setattr(visits, "HELD", 5)
    monkeypatch.setattr(importing, "SAVE_SECONDS", -1.0)


pytestmark = pytest.mark.anyio


async def test_taken_up_at_any_saved_state_it_makes_the_same_frames() -> None:
    data = file(300)
    whole = Broker()
    progress = await (await fed(importing_into(whole), data)).finish()
    assert (progress.lines, progress.events, progress.rejected, progress.done) == (300, 300, 0, True)
    assert len(whole.saved) > 10
    for index in range(0, len(whole.saved), 3):
        for offset in {0, whole.saved[index].progress.offset}:
            state = msgspec.msgpack.decode(msgspec.msgpack.encode(whole.saved[index]), type=ImportState)
            again = Broker()
            resumed = await fed(importing_into(again, state, offset), data[offset:], 777)
            assert msgspec.to_builtins(await resumed.finish()) == msgspec.to_builtins(progress)
            assert again.blocks.items() <= whole.blocks.items()
            assert {key for key in whole.blocks if key[1] > state.progress.offset} <= again.blocks.keys()


async def test_a_visitor_silent_for_more_than_30_minutes_begins_a_session() -> None:
    times = [0, 30 * MINUTE, 60 * MINUTE + 1, 61 * MINUTE]
    data = b"".join(b'{"visitor":"v","time":%d,"X":1,"Y":1,"target":"b"}\n' % (BEGIN + at) for at in times)
    bus = Broker()
    await (await fed(importing_into(bus), data)).finish()
    assert sorted([event.at - BEGIN for event in events] for events in bus.frames.values()) == [
        [0, 0, 30 * MINUTE],
        [60 * MINUTE + 1, 60 * MINUTE + 1, 61 * MINUTE],
    ]
    starts = [events[0] for events in bus.frames.values()]
    assert sorted(start.returning for start in starts if isinstance(start, Start)) == [False, True]


async def test_a_named_session_is_one_whatever_its_silence_and_start_gives_its_facts() -> None:
    rows = [
        {"kind": "start", "time": BEGIN, "browser": "Firefox"},
        {"time": BEGIN + 5, "name": "a"},
        {"time": BEGIN + 90 * MINUTE, "name": "b"},
        {"kind": "left", "time": BEGIN + 91 * MINUTE, "goodbye": True},
    ]
    data = b"".join(json.dumps({"visitor": "v", "session": "s", **row}).encode() + b"\n" for row in rows)
    bus = Broker()
    progress = await (await fed(importing_into(bus), data)).finish()
    assert (progress.events, progress.sessions) == (2, 1)
    assert [key[1] for key in bus.blocks] == [1]
    (events,) = bus.frames.values()
    assert events == [
        Start(BEGIN, "v", False, "Firefox", channel="Direct"),
        Custom(BEGIN + 5, "a"),
        Custom(BEGIN + 90 * MINUTE, "b"),
        Left(BEGIN + 91 * MINUTE, True),
    ]


async def test_only_the_block_in_which_a_session_begins_has_its_start() -> None:
    bus = Broker()
    await (await fed(importing_into(bus), file(100, session="s"))).finish()
    first, *others = [events for _, events in sorted(bus.frames.items(), key=lambda item: item[0][1])]
    assert (first[0].at, isinstance(first[0], Start)) == (BEGIN, True)
    assert len(others) > 3
    assert not any(isinstance(event, Start) for events in (first[1:], *others) for event in events)


async def test_an_import_that_was_begun_in_frames_says_so_to_its_end() -> None:
    data, whole = file(300), Broker()
    await (await fed(importing_into(whole), data)).finish()
    assert not any(block.after_frames for block in whole.blocks.values())
    state = msgspec.structs.replace(whole.saved[3], in_blocks=False)
    again = Broker()
    await (await fed(importing_into(again, state, 0), data)).finish()
    assert {block.after_frames for block in again.blocks.values()} == {True}
    assert not again.saved[-1].in_blocks


async def test_other_imports_and_apps_have_other_sessions() -> None:
    buses = Broker(), Broker(), Broker()
    for bus, app, name in zip(buses, (APP, APP, "f" * 24), ("it", "other", "it"), strict=True):
        await (await fed(Import(app, _new(name, "ndjson"), 0, RULES, bus), file(3, session="s"))).finish()
    assert len({session for bus in buses for session, _ in bus.frames}) == 3


async def test_another_file_under_the_same_id_is_refused_before_anything_is_told() -> None:
    first = Broker()
    await (await fed(importing_into(first), file(300))).finish()
    bus = Broker()
    with pytest.raises(ImportConflict):
        await fed(importing_into(bus, first.saved[-1]), b" " + file(300))
    short = Broker()
    with pytest.raises(ImportConflict):
        await (await fed(importing_into(short, first.saved[-1]), b"{}")).finish()
    assert bus.told == short.told == []


async def test_rejects_are_counted_all_and_told_up_to_a_hundred() -> None:
    data = b"\n\n" + b"{nonsense\n" * 150 + b"x" * 100_000 + b"\n" + file(1)
    bus = Broker()
    progress = await (await fed(importing_into(bus), data, 10_000)).finish()
    assert (progress.rejected, len(progress.rejects), progress.events) == (151, 100, 1)
    assert [reject.line for reject in progress.rejects] == list(range(3, 103))
    assert progress.lines == 154


async def test_csv_and_ndjson_make_the_same_frames() -> None:
    rows = [(f"v{i % 3}", BEGIN + i, f"https://shop.example/{i}") for i in range(200)]
    csv = b"visitor,time,url\n" + b"".join(b"%s,%d,%s\n" % (v.encode(), t, u.encode()) for v, t, u in rows)
    one, other = Broker(), Broker()
    await (await fed(importing_into(one, format="csv"), csv)).finish()
    data = b"".join(json.dumps({"visitor": v, "time": t, "url": u}).encode() + b"\n" for v, t, u in rows)
    await (await fed(importing_into(other), b"\xef\xbb\xbf" + data)).finish()

    def events(bus: Broker) -> list[Any]:
        return sorted(repr(event) for events in bus.frames.values() for event in events)

    assert events(one) == events(other)


async def test_it_reads_no_further_than_is_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "SAVE_SECONDS", 60.0)
    bus = MemoryBus()
    bus.answers[SaveImport] = Done()
    feeding = asyncio.ensure_future(fed(importing_into(bus), file(600)))
    await until(lambda: len(bus.told) == MESSAGES_AT_ONCE)
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(bus.told) == MESSAGES_AT_ONCE
    bus.confirm(0)
    await until(lambda: len(bus.told) == MESSAGES_AT_ONCE + 1)
    feeding.cancel()
    await asyncio.gather(feeding, return_exceptions=True)


async def test_what_is_not_confirmed_is_told_again_and_saved_only_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("edge.bulk.shipping.FIRST_PAUSE", 0.001)
    monkeypatch.setattr(importing, "SAVE_SECONDS", 60.0)
    bus = MemoryBus()
    bus.answers[SaveImport] = Done()
    finishing = asyncio.ensure_future((await fed(importing_into(bus), file(3))).finish())
    await until(lambda: bus.told)
    bus.refuse(0)
    await until(lambda: len(bus.told) == 2)
    assert bus.told[0][2] == bus.told[1][2]
    assert bus.asked == []
    bus.confirm(1)
    assert (await finishing).done
    assert len(bus.asked) == 1


async def test_an_end_that_cannot_be_kept_is_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "PATIENCE", 0.01)
    bus = Broker()
    bus.answers[SaveImport] = CallTimedOut("away")
    with pytest.raises(CallTimedOut):
        await _bounded((await fed(importing_into(bus), file(3))).finish())


async def _bounded(what: Awaitable[Any]) -> None:
    async with asyncio.timeout(5):
        await what


async def test_gzip_of_several_members_is_unzipped_and_a_broken_one_refused() -> None:
    async def zipped(data: bytes) -> Any:
        for at in range(0, len(data), 10):
            yield data[at : at + 10]

    whole = gzip.compress(b"one\n") + gzip.compress(b"two\n")
    assert b"".join([piece async for piece in _unzipped(zipped(whole))]) == b"one\ntwo\n"
    for broken in (whole[:-5], b"nonsense" * 5):
        with pytest.raises(InvalidInput):
            [piece async for piece in _unzipped(zipped(broken))]
