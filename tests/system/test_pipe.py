"""From a visitor's socket to the owner's report."""

import uuid

import pytest

from stack.local import Stack
from tests.system.people import App, Tracker, click, eventually, now, page

BUY = "body>main>button#buy.btn"
FUNNEL = {
    "stages": [
        {"name": "Product", "trigger": "url", "match": "prefix", "value": "/product/"},
        {"name": "Basket", "trigger": "url", "value": "/basket"},
        {"name": "Bought", "trigger": "click", "value": "#buy"},
    ]
}


def configure(app: App) -> None:
    assert app.configure("funnel", FUNNEL).status_code == 200
    assert app.configure("buttons", {"buttons": [{"name": "Buy", "selector": "#buy"}]}).status_code == 200


def counts(app: App) -> list[int]:
    return [stage["count"] for stage in app.report("funnel")["stages"]]


def test_a_visit_is_in_every_report_within_two_seconds_of_its_ack(app: App, tracker: Tracker) -> None:
    configure(app)
    start = now()
    with tracker.stream() as stream:
        stream.acked(page("/product/7", at=start), page("/basket", 3, at=start + 1), click(BUY, at=start + 2))
        bought = eventually(lambda: counts(app) == [1, 1, 1], seconds=2)
        assert bought, app.report("funnel")
    totals = app.totals()
    assert (totals["visitors"], totals["sessions"], totals["page_views"]) == (1, 1, 2)
    (button,) = app.report("buttons")["buttons"]
    assert (button["clicked"], button["clicks"]) == (1, 1)


def test_the_seeds_own_frames_are_accepted_and_counted(app: App, tracker: Tracker) -> None:
    at = now()
    with tracker.stream() as stream:
        device = {"os": "Macintosh", "browser": "Chrome"}
        stream.say({"type": "start", "meta": {"device": device, "referrer": "https://www.google.com"}})
        stream.say({"type": 0, "timestamp": at // 1000, "event": {"X": 1, "Y": 2, "target": "buy"}})
        stream.say({"type": 0, "timestamp": at, "event": {"elapsed": 3, "next": "http://awesome.dev/next"}})
        stream.say({"type": 0, "timestamp": at, "event": {"elapsed": 1.5, "target": "buy"}})
        stream.say({"type": 1, "timestamp": at, "event": {"X": 5, "Y": 6, "elapsed": 0.1}})
        acks = [stream.heard() for _ in range(5)]
        assert all(set(ack) == {"ack"} for ack in acks), acks
        stream.say({"type": "goodbye"})
        assert stream.closed() == (1000, "")
    app.configure("buttons", {"buttons": [{"name": "Buy", "selector": "#buy"}]})
    assert eventually(lambda: app.totals()["page_views"] == 1)
    totals = app.totals()
    assert (totals["visitors"], totals["sessions"], totals["events"]) == (1, 1, 5)
    (button,) = app.report("buttons")["buttons"]
    assert (button["clicked"], button["hovered"]) == (1, 1)


def test_a_frame_sent_twice_is_counted_once_but_acked_twice(app: App, tracker: Tracker) -> None:
    with tracker.stream() as stream:
        stream.acked(page("/a"), n=77)
        stream.acked(page("/a"), n=77)
    tracker.beacon([{"n": 77, "events": [page("/a")]}, {"n": 78, "events": [page("/b")]}])
    assert eventually(lambda: app.totals()["page_views"] >= 2)
    with tracker.stream() as stream:
        stream.acked(page("/c"), n=79)
    assert eventually(lambda: app.totals()["page_views"] >= 3)
    assert app.totals()["page_views"] == 3


@pytest.mark.inside
def test_analysis_killed_in_between_misses_nothing_and_doubles_nothing(
    stack: Stack, app: App, tracker: Tracker
) -> None:
    with tracker.stream() as stream:
        stream.acked(page("/one"))
        assert eventually(lambda: app.totals()["page_views"] == 1)
        stack.kill("analysis")
        for number in range(20):
            stream.acked(page(f"/page-{number}"), click("a.next"))
        stack.start("analysis")
        assert eventually(lambda: app.totals()["page_views"] == 21, seconds=20), app.totals()
        assert app.totals()["events"] == 41


@pytest.mark.inside
def test_recorder_killed_under_load_misses_nothing_and_doubles_nothing(
    stack: Stack, app: App, tracker: Tracker
) -> None:
    with tracker.stream() as stream:
        sent = {stream.frame(page(f"/{number}")) for number in range(100)}
        stack.kill("recorder", stay_down=False)
        sent |= {stream.frame(page(f"/{number}")) for number in range(100, 200)}
        assert {stream.heard()["ack"] for _ in sent} == sent
    stack.start("recorder")
    assert eventually(lambda: app.totals()["page_views"] == 200, seconds=20), app.totals()


def test_a_session_goes_on_over_page_loads(app: App, tracker: Tracker) -> None:
    first = tracker.hello().json()
    with tracker.stream(first["ticket"]) as stream:
        stream.acked(page("/one"))
    again = tracker.hello(session=first["session"], last_event=now() - 29 * 60_000).json()
    assert (first["resumed"], again["resumed"]) == (False, True)
    with tracker.stream(again["ticket"]) as stream:
        stream.acked(page("/two"))
    assert eventually(lambda: app.totals()["page_views"] == 2)
    assert (app.totals()["sessions"], app.totals()["visitors"]) == (1, 1)


def test_half_an_hour_of_silence_ends_a_session_but_not_the_visitor(app: App, tracker: Tracker) -> None:
    first = tracker.hello().json()
    with tracker.stream(first["ticket"]) as stream:
        stream.acked(page("/one"))
    again = tracker.hello(session=first["session"], last_event=now() - 31 * 60_000).json()
    assert again["resumed"] is False
    with tracker.stream(again["ticket"]) as stream:
        stream.acked(page("/two"))
    assert eventually(lambda: app.totals()["sessions"] == 2), app.totals()
    assert app.totals()["visitors"] == 1


def test_a_frame_left_over_from_an_earlier_session_belongs_to_that_session(
    app: App, tracker: Tracker
) -> None:
    first = tracker.hello().json()
    later = tracker.hello(last_event=now() - 31 * 60_000).json()
    with tracker.stream(later["ticket"]) as stream:
        stream.say({"n": 5, "session": first["session"], "events": [page("/one")]})
        assert stream.heard() == {"ack": 5}
        stream.acked(page("/two"), n=5)
    assert eventually(lambda: app.totals()["page_views"] == 2)
    assert app.totals()["sessions"] == 2


def test_a_beacon_is_acked_and_counted(app: App, tracker: Tracker) -> None:
    tracker.hello()
    answer = tracker.beacon(
        [{"n": 1, "events": [page("/a")]}, {"n": 2, "events": [page("/b")]}], goodbye=True
    )
    assert (answer.status_code, answer.json()) == (202, {"acks": [1, 2]})
    assert answer.headers["access-control-allow-origin"] == tracker.origin
    assert eventually(lambda: app.totals()["page_views"] == 2)


def test_a_changed_config_reaches_a_live_tracker(app: App, tracker: Tracker) -> None:
    with tracker.stream() as stream:
        stream.acked(page("/"))
        app.configure("buttons", {"buttons": [{"name": "Buy", "selector": "#buy"}]})
        pushed = stream.heard()
        assert pushed["config"]["buttons"] == [{"name": "Buy", "selector": "#buy"}]


def test_declining_visitors_get_no_cookie_and_are_not_counted(app: App, tracker: Tracker) -> None:
    for header in ("dnt", "sec-gpc"):
        tracker.http.headers[header] = "1"
        answer = tracker.hello()
        assert (answer.status_code, answer.headers.get("set-cookie"), answer.content) == (204, None, b"")
        del tracker.http.headers[header]


def test_the_visitor_cookie_is_for_the_edge_alone(tracker: Tracker) -> None:
    cookie = tracker.hello().headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie, "over plain HTTP; the unit tests hold the form for HTTPS"
    assert uuid.UUID(hex=cookie.partition("=")[2].partition(";")[0])
