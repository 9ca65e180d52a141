"""A company's people around one app, in every relation one can have to it."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Literal

import httpx

from stack.local import Stack
from tests.system.people import PASSWORD, SHOP, Json

Who = Literal[
    "owner",
    "member",
    "pending",
    "rejected",
    "colleague",
    "admin",
    "stranger",
    "anonymous",
    "read key",
    "import key",
    "manage key",
]
"""the keys are API keys of the owner's, each with that scope"""
State = tuple[bool, Literal["private", "public"]]
"""locked, visibility"""


class Somebody:
    def __init__(self, http: httpx.Client, user: Json) -> None:
        self.http = http
        self.id: str = user.get("id", "")
        self.organisation: str = user.get("organisation", "")


class Organisation:
    """`admin` has founded it; `stranger` is the owner of an app in another one."""

    def __init__(self, stack: Stack, http: httpx.Client) -> None:
        self._stack = stack
        self._http = http
        self._clients = ExitStack()
        self.domain = f"{secrets.token_hex(5)}.example"
        self.admin = self.register(self.domain)
        joined: tuple[Who, ...] = ("owner", "member", "pending", "rejected", "colleague")
        self.people: dict[str, Somebody] = {who: self.join() for who in joined}
        self.people["admin"] = self.admin
        self.people["stranger"] = self.register(f"{secrets.token_hex(5)}.example")
        self.people["anonymous"] = Somebody(self._client(), {})
        for scope in ("read", "import", "manage"):
            self.people[f"{scope} key"] = self._key(scope)

    def close(self) -> None:
        self._clients.close()

    def _client(self) -> httpx.Client:
        return self._clients.enter_context(httpx.Client(base_url=self._stack.edge_url, timeout=20))

    def register(self, domain: str) -> Somebody:
        http = self._client()
        email = f"{secrets.token_hex(6)}@{domain}"
        body = {"email": email, "password": PASSWORD, "name": "Ada", "organisation": domain}
        registered = http.post("/api/users", json=body)
        assert registered.status_code == 201, registered.text
        if registered.json()["standing"] == "pending":
            _done(self.admin.http.post(f"/api/organisation/members/{registered.json()['id']}/approve"))
        login = http.post("/api/auth/login", json={"email": email, "password": PASSWORD})
        assert login.status_code == 200, login.text
        http.headers["authorization"] = f"Bearer {login.json()['access_token']}"
        return Somebody(http, registered.json())

    def join(self) -> Somebody:
        """Another active colleague."""
        return self.register(self.domain)

    def _key(self, scope: str) -> Somebody:
        owner = self.people["owner"].http
        made = _done(owner.post("/api/auth/keys", json={"name": scope, "scopes": [scope]}))
        http = self._client()
        http.headers["authorization"] = f"Bearer {made.json()['secret']}"
        return Somebody(http, {})

    def app(self, state: State) -> Json:
        """A fresh app in which everybody is what their name says; its path, and what it is called."""
        locked, visibility = state
        owner = self.people["owner"].http
        name = f"app {secrets.token_hex(4)}"
        body = {"name": name, "url": SHOP, "origins": [SHOP], "visibility": visibility}
        app = _done(owner.post("/api/apps", json=body)).json()["id"]
        path = f"/api/apps/{app}"
        for who in ("member", "pending", "rejected"):
            _done(owner.post(f"{path}/members", json={"user": self.people[who].id}))
        _done(self.people["member"].http.post(f"/api/invites/{app}/accept"))
        _done(self.people["rejected"].http.post(f"/api/invites/{app}/reject"))
        _done(owner.post(f"{path}/token", json={}))
        if locked:
            _done(owner.post(f"{path}/lock"))
        return {"id": app, "path": path, "typed": f"{self.domain}/{name}"}


def _done(answer: httpx.Response) -> httpx.Response:
    assert answer.status_code < 400, answer.text
    return answer


@contextmanager
def organisation(stack: Stack) -> Iterator[Organisation]:
    with httpx.Client(base_url=stack.edge_url, timeout=20) as http:
        company = Organisation(stack, http)
        try:
            yield company
        finally:
            company.close()
