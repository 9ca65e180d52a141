"""What is asked of the record as a whole, on a real database: exported by pages, removed for good, imports kept."""

import itertools
from collections.abc import Iterator

import msgspec
import pytest
from bson import ObjectId
from pymongo import MongoClient
from pymongo.database import Database

from services.analysis import exporting, imports, record, removals, retention
from services.analysis.exporting import Place
from services.contracts.bulk import ImportProgress, Line
from services.contracts.errors import InvalidInput
from services.contracts.frames import Frame, Packed, Page, Start
from services.contracts.recorder import ImportState
from stack.local import Stack
from tests.services.conftest import fresh

DAY = 86_400_000
BEGIN = 1_750_000_000_000

Mongo = Database[record.Document]


@pytest.fixture(scope="module")
def database(stack: Stack) -> Iterator[Mongo]:
    """With nothing else in it: nobody projects what is written here."""
    with MongoClient[record.Document](stack.admin_uri(), tz_aware=True) as client:
        database = client.get_database(fresh("record"))
        record.create(database)
        yield database


@pytest.fixture
def app() -> ObjectId:
    return ObjectId()


numbers = itertools.count()


def frame(app: ObjectId, session: int, n: int, *events: Packed) -> record.Document:
    raw = msgspec.Raw(msgspec.json.encode(events))
    return record.document(Frame(str(app), f"{session:032x}", n, events[0].at, raw))


def write(database: Mongo, frames: list[record.Document]) -> None:
    """As the recorder does."""
    database[record.FRAMES].insert_many([dict(frame) for frame in frames])
    removals.after_write(database, frames)


def visit(app: ObjectId, visitor: str, at: int = BEGIN, pages: int = 1) -> list[record.Document]:
    session = (id(app) << 64) + next(numbers)
    start = frame(app, session, 0, Start(at, visitor, False))
    return [
        start,
        *(frame(app, session, n, Page(at + n, f"https://a.example/{n}")) for n in range(1, pages + 1)),
    ]


def count(database: Mongo, app: ObjectId) -> int:
    return database[record.FRAMES].count_documents({"app": app})


def export(database: Mongo, app: ObjectId, start: int, end: int) -> list[list[Line]]:
    """Each part's lines."""
    parts, after = [], None
    while True:
        data, events, after = exporting.part(database, app, start, end, after)
        lines = msgspec.json.Decoder(Line).decode_lines(data)
        assert len(lines) == events
        parts.append(lines)
        if after is None:
            return parts
        after = Place.read(str(after))


@pytest.mark.parametrize(("at_once", "size"), [(1, 1), (2, 100), (3, 300), (200, 10**7)])
def test_every_session_of_a_period_is_exported_once_by_the_time_it_began(
    database: Mongo, app: ObjectId, monkeypatch: pytest.MonkeyPatch, at_once: int, size: int
) -> None:
    monkeypatch.setattr(exporting, "SESSIONS_AT_ONCE", at_once)
    monkeypatch.setattr(exporting, "PART_BYTES", size)
    times = [0, 0, 0, 0, 1, 5, 5, 9, 10]
    for place, time in enumerate(times):
        write(database, visit(app, f"v{place}", BEGIN + time, pages=2))
    write(database, visit(ObjectId(), "stranger", BEGIN))
    lines = [line for part in export(database, app, BEGIN, BEGIN + 10) for line in part]
    assert [line.kind for line in lines] == ["start", "url", "url"] * 8
    starts = [line for line in lines if line.kind == "start"]
    assert [line.time for line in starts] == [BEGIN + time for time in times[:8]]
    assert {line.visitor for line in starts} == {f"v{place}" for place in range(8)}
    assert export(database, app, BEGIN + 20, BEGIN + 30) == [[]]


def test_a_session_that_an_import_began_twice_is_exported_once_with_all_its_events(
    database: Mongo, app: ObjectId
) -> None:
    session = f"{next(numbers):032x}"
    for n, at in ((1, BEGIN), (2, BEGIN + 5)):
        events: list[Packed] = [Start(at, "ada", False), Page(at, f"https://a.example/{n}")]
        raw = msgspec.Raw(msgspec.json.encode(events))
        write(database, [record.document(Frame(str(app), session, n, at, raw, "ada"))])
    (lines,) = export(database, app, BEGIN, BEGIN + 10)
    assert [(line.kind, line.time) for line in lines] == [
        ("start", BEGIN),
        ("url", BEGIN),
        ("url", BEGIN + 5),
    ]
    assert export(database, app, BEGIN + 1, BEGIN + 10) == [[]]
    removals.remove_visitor(database, app, "ada", BEGIN + 100)
    assert count(database, app) == 0


def test_a_place_that_no_part_gave_is_refused() -> None:
    for text in ("", "x", "1-xyz"):
        with pytest.raises(InvalidInput):
            Place.read(text)


def test_frames_that_arrive_after_the_erasure_do_not_bring_a_visitor_back(
    database: Mongo, app: ObjectId
) -> None:
    recorded, waiting = visit(app, "ada", BEGIN, pages=3), visit(app, "ada", BEGIN + 5, pages=2)
    write(database, recorded[:2] + visit(app, "bob"))
    assert removals.remove_visitor(database, app, "ada", BEGIN + 100) == 1
    assert count(database, app) == 2
    write(database, recorded[2:])  # of the erased session
    write(database, waiting[1:])  # of one whose start nobody has seen yet
    write(database, waiting[:1])
    assert count(database, app) == 2
    write(database, visit(app, "ada", BEGIN + 101))
    assert count(database, app) == 4
    assert removals.remove_visitor(database, ObjectId(), "ada", BEGIN + 200) == 0
    assert count(database, app) == 4


def test_a_removal_broken_off_is_carried_out_the_next_time(
    database: Mongo, app: ObjectId, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(database, visit(app, "ada", pages=3))

    def broken(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(removals, "delete_sessions", broken)
        with pytest.raises(ConnectionError):
            removals.remove_visitor(database, app, "ada", BEGIN + 100)
    assert count(database, app) == 4
    assert not any(map(removals.load(database).keeps, database[record.FRAMES].find({"app": app})))
    removals.finish(database)
    assert count(database, app) == 0
    assert database[removals.REMOVALS].count_documents({"left": True}) == 0


def test_a_deleted_app_is_gone_with_what_comes_late(database: Mongo, app: ObjectId) -> None:
    write(database, visit(app, "ada", pages=3) + visit(app, "bob"))
    for _ in range(2):
        removals.remove_app(database, app)
        removals.finish(database)
    assert count(database, app) == 0
    write(database, visit(app, "carl"))
    assert count(database, app) == 0


def test_the_horizon_moves_once_a_day_and_takes_whole_sessions(database: Mongo, app: ObjectId) -> None:
    now = BEGIN + 100 * DAY
    old, straddling = visit(app, "ada", now - 31 * DAY), visit(app, "bob", now - 30 * DAY - 1, pages=2)
    young = visit(app, "carl", now - 30 * DAY)
    write(database, old[1:] + straddling + young)
    retention.keep(database, app, 30)
    retention.enforce(database, now)
    assert count(database, app) == 2
    assert removals.load(database).horizons[app] == now - 30 * DAY
    retention.enforce(database, now + DAY - 1)
    assert count(database, app) == 2
    retention.enforce(database, now + DAY)
    assert count(database, app) == 0
    assert retention.days(database, app) == 30
    retention.keep(database, app, None)
    retention.enforce(database, now + DAY)
    assert (retention.days(database, app), removals.load(database).horizons[app]) == (None, 0)


def test_what_was_to_go_is_gone_before_more_is_kept_again(
    database: Mongo, app: ObjectId, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = BEGIN + 100 * DAY
    write(database, visit(app, "ada", now - 31 * DAY))
    retention.keep(database, app, 30)

    def broken(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(removals, "delete_before", broken)
        with pytest.raises(ConnectionError):
            retention.enforce(database, now)
    retention.keep(database, app, 60)
    retention.enforce(database, now)
    assert count(database, app) == 0


def test_of_two_states_of_an_import_the_one_further_on_is_kept(database: Mongo) -> None:
    app, other = fresh("app"), fresh("app")

    def state(offset: int) -> ImportState:
        progress = ImportProgress(
            id="it", offset=offset, lines=1, events=1, sessions=1, rejected=0, rejects=[], done=False
        )
        return ImportState(progress=progress, format="csv", beginning=b"b", header=["visitor"], visits=b"v")

    assert imports.find(database, app, "it") is None
    for offset in (10, 30, 20):
        imports.save(database, app, state(offset))
    assert imports.find(database, app, "it") == state(30)
    assert imports.find(database, other, "it") is None
    imports.forget(database, app)
    assert imports.find(database, app, "it") is None
