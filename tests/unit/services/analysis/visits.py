"""Visits as tests write them down, and their way through the real packing and columns into a projection."""

import itertools
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from bson import ObjectId

from services.analysis import record
from services.analysis.projection import Applied, Projection
from services.contracts.frames import Frame, Packed, Start

BEGIN = 1_700_000_000_000


@dataclass
class Visit:
    """A session: its start and its frames (n, events), in the order they arrive."""

    visitor: str
    started: int
    frames: list[tuple[int, list[Packed]]] = field(default_factory=list)
    bot: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    """further fields of its Start"""
    session: str = field(default_factory=lambda: secrets.token_hex(16))

    def start(self) -> Start:
        return msgspec.structs.replace(
            Start(self.started, self.visitor, False, browser="Firefox", bot=self.bot), **self.facts
        )

    def ordered(self) -> list[tuple[int, int, int, Packed]]:
        """(at, n, i, event), in the order they were sent."""
        return sorted(
            ((event.at, n, i, event) for n, events in self.frames for i, event in enumerate(events)),
            key=lambda row: row[:3],
        )


def visit(
    visitor: str,
    *events: Packed,
    started: int | None = None,
    bot: bool = False,
    **facts: Any,  # Any: fields of Start
) -> Visit:
    """A session whose events came in one frame."""
    first = min((event.at for event in events), default=BEGIN)
    return Visit(
        visitor, first if started is None else started, [(1, list(events))] if events else [], bot, facts
    )


def frame(app: str, session: str, n: int, events: Sequence[Packed]) -> Frame:
    return Frame(app, session, n, BEGIN, msgspec.Raw(msgspec.json.encode(list(events))))


def frames(app: str, visits: Sequence[Visit]) -> list[Frame]:
    """Starts first, then frame by frame, one of each visit in turn."""
    found = [frame(app, visit.session, 0, [visit.start()]) for visit in visits]
    for row in itertools.zip_longest(*([frame(app, v.session, n, e) for n, e in v.frames] for v in visits)):
        found += [one for one in row if one is not None]
    return found


def deliver(projection: Projection, sent: Sequence[Frame], dedupe: bool = False) -> Applied:
    return projection.apply([record.document(one) for one in sent], "somewhere", dedupe)


def new_app() -> str:
    return str(ObjectId())
