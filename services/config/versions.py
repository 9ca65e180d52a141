"""Reading and changing configs in the database, and their history."""

from collections.abc import Callable
from typing import Literal, get_args

import msgspec
from mongoengine import NotUniqueError

from services.config.documents import KnownApp, Version
from services.contracts.apps import App
from services.contracts.audit import ConfigDeed
from services.contracts.config import (
    AppConfig,
    Button,
    Campaign,
    Capture,
    ConfigChanged,
    ConfigVersion,
    Funnel,
    Own,
    Segment,
)
from services.contracts.errors import AppUnknown, VersionUnknown
from services.hosting.clock import now

Part = Literal["funnel", "buttons", "campaigns", "segments", "own", "capture"]
Value = Funnel | list[Button] | list[Campaign] | list[Segment] | Own | Capture
PARTS: tuple[Part, ...] = get_args(Part)
LISTED = 500


def newest(app: str) -> AppConfig:
    """Version 0 with the defaults where nothing was configured yet. Raises AppUnknown for a deleted app."""
    if KnownApp.objects(app=app, deleted=True).first() is not None:
        raise AppUnknown("there is no such app")
    raw = Version.objects(app=app).order_by("-version").as_pymongo().first()
    return AppConfig(app=app, version=0) if raw is None else msgspec.convert(raw["content"], AppConfig)


def put(app: App, user: str, part: Part, value: Value) -> tuple[AppConfig, Version | None]:
    """The config with this part changed, and the version that was made of it. Who changes another part at the
    same time loses nothing; the same value again makes no new version.
    """
    return _changed(app, user, part, lambda before: msgspec.structs.replace(before, **{part: value}))


def restore(app: App, user: str, number: int) -> tuple[AppConfig, Version | None]:
    """As `put`. Raises VersionUnknown."""
    past = at(app.id, number)
    content = {part: getattr(past, part) for part in PARTS}
    return _changed(
        app, user, "restored", lambda before: msgspec.structs.replace(before, **content), restored=number
    )


def _changed(
    app: App,
    user: str,
    changed: Part | Literal["restored"],
    alter: Callable[[AppConfig], AppConfig],
    restored: int | None = None,
) -> tuple[AppConfig, Version | None]:
    while True:
        before = newest(app.id)
        config = alter(before)
        if config == before:
            return before, None
        config.version = before.version + 1
        version = Version(
            app=app.id,
            version=config.version,
            by=user,
            at=now(),
            changed=changed,
            restored=restored,
            content=msgspec.to_builtins(config),
        )
        version.to_tell(ConfigChanged(config=config))
        version.to_tell(_deed(app, version))
        try:
            version.save(force_insert=True)
        except NotUniqueError:
            continue  # somebody was faster: change what they made of it
        if KnownApp.objects(app=app.id, deleted=True).first() is not None:
            forget(app.id)  # deleted between the permission and now
            raise AppUnknown("there is no such app")
        return config, version


def _deed(app: App, version: Version) -> ConfigDeed:
    facts = {"version": str(version.version)}
    if version.restored is None:
        facts["part"] = version.changed
    else:
        facts["restored"] = str(version.restored)
    return ConfigDeed(
        did="config_changed" if version.restored is None else "config_restored",
        by=version.by,
        organisation=app.organisation,
        app=app.id,
        app_name=app.name,
        facts=facts,
    )


def at(app: str, number: int) -> AppConfig:
    """Raises VersionUnknown."""
    if number == 0:
        return AppConfig(app=app, version=0)
    raw = Version.objects(app=app, version=number).as_pymongo().first()
    if raw is None:
        raise VersionUnknown(f"the config never had a version {number}")
    return msgspec.convert(raw["content"], AppConfig)


def history(app: str) -> list[ConfigVersion]:
    listed = Version.objects(app=app).exclude("content").order_by("-version").limit(LISTED)
    versions = [version.listed() for version in listed]
    created: KnownApp | None = KnownApp.objects(app=app, deleted__ne=True).first()
    if created is not None and len(versions) < LISTED:
        versions.append(ConfigVersion(version=0, by=created.by, at=created.at, changed="created"))
    return versions


def begin(app: str, user: str, at: int) -> None:
    """Note an app that was created; again and again does no harm."""
    KnownApp.objects(app=app).update_one(upsert=True, set_on_insert__by=user, set_on_insert__at=at)


def forget(app: str) -> None:
    """Let everything of a deleted app go, but that it was there."""
    KnownApp.objects(app=app).update_one(upsert=True, deleted=True)
    Version.objects(app=app).delete()
