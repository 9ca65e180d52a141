"""A session and a config as the edge holds them."""

import time

import msgspec

from edge.collect.configs import CachedConfig
from edge.collect.tickets import Session
from services.contracts.config import Funnel
from services.contracts.frames import Start
from services.contracts.tracking import TrackerCapture, TrackerConfig

APP = "65f0c0ffee65f0c0ffee65f0"
ORIGIN = "https://shop.example"


def session(skew: int = 0, start: Start | None = None) -> Session:
    return Session(APP, "0" * 32, ORIGIN, skew, start or Start(int(time.time() * 1000), "v" * 32, False))


def config(keep_query: frozenset[str] = frozenset(), keep_fragment: bool = False) -> CachedConfig:
    tracker = TrackerConfig(Funnel(), [], [], TrackerCapture(moves=True, hover=True, fragment=keep_fragment))
    return CachedConfig(1, keep_query, keep_fragment, False, tracker)


def plain(raw: msgspec.Raw) -> list[list[object]]:
    """The packed events as JSON has them."""
    return msgspec.json.decode(raw, type=list[list[object]])
