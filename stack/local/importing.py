"""Bring a file of past events into an app: sent over HTTP like anybody else's, and on from the confirmed offset after
every break, until all of it is counted.

The import's id is made of the file's content, so that the same file again counts once.
"""

import gzip
import hashlib
import http.client
import json
import sys
import time
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from stack.local.errors import Trouble

PIECE = 262_144
"""bytes sent at once"""
PATIENCE = 600.0
"""seconds without any progress after which it is given up"""
PAUSE = 1.0
"""seconds before it is tried again"""
BUSY = {429, 502, 503, 504}
FORMATS = {".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson", ".json": "ndjson"}

Progress = dict[str, Any]  # the edge's ImportProgress, read by key
Show = Callable[[int, int], None]
"""bytes sent, bytes of the whole"""


class Refused(Trouble):
    """The edge will not take it."""


class _Again(Exception):
    """It may go well the next time."""


class Importer:
    def __init__(self, edge: str, email: str, password: str, patience: float = PATIENCE) -> None:
        self.edge = urllib.parse.urlsplit(edge)
        self.email, self.password = email, password
        self.patience = patience
        self._bearer = ""

    def run(self, file: Path, app: str, show: Show | None = None) -> Progress:
        """Send the file into the app of that id or name; what the edge says of it in the end.

        Raises Refused, or Trouble where nobody is there to begin with, or there is no progress for too long.
        """
        kind = FORMATS.get((file.with_suffix("") if file.suffix == ".gz" else file).suffix.lower())
        if kind is None:
            raise Refused(f"{file.name}: give it the ending {', '.join(FORMATS)}, or one of them and .gz")
        if not file.is_file():
            raise Refused(f"There is no file {file}.")
        name, size = _digest(file)
        furthest, since = -1, time.monotonic()
        path = ""
        while True:
            try:
                path = path or f"/api/apps/{self._app(app)}/import"
                offset = self._offset(f"{path}/{name}")
                if offset > furthest:
                    furthest, since = offset, time.monotonic()
                query = urllib.parse.urlencode({"id": name, "offset": offset, "format": kind})
                with _opened(file) as content:
                    content.seek(offset)
                    return self._send(f"{path}?{query}", _pieces(content, offset, size, show))
            except (_Again, OSError, http.client.HTTPException) as error:
                if furthest < 0 and isinstance(error, ConnectionRefusedError):
                    raise Trouble(f"Nobody answers at {self.edge.geturl()}: is datalab up?") from error
                if time.monotonic() - since > self.patience:
                    raise Trouble(f"There was no progress for {self.patience:.0f} s: {error}") from error
                time.sleep(PAUSE)

    def _offset(self, path: str) -> int:
        status, answer = self._ask("GET", path)
        return 0 if status == 404 else int(answer["offset"])

    def _app(self, app: str) -> str:
        _, answer = self._ask("GET", "/api/apps")
        found = [str(one["id"]) for one in answer["apps"] if app in (one["id"], one["name"])]
        if len(found) != 1:
            names = ", ".join(sorted(str(one["name"]) for one in answer["apps"])) or "none"
            raise Refused(f"There is no app {app}; there is {names}.")
        return found[0]

    def _log_in(self) -> None:
        body = json.dumps({"email": self.email, "password": self.password}).encode()
        status, answer = self._exchange("POST", "/api/auth/login", body)
        if status == 401:
            raise Refused(f"{self.email} cannot log in: {answer.get('detail') or answer.get('title')}")
        _settle(status, answer)
        self._bearer = answer["access_token"]

    def _ask(self, method: str, path: str) -> tuple[int, Any]:  # JSON
        """Also a 404 is an answer."""
        if not self._bearer:
            self._log_in()
        status, answer = self._exchange(method, path)
        if status == 401:
            self._log_in()
            status, answer = self._exchange(method, path)
        if status != 404:
            _settle(status, answer)
        return status, answer

    def _send(self, path: str, body: Iterator[bytes]) -> Progress:
        status, answer = self._exchange("POST", path, body)
        if status == 401:
            self._log_in()
            raise _Again("the access token had expired")
        _settle(status, answer)
        return dict(answer)

    def _exchange(
        self, method: str, path: str, body: bytes | Iterator[bytes] | None = None
    ) -> tuple[int, Any]:  # JSON
        kind = http.client.HTTPSConnection if self.edge.scheme == "https" else http.client.HTTPConnection
        connection = kind(self.edge.hostname or "", self.edge.port, timeout=60)
        headers = {"content-type": "application/json", "accept": "application/json"}
        if self._bearer:
            headers["authorization"] = f"Bearer {self._bearer}"
        try:
            # An edge that refuses does not read to the end: what it says counts more than the broken pipe.
            try:
                connection.request(method, path, body, headers, encode_chunked=False)
            except (BrokenPipeError, ConnectionResetError) as broken:
                try:
                    return _read(connection)
                except (OSError, http.client.HTTPException):
                    raise broken from None
            return _read(connection)
        finally:
            connection.close()


def _read(connection: http.client.HTTPConnection) -> tuple[int, Any]:  # JSON
    response = connection.getresponse()
    try:
        return response.status, json.loads(response.read() or b"{}")
    except ValueError as error:
        raise _Again(f"the answer {response.status} is not JSON") from error


def _settle(status: int, answer: Any) -> None:  # JSON
    if status in BUSY or status == 500:
        raise _Again(f"{status} {answer.get('detail') or answer.get('title')}")
    if status >= 400:
        raise Refused(f"The edge refuses it ({status}): {answer.get('detail') or answer.get('title')}")


def _opened(file: Path) -> IO[bytes]:
    return gzip.open(file) if file.suffix == ".gz" else file.open("rb")  # type: ignore[return-value]


def _digest(file: Path) -> tuple[str, int]:
    """An id of the content, and its size unzipped."""
    digest, size = hashlib.blake2b(digest_size=16), 0
    with _opened(file) as content:
        while piece := content.read(PIECE):
            digest.update(piece)
            size += len(piece)
    return digest.hexdigest(), size


def _pieces(content: IO[bytes], offset: int, size: int, show: Show | None) -> Iterator[bytes]:
    while piece := content.read(PIECE):
        yield piece
        offset += len(piece)
        if show is not None:
            show(offset, size)


def bar(sent: int, size: int) -> None:
    """Progress on one line of the terminal."""
    share = sent / size if size else 1.0
    print(f"\r  {share:6.1%} of {size / 1e6:,.1f} MB", end="", file=sys.stderr, flush=True)


def summary(progress: Progress) -> str:
    counted = (
        f"{progress['lines']:,} lines: {progress['events']:,} events in {progress['sessions']:,} sessions, "
        f"{progress['rejected']:,} lines left out"
    )
    rejects = [f"  line {reject['line']}: {reject['detail']}" for reject in progress["rejects"]]
    more = progress["rejected"] - len(rejects)
    return "\n".join([counted, *rejects, *([f"  and {more:,} more"] if more > 0 else [])])
