"""Refresh tokens: 256 random bits, kept as SHA-256 only. Each works once and is traded for the next.

One that comes again within `REUSE_SECONDS` of its rotation is not theft: tabs refreshed at once, or a reload cut the
answer off. It gets the token that is good now, and nothing changes: there is never a second line of tokens, and coming
again does not prolong the interval. One that comes later was stolen, from its owner or by them, so the log-in session
ends. (Auth0 calls it "reuse interval", Okta "grace period for token rotation"; RFC 9700, 4.14.2, asks
for the end of the session.)
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

import msgspec

LIFETIME = 30 * 24 * 3600
"""seconds since the last refresh"""
SPENT_KEPT = 100
"""used tokens a session remembers: about a day of steady work"""
REUSE_SECONDS = 10
ROTATIONS_KEPT = 20
"""more than tabs and reloads bring about in that time"""


class Rotation(msgspec.Struct, frozen=True):
    """A token was traded for the next."""

    spent: str
    """digest"""
    salt: str
    """what made the next one from it"""
    at: int
    """UNIX ms"""


def fresh_token() -> str:
    return secrets.token_urlsafe(32)


def fresh_salt() -> str:
    """What a rotation is kept by, so that the next token can be told again to who holds the one before."""
    return secrets.token_hex(32)


def successor(token: str, salt: str) -> str:
    """The token that follows; nobody knows it by the token alone, nor by what the database holds."""
    next_one = hmac.digest(bytes.fromhex(salt), token.encode(), "sha256")
    return base64.urlsafe_b64encode(next_one).rstrip(b"=").decode()


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def good_now(token: str, rotations: Sequence[Rotation], at: int) -> str | None:
    """The token that is good now, for one that was traded a moment ago; None for one that was traded before that.

    `rotations`: the last ones, oldest first; `at`: UNIX ms.
    """
    for position, rotation in enumerate(rotations):
        if rotation.spent == digest(token) and at - rotation.at <= REUSE_SECONDS * 1000:
            for later in rotations[position:]:
                token = successor(token, later.salt)
            return token
    return None
