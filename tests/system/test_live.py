"""The live view is pushed, to those who may see it."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from websockets.sync.client import ClientConnection, connect

from stack.local import Stack
from tests.system.people import App, Json, Owner, Stream, Tracker, click, page


@contextmanager
def live(stack: Stack, owner: Owner) -> Iterator[ClientConnection]:
    ticket = owner.http.post("/api/live-ticket").json()["ticket"]
    address = stack.edge_url.replace("http", "ws", 1) + f"/api/live?ticket={ticket}"
    with connect(address, open_timeout=20) as socket:
        yield socket


def heard(socket: ClientConnection) -> Json:
    return msgspec.json.decode(socket.recv(timeout=10))


def test_activity_is_pushed_within_seconds(stack: Stack, app: App, tracker: Tracker) -> None:
    with live(stack, app.owner) as socket:
        socket.send(msgspec.json.encode({"watch": app.id}).decode())
        assert heard(socket)["activity"]["visitors"] == 0
        with tracker.stream() as stream:
            stream.acked(page("/"), click("a.next"))
            seen = heard(socket)["activity"]
        assert (seen["app"], seen["visitors"], seen["page_views"], seen["clicks"]) == (app.id, 1, 1, 1)
        assert seen["pages"][0] == ["/", 1]


def test_a_stranger_cannot_watch(stack: Stack, app: App) -> None:
    with live(stack, Owner(stack.edge_url)) as socket:
        socket.send(msgspec.json.encode({"watch": app.id}).decode())
        assert heard(socket)["problem"]["type"] == "/problems/app-unknown"


def test_a_live_ticket_works_once_and_opens_no_stream(stack: Stack, app: App, tracker: Tracker) -> None:
    ticket = app.owner.http.post("/api/live-ticket").json()["ticket"]
    with tracker.stream(ticket) as stream:
        assert stream.closed()[0] == 4401
    address = stack.edge_url.replace("http", "ws", 1) + f"/api/live?ticket={ticket}"
    with connect(address):
        pass
    with connect(address) as socket:
        assert Stream(socket, iter(())).closed()[0] == 4401
