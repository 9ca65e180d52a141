"""What the edge has done before its first visitor comes, so that none waits for it."""

import gc
from typing import Any

import pytest
import uvicorn

from edge.__main__ import COLLECT_AFTER, EdgeServer
from edge.collect import user_agents
from edge.collect.stream import Streams

pytestmark = pytest.mark.anyio


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    """Any: ASGI's own."""


async def test_it_knows_the_bots_and_looks_for_garbage_only_among_what_is_new() -> None:
    user_agents._bots.cache_clear()
    thresholds = gc.get_threshold()
    server = EdgeServer(uvicorn.Config(nothing, port=0, lifespan="off", log_level="critical"), Streams())
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    try:
        await server.startup()
        assert user_agents._bots.cache_info().currsize == 1
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold() == COLLECT_AFTER
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)
        await server.shutdown()
