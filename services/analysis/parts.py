"""The sessions' parts of a batch: each frame is one, and each session of a block; and their rows, put in order."""

from collections.abc import Sequence

import msgspec
import numpy as np

from services.analysis.columns import KINDS
from services.analysis.frame_rows import FrameRows
from services.analysis.record import Document, numbers
from services.analysis.rows import Column, Columns
from services.contracts.blocks import SESSION, Block
from services.contracts.frames import Retimed, Start


class Parts(msgspec.Struct):
    sessions: list[bytes]
    apps: list[str]
    document: Column
    """the place of its document"""
    n: Column
    lengths: Column
    """events of each"""
    begins: Column
    """whether its session says so"""
    starts: list[tuple[int, Start]]
    """of those that begin with one, by their place"""


def parts_of(frames: FrameRows, blocks: Sequence[tuple[Document, Block]]) -> Parts:
    """Frames first. Raises ValueError where an `_id` is none."""
    keys = frames.keys
    sessions = [key[:SESSION] for key in keys]
    apps = list(frames.apps)
    starts = list(frames.starts)
    for document, block in blocks:
        begin = np.flatnonzero(block.begins) + len(sessions)
        starts += zip(begin.tolist(), (start for _, start in block.begun()), strict=True)
        sessions += block.sessions
        apps += [str(document["app"])] * len(block.sessions)
    of_blocks = [len(block.sessions) for _, block in blocks]
    return Parts(
        sessions=sessions,
        apps=apps,
        document=np.repeat(np.arange(len(keys) + len(blocks)), [1] * len(keys) + of_blocks),
        n=np.append(
            numbers(keys), np.repeat(numbers([document["_id"] for document, _ in blocks]), of_blocks)
        ),
        lengths=np.concatenate([np.array(frames.lengths, np.int64), *(block.lengths for _, block in blocks)]),
        begins=np.concatenate(
            [
                np.array(frames.begins, np.bool_),
                *(block.begins for _, block in blocks),
            ]
        ),
        starts=starts,
    )


def in_order(
    rows: Columns, parts: Parts, apps: Sequence[int], sessions: Sequence[int], kept: Column
) -> Columns:
    """The rows of those parts that are `kept`, in the order sent, those of a session together; `apps` and `sessions`
    are the numbers of each part's. So they are kept: reports find most of what they put in order in order already, and
    columns of runs are small.
    """
    lengths = parts.lengths
    ends = lengths.cumsum()
    rows["app"] = np.repeat(np.array(apps, np.int32), lengths)
    rows["session"] = np.repeat(np.array(sessions, np.int32), lengths)
    rows["n"] = np.repeat(parts.n, lengths)
    rows["i"] = (np.arange(lengths.sum()) - np.repeat(ends - lengths, lengths)).astype(np.uint16)
    # The start of a session is a row of `sessions`.
    started = (rows["kind"] == KINDS[Start]) & (rows["i"] == 0) & np.repeat(parts.begins, lengths)
    order = np.lexsort((rows["i"], rows["n"], rows["time"], rows["session"]))
    order = order[(~started & np.repeat(kept, lengths))[order]]
    return {name: column[order] for name, column in rows.items()}


def retimed_columns(
    retimed: dict[int, list[Retimed]],
    parts: Parts,
    apps: Sequence[int],
    sessions: Sequence[int],
    kept: Column,
) -> Columns | None:
    """The rows of `retimed`, of those frames that are `kept`."""
    marks = [
        (apps[place], sessions[place], mark.at, parts.n[place], mark.i, mark.own)
        for place, marks in retimed.items()
        for mark in marks
        if kept[place]
    ]
    if not marks:
        return None
    names = ("app", "session", "time", "n", "i", "own")
    return {name: np.array([mark[place] for mark in marks], np.int64) for place, name in enumerate(names)}
