"""Who is there now: for each app the visitors with a sign of life in the last five minutes, and the pages
they are on.

Plain state, fed with what each batch brought and asked some times a second. It decays by itself.
"""

from collections import Counter

import msgspec

from services.analysis.projection import Counts, Sign

PRESENT = 300_000
"""ms after the last sign of life that a visitor counts as there"""
MOST_PAGES = 10
WHOLE = 1_000
"""ms after which every app is looked at, also those where nothing came"""
CROWD = 10_000
"""visitors of an app that are counted no more often than that"""


class Presence(msgspec.Struct, frozen=True):
    visitors: int
    pages: tuple[tuple[int, int], ...]
    """page and visitors on it, most visitors first"""


class Change(msgspec.Struct, frozen=True):
    """What is to be told of an app."""

    app: str
    presence: Presence
    counts: Counts


NOTHING = Counts(0, 0, 0)
NOBODY = Presence(0, ())


class Activity:
    def __init__(self) -> None:
        self._visitors: dict[str, dict[int, tuple[int, int]]] = {}
        """app -> visitor -> last sign of life, page"""
        self._counts: dict[str, Counts] = {}
        """since the last telling"""
        self._told: dict[str, Presence] = {}
        self._touched: set[str] = set()
        """apps of which something came since they were last looked at"""
        self._whole_at = 0
        """UNIX ms: when every app was looked at"""

    def note(self, signs: list[Sign], counts: dict[str, Counts], now: int) -> None:
        for sign in signs:
            at = min(sign.at, now)
            if at <= now - PRESENT:
                continue
            self._touched.add(sign.app)
            visitors = self._visitors.setdefault(sign.app, {})
            last, page = visitors.get(sign.visitor, (0, 0))
            if at >= last:
                visitors[sign.visitor] = (at, sign.page or page)
        self._touched |= counts.keys()
        for app, more in counts.items():
            so_far = self._counts.get(app, NOTHING)
            self._counts[app] = Counts(*(a + b for a, b in zip(so_far, more, strict=True)))

    def presence(self, app: str, now: int) -> Presence:
        visitors = self._visitors.get(app)
        if not visitors:
            return NOBODY
        gone = [visitor for visitor, (last, _) in visitors.items() if last <= now - PRESENT]
        for visitor in gone:
            del visitors[visitor]
        pages = Counter(page for _, page in visitors.values() if page)
        ranked = sorted(pages.items(), key=lambda item: (-item[1], item[0]))
        return Presence(len(visitors), tuple(ranked[:MOST_PAGES]))

    def changes(self, now: int) -> list[Change]:
        """The apps where something is other than when it was last told; to be confirmed by `told`.

        Where something came it is seen at the next asking; that visitors left, and what happens in a crowd, within
        `WHOLE`.
        """
        if now - self._whole_at >= WHOLE or now < self._whole_at:
            self._whole_at = now
            looked_at = self._visitors.keys() | self._counts.keys() | self._told.keys()
        else:
            looked_at = {app for app in self._touched if len(self._visitors.get(app, ())) <= CROWD}
        self._touched.clear()
        found = []
        for app in looked_at:
            presence, counts = self.presence(app, now), self._counts.get(app, NOTHING)
            if counts != NOTHING or presence != self._told.get(app, NOBODY):
                found.append(Change(app, presence, counts))
        return found

    def told(self, change: Change) -> None:
        left = Counts(
            *(a - b for a, b in zip(self._counts.get(change.app, NOTHING), change.counts, strict=True))
        )
        if left == NOTHING:
            self._counts.pop(change.app, None)
        else:
            self._counts[change.app] = left
        if change.presence == NOBODY:
            self._told.pop(change.app, None)
            if not self._visitors.get(change.app):
                self._visitors.pop(change.app, None)
        else:
            self._told[change.app] = change.presence
