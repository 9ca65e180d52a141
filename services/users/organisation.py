"""What the admin of an organisation decides: who comes in, who goes, who is the admin next.

The admin is who the database says, not who an access token of a quarter of an hour ago says.
"""

from bson import ObjectId
from pymongo.results import UpdateResult

from services.contracts.audit import Did, UsersDeed
from services.contracts.errors import Forbidden, UserUnknown
from services.contracts.messages import Actor
from services.contracts.users import AdminChanged, OrganisationAction, User, UserApproved, UserRemoved
from services.hosting.clock import now
from services.users.documents import REMOVED, Person
from services.users.permissions import may


def permitted(actor: Actor, action: OrganisationAction) -> Person:
    """The actor, who may do it. Raises Forbidden."""
    found: Person | None = (
        Person.objects(id=ObjectId(actor.user), organisation=actor.organisation, standing="active").first()
        if ObjectId.is_valid(actor.user)
        else None
    )
    if found is None or not may(found.role, action):
        raise Forbidden("only the admin of the organisation may do that")
    return found


def people(actor: Actor) -> list[User]:
    of = Person.objects(
        organisation=permitted(actor, "see_people").organisation, standing__in=["pending", "active"]
    )
    return [person.told() for person in of.order_by("-standing", "name", "email")]


def approve(actor: Actor, user: str) -> Person:
    person = _of_organisation(permitted(actor, "approve"), user)
    if person.standing == "active":
        return person
    person.standing = "active"
    person.to_tell(UserApproved(user=person.told(), by=actor.user, at=now()))
    person.to_tell(_deed(actor, "approved", person))
    return _changed(person, role="member", standing="pending", set__standing="active")


def remove(actor: Actor, user: str) -> Person:
    """Raises Forbidden for the admin: somebody has to be it."""
    person = _of_organisation(permitted(actor, "remove"), user)
    if person.role == "admin":
        raise Forbidden("hand the organisation over to a colleague first")
    person.to_tell(UserRemoved(user=person.told(), by=actor.user, at=now()))
    person.to_tell(_deed(actor, "refused" if person.standing == "pending" else "removed", person))
    nobodys = f"{person.id}@{REMOVED}"
    return _changed(
        person, role="member", standing=person.standing, set__standing=REMOVED, set__email=nobodys
    )


def hand_over(actor: Actor, user: str) -> str:
    """Whose id it was handed to. Changes two people: to be called within a transaction."""
    before = permitted(actor, "hand_over")
    after = _of_organisation(before, user)
    if after.standing != "active":
        raise Forbidden("approve them first")
    if before.id != after.id:
        _resign(before)
        _succeed(after, actor)
    return user


def _resign(person: Person) -> None:
    _still(
        Person.in_transaction().update_one(
            {"_id": person.id, "role": "admin"}, {"$set": {"role": "member", "founder": False}}
        )
    )


def _succeed(person: Person, by: Actor) -> None:
    changed = AdminChanged(organisation=person.organisation, admin=str(person.id), by=by.user, at=now())
    person.to_tell(changed)
    person.to_tell(_deed(by, "organisation_handed_over", person))
    _still(
        Person.in_transaction().update_one(
            {"_id": person.id, "role": "member", "standing": "active"},
            {
                "$set": {"role": "admin", "founder": True},
                "$push": {"untold": {"$each": [told.to_mongo() for told in person.untold]}},
            },
        )
    )


def _deed(actor: Actor, did: Did, person: Person) -> UsersDeed:
    return UsersDeed(did=did, by=actor.user, organisation=person.organisation, whom=str(person.id))


def _still(updated: UpdateResult) -> None:
    if not updated.matched_count:
        raise UserUnknown("they have changed meanwhile; look again")


def _of_organisation(by: Person, user: str) -> Person:
    """Raises UserUnknown."""
    found: Person | None = (
        Person.objects(
            id=ObjectId(user), organisation=by.organisation, standing__in=["pending", "active"]
        ).first()
        if ObjectId.is_valid(user)
        else None
    )
    if found is None:
        raise UserUnknown("there is nobody of that id in the organisation")
    return found


def _changed(person: Person, **change: object) -> Person:
    """Write the change and what is to be told of it, if the person still is what the rule was asked about.

    Raises UserUnknown.
    """
    given = {name: value for name, value in change.items() if name.startswith("set__")}
    still = {name: value for name, value in change.items() if name not in given}
    told = {"push_all__untold": list(person.untold)} if person.untold else {}
    changed: Person | None = Person.objects(id=person.id, **still).modify(new=True, **given, **told)
    if changed is None:
        raise UserUnknown("they have changed meanwhile; look again")
    return changed
