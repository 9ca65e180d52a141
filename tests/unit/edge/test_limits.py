"""How often something may happen."""

import pytest

from edge.collect.limits import Bucket, PerKey
from tests.unit.edge.conftest import Clock


def test_a_bucket_gives_its_reserve_at_once_and_then_its_rate(monotonic: Clock) -> None:
    bucket = Bucket(rate=10, burst=3)
    assert [bucket.wait() for _ in range(3)] == [0, 0, 0]
    assert bucket.wait() == pytest.approx(0.1)
    assert bucket.wait() == pytest.approx(0.2)


def test_a_bucket_fills_with_time_up_to_its_reserve(monotonic: Clock) -> None:
    bucket = Bucket(rate=10, burst=2)
    bucket.wait(), bucket.wait()
    monotonic.forward(0.1)
    assert bucket.wait() == 0
    monotonic.forward(3600)
    assert [bucket.wait() for _ in range(3)] == [0, 0, pytest.approx(0.1)]


def test_who_waits_as_told_keeps_the_rate(monotonic: Clock) -> None:
    bucket = Bucket(rate=4, burst=1)
    began = monotonic.now
    for _ in range(41):
        monotonic.forward(bucket.wait())
    assert monotonic.now - began == pytest.approx(10)


def test_a_key_is_refused_beyond_its_reserve_and_told_how_long(monotonic: Clock) -> None:
    limit = PerKey(per_minute=60)
    assert [limit.refused_for("a") for _ in range(10)] == [0] * 10
    assert limit.refused_for("a") == 1
    assert limit.refused_for("b") == 0


def test_asking_while_refused_does_not_prolong_the_wait(monotonic: Clock) -> None:
    limit = PerKey(per_minute=60)
    for _ in range(50):
        wait = limit.refused_for("a")
    assert wait == 1
    monotonic.forward(1)
    assert limit.refused_for("a") == 0


@pytest.mark.parametrize("per_minute", [1, 7, 24, 60, 600])
def test_who_waits_as_long_as_told_may(monotonic: Clock, per_minute: int) -> None:
    limit = PerKey(per_minute)
    while not (wait := limit.refused_for("a")):
        pass
    monotonic.forward(wait)
    assert limit.refused_for("a") == 0


def test_the_buckets_of_those_seen_last_are_remembered(monotonic: Clock) -> None:
    limit = PerKey(per_minute=6, most_keys=2)
    assert limit.refused_for("a") == 0
    assert limit.refused_for("b") == 0
    assert limit.refused_for("a") > 0
    assert limit.refused_for("c") == 0  # b goes, it was seen before a
    assert limit.refused_for("a") > 0
    assert limit.refused_for("b") == 0
    assert len(limit._buckets) == 2
