"""The DuckDB file: written by one connection, batch by batch, read by a cursor for each report.

A batch's rows and the position in the change stream that follows it are one transaction, so a frame is here
exactly once whenever the process dies. Everything in this module blocks: call it in a native thread. It does
not log, since logging's locks belong to the event loop; what there is to tell is returned.
"""

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import duckdb
import msgspec
import numpy as np

from services.analysis import columns, record
from services.analysis.background import in_background
from services.analysis.block_rows import block_rows
from services.analysis.blocks import content, is_block
from services.analysis.columns import KINDS, Skipped
from services.analysis.dictionaries import Dictionaries
from services.analysis.forgetting import forget
from services.analysis.frame_rows import FrameRows, frame_rows
from services.analysis.memory import for_duckdb
from services.analysis.parts import Parts, in_order, parts_of, retimed_columns
from services.analysis.queries import query
from services.analysis.record import Document, KeptFrames
from services.analysis.removals import Removed
from services.analysis.reserve import RESERVE
from services.analysis.rows import Column, Columns, append, first
from services.analysis.scanned import ScannedFrames
from services.analysis.sessions import Session, Sessions
from services.analysis.warming import warm
from services.analysis.whereabouts import carry_forward, screen_width
from services.contracts.blocks import Block, BlockInvalid
from services.contracts.frames import Click, Custom, Frame, Hover, Left, Move, Page, Seen, Start
from services.contracts.shares import SLOTS
from services.hosting.shares import Share

VERSION = 8
"""of schema.sql and of what is written into it; another one in the file means: rebuild"""

SCHEMA = Path(__file__).with_name("schema.sql")

ALL = Share()
"""of the apps"""

Stage = Literal["scanning", "overlapping", "following"]


CONTROL: list[Document] = [
    record.document(Frame("0" * 24, "0" * 32, n, 1, msgspec.Raw(msgspec.json.encode(events))))
    for n, events in (
        (0, [Start(1, "", False)]),
        (
            1,
            [
                Click(1, 1, 1, "a"),
                Page(1, "/"),
                Hover(1, "a", 1),
                Seen(1, "a"),
                Move(1, 1, 1, 1),
                Custom(1, "a"),
            ],
        ),
        (-1, [Left(1)]),
    )
]
"""frames that nothing is wrong with: where these fail too, no frame is to blame for a failure"""


class ProjectionUnusable(Exception):
    """The file is missing, damaged, half-built or of another version: it must be rebuilt."""


NO_FRAME_TO_BLAME = (duckdb.IOException, duckdb.OutOfMemoryException, ProjectionUnusable)


class Standing(msgspec.Struct, frozen=True):
    """How far the projection is."""

    stage: Stage
    position: str
    overlap_until: int
    frames: int
    events: int
    skipped: int


class Sign(msgspec.Struct, gc=False):
    """A sign of life of a visitor: what activity is made of."""

    app: str
    visitor: int
    at: int
    page: int = 0
    """the page entered last, 0 where none was"""


class Counts(NamedTuple):
    events: int
    """of trackers"""
    page_views: int
    clicks: int


class Applied(msgspec.Struct):
    """What a batch brought."""

    standing: Standing
    signs: list[Sign] = []
    """none during a rebuild: what was there lately is asked of the file at its end"""
    counts: dict[str, Counts] = {}
    """of each app; those left out who are in no report"""
    skipped: list[Skipped] = []


class Written(NamedTuple):
    """What a batch came to."""

    documents: int
    frames: int
    """of them, also those that blocks hold"""
    skipped: list[Skipped]
    sessions: list[Session]
    events: Columns
    started: Columns | None
    tracked: int
    """events of trackers"""


class Projection:
    def __init__(self, file: Path, memory: str, threads: int, share: Share = ALL) -> None:
        self.file = file
        self.share = share
        self.settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": for_duckdb(memory),
            "threads": threads,
            "checkpoint_threshold": "64MB",
            "temp_directory": f"{file}.tmp",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        self.removed = Removed()
        """to be loaded before anything is applied"""
        self.connection: duckdb.DuckDBPyConnection | None = None
        self.lender: duckdb.DuckDBPyConnection | None = None

    # -- the file

    def open(self) -> Standing:
        """Open what is there. Raises ProjectionUnusable, or duckdb.Error where another process holds the file."""
        if not self.file.exists():
            raise ProjectionUnusable("there is no file yet")
        try:
            self._connect()
            standing = self._standing()
            version = first(self._writer, "select version from progress")
            if version != (self.version,):
                raise ProjectionUnusable(
                    f"the file has version {version}, this program writes {self.version}"
                )
            if standing.stage == "scanning":
                raise ProjectionUnusable("the last rebuild did not end")
            self._load()
            self.standing = standing
        except duckdb.Error as error:
            self.close()
            if "lock" in str(error).lower():
                raise
            raise ProjectionUnusable(str(error)) from error
        except ProjectionUnusable:
            self.close()
            raise
        return standing

    def create(self, position: str) -> Standing:
        """Start an empty file; what was there is gone."""
        self.close()
        self.file.parent.mkdir(parents=True, exist_ok=True)
        for path in (self.file, self.file.with_name(self.file.name + ".wal")):
            path.unlink(missing_ok=True)
        self._connect()
        self._writer.execute("begin")
        self._writer.execute(SCHEMA.read_text())
        self._writer.execute(
            "insert into progress values (?, 'scanning', ?, 0, 0, 0, 0)", [self.version, position]
        )
        self._writer.execute("commit")
        self._load()
        self.standing = self._standing()
        return self.standing

    def check_file(self) -> None:
        """Raises ProjectionUnusable where the file was deleted or replaced while it is open: what is written to it
        now would be gone with this process."""
        try:
            there = self.file.stat().st_ino == self.inode
        except FileNotFoundError:
            there = False
        if not there:
            raise ProjectionUnusable("the file was deleted")

    def close(self) -> None:
        """Also writes the log into the file, so that the next start is quick."""
        RESERVE.release()
        if self.connection is not None:
            if self.lender is not None:
                self.lender.close()
            self.connection.close()
            self.connection = self.lender = None

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of its own for one report; may be asked for while a batch is written."""
        if self.lender is None:
            raise ProjectionUnusable("the file is not open")
        cursor = self.lender.cursor()
        cursor.execute("set enable_progress_bar = false")
        return cursor

    def warm(self) -> None:
        """Read what reports will read, and take the memory that they will (of a small file less), before they are let
        in."""
        with self.cursor() as cursor:
            warm(cursor)
        RESERVE.fill(self.file.stat().st_size)

    @property
    def version(self) -> int:
        """Of the program, and of which apps the file holds."""
        if self.share.is_all:
            return VERSION
        return (VERSION * (SLOTS + 1) + self.share.shares) * SLOTS + self.share.share

    @property
    def _writer(self) -> duckdb.DuckDBPyConnection:
        if self.connection is None:
            raise ProjectionUnusable("the file is not open")
        return self.connection

    def _connect(self) -> None:
        # DuckDB's own threads are there for the reports: a batch is too small to be shared among them.
        self.connection = in_background(lambda: duckdb.connect(str(self.file), config=self.settings))
        self.connection.execute("set enable_progress_bar = false")
        self.lender = self.connection.cursor()
        self.inode = self.file.stat().st_ino

    def _load(self) -> None:
        for macros in ("times", "sent"):
            self._writer.execute(query(macros))
        self.dictionaries = Dictionaries()
        self.sessions = Sessions()
        for dictionary in self.dictionaries.all():
            dictionary.load(self._writer)
        self.sessions.load(self._writer)
        self.app_names: dict[int, str] = {}

    def _standing(self) -> Standing:
        row = first(
            self._writer, "select stage, position, overlap_until, frames, events, skipped from progress"
        )
        if row is None:
            raise ProjectionUnusable("the file says nothing of its progress")
        return Standing(*row)

    # -- writing

    def apply(
        self, documents: Sequence[Document], position: str, dedupe: bool = False, since: int = 0
    ) -> Applied:
        """Project these frames, take out what these removals say, and remember the position behind them.

        With `dedupe`, frames that are here already are left out, and so are those, always, that cannot be read or that
        DuckDB does not take; `refused` names these until it was told. On any error nothing of the batch is in the file,
        and it must be opened anew.
        """
        return self._noted(self._written(documents, dedupe), position, since)

    def apply_rows(self, frames: ScannedFrames, position: str) -> Applied | None:
        """As `apply`, of frames whose rows were made elsewhere. None where DuckDB does not take them so: nothing of
        them is in the file then, and `apply` finds which are to blame."""
        try:
            written = self._put(frames.rows(self.dictionaries, self._writer), [], dedupe=False)
        except NO_FRAME_TO_BLAME:
            raise
        except Exception:
            self._take_back()
            return None
        return self._noted(written, position)

    def _noted(self, written: Written, position: str, since: int = 0) -> Applied:
        """With which frames are left out, until that was told."""
        skipped = written.skipped
        if skipped:
            self._writer.executemany(
                "insert into refused values (?, ?)", [(one.key, one.why) for one in skipped]
            )
        return self._commit(written, position, len(skipped), since)

    def apply_again(self, documents: Sequence[Document], since: int = 0) -> Applied:
        """As `apply`, of frames that were left out before: those that are left out again are not noted again."""
        position = self.standing.position
        written = self._written(documents, dedupe=True)
        return self._commit(written, position, -written.documents, since)

    def _written(self, documents: Sequence[Document], dedupe: bool) -> Written:
        """In a transaction that is left open, whatever of them can be."""
        try:
            return self._write(documents, dedupe)
        except NO_FRAME_TO_BLAME:
            raise
        except Exception:
            self._take_back()
            if self._refused(CONTROL, dedupe) or not (refused := self._refused(documents, dedupe)):
                raise  # it is not the frames
            good = [document for document in documents if id(document) not in refused]
            return self._write(good, dedupe, [*refused.values()])

    def _commit(self, written: Written, position: str, skipped: int, since: int) -> Applied:
        """Nothing from here on may be tried again. `skipped`: how many frames more are left out."""
        self._writer.execute(
            "update progress set position = ?, frames = frames + ?, events = events + ?, skipped = skipped + ?",
            [position, written.frames, written.tracked, skipped],
        )
        self._writer.execute("commit")
        before = self.standing
        self.standing = msgspec.structs.replace(
            before,
            position=position,
            frames=before.frames + written.frames,
            events=before.events + written.tracked,
            skipped=before.skipped + skipped,
        )
        applied = Applied(self.standing, skipped=written.skipped)
        if self.standing.stage == "following":
            self._tell(applied, written.sessions, written.events, written.started, since)
        return applied

    def _refused(self, documents: Sequence[Document], dedupe: bool) -> dict[int, Skipped]:
        """The frames that make a batch fail, found by halving it; nothing is written."""
        try:
            self._write(documents, dedupe)
        except Exception as error:
            self._take_back()
            if len(documents) > 1:
                half = len(documents) // 2
                return self._refused(documents[:half], dedupe) | self._refused(documents[half:], dedupe)
            return {id(documents[0]): columns.skipped(documents[0]["_id"], error)}
        self._take_back()
        return {}

    def _take_back(self) -> None:
        """End the transaction without its rows, and forget what was to go with them."""
        with contextlib.suppress(duckdb.TransactionException):  # none had begun
            self._writer.execute("rollback")
        self._load_again()

    def _write(self, documents: Sequence[Document], dedupe: bool, refused: Sequence[Skipped] = ()) -> Written:
        """In a transaction that is left open: to be committed, or taken back."""
        removals = [document for document in documents if "removal" in document]
        if removals:
            self.removed.note(removals)
        if self.removed:
            keeps = self.removed.keeps
            documents = [
                document
                for document in documents
                if is_block(document) or ("removal" not in document and keeps(document))
            ]
        if removals:
            self._remove(removals)
        read, skipped = self._blocks(documents)
        skipped += refused
        kept = KeptFrames.of([document for document in documents if not is_block(document)])
        frames = frame_rows(kept, self.dictionaries, self._writer)
        written = self._put(frames, read, dedupe)
        return written._replace(skipped=[*written.skipped, *skipped])

    def _put(self, frames: FrameRows, read: Sequence[tuple[Document, Block]], dedupe: bool) -> Written:
        """In a transaction that is left open."""
        writer = self._writer
        rows = self._rows(frames, read)
        parts = parts_of(frames, read)
        sessions = self.sessions.find(parts.sessions, writer)
        numbers = [session.number for session in sessions]
        apps = self.dictionaries.apps.code(parts.apps, writer)
        kept = self._unknown(parts, numbers) if dedupe else np.ones(len(numbers), np.bool_)
        events = in_order(rows, parts, apps, numbers, kept)
        started = self._started(parts, sessions, apps, kept)
        carry_forward(events, sessions)
        tracked = int(np.count_nonzero(columns.of_trackers(events)))
        writer.execute("begin")
        if len(events["time"]):
            for table, rows in columns.by_table(events):
                append(writer, table, rows)
            append(writer, "deeds", columns.deeds(events))
        if retimed := retimed_columns(frames.retimed, parts, apps, numbers, kept):
            append(writer, "retimed", retimed)
        if started:
            append(writer, "sessions", started)
        self.sessions.write(writer)
        for dictionary in self.dictionaries.all():
            dictionary.write(writer)
        return Written(
            documents=len(np.unique(parts.document[kept])),
            frames=int(np.count_nonzero(kept)),
            skipped=frames.skipped,
            sessions=sessions,
            events=events,
            started=started,
            tracked=tracked,
        )

    def _remove(self, removals: Sequence[Document]) -> None:
        """In a transaction before the batch's: what is taken out twice is gone once."""
        self._writer.execute("begin")
        found = forget(self._writer, removals)
        self._writer.execute("commit")
        if found:
            self._load_again()

    def _load_again(self) -> None:
        """An id that was given once is not given again: reports keep what they matched by id."""
        following = [dictionary.next for dictionary in self.dictionaries.all()]
        session = self.sessions.next
        self._load()
        self.sessions.next = max(self.sessions.next, session)
        for dictionary, next_id in zip(self.dictionaries.all(), following, strict=True):
            dictionary.next = max(dictionary.next, next_id)

    def enter(self, stage: Stage, overlap_until: int = 0) -> Standing:
        self._writer.execute("update progress set stage = ?, overlap_until = ?", [stage, overlap_until])
        self.standing = msgspec.structs.replace(self.standing, stage=stage, overlap_until=overlap_until)
        return self.standing

    def move_to(self, position: str) -> Standing:
        """Remember a later position behind which there was nothing of ours."""
        self._writer.execute("update progress set position = ?", [position])
        self.standing = msgspec.structs.replace(self.standing, position=position)
        return self.standing

    def _blocks(self, documents: Sequence[Document]) -> tuple[list[tuple[Document, Block]], list[Skipped]]:
        """The blocks among them, with what of them is kept, and those that cannot be read."""
        read: list[tuple[Document, Block]] = []
        skipped: list[Skipped] = []
        for document in documents:
            if is_block(document):
                try:
                    block = self.removed.left_of(document["app"], content(document))
                except BlockInvalid as error:
                    skipped.append(columns.skipped(document["_id"], error))
                    continue
                if block.sessions:
                    read.append((document, block))
        return read, skipped

    def _rows(self, frames: FrameRows, read: Sequence[tuple[Document, Block]]) -> Columns:
        """In the order of `Parts`."""
        if not read:
            return frames.rows
        more = block_rows([block for _, block in read], self.dictionaries, self._writer)
        return {name: np.concatenate([column, more[name]]) for name, column in frames.rows.items()}

    def _started(
        self, parts: Parts, sessions: list[Session], apps: list[int], kept: Column
    ) -> Columns | None:
        """Rows of `sessions`, and the visitor noted for what comes later."""
        starts: list[tuple[Start, int, Session, int]] = []
        begun: set[int] = set()
        for place, start in parts.starts:
            session = sessions[place]
            known = session.visitor is not None or session.number in begun
            if kept[place] and (parts.n[place] == 0 or not known):
                begun.add(session.number)
                visitor = columns.visitor_hash(start.visitor, parts.sessions[place])
                starts.append((start, apps[place], session, visitor))
        if not starts:
            return None
        facts, codes, those, hashes = zip(*starts, strict=True)
        visitors = self.dictionaries.visitors.code(hashes, self._writer)
        for session, start, visitor in zip(those, facts, visitors, strict=True):
            session.visitor, session.left_out = visitor, start.left_out()
            session.width = session.width or screen_width(start.screen)
        numbers = [session.number for session in those]
        rows = columns.session_columns(facts, codes, numbers, visitors, self.dictionaries, self._writer)
        for session, landing in zip(those, rows["landing"].tolist(), strict=True):
            session.page = session.page or landing
        return rows

    def _unknown(self, parts: Parts, sessions: Sequence[int]) -> Column:
        """Of which parts there are no rows yet."""
        writer = self._writer
        frames = {
            "place": np.arange(len(sessions), dtype=np.int32),
            "session": np.array(sessions, np.int32),
            "n": parts.n,
            "only_start": parts.begins & (parts.lengths == 1),
        }
        writer.register("frames", frames)
        known = writer.execute(
            """
            select place from frames semi join events using (session, n)
            union select place from frames semi join sessions using (session) where only_start
            """
        ).fetchall()
        writer.unregister("frames")
        kept = np.ones(len(sessions), np.bool_)
        kept[[place for (place,) in known]] = False
        return kept

    def _tell(
        self,
        applied: Applied,
        sessions: list[Session],
        events: Columns,
        started: Columns | None,
        since: int,
    ) -> None:
        """Collect the signs of life of visitors we know, those left out who are in no report."""
        people = {s.number: s.visitor for s in sessions if s.visitor is not None and not s.left_out}
        numbers, inverse = np.unique(events["session"], return_inverse=True)
        known = np.fromiter((session in people for session in numbers.tolist()), np.bool_, len(numbers))[
            inverse
        ]
        rows = np.flatnonzero(known & (events["time"] >= since))
        session, app, at = events["session"][rows], events["app"][rows], events["time"][rows]
        last: dict[int, tuple[int, int]] = {}
        for of, where, when in zip(session.tolist(), app.tolist(), at.tolist(), strict=True):
            if of not in last or when > last[of][1]:
                last[of] = (where, when)
        entered = rows[events["kind"][rows] == KINDS[Page]]
        entered = entered[np.argsort(events["time"][entered], kind="stable")]
        page = dict(zip(events["session"][entered].tolist(), events["page"][entered].tolist(), strict=True))
        if started is not None:
            facts = (started[name].tolist() for name in ("session", "app", "started", "landing"))
            for of, where, when, landing in zip(*facts, strict=True):
                if of in people and when >= since:
                    last.setdefault(of, (where, when))
                    page.setdefault(of, landing)
        applied.signs = [
            Sign(self._app(where), people[of], when, page.get(of, 0)) for of, (where, when) in last.items()
        ]
        tracked = rows[columns.of_trackers(events)[rows]]
        app, kind = events["app"][tracked], events["kind"][tracked]
        for code in np.unique(app).tolist():
            kinds = kind[app == code]
            views, clicks = (int(np.count_nonzero(kinds == KINDS[type_])) for type_ in (Page, Click))
            applied.counts[self._app(code)] = Counts(len(kinds), views, clicks)

    def _app(self, code: int) -> str:
        if code not in self.app_names:
            self.app_names = dict(self._writer.execute("select id, text from apps").fetchall())
        return self.app_names[code]

    def forget_refused(self, keys: Sequence[bytes]) -> None:
        """It was told that they are left out."""
        self._writer.executemany("delete from refused where key = ?", [(key,) for key in keys])

    # -- reading

    def refused(self, most: int) -> list[Skipped]:
        """Frames that are left out, of which nobody was told yet."""
        with self.cursor() as cursor:
            rows = cursor.execute("select key, why from refused limit ?", [most]).fetchall()
        return [Skipped(*row) for row in rows]

    def recent_signs(self, since: int) -> list[Sign]:
        """Who gave a sign of life since then (UNIX ms): what activity starts from."""
        with self.cursor() as cursor:
            return [Sign(*row) for row in cursor.execute(query("recent"), {"since": since}).fetchall()]

    def paths(self, pages: Sequence[int]) -> dict[int, str]:
        """The paths of these pages."""
        sql = "select id, path from pages semi join (select unnest($ids::integer[]) as id) using (id)"
        with self.cursor() as cursor:
            return dict(cursor.execute(sql, {"ids": pages}).fetchall())
