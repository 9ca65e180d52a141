"""Links that let people into an organisation."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import eventlet
import pytest

from services.contracts.audit import AuditEntry, ReadAudit
from services.contracts.auth import LogIn
from services.contracts.errors import (
    EmailTaken,
    Forbidden,
    InvalidInput,
    JoinLinkInvalid,
    JoinLinkUnknown,
    Refused,
    ServiceFailed,
)
from services.contracts.join_links import (
    JoinOffer,
    ListJoinLinks,
    MakeJoinLink,
    NewJoinLink,
    ReadJoinLink,
    RevokeJoinLink,
    UserJoined,
)
from services.contracts.messages import Actor
from services.contracts.notifications import ListNotifications
from services.contracts.users import (
    ApproveUser,
    HandOverOrganisation,
    ListColleagues,
    RegisterUser,
    RemoveUser,
    User,
)
from services.users import join_links
from services.users.documents import LinkRecord
from tests.services.conftest import PASSWORD, Ask, Heard, Someone, fresh, wait_for

Register = Callable[..., Someone]


@pytest.fixture
def ada(register: Register) -> Someone:
    return register()


def make(services: Ask, ada: Someone, uses: int = 1, email: str | None = None) -> NewJoinLink:
    return services(MakeJoinLink(actor=ada.actor, uses=uses, email=email))


def join(services: Ask, ada: Someone, token: str, email: str | None = None) -> User:
    request = RegisterUser(
        email=email or f"{fresh('u')}@elsewhere.example",
        password=PASSWORD,
        name="Bob",
        organisation=ada.user.organisation,
        link=token,
    )
    return services(request)


def test_who_has_a_link_is_in_at_once(services: Ask, ada: Someone, hear: Callable[..., Heard]) -> None:
    heard = hear(UserJoined)
    made = make(services, ada)
    assert services(ReadJoinLink(token=made.token)) == JoinOffer(ada.user.organisation, "Ada")
    bob = join(services, ada, made.token)
    assert (bob.standing, bob.role, bob.organisation) == ("active", "member", ada.user.organisation)
    services(LogIn(email=bob.email, password=PASSWORD))
    assert [each.id for each in services(ListColleagues(actor=ada.actor)).colleagues] == [bob.id]
    told = heard.next()
    assert (told.user, told.by) == (bob, ada.user.id)


def test_a_link_is_used_as_often_as_it_says(services: Ask, ada: Someone) -> None:
    made = make(services, ada, uses=2)
    for left in (1, 0):
        join(services, ada, made.token)
        assert [link.left for link in services(ListJoinLinks(actor=ada.actor)).links] == [left]
    with pytest.raises(JoinLinkInvalid):
        join(services, ada, made.token)


def test_of_many_who_use_the_last_at_once_one_is_in(services: Ask, ada: Someone) -> None:
    made = make(services, ada)

    def attempt() -> str:
        try:
            return join(services, ada, made.token).standing
        except JoinLinkInvalid:
            return "refused"

    trying = [eventlet.spawn(attempt) for _ in range(5)]
    assert sorted(each.wait() for each in trying) == ["active"] + ["refused"] * 4


def test_whatever_is_wrong_with_a_link_it_is_said_in_the_same_words(
    services: Ask, ada: Someone, register: Register
) -> None:
    used, revoked, old, bound = (make(services, ada) for _ in range(4))
    join(services, ada, used.token)
    services(RevokeJoinLink(actor=ada.actor, link=revoked.link.id))
    LinkRecord.objects(id=old.link.id).update_one(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    LinkRecord.objects(id=bound.link.id).update_one(email="somebody@else.example")
    other = register()
    words = set()
    tokens = [(ada, made.token) for made in (used, revoked, old, bound)]
    for organisation, token in [*tokens, (ada, "never was"), (other, make(services, ada).token)]:
        with pytest.raises(JoinLinkInvalid) as refused:
            join(services, organisation, token)
        words.add((str(refused.value), refused.value.field))
    assert len(words) == 1
    for made in (used, revoked, old):
        with pytest.raises(JoinLinkInvalid) as refused:
            services(ReadJoinLink(token=made.token))
        assert (str(refused.value), None) in words


def test_a_link_for_one_email_is_for_no_other(services: Ask, ada: Someone) -> None:
    email = f"{fresh('Eve')}@elsewhere.example"
    made = make(services, ada, uses=5, email=email)
    with pytest.raises(JoinLinkInvalid):
        join(services, ada, made.token)
    assert join(services, ada, made.token, email.upper()).standing == "active"
    with pytest.raises(EmailTaken):
        join(services, ada, made.token, email)


def test_who_was_cut_off_takes_no_second_use(
    services: Ask, ada: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make(services, ada)
    email = f"{fresh('u')}@elsewhere.example"
    with monkeypatch.context() as broken:
        broken.setattr("services.users.people.stand", lambda user, link: 1 / 0)
        with pytest.raises(ServiceFailed):
            join(services, ada, made.token, email)
    with pytest.raises(JoinLinkInvalid):
        join(services, ada, made.token)
    assert join(services, ada, made.token, email).standing == "active"


def test_the_token_is_kept_as_its_digest_only_and_is_long(services: Ask, ada: Someone) -> None:
    made = make(services, ada)
    assert len(made.token) == 32  # base64url: 192 bits
    assert made.token not in str(LinkRecord.objects.get(id=made.link.id).to_mongo())


def test_only_the_admin_makes_lists_and_revokes(services: Ask, ada: Someone, register: Register) -> None:
    made = make(services, ada, uses=3)
    bob = join(services, ada, made.token)
    claims_it = Actor(user=bob.id, organisation=bob.organisation, role="admin")
    asked = (MakeJoinLink(actor=claims_it), ListJoinLinks(actor=claims_it))
    for request in (*asked, RevokeJoinLink(actor=claims_it, link=made.link.id)):
        with pytest.raises(Forbidden):
            refused(services, request)
    stranger = register()
    with pytest.raises(JoinLinkUnknown):
        services(RevokeJoinLink(actor=stranger.actor, link=made.link.id))
    assert services(ListJoinLinks(actor=stranger.actor)).links == []


def refused(services: Ask, request: MakeJoinLink | ListJoinLinks | RevokeJoinLink) -> None:
    services(request)  # type: ignore[misc]  # whatever it would answer


def test_there_are_not_more_than_so_many(
    services: Ask, ada: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(join_links, "MOST", 2)
    first, _ = make(services, ada), make(services, ada)
    with pytest.raises(InvalidInput):
        make(services, ada)
    services(RevokeJoinLink(actor=ada.actor, link=first.link.id))
    wait_for(lambda: LinkRecord.objects(id=first.link.id).first() is None)
    make(services, ada)


def test_the_links_of_who_is_removed_end(services: Ask, ada: Someone) -> None:
    bob = join(services, ada, make(services, ada).token)
    made = make(services, ada)
    services(HandOverOrganisation(actor=ada.actor, user=bob.id))
    admin = Actor(user=bob.id, organisation=bob.organisation)
    assert next(link.id for link in services(ListJoinLinks(actor=admin)).links) == made.link.id
    services(RemoveUser(actor=admin, user=ada.user.id))
    wait_for(lambda: services(ListJoinLinks(actor=admin)).links == [])
    with pytest.raises(Refused):
        join(services, ada, made.token)


def test_the_audit_log_says_by_which_link_somebody_came(services: Ask, ada: Someone) -> None:
    made = make(services, ada, email=f"{fresh()}@elsewhere.example")
    other = make(services, ada)
    bob = join(services, ada, other.token)
    services(RevokeJoinLink(actor=ada.actor, link=made.link.id))

    def noted() -> list[AuditEntry]:
        entries = services(ReadAudit(actor=ada.actor)).entries
        return entries if len(entries) >= 5 else []

    entries = wait_for(noted, 15)
    facts = {(entry.did, entry.by): entry.facts for entry in entries}
    assert facts["join_link_revoked", ada.user.id] == {"uses": "1", "bound": "yes"}
    assert facts["registered", bob.id] == {"standing": "active", "link": other.link.id}
    assert "elsewhere.example" not in str(entries)
    assert other.token not in str(entries)


# -- who waits


def noticed(services: Ask, actor: Actor, kind: str) -> list[tuple[dict[str, str], bool]]:
    listed = services(ListNotifications(actor=actor)).notifications
    return [(note.facts, note.hidden) for note in listed if note.kind == kind]


def test_the_admin_is_told_who_waits_until_they_decide(
    services: Ask, ada: Someone, register: Register
) -> None:
    bob = register(ada.user.organisation, "Bob")
    eve = register(ada.user.organisation, "Eve")
    about = [{"name": each.user.name, "user": each.user.id} for each in (eve, bob)]
    asked = "approval-asked"
    wait_for(lambda: noticed(services, ada.actor, asked) == [(about[0], False), (about[1], False)])
    services(ApproveUser(actor=ada.actor, user=bob.user.id))
    wait_for(lambda: noticed(services, ada.actor, asked) == [(about[0], False), (about[1], True)])
    services(HandOverOrganisation(actor=ada.actor, user=bob.user.id))
    wait_for(lambda: noticed(services, bob.actor, asked) == [(about[0], False)])
    wait_for(lambda: noticed(services, ada.actor, asked) == [(about[0], True), (about[1], True)])
    services(RemoveUser(actor=bob.actor, user=eve.user.id))
    wait_for(lambda: noticed(services, bob.actor, asked) == [(about[0], True)])


def test_who_made_a_link_is_told_who_came(services: Ask, ada: Someone) -> None:
    join(services, ada, make(services, ada).token)
    wait_for(lambda: noticed(services, ada.actor, "joined") == [({"name": "Bob"}, False)])
    assert noticed(services, ada.actor, "approval-asked") == []
