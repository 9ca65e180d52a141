"""Who comes back: the visitor's id, from what the tracker kept, else from our cookie, else new.

What the tracker kept comes first, so that a visitor stays the same when the cookie was lost and is set anew.

The cookie holds 128 random bits; an app sees a keyed digest of them, so that two apps on one installation cannot tell
that they share a visitor. A visitor who declines tracking (Do Not Track, Global Privacy Control) gets no id; where
the app counts anonymous sessions, it is a digest with a salt that lives one day (UTC) in this process's memory alone.
"""

import re
import secrets
import time
from hashlib import blake2b

import msgspec

COOKIE = "datalab_visitor"
COOKIE_SECONDS = 400 * 86_400
"""the longest life browsers grant"""
ID = re.compile(r"[0-9a-f]{32}")


class Visitor(msgspec.Struct, frozen=True):
    id: str
    returning: bool
    cookie: str
    """to set; the same value again prolongs its life"""


def known_or_new(app: str, cookie: str | None, kept: str | None) -> Visitor:
    """`kept` is what an earlier hello gave the tracker of this app."""
    known = cookie if cookie and ID.fullmatch(cookie) else None
    cookie = known or secrets.token_hex(16)
    if kept and ID.fullmatch(kept):
        return Visitor(kept, True, cookie)
    return Visitor(_of_app(app, cookie), known is not None, cookie)


def _of_app(app: str, cookie: str) -> str:
    return blake2b(cookie.encode(), key=app.encode()[:64], digest_size=16).hexdigest()


def cookie_header(value: str, secure: bool) -> str:
    """Set-Cookie: over HTTPS usable from the app's site as a third party, partitioned by it."""
    rest = "SameSite=None; Secure; Partitioned" if secure else "SameSite=Lax"
    return f"{COOKIE}={value}; Path=/; Max-Age={COOKIE_SECONDS}; HttpOnly; {rest}"


class DailySalt:
    def __init__(self) -> None:
        self._day = -1
        self._salt = b""

    def anonymous(self, app: str, address: str, user_agent: str) -> str:
        day = int(time.time() // 86_400)
        if day != self._day:
            self._day, self._salt = day, secrets.token_bytes(32)
        return blake2b(f"{app}\0{address}\0{user_agent}".encode(), key=self._salt, digest_size=16).hexdigest()
