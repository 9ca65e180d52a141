"""A file of past events, brought in over HTTP: counted once, whatever breaks in between."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from stack.local import Stack
from stack.local.importing import Importer, Refused
from tests.system.people import PASSWORD, SHOP, App, Owner, eventually, now

MINUTE = 60_000
BEGIN = 1_750_000_000_000
"""in the past, of which nothing else tells"""


def lines(events: int, visitors: int = 200, begin: int = BEGIN) -> Iterator[str]:
    """Visitors take turns, a second apart: each has one session of pages and clicks."""
    for i in range(events):
        visitor, at = f"v{i % visitors}", begin + i * 1000 // visitors
        if (i // visitors) % 2:
            yield json.dumps({"visitor": visitor, "time": at, "X": 5, "Y": i, "target": "button#buy"})
        else:
            yield json.dumps({"visitor": visitor, "time": at, "url": f"{SHOP}/page/{i % 97}?utm_source=x"})


def overview(app: App, begin: int = BEGIN, days: int = 10) -> dict[str, int]:
    totals = app.report("overview", **{"from": begin - MINUTE, "to": begin + days * 86_400_000})["totals"]
    return {name: totals[name] for name in ("visitors", "sessions", "events", "page_views")}


def post(
    app: App, body: bytes | Iterator[bytes], kind: str = "application/x-ndjson", **query: object
) -> httpx.Response:
    headers = {"content-type": kind}
    return app.owner.http.post(f"{app.path}/import", content=body, headers=headers, params=query)  # type: ignore[arg-type]


def test_lines_are_counted_and_bad_ones_told_by_their_number(app: App) -> None:
    text = [
        json.dumps({"visitor": "a", "time": BEGIN, "url": f"{SHOP}/", "browser": "Firefox", "country": "de"}),
        json.dumps({"visitor": "a", "time": BEGIN + 1000, "X": 1, "Y": 2, "target": "button"}),
        "nonsense",
        json.dumps({"visitor": "b", "time": "2025-06-15T15:06:40Z", "url": f"{SHOP}/b"}),
        json.dumps({"visitor": "a", "time": BEGIN + 40 * MINUTE, "url": f"{SHOP}/again"}),
        json.dumps({"visitor": "a", "time": now() + 86_400_000, "url": f"{SHOP}/future"}),
        json.dumps({"time": BEGIN, "url": f"{SHOP}/nobody"}),
    ]
    answer = post(app, "\n".join(text).encode())
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["lines"], told["events"], told["sessions"], told["rejected"], told["done"]) == (
        7,
        4,
        3,
        3,
        True,
    )
    assert [reject["line"] for reject in told["rejects"]] == [3, 6, 7]
    assert [reject["detail"].partition(":")[0] for reject in told["rejects"][1:]] == ["time", "visitor"]
    expected = {"visitors": 2, "sessions": 3, "events": 4, "page_views": 3}
    assert eventually(lambda: overview(app) == expected), overview(app)


def test_the_same_file_counts_once_under_its_id_and_twice_under_another(app: App) -> None:
    body = "\n".join(lines(500, visitors=10)).encode()
    for _ in range(2):
        assert post(app, body, id="mine").json()["events"] == 500
    assert eventually(lambda: overview(app)["events"] == 500), overview(app)
    assert post(app, b"x" + body, id="mine").status_code == 409
    assert post(app, body, id="other").json()["events"] == 500
    assert eventually(lambda: overview(app)["events"] == 1000), overview(app)


def test_csv_may_hold_line_breaks_within_quotes(app: App) -> None:
    body = (
        "visitor,time,kind,url,title,name,props\r\n"
        f'a,{BEGIN},,{SHOP}/,"one\r\ntwo, ""three""",,\r\n'
        f'a,{BEGIN + 5},,,,buy,"{{""size"": 3}}"\r\n'
        f"a,{BEGIN + 6},click,,,,\r\n"
    )
    told = post(app, body.encode(), "text/csv").json()
    assert (told["lines"], told["events"], told["sessions"]) == (5, 2, 1)
    assert [reject["line"] for reject in told["rejects"]] == [5]
    answer = post(app, b"who,when\r\n", "text/csv")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "header")


def test_only_the_owner_may(app: App, owner: Owner, stack: Stack) -> None:
    stranger = Owner(stack.edge_url)
    headers = {"content-type": "application/x-ndjson"}
    assert stranger.http.post(f"{app.path}/import", content=b"", headers=headers).status_code == 404
    assert stranger.http.get(f"{app.path}/import/mine").status_code == 404
    assert httpx.post(f"{stack.edge_url}{app.path}/import", content=b"", headers=headers).status_code == 401
    assert post(app, b"", "text/plain").status_code == 422
    assert post(app, b"", id="not/good").status_code == 422
    assert post(app, b"", id="ahead", offset=5).status_code == 409
    assert owner.http.get(f"{app.path}/import/never").json()["type"] == "/problems/import-unknown"


@pytest.mark.inside
@pytest.mark.parametrize("victim", ["edge", "broker", "recorder"])
def test_what_is_killed_in_the_middle_loses_and_doubles_nothing(
    app: App, stack: Stack, tmp_path: Path, victim: str
) -> None:
    file = tmp_path / "events.ndjson"
    count = 150_000
    file.write_text("\n".join(lines(count)) + "\n")
    middle = threading.Event()
    importer = Importer(stack.edge_address, app.owner.email, PASSWORD, patience=120)
    told: list[dict[str, object]] = []

    def run() -> None:
        told.append(importer.run(file, app.id, lambda sent, size: middle.set() if sent > size // 2 else None))

    thread = threading.Thread(target=run)
    thread.start()
    assert middle.wait(60)
    stack.kill(victim)
    stack.start(victim)
    thread.join(120)
    assert told, "the import did not come to its end"
    assert (told[0]["events"], told[0]["rejected"], told[0]["done"]) == (count, 0, True)
    expected = {"visitors": 200, "sessions": 200, "events": count, "page_views": count // 2}
    assert eventually(lambda: overview(app) == expected, 60), overview(app)


def test_a_file_that_is_not_there_is_refused(app: App, stack: Stack, tmp_path: Path) -> None:
    importer = Importer(stack.edge_address, app.owner.email, PASSWORD)
    with pytest.raises(Refused, match="no file"):
        importer.run(tmp_path / "none.csv", app.id)
    with pytest.raises(Refused, match="ending"):
        importer.run(tmp_path / "none.xls", app.id)
    (tmp_path / "some.csv").write_text("visitor,time\n")
    with pytest.raises(Refused, match="no app"):
        importer.run(tmp_path / "some.csv", "nothing of that name")
