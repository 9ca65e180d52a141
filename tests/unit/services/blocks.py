"""Blocks of imports as tests write them down: the events of each session."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from services.contracts import frames
from services.contracts.blocks import DEAD, FIELDS, RAGE, TEXTS, Block, encoded, tag
from services.contracts.frames import Click, Custom, Packed, Start

APP = "5f0000000000000000000001"
IMPORT = "1a" * 16


def block(sessions: Mapping[bytes, Sequence[Packed]]) -> Block:
    """A session begins where its first event is a Start."""
    texts = {"": 0}
    events = [event for of_session in sessions.values() for event in of_session]

    def value(event: Packed, field: str) -> Any:  # Any: as numpy takes it
        match field:
            case "flags":
                assert isinstance(event, Click)
                return RAGE * event.rage + DEAD * event.dead
            case "params" | "props":
                given = getattr(event, field)
                text = msgspec.json.encode(given).decode() if given else ""
                return texts.setdefault(text, len(texts))
            case _ if field in TEXTS:
                return texts.setdefault(getattr(event, field), len(texts))
            case "value":
                assert isinstance(event, Custom)
                return float("nan") if event.value is None else event.value
        return getattr(event, field)

    columns = {
        (tag(kind), field): np.array(
            [value(event, field) for event in events if type(event) is kind],
            np.float64 if field == "value" else np.int64,
        )
        for kind, fields in FIELDS.items()
        for field in fields
    }
    return Block(
        sessions=list(sessions),
        begins=np.array([isinstance(of_session[0], Start) for of_session in sessions.values()], np.bool_),
        lengths=np.array([len(of_session) for of_session in sessions.values()], np.int64),
        time=np.array([event.at for event in events], np.int64),
        kind=np.array([tag(type(event)) for event in events], np.int64),
        starts=[event for event in events if isinstance(event, Start)],
        texts=list(texts),
        columns=columns,
    )


def told(
    sessions: Mapping[bytes, Sequence[Packed]], n: int = 1, app: str = APP, source: str = IMPORT
) -> frames.Block:
    return frames.Block(app, source, n, encoded(block(sessions)))
