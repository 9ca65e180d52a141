"""Creating and finding apps in the database. `permissions` says who may."""

from bson import ObjectId
from mongoengine import NotUniqueError

from services.apps.addresses import checked_origins, checked_url
from services.apps.documents import Site
from services.apps.permissions import frozen, may, role_of
from services.contracts.apps import App, CreateApp, Permit
from services.contracts.errors import AppNameTaken, AppUnknown, ConfigLocked, Forbidden
from services.contracts.messages import Actor
from services.hosting.clock import now


def create(request: CreateApp) -> App:
    name = request.name.strip()
    site = Site(
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
    try:
        return site.save(force_insert=True).told("owner")
    except NotUniqueError as error:
        raise AppNameTaken(f"{request.actor.organisation} has an app of that name", field="name") from error


def seen_by(actor: Actor) -> list[App]:
    of_organisation = Site.objects(organisation=actor.organisation).order_by("key")
    roles = (
        (site, role_of(actor.user, site.owner, site.members, site.visibility)) for site in of_organisation
    )
    return [site.told(role) for site, role in roles if role is not None]


def permit(request: Permit) -> App:
    """Raises AppUnknown, Forbidden, ConfigLocked."""
    actor = request.actor
    site: Site | None = (
        Site.objects(id=ObjectId(request.app), organisation=actor.organisation).first()
        if ObjectId.is_valid(request.app)
        else None
    )
    role = site and role_of(actor.user, site.owner, site.members, site.visibility)
    if site is None or role is None:
        raise AppUnknown("there is no such app")
    if not may(role, request.action):
        raise Forbidden(f"a {role} of the app may not {request.action.replace('_', ' ')}")
    if frozen(request.action, site.locked):
        raise ConfigLocked("the owner has locked the app's config")
    return site.told(role)
