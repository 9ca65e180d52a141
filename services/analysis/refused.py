"""Tells of the frames that the projection left out, beside the projector's work, which must go on while the broker is
away. What was not told yet stands in the projection itself, so that none is forgotten with the process.
"""

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

import eventlet
from eventlet import tpool
from eventlet.greenthread import GreenThread
from mongoengine.connection import get_db
from nameko.standalone.events import get_event_exchange

from services.analysis import record
from services.analysis.columns import Skipped
from services.contracts.analysis.refused import FrameRefused
from services.hosting.publishing import Publishing

if TYPE_CHECKING:
    from services.analysis.projector import Projector

log = logging.getLogger(__name__)

AT_ONCE = 100
PAUSE = 2.0
"""seconds before it is tried again to tell"""
LONGEST_SHOWN = 2_000
"""bytes of a frame"""


class Refused:
    def __init__(self, projector: "Projector") -> None:
        self._projector = projector
        config = projector.container.config
        self._publishing = Publishing(config["AMQP_URI"])
        self._exchange = get_event_exchange(FrameRefused.source(), config)
        self._telling: GreenThread | None = None
        self._some = False
        """there may be some"""

    def tell(self) -> None:
        """Begin to, where there is anything to be told."""
        self._some = True
        if self._telling is None:
            spawn = self._projector.container.spawn_managed_thread
            self._telling = spawn(self._until_told, identifier="refused frames")

    def _until_told(self) -> None:
        try:
            while self._some and self._projector.going_on:
                self._some = False
                try:
                    if self._tell_some():
                        self._some = True
                except Exception as error:
                    log.warning("what is left out cannot be told, again in %.1f s: %r", PAUSE, error)
                    self._some = True
                    eventlet.sleep(PAUSE)
        finally:
            self._telling = None

    def _tell_some(self) -> bool:
        """Whether there were any."""
        projector = self._projector
        with projector.lent():
            refused = tpool.execute(projector.projection.refused, AT_ONCE)
        if not refused:
            return False
        self._tell(refused)
        with projector.lent():
            projector.write(projector.projection.forget_refused, [one.key for one in refused])
        return True

    def _tell(self, refused: Sequence[Skipped]) -> None:
        found = {
            bytes(frame["_id"]): frame
            for frame in record.find(get_db("analysis"), [one.key for one in refused])
        }
        for one in refused:
            frame = found.get(one.key, {})
            events = bytes(frame.get("events") or b"")[:LONGEST_SHOWN].decode(errors="replace")
            told = FrameRefused(key=one.key.hex(), why=one.why, app=str(frame.get("app", "")), events=events)
            # Mandatory: at the very first start the queue may not be there yet.
            self._publishing.publish(
                told, self._exchange, FrameRefused.type(), declare=[self._exchange], mandatory=True
            )
