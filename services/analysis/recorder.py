"""The service `recorder`: writes every frame the edge tells into the record, once.

Any number of them share the queue. A message is acked when all its frames are in MongoDB, so what dies in
between comes again, and the record's key makes it the same frame. While the database is away the messages
wait, unacked. What concerns the record as a whole is asked here too: imports, erasure, retention.
"""

import logging
from collections.abc import Callable, Sequence

import eventlet
from bson import ObjectId
from bson.errors import InvalidDocument
from eventlet import tpool
from mongoengine.connection import get_db
from nameko.extensions import DependencyProvider
from nameko.timer import timer
from pymongo.database import Database as MongoDatabase
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
    WTimeoutError,
)

from services.analysis import blocks, exporting, imports, record, removals, retention
from services.analysis.exporting import Place
from services.analysis.parquet import parquet
from services.analysis.record import Document, FrameInvalid
from services.contracts.apps import App, AppDeleted, Permit
from services.contracts.audit import Did, RecorderDeed
from services.contracts.frames import Block, Blocks, Frame, Frames
from services.contracts.messages import Actor, Done
from services.contracts.recorder import (
    BeginImport,
    Erased,
    EraseVisitor,
    ExportedPart,
    ExportPart,
    GetImport,
    GetRetention,
    ImportState,
    Keeping,
    SaveImport,
    SetRetention,
)
from services.hosting import Calls, Database, Healthy, Tell, Unprocessable, clock, listen, rpc

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""seconds before frames are written again that could not be"""
MESSAGES_AT_ONCE = 10
"""taken from the queue before they are written; bounds what waits here while the database is away"""
DUPLICATE_KEY = 11000
NEVER = {
    121,  # DocumentValidationFailure
    10334,  # BSONObjectTooLarge
}
"""codes of write errors that do not pass"""
TIDYING = 10
"""seconds between two looks for what is to be deleted"""

Refused = tuple[Frame | Block, str]
"""what can never be recorded, and why"""


class Writer:
    """Puts frames and blocks into the record."""

    def __init__(self, database: Callable[[], MongoDatabase[Document]]) -> None:
        self._database = database
        self._prepared = False

    def write(self, told: Sequence[Frame | Block]) -> list[Refused]:
        """Returns when they are there, however long the database is away; all but those that can never be, which
        must not keep their neighbours from being recorded.

        Raises:
            PyMongoError: the database is there and takes them for no good, for a reason that may pass.
        """
        pause = FIRST_PAUSE
        while True:
            try:
                return self._write(told)
            except (ConnectionFailure, WTimeoutError, ExecutionTimeout) as error:
                log.warning("the record is away, again in %.1f s: %s", pause, error.__class__.__name__)
                eventlet.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    def _write(self, told: Sequence[Frame | Block]) -> list[Refused]:
        refused: list[Refused] = []
        documents, of = [], []
        for one in told:
            try:
                if (document := self._document(one)) is not None:
                    documents.append(document)
                    of.append(one)
            except FrameInvalid as error:
                refused.append((one, str(error)))
        return refused + [(of[place], why) for place, why in self._insert(documents)]

    def _document(self, told: Frame | Block) -> dict[str, object] | None:
        """None where all of it is recorded already. Raises FrameInvalid."""
        if isinstance(told, Frame):
            return record.document(told)
        left = blocks.without_recorded(self._database(), told) if told.after_frames else told
        return blocks.document(left) if left is not None else None

    def _insert(self, documents: list[dict[str, object]]) -> list[tuple[int, str]]:
        """The places of those that were refused for good, and why."""
        if not documents:
            return []
        database = self._database()
        if not self._prepared:
            record.create(database)
            self._prepared = True
        refused: list[tuple[int, str]] = []
        try:
            database[record.FRAMES].insert_many(documents, ordered=False)
        except BulkWriteError as error:
            details = error.details or {}
            failed = [each for each in details.get("writeErrors", []) if each["code"] != DUPLICATE_KEY]
            if any(each["code"] not in NEVER for each in failed):
                raise
            if concerns := details.get("writeConcernErrors"):
                raise WTimeoutError(str(concerns)) from error
            refused = [(each["index"], each["errmsg"]) for each in failed]
        except (InvalidDocument, OverflowError, OperationFailure) as error:
            if isinstance(error, OperationFailure) and error.code not in NEVER:
                raise
            if len(documents) == 1:
                return [(0, f"{type(error).__name__}: {error}")]
            # One of them is not even taken in, and some of the others were not.
            return [
                (place, why)
                for place, document in enumerate(documents)
                for _, why in self._insert([document])
            ]
        removals.after_write(database, documents)
        return refused


def _alone(told: Frame | Block) -> Frames | Blocks:
    return Frames(frames=[told]) if isinstance(told, Frame) else Blocks(blocks=[told])


class Record(DependencyProvider):
    """Gives the Writer to the service's database."""

    def setup(self) -> None:
        self.writer = Writer(lambda: get_db("analysis"))

    def get_dependency(self, worker_ctx: object) -> Writer:
        return self.writer


class Recorder(Healthy):
    name = "recorder"

    database = Database("analysis")
    writer = Record()
    calls = Calls()
    tell = Tell()

    @listen(Frames, prefetch=MESSAGES_AT_ONCE)
    def record(self, event: Frames) -> None:
        self._write(event.frames)

    @listen(Blocks, prefetch=MESSAGES_AT_ONCE)
    def record_blocks(self, event: Blocks) -> None:
        self._write(event.blocks)

    def _write(self, told: Sequence[Frame | Block]) -> None:
        if refused := self.writer.write(told):
            raise Unprocessable([(_alone(one), why) for one, why in refused])

    @rpc
    def get_import(self, request: GetImport) -> ImportState | None:
        return imports.find(get_db("analysis"), request.app, request.id)

    @rpc
    def begin_import(self, request: BeginImport) -> ImportState | None:
        self.tell(
            RecorderDeed(
                did="events_imported",
                by=request.actor.user,
                organisation=request.actor.organisation,
                app=request.app,
                app_name=request.app_name,
                facts={"import": request.id},
                id=f"{request.app}.{request.id}",
            )
        )
        return imports.find(get_db("analysis"), request.app, request.id)

    @rpc
    def save_import(self, request: SaveImport) -> Done:
        imports.save(get_db("analysis"), request.app, request.state)
        return Done()

    @rpc
    def erase_visitor(self, request: EraseVisitor) -> Erased:
        app = self.calls(Permit(actor=request.actor, app=request.app, action="erase"))
        self._note("visitor_erased", request.actor, app)
        database, at = get_db("analysis"), clock.now()
        return Erased(removals.remove_visitor(database, ObjectId(app.id), request.visitor, at))

    @rpc
    def get_retention(self, request: GetRetention) -> Keeping:
        app = self.calls(Permit(actor=request.actor, app=request.app))
        return Keeping(retention.days(get_db("analysis"), ObjectId(app.id)))

    @rpc
    def set_retention(self, request: SetRetention) -> Keeping:
        app = self.calls(Permit(actor=request.actor, app=request.app, action="erase"))
        days = "" if request.days is None else str(request.days)
        self._note("retention_changed", request.actor, app, days=days)
        retention.keep(get_db("analysis"), ObjectId(app.id), request.days)
        return Keeping(request.days)

    @rpc
    def export_part(self, request: ExportPart) -> ExportedPart:
        app = self.calls(Permit(actor=request.actor, app=request.app, action="export"))
        after = Place.read(request.after) if request.after else None
        if after is None:
            period = {"start": str(request.start), "end": str(request.end)}
            self._note("events_exported", request.actor, app, format=request.format, **period)
        lines, events, place = exporting.part(
            get_db("analysis"), ObjectId(app.id), request.start, request.end, after
        )
        pack = parquet if request.format == "parquet" else exporting.compressed
        data = tpool.execute(pack, lines)
        return ExportedPart(data=data, events=events, after=None if place is None else str(place))

    def _note(self, did: Did, actor: Actor, app: App, **facts: str) -> None:
        """For the audit log, before it is done: what cannot be told is not done either."""
        self.tell(
            RecorderDeed(
                did=did,
                by=actor.user,
                organisation=app.organisation,
                app=app.id,
                app_name=app.name,
                facts=facts,
            )
        )

    @listen(AppDeleted)
    def app_deleted(self, event: AppDeleted) -> None:
        database, app = get_db("analysis"), ObjectId(event.facts.app)
        removals.remove_app(database, app)
        retention.forget(database, app)
        imports.forget(database, event.facts.app)

    @timer(interval=TIDYING)
    def tidy(self) -> None:
        """Delete what was removed or has grown too old."""
        database = get_db("analysis")
        try:
            removals.finish(database)
            retention.enforce(database, clock.now())
        except PyMongoError as error:
            log.warning("what is removed cannot be deleted yet: %s", error.__class__.__name__)
