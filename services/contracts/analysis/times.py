"""How long something took."""

import msgspec


class Bucket(msgspec.Struct):
    upto: float | None
    """seconds, inclusive; None: the last bucket, open to the right"""
    count: int


class Times(msgspec.Struct, kw_only=True):
    """In seconds."""

    count: int
    mean: float
    median: float
    p25: float
    p75: float
    p90: float
    histogram: list[Bucket]
