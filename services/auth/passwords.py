"""Passwords as argon2id hashes. Hashing takes some 30 ms of CPU and 19 MiB, which its thread keeps for the next one: it
runs in native threads so that the hub stays free, and there are two of them so that a rush of log-ins does not take
the machine's memory.
"""

from functools import cache
from typing import Any

from eventlet import tpool

MEMORY, ROUNDS, LANES = 19 * 1024, 2, 1
"""KiB, passes and threads: OWASP's first choice for argon2id"""
tpool.set_num_threads(2)


@cache
def _hasher() -> Any:  # Any: argon2 is imported late, only auth pays for it
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY, parallelism=LANES)


@cache
def _nobodys_hash() -> str:
    return str(_hasher().hash("nobody's"))


def hashed(password: str) -> str:
    return str(tpool.execute(_hasher().hash, password))


def matches(password: str, password_hash: str | None) -> bool:
    """Whether it is the password; without a hash (nobody has that e-mail) it is not, and takes as long to say
    so.
    """
    right = tpool.execute(_verify, password, password_hash or _nobodys_hash())
    return right and password_hash is not None


def _verify(password: str, password_hash: str) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return bool(_hasher().verify(password_hash, password))
    except (VerificationError, InvalidHashError):
        return False
