"""What the dashboard asks: accounts, apps, config, notifications."""

from typing import Any

import httpx
import pytest
from pymongo import MongoClient

from stack.local import Stack
from tests.system.people import PASSWORD, App, Owner, eventually


def test_the_first_of_a_domain_founds_it_and_a_later_one_waits_for_approval(stack: Stack) -> None:
    founder = Owner(stack.edge_url)
    assert founder.registered.status_code == 201
    user = founder.registered.json()
    assert (user["role"], user["standing"]) == ("admin", "active")
    joiner = Owner(stack.edge_url, user["organisation"])
    assert joiner.registered.json()["standing"] == "pending"
    assert (joiner.login.status_code, joiner.login.json()["type"]) == (403, "/problems/approval-pending")


def test_who_is_approved_works_until_removed(stack: Stack) -> None:
    admin = Owner(stack.edge_url)
    joiner = Owner(stack.edge_url, admin.registered.json()["organisation"])
    path = f"/api/organisation/members/{joiner.registered.json()['id']}"
    people = admin.http.get("/api/organisation/members").json()["people"]
    assert [person["standing"] for person in people] == ["pending", "active"]
    assert admin.http.post(f"{path}/approve").json()["standing"] == "active"
    login = joiner.http.post("/api/auth/login", json={"email": joiner.email, "password": PASSWORD})
    joiner.http.headers["authorization"] = f"Bearer {login.json()['access_token']}"
    assert [one["name"] for one in joiner.http.get("/api/users/colleagues").json()["colleagues"]] == ["Ada"]
    assert joiner.http.get("/api/organisation/members").status_code == 403
    assert admin.http.delete(path).status_code == 204
    assert eventually(lambda: joiner.http.get("/api/users/colleagues").status_code == 401, 2)
    assert joiner.http.post("/api/auth/refresh").status_code == 401


def test_a_device_logged_out_from_another_is_out_at_once(stack: Stack) -> None:
    person = Owner(stack.edge_url)
    stolen = person.http.headers["authorization"]
    again = person.http.post("/api/auth/login", json={"email": person.email, "password": PASSWORD})
    person.http.headers["authorization"] = f"Bearer {again.json()['access_token']}"
    sessions = person.http.get("/api/auth/sessions").json()["sessions"]
    (other,) = (one for one in sessions if not one["current"])
    assert len(sessions) == 2
    assert person.http.delete(f"/api/auth/sessions/{other['id']}").status_code == 204
    refused = eventually(
        lambda: person.http.get("/api/users/me", headers={"authorization": stolen}).status_code == 401, 1
    )
    assert refused
    assert person.http.get("/api/users/me").status_code == 200


def test_a_script_reads_by_its_key_until_it_is_revoked(stack: Stack, owner: Owner, app: App) -> None:
    made = owner.http.post("/api/auth/keys", json={"name": "nightly", "scopes": ["read"]}).json()
    script = {"authorization": f"Bearer {made['secret']}"}
    assert owner.http.get(f"{app.path}/reports/overview", headers=script).status_code == 200
    for method, path in (
        ("POST", f"{app.path}/lock"),
        ("POST", "/api/auth/logout-everywhere"),
        ("GET", "/api/auth/keys"),
    ):
        refused = owner.http.request(method, path, headers=script)
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/scope-missing")
    assert owner.http.delete(f"/api/auth/keys/{made['key']['id']}").status_code == 204
    assert eventually(lambda: owner.http.get("/api/users/me", headers=script).status_code == 401, 1)


def test_an_email_registers_once(owner: Owner) -> None:
    body = {"email": owner.email.upper(), "password": PASSWORD, "name": "Eve", "organisation": "eve.example"}
    answer = owner.http.post("/api/users", json=body)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/email-taken")


def test_a_wrong_password_and_an_unknown_email_look_alike(owner: Owner) -> None:
    wrong = owner.http.post("/api/auth/login", json={"email": owner.email, "password": "wrong password"})
    unknown = owner.http.post(
        "/api/auth/login", json={"email": "no@body.example", "password": "wrong password"}
    )
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()


@pytest.mark.inside
def test_a_refresh_token_works_once_but_for_a_moment(stack: Stack) -> None:
    person = Owner(stack.edge_url)

    def refresh(cookie: str) -> httpx.Response:
        person.http.cookies.clear()
        return person.http.post("/api/auth/refresh", headers={"cookie": f"datalab_refresh={cookie}"})

    first = person.login.cookies["datalab_refresh"]
    second, again = (refresh(first).cookies["datalab_refresh"] for _ in range(2))
    assert second == again, "the answer that was lost on the way is given once more"
    third = refresh(second).cookies["datalab_refresh"]
    assert person.http.get("/api/users/me").status_code == 200
    with MongoClient[dict[str, Any]](stack.mongo_uri("auth")) as client:
        aged = {"$inc": {"rotations.$[].at": -10_001}}
        client.get_database().sessions.update_many({"user": person.registered.json()["id"]}, aged)
    stolen = refresh(first)
    assert (stolen.status_code, stolen.json()["type"]) == (401, "/problems/refresh-token-invalid")
    assert refresh(third).status_code == 401, "a token used too late ends the whole log-in session"


def test_the_refresh_cookie_is_out_of_reach_of_scripts_and_other_sites(owner: Owner) -> None:
    cookie = owner.login.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=strict", "Path=/api/auth"):
        assert part.lower() in cookie.lower()


def test_apps_are_listed_to_their_owner(owner: Owner, app: App) -> None:
    listed = {one["id"] for one in owner.http.get("/api/apps").json()["apps"]}
    assert app.id in listed


def test_the_current_token_is_shown_for_the_snippet(app: App) -> None:
    assert app.owner.http.get(f"{app.path}/token").json()["token"]["token"] == app.token


def test_a_config_counts_its_versions_and_names_a_wrong_field(app: App) -> None:
    stages = [
        {"name": "A", "trigger": "url", "value": "/a"},
        {"name": "B", "trigger": "url", "match": "regex", "value": "("},
    ]
    answer = app.configure("funnel", {"stages": stages})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].endswith("stages[1].value")
    stages[1]["value"] = "^/b$"
    assert app.configure("funnel", {"stages": stages}).json()["version"] == 1
    assert (
        app.configure("campaigns", {"campaigns": [{"name": "Spring", "suffix": "spring"}]}).json()["version"]
        == 2
    )
    config = app.owner.http.get(f"{app.path}/config").json()
    assert [stage["name"] for stage in config["funnel"]["stages"]] == ["A", "B"]
    assert config["campaigns"][0]["suffix"] == "spring"


def test_a_new_user_is_welcomed_and_may_clear_it_away(stack: Stack) -> None:
    person = Owner(stack.edge_url)

    def notes() -> list[dict[str, object]]:
        return person.http.get("/api/notifications").json()["notifications"]

    assert eventually(notes)
    (note,) = notes()
    assert (note["kind"], note["hidden"]) == ("welcome", False)
    assert person.http.post(f"/api/notifications/{note['id']}/hide").status_code == 204
    assert notes()[0]["hidden"] is True
    assert person.http.delete(f"/api/notifications/{note['id']}").status_code == 204
    assert notes() == []


@pytest.mark.inside
def test_ready_says_which_part_is_not(stack: Stack, owner: Owner) -> None:
    assert owner.http.get("/health/ready").status_code == 200
    stack.kill("tokens")
    answer = owner.http.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["parts"]["tokens"] != "ok"
    assert answer.json()["parts"]["users"] == "ok"
    stack.start("tokens")
    assert eventually(lambda: owner.http.get("/health/ready").status_code == 200)
