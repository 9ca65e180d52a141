"""Recorder and projector as processes of their own, since they are killed here. Tests share the record and stay apart
by fresh sessions; what the projection holds of one is read from its file while the projector is down.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import duckdb
import msgspec
import pytest
from kombu.connection import Connection
from kombu.entity import Exchange
from pymongo import MongoClient
from pymongo.collection import Collection

from services.analysis import record
from services.contracts.analysis.activity import GetProgress, Progress
from services.contracts.errors import Unreachable
from services.contracts.frames import Block, Blocks, Custom, Frame, Frames, Packed, Start
from services.hosting import clock
from services.hosting.wire import encode
from stack.local import Stack
from tests.services.conftest import Ask, wait_for

APP = "5" * 24


class Visit:
    """A session that sends numbered frames."""

    def __init__(self) -> None:
        self.id = secrets.token_hex(16)

    def start(self) -> Frame:
        return self.frame(0, [Start(clock.now(), self.id, False)])

    def frame(self, n: int, events: Sequence[Packed] = ()) -> Frame:
        """One event, whose value is n, where none are given."""
        at = clock.now()
        packed = msgspec.json.encode(events or [Custom(at, "numbered", float(n))])
        return Frame(APP, self.id, n, at, msgspec.Raw(packed))

    def frames(self, numbers: Sequence[int]) -> list[Frame]:
        return [self.frame(n) for n in numbers]


@pytest.fixture
def visit() -> Visit:
    return Visit()


class Record:
    """What MongoDB holds."""

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:  # Any: BSON
        self.collection = collection

    def of(self, visit: Visit) -> list[int]:
        """The numbers of the visit's frames, in order."""
        first = bytes.fromhex(visit.id)
        within = {"_id": {"$gte": first + bytes(8), "$lte": first + b"\xff" * 8}}
        return [record.number(frame["_id"]) for frame in self.collection.find(within).sort("_id")]

    def insert(self, frames: Sequence[Frame]) -> None:
        """Straight into it, as the recorder would."""
        self.collection.insert_many([record.document(frame) for frame in frames])

    def count(self) -> int:
        return self.collection.count_documents({})


@pytest.fixture(scope="session")
def recorded(stack: Stack) -> Iterator[Record]:
    with MongoClient[dict[str, Any]](stack.admin_uri()) as client:
        yield Record(client.analysis[record.FRAMES])


Publish = Callable[..., None]


@pytest.fixture
def publish(connection: Connection) -> Publish:
    """Tells frames and blocks as the edge does, each list in a message of its own."""
    producer = connection.Producer(exchange=Exchange("edge.events", type="topic", durable=True))

    def told(*messages: Sequence[Frame | Block]) -> None:
        for message in messages:
            frames = [one for one in message if isinstance(one, Frame)]
            blocks = [one for one in message if isinstance(one, Block)]
            events: list[Frames | Blocks] = [Blocks(blocks=blocks)] if blocks else []
            if frames or not blocks:
                events.append(Frames(frames=frames))
            for event in events:
                producer.publish(
                    encode(event),
                    routing_key=event.type(),
                    content_type="application/json",
                    content_encoding="utf-8",
                    delivery_mode=2,
                )

    return told


@pytest.fixture
def recorder(stack: Stack) -> Stack:
    stack.start("recorder")
    return stack


@pytest.fixture
def analysis(stack: Stack) -> Stack:
    stack.start("analysis")
    return stack


class Projected:
    """What DuckDB holds."""

    def __init__(self, stack: Stack, ask: Ask, recorded: Record) -> None:
        self._stack = stack
        self._ask = ask
        self._recorded = recorded

    def progress(self) -> Progress | None:
        """What an operator is told; None where nobody answers yet."""
        try:
            return self._ask(GetProgress())
        except Unreachable:
            return None

    def everything(self, seconds: float = 20) -> Progress:
        """How it stands once all that is recorded has been projected."""

        def there() -> Progress | None:
            progress = self.progress()
            # The number of frames alone may be that of a file which has not been compared with the record yet.
            whole = (
                progress
                and progress.complete
                and progress.as_of
                and progress.frames >= self._recorded.count()
            )
            return progress if whole else None

        progress = wait_for(there, seconds)
        assert progress is not None
        return progress

    def of(self, visit: Visit) -> list[int]:
        """The numbers of the visit's frames, once for each event. Stops the projector."""
        self._stack.stop("analysis")
        with duckdb.connect(str(self._stack.projection), read_only=True) as connection:
            rows = connection.execute(
                """
                select n from events join session_ids using (session)
                where printf('%016x%016x', high, low) = ? order by n
                """,
                [visit.id],
            ).fetchall()
        return [n for (n,) in rows]

    def edit(self, sql: str, *parameters: object) -> None:
        """Change the file of a projector that is down."""
        with duckdb.connect(str(self._stack.projection)) as connection:
            connection.execute(sql, parameters)


@pytest.fixture
def projected(stack: Stack, ask: Ask, recorded: Record) -> Projected:
    return Projected(stack, ask, recorded)
