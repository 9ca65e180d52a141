"""The second factor of an account: offered, confirmed by a first code, asked for at log-in, given up by password."""

from services.auth import deeds, totp
from services.auth.documents import Credential
from services.auth.refreshing import digest
from services.contracts.audit import AuthDeed
from services.contracts.auth import RecoveryCodes, TotpOffer, TotpStanding
from services.contracts.errors import SecondFactorRequired, SecondFactorWrong, TotpOn
from services.hosting.clock import now


def offer(credential: Credential) -> TotpOffer:
    """A fresh secret, good once it is confirmed. Raises TotpOn."""
    if credential.totp_on:
        raise TotpOn("turn it off first")
    secret = totp.fresh_secret()
    Credential.objects(user=credential.user, totp_on__ne=True).update_one(totp_secret=secret, totp_step=0)
    return TotpOffer(secret=secret, uri=totp.uri(secret, credential.email))


def confirm(credential: Credential, code: str) -> tuple[Credential, RecoveryCodes]:
    """The account, with what is to be told of it. Raises SecondFactorWrong, TotpOn."""
    if credential.totp_on:
        raise TotpOn("it is on already")
    step = totp.step_of(credential.totp_secret, code, now(), 0) if credential.totp_secret else None
    if step is None:
        raise SecondFactorWrong("that is not the code of the secret shown last", field="code")
    codes = totp.recovery_codes()
    kept = [digest(totp.plain(each)) for each in codes]
    changed = deeds.changed(
        credential.user,
        AuthDeed(did="totp_on", by=credential.user),
        still={"totp_on__ne": True, "totp_secret": credential.totp_secret},
        totp_on=True,
        totp_step=step,
        recovery=kept,
    )
    if changed is None:
        raise TotpOn("it is on already")
    return changed, RecoveryCodes(codes)


def check(credential: Credential, code: str) -> None:
    """Nothing where it is off. A code is used up. Raises SecondFactorRequired, SecondFactorWrong."""
    if not credential.totp_on:
        return
    if not code:
        raise SecondFactorRequired("send the code of the authenticator app, too", field="code")
    of = Credential.objects(user=credential.user)
    step = totp.step_of(credential.totp_secret, code, now(), credential.totp_step)
    if step is not None:
        used = of.filter(totp_step__lt=step).update_one(totp_step=step)
    else:
        recovery = digest(totp.plain(code))
        used = of.filter(recovery=recovery).update_one(pull__recovery=recovery)
    if not used:
        raise SecondFactorWrong("the code is wrong or was used already", field="code")


def turn_off(credential: Credential) -> Credential:
    """The account, with what is to be told of it where it was on."""
    changed = deeds.changed(
        credential.user,
        AuthDeed(did="totp_off", by=credential.user),
        still={"totp_on": True},
        totp_on=False,
        totp_secret="",
        totp_step=0,
        recovery=[],
    )
    return changed or credential


def standing(credential: Credential) -> TotpStanding:
    return TotpStanding(on=credential.totp_on, recovery_codes_left=len(credential.recovery))
