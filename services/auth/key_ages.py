"""Which of the keys signs access tokens, and which has done its work.

    made ──LEAD──▶ signs ──until the next one signs──▶ verifies ──as long as its tokens live──▶ withdrawn

A key is published before it signs, so every edge knows it when its first token comes.
"""

from collections.abc import Sequence

from services.auth.access_tokens import LIFETIME

LEAD = 60
MARGIN = 60
"""seconds that clocks may differ"""
LONGEST_USE = 30 * 24 * 3600
"""seconds after which the next key is made by itself"""


def signing(made: Sequence[int], at: int) -> int:
    """The position of the key that signs now. `made`: when each was made, the oldest first, UNIX ms."""
    ready = [position for position, since in enumerate(made) if at - since >= LEAD * 1000]
    return ready[-1] if ready else 0


def done(made: Sequence[int], at: int) -> int:
    """How many of the oldest verify nothing any more."""
    ended = (LEAD + LIFETIME + MARGIN) * 1000
    return sum(at - successor >= ended for successor in made[1:])


def too_old(made: int, at: int) -> bool:
    return at - made >= LONGEST_USE * 1000
