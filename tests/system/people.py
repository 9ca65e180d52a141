"""Those who use the stack from outside in the tests: an owner with a dashboard, and visitors with a tracker."""

import itertools
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import msgspec
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

SHOP = "http://shop.test"
CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
PASSWORD = "correct horse battery"
MANY = {
    f"{what}_PER_MINUTE": "60000"
    for what in ("HELLOS", "BEACONS", "LOGINS", "REGISTRATIONS", "RESETS", "REFRESHES")
}
"""settings of a stack on which all of them come from one address"""

Json = dict[str, Any]  # Any: answers are looked into, field by field


def now() -> int:
    return int(time.time() * 1000)


def eventually(fact: Callable[[], Any], seconds: float = 10) -> Any:  # Any: what the fact gives
    """The first true answer of `fact`; where there is none in time, that of a last look after it, for the assert to
    show. How long a look takes is not counted."""
    deadline = time.monotonic() + seconds
    while True:
        late = time.monotonic() > deadline
        answer = fact()
        if answer or late:
            return answer
        time.sleep(0.05)


def client(edge: str) -> httpx.Client:
    """A browser that keeps cookies but no connection, so that nothing is left open."""
    limits = httpx.Limits(max_keepalive_connections=0)
    return httpx.Client(base_url=edge, timeout=20, limits=limits, headers={"user-agent": CHROME})


class Owner:
    """A registered user with an access token."""

    def __init__(self, edge: str, organisation: str | None = None) -> None:
        self.email = f"{uuid.uuid4().hex[:10]}@example.org"
        self.http = client(edge)
        body = {"email": self.email, "password": PASSWORD, "name": "Ada"}
        domain = organisation or f"{uuid.uuid4().hex[:10]}.example"
        self.registered = self.http.post("/api/users", json={**body, "organisation": domain})
        self.login = self.http.post("/api/auth/login", json={"email": self.email, "password": PASSWORD})
        if self.login.status_code == 200:
            self.http.headers["authorization"] = f"Bearer {self.login.json()['access_token']}"

    def app(self, name: str = "shop", origins: list[str] | None = None) -> "App":
        body = {"name": f"{name} {uuid.uuid4().hex[:6]}", "url": SHOP, "origins": origins or [SHOP]}
        answer = self.http.post("/api/apps", json=body)
        assert answer.status_code == 201, f"{answer.text}; registering {self.registered}, log-in {self.login}"
        return App(self, answer.json()["id"])


class App:
    def __init__(self, owner: Owner, app: str) -> None:
        self.owner = owner
        self.id = app
        self.path = f"/api/apps/{app}"
        issued = owner.http.post(f"{self.path}/token", json={})
        assert issued.status_code == 201, issued.text
        self.token = issued.json()["token"]

    def configure(self, part: str, value: Json) -> httpx.Response:
        return self.owner.http.put(f"{self.path}/config/{part}", json=value)

    def report(self, name: str, **query: Any) -> Json:
        answer = self.owner.http.get(f"{self.path}/reports/{name}", params=query)
        assert answer.status_code == 200, answer.text
        return msgspec.json.decode(answer.content)

    def totals(self) -> Json:
        return self.report("overview")["totals"]


class Tracker:
    """A visitor's browser, as far as the edge sees it."""

    def __init__(self, edge: str, token: str, origin: str = SHOP) -> None:
        self.edge = edge
        self.origin = origin
        self.token = token
        self.http = client(edge)
        self.session: str | None = None
        self._numbers = itertools.count(1)

    def hello(self, **body: Any) -> httpx.Response:
        given = {"session_start": now(), "url": f"{self.origin}/", "sent_at": now(), **body}
        headers = {"origin": self.origin, "x-datalab-token": self.token}
        answer = self.http.post("/api/hello", json=given, headers=headers)
        if answer.status_code == 200:
            self.session = answer.json()["session"]
        return answer

    @contextmanager
    def stream(self, ticket: str | None = None, origin: str | None = None) -> Iterator["Stream"]:
        ticket = ticket or self.hello().json()["ticket"]
        address = self.edge.replace("http", "ws", 1) + f"/api/stream?ticket={ticket}"
        with connect(address, origin=Origin(origin or self.origin), open_timeout=20) as socket:
            yield Stream(socket, self._numbers)

    def beacon(self, frames: list[Json], **body: Any) -> httpx.Response:
        content = msgspec.json.encode({"session": self.session, "frames": frames, **body})
        headers = {"origin": self.origin, "content-type": "text/plain"}
        return self.http.post("/api/beacon", content=content, headers=headers)


class Stream:
    def __init__(self, socket: ClientConnection, numbers: Iterator[int]) -> None:
        self.socket = socket
        self._numbers = numbers

    def say(self, message: Any) -> None:  # Any: good and bad messages
        self.socket.send(
            message if isinstance(message, str | bytes) else msgspec.json.encode(message).decode()
        )

    def frame(self, *events: Json, n: int | None = None) -> int:
        """Send a frame without waiting for its ack; its number."""
        number = next(self._numbers) if n is None else n
        self.say({"n": number, "events": events})
        return number

    def heard(self, seconds: float = 10) -> Json:
        return msgspec.json.decode(self.socket.recv(timeout=seconds))

    def acked(self, *events: Json, n: int | None = None) -> int:
        """Send a frame and wait for its ack."""
        number = self.frame(*events, n=n)
        assert self.heard() == {"ack": number}
        return number

    def closed(self, seconds: float = 10) -> tuple[int, str]:
        """Code and reason of the close; what was said before it is passed over."""
        closed = self._until_closed(seconds)
        assert closed.rcvd is not None, "the connection broke without a close frame"
        return closed.rcvd.code, closed.rcvd.reason

    def _until_closed(self, seconds: float) -> ConnectionClosed:
        while True:
            try:
                self.socket.recv(timeout=seconds)
            except ConnectionClosed as closed:
                return closed


def page(path: str, elapsed: float = 0, at: int | None = None, **more: Any) -> Json:
    return {
        "type": 0,
        "timestamp": at or now(),
        "event": {"elapsed": elapsed, "next": f"{SHOP}{path}", **more},
    }


def click(target: str, at: int | None = None, **more: Any) -> Json:
    return {"type": 0, "timestamp": at or now(), "event": {"X": 10, "Y": 20, "target": target, **more}}
