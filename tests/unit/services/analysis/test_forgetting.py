"""What is removed leaves no row and no text of its own behind, and nothing else misses anything."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from bson import Binary, Int64, ObjectId

from services.analysis import record
from services.analysis.columns import visitor_hash
from services.analysis.forgetting import KEPT_ONCE, OF_SESSIONS
from services.analysis.matching import Matcher
from services.analysis.projection import Projection
from services.analysis.reading import reading
from services.analysis.ways import at_once
from services.contracts.analysis.report import Freshness
from services.contracts.analysis.scope import Period, Scope
from services.contracts.config import AppConfig
from services.contracts.frames import Click, Custom, Frame, Packed, Page, Start

BEGIN = 1_750_000_000_000
APP, OTHER = "5f0000000000000000000001", "5f0000000000000000000002"
FRESH = Freshness(as_of=0, complete=True)
NUMBERS = {"app", "session", "x", "y", "elapsed", "page_w", "events", "page_views", "clicks"}
"""integer columns that are no ids of what is kept once"""


@pytest.fixture
def projection(tmp_path: Path) -> Any:
    projection = Projection(tmp_path / "analysis.duckdb", "256MB", 1)
    projection.create("first")
    projection.enter("following")
    yield projection
    projection.close()


def frame(session: str, n: int, *events: Packed, app: str = APP) -> record.Document:
    raw = msgspec.Raw(msgspec.json.encode(events))
    return record.document(Frame(app, session * 32, n, events[0].at, raw))


def visit(session: str, word: str, at: int = BEGIN, app: str = APP) -> list[record.Document]:
    return [
        frame(session, 0, Start(at, word, False, browser=word, landing=f"https://{word}.example/"), app=app),
        frame(
            session,
            1,
            Page(at + 1, f"https://{word}.example/", title=word),
            Click(at + 2, 1, 1, f"a.{word}", word),
            Custom(at + 3, word, props={"mail": word}),
            app=app,
        ),
    ]


def removal(kind: str, of: Any, **more: Any) -> record.Document:
    return {"_id": of, "removal": kind, **more}


def session(key: str) -> record.Document:
    return removal("session", Binary(bytes.fromhex(key * 32)))


def everything(projection: Projection) -> str:
    """All rows of all tables, as text."""
    with projection.cursor() as cursor:
        tables = [
            name
            for (name,) in cursor.execute("select table_name from duckdb_tables()").fetchall()
            if name != "progress"
        ]
        return str([cursor.execute(f"from {table}").fetchall() for table in tables])


def sessions(projection: Projection) -> int:
    with projection.cursor() as cursor:
        return int(cursor.execute("select count(*) from sessions").fetchall()[0][0])


def test_every_table_and_all_that_is_kept_once_of_a_session_is_known(projection: Projection) -> None:
    with projection.cursor() as cursor:
        rows = cursor.execute(
            "select table_name, column_name, data_type from duckdb_columns() "
            "semi join duckdb_tables() using (table_name) where not internal"
        ).fetchall()
    assert {table for table, column, _ in rows if column == "session"} == set(OF_SESSIONS)
    ids = {
        f"{table}.{column}"
        for table, column, kind in rows
        if table in OF_SESSIONS and kind == "INTEGER" and column not in NUMBERS
    }
    assert ids == {column for columns in KEPT_ONCE.values() for column in columns}


def test_a_removed_session_leaves_nothing_behind_and_others_stay(projection: Projection) -> None:
    projection.apply(visit("a", "ada") + visit("b", "bob"), "second")
    projection.apply([session("a")], "third")
    assert "ada" not in everything(projection)
    assert everything(projection).count("bob") >= 5
    with projection.cursor() as cursor:
        assert cursor.execute("select hash from visitors").fetchall() == [(visitor_hash("bob", b""),)]
    assert projection.standing.position == "third"
    projection.apply(visit("a", "ada") + visit("c", "ada"), "fourth")
    assert sessions(projection) == 2


def test_ids_are_not_given_twice(projection: Projection) -> None:
    projection.apply(visit("a", "ada"), "second")
    with projection.cursor() as cursor:
        (before,) = cursor.execute("select max(id) from pages").fetchall()[0]
    projection.apply([session("a"), *visit("b", "bob")], "third")
    with projection.cursor() as cursor:
        assert cursor.execute("select min(id) > $1 from pages", [before]).fetchall() == [(True,)]


def test_a_deleted_app_takes_all_of_it_and_nothing_of_another(projection: Projection) -> None:
    orphan = frame("d", 1, Page(BEGIN, "https://orphan.example/"))
    projection.apply([*visit("a", "ada"), *visit("b", "bob", app=OTHER), orphan], "second")
    projection.apply([removal("app", ObjectId(APP)), *visit("c", "carl")], "third")
    left = everything(projection)
    assert (sessions(projection), "ada" in left, "carl" in left, "orphan" in left) == (1, False, False, False)


def test_how_many_sessions_are_read_at_once_does_not_hang_on_what_was_removed(
    projection: Projection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.analysis.ways.AT_ONCE", 30)
    busy = frame("a", 1, *(Page(BEGIN + place, "https://busy.example/") for place in range(500)))
    projection.apply([*visit("a", "ada")[:1], busy], "second")
    assert sessions_at_once(projection) == 1
    projection.apply([removal("app", ObjectId(APP))], "third")
    projection.close()
    projection.open()
    projection.apply([*visit("b", "bob", app=OTHER), *visit("c", "carl", app=OTHER)], "fourth")
    assert sessions_at_once(projection) == 10, "of three events each"


def sessions_at_once(projection: Projection) -> int:
    scope = Scope(period=Period(start=BEGIN, end=BEGIN + 1_000))
    with (
        projection.cursor() as cursor,
        reading(cursor, Matcher(), scope, AppConfig(app=OTHER, version=1), FRESH) as on,
    ):
        return at_once(on)


def test_what_lies_before_the_horizon_goes_with_frames_that_have_no_start(projection: Projection) -> None:
    orphan = frame("d", 1, Page(BEGIN, "https://orphan.example/"))
    late = frame("a", 2, Page(BEGIN + 50, "https://late.example/"))
    projection.apply(visit("a", "ada") + visit("b", "bob", BEGIN + 20) + [orphan, late], "second")
    horizon = removal("horizon", ObjectId(), app=ObjectId(APP), before=Int64(BEGIN + 10))
    projection.apply([horizon], "third")
    left = everything(projection)
    assert (sessions(projection), "bob" in left) == (1, True)
    assert not any(word in left for word in ("ada", "orphan", "late"))
    projection.apply(visit("e", "eve") + visit("f", "fred", BEGIN + 10), "fourth")
    assert sessions(projection) == 2


def test_a_horizon_moved_back_lets_older_sessions_in_again(projection: Projection) -> None:
    app = ObjectId(APP)
    projection.apply(
        [removal("horizon", ObjectId(), app=app, before=BEGIN + 10), *visit("a", "ada")], "second"
    )
    assert sessions(projection) == 0
    projection.apply([removal("horizon", ObjectId(), app=app, before=0), *visit("b", "bob")], "third")
    assert sessions(projection) == 1
