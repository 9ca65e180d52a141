"""A new password for who forgot theirs: a link that works once, within an hour."""

import secrets
from datetime import UTC, datetime, timedelta

from services.auth import deeds, tries
from services.auth.documents import Credential, PasswordReset
from services.auth.passwords import hashed
from services.auth.refreshing import digest
from services.contracts.audit import AuthDeed
from services.contracts.auth import ResetLink
from services.contracts.errors import ResetLinkInvalid, UserUnknown

LIFETIME = 3600
"""seconds"""
MOST_LINKS = 3
"""good at a time for one account: so many mails an hour may others have sent to it"""


def link(email: str, public_url: str) -> ResetLink:
    """The token stands behind the `#`, which browsers keep from servers and from the next page.

    Raises UserUnknown.
    """
    found: Credential | None = Credential.objects(email=email.strip().lower()).first()
    if found is None:
        raise UserUnknown("nobody has that e-mail")
    token = secrets.token_urlsafe(32)
    expires_at = datetime.now(UTC) + timedelta(seconds=LIFETIME)
    PasswordReset(token=digest(token), user=found.user, expires_at=expires_at).save(force_insert=True)
    return ResetLink(f"{public_url.rstrip('/')}/reset-password#{token}", LIFETIME)


def may_be_mailed(email: str) -> bool:
    """Somebody has it, and was not sent too many already."""
    found: Credential | None = Credential.objects(email=email.strip().lower()).first()
    return found is not None and _good(user=found.user).count() < MOST_LINKS


def reset(token: str, password: str) -> Credential:
    """Whose password it is now, with what is to be told of it. Raises ResetLinkInvalid."""
    password_hash = hashed(password)
    used = _good(token=digest(token)).modify(remove=True)
    if used is None:
        raise ResetLinkInvalid("the link was used or is older than an hour; ask for another one")
    deed = AuthDeed(did="password_reset", by=used.user)
    credential = deeds.changed(used.user, deed, still={}, password_hash=password_hash)
    if credential is None:
        raise ResetLinkInvalid("the account is gone")
    PasswordReset.objects(user=used.user).delete()
    tries.forget(credential.email)
    return credential


def _good(**of: str):  # type: ignore[no-untyped-def]  # mongoengine's query set
    return PasswordReset.objects(expires_at__gt=datetime.now(UTC), **of)
