"""A report beside the same of an earlier period."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from services.analysis.reading import Reading
from services.analysis.reports import intervals
from services.contracts.analysis.audience import AudienceReport
from services.contracts.analysis.buttons import ButtonsReport
from services.contracts.analysis.campaigns import CampaignsReport
from services.contracts.analysis.funnel import FunnelReport
from services.contracts.analysis.pages import PagesReport

Comparable = AudienceReport | ButtonsReport | CampaignsReport | FunnelReport | PagesReport

C = TypeVar("C", bound=Comparable)


def compared(on: Reading, report: Callable[[Reading], C]) -> C:
    """The report, with that of the earlier period as its `before` where the scope compares. Both read one state of the
    projection. Raises InvalidInput."""
    now = report(on)
    if on.scope.compare is not None:
        period = intervals.before(on.period, on.scope.compare)
        scope = msgspec.structs.replace(on.scope, period=period, compare=None)
        now.before = report(msgspec.structs.replace(on, scope=scope))
    return now
