"""A run is only good when nothing at all is wrong, and what is wrong is named."""

from collections import Counter
from typing import Any

import msgspec
import pytest

from tests.chaos.outcome import Outcome, Plan, table

GOOD = Outcome(
    plan=Plan(seed=1, seconds=1),
    injected=Counter(),
    again=Counter(),
    sent=2,
    acked=2,
    stored=2,
    projected=2,
    counted=2,
    unacked=[],
    lost={"MongoDB": [], "DuckDB": []},
    doubled={"MongoDB": [], "DuckDB": []},
    sessions={"MongoDB": [], "DuckDB": []},
    refused=[],
    stuck="",
    silence=0.0,
    caught_up=0.0,
)


def test_nothing_wrong_is_good() -> None:
    assert GOOD.good
    assert table(GOOD).endswith("nothing lost, nothing doubled")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"unacked": [4711]}, "sent and never acked (1): 4711"),
        ({"lost": {"MongoDB": [4711, 4712], "DuckDB": []}}, "lost on the way to MongoDB (2): 4711, 4712"),
        ({"lost": {"MongoDB": [], "DuckDB": [4711]}}, "lost on the way to DuckDB (1): 4711"),
        ({"doubled": {"MongoDB": [], "DuckDB": [4711]}}, "doubled in DuckDB (1): 4711"),
        ({"sessions": {"MongoDB": [], "DuckDB": ["ab"]}}, "sessions that DuckDB begins twice or not (1): ab"),
        ({"refused": ["stream: 1008 why"]}, "told to a tracker that behaves (1): stream: 1008 why"),
        ({"stuck": "30 trackers wait"}, "did not come back (1): 30 trackers wait"),
        ({"counted": 3}, "FAILED"),
    ],
)
def test_whatever_is_wrong_is_named_and_not_good(wrong: dict[str, Any], told: str) -> None:
    outcome = msgspec.structs.replace(GOOD, **wrong)
    assert not outcome.good
    assert told in table(outcome)
    assert table(outcome).endswith("FAILED")
