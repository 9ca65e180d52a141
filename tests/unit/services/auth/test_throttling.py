"""How long an account waits after wrong passwords."""

import pytest

from services.auth.throttling import wait_after


@pytest.mark.parametrize(
    ("tries", "seconds"),
    [(0, 0), (1, 0), (4, 0), (5, 30), (6, 60), (7, 120), (9, 480), (10, 900), (5000, 900)],
)
def test_five_tries_are_free_then_the_wait_doubles(tries: int, seconds: int) -> None:
    assert wait_after(tries) == seconds
