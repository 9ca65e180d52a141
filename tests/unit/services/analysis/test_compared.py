"""A report beside the same of an earlier period."""

from collections.abc import Callable, Sequence

import pytest

from services.analysis.reading import Reading
from services.analysis.reports.audience import audience
from services.analysis.reports.buttons import buttons
from services.analysis.reports.campaigns import campaigns
from services.analysis.reports.compared import Comparable, compared
from services.analysis.reports.funnel import funnel
from services.analysis.reports.pages import pages
from services.contracts.analysis.audience import AudienceReport
from services.contracts.analysis.buttons import ButtonsReport
from services.contracts.analysis.campaigns import CampaignsReport
from services.contracts.analysis.funnel import FunnelReport
from services.contracts.analysis.pages import PagesReport
from services.contracts.analysis.scope import Comparison, Period
from services.contracts.config import Button, Funnel, Stage
from services.contracts.frames import Click, Page
from tests.unit.services.analysis.asking import Asking
from tests.unit.services.analysis.visits import BEGIN, Visit, visit

DAY = 86_400_000
LATER = BEGIN + 366 * DAY  # the same date, over a leap day
NOW = Period(start=LATER, end=LATER + DAY)
CONFIG = {
    "buttons": [Button(name="buy", selector="#buy")],
    "funnel": Funnel(
        stages=[
            Stage(name="came", trigger="url", value="/a"),
            Stage(name="bought", trigger="click", value="#buy"),
        ]
    ),
}


def came(at: int) -> Visit:
    return visit("v", Page(at, "https://x.test/a"), Click(at + 1, 1, 1, "button#buy"), started=at)


def figure(report: Comparable) -> int:
    """How often it was that somebody came."""
    match report:
        case PagesReport() | AudienceReport():
            return sum(row.views if hasattr(row, "views") else row.sessions for row in report.rows)
        case CampaignsReport():
            return report.sessions
        case FunnelReport():
            return report.stages[1].count
        case ButtonsReport():
            return report.buttons[0].clicks


@pytest.mark.parametrize("report", [pages, audience, campaigns, funnel, buttons])
@pytest.mark.parametrize(("compare", "before"), [(None, None), ("previous", 1), ("year", 3)])
def test_beside_the_period_just_before_or_a_year_earlier(
    asking: Asking,
    report: Callable[[Reading], Comparable],
    compare: Comparison | None,
    before: int | None,
) -> None:
    per_session = {"funnel": Funnel(stages=CONFIG["funnel"].stages, per="session")}  # type: ignore[attr-defined]
    visits: Sequence[Visit] = [
        *(came(LATER + hour) for hour in range(2)),
        came(LATER - 10),
        *(came(BEGIN + hour) for hour in range(3)),
    ]
    answer = asking(lambda on: compared(on, report), visits, NOW, CONFIG | per_session, compare=compare)
    assert figure(answer) == 2
    assert (answer.before and figure(answer.before)) == before
    assert answer.before is None or answer.before.before is None
