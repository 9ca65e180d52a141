"""Keeps the projection in step with the record, and lends it to the reports.

          nothing usable          scan done              as far as the scan's end
    start ---------------> scanning ------> overlapping ------------------------> following
      '--------------------------- the file is good --------------------------------^

A rebuild notes the stream's position, reads the whole record, and follows from the noted position. What was
recorded during the scan may come twice: until the stream is past the scan's end, each frame is looked up in
the projection itself. A rebuild that breaks off before its scan is done begins anew, one that breaks off
later goes on. Whatever fails (database, disk, file) is tried again with back-off, from the file's own
position; meanwhile `trouble()` says so. A frame that cannot be projected is left out, and that it was is told.

The stream is read in the event loop, the whole record by a process beside this one (`scanner.py`), DuckDB works in
native threads, so that AMQP heart-beats never wait; while one batch is being projected the next is being read.
"""

import gc
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar

import eventlet
import msgspec
from eventlet import tpool
from eventlet.greenthread import GreenThread
from eventlet.semaphore import Semaphore
from mongoengine.connection import get_db
from nameko.extensions import DependencyProvider
from pymongo.collection import Collection
from pymongo.read_concern import ReadConcern

from services.analysis import change_stream, record, removals
from services.analysis.activity import PRESENT, Activity
from services.analysis.background import in_background
from services.analysis.change_stream import Batch, PositionLost
from services.analysis.matching import Matcher
from services.analysis.memory import keep_memory
from services.analysis.projection import Applied, Projection, ProjectionUnusable, Standing
from services.analysis.questions import Kind, Questions
from services.analysis.reading import Reading, reading
from services.analysis.record import Document
from services.analysis.refused import Refused
from services.analysis.scanned import Scan, Scanned, ScannedDocuments, ScannedFrames, Scanner
from services.contracts.analysis.report import Freshness
from services.contracts.analysis.scope import Scope
from services.contracts.config import AppConfig
from services.contracts.errors import Overloaded
from services.contracts.settings import load
from services.hosting import clock
from services.hosting.database import DatabaseSettings
from services.hosting.settings import environment_of
from services.hosting.shares import share_of

log = logging.getLogger(__name__)

T = TypeVar("T")
P = ParamSpec("P")

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
"""seconds before the projector tries again"""
SAVE_POSITION = 60.0
"""seconds after which a position is saved though nothing was recorded, so that it stays in the oplog"""
PATIENCE = 5.0
"""seconds a report waits for the projection to be opened"""
MOST_PATHS = 10_000


class AnalysisSettings(msgspec.Struct, kw_only=True):
    analysis_file: Path
    """the DuckDB file; beside it, what does not fit into memory"""
    analysis_memory: str = "512MB"
    """for the reports: half for DuckDB, half for the columns they go through"""
    analysis_threads: int = 2
    """for DuckDB"""
    analysis_reports: int = 1
    """answered at a time, the others wait their turn: each takes memory for its columns"""


class Stopped(Exception):
    """The process ends in the middle of a rebuild."""


class Projector(DependencyProvider):
    """Gives itself to the service. One process may hold the file."""

    def __init__(self) -> None:
        self._writing = Semaphore()
        self._failed: Exception | None = None
        """of a write beside the stream's own: the file must be opened anew"""

    def setup(self) -> None:
        environment = environment_of(self.container.config)
        settings = load(AnalysisSettings, environment)
        self._database = load(DatabaseSettings, environment)
        self.share = share_of(self.container.config)
        self.projection = Projection(
            settings.analysis_file, settings.analysis_memory, settings.analysis_threads, self.share
        )
        self.questions = Questions(settings.analysis_reports)
        self.activity = Activity()
        self.matcher = Matcher()
        self.standing: Standing | None = None
        self.as_of = 0
        self._paths: dict[int, str] = {}
        self._trouble = "the projection is not open yet"
        self.going_on = True
        self._open = False
        self._readers = 0
        self._thread: GreenThread | None = None
        self._scanner: Scanner | None = None
        self._refused = Refused(self)
        keep_memory()
        # A batch allocates ten thousands of objects that are gone with it: collecting garbage in between is
        # most of the work.
        gc.set_threshold(200_000, 20, 20)

    def start(self) -> None:
        self._thread = self.container.spawn_managed_thread(self._run, identifier="projector")

    def stop(self) -> None:
        """Finish the batch under way and close the file."""
        self.going_on = False
        if self._scanner is not None:
            self._scanner.kill()
        if self._thread is not None:
            self._thread.wait()
            self._thread = None

    def get_dependency(self, worker_ctx: object) -> "Projector":
        return self

    # -- for the service

    def trouble(self) -> str:
        """Why the projection stands still; empty when it does not."""
        return self._trouble

    @property
    def complete(self) -> bool:
        return self.standing is not None and self.standing.stage == "following"

    @property
    def freshness(self) -> Freshness:
        return Freshness(as_of=self.as_of, complete=self.complete)

    def answer(
        self, question: bytes, kind: Kind, scope: Scope, config: AppConfig, report: Callable[[Reading], T]
    ) -> T:
        """As `read`, in turn; the same question is answered once for all who ask it meanwhile."""
        return self.questions.answer(question, lambda: self.read(scope, config, report), kind)

    def read(self, scope: Scope, config: AppConfig, report: Callable[[Reading], T]) -> T:
        """Run a report on the config's app in a native thread, on one state of the projection.

        Raises:
            Overloaded: the projection is not open.
            InvalidInput: what the report refuses.
        """
        with self.lent():
            read = partial(self._read, scope, config, self.freshness, report)
            return tpool.execute(in_background, read)

    @contextmanager
    def lent(self) -> Iterator[None]:
        """The projection stays open meanwhile. Raises Overloaded where it is not open."""
        end = time.monotonic() + PATIENCE
        while not self._open:
            if time.monotonic() > end or not self.going_on:
                raise Overloaded(f"the reports are not available: {self._trouble}", retry_after=5)
            eventlet.sleep(0.05)
        self._readers += 1
        try:
            yield
        finally:
            self._readers -= 1

    def _read(
        self, scope: Scope, config: AppConfig, freshness: Freshness, report: Callable[[Reading], T]
    ) -> T:
        with (
            self.projection.cursor() as cursor,
            reading(cursor, self.matcher, scope, config, freshness) as on,
        ):
            return report(on)

    def paths(self, pages: Sequence[int]) -> dict[int, str]:
        """The paths of these pages."""
        missing = [page for page in pages if page not in self._paths]
        if missing and self._open:
            if len(self._paths) > MOST_PATHS:
                self._paths.clear()
                missing = list(pages)
            self._readers += 1
            try:
                self._paths.update(tpool.execute(self.projection.paths, missing))
            finally:
                self._readers -= 1
        return {page: self._paths[page] for page in pages if page in self._paths}

    def project_again(self, key: bytes) -> str:
        """Try a frame of the record once more that was refused; why it is refused again, empty where it is there now
        (or in the record no more, or another process holds its app).

        Raises Overloaded while the projection is not open, or built anew: what it does not take is told again then.
        """
        with self.lent():
            if not self.complete:
                raise Overloaded("the projection is being built from the record", retry_after=5)
            documents = list(filter(self._wanted, record.find(get_db("analysis"), [key])))
            if not documents:
                return ""
            try:
                applied = self.write(self.projection.apply_again, documents, clock.now() - PRESENT)
            except Exception as error:
                self._failed = error
                raise
        self.applied(applied, self.as_of)
        return applied.skipped[0].why if applied.skipped else ""

    # -- the work

    def write(self, work: Callable[..., T], *arguments: object) -> T:
        """In a native thread, alone."""
        with self._writing:
            return tpool.execute(work, *arguments)

    def _run(self) -> None:
        pause = FIRST_PAUSE
        try:
            while self.going_on:
                began = time.monotonic()
                try:
                    self._project()
                except Exception as error:  # Whatever it is: stand still, say so, try again.
                    if self._stopped():
                        break
                    self._trouble = f"projection: {_sentence(error)}"
                    pause = FIRST_PAUSE if time.monotonic() - began > 60 else min(pause * 2, LONGEST_PAUSE)
                    log.warning("the projection stands still, again in %.1f s: %r", pause, error)
                    self._sleep(pause)
        finally:
            self._close()

    def _stopped(self) -> bool:
        return not self.going_on

    def _wanted(self, document: Document) -> bool:
        """A frame of an app that this process holds. A removal says more than its app: all are taken."""
        return "removal" in document or self.share.holds(document["app"])

    def _sleep(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while self.going_on and time.monotonic() < end:
            eventlet.sleep(0.1)

    def _project(self) -> None:
        """Open or rebuild, then follow until told to stop or something fails."""
        collection = self._collection()
        self._close()
        self.projection.removed = removals.load(collection.database)
        self.matcher, self._paths = Matcher(), {}
        try:
            standing = tpool.execute(self.projection.open)
        except ProjectionUnusable as unusable:
            log.warning("the projection is built from the record: %s", unusable)
            standing = self._rebuild(collection)
        self._opened(standing)
        try:
            self._follow(collection, standing)
        except (PositionLost, ProjectionUnusable) as lost:
            log.warning("the projection is built from the record: %s", lost)
            self._close()
            self._opened(self._rebuild(collection))

    def _collection(self) -> Collection[Document]:
        database = get_db("analysis")
        record.create(database)
        return database.get_collection(record.FRAMES, read_concern=ReadConcern("majority"))

    def _opened(self, standing: Standing) -> None:
        self.standing = standing
        tpool.execute(self.projection.warm)
        self._open, self._trouble = True, ""
        self._warm()
        self._refused.tell()

    def _warm(self) -> None:
        """Who was there lately, from the projection itself."""
        now = clock.now()
        self.activity.note(tpool.execute(self.projection.recent_signs, now - PRESENT), {}, now)

    def _close(self) -> None:
        """No report may hold the file while it is closed."""
        self._open = False
        while self._readers:
            eventlet.sleep(0.02)
        tpool.execute(self.projection.close)

    def _rebuild(self, collection: Collection[Document]) -> Standing:
        """Read the whole record into an empty file, which reports see growing."""
        began = time.monotonic()
        with self._scanning() as scanner, _applying() as apply:
            position = change_stream.now(collection)
            self.projection.removed = removals.load(collection.database)
            self.matcher, self.activity, self._paths = Matcher(), Activity(), {}
            self.standing = self.write(self.projection.create, position)
            self._open, self._trouble = True, ""
            scanner.scan(Scan(self._database.mongo_uri, self._database.mongo_timeout, self.share.slots()))
            while (scanned := tpool.execute(scanner.next)) is not None:
                if not self.going_on:
                    raise Stopped
                apply(self._apply_scanned, scanned, position)
        overlap = change_stream.as_number(collection.database.command("ping")["operationTime"])
        self.standing = self.write(self.projection.enter, "overlapping", overlap)
        log.info("read %d events in %.2f s", self.standing.events, time.monotonic() - began)
        return self.standing

    def _follow(self, collection: Collection[Document], standing: Standing) -> None:
        overlapping = standing.stage == "overlapping"
        saved = time.monotonic()
        with _applying() as apply:
            for batch in change_stream.follow(
                collection, standing.position, lambda: self.going_on, self._wanted
            ):
                self.projection.check_file()
                if self._failed is not None:
                    failed, self._failed = self._failed, None
                    raise failed
                if batch.documents:
                    apply(self._apply, batch, overlapping)
                    saved = time.monotonic()
                else:
                    apply.wait()
                    self.as_of = batch.as_of
                    if time.monotonic() - saved > SAVE_POSITION:
                        self.standing = self.write(self.projection.move_to, batch.position)
                        saved = time.monotonic()
                if overlapping and (batch.caught_up or batch.upto > standing.overlap_until):
                    apply.wait()
                    self.standing = self.write(self.projection.enter, "following")
                    self._warm()
                    overlapping = False

    @contextmanager
    def _scanning(self) -> Iterator[Scanner]:
        self._scanner = Scanner()
        try:
            yield self._scanner
        finally:
            self._scanner.close()
            self._scanner = None

    def _apply_scanned(self, scanned: Scanned, position: str) -> None:
        applied = None
        if isinstance(scanned, ScannedFrames):
            applied = self.write(self.projection.apply_rows, scanned, position)
        if applied is None:
            if isinstance(scanned, ScannedDocuments):
                documents = scanned.documents()
            else:
                documents = list(record.find(get_db("analysis"), scanned.all_keys()))
            applied = self.write(self.projection.apply, documents, position)
        self.applied(applied, as_of=0)

    def _apply(self, batch: Batch, dedupe: bool) -> None:
        since = clock.now() - PRESENT
        applied = self.write(self.projection.apply, batch.documents, batch.position, dedupe, since)
        self.applied(applied, batch.as_of)

    def applied(self, applied: Applied, as_of: int) -> None:
        self.standing, self.as_of = applied.standing, as_of
        for skipped in applied.skipped:
            log.error("a frame cannot be projected and is left out: %s: %s", skipped.key.hex(), skipped.why)
        if applied.skipped:
            self._refused.tell()
        if self.complete:
            self.activity.note(applied.signs, applied.counts, clock.now())


def _sentence(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0][:300]


class _Applying:
    """Projects one batch while the next is being read."""

    def __init__(self) -> None:
        self.under_way: GreenThread | None = None

    def __call__(self, work: Callable[P, None], *arguments: P.args, **named: P.kwargs) -> None:
        self.wait()
        self.under_way = eventlet.spawn(work, *arguments, **named)

    def wait(self) -> None:
        """Raises what the batch under way raised."""
        under_way, self.under_way = self.under_way, None
        if under_way is not None:
            under_way.wait()


@contextmanager
def _applying() -> Iterator[_Applying]:
    applying = _Applying()
    try:
        yield applying
    finally:
        applying.wait()
