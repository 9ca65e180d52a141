"""Token buckets: how often something may happen, per address or per connection."""

import math
import time


class Bucket:
    """`rate` a second, with a reserve of `burst`."""

    __slots__ = ("_at", "_burst", "_left", "_rate")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._left = burst
        self._at = time.monotonic()

    def wait(self) -> float:
        """Take one; seconds until it was due, 0 when at once."""
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate) - 1
        self._at = now
        return 0.0 if self._left >= 0 else -self._left / self._rate

    def give_back(self) -> None:
        self._left += 1


class PerKey:
    """A bucket for each of the `most_keys` keys seen last; whoever is forgotten starts with a full one."""

    def __init__(self, per_minute: int, most_keys: int = 50_000) -> None:
        self._rate = per_minute / 60
        self._burst = max(1.0, per_minute / 6)
        self._most = most_keys
        self._buckets: dict[str, Bucket] = {}

    def refused_for(self, key: str) -> int:
        """Whole seconds to wait before `key` may try again; 0: it may now."""
        bucket = self._buckets.pop(key, None) or Bucket(self._rate, self._burst)
        self._buckets[key] = bucket
        if len(self._buckets) > self._most:
            del self._buckets[next(iter(self._buckets))]
        wait = bucket.wait()
        if wait == 0:
            return 0
        bucket.give_back()
        return math.ceil(wait)
