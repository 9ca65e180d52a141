"""What is erased, too old, or an app's that was deleted, goes from record and reports, and stays away."""

import json
from typing import Any

import httpx
import pytest
from pymongo.collection import Collection

from stack.local import Stack
from tests.system.bulk.conftest import of
from tests.system.people import SHOP, App, Owner, Tracker, eventually, now, page

DAY = 86_400_000
Record = Collection[dict[str, Any]]


def recorded(record: Record, app: App) -> int:
    """How many sessions of the app the record knows the beginning of, told by trackers or imports."""
    return sum(
        len(document["visitors"]) if "visitors" in document else "visitor" in document
        for document in record.find(of(app.id))
    )


def bring(app: App, *visits: tuple[str, int]) -> httpx.Response:
    """A session of two pages for each visitor and beginning (UNIX ms), all in one block of the record."""
    lines = [
        json.dumps({"visitor": visitor, "time": at + i, "url": f"{SHOP}/of-{visitor}/{i}", "title": visitor})
        for visitor, at in visits
        for i in range(2)
    ]
    return app.owner.http.post(
        f"{app.path}/import", content="\n".join(lines), headers={"content-type": "application/x-ndjson"}
    )


def overview(app: App) -> dict[str, int]:
    totals = app.report("overview", **{"from": now() - 400 * DAY, "to": now() + DAY})["totals"]
    return {name: totals[name] for name in ("visitors", "sessions", "events", "page_views")}


def rebuild(stack: Stack) -> None:
    """Delete the projection's file; the reports are there again when it is built from the record."""
    stack.stop("analysis")
    for file in (stack.run / "analysis").iterdir():
        if file.is_file():
            file.unlink()
    stack.start("analysis")


def becomes(app: App, visitors: int, sessions: int) -> bool:
    wanted = {"visitors": visitors, "sessions": sessions, "events": 2 * sessions, "page_views": 2 * sessions}
    return bool(eventually(lambda: overview(app) == wanted, 60)) or overview(app) == wanted


@pytest.mark.inside
def test_an_erased_visitor_is_gone_from_both_stores_and_does_not_come_back(
    app: App, stack: Stack, record: Record, tracker: Tracker
) -> None:
    hour = now() - 3_600_000
    bring(app, ("ada", hour - DAY), ("ada", hour), ("bob", hour))
    welcome = tracker.hello().json()
    with tracker.stream(welcome["ticket"]) as stream:
        stream.acked(page("/live"), page("/live/2"))
        assert becomes(app, 3, 4), overview(app)

        erased = app.owner.http.delete(f"{app.path}/visitors/{welcome['visitor']}")
        assert (erased.status_code, erased.json()) == (200, {"sessions": 1})
        assert app.owner.http.delete(f"{app.path}/visitors/ada").json() == {"sessions": 2}
        assert becomes(app, 1, 1), overview(app)
        assert recorded(record, app) == 1
        assert record.count_documents(of(app.id)) == 1

        # The session goes on at the tracker, which knows of nothing; its Start is told again at every connection.
        stream.acked(page("/late"))
    tracker.beacon([{"n": 900, "events": [page("/later")]}], goodbye=True)
    bring(app, ("carl", hour))
    assert becomes(app, 2, 2), overview(app)
    assert eventually(lambda: recorded(record, app) == 2), list(record.find(of(app.id)))
    assert record.count_documents(of(app.id)) == 2
    rebuild(stack)
    assert becomes(app, 2, 2), overview(app)

    # Who was erased is no outlaw: what they do from now on is counted.
    again = Tracker(stack.edge_url, app.token)
    with again.stream(again.hello(visitor=welcome["visitor"]).json()["ticket"]) as stream:
        stream.acked(page("/new"), page("/new/2"))
    assert becomes(app, 3, 3), overview(app)


def test_only_the_owner_erases_and_a_strange_visitor_is_nothing(app: App, stack: Stack) -> None:
    stranger = Owner(stack.edge_url)
    assert stranger.http.delete(f"{app.path}/visitors/ada").status_code == 404
    assert stranger.http.put(f"{app.path}/retention", json={"days": 1}).status_code == 404
    assert app.owner.http.delete(f"{app.path}/visitors/nobody").json() == {"sessions": 0}


@pytest.mark.inside
def test_sessions_older_than_the_app_keeps_them_go_for_good(app: App, stack: Stack, record: Record) -> None:
    retention = f"{app.path}/retention"
    http = app.owner.http
    assert http.get(retention).json() == {"days": None}
    refused = http.put(retention, json={"days": 0})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "days")
    bring(app, ("ada", now() - 40 * DAY), ("ada", now() - 5 * DAY), ("bob", now() - 31 * DAY))
    assert becomes(app, 2, 3), overview(app)

    assert http.put(retention, json={"days": 30}).json() == {"days": 30}
    assert becomes(app, 1, 1), overview(app)
    assert eventually(lambda: recorded(record, app) == 1, 30), list(record.find(of(app.id)))
    assert http.get(retention).json() == {"days": 30}
    late = bring(app, ("carl", now() - 40 * DAY)).json()
    assert (late["events"], late["rejected"]) == (0, 2)
    assert "retention" in late["rejects"][0]["detail"]
    rebuild(stack)
    assert becomes(app, 1, 1), overview(app)

    assert http.put(retention, json={"days": None}).json() == {"days": None}
    assert eventually(lambda: http.get(retention).json() == {"days": None})
    assert bring(app, ("carl", now() - 40 * DAY)).json()["events"] == 2


@pytest.mark.inside
def test_a_deleted_app_takes_its_events_along(owner: Owner, stack: Stack, record: Record) -> None:
    kept, gone = owner.app("kept"), owner.app("gone")
    for app in (kept, gone):
        bring(app, ("ada", now() - DAY))
        assert becomes(app, 1, 1), overview(app)
    told = owner.http.get(gone.path).json()
    deleted = owner.http.delete(gone.path, params={"confirm": f"{told['organisation']}/{told['name']}"})
    assert deleted.status_code == 204, deleted.text
    assert eventually(lambda: record.count_documents(of(gone.id)) == 0, 30)
    assert recorded(record, kept) == 1
    assert becomes(kept, 1, 1), overview(kept)


@pytest.mark.inside
def test_erasing_finds_sessions_by_an_index(record: Record, app: App) -> None:
    plan = record.find({"visitor": "ada", **of(app.id)}, {"_id": 1}).explain()
    assert "sessions by visitor" in json.dumps(plan, default=str)
    before = {**of(app.id), "visitor": {"$exists": True}, "received": {"$lt": 5}}
    assert "sessions by time" in json.dumps(record.find(before, {"_id": 1}).explain(), default=str)
