"""An app's tokens at the edges: what is decided for one reaches every edge within a second."""

import time
from collections.abc import Callable, Iterator

import pytest

from stack.local import Stack
from tests.system.edges import another_edge
from tests.system.people import SHOP, App, Tracker

pytestmark = pytest.mark.inside

WITHIN = 1.0
"""seconds"""


@pytest.fixture(scope="module")
def edges(stack: Stack) -> Iterator[list[str]]:
    with another_edge(stack) as other:
        yield [stack.edge_url, other]


def statuses(trackers: list[Tracker]) -> list[int]:
    return [tracker.hello().status_code for tracker in trackers]


def seconds_until(fact: Callable[[], bool]) -> float:
    """After which whoever looks finds it so. How long a look takes is the machine's matter and not counted."""
    began, late = time.monotonic(), 0.0
    while True:
        looked = time.monotonic() - began
        if fact():
            return late
        late = looked
        assert late < 10, "did not happen"


def test_a_revoked_token_is_refused_by_every_edge_within_a_second(edges: list[str], app: App) -> None:
    trackers = [Tracker(edge, app.token) for edge in edges]
    assert statuses(trackers) == [200, 200]
    assert app.owner.http.delete(f"{app.path}/tokens/1").status_code == 204
    assert seconds_until(lambda: statuses(trackers) == [401, 401]) <= WITHIN
    assert app.owner.http.get(f"{app.path}/token").json() == {"token": None}


def test_rotation_with_no_overlap_ends_the_old_token_everywhere(edges: list[str], app: App) -> None:
    old = [Tracker(edge, app.token) for edge in edges]
    assert statuses(old) == [200, 200]
    new = app.owner.http.post(f"{app.path}/token", json={"days": 7, "overlap": 0}).json()["token"]
    assert seconds_until(lambda: statuses(old) == [401, 401]) <= WITHIN
    assert statuses([Tracker(edge, new) for edge in edges]) == [200, 200]


def test_both_tokens_are_good_during_an_overlap(edges: list[str], app: App) -> None:
    new = app.owner.http.post(f"{app.path}/token", json={"overlap": 1}).json()["token"]
    for token in (app.token, new):
        assert statuses([Tracker(edge, token) for edge in edges]) == [200, 200]
    listed = app.owner.http.get(f"{app.path}/tokens").json()["tokens"]
    assert [(token["issue"], token["revoked"]) for token in listed] == [(2, False), (1, True)]
    assert all("token" not in token for token in listed)


def test_an_edge_that_starts_later_knows_the_origins_of_now(stack: Stack, app: App) -> None:
    moved = "https://moved.test"
    assert app.owner.http.patch(app.path, json={"origins": [moved]}).status_code == 200
    with another_edge(stack) as edge:
        assert seconds_until(lambda: Tracker(edge, app.token, moved).hello().status_code == 200) <= WITHIN
        assert Tracker(edge, app.token).hello().status_code == 403


def test_new_origins_reach_every_edge_and_the_snippet_stays_good(edges: list[str], app: App) -> None:
    moved = "https://moved.test"
    here = [Tracker(edge, app.token) for edge in edges]
    there = [Tracker(edge, app.token, moved) for edge in edges]
    assert statuses(here) == [200, 200]
    assert statuses(there) == [403, 403]
    assert app.owner.http.patch(app.path, json={"origins": [SHOP, moved]}).status_code == 200
    assert seconds_until(lambda: statuses(there) == [200, 200]) <= WITHIN
    assert statuses(here) == [200, 200]
    assert app.owner.http.patch(app.path, json={"origins": [moved]}).status_code == 200
    assert seconds_until(lambda: statuses(here) == [403, 403]) <= WITHIN


def test_the_tokens_of_a_deleted_app_are_refused(edges: list[str], app: App) -> None:
    trackers = [Tracker(edge, app.token) for edge in edges]
    assert statuses(trackers) == [200, 200]
    shown = app.owner.http.get(app.path).json()
    confirm = f"{shown['organisation']}/{shown['name']}"
    assert app.owner.http.delete(app.path, params={"confirm": "shop"}).status_code == 422
    assert app.owner.http.delete(app.path, params={"confirm": confirm}).status_code == 204
    assert seconds_until(lambda: statuses(trackers) == [401, 401]) <= WITHIN
