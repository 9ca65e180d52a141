"""The reports as the dashboard asks for them: filtered, by segment, one session alone, as CSV, and who is left out."""

import pytest

from stack.local import Stack
from tests.system.people import App, Tracker, click, eventually, now, page

BUY = "body>main>button#buy.btn"
REPORTS = (
    "overview",
    "pages",
    "audience",
    "sessions",
    "retention",
    "funnel",
    "journey",
    "campaigns",
    "buttons",
)


def visit(tracker: Tracker, **hello: object) -> None:
    ticket = tracker.hello(**hello).json()["ticket"]
    with tracker.stream(ticket) as stream:
        at = now()
        stream.acked(page("/", at=at), page("/product/7", 3, at=at + 1), click(BUY, at=at + 2))


@pytest.fixture
def visited(app: App, tracker: Tracker) -> App:
    visit(tracker, referrer="https://news.example/shop", language="de")
    assert eventually(lambda: app.totals()["page_views"] == 2), app.totals()
    return app


def test_the_visit_is_in_each_of_them(visited: App) -> None:
    rows = {row["path"]: row for row in visited.report("pages")["rows"]}
    assert (rows["/"]["entries"], rows["/product/7"]["exits"]) == (1, 1)
    assert [row["value"] for row in visited.report("audience", by="referrer")["rows"]] == [
        "news.example/shop"
    ]
    (session,) = visited.report("sessions")["rows"]
    assert (session["entry"], session["exit"], session["clicks"]) == ("/", "/product/7", 1)
    happened = visited.report(f"sessions/{session['session']}")["happened"]
    assert [event["kind"] for event in happened][:3] == ["page", "page", "click"]
    assert sum(cohort["visitors"] for cohort in visited.report("retention")["cohorts"]) == 1


def test_filters_and_segments_choose_and_a_bad_one_is_named(visited: App) -> None:
    segments = [{"name": "Buyers", "filters": ["click:#buy", "page:/product/*"]}]
    assert visited.configure("segments", {"segments": segments}).status_code == 200
    for text, sessions in (("language:de", 1), ("!language:de", 0), ("segment:Buyers", 1), ("exit:/", 0)):
        assert visited.report("overview", f=text)["totals"]["sessions"] == sessions, text
    for text in ("colour:red", "segment:Nobody"):
        answer = visited.owner.http.get(f"{visited.path}/reports/funnel", params={"f": ["language:de", text]})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "f[1]")


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_can_be_had_as_csv(visited: App, name: str) -> None:
    answer = visited.owner.http.get(f"{visited.path}/reports/{name}", headers={"accept": "text/csv"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert "," in answer.text.splitlines()[0]


@pytest.mark.inside  # where the edge sees the visitor on the loopback
def test_own_visits_spam_and_headless_browsers_are_counted_apart(app: App, stack: Stack) -> None:
    visit(Tracker(stack.edge_url, app.token), referrer="https://semalt.com/bait")
    visit(Tracker(stack.edge_url, app.token), screen="1x1")
    assert app.configure("own", {"addresses": ["127.0.0.0/8", "::1"]}).status_code == 200

    # The edge learns of the change by an event: the next visit may come before it.
    def own_is_seen() -> bool:
        visit(Tracker(stack.edge_url, app.token))
        return bool(app.report("overview")["excluded"]["own"])

    assert eventually(own_is_seen, seconds=20)

    def spam_and_bot_are_seen() -> bool:
        excluded = app.report("overview")["excluded"]
        return (excluded["spam"], excluded["bots"]) == (1, 1)

    assert eventually(spam_and_bot_are_seen)


def test_the_way_it_took_is_in_journey_campaigns_heat_map_and_among_the_dropped(visited: App) -> None:
    ways = visited.report("journey", depth=2)
    pages = [[node["page"] or node["kind"] for node in column] for column in ways["columns"]]
    assert (pages, ways["sessions"]) == ([["/"], ["/product/7"]], 1)
    (row,) = visited.report("campaigns", by="source")["rows"]
    assert (row["name"], row["sessions"], row["bounce_rate"]) == ("news.example", 1, 0)
    heat = visited.report("heatmap", page="/product/7", heat="scroll")
    assert (heat["page"], heat["columns"], len(heat["depths"])) == ("/product/7", 100, 11)

    stages = [{"name": name, "trigger": "url", "value": name} for name in ("/", "/thanks")]
    http, path = visited.owner.http, f"{visited.path}/reports/funnel"
    funnel = http.post(path, json={"stages": stages, "order": "any"}, params={"by": "language"}).json()
    assert [stage["count"] for stage in funnel["stages"]] == [1, 0]
    assert [(part["value"], part["counts"]) for part in funnel["parts"]] == [("de", [1, 0])]
    dropped = http.post(f"{path}/dropped", json={"stages": stages}, params={"stage": 1}).json()
    assert dropped["went_to"] == [{"page": "/product/7", "count": 1}]
    last = http.post(f"{path}/dropped", json={"stages": stages}, params={"stage": 2})
    assert (last.status_code, last.json()["errors"][0]["field"]) == (422, "stage")
