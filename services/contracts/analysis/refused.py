"""A frame of the record that the projection does not take: told by `analysis` to itself, so that it is tried once more,
alone, and then parked among the dead letters. Sent back from there it is tried again.
"""

from typing import Annotated, ClassVar

import msgspec

from services.contracts.messages import Event


class FrameRefused(Event):
    address: ClassVar[str] = "analysis/refused"
    key: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{2})+$")]
    """hexadecimal `_id` in the record: 32 digits of the session, 16 of n + 2^63"""
    why: str
    app: str = ""
    events: str = ""
    """what it holds, the beginning; for who looks at it"""
