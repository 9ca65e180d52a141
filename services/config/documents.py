"""Every version of every app's config, in the database `config`."""

from mongoengine import BooleanField, DictField, IntField, StringField

from services.contracts.config import ConfigVersion
from services.hosting.database import Record
from services.hosting.telling import Telling


class Version(Telling):
    """The whole config as it was from then on, with who changed what. The numbers of an app count up from 1."""

    app = StringField(required=True)
    version = IntField(required=True)
    by = StringField(required=True)
    """the user"""
    at = IntField(required=True)
    changed = StringField(required=True)
    """the part: `funnel`, `buttons`, `campaigns`, `segments`, `own` or `capture`; or `restored`"""
    restored = IntField()
    """the version it was taken from"""
    content = DictField(required=True)

    meta = {
        "db_alias": "config",
        "collection": "versions",
        "indexes": [{"fields": ["app", "-version"], "unique": True}],
    }

    def listed(self) -> ConfigVersion:
        return ConfigVersion(
            version=self.version, by=self.by, at=self.at, changed=self.changed, restored=self.restored
        )


class KnownApp(Record):
    """An app that may have a config: version 0 is what it began with. A deleted one is kept, so that nothing
    late brings it back.
    """

    app = StringField(primary_key=True)
    by = StringField(default="")
    """who created it"""
    at = IntField(default=0)
    deleted = BooleanField(default=False)

    meta = {"db_alias": "config", "collection": "apps"}
