"""What access and refresh tokens are."""

import base64

from services.auth.access_tokens import claims
from services.auth.refreshing import Rotation, digest, fresh_salt, fresh_token, good_now, successor
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


AT = 1_700_000_000_000


def traded(token: str, *ages_ms: int) -> tuple[list[str], list[Rotation]]:
    """Tokens, and their rotations so many ms ago."""
    tokens, rotations = [token], []
    for age in ages_ms:
        rotation = Rotation(digest(tokens[-1]), fresh_salt(), AT - age)
        rotations.append(rotation)
        tokens.append(successor(tokens[-1], rotation.salt))
    return tokens, rotations


def test_a_token_traded_within_ten_seconds_gets_the_one_that_is_good_now() -> None:
    tokens, rotations = traded(fresh_token(), 10_001, 10_000, 3)
    assert [good_now(token, rotations, AT) for token in tokens] == [None, tokens[-1], tokens[-1], None]


def test_a_token_of_somebody_else_gets_none() -> None:
    _, rotations = traded(fresh_token(), 5)
    assert good_now(fresh_token(), rotations, AT) is None
    assert good_now(fresh_token(), [], AT) is None
