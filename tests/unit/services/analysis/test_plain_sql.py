"""Reports that are passes over columns say what the plain SQL says that reads like their definitions."""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.analysis.scope import Period
from services.contracts.config import Button, Campaign, Funnel, Stage
from services.contracts.frames import Left, Page
from tests.bench.bare import agree
from tests.bench.bare.rows import DAY, REPORTS
from tests.unit.services.analysis.asking import Asking
from tests.unit.services.analysis.test_reports_against_oracle import MIDNIGHT, STEP, periods, thorough
from tests.unit.services.analysis.test_visit_reports_against_oracle import people
from tests.unit.services.analysis.visits import BEGIN, Visit

pytestmark = pytest.mark.usefixtures("small_parts")

FUNNEL = Funnel(
    stages=[
        Stage(name="any page", trigger="url", match="prefix", value="/"),
        Stage(name="a or b", trigger="url", any_of=["/a", "/b"]),
        Stage(name="a click", trigger="click", value="body"),
        Stage(name="c", trigger="url", value="/c"),
    ],
    window=8 * STEP // 1000,
)

BUTTONS = [
    Button(name="one", selector="#one"),
    Button(name="two", selector="button"),
    Button(name="any", selector="*"),
]
CAMPAIGNS = [Campaign(name="News", suffix="news")]


TO_MIDNIGHT = -MIDNIGHT % DAY


def moved(visit: Visit) -> Visit:
    """From a midnight in Cairo to one of UTC."""
    frames = [
        (n, [msgspec.structs.replace(event, at=event.at + TO_MIDNIGHT) for event in events])
        for n, events in visit.frames
    ]
    return replace(visit, started=visit.started + TO_MIDNIGHT, frames=frames)


def stay(at: int, ms: int) -> Visit:
    """One page, read for so long."""
    return Visit("W", at, [(1, [Page(at, "https://x.test/a")]), (-at - ms, [Left(at + ms)])])


@thorough
@given(
    history=people(),
    params=st.lists(st.sampled_from([{}, {"campaign": "news"}, {"utm_campaign": "x"}]), max_size=5),
    # An app without visits has no row at all in SQL.
    stays=st.lists(st.sampled_from([0, 8_000, 9_999, 10_000]), min_size=1, max_size=3),
    period=periods(),
)
def test_they_agree_on_random_histories(
    asking: Asking, history: list[Visit], params: list[dict[str, str]], stays: list[int], period: Period
) -> None:
    for visit, more in zip(history, params, strict=False):
        visit.facts["params"] = visit.facts["params"] | more
    period = Period(start=period.start + TO_MIDNIGHT, end=period.end + TO_MIDNIGHT)
    visits = [*map(moved, history), *(stay(period.start, ms) for ms in stays)]
    asking(agree, visits, period, {"funnel": FUNNEL, "buttons": BUTTONS, "campaigns": CAMPAIGNS})


def test_a_difference_is_told(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(REPORTS, "retention", lambda on: [(1, 0, 2)])
    with pytest.raises(AssertionError, match="retention"):
        asking(agree, [Visit("W", BEGIN, [])], Period(start=BEGIN, end=BEGIN + DAY))
