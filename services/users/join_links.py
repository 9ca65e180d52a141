"""Links that let people in: made by who may, kept as a digest, used as often as they say and no longer than they live.

Using one up and becoming a member are two writes, so a use is somebody's: who was cut off between the two takes no
second one.
"""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from services.contracts.audit import Did, UsersDeed
from services.contracts.errors import InvalidInput, JoinLinkInvalid, JoinLinkUnknown
from services.contracts.join_links import JoinOffer, MakeJoinLink
from services.contracts.users import RegisterUser
from services.hosting.clock import now
from services.users.documents import LinkRecord, Person
from services.users.registration import same_address, same_domain

MOST = 50
"""of one organisation at a time"""


def make(admin: Person, request: MakeJoinLink) -> tuple[LinkRecord, str]:
    """The link and its token. Raises InvalidInput."""
    if LinkRecord.objects(organisation=admin.organisation, revoked=False).count() >= MOST:
        raise InvalidInput(f"revoke a link first: an organisation has {MOST} at most", field="uses")
    token = secrets.token_urlsafe(24)
    link = LinkRecord(
        id=secrets.token_hex(8),
        token=_digest(token),
        organisation=admin.organisation,
        by=str(admin.id),
        email="" if request.email is None else same_address(request.email),
        most=request.uses,
        left=request.uses,
        created_at=now(),
        expires_at=datetime.now(UTC) + timedelta(days=request.days),
    )
    link.to_tell(_deed(link, admin, "join_link_made"))
    return link.save(force_insert=True), token


def of(organisation: str) -> list[LinkRecord]:
    return [*_good(organisation=organisation).order_by("-created_at", "id")]


def revoke(admin: Person, link: str) -> LinkRecord:
    """Raises JoinLinkUnknown."""
    found: LinkRecord | None = _good(organisation=admin.organisation, id=link).first()
    if found is None:
        raise JoinLinkUnknown("there is no such link")
    before = len(found.untold)
    found.to_tell(_deed(found, admin, "join_link_revoked"))
    LinkRecord.objects(id=link, revoked=False).update_one(
        set__revoked=True, push_all__untold=list(found.untold[before:])
    )
    found.revoked = True
    return found


def end_those_of(user: str) -> None:
    """Of somebody who has left."""
    LinkRecord.objects(by=user).delete()


def offer(token: str) -> JoinOffer:
    """Raises JoinLinkInvalid."""
    link: LinkRecord | None = _good(token=_digest(token), left__gt=0).first()
    if link is None:
        raise _invalid()
    maker: Person | None = Person.objects(id=link.by).first()
    return JoinOffer(link.organisation, "" if maker is None else maker.name)


def for_registration(request: RegisterUser) -> LinkRecord:
    """The link, if it lets this person into this organisation. Raises JoinLinkInvalid."""
    email = same_address(request.email)
    link: LinkRecord | None = _good(token=_digest(request.link)).first()
    if (
        link is None
        or link.organisation != same_domain(request.organisation)
        or link.email not in ("", email)
        or (link.left <= 0 and not _cut_off(link, email))
    ):
        raise _invalid()
    return link


def _cut_off(link: LinkRecord, email: str) -> bool:
    """They have used it, and could not become a member yet."""
    person = Person.objects(email=email, standing="enrolling").only("id").first()
    return person is not None and str(person.id) in link.used_by


def use(link: LinkRecord, person: Person) -> None:
    """Take one of its uses, once a person. Raises JoinLinkInvalid."""
    user = str(person.id)
    taken = _good(id=link.id, left__gt=0, used_by__ne=user).update_one(dec__left=1, push__used_by=user)
    if not taken and _good(id=link.id, used_by=user).first() is None:
        raise _invalid()


def _deed(link: LinkRecord, admin: Person, did: Did) -> UsersDeed:
    facts = {"uses": str(link.most), "bound": "yes" if link.email else "no"}
    return UsersDeed(
        did=did, by=str(admin.id), organisation=link.organisation, facts=facts, id=f"{link.id}.{did}"
    )


def _good(**of: object):  # type: ignore[no-untyped-def]  # mongoengine's query set
    return LinkRecord.objects(revoked=False, expires_at__gt=datetime.now(UTC), **of)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _invalid() -> JoinLinkInvalid:
    return JoinLinkInvalid("the link has ended, was used, or is for somebody else; ask for another one")
