"""Every route the edge says it has, asked once: whatever it answers, a browser may do nothing else with it."""

from collections.abc import Iterator
from typing import Any

import httpx

from edge.headers import ANSWER_POLICY, EVERYWHERE, PAGE_POLICY
from stack.local import Stack
from tests.system.people import App, Json, Owner, Tracker


def routes(edge: str) -> Iterator[tuple[str, str, str]]:
    """Method, path and operation."""
    paths: dict[str, Json] = httpx.get(f"{edge}/schema/openapi.json").json()["paths"]
    for path, methods in paths.items():
        for method, operation in methods.items():
            yield method.upper(), path, operation["operationId"]


def lacking(answer: httpx.Response, policy: str) -> dict[str, Any]:
    """The headers that are not as they have to be."""
    wanted = {**EVERYWHERE, "content-security-policy": policy}
    return {name: found for name, value in wanted.items() if (found := answer.headers.get(name)) != value}


LEFT_FOR_LAST = {"deleteApp", "logout", "logoutEverywhere"}
"""after them there is nothing to ask about, and nobody to ask"""


def test_every_route_answers_with_the_headers(stack: Stack) -> None:
    app = Owner(stack.edge_url).app()
    http = app.owner.http
    asked = sorted(routes(stack.edge_url), key=lambda route: route[2] in LEFT_FOR_LAST)
    assert len(asked) > 60
    statuses = set()
    for method, path, operation in asked:
        filled = path.replace("{app}", app.id)
        filled = filled.replace("{user}", app.owner.registered.json()["id"]).replace("{version}", "0")
        filled = filled.replace("{issue}", "1").replace("{", "").replace("}", "")
        answer = http.request(method, filled, json={} if method in ("POST", "PUT", "PATCH") else None)
        statuses.add(answer.status_code)
        assert answer.status_code < 500, (operation, answer.text)
        assert lacking(answer, ANSWER_POLICY) == {}, operation
        assert answer.headers["cache-control"] == "no-store", operation
    assert statuses >= {200, 201, 204, 403, 404, 422}


def test_files_and_what_is_not_there_have_them_too(stack: Stack, tracker: Tracker) -> None:
    with httpx.Client(base_url=stack.edge_url) as http:
        page = http.get("/")
        assert lacking(page, PAGE_POLICY) == {}
        script = next(part for part in page.text.split('"') if part.startswith("/assets/"))
        assert lacking(http.get(script), PAGE_POLICY) == {}
        for path in ("/t.js", "/api/nothing", "/assets/nothing.js", "/health/ready", "/metrics"):
            assert lacking(http.get(path), ANSWER_POLICY) == {}, path
    greeted = tracker.hello()
    assert greeted.status_code == 200
    assert lacking(greeted, ANSWER_POLICY) == {}
    # What a page of the shop reads of the answer is unhindered.
    assert greeted.headers["access-control-allow-origin"] == tracker.origin
    assert "cross-origin-resource-policy" not in greeted.headers


def test_an_export_is_kept_by_nobody(app: App) -> None:
    answer = app.owner.http.get(f"{app.path}/export")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
