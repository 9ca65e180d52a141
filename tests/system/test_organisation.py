"""Every cell of the table of who may do what in an organisation, asked of the edge; and the audit log as its admin
reads it.
"""

import uuid
from collections.abc import Iterator
from typing import NamedTuple, get_args

import httpx
import pytest

from services.contracts.users import OrganisationAction
from services.users.permissions import RULES
from stack.local import Stack
from tests.system.organisation import Organisation, Who, organisation
from tests.system.people import PASSWORD, SHOP, App, Json, Owner, client, eventually

ROLES: tuple[Who, ...] = get_args(Who)
MEMBERS = {rule.action for rule in RULES if "member" in rule.roles}
PREFIX = "/api/organisation/"


class Route(NamedTuple):
    action: OrganisationAction
    method: str
    path: str
    body: Json | None = None


ROUTES = {
    "organisationMembers": Route("see_people", "GET", "members"),
    "approveMember": Route("approve", "POST", "members/{other}/approve"),
    "removeFromOrganisation": Route("remove", "DELETE", "members/{other}"),
    "handOverOrganisation": Route("hand_over", "POST", "hand-over", {"user": "{admin}"}),
    "joinLinks": Route("make_links", "GET", "join-links"),
    "makeJoinLink": Route("make_links", "POST", "join-links", {}),
    "revokeJoinLink": Route("make_links", "DELETE", "join-links/{link}"),
    "audit": Route("read_audit", "GET", "audit"),
    "auditNames": Route("read_audit", "GET", "audit/names"),
}


@pytest.fixture(scope="module")
def company(stack: Stack) -> Iterator[Organisation]:
    with organisation(stack) as people:
        yield people


def expected(who: Who, operation: str) -> str:
    action = ROUTES[operation].action
    if who == "anonymous":
        return "access-token-invalid"
    if who.endswith(" key"):
        return "scope-missing"
    if who == "stranger":  # the admin of another organisation, where these people do not exist
        unknown = {"approve": "user-unknown", "remove": "user-unknown", "hand_over": "user-unknown"}
        return "join-link-unknown" if operation == "revokeJoinLink" else unknown.get(action, "done")
    return "done" if who == "admin" or action in MEMBERS else "forbidden"


def outcome(answer: httpx.Response) -> str:
    return answer.json()["type"].removeprefix("/problems/") if answer.status_code >= 400 else "done"


@pytest.mark.parametrize("who", ROLES)
@pytest.mark.parametrize("operation", ROUTES)
def test_each_cell(company: Organisation, operation: str, who: Who) -> None:
    route = ROUTES[operation]
    other = company.join().id if who == "admin" and route.action == "remove" else company.people["member"].id
    facts = {"other": other, "admin": company.admin.id}
    if operation == "revokeJoinLink":
        made = company.admin.http.post(f"{PREFIX}join-links", json={})
        facts["link"] = made.json()["link"]["id"]
    body = route.body and {name: value.format_map(facts) for name, value in route.body.items()}
    http = company.people[who].http
    answer = http.request(route.method, PREFIX + route.path.format_map(facts), json=body)
    assert outcome(answer) == expected(who, operation), answer.text


def test_no_route_of_the_organisation_is_left_out(stack: Stack) -> None:
    paths = httpx.get(f"{stack.edge_url}/schema/openapi.json").json()["paths"]
    there = {
        operation["operationId"]
        for path, methods in paths.items()
        for operation in methods.values()
        if path.startswith(PREFIX)
    }
    assert there == set(ROUTES), "give the new route its line in ROUTES"
    assert set(get_args(OrganisationAction)) == {route.action for route in ROUTES.values()}


def test_who_registers_by_a_link_is_in_at_once(stack: Stack, owner: Owner) -> None:
    made = owner.http.post("/api/organisation/join-links", json={"days": 1}).json()
    page, _, token = made["address"].partition("#")
    assert page == f"{stack.edge_url}/register"
    domain = owner.registered.json()["organisation"]
    with client(stack.edge_url) as http:
        offered = http.post("/api/join-link", json={"token": token})
        assert offered.json() == {"organisation": domain, "by": "Ada"}
        email = f"{uuid.uuid4().hex[:10]}@example.org"
        body = {"email": email, "password": PASSWORD, "name": "Bob", "organisation": domain, "link": token}
        assert http.post("/api/users", json=body).json()["standing"] == "active"
        login = http.post("/api/auth/login", json={"email": email, "password": PASSWORD})
        assert login.status_code == 200
        again = http.post("/api/users", json={**body, "email": f"x{email}"})
        assert (again.status_code, again.json()["type"]) == (401, "/problems/join-link-invalid")
        assert http.post("/api/join-link", json={"token": token}).json() == again.json()


def audit(owner: Owner, **query: object) -> list[Json]:
    answer = owner.http.get("/api/organisation/audit", params=query)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    entries: list[Json] = answer.json()["entries"]
    return entries


def test_what_is_done_with_an_apps_data_is_noted(app: App) -> None:
    http = app.owner.http
    line = f'{{"visitor": "c-1", "time": 1750000000000, "url": "{SHOP}/"}}\n'
    took = http.post(
        f"{app.path}/import?id=past", content=line, headers={"content-type": "application/x-ndjson"}
    )
    assert took.status_code == 200, took.text
    assert http.get(f"{app.path}/export").status_code == 200
    assert http.delete(f"{app.path}/visitors/c-1").status_code == 200
    assert http.put(f"{app.path}/retention", json={"days": 90}).status_code == 200
    wanted = ["retention_changed", "visitor_erased", "events_exported", "events_imported"]

    def noted() -> list[Json]:
        entries = [entry for entry in audit(app.owner, app=app.id) if entry["did"] in wanted]
        return entries if len(entries) >= len(wanted) else []

    entries = eventually(noted)
    assert [entry["did"] for entry in entries] == wanted
    assert {entry["by_name"] for entry in entries} == {"Ada"}
    assert "c-1" not in str(entries)


def test_the_audit_log_is_a_table_too_and_holds_no_address(app: App) -> None:
    names = {entry["did"] for entry in eventually(lambda: audit(app.owner, limit=100))}
    assert names >= {"registered", "logged_in"}
    answer = app.owner.http.get("/api/organisation/audit", params={"format": "csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    head, *rows = answer.text.splitlines()
    assert head == "id,at,did,by,by_name,whom,whom_name,app,app_name,facts"
    assert any(",logged_in," in row for row in rows)
    assert app.owner.email not in answer.text
    assert "127.0.0.1" not in answer.text


def test_nothing_changes_the_audit_log(stack: Stack) -> None:
    paths = httpx.get(f"{stack.edge_url}/schema/openapi.json").json()["paths"]
    methods = {method for path, methods in paths.items() if "audit" in path for method in methods}
    assert methods == {"get"}
