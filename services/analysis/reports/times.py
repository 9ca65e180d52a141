"""How long it took: what `times(…)` of queries/times.sql says, of a column, as the contract's Times."""

import duckdb
import numpy as np

from services.analysis.rows import Column, first
from services.contracts.analysis.times import Bucket, Times

Edges = tuple[float, ...]
"""seconds, of the histogram's buckets"""


def edges(connection: duckdb.DuckDBPyConnection) -> Edges:
    row = first(connection, "select bucket_edges()")
    return tuple(map(float, row[0])) if row else ()


def measured(ms: Column, of: Edges) -> Times | None:
    if not len(ms):
        return None
    ms = np.sort(ms)
    p25, median, p75, p90 = (np.quantile(ms, [0.25, 0.5, 0.75, 0.9]) / 1000).tolist()
    upto = np.searchsorted(ms, [edge * 1000 for edge in of], side="right")
    counts = np.diff(upto, prepend=0, append=len(ms))
    return Times(
        count=len(ms),
        mean=float(ms.mean()) / 1000,
        median=median,
        p25=p25,
        p75=p75,
        p90=p90,
        histogram=[Bucket(edge, count) for edge, count in zip((*of, None), counts.tolist(), strict=True)],
    )
