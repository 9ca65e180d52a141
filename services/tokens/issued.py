"""Issuing and finding tokens in the database."""

import secrets

from mongoengine import NotUniqueError
from mongoengine.errors import SaveConditionError

from services.contracts.apps import App
from services.contracts.audit import Did, TokensDeed
from services.contracts.errors import TokenUnknown
from services.contracts.tokens import AppToken, Issued, Revocations, TokenExpiring, TokenRevoked
from services.hosting.clock import now
from services.tokens import known
from services.tokens.documents import AppKey, IssuedToken, KnownApp
from services.tokens.issuing import DAY, HOUR_MS, NOTICES, claims, notice_due


def issue(app: App, user: str, days: int, overlap: int | None = None) -> IssuedToken:
    """`overlap`: hours that the tokens before it are left, None where they are left as they are."""
    while True:
        try:
            return _issue(app, user, days, overlap, number=_last_issue(app.id) + 1)
        except NotUniqueError:
            continue  # another one was issued in between: the next number


def _last_issue(app: str) -> int:
    last = IssuedToken.objects(app=app).order_by("-issue").only("issue").first()
    return 0 if last is None else int(last.issue)


def _issue(app: App, user: str, days: int, overlap: int | None, number: int) -> IssuedToken:
    jti, at = secrets.token_hex(16), now()
    signed = AppKey.newest().sign(claims(app.id, app.origins, number, jti, at, days))
    token = IssuedToken(
        jti=jti,
        app=app.id,
        issue=number,
        origins=app.origins,
        issued_by=user,
        issued_at=at,
        expires_at=(at // 1000 + days * DAY) * 1000,
        token=signed,
    )
    rotates = {} if overlap is None else {"overlap": str(overlap)}
    token.to_tell(_deed(app, user, "token_issued", issue=str(number), days=str(days), **rotates))
    return token.save(force_insert=True)


def _deed(app: App, user: str, did: Did, **facts: str) -> TokensDeed:
    return TokensDeed(
        did=did, by=user, organisation=app.organisation, app=app.id, app_name=app.name, facts=facts
    )


def current(app: str) -> AppToken | None:
    """The newest that nothing ends before its time."""
    token = IssuedToken.objects(app=app, expires_at__gt=now(), revoked_at=None).order_by("-issue").first()
    return None if token is None else token.told()


def all_of(app: str) -> list[Issued]:
    return [token.listed() for token in IssuedToken.objects(app=app).order_by("-issue")]


def end_older(app: str, issue: int, overlap: int) -> list[IssuedToken]:
    """Have the tokens before this one end in `overlap` hours, where they do not end sooner."""
    at = now() + overlap * HOUR_MS
    living = IssuedToken.objects(app=app, issue__lt=issue, expires_at__gt=at)
    return [_end(token, at) for token in living if token.revoked_at is None or token.revoked_at > at]


def revoke(app: App, user: str, issue: int) -> IssuedToken:
    """Raises TokenUnknown. Revoking it again is no error."""
    at = now()
    token: IssuedToken | None = IssuedToken.objects(app=app.id, issue=issue, expires_at__gt=at).first()
    if token is None:
        raise TokenUnknown("the app has no such token that is still valid")
    if token.revoked_at is not None and token.revoked_at <= at:
        return token
    token.to_tell(_deed(app, user, "token_revoked", issue=str(issue)))
    return _end(token, at)


def revoke_all(app: str) -> list[IssuedToken]:
    at = now()
    living = IssuedToken.objects(app=app, expires_at__gt=at)
    return [_end(token, at) for token in living if token.revoked_at is None or token.revoked_at > at]


def _end(token: IssuedToken, at: int) -> IssuedToken:
    token.revoked_at = at
    token.to_tell(TokenRevoked(jti=token.jti, app=token.app, at=at))
    return token.save()


def revocations() -> Revocations:
    at = now()
    ended = IssuedToken.objects(revoked_at__gt=0, expires_at__gt=at).only("jti", "revoked_at")
    ends = {token.jti: token.revoked_at for token in ended}
    return Revocations(
        revoked=[jti for jti, end in ends.items() if end <= at],
        ending={jti: end for jti, end in ends.items() if end > at},
        origins=known.other_origins(at),
    )


def expiring() -> list[IssuedToken]:
    """Those whose owner is to be told now of their end, the telling written into them."""
    at = now()
    near = IssuedToken.objects(
        expires_at__gt=at, expires_at__lte=at + max(NOTICES) * DAY * 1000, revoked_at=None
    )
    return [token for token in near if _noticed(token, at)]


def _noticed(token: IssuedToken, at: int) -> bool:
    days = notice_due(token.issued_at, token.expires_at, list(token.noticed), at)
    app: KnownApp | None = KnownApp.objects(app=token.app, deleted=False).first() if days else None
    if days is None or app is None:
        return False
    token.noticed.append(days)
    token.to_tell(
        TokenExpiring(
            app=app.app,
            name=app.name,
            owner=app.owner,
            issue=token.issue,
            days=days,
            expires_at=token.expires_at,
        )
    )
    try:
        token.save(save_condition={"noticed__ne": days})
    except SaveConditionError:
        return False  # another process tells it
    return True
