"""Which session a line of an import belongs to, and what must be kept to say so after a break.

A session is what the line names; else a visitor's events belong together until 30 minutes are silent. Its id is a
digest of app, import and name, or of visitor and the place of its first line: the same whenever the file is read.
Only so many sessions are held open, the latest used; for more of them at the same time a visitor begins anew.
"""

from hashlib import blake2b

import msgspec

HELD = 40_000
"""open sessions of a generation; two generations are kept"""
SILENCE_MS = 30 * 60 * 1000


class Visit(msgspec.Struct, array_like=True):
    id: bytes
    last: int
    """UNIX ms of its last event"""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[dict[str, Visit], dict[str, Visit]]).decode


class Visits:
    def __init__(self, app: str, import_id: str, kept: bytes = b"") -> None:
        self._key = blake2b(f"{app}\0{import_id}".encode(), digest_size=32).digest()
        self._older: dict[str, Visit] = {}
        self._newer: dict[str, Visit] = {}
        if kept:
            self._older, self._newer = _decode(kept)

    def find(self, visitor: str, session: str | None, at: int, place: int) -> tuple[Visit, bool, bool]:
        """The visit of an event at `at` (UNIX ms) on the line that begins at `place`; whether it begins with it;
        whether the visitor was seen before."""
        key = visitor if session is None else f"\0{session}"
        visit = self._newer.get(key)
        if visit is None:
            visit = self._older.get(key)
            if visit is not None:
                self._newer[key] = visit
        if visit is not None and (session is not None or -SILENCE_MS <= at - visit.last <= SILENCE_MS):
            visit.last = max(visit.last, at)
            return visit, False, True
        name = f"{visitor}\0{place}" if session is None else key
        fresh = Visit(blake2b(name.encode(), key=self._key, digest_size=16).digest(), at)
        self._newer[key] = fresh
        return fresh, True, visit is not None

    def rotate(self) -> None:
        """Forget who has long not been seen. Only between blocks, so that it is the same at every reading."""
        if len(self._newer) > HELD:
            self._older, self._newer = self._newer, {}

    def keep(self) -> bytes:
        return _encode((self._older, self._newer))
