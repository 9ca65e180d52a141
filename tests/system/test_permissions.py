"""Every cell of the table of who may do what, asked of the edge: each role, each action by each of its routes,
locked and not, private and public.
"""

import itertools
import statistics
import time
from collections.abc import Iterator
from typing import Any, NamedTuple, get_args

import httpx
import pytest

from services.apps.permissions import ANSWER, RULES, role_of
from services.contracts.apps import Action
from stack.local import Stack
from tests.system.organisation import Organisation, State, Who, organisation
from tests.system.people import Json

ROLES: tuple[Who, ...] = get_args(Who)
STATES: list[State] = list(itertools.product((False, True), ("private", "public")))
RULE = {rule.action: rule for rule in RULES}


class Route(NamedTuple):
    """One way to do something; `{…}` are filled with what the app is. `spends`: a second time is no more the same."""

    action: Action
    method: str
    path: str
    body: Json | None = None
    query: Json = {}
    spends: bool = False
    done: tuple[int, ...] = (200, 201, 202, 204)


STAGES = [{"name": "a", "trigger": "url", "value": "/a"}, {"name": "b", "trigger": "url", "value": "/b"}]
ROUTES: dict[str, Route] = {
    "app": Route("see", "GET", "{path}"),
    "updateApp": Route("update", "PATCH", "{path}", {"description": "new"}),
    "deleteApp": Route("delete", "DELETE", "{path}", query={"confirm": "{typed}"}, spends=True),
    "lockApp": Route("lock", "POST", "{path}/lock", spends=True),
    "unlockApp": Route("unlock", "POST", "{path}/unlock", {"confirm": "{typed}"}, spends=True),
    "members": Route("see", "GET", "{path}/members"),
    "invite": Route("invite", "POST", "{path}/members", {"user": "{colleague}"}, spends=True),
    "removeMember": Route("invite", "DELETE", "{path}/members/{member}", spends=True),
    "remind": Route("invite", "POST", "{path}/invites/{pending}/remind", spends=True),
    "leaveApp": Route("leave", "POST", "{path}/leave", spends=True),
    "handOver": Route("hand_over", "PUT", "{path}/owner", {"user": "{member}"}, spends=True),
    "acceptInvite": Route(ANSWER, "POST", "/api/invites/{id}/accept", spends=True),
    "rejectInvite": Route(ANSWER, "POST", "/api/invites/{id}/reject", spends=True),
    "token": Route("see", "GET", "{path}/token"),
    "issueToken": Route("issue_token", "POST", "{path}/token", {"days": 30}),
    "tokens": Route("issue_token", "GET", "{path}/tokens"),
    "revokeToken": Route("issue_token", "DELETE", "{path}/tokens/1"),
    "config": Route("see", "GET", "{path}/config"),
    "configHistory": Route("see", "GET", "{path}/config/versions"),
    "configVersion": Route("see", "GET", "{path}/config/versions/0"),
    "restoreConfig": Route("configure", "POST", "{path}/config/versions/0/restore"),
    "getFunnel": Route("see", "GET", "{path}/config/funnel"),
    "putFunnel": Route("configure", "PUT", "{path}/config/funnel", {"stages": STAGES}),
    "getButtons": Route("see", "GET", "{path}/config/buttons"),
    "putButtons": Route("configure", "PUT", "{path}/config/buttons", {"buttons": []}),
    "getCampaigns": Route("see", "GET", "{path}/config/campaigns"),
    "putCampaigns": Route("configure", "PUT", "{path}/config/campaigns", {"campaigns": []}),
    "getSegments": Route("see", "GET", "{path}/config/segments"),
    "putSegments": Route("configure", "PUT", "{path}/config/segments", {"segments": []}),
    "getOwn": Route("see", "GET", "{path}/config/own"),
    "putOwn": Route("configure", "PUT", "{path}/config/own", {}),
    "getCapture": Route("see", "GET", "{path}/config/capture"),
    "putCapture": Route("configure", "PUT", "{path}/config/capture", {}),
    "importEvents": Route("import", "POST", "{path}/import", {}),
    "importProgress": Route("import", "GET", "{path}/import/{id}", done=(200, 404)),
    "exportEvents": Route("export", "GET", "{path}/export"),
    "retentionDays": Route("see", "GET", "{path}/retention"),
    "putRetentionDays": Route("erase", "PUT", "{path}/retention", {"days": None}),
    "eraseVisitor": Route("erase", "DELETE", "{path}/visitors/{nobody}"),
    "ad_hoc_funnel": Route("see", "POST", "{path}/reports/funnel", {"stages": STAGES}),
}
REPORTS_ROUTE = "/api/apps/{app}/reports/"
"""every report is for who may see the app, and read by GET"""


class Operation(NamedTuple):
    path: str
    needed: Json
    """a value for each query parameter it insists on"""


def operations_of(edge: str) -> dict[str, Operation]:
    """The edge's own word for its operations on one app."""
    paths = httpx.get(f"{edge}/schema/openapi.json").json()["paths"]
    return {
        operation["operationId"]: Operation(
            path,
            {
                parameter["name"]: 1 if parameter["schema"].get("type") in ("integer", "number") else "/"
                for parameter in operation.get("parameters", [])
                if parameter["in"] == "query" and parameter["required"]
            },
        )
        for path, methods in paths.items()
        for operation in methods.values()
        if "{app}" in path
    }


def expected(who: Who, route: Route, locked: bool, visibility: Any) -> str:
    action = route.action
    if who == "anonymous":
        return "access-token-invalid"
    if who.endswith(" key"):
        needed = "import" if action == "import" else "read" if route.method == "GET" else "manage"
        return expected("owner", route, locked, visibility) if who == f"{needed} key" else "scope-missing"
    if action == ANSWER:
        return "done" if who == "pending" else "invite-unknown"
    role = None if who == "stranger" else role_of(who, "owner", ["member"], visibility)
    if role is None:
        return "app-unknown"
    rule = RULE[action]
    if role not in rule.roles:
        return "forbidden"
    return "config-locked" if rule.frozen and locked else "done"


def outcome(answer: httpx.Response, route: Route) -> str:
    kind = answer.json()["type"].removeprefix("/problems/") if answer.status_code >= 400 else ""
    refusals = {"access-token-invalid": 401, "app-unknown": 404, "invite-unknown": 404}
    refusals |= {"forbidden": 403, "scope-missing": 403, "config-locked": 409}
    if refusals.get(kind) == answer.status_code:
        return kind
    return "done" if answer.status_code in route.done else f"{answer.status_code} {answer.text}"


def filled(value: Any, facts: Json) -> Any:
    if isinstance(value, str):
        return value.format_map(facts)
    if isinstance(value, dict):
        return {key: filled(inner, facts) for key, inner in value.items()}
    return value


class Company:
    """The people, an app in each state, and those that a cell has used up replaced."""

    def __init__(self, people: Organisation) -> None:
        self.people = people
        self.apps = {state: self.fresh(state) for state in STATES}

    def fresh(self, state: State) -> Json:
        ids = {who: somebody.id for who, somebody in self.people.people.items()}
        return {**ids, "nobody": "0" * 32, **self.people.app(state)}

    def ask(self, who: Who, route: Route, app: Json) -> httpx.Response:
        method, path, body = route.method, filled(route.path, app), filled(route.body, app)
        http = self.people.people[who].http
        return http.request(method, path, json=body, params=filled(route.query, app))


@pytest.fixture(scope="module")
def company(stack: Stack) -> Iterator[Company]:
    with organisation(stack) as people:
        yield Company(people)


def cells(company: Company, who: Who, route: Route) -> dict[State, tuple[str, str]]:
    """What came of it in each state, and what should have."""
    found = {}
    for state in STATES:
        wanted = expected(who, route, *state)
        app = company.fresh(state) if route.spends and wanted == "done" else company.apps[state]
        found[state] = outcome(company.ask(who, route, app), route), wanted
    return found


@pytest.mark.parametrize("who", ROLES)
@pytest.mark.parametrize("operation", ROUTES)
def test_each_cell(company: Company, operation: str, who: Who) -> None:
    found = cells(company, who, ROUTES[operation])
    assert {state: got for state, (got, _) in found.items()} == {
        state: wanted for state, (_, wanted) in found.items()
    }


@pytest.mark.parametrize("who", ROLES)
def test_every_report_is_for_who_sees_the_app(stack: Stack, company: Company, who: Who) -> None:
    operations = operations_of(stack.edge_url).values()
    reports = [operation for operation in operations if operation.path.startswith(REPORTS_ROUTE)]
    assert len(reports) >= 6
    for operation in reports:
        path = operation.path.replace("{app}", "{id}").replace("{session}", "{nobody}")
        route = Route("see", "GET", path, query={"page": "/", **operation.needed}, done=(200, 404, 422))
        found = cells(company, who, route)
        assert [got for got, _ in found.values()] == [wanted for _, wanted in found.values()], path


def test_no_route_to_an_app_is_left_out(stack: Stack) -> None:
    operations = operations_of(stack.edge_url).items()
    there = {name for name, operation in operations if not operation.path.startswith(REPORTS_ROUTE)}
    assert there <= set(ROUTES), "give the new route its line in ROUTES"
    assert set(get_args(Action)) == {route.action for route in ROUTES.values()}


def test_an_app_one_may_not_know_of_answers_like_none(company: Company) -> None:
    """The same words for a private app, another organisation's, one that never was and what is no id at all."""
    private, public = company.apps[False, "private"], company.apps[False, "public"]
    never, nonsense = {"id": "0" * 24, "path": f"/api/apps/{'0' * 24}"}, {"id": "x", "path": "/api/apps/x"}
    asked: list[tuple[Who, Json]] = [
        ("colleague", private),
        ("stranger", private),
        ("stranger", public),
        ("stranger", never),
        ("owner", never),
        ("owner", nonsense),
    ]
    for operation in ("app", "members", "getFunnel", "putButtons", "token", "issueToken", "acceptInvite"):
        route = ROUTES[operation]
        bodies = {company.ask(who, route, app).text for who, app in asked}
        assert len(bodies) == 1, (operation, bodies)


def test_a_foreign_app_takes_no_other_time_than_none(company: Company) -> None:
    foreign, never = company.apps[False, "private"], {"path": f"/api/apps/{'0' * 24}"}
    took: dict[str, list[float]] = {"foreign": [], "never": []}
    for _ in range(60):
        for name, app in (("foreign", foreign), ("never", never)):
            began = time.perf_counter()
            assert company.ask("stranger", ROUTES["app"], app).status_code == 404
            took[name].append(time.perf_counter() - began)
    medians = sorted(statistics.median(times) for times in took.values())
    assert medians[1] < 1.5 * medians[0] + 0.001
