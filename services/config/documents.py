"""Every version of every app's config, in the database `config`."""

from mongoengine import DictField, IntField, StringField

from services.hosting.database import Record


class Version(Record):
    """The whole config as it was from then on, with who changed what. The numbers of an app count up from 1."""

    app = StringField(required=True)
    version = IntField(required=True)
    by = StringField(required=True)
    """the user"""
    at = IntField(required=True)
    changed = StringField(required=True)
    """the part: `funnel`, `buttons`, `campaigns`, `segments` or `own`"""
    content = DictField(required=True)

    meta = {
        "db_alias": "config",
        "collection": "versions",
        "indexes": [{"fields": ["app", "-version"], "unique": True}],
    }
