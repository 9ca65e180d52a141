"""When what goes wrong: drawn from the seed."""

import random

from tests.chaos.faults import KINDS, schedule


def test_a_seed_gives_the_same_faults_again_and_another_seed_others() -> None:
    first, again, other = (schedule(random.Random(seed), 60, 4) for seed in (1, 1, 2))
    assert first == again != other


def test_every_kind_has_its_turn_however_short_the_run() -> None:
    for seconds in (10, 1000):
        faults = schedule(random.Random(5), seconds, 4)
        assert {fault.kind for fault in faults} == set(KINDS)
        assert all(0 <= fault.at <= seconds for fault in faults)
    assert len(faults) == 250
