"""An export asks for one part more than its reader has, joins Parquet files, and gives what an import takes."""

import asyncio
import itertools
import zlib
from pathlib import Path

import duckdb
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.bulk import exports
from edge.bulk.checking import Rules
from edge.bulk.exports import _joined, _lines
from edge.bulk.parquet import Joined, NotParquet
from edge.bulk.starting import start
from edge.bulk.thrift import Malformed, Reader, written
from services.analysis.exporting import line
from services.analysis.parquet import COLUMNS, parquet
from services.contracts import frames
from services.contracts.bulk import Line
from services.contracts.errors import BrokerDown, Forbidden
from services.contracts.messages import Actor
from services.contracts.recorder import ExportedPart, ExportPart
from tests.unit.edge.bulk.packed import event
from tests.unit.edge.memory_bus import MemoryBus, until
from tests.unit.edge.sessions import APP, config

AT = 1_750_000_000_000
REQUEST = ExportPart(actor=Actor(user="u", organisation="o"), app=APP, start=0, end=AT)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
named = st.text("abc>.#", min_size=1, max_size=20)
addresses = st.text("abc/", max_size=20).map("https://shop.example/{}".format)
ms, pixels = st.integers(0, 600_000_000), st.integers(-1000, 100_000)
extents = st.integers(0, 100_000)
numbers = st.floats(allow_nan=False, allow_infinity=False)
at = st.integers(AT, AT + 10**9)
PACKED = st.one_of(
    st.builds(
        frames.Click, at, pixels, pixels, named, words, extents, extents, ms, st.booleans(), st.booleans()
    ),
    st.builds(
        frames.Page,
        at,
        addresses,
        ms,
        words,
        st.integers(-1, 100),
    ),
    st.builds(frames.Hover, at, named, ms, st.sampled_from(["", "leave", "click"])),
    st.builds(frames.Seen, at, named),
    st.builds(frames.Move, at, pixels, pixels, ms),
    st.builds(frames.Custom, at, named, st.none() | numbers, st.sampled_from(["", "EUR"])),
    st.builds(frames.Left, at, st.booleans()),
)
RULES = Rules(config(keep_fragment=True), frozenset(), latest=AT + 10**9)


@settings(deadline=None)
@given(PACKED)
def test_an_exported_event_is_the_same_when_imported(exported: frames.Packed) -> None:
    back = msgspec.json.decode(msgspec.json.encode(line(exported, "v", "s")), type=Line)
    assert event(back, RULES) == exported


def test_an_exported_start_is_the_same_when_imported() -> None:
    facts = frames.Start(
        AT, "v", True, "Chrome", "Linux", "tv", "1x1", "de", "UTC", "DE", "a.example/b", "Email",
        "https://shop.example/", {"utm_source": "x"}, True,
    )  # fmt: skip
    for known in (facts, frames.Start(AT, "v", False, channel="Direct")):
        back = msgspec.json.decode(msgspec.json.encode(line(known, "v", "s")), type=Line)
        assert start(back, AT, RULES, seen_before=not known.returning) == known


def test_the_columns_of_parquet_are_the_fields_of_a_line() -> None:
    assert {*COLUMNS, "next", "user_agent"} == {field.name for field in msgspec.structs.fields(Line)}


def rows(count: int, first: int = 0) -> bytes:
    lines = [
        Line(visitor=f"v{i}", time=AT + i, kind="seen", target="b" * (i % 90))
        for i in range(first, first + count)
    ]
    return msgspec.json.Encoder().encode_lines(lines)


def test_joined_parquet_files_are_one(tmp_path: Path) -> None:
    sizes = [3, 0, 50_000, 1, 200_000]
    begins = itertools.accumulate(sizes, initial=0)
    joined = Joined()
    data = joined.begin()
    for size, begin in zip(sizes, begins, strict=False):
        data += joined.add(parquet(rows(size, begin)))
    data += joined.end()
    file = tmp_path / "all.parquet"
    file.write_bytes(data)
    with duckdb.connect() as connection:
        told = connection.execute(
            f"select count(*), sum(epoch_ms(time) - {AT}), count(distinct visitor), max(length(target)) from '{file}'"
        ).fetchall()
        count = sum(sizes)
        assert told == [(count, count * (count - 1) // 2, count, 89)]
        # Statistics and filters lead to the right places too.
        assert connection.execute(f"select time from '{file}' where visitor = 'v240000'").fetchall()
        order = connection.execute(
            f"select epoch_ms(time) - {AT} from '{file}' limit 5 offset 50000"
        ).fetchall()
        assert [row for (row,) in order] == [50_000, 50_001, 50_002, 50_003, 50_004]


def test_an_export_without_events_is_a_parquet_file_with_columns(tmp_path: Path) -> None:
    joined = Joined()
    file = tmp_path / "none.parquet"
    file.write_bytes(joined.begin() + joined.add(parquet(b"")) + joined.end())
    with duckdb.connect() as connection:
        assert connection.execute(f"select count(*), count(visitor) from '{file}'").fetchall() == [(0, 0)]


@pytest.mark.parametrize("part", [b"", b"PAR1", b"PAR1" + b"x" * 20 + b"PAR2"])
def test_what_is_no_parquet_file_is_refused(part: bytes) -> None:
    with pytest.raises(NotParquet):
        Joined().add(part)
    with pytest.raises(NotParquet):
        Joined().end()


def test_a_footer_cut_short_is_malformed_and_a_whole_one_is_written_as_it_was() -> None:
    part = parquet(rows(10))
    footer = part[-8 - int.from_bytes(part[-8:-4], "little") : -8]
    assert written(Reader(footer).struct()) == footer
    with pytest.raises(Malformed):
        Reader(footer[:-1]).struct()


def part(number: int, last: int) -> ExportedPart:
    data = zlib.compress(b"%d\n" % number * 100_000)
    return ExportedPart(data=data, events=1, after=None if number == last else str(number + 1))


class Recorder(MemoryBus):
    """Gives parts 0 … last."""

    def __init__(self, last: int) -> None:
        super().__init__()
        self.failures: list[Exception] = []

        async def answer(request: ExportPart) -> ExportedPart:
            if self.failures:
                raise self.failures.pop()
            return part(int(request.after), last)

        self.answers[ExportPart] = answer


@pytest.mark.anyio
async def test_no_more_than_the_next_part_is_asked_for_and_nothing_once_the_reader_left() -> None:
    before = asyncio.all_tasks()
    bus = Recorder(last=9)
    content = _lines(bus, REQUEST, part(0, 9))
    first = await anext(content)
    assert first == b"0\n" * (exports.PIECE // 2)
    for _ in range(10):
        await asyncio.sleep(0)
    assert len(bus.asked) == 1
    async for piece in content:
        if piece.startswith(b"2"):
            break
    await until(lambda: len(bus.asked) == 3)
    await content.aclose()
    assert len(bus.asked) == 3
    await until(lambda: asyncio.all_tasks() == before)


@pytest.mark.anyio
async def test_parts_come_in_order_and_an_outage_in_between_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("edge.bulk.exports.asyncio.sleep", lambda _: _nothing())
    bus = Recorder(last=3)
    bus.failures = [BrokerDown("down"), BrokerDown("down")]
    told = b"".join([piece async for piece in _lines(bus, REQUEST, part(0, 3))])
    assert told == b"".join(b"%d\n" % number * 100_000 for number in range(4))
    bus.failures = [Forbidden("no longer")]
    with pytest.raises(Forbidden):
        [piece async for piece in _joined(bus, REQUEST, ExportedPart(data=parquet(b""), events=0, after="1"))]


async def _nothing() -> None: ...
