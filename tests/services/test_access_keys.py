"""The keys that sign access tokens, one after the other."""

from collections.abc import Callable

import jwt

from services.auth.documents import AccessKey
from services.contracts.auth import GetAccessKeys, LogIn, RotateAccessKeys
from tests.services.conftest import PASSWORD, Ask, Someone

Register = Callable[..., Someone]
MINUTE, DAY = 60_000, 86_400_000


def signer(services: Ask, someone: Someone) -> str:
    """The id of the key that signed a fresh access token."""
    token = services(LogIn(email=someone.user.email, password=PASSWORD)).access_token
    return str(jwt.get_unverified_header(token)["kid"])


def published(services: Ask) -> list[str]:
    return [key.kid for key in services(GetAccessKeys()).keys]


def grow_older(by: int) -> None:
    AccessKey.objects.update(dec__created_at=by)


def test_a_rotation_logs_nobody_out(services: Ask, register: Register) -> None:
    ada = register()
    AccessKey.objects.delete()
    old = signer(services, ada)
    grow_older(DAY)
    *_, new = (key.kid for key in services(RotateAccessKeys()).keys)
    assert published(services) == [old, new]
    assert signer(services, ada) == old
    grow_older(MINUTE)
    assert signer(services, ada) == new
    assert published(services) == [old, new]
    grow_older(16 * MINUTE)
    assert published(services) == [new]
    assert signer(services, ada) == new


def test_a_key_is_followed_by_itself(services: Ask, register: Register) -> None:
    ada = register()
    AccessKey.objects.delete()
    old = signer(services, ada)
    grow_older(30 * DAY)
    assert signer(services, ada) == old
    assert len(published(services)) == 2
