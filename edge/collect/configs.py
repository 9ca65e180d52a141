"""Each app's config as the edge needs it: fetched at first need, kept, and renewed by the event that tells its
change."""

from collections.abc import Callable

import msgspec

from edge.bus import Bus
from services.contracts.config import AppConfig, ConfigChanged, GetTrackerConfig
from services.contracts.tracking import TrackerCapture, TrackerConfig


class CachedConfig(msgspec.Struct, frozen=True):
    version: int
    keep_query: frozenset[str]
    keep_fragment: bool
    anonymous_when_declined: bool
    tracker: TrackerConfig


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
            TrackerCapture(moves=capture.moves, hover=capture.hover),
        ),
    )


class Configs:
    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._kept: dict[str, CachedConfig] = {}
        self._on_change: list[Callable[[str, TrackerConfig], None]] = []
        bus.listen(ConfigChanged, self._changed)
        bus.on_connected(self._kept.clear)

    def on_change(self, react: Callable[[str, TrackerConfig], None]) -> None:
        self._on_change.append(react)

    async def of(self, app: str) -> CachedConfig:
        """Raises what keeps the config from being fetched."""
        if (kept := self._kept.get(app)) is not None:
            return kept
        fetched = _cached(await self._bus.call(GetTrackerConfig(app=app)))
        # A change told while the answer was on its way is newer.
        newest = max(fetched, self._kept.get(app, fetched), key=lambda config: config.version)
        self._kept[app] = newest
        return newest

    def _changed(self, event: ConfigChanged) -> None:
        app = event.config.app
        kept = self._kept.get(app)
        if kept is not None and kept.version >= event.config.version:
            return
        self._kept[app] = _cached(event.config)
        for react in self._on_change:
            react(app, self._kept[app].tracker)
