"""How long it took: what `times(…)` of queries/times.sql says, of a column, as the contract's Times."""

from collections.abc import Iterator

import duckdb
import numpy as np
from numpy.typing import NDArray

from services.analysis.rows import Column, first
from services.analysis.ways import by_number
from services.contracts.analysis.times import Bucket, Times

Edges = tuple[float, ...]
"""seconds, of the histogram's buckets"""
SORTED_AT_ONCE = 4_000_000


def edges(connection: duckdb.DuckDBPyConnection) -> Edges:
    row = first(connection, "select bucket_edges()")
    return tuple(map(float, row[0])) if row else ()


def measured(ms: NDArray[np.int64], of: Edges) -> Times | None:
    if not len(ms):
        return None
    seconds = ms / 1000
    p25, median, p75, p90 = np.quantile(seconds, [0.25, 0.5, 0.75, 0.9]).tolist()
    counts = np.bincount(np.searchsorted(of, seconds, side="left"), minlength=len(of) + 1)
    return Times(
        count=len(ms),
        mean=float(seconds.mean()),
        median=median,
        p25=p25,
        p75=p75,
        p90=p90,
        histogram=[Bucket(edge, count) for edge, count in zip((*of, None), counts.tolist(), strict=True)],
    )


def medians(ms: Column, group: Column, groups: int) -> list[float | None]:
    """Seconds, of each group; None of an empty one. Sorted are so many groups at a time as fit into memory."""
    found: list[float | None] = [None] * groups
    ends = np.bincount(group, minlength=groups).cumsum()
    begin = 0
    while begin < groups:
        before = int(ends[begin - 1]) if begin else 0
        end = max(begin + 1, int(np.searchsorted(ends, before + SORTED_AT_ONCE, side="right")))
        here = slice(None) if end - begin == groups else (group >= begin) & (group < end)
        for place, median in _medians(ms[here], group[here] - begin):
            found[begin + place] = median
        begin = end
    return found


def _medians(ms: Column, group: Column) -> Iterator[tuple[int, float]]:
    order = by_number(ms)
    order = order[by_number(group[order])]
    counts = np.bincount(group)
    begins = counts.cumsum() - counts
    there = np.flatnonzero(counts)
    low, high = (ms[order[begins[there] + (counts[there] - less) // 2]].astype(np.float64) for less in (1, 0))
    yield from zip(there.tolist(), ((low + high) / 2000).tolist(), strict=True)
