"""The DuckDB file: each frame once, broken ones left out, whatever the process goes through."""

from pathlib import Path

import duckdb
import msgspec
import pytest
from bson import Binary, ObjectId

from services.analysis import dictionaries, frame_rows, record
from services.analysis.columns import visitor_hash
from services.analysis.projection import Counts, Projection, ProjectionUnusable
from services.contracts.frames import Click, Custom, Frame, Left, Move, Page, Retimed
from services.hosting.shares import Share
from tests.unit.services.analysis.visits import BEGIN, Visit, deliver, frame, frames, new_app, visit

URL = "https://shop.test/"


@pytest.fixture
def projection(file: Path) -> Projection:
    projection = Projection(file, "256MB", 1)
    projection.create("first")
    projection.enter("following")
    return projection


def rows(projection: Projection, sql: str) -> list[tuple[object, ...]]:
    with projection.cursor() as cursor:
        return cursor.execute(sql).fetchall()


def page_visit(visitor: str, paths: str) -> Visit:
    return visit(visitor, *(Page(BEGIN + i, URL + path) for i, path in enumerate(paths)))


def test_rows_and_position_are_there_after_opening_again(projection: Projection, file: Path) -> None:
    deliver(projection, frames(new_app(), [page_visit("v", "abc")]))
    projection.close()
    again = Projection(file, "256MB", 1)
    standing = again.open()
    assert (standing.position, standing.stage, standing.frames, standing.events) == (
        "somewhere",
        "following",
        2,
        3,
    )
    deliver(again, frames(new_app(), [page_visit("v", "cd")]))
    assert rows(again, "select text, id from pages order by id") == [
        (URL + name, place) for place, name in enumerate("abcd", start=1)
    ]
    assert rows(again, "select count(distinct session), count(distinct visitor) from sessions") == [(2, 1)]
    again.close()


def test_a_batch_that_fails_leaves_nothing(
    projection: Projection, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        dictionaries.Dictionary,
        "write",
        lambda self, connection: connection.execute("select error('disk full')"),
    )
    with pytest.raises(duckdb.Error):
        deliver(projection, frames(new_app(), [page_visit("v", "a")]))
    monkeypatch.undo()
    projection.close()
    assert projection.open().position == "first"
    assert rows(projection, "select count(*) from events") == [(0,)]
    deliver(projection, frames(new_app(), [page_visit("v", "a")]))
    assert rows(projection, "select text from pages join events on page = id") == [(URL + "a",)]


@pytest.mark.parametrize(
    "broken",
    [
        b"[[1,2]]",
        b"[[99,1]]",
        b'"nonsense"',
        b"[[5,1,1,1,99999999999]]",
        b'[[2,99999999999999999999,"u"]]',
        b'[[2,1,"u",0,"",300]]',
        b'[[1,1,1.5,1,"a"]]',
    ],
)
def test_a_broken_frame_is_left_out_and_told_its_neighbours_stay(
    projection: Projection, broken: bytes
) -> None:
    app = new_app()
    good = frames(app, [page_visit("v", "ab")])
    bad = Frame(app, good[0].session, 77, BEGIN, msgspec.Raw(broken))
    applied = deliver(projection, [good[0], bad, good[1]])
    assert [skipped.key for skipped in applied.skipped] == [record.frame_id(bad.session, 77)]
    assert (applied.standing.frames, applied.standing.events, applied.standing.skipped) == (2, 2, 1)


@pytest.mark.parametrize("at_once", [1, 3, 1000])
def test_how_many_frames_are_taken_at_once_makes_no_difference(
    projection: Projection, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(frame_rows, "AT_ONCE", at_once)
    app, paths = new_app(), "abcdefg"
    told = frames(app, [page_visit(f"visitor {path}", path) for path in paths])
    broken = Frame(app, told[0].session, 77, BEGIN, msgspec.Raw(b"[[1,2]]"))
    applied = deliver(projection, [*told[:5], broken, *told[5:]])
    assert [skipped.key for skipped in applied.skipped] == [record.frame_id(broken.session, 77)]
    seen = """
        select hash, text from page_views join sessions using (session) join pages on page = pages.id
        join visitors on visitor = visitors.id
    """
    assert sorted(rows(projection, seen), key=lambda row: str(row[1])) == [
        (visitor_hash(f"visitor {path}", b""), URL + path) for path in paths
    ]


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ({"_id": ObjectId(b"x" * 12)}, "TypeError"),
        ({"_id": Binary(b"short")}, "ValueError"),
        ({"events": b'[[2,99999999999999999999,"/"]]'}, "OverflowError"),
        ({"events": b'[[2,1,"/",1,"",300]]'}, "OverflowError"),
        ({"events": None}, "TypeError"),
    ],
)
@pytest.mark.parametrize("dedupe", [False, True])
def test_a_frame_that_makes_its_batch_fail_is_found_and_told_its_neighbours_stay(
    projection: Projection, broken: dict[str, object], told: str, dedupe: bool
) -> None:
    documents = [
        record.document(frame) for frame in frames(new_app(), [page_visit("v", "a") for _ in range(20)])
    ]
    poison = {**documents[13], **broken}
    applied = projection.apply([*documents[:13], poison, *documents[14:]], "behind", dedupe)
    assert [skipped.why.partition(":")[0] for skipped in applied.skipped] == [told]
    standing = projection.standing
    assert (standing.position, standing.frames, standing.skipped) == ("behind", 39, 1)
    projection.apply([documents[13]], "later", dedupe)
    assert rows(projection, "select count(*) from events") == [(20,)]
    assert rows(projection, "select count(*), count(distinct session) from sessions") == [(20, 20)]


@pytest.mark.parametrize("dedupe", [False, True])
def test_a_mark_is_kept_beside_its_event_and_is_no_event(projection: Projection, dedupe: bool) -> None:
    marked = visit("v", Page(BEGIN, URL), Custom(BEGIN + 1, "late"), Retimed(BEGIN + 1, 1, 5))
    documents = [record.document(frame) for frame in frames(new_app(), [marked])]
    for _ in range(1 + dedupe):
        projection.apply(documents, "behind", dedupe)
    assert projection.standing.events == 2
    assert rows(projection, "select count(*) from events") == [(2,)]
    assert rows(
        projection,
        "select kind, events.time, own from events join retimed using (app, session, n, i)",
    ) == [(6, BEGIN + 1, 5)]


def test_a_very_long_address_holds_nobody_up() -> None:
    assert dictionaries.path("a" * 1_000_000) == "/" + "a" * 1_000_000


def test_frames_that_are_there_already_are_left_out_where_asked(projection: Projection) -> None:
    app = new_app()
    sent = frames(app, [page_visit("v", "ab"), page_visit("w", "c")])
    deliver(projection, sent[:2])
    applied = deliver(projection, sent, dedupe=True)
    assert (applied.standing.frames, applied.standing.events) == (4, 3)
    assert deliver(projection, sent, dedupe=True).standing.frames == 4
    assert rows(projection, "select count(*), count(distinct session) from sessions") == [(2, 2)]


def test_events_that_come_before_their_start_appear_with_it(projection: Projection, file: Path) -> None:
    start, events = frames(new_app(), [page_visit("v", "ab")])
    applied = deliver(projection, [events])
    assert (applied.signs, applied.counts) == ([], {})
    joined = "select count(*) from events join sessions using (session)"
    assert rows(projection, joined) == [(0,)]
    projection.close()
    projection.open()
    deliver(projection, [start])
    assert rows(projection, joined) == [(2,)]


def test_sessions_and_texts_forgotten_in_memory_are_found_in_the_file(projection: Projection) -> None:
    projection.sessions.remembered = 2
    for dictionary in projection.dictionaries.all():
        dictionary.remembered = 2
    app = new_app()
    sent = frames(app, [page_visit(f"v{i}", f"a{'bcd'[i % 3]}") for i in range(12)])
    for one in sent[:12] + sent[12:]:
        deliver(projection, [one])
    assert rows(projection, "select count(*), count(distinct session) from session_ids") == [(12, 12)]
    assert rows(projection, "select count(*), count(distinct text) from pages") == [(4, 4)]
    assert rows(projection, "select count(*) from events join sessions using (session)") == [(24,)]


def test_activity_is_not_told_of_the_past(projection: Projection) -> None:
    past, now = page_visit("v", "ab"), page_visit("w", "c")
    app = new_app()
    documents = [record.document(frame) for frame in frames(app, [past, now])]
    applied = projection.apply(documents, "somewhere", since=BEGIN + 1)
    assert applied.counts == {app: Counts(1, 1, 0)}
    assert [sign.at for sign in applied.signs] == [BEGIN + 1]
    later = [record.document(frame) for frame in frames(app, [page_visit("x", "d")])]
    applied = projection.apply(later, "somewhere", since=BEGIN + 1)
    assert (applied.signs, applied.counts, applied.standing.events) == ([], {}, 4)


def test_activity_is_told_of_people_only(projection: Projection) -> None:
    app = new_app()
    robot = visit("r", Page(BEGIN, URL), bot=True)
    person = visit("p", Page(BEGIN, URL + "x"), Click(BEGIN + 5, 1, 1, "a"), Move(BEGIN + 9, 1, 1, 1))
    applied = deliver(projection, frames(app, [robot, person]))
    assert applied.counts == {app: Counts(3, 1, 1)}
    assert [(sign.app, sign.at) for sign in applied.signs] == [(app, BEGIN + 9)]
    assert projection.paths([applied.signs[0].page]) == {applied.signs[0].page: "/x"}
    assert projection.recent_signs(BEGIN) == applied.signs
    assert projection.recent_signs(BEGIN + 10) == []


def test_every_kind_keeps_what_reports_need(projection: Projection) -> None:
    sent = visit(
        "v",
        Click(BEGIN, 5, 6, "a", "Buy", 1440, 900, 250, True, True),
        Page(BEGIN + 1, URL, 700, "Shop", 40, {"utm_source": "x"}),
        Custom(BEGIN + 2, "paid", 9.5, "EUR", {"items": 2.0}),
    )
    deliver(projection, frames(new_app(), [sent]))
    assert rows(
        projection, "select kind, x, y, elapsed, flags, page_w, scroll, value from events order by time"
    ) == [
        (1, 5, 6, 250, 12, 1440, 0, None),
        (2, 0, 0, 700, 0, 0, 40, None),
        (6, 0, 0, 0, 0, 0, 0, 9.5),
    ]
    assert rows(projection, "select text, label from targets") == [("a", "Buy")]
    assert ("Shop",) in rows(projection, "select label from pages")
    assert rows(projection, "select text from params") == [('{"utm_source":"x"}',)]
    assert rows(projection, "select text from props") == [('{"items":2.0}',)]


def test_no_file_is_unusable(file: Path) -> None:
    with pytest.raises(ProjectionUnusable):
        Projection(file, "256MB", 1).open()


def test_a_file_of_something_else_is_unusable_and_can_be_replaced(file: Path) -> None:
    file.write_bytes(b"\x00" * 20_000)
    projection = Projection(file, "256MB", 1)
    with pytest.raises(ProjectionUnusable):
        projection.open()
    assert projection.create("anew").stage == "scanning"


def test_a_half_built_file_is_unusable(file: Path) -> None:
    projection = Projection(file, "256MB", 1)
    projection.create("first")
    projection.close()
    with pytest.raises(ProjectionUnusable):
        projection.open()


@pytest.mark.parametrize("other", [Share(), Share(share=1, shares=2), Share(share=0, shares=3)])
def test_a_file_of_other_apps_is_unusable(file: Path, other: Share) -> None:
    projection = Projection(file, "256MB", 1, Share(share=0, shares=2))
    projection.create("first")
    projection.enter("following")
    projection.close()
    assert projection.open().stage == "following"
    projection.close()
    with pytest.raises(ProjectionUnusable, match="version"):
        Projection(file, "256MB", 1, other).open()


def test_a_file_of_another_version_is_unusable(
    projection: Projection, monkeypatch: pytest.MonkeyPatch
) -> None:
    projection.close()
    monkeypatch.setattr("services.analysis.projection.VERSION", 99)
    with pytest.raises(ProjectionUnusable):
        projection.open()


def test_unknown_numbers_beyond_a_frame_are_refused_by_the_record() -> None:
    for session, n in (("xyz", 1), ("ab", 1), ("a" * 32, 2**63)):
        with pytest.raises(record.FrameInvalid):
            record.document(frame(new_app(), session, n, []))
    with pytest.raises(record.FrameInvalid):
        record.document(frame("not-an-app", "a" * 32, 1, []))


def test_the_records_key_sorts_as_session_and_number_do() -> None:
    numbers = [-(2**63), -1_700_000_000_000, -1, 0, 1, 255, 256, 2**53]
    keys = [record.frame_id("a" * 32, n) for n in numbers]
    assert keys == sorted(keys)
    assert [record.number(key) for key in keys] == numbers


def begun_in_a_frame(app: str, of: Visit, n: int = 1) -> Frame:
    """As an import tells it: the session's Start before its events, and its end behind them."""
    events = [of.start(), *(event for _, events in of.frames for event in events), Left(BEGIN + 50, True)]
    raw = msgspec.Raw(msgspec.json.encode(events))
    return Frame(app, of.session, n, of.started, raw, of.visitor)


ALL = """
    select text, started, kind, page, time - started, flags from events
    join sessions using (session) join apps on apps.id = sessions.app order by all
"""


def test_a_session_that_begins_in_its_first_frame_gives_the_same_as_in_frames_of_its_own(
    projection: Projection,
) -> None:
    app, one = new_app(), page_visit("v", "abc")
    deliver(projection, [*frames(app, [one]), frame(app, one.session, -BEGIN, [Left(BEGIN + 50, True)])])
    apart = rows(projection, ALL), rows(projection, "select sum(events) from deeds"), projection.standing
    projection.create("first")
    projection.enter("following")
    applied = deliver(projection, [begun_in_a_frame(app, one)])
    assert rows(projection, ALL) == apart[0]
    assert rows(projection, "select sum(events) from deeds") == apart[1] == [(3,)]
    assert applied.standing.events == apart[2].events == 3
    assert applied.counts[app].events == 3


@pytest.mark.parametrize("dedupe", [False, True])
def test_a_session_that_an_import_begins_again_has_its_first_facts_and_all_its_events(
    projection: Projection, dedupe: bool
) -> None:
    app, one = new_app(), page_visit("v", "ab")
    later = Visit("v", BEGIN + 9, [(1, [Page(BEGIN + 9, URL + "c")])], session=one.session)
    bare = Visit("v", BEGIN + 10, session=one.session)
    told = [record.document(begun_in_a_frame(app, of, n)) for n, of in enumerate((one, later, bare), start=1)]
    for document in told:
        projection.apply([document], "somewhere", dedupe)
    assert rows(projection, "select started from sessions") == [(BEGIN,)]
    assert rows(projection, "select count(*) from page_views") == [(3,)]
    if dedupe:
        projection.apply(told, "somewhere", dedupe)
        assert rows(projection, "select count(*) from sessions") == [(1,)]
        assert rows(projection, "select count(*) from page_views") == [(3,)]
        assert rows(projection, "select count(*) from signs") == [(3,)]


def test_a_start_that_is_all_there_is_of_a_session_is_known_again(projection: Projection) -> None:
    app, one = new_app(), page_visit("v", "")
    raw = msgspec.Raw(msgspec.json.encode([one.start()]))
    for dedupe in (False, True, True):
        projection.apply(
            [record.document(Frame(app, one.session, 7, one.started, raw, one.visitor))], "somewhere", dedupe
        )
    assert rows(projection, "select count(*) from sessions") == [(1,)]
    assert projection.standing.frames == 1


def test_a_refused_frame_is_noted_until_it_was_told_and_counted_once_it_can_be_read(
    projection: Projection, file: Path
) -> None:
    one = page_visit("v", "a")
    documents = [record.document(frame) for frame in frames(new_app(), [one])]
    good = documents[1]
    bad = {**good, "events": b'[[2,1700000000000,"/",1,"",300]]'}
    applied = projection.apply([documents[0], bad], "behind")
    key = record.frame_id(one.session, 1)
    assert applied.standing.skipped == 1
    projection.close()
    projection.open()
    assert [skipped.key for skipped in projection.refused(10)] == [key]
    projection.forget_refused([key])
    assert projection.refused(10) == []

    assert [skipped.key for skipped in projection.apply_again([bad]).skipped] == [key]
    assert (projection.refused(10), projection.standing.skipped) == ([], 1)
    for _ in range(2):
        standing = projection.apply_again([good]).standing
        assert (standing.position, standing.skipped, standing.frames, standing.events) == ("behind", 0, 2, 1)
    projection.close()
    assert projection.open() == standing
    assert rows(projection, "select count(*) from page_views") == [(1,)]


def test_a_visitor_who_is_not_in_memory_any_more_keeps_the_number(projection: Projection) -> None:
    projection.dictionaries.visitors.remembered = 2
    app = new_app()
    for visitor in ("ada", "bob", "carl", "dora", "ada"):
        deliver(projection, frames(app, [page_visit(visitor, "a")]))
    assert rows(projection, "select count(*), count(distinct hash) from visitors") == [(4, 4)]
    assert rows(projection, "select count(*), count(distinct visitor) from sessions") == [(5, 4)]
