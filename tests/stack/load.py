"""Those who go on visiting while the stack is changed or broken."""

import threading

import httpx
from websockets.exceptions import WebSocketException

from tests.system.people import App, Tracker, eventually, page

VISITORS = 5


class Visitor(threading.Thread):
    """Goes on through everything: sends again, with the same number, what was not acked."""

    def __init__(self, front: str, app: App) -> None:
        super().__init__(daemon=True)
        self.front, self.app = front, app
        self.acked = 0
        self.going_on = True

    def run(self) -> None:
        tracker = Tracker(self.front, self.app.token)
        number = 1
        while self.going_on:
            try:
                hello = tracker.hello(**({"session": tracker.session} if tracker.session else {}))
                if hello.status_code != 200:
                    continue
                with tracker.stream(hello.json()["ticket"]) as stream:
                    while self.going_on:
                        stream.frame(page(f"/load/{number}"), n=number)
                        # An edge that did not answer hello may first give the app's config.
                        while "ack" not in (heard := stream.heard()):
                            pass
                        assert heard == {"ack": number}
                        self.acked += 1
                        number += 1
            except (httpx.HTTPError, WebSocketException, OSError, TimeoutError, KeyError):
                continue


class Load:
    """All visitors of one app."""

    def __init__(self, front: str, app: App) -> None:
        self.app = app
        self._visitors = [Visitor(front, app) for _ in range(VISITORS)]

    @property
    def acked(self) -> int:
        return sum(visitor.acked for visitor in self._visitors)

    def goes_on(self, seconds: float = 60) -> bool:
        """Everybody gets ten more frames acked."""
        wanted = [visitor.acked + 10 for visitor in self._visitors]
        return bool(
            eventually(
                lambda: all(
                    visitor.acked >= want for visitor, want in zip(self._visitors, wanted, strict=True)
                ),
                seconds,
            )
        )

    def is_counted_once(self) -> bool:
        """After its end. Of each visitor the last ack may have been on its way."""
        eventually(lambda: self.app.totals()["page_views"] >= self.acked, 60)
        return 0 <= self.app.totals()["page_views"] - self.acked <= len(self._visitors)

    def __enter__(self) -> "Load":
        for visitor in self._visitors:
            visitor.start()
        assert self.goes_on(30), "nothing is taken at all"
        return self

    def __exit__(self, *_: object) -> None:
        for visitor in self._visitors:
            visitor.going_on = False
        for visitor in self._visitors:
            visitor.join(30)
