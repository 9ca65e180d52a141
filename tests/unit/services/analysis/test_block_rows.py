"""A block of an import is projected as its sessions would be that are told as a frame each, once, and without what is
removed."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import msgspec
import pytest
from bson import Binary, Int64, ObjectId
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analysis import blocks, record
from services.analysis.projection import Projection
from services.contracts.frames import Click, Custom, Frame, Hover, Left, Move, Packed, Page, Seen, Start
from tests.unit.services.blocks import APP, IMPORT, told

BEGIN = 1_750_000_000_000
A, B, C = (bytes([value]) * 16 for value in (10, 11, 12))
Sessions = Mapping[bytes, Sequence[Packed]]


def opened(folder: Path) -> Projection:
    projection = Projection(folder / "analysis.duckdb", "256MB", 1)
    projection.create("first")
    projection.enter("following")
    return projection


@pytest.fixture
def projection(tmp_path: Path) -> Iterator[Projection]:
    projection = opened(tmp_path)
    yield projection
    projection.close()


def document(sessions: Sessions, n: int = 1) -> record.Document:
    return blocks.document(told(sessions, n))


def frames(sessions: Sessions, n: int = 1) -> list[record.Document]:
    return [
        record.document(
            Frame(
                APP,
                session.hex(),
                n,
                events[0].at,
                msgspec.Raw(msgspec.json.encode(list(events))),
                events[0].visitor if isinstance(events[0], Start) else "",
            )
        )
        for session, events in sessions.items()
    ]


def everything(projection: Projection) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables."""
    with projection.cursor() as cursor:
        names = [name for (name,) in cursor.execute("select table_name from duckdb_tables()").fetchall()]
        return {name: sorted(cursor.execute(f"from {name}").fetchall(), key=repr) for name in names}


words = st.sampled_from(["", "a", "b", "button.c"])
visitors = st.sampled_from(["ada", "bob"])
at = st.integers(BEGIN, BEGIN + 50)
small = st.integers(0, 500)
EVENTS = st.one_of(
    st.builds(Click, at, small, small, words, words, small, small, small, st.booleans(), st.booleans()),
    st.builds(Page, at, words, small, words, st.integers(-1, 100), st.dictionaries(words, words, max_size=1)),
    st.builds(Hover, at, words, small, st.sampled_from(["", "leave", "click"])),
    st.builds(Seen, at, words),
    st.builds(Move, at, small, small, small),
    st.builds(
        Custom, at, words, st.none() | st.floats(0, 9), words, st.dictionaries(words, words, max_size=1)
    ),
    st.builds(Left, at, st.booleans()),
    st.builds(Start, at, visitors, st.booleans()),
)
STARTS = st.builds(
    Start, at, visitors, st.booleans(), words, screen=st.just("800x600"), landing=words, bot=st.booleans()
)
BLOCKS = st.lists(
    st.dictionaries(
        st.sampled_from([A, B, C]),
        st.tuples(st.lists(STARTS, max_size=1), st.lists(EVENTS, min_size=1, max_size=5)).map(
            lambda parts: parts[0] + parts[1]
        ),
        min_size=1,
    ),
    min_size=1,
    max_size=3,
)


@settings(deadline=None, max_examples=25)
@given(BLOCKS)
def test_blocks_give_the_rows_of_their_frames(given: list[Sessions]) -> None:
    made = []
    for documents in (
        [document(sessions, n) for n, sessions in enumerate(given, 1)],
        [frame for n, sessions in enumerate(given, 1) for frame in frames(sessions, n)],
    ):
        with TemporaryDirectory() as folder:
            projection = opened(Path(folder))
            applied = projection.apply(documents, "second")
            made.append((everything(projection), applied.counts, applied.signs))
            projection.close()
    assert made[0] == made[1]


VISITS: Sessions = {
    A: [Start(BEGIN, "ada", False, landing="/a"), Page(BEGIN + 1, "/a"), Custom(BEGIN + 2, "ada")],
    B: [Start(BEGIN + 20, "bob", False), Click(BEGIN + 21, 1, 2, "button.bob", "Bob")],
}
LATER: Sessions = {A: [Page(BEGIN + 9, "/ada/later")], C: [Seen(BEGIN + 30, "button.c")]}


def counts(projection: Projection) -> tuple[int, int]:
    """Sessions, and events of all kinds."""
    with projection.cursor() as cursor:
        return (
            cursor.execute("select count(*) from sessions").fetchall()[0][0],
            cursor.execute("select count(*) from events").fetchall()[0][0],
        )


def test_a_block_that_comes_again_is_there_once(projection: Projection) -> None:
    projection.apply([document(VISITS, 1)], "second")
    projection.apply([document(VISITS, 1), document(LATER, 2)], "third", dedupe=True)
    projection.apply([document(LATER, 2)], "fourth", dedupe=True)
    assert counts(projection) == (2, 5)
    assert (projection.standing.frames, projection.standing.events) == (4, 5)


def test_what_of_a_block_is_removed_does_not_come_into_the_projection(projection: Projection) -> None:
    gone = {"_id": Binary(A), "removal": "session"}
    projection.apply([document(VISITS, 1), gone, document(LATER, 2)], "second")
    assert counts(projection) == (1, 2)
    assert "ada" not in str(everything(projection))
    horizon = {"_id": ObjectId(), "removal": "horizon", "app": ObjectId(APP), "before": Int64(BEGIN + 21)}
    projection.apply([horizon, document({B: VISITS[B]}, 3)], "third")
    assert counts(projection) == (0, 1)
    projection.apply([{"_id": ObjectId(APP), "removal": "app"}, document(VISITS, 4)], "fourth")
    assert counts(projection) == (0, 0)


def test_a_block_that_cannot_be_read_is_left_out_and_told_by_its_key(projection: Projection) -> None:
    broken = {**document(VISITS, 7), "block": Binary(b"nonsense")}
    applied = projection.apply([broken, document(LATER, 8)], "second")
    assert [skipped.key for skipped in applied.skipped] == [record.frame_id(IMPORT, 7)]
    assert counts(projection) == (0, 2)
    mended = projection.apply_again([document(VISITS, 7)])
    assert (mended.skipped, mended.standing.skipped, counts(projection)) == ([], 0, (2, 5))


def test_a_block_that_duckdb_does_not_take_is_found_and_its_neighbours_are_there(
    projection: Projection, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = projection._write
    poison = document(VISITS, 7)

    def refuses(documents: Sequence[record.Document], *rest: Any) -> Any:
        if any(one is poison for one in documents):
            raise duckdb.ConversionException("no")
        return write(documents, *rest)

    monkeypatch.setattr(projection, "_write", refuses)
    applied = projection.apply([document(LATER, 6), poison, document({B: VISITS[B]}, 8)], "second")
    assert [skipped.key for skipped in applied.skipped] == [bytes(poison["_id"])]
    assert counts(projection) == (1, 3)


def test_a_block_weighs_what_its_rows_do() -> None:
    page: Packed = Page(BEGIN, "/")
    assert record.weight(document({A: [page] * 100})) == 100 / record.ROWS_OF_A_FRAME
    assert record.weight(document({A: [page]})) == record.weight(frames({A: [page]})[0]) == 1
