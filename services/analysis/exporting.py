"""The record given out again: sessions that began in a period, by the time they began, as lines of `contracts.bulk`.

    start line with the session's facts, then its events by time; those of one ms in the order they were sent

A part is a page of that order, so that nothing is kept between two parts and an export of any size takes the memory of
one. What an import makes of the lines gives the same reports.
"""

import zlib
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import msgspec
from bson import Binary, Int64, ObjectId
from pymongo.database import Database

from services.analysis.record import FRAMES, SESSIONS_BY_TIME, Document, begins
from services.contracts import frames
from services.contracts.bulk import Line
from services.contracts.errors import InvalidInput
from services.contracts.frames import Packed

SESSIONS_AT_ONCE = 200
PART_BYTES = 4_000_000
"""of lines after which a part ends, with the session it is in"""

_encode = msgspec.json.Encoder().encode_lines
_decode = msgspec.json.Decoder(list[Packed]).decode


class Place(NamedTuple):
    """Behind a session in the order of the export."""

    began: int
    key: bytes

    @classmethod
    def read(cls, text: str) -> "Place":
        """Raises InvalidInput."""
        began, _, key = text.partition("-")
        try:
            return cls(int(began), bytes.fromhex(key))
        except ValueError as error:
            raise InvalidInput("not what a part before has given", field="after") from error

    def __str__(self) -> str:
        return f"{self.began}-{self.key.hex()}"


def part(
    database: Database[Document], app: ObjectId, start: int, end: int, after: Place | None
) -> tuple[bytes, int, Place | None]:
    """Lines, how many events they hold, and the place behind them (None: all is told)."""
    data, events = bytearray(), 0
    while True:
        begun = _begun(database, app, start, end, after)
        for found, of_session in _frames(database, begun):
            lines = list(session_lines(of_session)) if found == _beginning(of_session) else []
            data += _encode(lines)
            events += len(lines)
            after = found
            if len(data) >= PART_BYTES:
                return bytes(data), events, after
        if len(begun) < SESSIONS_AT_ONCE:
            return bytes(data), events, None
        after = begun[-1]


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


def _frames(
    database: Database[Document], sessions: Sequence[Place]
) -> Iterator[tuple[Place, list[Document]]]:
    """Each session's frames by number, in the order of the sessions."""
    if not sessions:
        return
    ranges = [
        {"_id": {"$gte": Binary(place.key[:16] + b"\0" * 8), "$lte": Binary(place.key[:16] + b"\xff" * 8)}}
        for place in sessions
    ]
    found = database[FRAMES].find({"$or": ranges}).sort("_id", 1).hint([("_id", 1)])
    by_session = {
        key: list(documents)
        for key, documents in groupby(found, lambda document: bytes(document["_id"][:16]))
    }
    for place in sessions:
        yield place, by_session.get(place.key[:16], [])


def _beginning(documents: Sequence[Document]) -> Place | None:
    """Where a session begins, of which an import may have said so more than once."""
    places = (
        Place(document["received"], bytes(document["_id"])) for document in documents if begins(document)
    )
    return min(places, default=None)


def session_lines(documents: Sequence[Document]) -> Iterator[Line]:
    """Of the frames of one session, by number; nothing where its start is not among them."""
    session, visitor = "", ""
    events: list[tuple[int, Packed]] = []
    first: Line | None = None
    beginning = _beginning(documents)
    for document in documents:
        packed = _decode(document["events"])
        if begins(document) and packed and isinstance(packed[0], frames.Start):
            if beginning == (document["received"], document["_id"]):
                session, visitor = document["_id"][:16].hex(), packed[0].visitor
                first = line(packed[0], visitor, session)
            del packed[0]
        events += [(event.at, event) for event in packed]
    if first is None:
        return
    yield first
    events.sort(key=lambda event: event[0])
    for _, event in events:
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
