"""What the operator says of the service `users`."""

from typing import Annotated

import msgspec


class UsersSettings(msgspec.Struct, kw_only=True):
    audit_days: Annotated[int, msgspec.Meta(ge=30, le=3660)] = 730
    """for how long the audit log keeps an entry"""
