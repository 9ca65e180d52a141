"""What an owner configures, as visitors' trackers and members feel it."""

import msgspec
import pytest
from bson import ObjectId
from pymongo import MongoClient
from websockets.sync.client import ClientConnection

from services.contracts.frames import Click, Packed, Page
from stack.local import Stack
from tests.system.people import SHOP, App, Json, Tracker, click, eventually, page
from tests.system.test_live import heard, live


def test_an_open_stream_is_given_the_new_config(app: App, tracker: Tracker) -> None:
    with tracker.stream() as stream:
        stream.acked(page("/"))
        answer = app.configure("buttons", {"buttons": [{"name": "Buy", "selector": "#buy"}]})
        assert answer.status_code == 200
        assert stream.heard()["config"]["buttons"] == [{"name": "Buy", "selector": "#buy"}]
        assert app.configure("capture", {"moves": False, "keep_fragment": True}).status_code == 200
        assert stream.heard()["config"]["capture"] == {"moves": False, "hover": True, "fragment": True}
        restored = app.owner.http.post(f"{app.path}/config/versions/0/restore")
        assert restored.json()["version"] == 3
        assert stream.heard()["config"]["buttons"] == []


decode = msgspec.json.Decoder(list[Packed]).decode


def recorded(stack: Stack, app: App) -> list[str]:
    """The pages and click targets that the record holds of the app."""
    client: MongoClient[Json] = MongoClient(stack.mongo_uri("analysis"))
    with client:
        frames = list(client.get_default_database()["frames"].find({"app": ObjectId(app.id)}))
    packed = [event for frame in frames for event in decode(bytes(frame["events"]))]
    return [
        event.url if isinstance(event, Page) else event.target
        for event in packed
        if isinstance(event, Page | Click)
    ]


@pytest.mark.inside
def test_what_happens_on_an_excluded_page_is_not_recorded(stack: Stack, app: App, tracker: Tracker) -> None:
    assert app.configure("capture", {"exclude": ["/account/*"]}).status_code == 200
    with tracker.stream() as stream:
        stream.acked(page("/shop"), click("#a"))
        stream.acked(page("/account/letters"), click("#secret"))
        stream.acked(click("#secret"))
        stream.acked(page("/thanks"), click("#b"))
    hidden = tracker.hello(url=f"{tracker.origin}/account").json()
    with tracker.stream(hidden["ticket"]) as stream:
        stream.acked(click("#secret"))
    sent = tracker.beacon([{"n": 900, "events": [click("#secret"), page("/last")]}])
    assert (sent.status_code, sent.json()) == (202, {"acks": [900]})
    expected = [f"{SHOP}/shop", "#a", f"{SHOP}/thanks", "#b", f"{SHOP}/last"]
    assert eventually(lambda: len(recorded(stack, app)) >= len(expected))
    assert sorted(recorded(stack, app)) == sorted(expected)


def test_every_wrong_field_is_named(app: App) -> None:
    stages = [
        {"name": "A", "trigger": "url", "value": "a"},
        {"name": "a", "trigger": "click", "value": "#"},
    ]
    answer = app.configure("funnel", {"stages": stages})
    assert answer.status_code == 422
    fields = [error["field"] for error in answer.json()["errors"]]
    assert fields == ["stages[1].name", "stages[0].value", "stages[1].value"]


def test_who_may_see_no_more_is_shown_no_more(stack: Stack, app: App) -> None:
    with live(stack, app.owner) as socket:
        watch(socket, app)
        assert app.owner.http.patch(app.path, json={"visibility": "public"}).status_code == 200
        shown = app.owner.http.get(app.path).json()
        params = {"confirm": f"{shown['organisation']}/{shown['name']}"}
        assert app.owner.http.delete(app.path, params=params).status_code == 204
        assert heard(socket)["problem"] == {
            "type": "/problems/app-unknown",
            "detail": "there is no such app",
            "app": app.id,
        }


def watch(socket: ClientConnection, app: App) -> Json:
    socket.send(msgspec.json.encode({"watch": app.id}).decode())
    return heard(socket)


def test_the_streams_of_a_deleted_app_end(app: App, tracker: Tracker) -> None:
    with tracker.stream() as stream:
        stream.acked(page("/"))
        shown = app.owner.http.get(app.path).json()
        params = {"confirm": f"{shown['organisation']}/{shown['name']}"}
        assert app.owner.http.delete(app.path, params=params).status_code == 204
        assert stream.closed() == (4401, "the app was deleted")
    assert tracker.hello().status_code == 401
    assert tracker.beacon([{"n": 1, "events": [page("/")]}]).status_code == 404
