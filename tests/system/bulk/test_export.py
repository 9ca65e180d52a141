"""Raw events out, and in again: the same reports."""

import json
from pathlib import Path
from typing import Any

import duckdb
import httpx
import msgspec
import pytest

from stack.local import Stack
from tests.system.bulk.test_import import BEGIN, lines, overview, post
from tests.system.people import SHOP, App, Owner, Tracker, click, eventually, now, page

DAY = 86_400_000
PERIOD = {"from": BEGIN - DAY, "to": BEGIN + 10 * DAY}
FUNNEL = {
    "stages": [
        {"name": "in", "trigger": "url", "match": "prefix", "value": "/"},
        {"name": "buy", "trigger": "click", "value": "#buy"},
    ]
}


def exported(app: App, **query: Any) -> httpx.Response:
    answer = app.owner.http.get(f"{app.path}/export", params=query)
    assert answer.status_code == 200, answer.text
    return answer


def reports(app: App, period: dict[str, int]) -> dict[str, Any]:
    """What every report says, but for when it says so."""
    names = (
        "overview",
        "funnel",
        "buttons",
        "pages",
        "audience",
        "campaigns",
        "journey",
        "sessions",
        "retention",
    )
    told = {name: app.report(name, **period) for name in names}
    for report in told.values():
        report.pop("as_of", None)
    return told


def counted(app: App, period: dict[str, int], sessions: int, events: int) -> bool:
    totals = app.report("overview", **period)["totals"]
    return bool((totals["sessions"], totals["events"]) == (sessions, events))


def test_what_a_tracker_sent_gives_the_same_reports_when_it_is_exported_and_imported(
    owner: Owner, stack: Stack
) -> None:
    period = {"from": now() - DAY, "to": now() + DAY}
    app, copy = owner.app("first"), owner.app("copy")
    for one in (app, copy):
        assert one.configure("funnel", FUNNEL).status_code == 200
        buttons = {"buttons": [{"name": "Buy", "selector": "#buy"}]}
        assert one.configure("buttons", buttons).status_code == 200
    for path in ("/?utm_source=news&utm_medium=email", "/plain"):
        tracker = Tracker(stack.edge_url, app.token)
        welcome = tracker.hello(
            url=f"{SHOP}{path}", referrer="https://www.google.com/search?q=x", language="de", screen="800x600"
        ).json()
        with tracker.stream(welcome["ticket"]) as stream:
            stream.acked(page(path, title="In"))
            stream.acked(
                {"type": "start", "timestamp": now(), "meta": {"device": {"os": "Linux"}}},
                click("form>button#buy", text="Buy", page_w=800, page_h=2000, hover=0.4),
                {"type": 0, "timestamp": now(), "event": {"elapsed": 0.7, "target": "form>button#buy"}},
                {"type": 1, "timestamp": now(), "event": {"X": 4, "Y": 5, "elapsed": 0.2}},
                {"type": 0, "timestamp": now(), "event": {"name": "order", "value": 9.5, "currency": "EUR"}},
                page("/thanks", elapsed=1.5, scroll=70),
            )
            stream.say({"type": "goodbye"})
    assert eventually(lambda: counted(app, period, 2, 14)), app.report("overview", **period)
    assert eventually(lambda: exported(app).text.count('"left"') == 2), exported(app).text
    told = post(copy, exported(app).content)
    assert told.status_code == 200, told.text
    assert (told.json()["events"], told.json()["sessions"], told.json()["rejected"]) == (14, 2, 0)
    assert eventually(lambda: counted(copy, period, 2, 14)), copy.report("overview", **period)
    first, second = reports(app, period), reports(copy, period)
    for name in first:
        assert _without_ids(first[name]) == _without_ids(second[name]), name


def _without_ids(report: Any) -> Any:
    """Sessions are others in another app."""
    if isinstance(report, dict):
        return {key: _without_ids(value) for key, value in report.items() if key not in ("session", "id")}
    return [_without_ids(item) for item in report] if isinstance(report, list) else report


@pytest.fixture(scope="module")
def full(owner: Owner) -> App:
    """An app with more than one part of an export."""
    app = owner.app("full")
    assert post(app, "\n".join(lines(60_000, visitors=600)).encode()).json()["events"] == 60_000
    assert eventually(lambda: overview(app)["events"] == 60_000, 60), overview(app)
    return app


def test_all_of_a_period_comes_in_either_format(full: App, tmp_path: Path) -> None:
    rows = [json.loads(line) for line in exported(full).content.splitlines()]
    assert len(rows) == 60_600
    assert len({row["session"] for row in rows}) == 600
    answer = exported(full, format="parquet", **PERIOD)
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    assert "attachment" in answer.headers["content-disposition"]
    file = tmp_path / "all.parquet"
    file.write_bytes(answer.content)
    with duckdb.connect() as connection:
        found = connection.execute(
            f"select visitor, session, epoch_ms(time), kind, url, target from '{file}'"
        ).fetchall()
    fields = ("visitor", "session", "time", "kind", "url", "target")
    assert found == [tuple(row.get(field) for field in fields) for row in rows]


def test_a_period_takes_the_sessions_that_began_in_it(full: App) -> None:
    text = exported(full, **{"from": BEGIN + 500, "to": BEGIN + 600}).content
    rows = [msgspec.json.decode(line) for line in text.splitlines()]
    starts = sorted(row["time"] - BEGIN for row in rows if row["kind"] == "start")
    assert (starts[0] >= 500, starts[-1] < 600, len(starts)) == (True, True, 60)
    assert len(rows) == 60 * 101
    assert exported(full, **{"from": 1, "to": 2}).content == b""


def test_what_cannot_be_exported_is_said_before_anything_is_sent(full: App, stack: Stack) -> None:
    stranger = Owner(stack.edge_url)
    assert stranger.http.get(f"{full.path}/export").status_code == 404
    assert httpx.get(f"{stack.edge_url}{full.path}/export").status_code == 401
    http = full.owner.http
    assert http.get(f"{full.path}/export", params={"format": "xls"}).status_code == 422
    backwards = http.get(f"{full.path}/export", params={"from": 5000, "to": 4000})
    assert (backwards.status_code, backwards.json()["errors"][0]["field"]) == (422, "from")


def test_a_client_that_leaves_ends_its_export(full: App) -> None:
    for _ in range(20):
        with full.owner.http.stream("GET", f"{full.path}/export") as answer:
            assert next(answer.iter_raw())
    assert len(exported(full).content.splitlines()) == 60_600
