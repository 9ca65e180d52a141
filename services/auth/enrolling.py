"""A user's first password."""

from mongoengine import NotUniqueError

from services.auth.documents import Credential
from services.auth.passwords import hashed
from services.contracts.auth import Enrol
from services.contracts.errors import EmailTaken


def enrol(request: Enrol) -> None:
    """Raises EmailTaken when the e-mail is another user's, or this user has logged in before."""
    changed = {"email": request.email.lower(), "password_hash": hashed(request.password)}
    try:
        # Upsert: with somebody who has logged in, the filter misses and the insert meets their own id.
        Credential.objects(user=request.user, logged_in=False).update_one(upsert=True, **changed)
    except NotUniqueError as error:
        raise EmailTaken("somebody has registered with that e-mail", field="email") from error
