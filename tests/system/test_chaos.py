"""No acked event is lost and none counted twice while every kind of fault happens; `make chaos` goes on for longer."""

import asyncio

import pytest

from tests.chaos.faults import KINDS
from tests.chaos.outcome import Plan, table
from tests.chaos.run import run

pytestmark = pytest.mark.inside


def test_every_acked_event_is_counted_once_whatever_dies() -> None:
    outcome = asyncio.run(run(Plan(seed=3, seconds=30, trackers=20, freeze=4), print))
    assert outcome.good, table(outcome)
    assert set(outcome.injected) == set(KINDS)
    assert outcome.acked > 2000
    assert min(outcome.again[way] for way in ("twice", "out of order", "on two connections", "much later"))
