"""What an app token says."""

import pytest

from services.tokens.issuing import DAY, claims, notice_due


def test_it_carries_app_origins_and_issue_and_lives_as_long_as_chosen() -> None:
    assert claims("a1", ["https://x.example"], issue=3, jti="j", at=1_700_000_000_500, days=7) == {
        "iss": "datalab/tokens",
        "sub": "a1",
        "origins": ["https://x.example"],
        "issue": 3,
        "jti": "j",
        "iat": 1_700_000_000,
        "exp": 1_700_000_000 + 7 * 86_400,
    }


@pytest.mark.parametrize(
    ("lifetime", "left", "noticed", "notice"),
    [
        (366, 14.01, [], None),
        (366, 14, [], 14),
        (366, 10, [14], None),
        (366, 3.01, [14], None),
        (366, 3, [14], 3),
        (366, 2, [14, 3], None),
        (366, 2, [], 3),
        (366, 0, [], None),
        (14, 14, [], None),
        (14, 3, [], 3),
        (7, 6, [], None),
        (7, 3, [], 3),
    ],
)
def test_the_end_is_announced_14_and_3_days_before(
    lifetime: float, left: float, noticed: list[int], notice: int | None
) -> None:
    at = 1_800_000_000_000
    expires = at + int(left * DAY * 1000)
    assert notice_due(expires - int(lifetime * DAY * 1000), expires, noticed, at) == notice
