"""What access and refresh tokens are."""

import base64

from services.auth.access_tokens import claims
from services.auth.refreshing import digest, fresh_token
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
