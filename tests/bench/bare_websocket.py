"""The floor of ingest: a bare uvicorn WebSocket that decodes each frame into its Structs and drops it."""

import sys
from typing import Any

import msgspec
import uvicorn

from services.contracts.tracking import StreamMessage

_decode = msgspec.json.Decoder(StreamMessage).decode


async def app(scope: Any, receive: Any, send: Any) -> None:  # Any: ASGI's own types
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        _decode(message["text"])


if __name__ == "__main__":
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        loop="uvloop",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        log_level="error",
    )
