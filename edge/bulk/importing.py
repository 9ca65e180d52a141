"""One import, from its bytes to confirmed frames.

    bytes -> blocks of whole lines -> lines -> events of sessions -> one frame a session and block -> broker

Where a session begins, its Start is the first event of that frame: a frame more for each session costs the record as
much as all its events.

A frame's number is the offset of its block, its session is named by the file alone: whatever is sent again, because the
client or the edge broke off, makes the same frames, and those are stored once. How far all is confirmed is kept by the
recorder every few seconds, together with the open sessions, so that it need not be sent again.
"""

import asyncio
import logging
import time
from hashlib import blake2b

import msgspec

from edge.bulk.blocks import Block, Blocks
from edge.bulk.lines import Piece, Reject, ndjson, table
from edge.bulk.packing import PACK, Rules, kind_of, start, time_of
from edge.bulk.shipping import Shipping
from edge.bulk.visits import Visits
from edge.bus import Bus
from edge.metrics import EVENTS_TAKEN, FRAMES_TAKEN
from services.contracts.bulk import ImportProgress, RejectedLine
from services.contracts.errors import ImportConflict, Unreachable
from services.contracts.frames import Frame, Packed
from services.contracts.recorder import ImportState, SaveImport

SAVE_SECONDS = 2.0
"""between two savings of how far it is"""
MOST_REJECTS = 100
"""told one by one; the others are counted"""
BEGINNING = 4096
"""bytes by which a file is known again"""

SAVE_TIME_OUT = 10.0
PATIENCE = 60.0
"""seconds for which the end of an import may wait for the recorder"""

log = logging.getLogger(__name__)

_encode = msgspec.json.Encoder().encode


class Import:
    """Feed it the file from `offset` on, and `finish` at its end."""

    def __init__(self, app: str, state: ImportState, offset: int, rules: Rules, bus: Bus) -> None:
        self.progress = state.progress
        self._app = app
        self._state = state
        self._rules = rules
        self._bus = bus
        self._shipping = Shipping(bus)
        self._visits = Visits(app, state.progress.id, state.visits)
        self._blocks = Blocks(state.progress.offset, quoted=state.format == "csv")
        self._skip = state.progress.offset - offset
        """bytes that come again and are confirmed already"""
        self._beginning = bytearray()
        self._from_start = offset == 0
        self._saved_at = time.monotonic()

    async def feed(self, data: bytes) -> None:
        """Returns when there is room for more. Raises InvalidInput, ImportConflict."""
        if self._from_start:
            self._recognise(data)
        if self._skip:
            skipped = min(self._skip, len(data))
            self._skip -= skipped
            data = data[skipped:]
        for block in self._blocks.feed(data):
            await self._take(block)

    async def finish(self) -> ImportProgress:
        """The file has ended; returns when all of it is confirmed and that is kept."""
        if self._from_start:
            self._recognise(b"", ended=True)
        if block := self._blocks.finish():
            await self._take(block)
        if not self._skip:
            self.progress.done = True
        await self._save(patience=PATIENCE)
        return self.progress

    def abandon(self) -> None:
        """Publish nothing more: whoever takes the import up sends it anew."""
        self._shipping.abandon()

    def _recognise(self, data: bytes, ended: bool = False) -> None:
        """Nothing is published before this has seen enough: a block is larger."""
        self._beginning += data[: BEGINNING - len(self._beginning)]
        if len(self._beginning) < BEGINNING and not ended:
            return
        self._from_start = False
        digest = blake2b(self._beginning, digest_size=16).digest()
        if self._state.beginning and self._state.beginning != digest:
            raise ImportConflict("another file was imported under this id; give this one an id of its own")
        self._state.beginning = digest

    async def _take(self, block: Block) -> None:
        events: dict[bytes, list[Packed]] = {}
        begun: dict[bytes, str] = {}
        count = 0
        pieces = table(block, self._state.header) if self._state.format == "csv" else ndjson(block)
        for piece in pieces:
            count += self._pack(block, piece, events, begun)
            await asyncio.sleep(0)  # everybody else's turn
        n = block.offset + 1
        progress = self.progress
        frames = [self._frame(session, n, packed, begun) for session, packed in events.items()]
        await self._shipping.send(frames)
        FRAMES_TAKEN.labels("import").inc(len(frames))
        EVENTS_TAKEN.inc(count)
        progress.events += count
        progress.lines += block.data.count(b"\n") + (not block.data.endswith(b"\n"))
        progress.offset = block.end
        progress.done = False
        self._visits.rotate()
        if time.monotonic() - self._saved_at > SAVE_SECONDS:
            await self._save()

    def _pack(
        self, block: Block, piece: Piece, events: dict[bytes, list[Packed]], begun: dict[bytes, str]
    ) -> int:
        """Put the piece's events to those of their sessions, and the visitor of each session that begins into `begun`;
        how many events of trackers they are."""
        count = 0
        rules, find = self._rules, self._visits.find
        for number, why in piece.rejects:
            self._reject(number, why)
        for line, number in zip(piece.lines, piece.numbers, strict=True):
            try:
                at = time_of(line, rules)
                kind = line.kind or kind_of(line)
                packed = PACK[kind](line, at, rules)
            except Reject as reject:
                self._reject(number, str(reject))
                continue
            visit, begins, known = find(line.visitor, line.session, at, block.offset + number)
            of_visit = events.get(visit.id)
            if of_visit is None:
                of_visit = events[visit.id] = []
            if begins:
                of_visit.append(start(line, at, rules, known))
                begun[visit.id] = line.visitor
                self.progress.sessions += 1
                if kind == "start":
                    continue
            of_visit.append(packed)
            count += kind != "left"
        return count

    def _frame(self, session: bytes, n: int, events: list[Packed], begun: dict[bytes, str]) -> Frame:
        visitor = begun.get(session, "")
        received = events[0].at if visitor else max([event.at for event in events])
        return Frame(self._app, session.hex(), n, received, msgspec.Raw(_encode(events)), visitor)

    def _reject(self, number: int, why: str) -> None:
        progress = self.progress
        progress.rejected += 1
        if len(progress.rejects) < MOST_REJECTS:
            progress.rejects.append(RejectedLine(progress.lines + number + 1, why))

    async def _save(self, patience: float = 0) -> None:
        """Have it kept how far all is confirmed.

        Raises Refused where that cannot be done for longer than `patience` seconds; without patience it is left to
        the next time.
        """
        await self._shipping.settle()
        self._state.visits = self._visits.keep()
        end = time.monotonic() + patience
        while True:
            try:
                await self._bus.call(SaveImport(app=self._app, state=self._state), SAVE_TIME_OUT)
                break
            except Unreachable as error:
                log.warning("cannot keep how far import %s is: %s", self.progress.id, error)
                if not patience:
                    break
                if time.monotonic() > end:
                    raise
                await asyncio.sleep(1)
        self._saved_at = time.monotonic()
