"""The audit log: what is told of what people do, and how it is kept and read."""

from collections.abc import Callable

import pytest

from services.auth import totp
from services.auth.documents import Credential
from services.contracts.apps import (
    AcceptInvite,
    App,
    DeleteApp,
    HandOver,
    Invite,
    LeaveApp,
    LockApp,
    RejectInvite,
    Remind,
    RemoveMember,
    UnlockApp,
    UpdateApp,
)
from services.contracts.audit import AuditEntry, AuthDeed, Deed, ListAuditNames, ReadAudit, UsersDeed
from services.contracts.auth import (
    ChangePassword,
    ConfirmTotp,
    CreateApiKey,
    EndSession,
    ListSessions,
    LogIn,
    LogOut,
    LogOutEverywhere,
    MakeResetLink,
    OfferTotp,
    ResetPassword,
    RevokeApiKey,
    TurnTotpOff,
)
from services.contracts.config import Button, PutButtons, RestoreVersion
from services.contracts.errors import Forbidden, InvalidInput, WrongCredentials
from services.contracts.messages import Actor
from services.contracts.tokens import IssueToken, RevokeToken
from services.contracts.users import ApproveUser, HandOverOrganisation, RemoveUser
from services.hosting.clock import now
from services.hosting.telling import TellFrom
from services.users import audit
from services.users.documents import AuditRecord, Person
from tests.services.conftest import PASSWORD, Ask, Someone, fresh, wait_for
from tests.services.test_apps import create

Register = Callable[..., Someone]
DAY = 86_400_000


@pytest.fixture
def ada(register: Register) -> Someone:
    """The admin."""
    return register()


@pytest.fixture
def bob(services: Ask, ada: Someone, register: Register) -> Someone:
    waiting = register(ada.user.organisation, "Bob")
    return Someone(services(ApproveUser(actor=ada.actor, user=waiting.user.id)))


@pytest.fixture
def app(services: Ask, ada: Someone) -> App:
    return services(create(ada.actor))


class Log:
    """What the admin reads."""

    def __init__(self, ask: Ask, admin: Actor) -> None:
        self.ask = ask
        self.admin = admin

    def entries(self, **asked: object) -> list[AuditEntry]:
        return self.ask(ReadAudit(actor=self.admin, **asked)).entries  # type: ignore[arg-type]

    def wait(self, *did: str) -> list[AuditEntry]:
        """The entries of these kinds, when there is one of each, the oldest first."""

        def found() -> list[AuditEntry]:
            there = [entry for entry in reversed(self.entries(limit=1000)) if entry.did in did]
            return there if {entry.did for entry in there} == set(did) else []

        return wait_for(found, 15)


@pytest.fixture
def log(services: Ask, ada: Someone) -> Log:
    return Log(services, ada.actor)


def log_in(services: Ask, someone: Someone, password: str = PASSWORD) -> str:
    request = LogIn(email=someone.user.email, password=password, device="Chrome on Linux")
    return services(request).refresh_token


def test_logging_in_and_out_is_noted(services: Ask, ada: Someone, log: Log) -> None:
    with pytest.raises(WrongCredentials):
        log_in(services, ada, "something else")
    services(LogOut(refresh_token=log_in(services, ada)))
    log_in(services, ada)
    (session,) = services(ListSessions(actor=ada.actor)).sessions
    services(EndSession(actor=ada.actor, session=session.id))
    log_in(services, ada)
    services(LogOutEverywhere(actor=ada.actor))
    noted = log.wait("log_in_failed", "logged_in", "logged_out", "session_ended", "logged_out_everywhere")
    assert {(entry.by, entry.by_name) for entry in noted} == {(ada.user.id, ada.user.name)}
    assert [entry.did for entry in noted].count("logged_in") == 3
    facts = {entry.did: entry.facts for entry in noted}
    assert facts["log_in_failed"] == {"why": "wrong-credentials", "device": "Chrome on Linux"}
    assert facts["logged_out"] == {"device": "Chrome on Linux"}


def test_an_email_nobody_has_is_in_nobodys_log(services: Ask) -> None:
    before = AuditRecord.objects(did="log_in_failed").count()
    with pytest.raises(WrongCredentials):
        services(LogIn(email=f"{fresh()}@nobody.example", password=PASSWORD))
    audit.record(AuthDeed(did="log_in_failed", by=""))
    assert AuditRecord.objects(did="log_in_failed").count() == before


def test_changes_of_an_account_are_noted(services: Ask, ada: Someone, log: Log) -> None:
    new = PASSWORD + "!"
    services(ChangePassword(actor=ada.actor, current=PASSWORD, new=new))
    secret = services(OfferTotp(actor=ada.actor)).secret
    services(ConfirmTotp(actor=ada.actor, code=totp.code(secret, now() // 1000 // totp.STEP)))
    services(TurnTotpOff(actor=ada.actor, password=new))
    made = services(CreateApiKey(actor=ada.actor, name="nightly", scopes=["read", "import"]))
    services(RevokeApiKey(actor=ada.actor, key=made.key.id))
    link = services(MakeResetLink(email=ada.user.email)).link
    services(ResetPassword(token=link.partition("#")[2], new=PASSWORD))
    noted = log.wait(
        "password_changed",
        "totp_on",
        "totp_off",
        "api_key_created",
        "api_key_revoked",
        "reset_link_made",
        "password_reset",
    )
    made_by = {entry.did: entry for entry in noted}
    assert made_by["reset_link_made"].by == ""
    assert made_by["reset_link_made"].whom == ada.user.id
    assert made_by["api_key_created"].facts == {"name": "nightly", "scopes": "read, import"}
    kept = str([entry.to_mongo() for entry in AuditRecord.objects(organisation=ada.user.organisation)])
    for secret_thing in (PASSWORD, made.secret, link.partition("#")[2], secret, ada.user.email):
        assert secret_thing not in kept


def test_what_the_admin_decides_is_noted(
    services: Ask, ada: Someone, bob: Someone, register: Register
) -> None:
    refused = register(ada.user.organisation, "Eve")
    services(RemoveUser(actor=ada.actor, user=refused.user.id))
    gone = register(ada.user.organisation, "Gus")
    services(ApproveUser(actor=ada.actor, user=gone.user.id))
    services(RemoveUser(actor=ada.actor, user=gone.user.id))
    services(HandOverOrganisation(actor=ada.actor, user=bob.user.id))
    log = Log(services, bob.actor)
    noted = log.wait("registered", "approved", "refused", "removed", "organisation_handed_over")
    assert [(entry.did, entry.whom_name) for entry in noted if entry.whom] == [
        ("approved", "Bob"),
        ("refused", "Eve"),
        ("approved", "Gus"),
        ("removed", "Gus"),
        ("organisation_handed_over", "Bob"),
    ]
    standings = [(entry.by_name, entry.facts["standing"]) for entry in noted if entry.did == "registered"]
    assert standings == [("Ada", "active"), ("Bob", "pending"), ("Eve", "pending"), ("Gus", "pending")]
    assert {entry.by for entry in noted if entry.whom} == {ada.user.id}


def test_what_is_done_with_an_app_is_noted_by_the_name_it_had(
    services: Ask, ada: Someone, bob: Someone, app: App, log: Log
) -> None:
    services(UpdateApp(actor=ada.actor, app=app.id, description="new", tags=["a"]))
    services(LockApp(actor=ada.actor, app=app.id))
    services(LockApp(actor=ada.actor, app=app.id))
    typed = f"{app.organisation}/{app.name}"
    services(UnlockApp(actor=ada.actor, app=app.id, confirm=typed))
    services(PutButtons(actor=ada.actor, app=app.id, buttons=[Button(name="Buy", selector="#buy")]))
    services(RestoreVersion(actor=ada.actor, app=app.id, version=0))
    services(IssueToken(actor=ada.actor, app=app.id, days=30))
    services(IssueToken(actor=ada.actor, app=app.id, days=60, overlap=24))
    services(RevokeToken(actor=ada.actor, app=app.id, issue=2))
    services(UpdateApp(actor=ada.actor, app=app.id, name=f"{app.name} 2"))
    services(DeleteApp(actor=ada.actor, app=app.id, confirm=f"{typed} 2"))
    log.wait("app_created", "app_deleted", "config_restored", "token_revoked", "token_issued")
    noted = [*reversed(log.entries(app=app.id))]
    assert [(entry.did, entry.facts) for entry in noted] == [
        ("app_created", {}),
        ("app_changed", {"fields": "description, tags"}),
        ("app_locked", {}),
        ("app_unlocked", {}),
        ("config_changed", {"version": "1", "part": "buttons"}),
        ("config_restored", {"version": "2", "restored": "0"}),
        ("token_issued", {"issue": "1", "days": "30"}),
        ("token_issued", {"issue": "2", "days": "60", "overlap": "24"}),
        ("token_revoked", {"issue": "2"}),
        ("app_changed", {"fields": "name"}),
        ("app_deleted", {}),
    ]
    assert [noted[0].app_name, noted[-1].app_name] == [app.name, f"{app.name} 2"]


def test_who_shares_an_app_is_noted(services: Ask, ada: Someone, bob: Someone, app: App, log: Log) -> None:
    asked = {"app": app.id, "user": bob.user.id}
    services(Invite(actor=ada.actor, **asked))
    services(Remind(actor=ada.actor, **asked))
    services(RejectInvite(actor=bob.actor, app=app.id))
    services(Invite(actor=ada.actor, **asked))
    services(AcceptInvite(actor=bob.actor, app=app.id))
    services(LeaveApp(actor=bob.actor, app=app.id))
    services(Invite(actor=ada.actor, **asked))
    services(RemoveMember(actor=ada.actor, **asked))
    services(Invite(actor=ada.actor, **asked))
    services(AcceptInvite(actor=bob.actor, app=app.id))
    services(HandOver(actor=ada.actor, **asked))
    log.wait("app_created", "app_handed_over", "member_removed", "member_left")
    noted = [*reversed(log.entries(app=app.id))]
    assert [(entry.did, entry.by_name, entry.whom_name) for entry in noted] == [
        ("app_created", "Ada", ""),
        ("member_invited", "Ada", "Bob"),
        ("member_reminded", "Ada", "Bob"),
        ("invite_rejected", "Bob", ""),
        ("member_invited", "Ada", "Bob"),
        ("invite_accepted", "Bob", ""),
        ("member_left", "Bob", ""),
        ("member_invited", "Ada", "Bob"),
        ("member_removed", "Ada", "Bob"),
        ("member_invited", "Ada", "Bob"),
        ("invite_accepted", "Bob", ""),
        ("app_handed_over", "Ada", "Bob"),
    ]


def test_a_teller_that_dies_before_it_has_told_tells_later(
    services: Ask, ada: Someone, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(TellFrom, "__call__", lambda self, document: None)
        services(ChangePassword(actor=ada.actor, current=PASSWORD, new=PASSWORD + "!"))
    log.wait("password_changed")
    assert wait_for(lambda: Credential.objects(user=ada.user.id, untold__0__exists=False).first(), 10)


def deed(by: str, **more: object) -> Deed:
    return UsersDeed(did="approved", by=by, **more)  # type: ignore[arg-type]


def test_what_comes_twice_is_one_entry(services: Ask, ada: Someone, log: Log) -> None:
    twice = deed(ada.user.id)
    for _ in range(2):
        audit.record(twice)
    assert [entry.id for entry in log.entries(did="approved")] == [twice.id]


def test_only_the_admin_reads_their_own_organisations_log(
    services: Ask, ada: Someone, bob: Someone, register: Register
) -> None:
    stranger = register()
    claims_it = Actor(user=bob.user.id, organisation=bob.user.organisation, role="admin")
    elsewhere = Actor(user=stranger.user.id, organisation=ada.user.organisation, role="admin")
    for actor in (claims_it, elsewhere):
        with pytest.raises(Forbidden):
            services(ReadAudit(actor=actor))
        with pytest.raises(Forbidden):
            services(ListAuditNames(actor=actor))
    theirs = Log(services, stranger.actor)
    assert {entry.by for entry in theirs.wait("registered")} == {stranger.user.id}
    assert theirs.entries(person=ada.user.id) == []


def test_the_log_comes_in_pages_the_newest_first(services: Ask, ada: Someone, log: Log) -> None:
    log.wait("registered")
    at = now() + 1000
    for number in range(7):  # three at the same moment
        audit.record(deed(ada.user.id, id=f"{ada.user.id}-{number}", at=at + max(0, number - 2)))
    pages = [services(ReadAudit(actor=ada.actor, limit=3))]
    while (before := pages[-1].before) is not None:
        pages.append(services(ReadAudit(actor=ada.actor, limit=3, before=before)))
    assert [len(page.entries) for page in pages] == [3, 3, 2]
    seen = [entry.id for page in pages for entry in page.entries]
    assert seen[:7] == [f"{ada.user.id}-{number}" for number in reversed(range(7))]
    assert len(seen) == len(set(seen)) == 8
    for nonsense in ("x", "1", "1.", ".x", "-1.x", f"{10**30}.x"):
        with pytest.raises(InvalidInput) as refused:
            services(ReadAudit(actor=ada.actor, before=nonsense))
        assert refused.value.field == "before"


def test_the_log_is_filtered_by_person_app_and_deed(
    services: Ask, ada: Someone, bob: Someone, app: App, log: Log
) -> None:
    services(Invite(actor=ada.actor, app=app.id, user=bob.user.id))
    log.wait("registered", "approved", "app_created", "member_invited")
    assert {entry.did for entry in log.entries(person=bob.user.id)} == {
        "registered",
        "approved",
        "member_invited",
    }
    assert [entry.did for entry in log.entries(app=app.id, did="member_invited")] == ["member_invited"]
    assert log.entries(app=app.id, person="nobody") == []


def test_the_names_to_filter_by_are_those_of_the_log(
    services: Ask, ada: Someone, bob: Someone, app: App, log: Log
) -> None:
    log.wait("registered", "approved", "app_created")
    names = services(ListAuditNames(actor=ada.actor))
    assert [(each.id, each.name) for each in names.people] == [(ada.user.id, "Ada"), (bob.user.id, "Bob")]
    assert [(each.id, each.name) for each in names.apps] == [(app.id, app.name)]


def test_entries_outlive_the_person(services: Ask, ada: Someone, bob: Someone, log: Log) -> None:
    log.wait("approved")
    services(RemoveUser(actor=ada.actor, user=bob.user.id))
    log.wait("removed")
    wait_for(lambda: Person.objects(id=bob.user.id).first() is None)
    audit.record(AuthDeed(did="logged_out", by=bob.user.id))  # told late
    assert {entry.by_name for entry in log.entries(person=bob.user.id) if entry.by == bob.user.id} == {"Bob"}
    assert log.entries(did="logged_out")[0].by == bob.user.id


def test_entries_go_when_they_are_older_than_they_are_kept(services: Ask, ada: Someone, log: Log) -> None:
    for age in (29, 31):
        audit.record(deed(ada.user.id, id=f"{ada.user.id}-{age}", at=now() - age * DAY))
    audit.drop_older(now(), 30)
    assert [entry.id for entry in log.entries(did="approved")] == [f"{ada.user.id}-29"]
