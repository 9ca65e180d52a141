"""The keys that sign access tokens, in the database. `key_ages` says which does what."""

from contextlib import suppress

from mongoengine import NotUniqueError

from services.auth import key_ages
from services.auth.documents import AccessKey
from services.contracts.auth import PublicKeys
from services.hosting.clock import now


def current() -> AccessKey:
    """The key that signs now; where it has grown old, the next one is made."""
    keys = _all()
    if key_ages.too_old(keys[-1].created_at, now()):
        rotate()
        keys = _all()
    return keys[key_ages.signing([key.created_at for key in keys], now())]


def rotate() -> PublicKeys:
    newest = _all()[-1]
    with suppress(NotUniqueError):  # another replica has made it just now
        AccessKey.fresh(newest.generation + 1).save(force_insert=True)
    return published()


def published() -> PublicKeys:
    """All that verify; those that have done their work are withdrawn."""
    keys = _all()
    if gone := keys[: key_ages.done([key.created_at for key in keys], now())]:
        AccessKey.objects(generation__in=[key.generation for key in gone]).delete()
    return AccessKey.public_keys()


def _all() -> list[AccessKey]:
    AccessKey.newest()
    return [*AccessKey.objects.order_by("generation")]
