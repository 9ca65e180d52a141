"""What hello, stream and beacon share, made once for the process."""

from typing import Any

import msgspec

from edge.bus import Bus
from edge.collect.configs import Configs
from edge.collect.exclusion import Whereabouts
from edge.collect.limits import PerKey
from edge.collect.outbox import Confirmed, Outbox
from edge.collect.packing import encode, pack
from edge.collect.tickets import Session, Tickets
from edge.collect.visitors import DailySalt
from edge.keys import AppTokens
from edge.metrics import EVENTS_TAKEN
from edge.settings import EdgeSettings
from services.contracts.errors import Overloaded
from services.contracts.frames import Frame, Left
from services.contracts.tracking import Sent

OVERLOADED = Overloaded("more is coming in than can be stored now", retry_after=5)


class Collector:
    def __init__(self, settings: EdgeSettings, bus: Bus, tickets: Tickets) -> None:
        self.settings = settings
        self.secure = settings.secure
        self.bus = bus
        self.tickets = tickets
        self.app_tokens = AppTokens(bus)
        self.configs = Configs(bus)
        self.salt = DailySalt()
        self.hellos = PerKey(settings.hellos_per_minute)
        self.beacons = PerKey(settings.beacons_per_minute)
        self.outbox = Outbox(bus, settings.batch_ms, settings.batch_frames, settings.unconfirmed_frames)

    @property
    def stuck(self) -> bool:
        """What was taken over has not been confirmed for longer than a tracker should wait."""
        return self.outbox.waited > self.settings.patience_seconds

    @property
    def overloaded(self) -> Overloaded | None:
        """What to tell who wants to bring more; None while there is room."""
        return OVERLOADED if self.outbox.full or self.stuck else None

    def begin(self, session: Session) -> None:
        """Have the session's facts recorded; again and again does no harm, the first is kept."""
        if not self.configs.gone(session.app):
            self.outbox.put(_frame(session, 0, session.start.at, [session.start]))

    async def take(
        self,
        session: Session,
        n: int,
        events: list[Sent],
        received: int,
        confirmed: Confirmed,
        whereabouts: Whereabouts,
    ) -> None:
        """Take a tracker's frame over. Raises InvalidInput; then none of the frame is recorded."""
        config = await self.configs.of(session.app)
        recorded = whereabouts.recorded(events, config.exclude)
        if not recorded:
            confirmed()
            return
        packed = pack(recorded, session, config, received)
        self.outbox.put(Frame(session.app, session.id, n, received, packed), confirmed)
        EVENTS_TAKEN.inc(len(events))

    def left(self, session: Session, at: int, goodbye: bool) -> None:
        """Have a sign of life recorded: the connection ended at `at` (UNIX ms)."""
        if not self.configs.gone(session.app):
            self.outbox.put(_frame(session, -at, at, [Left(at, goodbye)]))


def _frame(session: Session, n: int, received: int, events: list[Any]) -> Frame:  # Any: one of Packed
    return Frame(session.app, session.id, n, received, msgspec.Raw(encode(events)))
