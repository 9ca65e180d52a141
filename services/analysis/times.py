"""What `times(…)` of queries/times.sql gives, as the contract's Times."""

import math
from collections.abc import Mapping

from services.contracts.analysis import Bucket, Times


def times(row: Mapping[str, object] | None) -> Times | None:
    if row is None:
        return None
    p25, median, p75, p90 = row["quantiles"]  # type: ignore[misc]
    counts: dict[float, int] = dict(row["histogram"])  # type: ignore[call-overload]
    beyond = counts.pop(math.inf, 0)
    return Times(
        count=row["count"],  # type: ignore[arg-type]
        mean=row["mean"],  # type: ignore[arg-type]
        median=median,
        p25=p25,
        p75=p75,
        p90=p90,
        histogram=[*(Bucket(edge, count) for edge, count in counts.items()), Bucket(None, beyond)],
    )
