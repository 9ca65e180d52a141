"""Issuing and finding tokens in the database."""

import secrets

from mongoengine import NotUniqueError

from services.contracts.apps import App
from services.contracts.tokens import AppToken
from services.hosting.clock import now
from services.tokens.documents import AppKey, IssuedToken
from services.tokens.issuing import DAY, claims


def issue(app: App, user: str, days: int) -> AppToken:
    while True:
        try:
            return _issue(app, user, days, number=_last_issue(app.id) + 1)
        except NotUniqueError:
            continue  # another one was issued in between: the next number


def _last_issue(app: str) -> int:
    last = IssuedToken.objects(app=app).order_by("-issue").only("issue").first()
    return 0 if last is None else int(last.issue)


def _issue(app: App, user: str, days: int, number: int) -> AppToken:
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
    return token.save(force_insert=True).told()


def current(app: str) -> AppToken | None:
    token = IssuedToken.objects(app=app, expires_at__gt=now(), revoked_at=None).order_by("-issue").first()
    return None if token is None else token.told()


def revoked() -> list[str]:
    return [token.jti for token in IssuedToken.objects(revoked_at__gt=0, expires_at__gt=now()).only("jti")]
