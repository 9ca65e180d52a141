"""Ways: the events of a report as integer columns, those of one visitor (or session) together, in the order sent.

What a definition says of "the next" event is then a comparison of neighbours, for all visitors at once.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.analysis.columns import TABLES
from services.analysis.reading import Reading
from services.analysis.rows import Column, Columns, first

AT_ONCE = 20_000_000
"""events of the file of which one part is taken into memory"""

Places = NDArray[np.int64]


def parts(on: Reading) -> int:
    """In how many parts of its visitors a report is to be read, so that each fits into memory."""
    row = first(
        on.connection,
        "select sum(estimated_size)::bigint from duckdb_tables()"
        " where table_name in (select unnest($tables)) and not temporary",
        {"tables": list(TABLES)},
    )
    return 1 + (row[0] if row else 0) // AT_ONCE


def fetch(on: Reading, sql: str, parameters: dict[str, Any]) -> Columns:  # Any: parameters of any form
    """The rows of an answer as columns; none of them may be null."""
    return {
        name: np.asarray(column)
        for name, column in on.connection.execute(sql, parameters).fetchnumpy().items()
    }


def in_order(who: Column, time: Column, n: Column, i: Column, session: Column) -> Places:
    """The places of the events, sorted by who, then as they were sent: by time, of the same ms by frame and
    place in it, of the same frame's number by session."""
    if not len(who):
        return np.zeros(0, np.int64)
    since = time - time.min()
    bits = int(since.max()).bit_length()
    if bits + int(who.max()).bit_length() < 64:
        key = who.astype(np.int64) << bits | since
        # Sessions are numbered in the order they came, so by session most of it is in order already.
        presorted = np.count_nonzero(key[1:] >= key[:-1]) > 0.7 * len(key)
        order = np.argsort(key, kind="stable" if presorted else None)
        tie = np.diff(key[order]) == 0
    else:
        order = np.lexsort((time, who))
        tie = (np.diff(who[order]) == 0) & (np.diff(time[order]) == 0)
    # Ties are few: only they are looked at more closely, each run of them in its place.
    tied = np.flatnonzero(np.append(tie, False) | np.insert(tie, 0, False))
    run = np.cumsum(np.insert(~tie, 0, True))[tied]
    rows = order[tied]
    order[tied] = rows[np.lexsort((session[rows], i[rows], n[rows], run))]
    return order
