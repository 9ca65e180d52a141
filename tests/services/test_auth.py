"""The service `auth`, with `users` beside it."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import eventlet
import jwt
import pytest
from eventlet.green import subprocess

from services.auth import passwords
from services.auth.documents import AccessKey, LogInSession, Tries
from services.auth.refreshing import REUSE_SECONDS, digest
from services.contracts.auth import Enrol, GetAccessKeys, LoggedIn, LogIn, LogOut, PublicKeys, Refresh
from services.contracts.errors import (
    ApprovalPending,
    EmailTaken,
    RefreshTokenInvalid,
    TooManyRequests,
    WrongCredentials,
)
from services.hosting.clock import now
from services.users.documents import Person
from tests.services.conftest import PASSWORD, Ask, Someone, fresh

Register = Callable[..., Someone]


def log_in(ask: Ask, someone: Someone) -> LoggedIn:
    return ask(LogIn(email=someone.user.email, password=PASSWORD, device="Firefox on Linux"))


def verified(token: str, keys: PublicKeys, issuer: str) -> dict[str, Any]:
    key_id = jwt.get_unverified_header(token)["kid"]
    (key,) = (key for key in keys.keys if key.kid == key_id)
    public = jwt.PyJWK({"kty": "OKP", "crv": "Ed25519", "x": key.x}, algorithm="EdDSA")
    claims: dict[str, Any] = jwt.decode(token, public, algorithms=["EdDSA"], issuer=issuer)
    return claims


def test_a_log_in_gives_a_token_that_the_published_keys_verify(services: Ask, register: Register) -> None:
    ada = register()
    logged_in = log_in(services, ada)
    claims = verified(logged_in.access_token, services(GetAccessKeys()), "datalab/auth")
    assert (claims["sub"], claims["org"], claims["role"]) == (ada.user.id, ada.user.organisation, "admin")
    assert claims["exp"] - claims["iat"] == logged_in.expires_in == 900
    assert LogInSession.objects.get(id=claims["sid"]).device == "Firefox on Linux"
    assert logged_in.user == ada.user


def test_the_email_may_be_written_in_any_case(services: Ask, register: Register) -> None:
    email = register().user.email.upper()
    assert services(LogIn(email=email, password=PASSWORD)).user.email == email.lower()


def test_a_wrong_password_and_an_unknown_email_are_answered_alike(
    services: Ask, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    verifications: list[str] = []
    verify = passwords._verify

    def counted(password: str, password_hash: str) -> bool:
        verifications.append(password_hash)
        return verify(password, password_hash)

    monkeypatch.setattr(passwords, "_verify", counted)
    answers = []
    for email in (register().user.email, f"{fresh('nobody')}@x.example"):
        with pytest.raises(WrongCredentials) as refused:
            services(LogIn(email=email, password="wrong password"))
        answers.append(refused.value.args)
    assert answers[0] == answers[1]
    # The same work was done for both.
    assert len(verifications) == 2
    assert all(hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for hashed in verifications)


def test_who_waits_for_approval_does_not_come_in(services: Ask, register: Register) -> None:
    waiting = register(register().user.organisation)
    with pytest.raises(ApprovalPending):
        log_in(services, waiting)
    with pytest.raises(WrongCredentials):
        services(LogIn(email=waiting.user.email, password="wrong password"))


@pytest.mark.parametrize("known", [True, False])
def test_after_five_wrong_passwords_an_account_waits(services: Ask, register: Register, known: bool) -> None:
    email = register().user.email if known else f"{fresh('nobody')}@x.example"
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            services(LogIn(email=email, password="wrong password"))
    with pytest.raises(TooManyRequests) as refused:
        services(LogIn(email=email, password=PASSWORD))
    assert 25 <= (refused.value.retry_after or 0) <= 30


def test_many_tries_at_once_gain_nothing(services: Ask, register: Register) -> None:
    email = register().user.email

    def outcome() -> type[Exception]:
        try:
            services(LogIn(email=email, password="wrong password"))
        except (WrongCredentials, TooManyRequests) as refusal:
            return type(refusal)
        raise AssertionError("let in")

    for _ in range(4):
        outcome()
    outcomes = [each.wait() for each in [eventlet.spawn(outcome) for _ in range(12)]]
    assert outcomes.count(WrongCredentials) <= 4


def test_the_wait_ends_and_the_right_password_forgets_the_wrong_ones(
    services: Ask, register: Register
) -> None:
    ada = register()
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            services(LogIn(email=ada.user.email, password="wrong password"))
    Tries.objects(email=ada.user.email).update_one(wait_until=now())
    log_in(services, ada)
    assert Tries.objects(email=ada.user.email).first() is None


def test_a_refresh_gives_a_new_pair_in_the_same_session(services: Ask, register: Register) -> None:
    first = log_in(services, register())
    second = services(Refresh(refresh_token=first.refresh_token))
    third = services(Refresh(refresh_token=second.refresh_token))
    assert len({first.refresh_token, second.refresh_token, third.refresh_token}) == 3
    keys = services(GetAccessKeys())
    sessions = {verified(each.access_token, keys, "datalab/auth")["sid"] for each in (first, second, third)}
    assert len(sessions) == 1


def used_up(token: str) -> None:
    """Let the token's rotation be longer ago than a second use is forgiven."""
    at = now() - REUSE_SECONDS * 1000 - 1
    aged = {"$set": {"rotations.$[].at": at}}
    assert LogInSession.objects(spent=digest(token)).update(__raw__=aged) == 1


def test_a_refresh_token_used_again_at_once_gets_the_same_answer(services: Ask, register: Register) -> None:
    first = log_in(services, register())
    second = services(Refresh(refresh_token=first.refresh_token))
    again = services(Refresh(refresh_token=first.refresh_token))
    assert again.refresh_token == second.refresh_token
    services(Refresh(refresh_token=second.refresh_token))


def test_a_refresh_token_used_again_later_ends_the_session(services: Ask, register: Register) -> None:
    first = log_in(services, register())
    second = services(Refresh(refresh_token=first.refresh_token))
    used_up(first.refresh_token)
    with pytest.raises(RefreshTokenInvalid):
        services(Refresh(refresh_token=first.refresh_token))
    with pytest.raises(RefreshTokenInvalid):
        services(Refresh(refresh_token=second.refresh_token))


def test_coming_again_does_not_prolong_the_interval(services: Ask, register: Register) -> None:
    first = log_in(services, register())
    services(Refresh(refresh_token=first.refresh_token))
    before = LogInSession.objects.get(spent=digest(first.refresh_token)).to_mongo()
    services(Refresh(refresh_token=first.refresh_token))
    assert LogInSession.objects.get(spent=digest(first.refresh_token)).to_mongo() == before


def test_a_late_refresh_gets_the_token_that_is_good_by_then(services: Ask, register: Register) -> None:
    first = log_in(services, register())
    second = services(Refresh(refresh_token=first.refresh_token))
    third = services(Refresh(refresh_token=second.refresh_token))
    assert services(Refresh(refresh_token=first.refresh_token)).refresh_token == third.refresh_token
    used_up(first.refresh_token)
    for token in (first.refresh_token, third.refresh_token):
        with pytest.raises(RefreshTokenInvalid):
            services(Refresh(refresh_token=token))


def test_another_device_stays_logged_in(services: Ask, register: Register) -> None:
    ada = register()
    first, other = log_in(services, ada), log_in(services, ada)
    services(Refresh(refresh_token=first.refresh_token))
    used_up(first.refresh_token)
    with pytest.raises(RefreshTokenInvalid):
        services(Refresh(refresh_token=first.refresh_token))
    assert services(Refresh(refresh_token=other.refresh_token)).user == ada.user


def test_many_refreshes_with_one_token_at_once_get_one_successor(services: Ask, register: Register) -> None:
    token = log_in(services, register()).refresh_token
    refreshing = [eventlet.spawn(services, Refresh(refresh_token=token)) for _ in range(6)]
    (following,) = {each.wait().refresh_token for each in refreshing}
    services(Refresh(refresh_token=following))


def test_after_a_log_out_the_refresh_token_is_worth_nothing(services: Ask, register: Register) -> None:
    token = log_in(services, register()).refresh_token
    services(LogOut(refresh_token=token))
    services(LogOut(refresh_token="unknown"))
    with pytest.raises(RefreshTokenInvalid):
        services(Refresh(refresh_token=token))


def test_a_session_ends_thirty_days_after_the_last_refresh(services: Ask, register: Register) -> None:
    ada = register()
    logged_in = log_in(services, ada)
    assert logged_in.refresh_expires_in == 30 * 86_400
    LogInSession.objects(user=ada.user.id).update(expires_at=datetime.now(UTC))
    with pytest.raises(RefreshTokenInvalid):
        services(Refresh(refresh_token=logged_in.refresh_token))


def test_who_lost_their_standing_is_not_let_in_again(services: Ask, register: Register) -> None:
    ada = register()
    logged_in = log_in(services, ada)
    Person.objects(id=ada.user.id).update_one(standing="pending")
    with pytest.raises(RefreshTokenInvalid):
        services(Refresh(refresh_token=logged_in.refresh_token))
    assert LogInSession.objects(user=ada.user.id, ended=False).count() == 0


def test_enrolling_again_replaces_the_password_until_the_first_log_in(
    services: Ask, register: Register
) -> None:
    ada = register()
    again = Enrol(user=ada.user.id, email=ada.user.email, password="another password")
    services(again)
    with pytest.raises(WrongCredentials):
        log_in(services, ada)
    services(LogIn(email=ada.user.email, password="another password"))
    with pytest.raises(EmailTaken):
        services(again)


def test_nobody_enrols_with_anothers_email(services: Ask, register: Register) -> None:
    with pytest.raises(EmailTaken):
        services(Enrol(user="somebody-else", email=register().user.email, password=PASSWORD))


def test_secrets_are_kept_as_hashes_only(services: Ask, register: Register) -> None:
    ada = register()
    token = log_in(services, ada).refresh_token
    database = LogInSession._get_db()
    kept = "".join(
        str(document) for name in database.list_collection_names() for document in database[name].find()
    )
    assert ada.user.id in kept
    assert PASSWORD not in kept
    assert token not in kept


def test_replicas_that_need_the_first_key_at_once_agree_on_it(services: Ask) -> None:
    AccessKey.objects.delete()
    made = [each.wait().kid for each in [eventlet.spawn(AccessKey.newest) for _ in range(8)]]
    assert len(set(made)) == 1
    assert [key.kid for key in services(GetAccessKeys()).keys] == made[:1]


def test_a_rush_of_log_ins_does_not_take_the_memory() -> None:
    hashing = (
        "[spawned.wait() for spawned in [eventlet.spawn(passwords.hashed, 'x' * 12) for _ in range(40)]]"
    )
    grown = "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    program = (
        "import resource, eventlet; from services.auth import passwords; passwords.hashed('first');"
        f"before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; {hashing}; {grown}"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert int(said) < 2 * 1.5 * passwords.MEMORY  # KiB


def test_hashing_leaves_the_hub_free() -> None:
    hashing = eventlet.spawn(lambda: [passwords.hashed(PASSWORD) for _ in range(5)])
    ticks = 0
    while not hashing.dead:
        eventlet.sleep(0.001)
        ticks += 1
    # On the hub itself there would be a tick between two hashes at most.
    assert ticks > 20
