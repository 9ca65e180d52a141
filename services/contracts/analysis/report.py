"""What every report says of itself, and what every question for one holds."""

from typing import Generic, TypeVar

import msgspec

from services.contracts.analysis.scope import Scope
from services.contracts.messages import Actor, Call
from services.contracts.shares import of_slot, slot

R = TypeVar("R")

PATIENCE = 30.0
"""seconds that who asks waits for a report"""


class Freshness(msgspec.Struct, kw_only=True):
    as_of: int
    """UNIX ms: everything recorded before is counted"""
    complete: bool
    """False while the projection is being rebuilt"""


class LeftOut(msgspec.Struct, kw_only=True):
    """Sessions that started in the period and are in no number of the report, each counted once."""

    own: int
    """the company's own, by the addresses and visitors it named"""
    bots: int
    """whose user agent or screen says so"""
    spam: int
    """with a referrer that is known to be spam"""


class Report(Freshness, kw_only=True):
    excluded: LeftOut


class OfApp(Call[R], Generic[R]):
    """A question to whoever holds the app's projection."""

    app: str

    def headers(self) -> dict[str, str]:
        return of_slot(slot(self.app))


class ReportCall(OfApp[R], Generic[R]):
    """Raises AppUnknown, InvalidInput (the scope's field, `period.tz`), Overloaded."""

    actor: Actor
    scope: Scope
