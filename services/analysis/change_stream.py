"""The record as a stream: every frame and every removal written after a position, in batches, each with the position
behind it.

A position is the change stream's resume token as text. MongoDB keeps the changes for as long as its oplog is
large: a position that has fallen out of it is PositionLost, and the record must be read from its beginning.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from bson import Timestamp, json_util
from pymongo.collection import Collection
from pymongo.errors import OperationFailure

from services.analysis import record
from services.analysis.record import FRAMES, Document
from services.analysis.removals import REMOVALS
from services.hosting import clock

MOST_FRAMES = 4_000
"""of one batch"""
LONGEST = 0.2
"""seconds that a batch gathers; also how long an idle stream waits for the next frame"""

_GONE = ["drop", "rename", "dropDatabase", "invalidate"]
_PIPELINE: list[Document] = [
    {
        "$match": {
            "$or": [
                {"operationType": "insert", "ns.coll": {"$in": [FRAMES, REMOVALS]}},
                {"operationType": {"$in": _GONE}, "ns.coll": {"$in": [FRAMES, REMOVALS, None]}},
            ]
        }
    },
    {"$project": {"operationType": 1, "clusterTime": 1, "fullDocument": 1}},
]
_LOST = {
    136,  # CappedPositionLost
    222,  # CloseChangeStream
    260,  # InvalidResumeToken
    280,  # ChangeStreamFatalError
    286,  # ChangeStreamHistoryLost
}


class PositionLost(Exception):
    """The stream cannot be taken up where it was left."""


class Batch(NamedTuple):
    documents: Sequence[Document]
    position: str
    upto: int
    """cluster time of the last change, 0 where there was none"""
    as_of: int
    """UNIX ms: everything recorded before has been given"""
    caught_up: bool
    """there was nothing more to give"""


def as_number(time: Timestamp) -> int:
    """A cluster time as one number that orders alike."""
    return (time.time << 32) | time.inc


def now(collection: Collection[Document]) -> str:
    """The position behind everything recorded until now."""
    with collection.database.watch(_PIPELINE, max_await_time_ms=1) as stream:
        stream.try_next()
        return _text(stream.resume_token)


def follow(
    collection: Collection[Document],
    position: str,
    going_on: Callable[[], bool],
    wanted: Callable[[Document], bool],
) -> Iterator[Batch]:
    """What was recorded after the position and is `wanted`, for as long as `going_on()`; an empty batch every now and
    then.

    Raises:
        PositionLost, or PyMongoError where the database is away.
    """
    try:
        with collection.database.watch(
            _PIPELINE,
            resume_after=json_util.loads(position),
            max_await_time_ms=int(LONGEST * 1000),
            batch_size=MOST_FRAMES,
        ) as stream:
            while going_on():
                documents: list[Document] = []
                weight = 0.0
                upto = as_of = 0
                caught_up = False
                end = time.monotonic() + LONGEST
                while weight < MOST_FRAMES and time.monotonic() < end:
                    asked_at = clock.now()
                    change = stream.try_next()
                    if change is None:
                        as_of, caught_up = asked_at, True
                        break
                    if change["operationType"] in _GONE:
                        raise PositionLost(f"the record was changed by {change['operationType']}")
                    if wanted(change["fullDocument"]):
                        documents.append(change["fullDocument"])
                        weight += record.weight(change["fullDocument"])
                    upto = as_number(change["clusterTime"])
                    as_of = (upto >> 32) * 1000
                yield Batch(documents, _text(stream.resume_token), upto, as_of, caught_up)
    except OperationFailure as failure:
        if failure.code in _LOST:
            raise PositionLost(str(failure)) from failure
        raise


def _text(token: object) -> str:
    if token is None:
        raise PositionLost("the change stream gives no position")
    return json_util.dumps(token)
