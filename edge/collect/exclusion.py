"""Pages that an app does not want recorded: what happens on them is dropped before it is packed.

An excluded path is a pattern of the page's path in which `*` stands for anything (`/admin/*`). Where a
visitor is follows from hello's page and the URL changes after it, in the order sent; what comes by beacon
begins at hello's page again.
"""

from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urlsplit

import msgspec

from services.contracts.tracking import Sent


@lru_cache(8192)
def excluded(url: str, patterns: tuple[str, ...]) -> bool:
    """Whether the page's path, with or without its last slash, fits one of the patterns."""
    if not patterns:
        return False
    try:
        path = urlsplit(url).path or "/"
    except ValueError:
        path = url
    return any(_fits(path, pattern) or _fits(f"{path}/", pattern) for pattern in patterns)


def _fits(path: str, pattern: str) -> bool:
    """In time that grows with the lengths only: each part is looked for once, behind the one before it."""
    first, *parts = pattern.split("*")
    if not parts:
        return path == first
    *between, last = parts
    at, end = len(first), len(path) - len(last)
    if not (path.startswith(first) and path.endswith(last) and at <= end):
        return False
    for part in between:
        found = path.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


class Whereabouts:
    """Whether a visitor is on an excluded page now."""

    __slots__ = ("hidden",)

    def __init__(self, hidden: bool) -> None:
        self.hidden = hidden

    def recorded(self, events: Sequence[Sent], patterns: tuple[str, ...]) -> Sequence[Sent]:
        """The events that may be recorded. How long an excluded page was looked at is not."""
        if not patterns and not self.hidden:
            return events
        kept = []
        for sent in events:
            event = sent.event
            if event is not None and event.next is not None:
                came_from_hidden, self.hidden = self.hidden, excluded(event.next, patterns)
                if came_from_hidden:
                    event = msgspec.structs.replace(event, elapsed=0.0, scroll=None)
                    sent = msgspec.structs.replace(sent, event=event)
            if not self.hidden or sent.type == "start":
                kept.append(sent)
        return kept
