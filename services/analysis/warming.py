"""What reports read is read once when the file is opened, so that the first report finds it in memory as later ones do:
as much of the latest as fits into three quarters of what DuckDB has.
"""

import duckdb

from services.analysis.columns import TABLES
from services.analysis.rows import first

SHARE = 0.75
"""of DuckDB's memory"""
COLUMNS = (
    *("app", "session", "time", "n", "i", "page", "target", "name", "elapsed", "flags", "scroll"),
    *("visitor", "started", "left_out", "browser", "channel", "referrer", "params"),
    *("last_sign", "events", "page_views", "clicks"),
)


def warm(connection: duckdb.DuckDBPyConnection) -> None:
    for table in ("sessions", "deeds", *TABLES):
        there = {name for name, *_ in connection.execute(f"describe {table}").fetchall()}
        read = ", ".join(f"bit_xor({column})" for column in COLUMNS if column in there)
        connection.execute(
            f"select {read} from {table} where session >= $since", {"since": since(connection)}
        ).fetchall()


def since(connection: duckdb.DuckDBPyConnection) -> int:
    """The first of the sessions, which are numbered as they came, of which all fits."""
    row = first(
        connection,
        """
        select
            (select coalesce(max(session), 0) from session_ids),
            (select sum(total_blocks * block_size) from pragma_database_size()),
            (select parse_formatted_bytes(current_setting('memory_limit')))
        """,
    )
    last, size, memory = row if row else (0, 0, 0)
    return int(last * (1 - SHARE * memory / size)) if size > SHARE * memory else 0
