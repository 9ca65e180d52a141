"""Which key signs, and which has done its work."""

import pytest

from services.auth.key_ages import done, signing, too_old

MINUTE = 60_000
FIRST = 1_700_000_000_000
DAY = 1440 * MINUTE


@pytest.mark.parametrize(
    ("after", "signs", "withdrawn"),
    [
        (0, 0, 0),
        (MINUTE - 1, 0, 0),
        (MINUTE, 1, 0),
        (17 * MINUTE - 1, 1, 0),
        (17 * MINUTE, 1, 1),
    ],
)
def test_a_new_key_is_published_before_it_signs_and_the_old_stays_while_its_tokens_live(
    after: int, signs: int, withdrawn: int
) -> None:
    made = [FIRST, FIRST + DAY]
    assert signing(made, FIRST + DAY + after) == signs
    assert done(made, FIRST + DAY + after) == withdrawn


def test_the_only_key_signs_at_once_and_stays() -> None:
    assert signing([FIRST], FIRST) == 0
    assert done([FIRST], FIRST + 400 * DAY) == 0


def test_keys_made_in_a_row_wait_their_turn() -> None:
    made = [FIRST, FIRST + DAY, FIRST + DAY + MINUTE // 2]
    assert signing(made, FIRST + DAY + MINUTE) == 1
    assert signing(made, FIRST + DAY + 2 * MINUTE) == 2
    assert done(made, FIRST + DAY + 17 * MINUTE) == 1


def test_a_key_is_followed_after_thirty_days() -> None:
    assert not too_old(FIRST, FIRST + 30 * DAY - 1)
    assert too_old(FIRST, FIRST + 30 * DAY)
