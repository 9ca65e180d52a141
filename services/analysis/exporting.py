"""The record given out again: sessions that began in a period, as lines of `contracts.bulk`. First those that trackers
told, by the time they began, then those of imports, block by block.

    start line with the session's facts, then its events by time; those of one ms in the order they were sent

A part is a page of that order, so that nothing is kept between two parts and an export of any size takes the memory of
one. What an import makes of the lines gives the same reports.
"""

import zlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from bson import Binary, Int64, ObjectId
from pymongo.database import Database

from services.analysis import blocks
from services.analysis.record import BLOCKS_BY_APP, FRAMES, SESSIONS_BY_TIME, Document, begins, number
from services.contracts import frames
from services.contracts.blocks import SESSION
from services.contracts.bulk import Line
from services.contracts.errors import InvalidInput
from services.contracts.frames import Packed

SESSIONS_AT_ONCE = 200
BLOCK = "block"
PART_BYTES = 4_000_000
"""of lines after which a part ends, with the session or block it is in"""

_encode = msgspec.json.Encoder().encode_lines
_decode = msgspec.json.Decoder(list[Packed]).decode


class Place(NamedTuple):
    """Behind a session, or the sessions of a block, in the order of the export."""

    began: int
    """UNIX ms; of a block 0"""
    key: bytes
    """`_id` of the frame with which the session begins, or of the block"""
    of_block: bool = False

    @classmethod
    def read(cls, text: str) -> "Place":
        """Raises InvalidInput."""
        began, _, key = text.partition("-")
        try:
            return cls(0 if began == BLOCK else int(began), bytes.fromhex(key), began == BLOCK)
        except ValueError as error:
            raise InvalidInput("not what a part before has given", field="after") from error

    def __str__(self) -> str:
        return f"{BLOCK if self.of_block else self.began}-{self.key.hex()}"


class Told(NamedTuple):
    """What a frame, or a block, holds of a session."""

    began: int | None
    """UNIX ms where the session begins with it"""
    n: int
    events: list[Packed]


def part(
    database: Database[Document], app: ObjectId, start: int, end: int, after: Place | None
) -> tuple[bytes, int, Place | None]:
    """Lines, how many events they hold, and the place behind them (None: all is told)."""
    data, events = bytearray(), 0
    for place, lines in _from(database, app, start, end, after):
        data += _encode(lines)
        events += len(lines)
        if len(data) >= PART_BYTES:
            return bytes(data), events, place
    return bytes(data), events, None


def _from(
    database: Database[Document], app: ObjectId, start: int, end: int, after: Place | None
) -> Iterator[tuple[Place, list[Line]]]:
    """The sessions after a place, each with its own; those of a block together."""
    while after is None or not after.of_block:
        begun = _begun(database, app, start, end, after)
        found = _told(database, [place.key[:SESSION] for place in begun])
        for place in begun:
            told = found.get(place.key[:SESSION], [])
            mine = _beginning(told) == (place.began, number(place.key))
            yield place, list(session_lines(place.key[:SESSION], told)) if mine else []
        if len(begun) < SESSIONS_AT_ONCE:
            break
        after = begun[-1]
    for document in _blocks(database, app, start, end, after):
        n = number(document["_id"])
        begun_here = {s: facts.at for s, facts in blocks.content(document).begun() if start <= facts.at < end}
        lines: list[Line] = []
        for session, told in _told(database, list(begun_here)).items():
            if _beginning(told) == (begun_here[session], n):
                lines += session_lines(session, told)
        yield Place(0, bytes(document["_id"]), of_block=True), lines


def compressed(data: bytes) -> bytes:
    return zlib.compress(data, 1)


def _begun(
    database: Database[Document], app: ObjectId, start: int, end: int, after: Place | None
) -> list[Place]:
    """The next sessions."""
    own = {"app": app, "visitor": {"$exists": True}}
    conditions: list[dict[str, Any]] = []  # Any: MongoDB's query language
    if after is not None and after.began >= start:
        conditions.append({"received": Int64(after.began), "_id": {"$gt": Binary(after.key)}})
        start = after.began + 1
    conditions.append({"received": {"$gte": Int64(start), "$lt": Int64(end)}})
    places: list[Place] = []
    for condition in conditions:
        left = SESSIONS_AT_ONCE - len(places)
        if left:
            cursor = database[FRAMES].find({**own, **condition}, {"received": 1})
            places += [
                Place(found["received"], bytes(found["_id"]))
                for found in cursor.sort([("received", 1), ("_id", 1)]).limit(left).hint(SESSIONS_BY_TIME)
            ]
    return places


def _blocks(
    database: Database[Document], app: ObjectId, start: int, end: int, after: Place | None
) -> Iterator[Document]:
    """The next in which a session of the period begins. A block that is written anew keeps its place."""
    within = {"app": app, "first": {"$lt": Int64(end)}, "last": {"$gte": Int64(start)}}
    behind = {"_id": {"$gt": Binary(after.key)}} if after is not None and after.of_block else {}
    return iter(database[FRAMES].find({**within, **behind}).sort("_id", 1).hint(BLOCKS_BY_APP).batch_size(4))


def _told(database: Database[Document], sessions: Sequence[bytes]) -> dict[bytes, list[Told]]:
    """All that there is of each session, by number."""
    if not sessions:
        return {}
    ranges = [
        {"_id": {"$gte": Binary(key + b"\0" * 8), "$lte": Binary(key + b"\xff" * 8)}} for key in sessions
    ]
    wanted = set(sessions)
    told: dict[bytes, dict[int, Told]] = {session: {} for session in sessions}
    for document in database[FRAMES].find({"$or": ranges}).hint([("_id", 1)]):
        events = _decode(document["events"])
        starts = begins(document) and bool(events) and isinstance(events[0], frames.Start)
        n = number(document["_id"])
        told[bytes(document["_id"][:SESSION])][n] = Told(document["received"] if starts else None, n, events)
    for document in blocks.of_sessions(database, sessions):
        n, block = number(document["_id"]), blocks.content(document).only(wanted)
        for session, starts, events in zip(
            block.sessions, block.begins.tolist(), block.events(), strict=True
        ):
            told[session].setdefault(n, Told(events[0].at if starts else None, n, events))
    return {session: [of_n[n] for n in sorted(of_n)] for session, of_n in told.items()}


def _beginning(told: Sequence[Told]) -> tuple[int, int] | None:
    """Where a session begins, of which an import may have said so more than once."""
    return min(((one.began, one.n) for one in told if one.began is not None), default=None)


def session_lines(key: bytes, told: Sequence[Told]) -> Iterator[Line]:
    """Of all that is told of one session; nothing where its start is not among it."""
    beginning = _beginning(told)
    if beginning is None:
        return
    session, visitor = key.hex(), ""
    events: list[Packed] = []
    for one in told:
        if one.began is None:
            events += one.events
            continue
        start = one.events[0]
        if (one.began, one.n) == beginning and isinstance(start, frames.Start):
            visitor = start.visitor
            yield line(start, visitor, session)
        events += one.events[1:]
    events.sort(key=lambda event: event.at)
    for event in events:
        yield line(event, visitor, session)


def line(event: Packed, visitor: str, session: str) -> Line:
    return _LINES[type(event)](event, visitor or session, session)


def _start(event: frames.Start, visitor: str, session: str) -> Line:
    return Line(
        visitor=visitor,
        session=session,
        time=event.at,
        kind="start",
        returning=event.returning,
        browser=event.browser or None,
        os=event.os or None,
        device=event.device or None,
        screen=event.screen or None,
        language=event.language or None,
        timezone=event.timezone or None,
        country=event.country or None,
        referrer=event.referrer or None,
        channel=event.channel or None,
        url=event.landing or None,
        params=event.params or None,
        bot=event.bot,
    )


def _click(event: frames.Click, visitor: str, session: str) -> Line:
    return Line(
        visitor=visitor,
        session=session,
        time=event.at,
        kind="click",
        X=event.x,
        Y=event.y,
        target=event.target,
        text=event.text or None,
        page_w=event.page_w or None,
        page_h=event.page_h or None,
        hover=event.hover / 1000 if event.hover else None,
        rage=event.rage,
        dead=event.dead,
    )


def _page(event: frames.Page, visitor: str, session: str) -> Line:
    return Line(
        visitor=visitor,
        session=session,
        time=event.at,
        kind="url",
        url=event.url,
        elapsed=event.elapsed / 1000 if event.elapsed else None,
        title=event.title or None,
        scroll=event.scroll if event.scroll >= 0 else None,
        params=event.params or None,
    )


def _hover(event: frames.Hover, visitor: str, session: str) -> Line:
    return Line(
        visitor=visitor,
        session=session,
        time=event.at,
        kind="hover",
        target=event.target,
        elapsed=event.elapsed / 1000,
        outcome=event.outcome or None,  # type: ignore[arg-type]  # one of the words, or empty
    )


def _seen(event: frames.Seen, visitor: str, session: str) -> Line:
    return Line(visitor=visitor, session=session, time=event.at, kind="seen", target=event.target)


def _move(event: frames.Move, visitor: str, session: str) -> Line:
    return Line(
        visitor=visitor,
        session=session,
        time=event.at,
        kind="move",
        X=event.x,
        Y=event.y,
        elapsed=event.elapsed / 1000 if event.elapsed else None,
    )


def _custom(event: frames.Custom, visitor: str, session: str) -> Line:
    return Line(
        visitor=visitor,
        session=session,
        time=event.at,
        kind="custom",
        name=event.name,
        value=event.value,
        currency=event.currency or None,
        props=event.props or None,
    )


def _left(event: frames.Left, visitor: str, session: str) -> Line:
    return Line(visitor=visitor, session=session, time=event.at, kind="left", goodbye=event.goodbye)


_LINES: dict[type, Any] = {  # Any: each takes its own kind of event
    frames.Start: _start,
    frames.Click: _click,
    frames.Page: _page,
    frames.Hover: _hover,
    frames.Seen: _seen,
    frames.Move: _move,
    frames.Custom: _custom,
    frames.Left: _left,
}
