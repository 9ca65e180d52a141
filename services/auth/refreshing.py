"""Refresh tokens: 256 random bits, kept as SHA-256 only. Each works once and is traded for the next.

One that comes again within `REUSE_SECONDS` of its rotation is not theft: two tabs refreshed at once, or a reload cut
the answer off. It gets the same next token once more, and nothing changes: there is never a second line of tokens, and
coming again does not prolong the interval. One that comes later, or after its successor was used, was stolen, from
its owner or by them, so the log-in session ends. (Auth0 calls it the rotation's "reuse interval", Okta the "grace
period for token rotation"; RFC 9700, 4.14.2, asks for the end of the session.)
"""

import base64
import hashlib
import hmac
import secrets

LIFETIME = 30 * 24 * 3600
"""seconds since the last refresh"""
SPENT_KEPT = 100
"""used tokens a session remembers: about a day of steady work"""
REUSE_SECONDS = 10


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


def may_come_again(token: str, spent: list[str], rotated_at: int, at: int) -> bool:
    """Whether this used token is the last one traded, and that a moment ago. `spent`: digests, oldest first; times
    in UNIX ms."""
    return spent[-1:] == [digest(token)] and at - rotated_at <= REUSE_SECONDS * 1000
