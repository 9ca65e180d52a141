"""What every service answers to `<service>.health`."""

import msgspec


class Health(msgspec.Struct, kw_only=True):
    ok: bool
    detail: str = ""
    """what is wrong, e.g. `database: timed out`; empty when nothing is"""
