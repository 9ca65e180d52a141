"""Each app's config as the edge needs it: fetched at first need, kept, and renewed by the event that tells its
change."""

from collections.abc import Callable

import msgspec

from edge.bus import Bus
from edge.collect.own import OwnVisits
from edge.sharing import Shared
from services.contracts.apps import AppDeleted
from services.contracts.config import AppConfig, ConfigChanged, GetTrackerConfig
from services.contracts.errors import AppUnknown
from services.contracts.tracking import TrackerCapture, TrackerConfig


class CachedConfig(msgspec.Struct, frozen=True):
    version: int
    keep_query: frozenset[str]
    keep_fragment: bool
    anonymous_when_declined: bool
    tracker: TrackerConfig
    exclude: tuple[str, ...] = ()
    """paths of pages that are not recorded"""
    own: OwnVisits = OwnVisits()


def _cached(config: AppConfig) -> CachedConfig:
    capture = config.capture
    return CachedConfig(
        version=config.version,
        keep_query=frozenset(capture.keep_query),
        keep_fragment=capture.keep_fragment,
        anonymous_when_declined=capture.anonymous_when_declined,
        tracker=TrackerConfig(
            config.funnel,
            config.buttons,
            config.campaigns,
            TrackerCapture(moves=capture.moves, hover=capture.hover, fragment=capture.keep_fragment),
        ),
        exclude=tuple(capture.exclude),
        own=OwnVisits.of(config.own),
    )


class Configs:
    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._kept: dict[str, CachedConfig] = {}
        self._stale: set[str] = set()
        self._fetching = Shared[CachedConfig]()
        self._on_change: list[Callable[[str, TrackerConfig], None]] = []
        self._gone: set[str] = set()
        self._on_end: list[Callable[[str], None]] = []
        bus.listen(ConfigChanged, self._changed)
        bus.listen(AppDeleted, self._deleted)
        bus.on_connected(self._doubt)

    def on_change(self, react: Callable[[str, TrackerConfig], None]) -> None:
        self._on_change.append(react)

    def on_end(self, react: Callable[[str], None]) -> None:
        self._on_end.append(react)

    def gone(self, app: str) -> bool:
        """The app is known to be deleted."""
        return app in self._gone

    async def of(self, app: str) -> CachedConfig:
        """Raises what keeps the config from being fetched; AppUnknown for a deleted app."""
        if app in self._gone:
            raise AppUnknown("there is no such app")
        kept = self._kept.get(app)
        if kept is not None and app not in self._stale:
            return kept
        return await self._fetching.fetch(app, lambda: self._fetch(app))

    async def _fetch(self, app: str) -> CachedConfig:
        fetched = await self._bus.call(GetTrackerConfig(app=app))
        self._stale.discard(app)
        self._keep(fetched)
        if app in self._gone:
            raise AppUnknown("there is no such app")
        return self._kept[app]

    def _doubt(self) -> None:
        # A change told while the connection was away was missed: what is kept is only good to notice it by.
        self._stale = set(self._kept)

    def _deleted(self, event: AppDeleted) -> None:
        app = event.facts.app
        self._gone.add(app)
        self._kept.pop(app, None)
        for react in self._on_end:
            react(app)

    def _changed(self, event: ConfigChanged) -> None:
        self._keep(event.config)

    def _keep(self, config: AppConfig) -> None:
        app = config.app
        if app in self._gone:
            return
        kept = self._kept.get(app)
        if kept is not None and kept.version >= config.version:
            return  # a change told while an answer was on its way is newer than the answer
        self._kept[app] = _cached(config)
        for react in self._on_change:
            react(app, self._kept[app].tracker)
