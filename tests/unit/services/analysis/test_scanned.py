"""The record read by a process of its own: what it makes of frames is what the projection itself would make of them."""

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import msgspec
import pytest
from bson import Binary, ObjectId, decode, encode

from services.analysis import record, removals, replies, scanner
from services.analysis.projection import Projection
from services.analysis.record import Document, KeptFrames
from services.analysis.removals import Removed
from services.analysis.replies import Reply
from services.analysis.scanned import Scan, ScanBroke, ScannedFrames, Scanner
from services.contracts.frames import Custom, Frame, Page, Retimed
from services.contracts.shares import SLOTS, slot
from tests.bench import histories
from tests.unit.services.analysis.visits import BEGIN, frames, new_app, visit

CONTENT = (
    """
    select high, low, kind, time, n, i, x, y, elapsed, flags, page_w, scroll, value, pages.text, pages.label,
        targets.text, targets.label, names.text, words.text, params.text, props.text
    from events join session_ids using (session)
    left join pages on pages.id = page left join targets on targets.id = target
    left join names on names.id = name left join words on words.id = currency
    left join params on params.id = params left join props on props.id = props
    order by all
    """,
    """
    select high, low, apps.text, hash, started, came_back, left_out, browsers.text, landings.text, params.text
    from sessions join session_ids using (session) join apps on apps.id = app
    join visitors on visitors.id = visitor
    join words browsers on browsers.id = browser join pages landings on landings.id = landing
    left join params on params.id = sessions.params
    order by all
    """,
    """
    select high, low, n, i, pages.text from page_views join session_ids using (session)
    join pages on pages.id = before order by all
    """,
    "select high, low, time, n, i, own from retimed join session_ids using (session) order by all",
    "select key, why from refused order by all",
    "select frames, events, skipped, position from progress",
)


def projection(folder: Path, name: str) -> Projection:
    made = Projection(folder / name, "256MB", 1)
    made.create("first")
    return made


def content(of: Projection) -> list[list[tuple[object, ...]]]:
    with of.cursor() as cursor:
        return [cursor.execute(sql).fetchall() for sql in CONTENT]


def over_the_wire(documents: list[Document]) -> ScannedFrames:
    return msgspec.msgpack.decode(scanner._of_frames(read(documents)), type=ScannedFrames)


def read(documents: list[Document]) -> KeptFrames:
    return replies.read(in_an_array(documents)).frames


def documents_of(told: list[Frame]) -> list[Document]:
    """As the database gives them."""
    return [decode(encode(record.document(frame))) for frame in told]


def in_an_array(documents: list[Document]) -> bytes:
    return encode({str(place): document for place, document in enumerate(documents)})


FRAMES = documents_of(frames(new_app(), [visit("v", Page(BEGIN, "/")), visit("w", Page(BEGIN, "/b"))]))
OTHERS: list[Document] = [
    {**FRAMES[2], "_id": Binary(b"short")},
    {**FRAMES[2], "_id": ObjectId()},
    {**FRAMES[2], "events": "[]"},
    {**FRAMES[2], "received": 1.5},
    {**FRAMES[2], "more": 1},
    {**FRAMES[0], "more": 1},
    {**FRAMES[0], "visitor": 1},
    dict(reversed([*FRAMES[2].items()])),
    {"_id": FRAMES[0]["_id"], "app": FRAMES[0]["app"]},
    {"_id": 1},
]


def test_rows_made_elsewhere_are_those_that_the_documents_give(tmp_path: Path) -> None:
    marked = visit(
        "v", Page(BEGIN, "/"), Custom(BEGIN + 1, "late", 2.0, "EUR", {"a": 1}), Retimed(BEGIN + 1, 1, 5)
    )
    told = [*histories.frames(histories.Shape(3_000)), *frames(new_app(), [marked])]
    told.insert(70, Frame(told[0].app, told[0].session, 77, BEGIN, msgspec.Raw(b"[[1,2]]")))
    documents = documents_of(told)
    there, elsewhere = projection(tmp_path, "there"), projection(tmp_path, "elsewhere")
    for begin, end in ((0, 100), (100, len(documents))):
        there.apply(documents[begin:end], "behind")
        assert elsewhere.apply_rows(over_the_wire(documents[begin:end]), "behind") is not None
    assert len(content(there)[0]) > 2_000
    assert content(elsewhere) == content(there)


def test_rows_that_duckdb_does_not_take_leave_nothing_and_their_documents_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = documents_of(frames(new_app(), [visit("v", Page(BEGIN, "/"))]))
    taking = projection(tmp_path, "taking")
    written = Projection._put

    def fails(self: Projection, *arguments: Any, **named: Any) -> None:
        written(self, *arguments, **named)
        raise ValueError

    monkeypatch.setattr(Projection, "_put", fails)
    assert taking.apply_rows(over_the_wire(documents), "behind") is None
    monkeypatch.undo()
    assert content(taking)[0] == []
    assert taking.apply(documents, "behind").standing.frames == 2
    assert len(content(taking)[0]) == 1


def test_what_is_read_again_is_also_what_was_left_out() -> None:
    good, broken, *_ = documents_of(frames(new_app(), [visit("v", Page(BEGIN, "/"))]))
    message = over_the_wire([{**broken, "events": b"[[1,2]]"}, good])
    assert message.frames.keys == [good["_id"]]
    assert {*message.all_keys()} == {good["_id"], broken["_id"]}


def test_the_whole_record_is_told_in_messages_that_grow_up_to_a_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = [
        replies.read(
            in_an_array(documents_of(frames(new_app(), [visit(str(n), Page(BEGIN, "/"))])) + OTHERS[:1])
        )
        for n in range(40)
    ]
    monkeypatch.setattr(scanner, "replies", lambda _: told)
    monkeypatch.setattr(removals, "load", lambda _: Removed())
    monkeypatch.setattr(scanner, "FIRST", 2_500)
    monkeypatch.setattr(scanner, "MOST", 8_000)
    messages = [msgspec.msgpack.decode(message) for message in scanner.scanned(Mock(), range(SLOTS))]
    frames_told = [message["frames"]["keys"] for message in messages if message["type"] == "frames"]
    others_told = [message["encoded"] for message in messages if message["type"] == "documents"]
    assert [key for keys in frames_told for key in keys] == [
        key for reply in told for key in reply.frames.keys
    ]
    assert [one for some in others_told for one in some] == [one for reply in told for one in reply.documents]
    sizes = [len(keys) for keys in frames_told]
    assert sizes[0] < sizes[1] < sizes[2] == sizes[3] < 20


def test_frames_of_which_no_rows_can_be_made_are_told_by_their_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = read(documents_of(frames(new_app(), [visit("v", Page(BEGIN, "/"))])))
    monkeypatch.setattr(scanner, "frame_rows", lambda *_: 1 / 0)
    told = msgspec.msgpack.decode(scanner._of_frames(kept))
    assert told == {"type": "keys", "keys": kept.keys}


def test_frames_are_cut_out_of_a_reply_and_what_is_otherwise_is_left_as_it_is() -> None:
    mixed = [FRAMES[0], *OTHERS[:5], FRAMES[1], *OTHERS[5:], *FRAMES[2:]]
    reply = replies.read(in_an_array(mixed))
    assert reply.frames == KeptFrames.of(FRAMES)
    assert reply.frames.begins == [True, True, False, False]
    assert reply.received == [document["received"] for document in FRAMES]
    assert [decode(document) for document in reply.documents] == [
        decode(encode(document)) for document in OTHERS
    ]


@pytest.mark.parametrize("count", [0, 1, 12, 1_001])
def test_a_reply_may_have_any_length(count: int) -> None:
    assert len(replies.read(in_an_array([FRAMES[0]] * count)).frames) == count


@pytest.mark.parametrize("batch", ["firstBatch", "nextBatch"])
@pytest.mark.parametrize("id_first", [False, True])
def test_a_cursor_says_its_id_before_its_documents_or_behind_them(batch: str, id_first: bool) -> None:
    said = {batch: FRAMES, "id": 7, "ns": "analysis.frames"}
    names = reversed(said) if id_first else said
    assert replies._opened(encode({name: said[name] for name in names})) == (in_an_array(FRAMES), 7)


def test_what_is_removed_or_held_by_another_process_is_left_out() -> None:
    apps = [new_app() for _ in range(20)]
    documents = [
        document for app in apps for document in documents_of(frames(app, [visit("v", Page(BEGIN, "/"))]))
    ]
    reply = replies.read(in_an_array(documents))
    assert scanner._left(reply, range(SLOTS), Removed()) is reply.frames
    held = [app for app in apps if slot(app) < SLOTS // 2]
    assert 0 < len(held) < len(apps)
    assert set(scanner._left(reply, range(SLOTS // 2), Removed()).apps) == set(held)
    removed = Removed()
    removed.note([removals.of_session(documents[2]["_id"][:16])])
    removed.note([{"_id": ObjectId(apps[0]), "removal": "app"}])
    left = scanner._left(reply, range(SLOTS), removed)
    assert left == KeptFrames.of(documents[4:])


def test_a_reply_is_not_changed_by_what_is_added_to_the_first() -> None:
    reply = Reply(KeptFrames.of(FRAMES[:2]), [1, 2], [])
    added = KeptFrames.of([])
    added.add(scanner._left(reply, range(SLOTS), Removed()))
    added.add(KeptFrames.of(FRAMES[2:]))
    assert (len(reply.frames), added) == (2, KeptFrames.of(FRAMES))


def test_a_database_that_is_away_is_told() -> None:
    reading = Scanner()
    try:
        reading.scan(Scan("mongodb://127.0.0.1:1/analysis", 100, [*range(SLOTS)]))
        with pytest.raises(ScanBroke, match="ServerSelectionTimeoutError"):
            reading.next()
    finally:
        reading.close()


def test_who_waits_for_a_message_is_told_when_the_process_is_killed() -> None:
    reading = Scanner()
    threading.Timer(0.2, reading.kill).start()
    try:
        with pytest.raises(ScanBroke, match="ended"):
            reading.next()
    finally:
        reading.close()


def test_the_process_loads_no_duckdb_and_no_eventlet() -> None:
    loaded = "import sys, services.analysis.scanner; print({'duckdb', 'eventlet'} & {*sys.modules})"
    said = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert said.stdout == "set()\n"


def test_the_process_ends_with_who_started_it() -> None:
    reading = Scanner()
    reading._channel.close()
    assert reading._process.wait(10) == 0
