"""One import, from its bytes to confirmed blocks of events.

    bytes -> blocks of whole lines -> lines -> columns of events, those of a session together -> broker

A block of the file is told, and recorded, in one piece: a frame for each of its sessions costs the record as much as
all their events. Where a session begins, its Start is the first of its events.

A block's number is its offset, its sessions are named by the file alone: whatever is sent again, because the client or
the edge broke off, makes the same blocks, and those are stored once. How far all is confirmed is kept by the recorder
every few seconds, together with the open sessions, so that it need not be sent again.
"""

import asyncio
import logging
import time
from hashlib import blake2b

import msgspec

from edge.bulk.blocks import Block, Blocks
from edge.bulk.checking import Rules, check
from edge.bulk.lines import Reject, ndjson, table
from edge.bulk.packing import Unclean, pack
from edge.bulk.shipping import Shipping
from edge.bulk.visits import Visits
from edge.bus import Bus
from edge.metrics import EVENTS_TAKEN, FRAMES_TAKEN
from services.contracts import blocks, frames
from services.contracts.blocks import encoded
from services.contracts.bulk import ImportProgress, Line, RejectedLine
from services.contracts.errors import ImportConflict, Unreachable
from services.contracts.recorder import ImportState, SaveImport

SAVE_SECONDS = 5.0
"""between two savings of how far it is: with all the open sessions that is some MB"""
MOST_REJECTS = 100
"""told one by one; the others are counted"""
BEGINNING = 4096
"""bytes by which a file is known again"""

SAVE_TIME_OUT = 10.0
PATIENCE = 60.0
"""seconds for which the end of an import may wait for the recorder"""

log = logging.getLogger(__name__)


class Import:
    """Feed it the file from `offset` on, and `finish` at its end."""

    def __init__(self, app: str, state: ImportState, offset: int, rules: Rules, bus: Bus) -> None:
        self.progress = state.progress
        self._app = app
        self._source = blake2b(f"{app}\0{state.progress.id}".encode(), digest_size=16).hexdigest()
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
        self._saving: asyncio.Task[None] | None = None

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
        if self._saving is not None:
            await self._saving
        self._state.visits = self._visits.keep()
        await self._save(self._state, PATIENCE)
        return self.progress

    def abandon(self) -> None:
        """Publish nothing more: whoever takes the import up sends it anew."""
        if self._saving is not None:
            self._saving.cancel()
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
        lines: list[Line] = []
        numbers: list[int] = []
        rejects: list[tuple[int, str]] = []
        pieces = table(block, self._state.header) if self._state.format == "csv" else ndjson(block)
        for piece in pieces:
            lines += piece.lines
            numbers += piece.numbers
            rejects += piece.rejects
            await asyncio.sleep(0)  # everybody else's turn
        progress = self.progress
        if packed := await self._packed(block.offset, lines, numbers, rejects):
            await self._shipping.send(
                frames.Block(
                    self._app,
                    self._source,
                    block.offset + 1,
                    encoded(packed),
                    after_frames=not self._state.in_blocks,
                )
            )
            FRAMES_TAKEN.labels("import").inc(len(packed.sessions))
            begun, events = packed.counts()
            EVENTS_TAKEN.inc(events)
            progress.sessions += begun
            progress.events += events
        for number, why in sorted(rejects):
            self._reject(number, why)
        progress.lines += block.lines
        progress.offset = block.end
        progress.done = False
        self._visits.rotate()
        if time.monotonic() - self._saved_at > SAVE_SECONDS:
            self._save_when_confirmed()

    async def _packed(
        self, offset: int, lines: list[Line], numbers: list[int], rejects: list[tuple[int, str]]
    ) -> blocks.Block | None:
        """None where no line is left. What lacks something goes to the rejects."""
        places = [offset + number for number in numbers]
        try:
            return await pack(lines, self._rules, self._visits, places) if lines else None
        except Unclean:
            good: list[int] = []
            for row, line in enumerate(lines):
                try:
                    check(line, self._rules)
                except Reject as reject:
                    rejects.append((numbers[row], str(reject)))
                else:
                    good.append(row)
        lines, places = [lines[row] for row in good], [places[row] for row in good]
        return await pack(lines, self._rules, self._visits, places) if lines else None

    def _reject(self, number: int, why: str) -> None:
        progress = self.progress
        progress.rejected += 1
        if len(progress.rejects) < MOST_REJECTS:
            progress.rejects.append(RejectedLine(progress.lines + number + 1, why))

    def _save_when_confirmed(self) -> None:
        """Have it kept how far it is now as soon as all of that is confirmed, and go on meanwhile.

        Raises Refused: the last time it could not be kept, and not because the recorder was away.
        """
        if self._saving is not None:
            if not self._saving.done():
                return
            self._saving.result()
        self._saved_at = time.monotonic()
        progress = msgspec.structs.replace(self.progress, rejects=list(self.progress.rejects))
        state = msgspec.structs.replace(self._state, progress=progress, visits=self._visits.keep())
        self._saving = asyncio.create_task(self._save(state))

    async def _save(self, state: ImportState, patience: float = 0) -> None:
        """Raises Refused where that cannot be done for longer than `patience` seconds; without patience it is left to
        the next time."""
        await self._shipping.settle()
        end = time.monotonic() + patience
        while True:
            try:
                await self._bus.call(SaveImport(app=self._app, state=state), SAVE_TIME_OUT)
                return
            except Unreachable as error:
                log.warning("cannot keep how far import %s is: %s", self.progress.id, error)
                if not patience:
                    return
                if time.monotonic() > end:
                    raise
                await asyncio.sleep(1)
