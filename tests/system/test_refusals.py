"""What the edge refuses, each with its documented answer; the frames before a refusal stay."""

import base64
import json

import pytest

from edge.bus import Bus
from edge.collect.tickets import TICKET, Purpose, Session, Tickets
from stack.local import Stack
from tests.system.people import SHOP, App, Owner, Tracker, eventually, page


def problem(answer) -> tuple[int, str]:  # type: ignore[no-untyped-def]
    assert answer.headers["content-type"].startswith("application/problem+json"), answer.text
    return answer.status_code, answer.json()["type"]


@pytest.mark.parametrize("token", ["", "no token", "a.b.c"])
def test_a_wrong_token_is_refused(stack: Stack, token: str) -> None:
    answer = Tracker(stack.edge_url, token).hello()
    assert problem(answer) == (401, "/problems/app-token-invalid")


def test_a_token_with_changed_claims_is_refused(stack: Stack, app: App) -> None:
    head, claims, signature = app.token.split(".")
    changed = json.loads(base64.urlsafe_b64decode(claims + "=="))
    changed["origins"] = ["http://evil.test"]
    forged = base64.urlsafe_b64encode(json.dumps(changed).encode()).rstrip(b"=").decode()
    tracker = Tracker(stack.edge_url, f"{head}.{forged}.{signature}", "http://evil.test")
    assert problem(tracker.hello()) == (401, "/problems/app-token-invalid")


def test_an_access_token_is_no_app_token(stack: Stack, owner: Owner) -> None:
    token = owner.login.json()["access_token"]
    assert problem(Tracker(stack.edge_url, token).hello()) == (401, "/problems/app-token-invalid")


@pytest.mark.parametrize("origin", ["http://evil.test", f"{SHOP}.evil.test", "https://shop.test", "null", ""])
def test_a_page_of_a_foreign_origin_is_refused(stack: Stack, app: App, origin: str) -> None:
    answer = Tracker(stack.edge_url, app.token, origin).hello()
    assert problem(answer) == (403, "/problems/origin-foreign")
    assert "set-cookie" not in answer.headers


def test_a_malformed_hello_names_the_field(tracker: Tracker) -> None:
    answer = tracker.hello(screen=1920)
    assert problem(answer) == (422, "/problems/invalid-input")
    assert answer.json()["errors"][0]["field"] == "screen"


def test_a_ticket_works_once(tracker: Tracker) -> None:
    ticket = tracker.hello().json()["ticket"]
    with tracker.stream(ticket) as stream:
        stream.acked(page("/"))
    with tracker.stream(ticket) as stream:
        assert stream.closed()[0] == 4401


@pytest.mark.parametrize("ticket", ["nonsense", "A", "AAAA" * 40, "%00"])
def test_a_made_up_ticket_is_refused(tracker: Tracker, ticket: str) -> None:
    with tracker.stream(ticket) as stream:
        assert stream.closed()[0] == 4401


def test_a_forged_ticket_is_refused(tracker: Tracker) -> None:
    ticket = tracker.hello().json()["ticket"]
    signed_by_nobody = ("B" if ticket[0] == "A" else "A") + ticket[1:]
    with tracker.stream(signed_by_nobody) as stream:
        assert stream.closed() == (4401, "the ticket is not one of ours")


@pytest.mark.inside
def test_an_expired_ticket_is_refused(stack: Stack, tracker: Tracker) -> None:
    key = stack.credentials.key_file("ticket_key").read_text().strip()
    tickets = Tickets(key, Bus("amqp://nowhere"))
    session = tickets.read(TICKET, tracker.hello().json()["ticket"])
    with tracker.stream(tickets.issue(Purpose("ticket", Session, 30), session)) as stream:
        stream.acked(page("/"))
    with tracker.stream(tickets.issue(Purpose("ticket", Session, -1), session)) as stream:
        assert stream.closed() == (4401, "the ticket has expired; ask for a new one")


def test_a_session_pass_is_no_ticket(tracker: Tracker) -> None:
    session = tracker.hello().json()["session"]
    with tracker.stream(session) as stream:
        assert stream.closed()[0] == 4401


def test_a_ticket_of_another_origin_is_refused_and_stays_good(tracker: Tracker) -> None:
    ticket = tracker.hello().json()["ticket"]
    with tracker.stream(ticket, origin="http://evil.test") as stream:
        assert stream.closed()[0] == 4403
    with tracker.stream(ticket) as stream:
        stream.acked(page("/"))


BAD_MESSAGES = [
    ("not json", "JSON is malformed"),
    ('{"n": 2, "events": [{"type": 0, "event": {"X": "1", "Y": 2, "target": "a"}}]}', "$.events[0].event.X"),
    ('{"n": 2, "events": [{"type": 0, "event": {"Y": 2, "target": "a"}}]}', "events[0].event"),
    ('{"n": 2, "events": []}', "$.events"),
    ('{"n": 0, "events": [{"type": 0, "event": {"next": "/"}}]}', "$.n"),
    ('{"events": [{"type": 0, "event": {"next": "/"}}]}', "n: "),
    ('{"type": 7}', "$.type"),
    ("{}", "events"),
    (b"\x00\x01", "text"),
]


@pytest.mark.parametrize(("message", "reason"), BAD_MESSAGES)
def test_a_malformed_frame_closes_with_the_reason_and_the_frames_before_it_stay(
    app: App, tracker: Tracker, message: str | bytes, reason: str
) -> None:
    with tracker.stream() as stream:
        stream.frame(page("/before"), n=1)
        stream.say(message)
        assert stream.heard() == {"ack": 1}
        code, why = stream.closed()
    assert code == 1008
    assert reason in why
    assert eventually(lambda: app.totals()["page_views"] == 1)


def test_an_oversized_frame_closes_and_the_frames_before_it_stay(app: App, tracker: Tracker) -> None:
    with tracker.stream() as stream:
        stream.acked(page("/before"))
        stream.say({"n": 9, "events": [page("/" + "x" * 70_000)]})
        assert stream.closed()[0] == 1009
    assert eventually(lambda: app.totals()["page_views"] == 1)


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ("{", 422, "invalid-input"),
        ('{"session": "made up", "frames": []}', 401, "ticket-invalid"),
        ('{"session": 3, "frames": []}', 422, "invalid-input"),
        ("x" * 700_000, 413, "too-large"),
    ],
)
def test_a_bad_beacon_is_refused(tracker: Tracker, body: str, status: int, kind: str) -> None:
    headers = {"origin": tracker.origin, "content-type": "text/plain"}
    answer = tracker.http.post("/api/beacon", content=body, headers=headers)
    assert problem(answer) == (status, f"/problems/{kind}")


def test_a_beacon_from_a_foreign_page_is_refused(app: App, tracker: Tracker) -> None:
    tracker.hello()
    tracker.origin = "http://evil.test"
    answer = tracker.beacon([{"n": 1, "events": [page("/")]}])
    assert problem(answer) == (403, "/problems/origin-foreign")


def test_without_a_good_access_token_the_dashboard_is_closed(stack: Stack, owner: Owner, app: App) -> None:
    for header in ({}, {"authorization": "Bearer x"}, {"authorization": f"Bearer {app.token}"}):
        http = Tracker(stack.edge_url, "").http
        for path in ("/api/apps", app.path, f"{app.path}/reports/overview", "/api/users/me"):
            assert problem(http.get(path, headers=header)) == (401, "/problems/access-token-invalid")


@pytest.mark.parametrize("visibility", ["private", "public"])
def test_another_organisations_app_does_not_exist(stack: Stack, app: App, visibility: str) -> None:
    assert app.owner.http.patch(app.path, json={"visibility": visibility}).status_code == 200
    stranger = Owner(stack.edge_url)
    for path in ("", "/token", "/config", "/reports/overview", "/reports/funnel", "/reports/buttons"):
        assert problem(stranger.http.get(app.path + path)) == (404, "/problems/app-unknown")
    put = stranger.http.put(f"{app.path}/config/buttons", json={"buttons": []})
    assert problem(put) == (404, "/problems/app-unknown")


@pytest.mark.parametrize(
    ("query", "field"),
    [({"tz": "Mars/Olympus"}, "tz"), ({"from": 20, "to": 10}, "to"), ({"interval": "year"}, "interval")],
)
def test_a_bad_period_names_the_field(app: App, query: dict[str, str | int], field: str) -> None:
    answer = app.owner.http.get(f"{app.path}/reports/overview", params=query)
    assert problem(answer) == (422, "/problems/invalid-input")
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize("path", ["login", "refresh", "logout"])
def test_another_sites_page_logs_nobody_in_or_out(owner: Owner, path: str) -> None:
    body = {"email": owner.email, "password": "whatever it is"}
    answer = owner.http.post(f"/api/auth/{path}", json=body, headers={"origin": "https://evil.test"})
    assert problem(answer) == (403, "/problems/origin-foreign")
    assert "set-cookie" not in answer.headers
