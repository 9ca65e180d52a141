"""Finding, founding and changing people in the database. `registration` says what they become."""

from bson import ObjectId
from mongoengine import NotUniqueError

from services.contracts.errors import EmailTaken, UserUnknown
from services.contracts.users import RegisterUser, UpdateMe, User
from services.hosting.clock import now
from services.users.documents import Person
from services.users.registration import role_of, same_address, same_domain, standing_of


def enrolling(request: RegisterUser) -> Person:
    """The person, written with the standing `enrolling`; the same one again when a registration broke half-way.

    Raises EmailTaken.
    """
    given = {"name": request.name, "organisation": same_domain(request.organisation)}
    email = same_address(request.email)
    try:
        return Person(email=email, created_at=now(), **given).save(force_insert=True)
    except NotUniqueError:
        # Not a founder any more: it may be another organisation this time.
        person: Person | None = Person.objects(email=email, standing="enrolling").modify(
            new=True, founder=False, role=role_of(founder=False), **given
        )
    if person is None:
        raise EmailTaken("somebody has registered with that e-mail", field="email")
    return person


def found_or_join(person: Person) -> User:
    """Claim the organisation; what the person will be once `stand` is called."""
    try:
        Person.objects(id=person.id, standing="enrolling").update_one(founder=True, role=role_of(founder=True))
    except NotUniqueError:
        person.founder = False
    else:
        person.founder = True
    person.role = role_of(person.founder)
    person.standing = standing_of(person.founder)
    return person.told()


def stand(user: User) -> None:
    """End the enrolling. Raises EmailTaken when somebody else's registration with that e-mail ended before."""
    changed = Person.objects(id=ObjectId(user.id), standing="enrolling").update_one(standing=user.standing)
    if not changed:
        raise EmailTaken("somebody has registered with that e-mail", field="email")


def person(user: str) -> Person:
    found: Person | None = Person.objects(id=ObjectId(user)).first() if ObjectId.is_valid(user) else None
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
