"""What was sent and acked, and where it must be found: every event carries a number of its own.

The numbers are read past the product's own reports: from MongoDB's documents, and from the DuckDB file while nobody
writes it.
"""

import itertools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import msgspec
from pymongo import MongoClient

from services.analysis.record import FRAMES
from services.contracts.frames import Custom, Packed

NAME = "numbered"
"""of the custom events that carry a number, as their value"""

_packed = msgspec.json.Decoder(list[Packed])


class Ledger:
    """Filled by all trackers of a run."""

    def __init__(self) -> None:
        self.numbers: Iterator[int] = itertools.count(1)
        self.sent: set[int] = set()
        self.acked: set[int] = set()
        self.refused: list[str] = []
        """what no tracker that behaves should ever be told"""
        self.closed: Counter[int] = Counter()
        """streams that the edge ended, by close code; 1006 where it said nothing"""
        self.answers: Counter[int] = Counter()
        """to hellos and beacons, by status"""
        self.again: Counter[str] = Counter()
        """frames sent again on purpose, by the way it was done"""
        self.silence = 0.0
        """longest time in seconds without an ack"""
        self._last_ack: float | None = None

    def ack(self, numbers: list[int], at: float) -> None:
        self.acked.update(numbers)
        if self._last_ack is not None:
            self.silence = max(self.silence, at - self._last_ack)
        self._last_ack = at


class Kept(msgspec.Struct):
    """What a store holds."""

    events: Counter[int]
    """number -> how often"""
    sessions: Counter[str]
    """session -> how often it begins"""


def recorded(admin_uri: str) -> Kept:
    """In MongoDB."""
    kept = Kept(Counter(), Counter())
    with MongoClient[dict[str, bytes]](admin_uri) as client:
        for document in client.analysis[FRAMES].find({}):
            key = document["_id"]
            if int.from_bytes(key[16:], "big") == 1 << 63:
                kept.sessions[key[:16].hex()] += 1
            for event in _packed.decode(document["events"]):
                if isinstance(event, Custom) and event.name == NAME and event.value is not None:
                    kept.events[int(event.value)] += 1
    return kept


def projected(file: Path) -> Kept:
    """In DuckDB, nothing where there is no file; nobody else may hold it."""
    if not file.exists():
        return Kept(Counter(), Counter())
    with duckdb.connect(str(file), read_only=True) as connection:
        events = connection.execute(
            """
            select cast(value as bigint), count(*)
            from events join names on names.id = events.name
            where names.text = ? group by all
            """,
            [NAME],
        ).fetchall()
        sessions = connection.execute(
            """
            select printf('%016x%016x', high, low), count(*)
            from sessions join session_ids using (session) group by all
            """
        ).fetchall()
    return Kept(Counter(dict(events)), Counter(dict(sessions)))
