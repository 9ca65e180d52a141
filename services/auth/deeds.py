"""What the audit log is told of accounts: with the change it speaks of, in one write."""

from services.auth.documents import Credential, LogInSession
from services.contracts.audit import AuthDeed, Did
from services.contracts.errors import Refused


def of_session(session: LogInSession, did: Did) -> AuthDeed:
    return AuthDeed(did=did, by=session.user, facts={"device": session.device}, id=f"{session.id}.{did}")


def of_failure(email: str, why: Refused, device: str) -> AuthDeed:
    """Looked up and told for an e-mail that nobody has, too: the time it takes says nothing."""
    found: Credential | None = Credential.objects(email=email.strip().lower()).first()
    by = "" if found is None else found.user
    return AuthDeed(did="log_in_failed", by=by, facts={"why": why.slug(), "device": device})


def of_reset_link(email: str) -> AuthDeed:
    """The operator has made one."""
    found: Credential | None = Credential.objects(email=email.strip().lower()).first()
    return AuthDeed(did="reset_link_made", by="", whom="" if found is None else found.user)


def changed(user: str, deed: AuthDeed, still: dict[str, object], **change: object) -> Credential | None:
    """Write the change of an account with what is to be told of it; None where it is not `still` so."""
    told = Credential()
    told.to_tell(deed)
    found: Credential | None = Credential.objects(user=user, **still).modify(
        new=True, push_all__untold=list(told.untold), **change
    )
    return found
