"""Finding, founding and changing people in the database. `registration` says what they become."""

from bson import ObjectId
from mongoengine import NotUniqueError

from services.contracts.audit import UsersDeed
from services.contracts.errors import EmailTaken, UserUnknown
from services.contracts.join_links import UserJoined
from services.contracts.users import ApprovalAsked, RegisterUser, UpdateMe, User
from services.hosting.clock import now
from services.users import join_links
from services.users.documents import REMOVED, LinkRecord, Person
from services.users.registration import role_of, same_address, same_domain, standing_of


def enrolling(request: RegisterUser) -> Person:
    """The person, written with the standing `enrolling`; the same one again when a registration broke
    half-way.

    Raises EmailTaken.
    """
    email, organisation = same_address(request.email), same_domain(request.organisation)
    try:
        return Person(email=email, organisation=organisation, name=request.name, created_at=now()).save(
            force_insert=True
        )
    except NotUniqueError:
        again = Person.objects(email=email, standing="enrolling")
        found: Person | None = again.filter(organisation=organisation).modify(new=True, name=request.name)
    if found is None:
        # Another organisation this time: what was claimed of the first is given back.
        found = again.modify(
            new=True, name=request.name, organisation=organisation, founder=False, role=role_of(founder=False)
        )
    if found is None:
        raise _email_taken()
    return found


def join(person: Person, link: LinkRecord) -> User:
    """Take a use of the link; what the person will be once `stand` is called. Raises JoinLinkInvalid."""
    join_links.use(link, person)
    person.founder, person.role = False, role_of(founder=False)
    person.standing = standing_of(founder=False, invited=True)
    return person.told()


def found_or_join(person: Person) -> User:
    """Claim the organisation; what the person will be once `stand` is called. Raises EmailTaken."""
    try:
        claimed = Person.objects(id=person.id, standing="enrolling").update_one(
            founder=True, role=role_of(founder=True)
        )
    except NotUniqueError:
        person.founder = False
    else:
        if not claimed:
            raise _email_taken()
        person.founder = True
    person.role = role_of(person.founder)
    person.standing = standing_of(person.founder)
    return person.told()


def stand(user: User, link: LinkRecord | None = None) -> Person:
    """End the enrolling, once, and have told what follows from it.

    Raises EmailTaken when another registration with that e-mail ended or changed it meanwhile.
    """
    same = Person.objects(
        id=ObjectId(user.id), standing="enrolling", organisation=user.organisation, role=user.role
    )
    standing = Person()
    facts = {"standing": user.standing} | ({} if link is None else {"link": link.id})
    standing.to_tell(UsersDeed(did="registered", by=user.id, facts=facts))
    if link is not None:
        standing.to_tell(UserJoined(user=user, by=link.by, at=now()))
    elif user.standing == "pending" and (admin := admin_of(user.organisation)) is not None:
        standing.to_tell(ApprovalAsked(user=user, admin=str(admin.id), at=now()))
    stands: Person | None = same.modify(
        new=True, set__standing=user.standing, push_all__untold=list(standing.untold)
    )
    if stands is None:
        raise _email_taken()
    return stands


def admin_of(organisation: str) -> Person | None:
    found: Person | None = Person.objects(organisation=organisation, role="admin", standing="active").first()
    return found


def _email_taken() -> EmailTaken:
    return EmailTaken("somebody has registered with that e-mail", field="email")


def person(user: str) -> Person:
    found: Person | None = (
        Person.objects(id=ObjectId(user), standing__ne=REMOVED).first() if ObjectId.is_valid(user) else None
    )
    if found is None:
        raise UserUnknown("there is no such user")
    return found


def update(request: UpdateMe) -> User:
    changed = person(request.actor.user)
    given = {"name": request.name, "position": request.position}
    for field, value in given.items():
        if isinstance(value, str):
            setattr(changed, field, value)
    return changed.save().told()


def colleagues(organisation: str, beside: str) -> list[User]:
    active = Person.objects(organisation=organisation, standing="active").order_by("name", "email")
    return [found.told() for found in active if str(found.id) != beside]
