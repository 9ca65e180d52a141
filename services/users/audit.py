"""The audit log in the database: entries are added, read, and go when they are older than the operator keeps them.
There is no other way to change one.
"""

from collections.abc import Iterator
from contextlib import suppress

from bson import ObjectId
from mongoengine import NotUniqueError, Q

from services.contracts.audit import AuditNames, AuditPage, Deed, Named, ReadAudit
from services.contracts.errors import InvalidInput
from services.users.documents import AuditRecord, Person

DAY_MS = 86_400_000


def record(deed: Deed) -> None:
    """Once, however often it comes. Whose organisation is not known (a log-in that nobody's e-mail tried) is nobody's
    to read, and is not kept.
    """
    by, by_name = _known(deed.by)
    whom, whom_name = _known(deed.whom)
    organisation = deed.organisation or by or whom
    if not organisation:
        return
    with suppress(NotUniqueError):  # it came before
        AuditRecord(
            deed=deed.id,
            organisation=organisation,
            at=deed.at,
            did=deed.did,
            by=deed.by,
            by_name=by_name,
            whom=deed.whom,
            whom_name=whom_name,
            app=deed.app,
            app_name=deed.app_name,
            facts=deed.facts,
        ).save(force_insert=True)


def _known(user: str) -> tuple[str, str]:
    """Organisation and name of somebody who is there, or of whom the log has spoken."""
    if not user:
        return "", ""
    person = Person.objects(id=ObjectId(user)).first() if ObjectId.is_valid(user) else None
    if person is not None and person.standing != "enrolling":
        return person.organisation, person.name
    said = AuditRecord.objects(Q(by=user) | Q(whom=user)).order_by("-at").first()
    if said is None:
        return "", ""
    return said.organisation, said.by_name if said.by == user else said.whom_name


def read(organisation: str, request: ReadAudit) -> AuditPage:
    """Raises InvalidInput."""
    found = AuditRecord.objects(organisation=organisation)
    if request.person is not None:
        found = found.filter(Q(by=request.person) | Q(whom=request.person))
    if request.app is not None:
        found = found.filter(app=request.app)
    if request.did is not None:
        found = found.filter(did=request.did)
    if request.before is not None:
        at, deed = _place(request.before)
        found = found.filter(Q(at__lt=at) | Q(at=at, deed__lt=deed))
    entries = [*found.order_by("-at", "-deed").limit(request.limit + 1)]
    page = entries[: request.limit]
    more = len(entries) > len(page)
    return AuditPage(
        entries=[entry.told() for entry in page], before=f"{page[-1].at}.{page[-1].deed}" if more else None
    )


def _place(before: str) -> tuple[int, str]:
    at, _, deed = before.partition(".")
    if not (at.isascii() and at.isdecimal() and len(at) < 19 and deed):
        raise InvalidInput("give what the page before said", field="before")
    return int(at), deed


def names(organisation: str) -> AuditNames:
    people = {**dict(_latest(organisation, "whom")), **dict(_latest(organisation, "by"))}
    apps = dict(_latest(organisation, "app"))
    return AuditNames(people=_sorted(people), apps=_sorted(apps))


def _latest(organisation: str, what: str) -> Iterator[tuple[str, str]]:
    """Whatever the log names as `what`, with the name it had last."""
    steps = [
        {"$match": {what: {"$ne": ""}}},
        {"$group": {"_id": f"${what}", "last": {"$max": {"at": "$at", "name": f"${what}_name"}}}},
    ]
    rows = AuditRecord.objects(organisation=organisation).aggregate(steps)
    return ((row["_id"], row["last"]["name"]) for row in rows)


def _sorted(named: dict[str, str]) -> list[Named]:
    return sorted((Named(key, name) for key, name in named.items()), key=lambda each: each.name.lower())


def drop_older(at: int, days: int) -> None:
    AuditRecord.objects(at__lt=at - days * DAY_MS).delete()
