"""Blocks of imports in a real database: exported, erased and grown too old session by session, and written once."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from threading import Thread

import msgspec
import pytest
from bson import Int64, ObjectId
from pymongo import MongoClient
from pymongo.database import Database

from services.analysis import blocks, exporting, record, removals, retention
from services.analysis.exporting import Place
from services.analysis.recorder import Writer
from services.contracts import frames
from services.contracts.blocks import Block
from services.contracts.bulk import Line
from services.contracts.frames import Frame, Packed, Page, Start
from stack.local import Stack
from tests.unit.services.blocks import told

DAY = 86_400_000
BEGIN = 1_750_000_000_000

Mongo = Database[record.Document]


@pytest.fixture(scope="module")
def database(stack: Stack) -> Iterator[Mongo]:
    with MongoClient[record.Document](stack.mongo_uri("analysis"), tz_aware=True) as client:
        database = client.get_default_database()
        record.create(database)
        yield database


@pytest.fixture
def writer(database: Mongo) -> Writer:
    return Writer(lambda: database)


@pytest.fixture
def app() -> ObjectId:
    return ObjectId()


class File:
    """An imported file."""

    def __init__(self, app: ObjectId) -> None:
        self.app = app
        self.source = secrets.token_hex(16)

    def block(self, n: int, sessions: Mapping[bytes, Sequence[Packed]]) -> frames.Block:
        return told(sessions, n, str(self.app), self.source)


def visit(visitor: str, at: int = BEGIN, pages: int = 1) -> dict[bytes, list[Packed]]:
    start = Start(at, visitor, False)
    return {secrets.token_bytes(16): [start, *(Page(at + n, f"/{visitor}/{n}") for n in range(pages))]}


def later(visit: Mapping[bytes, Sequence[Packed]], at: int) -> dict[bytes, list[Packed]]:
    """The visit goes on."""
    return {
        session: [Page(at, f"{events[1].url}/later")]
        for session, events in visit.items()
        if isinstance(events[1], Page)
    }


def held(database: Mongo, app: ObjectId) -> list[str]:
    """The pages that the record holds of an app."""
    return sorted(
        event.url
        for document in database[record.FRAMES].find({"app": app})
        for events in blocks.content(document).events()
        for event in events
        if isinstance(event, Page)
    )


def export(database: Mongo, app: ObjectId, start: int = 0, end: int = BEGIN + 900 * DAY) -> list[list[Line]]:
    """Each part's lines."""
    parts, after = [], None
    while True:
        data, events, after = exporting.part(database, app, start, end, after)
        parts.append(msgspec.json.Decoder(Line).decode_lines(data))
        assert len(parts[-1]) == events
        if after is None:
            return parts
        after = Place.read(str(after))


@pytest.mark.parametrize("size", [1, 10**7])
def test_a_session_of_several_blocks_is_exported_once_with_all_its_events(
    database: Mongo, writer: Writer, app: ObjectId, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(exporting, "PART_BYTES", size)
    file, ada, bob = File(app), visit("ada"), visit("bob", BEGIN + 5)
    writer.write(
        [file.block(1, ada), file.block(2, later(ada, BEGIN + 9) | bob), file.block(3, later(bob, BEGIN + 8))]
    )
    writer.write([File(ObjectId()).block(1, visit("stranger"))])
    (session,) = visit("carl")
    raw = msgspec.Raw(msgspec.json.encode([Start(BEGIN + 1, "carl", False)]))
    writer.write([Frame(str(app), session.hex(), 0, BEGIN + 1, raw)])
    lines = [line for part in export(database, app) for line in part]
    assert [(line.visitor, line.kind, line.url) for line in lines] == [
        ("carl", "start", None),
        ("ada", "start", None),
        ("ada", "url", "/ada/0"),
        ("ada", "url", "/ada/0/later"),
        ("bob", "start", None),
        ("bob", "url", "/bob/0"),
        ("bob", "url", "/bob/0/later"),
    ]
    assert {line.visitor for part in export(database, app, BEGIN + 1) for line in part} == {"carl", "bob"}
    assert {line.visitor for part in export(database, app, 0, BEGIN + 1) for line in part} == {"ada"}
    assert export(database, app, BEGIN + 6) == [[]]


def test_a_session_that_begins_in_two_blocks_is_exported_once(
    database: Mongo, writer: Writer, app: ObjectId
) -> None:
    file, ada = File(app), visit("ada")
    (session,) = ada
    writer.write([file.block(1, ada), file.block(2, {session: visit("ada", BEGIN + 5).popitem()[1]})])
    (lines,) = export(database, app)
    assert [(line.kind, line.time) for line in lines] == [
        ("start", BEGIN),
        ("url", BEGIN),
        ("url", BEGIN + 5),
    ]


def test_what_is_erased_goes_from_every_block_and_stays_away(
    database: Mongo, writer: Writer, app: ObjectId
) -> None:
    file, ada, again, bob = File(app), visit("ada"), visit("ada", BEGIN + 2), visit("bob")
    told = [file.block(1, ada | bob), file.block(2, later(ada, BEGIN + 9) | later(bob, BEGIN + 9) | again)]
    writer.write(told)
    writer.write([other := File(ObjectId()).block(1, visit("ada"))])
    assert removals.remove_visitor(database, app, "ada", BEGIN + 100) == 2
    assert held(database, app) == ["/bob/0", "/bob/0/later"]
    assert held(database, ObjectId(other.app)) == ["/ada/0"]
    writer.write(told)  # sent again
    writer.write([file.block(3, later(ada, BEGIN + 11))])
    writer.write([file.block(4, visit("ada", BEGIN + 50))])  # of whom nobody had known
    assert held(database, app) == ["/bob/0", "/bob/0/later"]
    writer.write([file.block(5, visit("ada", BEGIN + 101))])
    assert held(database, app) == ["/ada/0", "/bob/0", "/bob/0/later"]
    assert removals.remove_visitor(database, app, "nobody", BEGIN + 200) == 0


def test_two_that_take_something_out_of_one_block_leave_neither(
    database: Mongo, writer: Writer, app: ObjectId, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bob, carl = visit("ada"), visit("bob"), visit("carl")
    writer.write([File(app).block(1, ada | bob | carl)])
    read, reads = blocks.content, 0

    def read_as_another_writes(document: record.Document) -> Block:
        nonlocal reads
        reads += 1
        if reads == 1:
            other = Thread(target=blocks.take_out, args=(database, set(bob)))
            other.start()
            other.join()
        return read(document)

    with monkeypatch.context() as patch:
        patch.setattr(blocks, "content", read_as_another_writes)
        blocks.take_out(database, set(ada))
    assert reads > 2
    assert held(database, app) == ["/carl/0"]
    blocks.take_out(database, set(carl))
    assert database[record.FRAMES].count_documents({"app": app}) == 0


def test_the_horizon_takes_sessions_out_of_blocks_and_whole_blocks(
    database: Mongo, writer: Writer, app: ObjectId
) -> None:
    file, now = File(app), BEGIN + 100 * DAY
    old, straddling, young = (
        visit("old", now - 40 * DAY),
        visit("straddling", now - 30 * DAY - 1),
        visit("young", now - 30 * DAY),
    )
    writer.write(
        [
            file.block(1, old),
            file.block(2, straddling | young),
            file.block(3, later(straddling, now - 30 * DAY + 5) | later(young, now - 30 * DAY + 5)),
        ]
    )
    retention.keep(database, app, 30)
    retention.enforce(database, now)
    assert held(database, app) == ["/young/0", "/young/0/later"]
    assert database[record.FRAMES].count_documents({"app": app}) == 2


def test_a_deleted_app_takes_its_blocks_along(database: Mongo, writer: Writer, app: ObjectId) -> None:
    file = File(app)
    writer.write([file.block(1, visit("ada") | visit("bob"))])
    removals.remove_app(database, app)
    removals.finish(database)
    assert held(database, app) == []
    writer.write([file.block(2, visit("ada"))])
    assert held(database, app) == []


def test_what_an_older_edge_told_as_frames_is_not_told_again_as_a_block(
    database: Mongo, writer: Writer, app: ObjectId
) -> None:
    file, ada, bob = File(app), visit("ada"), visit("bob")
    ((session, events),) = ada.items()
    raw = msgspec.Raw(msgspec.json.encode(events))
    writer.write([Frame(str(app), session.hex(), 1, BEGIN, raw, "ada")])
    for sessions in (ada, ada | bob, ada | bob):
        block = msgspec.structs.replace(file.block(1, sessions), after_frames=True)
        assert writer.write([block]) == []
    lines = [line.visitor for part in export(database, app) for line in part]
    assert lines == ["ada", "ada", "bob", "bob"]
    assert database[record.FRAMES].count_documents({"app": app}) == 2


def test_what_is_no_block_is_refused_and_its_neighbours_are_written(
    database: Mongo, writer: Writer, app: ObjectId
) -> None:
    file = File(app)
    good = file.block(1, visit("ada"))
    broken = [
        msgspec.structs.replace(good, n=2, content=b"nonsense"),
        msgspec.structs.replace(good, n=3, content=b"nonsense", after_frames=True),
        msgspec.structs.replace(good, source="short"),
        msgspec.structs.replace(good, app="none"),
    ]
    assert [told for told, _ in writer.write([*broken, good])] == broken
    assert held(database, app) == ["/ada/0"]


def test_looking_for_blocks_goes_by_an_index(database: Mongo, app: ObjectId) -> None:
    found = database[record.FRAMES]
    for condition, name in (
        ({"sessions": {"$in": [5]}}, "blocks by sessions"),
        ({"visitors": 5, "app": app}, "blocks by visitors"),
        ({"app": app, "first": {"$lt": Int64(5)}}, record.BLOCKS_BY_APP),
    ):
        assert name in str(found.find(condition).explain()["queryPlanner"]["winningPlan"]), name
