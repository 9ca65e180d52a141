"""Services killed (-9) between the steps of one matter: nothing stays half-made for longer than their restart."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import httpx
import pytest
from bson import ObjectId
from pymongo import MongoClient
from pymongo.database import Database

from stack.local import Stack
from tests.system.people import SHOP, App, Json, Owner, Tracker, eventually, page

pytestmark = pytest.mark.inside

RESTART_SECONDS = 40
"""until what was killed runs again, with the back-off of its queue's retries"""


@contextmanager
def database(stack: Stack, service: str) -> Iterator[Database[Json]]:
    client: MongoClient[Json] = MongoClient(stack.mongo_uri(service))
    with client:
        yield client.get_default_database()


def begun(owner: Owner, app: str) -> bool:
    """Config knows the app from its beginning."""
    answer = owner.http.get(f"/api/apps/{app}/config/versions")
    return answer.status_code == 200 and answer.json()["versions"][-1:] != []


def known_to_tokens(stack: Stack, app: str) -> bool:
    with database(stack, "tokens") as tokens:
        return tokens["apps"].find_one({"_id": app, "deleted": {"$ne": True}}) is not None


def create(owner: Owner, name: str) -> httpx.Response:
    return owner.http.post("/api/apps", json={"name": name, "url": SHOP, "origins": [SHOP]})


def test_an_app_created_while_its_listeners_are_dead_is_whole_when_they_are_back(
    stack: Stack, owner: Owner
) -> None:
    stack.kill("config")
    stack.kill("tokens")
    try:
        app = create(owner, "while dead").json()["id"]
        stack.kill("apps")
        assert not known_to_tokens(stack, app)
    finally:
        stack.start("apps", "config", "tokens")
    assert eventually(lambda: begun(owner, app), RESTART_SECONDS)
    assert eventually(lambda: known_to_tokens(stack, app), RESTART_SECONDS)


def test_apps_killed_again_and_again_while_it_creates_leaves_no_app_half_made(
    stack: Stack, owner: Owner
) -> None:
    over = threading.Event()
    answers: list[int] = []

    def keep_creating() -> None:
        with httpx.Client(base_url=stack.edge_url, timeout=20, headers=owner.http.headers) as http:
            number = 0
            while not over.is_set():
                number += 1
                body = {"name": f"burst {number}", "url": SHOP, "origins": [SHOP]}
                answers.append(http.post("/api/apps", json=body).status_code)

    creating = threading.Thread(target=keep_creating)
    creating.start()
    try:
        for _ in range(3):
            enough = answers.count(201) + 5
            assert eventually(partial(created, answers, enough), RESTART_SECONDS), answers[-5:]
            stack.kill("apps", stay_down=False)
    finally:
        over.set()
        creating.join()
    stack.start("apps")
    listed = eventually(lambda: apps_of(owner), RESTART_SECONDS)
    burst = [app["id"] for app in listed if app["name"].startswith("burst")]
    assert len(burst) >= answers.count(201)
    for app in burst:
        assert eventually(partial(begun, owner, app), RESTART_SECONDS), app
        assert eventually(partial(known_to_tokens, stack, app), RESTART_SECONDS), app


def created(answers: list[int], enough: int) -> bool:
    return answers.count(201) >= enough


def apps_of(owner: Owner) -> Any:  # Any: JSON
    answer = owner.http.get("/api/apps")
    return answer.json()["apps"] if answer.status_code == 200 else None


def test_a_deleted_app_goes_everywhere_though_everybody_dies_meanwhile(
    stack: Stack, app: App, tracker: Tracker
) -> None:
    with tracker.stream() as stream:
        stream.acked(page("/"))
    assert app.configure("buttons", {"buttons": [{"name": "Buy", "selector": "#buy"}]}).status_code == 200
    assert eventually(lambda: frames(stack, app) > 0)
    shown = app.owner.http.get(app.path).json()
    for service in ("config", "tokens", "recorder"):
        stack.kill(service)
    confirm = {"confirm": f"{shown['organisation']}/{shown['name']}"}
    assert app.owner.http.delete(app.path, params=confirm).status_code == 204
    stack.kill("apps")
    stack.start("apps", "config", "tokens", "recorder")
    assert eventually(lambda: versions(stack, app) == 0, RESTART_SECONDS)
    assert eventually(lambda: living_tokens(stack, app) == 0, RESTART_SECONDS)
    assert eventually(lambda: frames(stack, app) == 0, RESTART_SECONDS)
    assert eventually(lambda: tracker.hello().status_code == 401, RESTART_SECONDS)
    assert app.owner.http.get(app.path).status_code == 404


def frames(stack: Stack, app: App) -> int:
    with database(stack, "analysis") as analysis:
        return analysis["frames"].count_documents({"app": ObjectId(app.id)})


def versions(stack: Stack, app: App) -> int:
    with database(stack, "config") as config:
        return config["versions"].count_documents({"app": app.id})


def living_tokens(stack: Stack, app: App) -> int:
    with database(stack, "tokens") as tokens:
        return tokens["tokens"].count_documents({"app": app.id, "revoked_at": None})
