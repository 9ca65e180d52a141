"""Creating, finding and changing apps in the database. `permissions` says who may.

A change is read, checked, made and written with the events that tell it, all on one version of the app:
where somebody else was faster it begins again.
"""

from collections.abc import Callable, Sequence

import msgspec
from bson import ObjectId
from mongoengine import NotUniqueError
from mongoengine.errors import SaveConditionError

from services.apps.addresses import checked_origins, checked_url
from services.apps.documents import Site
from services.apps.permissions import frozen, may, role_of
from services.contracts.apps import (
    Action,
    App,
    AppChanged,
    AppCreated,
    AppDeleted,
    AppRole,
    CreateApp,
    Permit,
    PermitEach,
    Seeing,
    Seer,
    UpdateApp,
)
from services.contracts.audit import AppsDeed, Did
from services.contracts.errors import AppNameTaken, AppUnknown, ConfigLocked, Forbidden, InvalidInput
from services.contracts.messages import Actor
from services.hosting.clock import now

Alter = Callable[[Site], list[str]]
"""changes the site in memory and names what it changed; nothing: there is nothing to write"""


def create(request: CreateApp) -> Site:
    name = request.name.strip()
    site = Site(
        id=ObjectId(),
        name=name,
        key=name.lower(),
        url=checked_url(request.url),
        origins=checked_origins(request.origins),
        description=request.description,
        tags=list(dict.fromkeys(request.tags)),
        visibility=request.visibility,
        owner=request.actor.user,
        organisation=request.actor.organisation,
        created_at=now(),
    )
    site.to_tell(AppCreated(app=site.told("owner"), version=site.version))
    note(site, request.actor, "app_created")
    try:
        return site.save(force_insert=True)
    except NotUniqueError as error:
        raise _name_taken(request.actor) from error


def _name_taken(actor: Actor) -> AppNameTaken:
    return AppNameTaken(f"{actor.organisation} has an app of that name", field="name")


def seen_by(actor: Actor) -> list[App]:
    of_organisation = Site.objects(organisation=actor.organisation).order_by("key")
    roles = ((site, _role(actor, site)) for site in of_organisation)
    return [site.told(role) for site, role in roles if role is not None]


def found(actor: Actor, app: str) -> Site | None:
    """The app, if it is of the actor's organisation."""
    return _found([Seer(actor, app)])[0]


def _found(seers: Sequence[Seer]) -> list[Site | None]:
    """The app of each, if it is of their organisation; none is of no organisation."""
    ids = {ObjectId(seer.app) for seer in seers if ObjectId.is_valid(seer.app)}
    sites = {
        (str(site.id), site.organisation): site for site in Site.objects(id__in=ids, organisation__ne="")
    }
    return [sites.get((seer.app, seer.actor.organisation)) for seer in seers]


def _role(actor: Actor, site: Site | None) -> AppRole | None:
    return site and role_of(actor.user, site.owner, site.members, site.visibility)


def permitted(actor: Actor, app: str, action: Action) -> tuple[Site, AppRole]:
    """Raises AppUnknown, Forbidden, ConfigLocked."""
    site = found(actor, app)
    role = _role(actor, site)
    if site is None or role is None:
        raise AppUnknown("there is no such app")
    if not may(role, action):
        raise Forbidden(f"a {role} of the app may not {action.replace('_', ' ')}")
    if frozen(action, site.locked):
        raise ConfigLocked("the owner has locked the app's config")
    return site, role


def permit(request: Permit) -> App:
    """Raises AppUnknown, Forbidden, ConfigLocked."""
    site, role = permitted(request.actor, request.app, request.action)
    return site.told(role)


def permit_each(request: PermitEach) -> Seeing:
    roles = map(_role, (seer.actor for seer in request.seers), _found(request.seers))
    return Seeing([role is not None and may(role, "see") for role in roles])


def change(actor: Actor, app: str, action: Action, alter: Alter) -> Site:
    """Raises what `permitted` and `alter` raise."""
    return write(actor, lambda: permitted(actor, app, action)[0], alter)


def write(actor: Actor, find: Callable[[], Site], alter: Alter) -> Site:
    """Find, alter and save until nobody else was faster, telling `apps/changed`. Raises what they raise."""
    while True:
        site = find()
        before = site.version
        changed = alter(site)
        if not changed:
            return site
        site.version += 1
        site.to_tell(AppChanged(facts=site.facts(), changed=changed, by=actor.user, at=now()))
        if _saved(site, before):
            return site


def _saved(site: Site, version: int) -> bool:
    try:
        site.save(save_condition={"version": version})
    except SaveConditionError:
        return False
    return True


def update(request: UpdateApp) -> Site:
    """Raises AppUnknown, Forbidden, AppNameTaken, InvalidInput."""
    wanted = _wanted(request)

    def alter(site: Site) -> list[str]:
        changed = [field for field, value in wanted.items() if getattr(site, field) != value]
        for field in changed:
            setattr(site, field, wanted[field])
        site.key = site.name.lower()
        if changed:
            note(site, request.actor, "app_changed", fields=", ".join(changed))
        return changed

    try:
        return change(request.actor, request.app, "update", alter)
    except NotUniqueError as error:
        raise _name_taken(request.actor) from error


def _wanted(request: UpdateApp) -> dict[str, object]:
    given = {
        field: value
        for field in ("name", "url", "origins", "description", "tags", "visibility")
        if (value := getattr(request, field)) is not msgspec.UNSET
    }
    if "name" in given:
        given["name"] = given["name"].strip()
    if "url" in given:
        given["url"] = checked_url(given["url"])
    if "origins" in given:
        given["origins"] = checked_origins(given["origins"])
    if "tags" in given:
        given["tags"] = list(dict.fromkeys(given["tags"]))
    return given


def delete(actor: Actor, app: str, confirm: str) -> Site:
    """Gone for everybody at once. Raises AppUnknown, Forbidden, InvalidInput."""
    while True:
        site, _ = permitted(actor, app, "delete")
        check_typed(site, confirm)
        before = site.version
        site.version += 1
        site.to_tell(AppDeleted(facts=site.facts(), by=actor.user, at=now()))
        note(site, actor, "app_deleted")
        site.organisation, site.key = None, str(site.id)
        if _saved(site, before):
            return site


def lock(actor: Actor, app: str) -> Site:
    return change(actor, app, "lock", lambda site: _set_locked(site, actor, True))


def unlock(actor: Actor, app: str, confirm: str) -> Site:
    """Raises InvalidInput besides."""

    def alter(site: Site) -> list[str]:
        check_typed(site, confirm)
        return _set_locked(site, actor, False)

    return change(actor, app, "unlock", alter)


def _set_locked(site: Site, actor: Actor, locked: bool) -> list[str]:
    if site.locked == locked:
        return []
    site.locked = locked
    note(site, actor, "app_locked" if locked else "app_unlocked")
    return ["locked" if locked else "unlocked"]


def note(site: Site, actor: Actor, did: Did, whom: str = "", **facts: str) -> None:
    """For the audit log, once the site is saved."""
    site.to_tell(
        AppsDeed(
            did=did,
            by=actor.user,
            organisation=actor.organisation,
            whom=whom,
            app=str(site.id),
            app_name=site.name,
            facts=facts,
        )
    )


def check_typed(site: Site, confirm: str) -> None:
    """Raises InvalidInput. The letters' case does not matter, neither for names nor for domains."""
    expected = f"{site.organisation}/{site.name}"
    if confirm.strip().lower() != expected.lower():
        raise InvalidInput(f"type {expected}", field="confirm")
