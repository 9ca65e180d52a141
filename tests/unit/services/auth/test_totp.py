"""One-time passwords, by the RFCs' own test vectors."""

import base64
from urllib.parse import parse_qs, urlsplit

import pytest

from services.auth.totp import code, fresh_secret, plain, recovery_codes, step_of, uri

RFC = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        # RFC 6238, appendix B, SHA-1, the last six of its eight digits
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(seconds: int, expected: str) -> None:
    assert code(RFC, seconds // 30) == expected


@pytest.mark.parametrize(("drift", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_is_taken_one_step_early_or_late(drift: int, taken: bool) -> None:
    now = 1_700_000_000
    given = code(RFC, now // 30 + drift)
    assert step_of(RFC, given, now * 1000, 0) == (now // 30 + drift if taken else None)


def test_a_code_works_once_and_those_before_it_no_more() -> None:
    now = 1_700_000_000
    step = now // 30
    assert step_of(RFC, code(RFC, step), now * 1000, last=step) is None
    assert step_of(RFC, code(RFC, step - 1), now * 1000, last=step) is None
    assert step_of(RFC, code(RFC, step + 1), now * 1000, last=step) == step + 1


@pytest.mark.parametrize("given", ["", "12345", "abcdef", "é", "0" * 40])
def test_what_is_no_code_is_none(given: str) -> None:
    assert step_of(RFC, given, 1_700_000_000_000, 0) is None


def test_a_code_may_be_typed_with_a_space() -> None:
    given = code(RFC, 56_666_666)
    assert step_of(RFC, f"{given[:3]} {given[3:]}", 56_666_666 * 30_000, 0) == 56_666_666


def test_a_secret_has_160_random_bits() -> None:
    secrets = {fresh_secret() for _ in range(20)}
    assert len(secrets) == 20
    assert all(len(base64.b32decode(secret)) == 20 for secret in secrets)


def test_the_uri_names_account_and_secret() -> None:
    parts = urlsplit(uri(RFC, "ada+1@x.example"))
    assert (parts.scheme, parts.netloc, parts.path) == ("otpauth", "totp", "/datalab:ada%2B1@x.example")
    assert parse_qs(parts.query) == {"secret": [RFC], "issuer": ["datalab"]}


def test_ten_recovery_codes_each_of_80_bits() -> None:
    codes = recovery_codes()
    assert len(set(codes)) == 10
    assert all(len(base64.b32decode(plain(each).upper())) == 10 for each in codes)
    assert plain(f" {codes[0].upper()} ") == plain(codes[0])
