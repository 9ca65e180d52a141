"""What `tokens` knows of the apps its tokens are for, by the events of `apps`. They may come late, twice or
in another order: the higher version holds, and the end is the end.
"""

from mongoengine import NotUniqueError

from services.contracts.apps import AppFacts
from services.contracts.tokens import CurrentOrigins, OriginsChanged
from services.tokens.documents import IssuedToken, KnownApp


def note(facts: AppFacts) -> KnownApp | None:
    """The app as it is known now, with what is to be told of it; None where this was known already."""
    before: KnownApp | None = KnownApp.objects(app=facts.app).first()
    noted = KnownApp(
        app=facts.app, version=facts.version, name=facts.name, owner=facts.owner, origins=facts.origins
    )
    moved = before is not None and before.origins != facts.origins
    if moved or IssuedToken.objects(app=facts.app, origins__ne=facts.origins).first() is not None:
        noted.to_tell(OriginsChanged(current=noted.current_origins()))
    if before is None:
        try:
            return noted.save(force_insert=True)
        except NotUniqueError:
            return note(facts)
    older = KnownApp.objects(app=facts.app, version__lt=facts.version, deleted=False)
    changed = {"version": noted.version, "name": noted.name, "owner": noted.owner, "origins": noted.origins}
    found: KnownApp | None = older.modify(new=True, push_all__untold=list(noted.untold), **changed)
    return found


def overtaken(app: str, origins: list[str]) -> KnownApp | None:
    """The app, if its origins changed while a token with these was issued, with the telling of it."""
    found: KnownApp | None = KnownApp.objects(app=app, deleted=False, origins__ne=origins).first()
    if found is not None:
        found.to_tell(OriginsChanged(current=found.current_origins()))
        found.save()
    return found


def end(facts: AppFacts) -> None:
    KnownApp.objects(app=facts.app).update_one(
        upsert=True,
        deleted=True,
        version=facts.version,
        name=facts.name,
        owner=facts.owner,
        origins=facts.origins,
    )


def ended(app: str) -> bool:
    return KnownApp.objects(app=app, deleted=True).first() is not None


def other_origins(at: int) -> list[CurrentOrigins]:
    """Of the apps whose living tokens carry other origins than the app has now."""
    carried = IssuedToken.objects(expires_at__gt=at).only("app", "origins")
    sets: dict[str, set[tuple[str, ...]]] = {}
    for token in carried:
        sets.setdefault(token.app, set()).add(tuple(token.origins))
    apps = KnownApp.objects(app__in=list(sets), deleted=False)
    return [app.current_origins() for app in apps if sets[app.app] != {tuple(app.origins)}]
