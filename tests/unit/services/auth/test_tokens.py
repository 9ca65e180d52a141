"""What access and refresh tokens are."""

import base64

import pytest

from services.auth.access_tokens import claims
from services.auth.refreshing import digest, fresh_salt, fresh_token, may_come_again, successor
from services.contracts.users import User

ADA = User(
    id="u1",
    email="a@x.example",
    name="Ada",
    organisation="x.example",
    role="admin",
    standing="active",
    created_at=1,
)


def test_an_access_token_says_who_asks_and_lives_a_quarter_of_an_hour() -> None:
    assert claims(ADA, session="s1", at=1_700_000_000_999) == {
        "iss": "datalab/auth",
        "sub": "u1",
        "org": "x.example",
        "role": "admin",
        "sid": "s1",
        "iat": 1_700_000_000,
        "exp": 1_700_000_900,
    }


def test_a_refresh_token_has_256_random_bits() -> None:
    tokens = {fresh_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(base64.urlsafe_b64decode(token + "=")) == 32 for token in tokens)


def test_what_is_kept_of_it_is_its_sha256() -> None:
    assert digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_the_next_token_is_told_again_to_who_holds_the_one_before_alone() -> None:
    token, salt = fresh_token(), fresh_salt()
    following = successor(token, salt)
    assert following == successor(token, salt)
    assert len(base64.urlsafe_b64decode(following + "=")) == 32
    assert following not in (successor(token, fresh_salt()), successor(fresh_token(), salt))


@pytest.mark.parametrize(
    ("spent", "after_ms", "again"),
    [
        (["old", "it"], 0, True),
        (["old", "it"], 10_000, True),
        (["old", "it"], 10_001, False),
        (["it", "newer"], 0, False),
        ([], 0, False),
    ],
)
def test_the_last_traded_token_may_come_again_for_ten_seconds(
    spent: list[str], after_ms: int, again: bool
) -> None:
    digests = [digest(token) for token in spent]
    assert may_come_again("it", digests, 1_700_000_000_000, 1_700_000_000_000 + after_ms) is again
