"""Time-based one-time passwords: RFC 6238 with SHA-1, six digits, 30 s, as every authenticator app has
them, and recovery codes for who lost theirs.

A code is taken one step early or late, for clocks that differ, and once: the steps up to the last one used are over.
"""

import base64
import hmac
import secrets
from collections.abc import Callable
from urllib.parse import quote, urlencode

STEP = 30
"""seconds"""
DIGITS = 6
DRIFT = 1
"""steps"""
RECOVERY_CODES = 10


def fresh_secret() -> str:
    """160 bits, as RFC 4226 recommends, in base32."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def uri(secret: str, email: str, issuer: str = "datalab") -> str:
    """What the QR code for an authenticator app says (Google's Key URI Format)."""
    label = quote(f"{issuer}:{email}", safe=":@")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer})}"


def code(secret: str, step: int) -> str:
    """RFC 4226, 5.3."""
    mac = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    offset = mac[-1] & 15
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_of(secret: str, given: str, at: int, last: int) -> int | None:
    """The step whose code was given, if it is about now and later than `last`. `at`: UNIX ms."""
    given = given.replace(" ", "")
    now = at // 1000 // STEP
    for step in range(now - DRIFT, now + DRIFT + 1):
        if step > last and hmac.compare_digest(code(secret, step).encode(), given.encode()):
            return step
    return None


def recovery_codes(random: Callable[[int], bytes] = secrets.token_bytes) -> list[str]:
    """80 bits each, `abcdefgh-ijklmnop`: too many to try, so a plain digest keeps them."""
    texts = (base64.b32encode(random(10)).decode().lower() for _ in range(RECOVERY_CODES))
    return [f"{text[:8]}-{text[8:]}" for text in texts]


def plain(recovery_code: str) -> str:
    """As it is digested: without what people change when they type."""
    return recovery_code.strip().lower().replace("-", "").replace(" ", "")
