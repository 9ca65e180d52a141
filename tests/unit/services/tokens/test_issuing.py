"""What an app token says."""

from services.tokens.issuing import claims


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
