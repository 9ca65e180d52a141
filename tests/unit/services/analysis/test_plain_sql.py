"""Reports that are passes over columns say what the plain SQL says that reads like their definitions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.analysis.scope import Period
from services.contracts.config import Funnel, Stage
from services.contracts.frames import Left, Page
from tests.bench import bare
from tests.unit.services.analysis.asking import Asking
from tests.unit.services.analysis.test_reports_against_oracle import STEP, thorough
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


def stay(ms: int) -> Visit:
    """One page, read for so long."""
    return Visit("W", BEGIN, [(1, [Page(BEGIN, "https://x.test/a")]), (-BEGIN - ms, [Left(BEGIN + ms)])])


# An app without visits has no row at all in SQL.
stays = st.lists(st.sampled_from([0, 8_000, 9_999, 10_000]).map(stay), min_size=1, max_size=3)


@thorough
@given(history=people(), short=stays)
def test_they_agree_on_random_histories(asking: Asking, history: list[Visit], short: list[Visit]) -> None:
    period = Period(start=BEGIN, end=BEGIN + 2 * bare.DAY)
    asking(bare.agree, [*history, *short], period, {"funnel": FUNNEL})


def test_a_difference_is_told(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(bare.REPORTS, "retention", lambda on: [(1, 0, 2)])
    with pytest.raises(AssertionError, match="retention"):
        asking(bare.agree, [Visit("W", BEGIN, [])], Period(start=BEGIN, end=BEGIN + bare.DAY))
