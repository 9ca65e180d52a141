"""Reading and changing configs in the database."""

from typing import Literal

import msgspec
from mongoengine import NotUniqueError

from services.config.documents import Version
from services.contracts.config import AppConfig, Button, Campaign, Funnel, Own, Segment
from services.hosting.clock import now

Part = Literal["funnel", "buttons", "campaigns", "segments", "own"]
Value = Funnel | list[Button] | list[Campaign] | list[Segment] | Own


def newest(app: str) -> AppConfig:
    """Version 0 with the defaults where nothing was configured yet."""
    raw = Version.objects(app=app).order_by("-version").as_pymongo().first()
    return AppConfig(app=app, version=0) if raw is None else msgspec.convert(raw["content"], AppConfig)


def put(app: str, user: str, part: Part, value: Value) -> AppConfig:
    """The config with this part changed. Who changes another part at the same time loses nothing; the same
    value again makes no new version.
    """
    while True:
        before = newest(app)
        if getattr(before, part) == value:
            return before
        config = msgspec.structs.replace(before, version=before.version + 1, **{part: value})
        version = Version(
            app=app,
            version=config.version,
            by=user,
            at=now(),
            changed=part,
            content=msgspec.to_builtins(config),
        )
        try:
            version.save(force_insert=True)
        except NotUniqueError:
            continue  # somebody was faster: change what they made of it
        return config
