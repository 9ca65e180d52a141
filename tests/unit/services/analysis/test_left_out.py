"""Who is in no report, and is counted apart."""

from services.analysis.reports.overview import overview
from services.analysis.reports.pages import pages
from services.contracts import filters
from services.contracts.analysis.report import LeftOut
from services.contracts.analysis.scope import Period
from services.contracts.frames import Page
from tests.unit.services.analysis.asking import Asking
from tests.unit.services.analysis.visits import BEGIN, Visit, visit

PERIOD = Period(start=BEGIN, end=BEGIN + 3_600_000)


def all_kinds() -> list[Visit]:
    page = Page(BEGIN, "https://shop.test/")
    return [
        visit("person", page),
        visit("robot", page, bot=True),
        visit("robot2", page, bot=True, spam=True),
        visit("spammer", page, spam=True),
        visit("owner", page, own=True),
        visit("owner's robot", page, own=True, bot=True, spam=True),
        visit("robot before", started=BEGIN - 1, bot=True),
        visit("robot after", started=PERIOD.end, bot=True),
    ]


def test_each_is_counted_once_by_the_first_reason_and_in_no_number(asking: Asking) -> None:
    report = asking(overview, all_kinds(), PERIOD)
    assert report.excluded == LeftOut(own=2, bots=2, spam=1)
    assert (report.totals.sessions, report.totals.page_views) == (1, 1)
    assert [row.views for row in asking(pages, all_kinds(), PERIOD).rows] == [1]


def test_filters_choose_among_those_who_count(asking: Asking) -> None:
    report = asking(overview, all_kinds(), PERIOD, filters=[filters.parse("browser:Opera", "f[0]")])
    assert (report.totals.sessions, report.excluded) == (0, LeftOut(own=2, bots=2, spam=1))
