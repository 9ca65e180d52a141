"""Refresh tokens: 256 random bits, kept as SHA-256 only. Each works once and is traded for the next; one that
comes a second time was stolen, from its owner or by them, so the log-in session ends.
"""

import hashlib
import secrets

LIFETIME = 30 * 24 * 3600
"""seconds since the last refresh"""
SPENT_KEPT = 100
"""used tokens a session remembers: about a day of steady work"""


def fresh_token() -> str:
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
