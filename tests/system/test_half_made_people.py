"""Services killed (-9) between the steps of what concerns people: registering, removing, handing over, issuing. Nobody
is half there, and the audit log has each deed once.
"""

import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import httpx
import pytest
from bson import ObjectId

from stack.local import Stack
from tests.system.organisation import Organisation, Somebody, organisation
from tests.system.people import PASSWORD, SHOP, Json, client, eventually
from tests.system.test_half_made import RESTART_SECONDS, database

pytestmark = pytest.mark.inside


@pytest.fixture(scope="module")
def company(stack: Stack) -> Iterator[Organisation]:
    with organisation(stack) as people:
        yield people


def registration(domain: str) -> Json:
    email = f"{secrets.token_hex(6)}@{domain}"
    return {"email": email, "password": PASSWORD, "name": "Bob", "organisation": domain}


def domain() -> str:
    return f"{secrets.token_hex(5)}.example"


def registered(stack: Stack, body: Json) -> str | None:
    """What came of registering (again) and logging in; None: try later."""
    with client(stack.edge_url) as http:
        answer = http.post("/api/users", json=body)
        if answer.status_code not in (201, 409):
            return None
        login = http.post("/api/auth/login", json={"email": body["email"], "password": body["password"]})
        if login.status_code == 200:
            return "active"
        if login.json()["type"] == "/problems/approval-pending":
            return "pending"
        return None


def in_users(stack: Stack, **of: object) -> list[Json]:
    with database(stack, "users") as users:
        return [*users["people"].find(of)]


@contextmanager
def meanwhile(work: Callable[[httpx.Client], object], stack: Stack) -> Iterator[None]:
    """Done again and again, whatever comes of it, while the block runs."""
    over = threading.Event()

    def keep_on() -> None:
        with client(stack.edge_url) as http:
            while not over.is_set():
                work(http)

    thread = threading.Thread(target=keep_on)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def more(count: Callable[[], int], by: int) -> Callable[[], bool]:
    """There are so many more than now."""
    enough = count() + by
    return lambda: count() >= enough


# -- registering


def test_who_was_registered_while_auth_was_dead_registers_again(stack: Stack) -> None:
    body = registration(domain())
    stack.kill("auth")
    try:
        with client(stack.edge_url) as http:
            assert http.post("/api/users", json=body).status_code in (502, 504)
    finally:
        stack.start("auth")
    assert eventually(lambda: registered(stack, body), RESTART_SECONDS) == "active"
    assert [person["standing"] for person in in_users(stack, email=body["email"])] == ["active"]


def test_who_was_cut_off_before_they_had_a_password_registers_again(stack: Stack) -> None:
    body = registration(domain())

    def attempt() -> None:
        with client(stack.edge_url) as http:
            http.post("/api/users", json=body)

    asking = threading.Thread(target=attempt)
    stack.freeze("auth")
    try:
        asking.start()
        assert eventually(lambda: in_users(stack, email=body["email"], standing="enrolling"))
        stack.kill("users")
    finally:
        stack.thaw("auth")
        asking.join()
        stack.start("users")
    assert eventually(lambda: registered(stack, body), RESTART_SECONDS) == "active"
    (person,) = in_users(stack, email=body["email"])
    assert (person["standing"], person["role"], person["founder"]) == ("active", "admin", True)


@pytest.mark.parametrize("service", ["users", "auth"])
def test_of_many_who_register_while_it_is_killed_nobody_is_half_there(stack: Stack, service: str) -> None:
    organisation, tried = domain(), []

    def one(http: httpx.Client) -> None:
        tried.append(registration(organisation))
        http.post("/api/users", json=tried[-1])

    with meanwhile(one, stack):
        for _ in range(3):
            assert eventually(more(lambda: len(tried), 4), RESTART_SECONDS)
            stack.kill(service, stay_down=False)
    stack.start(service)
    standings = [eventually(partial(registered, stack, body), RESTART_SECONDS) for body in tried]
    assert Counter(standings) == {"active": 1, "pending": len(tried) - 1}
    people = in_users(stack, organisation=organisation)
    assert sorted(person["email"] for person in people) == sorted(body["email"] for body in tried)
    assert Counter(person["role"] for person in people) == {"admin": 1, "member": len(tried) - 1}


# -- removing and handing over


def test_a_colleague_removed_while_everybody_dies_is_gone_everywhere(
    stack: Stack, company: Organisation
) -> None:
    gone, admin = company.join(), company.admin
    app = gone.http.post("/api/apps", json={"name": "theirs", "url": SHOP, "origins": [SHOP]}).json()["id"]
    for service in ("auth", "apps"):
        stack.kill(service)
    assert admin.http.delete(f"/api/organisation/members/{gone.id}").status_code == 204
    stack.kill("users")
    stack.start("users", "auth", "apps")
    assert eventually(lambda: not in_users(stack, _id=ObjectId(gone.id)), RESTART_SECONDS)
    assert eventually(lambda: credentials(stack, gone) == 0, RESTART_SECONDS)
    assert eventually(lambda: gone.http.get("/api/users/me").status_code == 401, RESTART_SECONDS)
    assert eventually(lambda: owner_of(admin, app) == admin.id, RESTART_SECONDS)


def credentials(stack: Stack, who: Somebody) -> int:
    with database(stack, "auth") as auth:
        return auth["credentials"].count_documents({"_id": who.id})


def owner_of(who: Somebody, app: str) -> str | None:
    answer = who.http.get(f"/api/apps/{app}")
    return answer.json().get("owner") if answer.status_code == 200 else None


def test_an_organisation_handed_over_while_users_is_killed_has_one_admin(stack: Stack) -> None:
    with organisation(stack) as company:
        two = [company.admin, company.people["member"]]
        answers: list[int] = []

        def hand_over(_: httpx.Client) -> None:
            for giver, taker in (two, reversed(two)):
                answer = giver.http.post("/api/organisation/hand-over", json={"user": taker.id})
                answers.append(answer.status_code)

        with meanwhile(hand_over, stack):
            for _ in range(3):
                assert eventually(more(lambda: answers.count(200), 3), RESTART_SECONDS), answers[-5:]
                stack.kill("users", stay_down=False)
                assert admins(stack, company.domain) == 1
        stack.start("users")
        assert admins(stack, company.domain) == 1


def admins(stack: Stack, organisation: str) -> int:
    """Who is admin and founder, which only go together."""
    people = in_users(stack, organisation=organisation)
    marks = [(person["role"] == "admin", person.get("founder", False)) for person in people]
    assert all(role == founder for role, founder in marks)
    return sum(role for role, _ in marks)


def test_an_app_handed_over_while_everybody_dies_is_the_new_owners_everywhere(
    stack: Stack, company: Organisation
) -> None:
    app, member = company.app((False, "private")), company.people["member"]
    for service in ("tokens", "users"):
        stack.kill(service)
    handed = company.people["owner"].http.put(f"{app['path']}/owner", json={"user": member.id})
    assert handed.status_code == 200, handed.text
    stack.kill("apps")
    stack.start("apps", "tokens", "users")
    assert eventually(lambda: owner_of(member, app["id"]) == member.id, RESTART_SECONDS)

    def known_owner() -> str:
        with database(stack, "tokens") as tokens:
            known = tokens["apps"].find_one({"_id": app["id"]})
        return known["owner"] if known else ""

    assert eventually(lambda: known_owner() == member.id, RESTART_SECONDS)
    assert eventually(lambda: noted(company, app["id"], "app_handed_over"), RESTART_SECONDS) == 1


def noted(company: Organisation, app: str, did: str) -> int:
    answer = company.admin.http.get("/api/organisation/audit", params={"app": app, "did": did, "limit": 1000})
    return len(answer.json()["entries"]) if answer.status_code == 200 else 0


def test_tokens_issued_while_tokens_is_killed_are_whole_and_noted_once(
    stack: Stack, company: Organisation
) -> None:
    app, owner = company.app((False, "private")), company.people["owner"]
    issued: list[int] = []

    def issue(_: httpx.Client) -> None:
        answer = owner.http.post(f"{app['path']}/token", json={"days": 30})
        if answer.status_code == 201:
            issued.append(answer.json()["issue"])

    with meanwhile(issue, stack):
        for _ in range(3):
            assert eventually(more(lambda: len(issued), 4), RESTART_SECONDS)
            stack.kill("tokens", stay_down=False)
    stack.start("tokens")
    listed = [each["issue"] for each in owner.http.get(f"{app['path']}/tokens").json()["tokens"]]
    assert listed == [*range(len(listed), 0, -1)]
    assert set(issued) <= set(listed)
    assert eventually(lambda: noted(company, app["id"], "token_issued") == len(listed), RESTART_SECONDS)
