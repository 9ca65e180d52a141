"""What `times(…)` of queries/times.sql gives, as the contract's Times."""

import math
from collections.abc import Mapping
from typing import Any  # a row of DuckDB holds what the macro gives

from services.contracts.analysis.times import Bucket, Times


def times(row: Mapping[str, Any] | None) -> Times | None:
    if row is None:
        return None
    p25, median, p75, p90 = row["quantiles"]
    counts: dict[float, int] = dict(row["histogram"])
    beyond = counts.pop(math.inf, 0)
    return Times(
        count=row["count"],
        mean=row["mean"],
        median=median,
        p25=p25,
        p75=p75,
        p90=p90,
        histogram=[*(Bucket(edge, count) for edge, count in counts.items()), Bucket(None, beyond)],
    )
