"""A projection several times over: each session beside as many of other people who did the same at the same time. On it
is measured what a hundred million events come to, which take ten minutes to project.
"""

from pathlib import Path

import duckdb

from services.analysis.columns import TABLES
from services.analysis.projection import Projection
from services.analysis.rows import first

AT_ONCE = 20_000
"""sessions whose rows are copied by one statement"""
MEMORY, THREADS = "4GB", 2

_SESSION = "(session - 1) * $times + copy + 1 as session"
_OF_SESSIONS = {
    "session_ids": (f"{_SESSION}, xor(low, copy::ubigint) as low", "session"),
    "sessions": (f"{_SESSION}, visitor + copy * $visitors as visitor", "session"),
    "deeds": (_SESSION, "session"),
    **dict.fromkeys(("retimed", *TABLES), (_SESSION, "session, time, n, i")),
}
"""tables that have as many rows more: what of a row is another's, and their order"""


def larger(file: Path, into: Path, times: int) -> None:
    """Make the file `into`, its rows in the order in which the projector would have written them."""
    projection = Projection(into, MEMORY, THREADS)
    projection.create("nowhere")
    projection.close()
    with duckdb.connect(str(into), config={"memory_limit": MEMORY, "threads": THREADS}) as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute(f"attach '{file}' as small (read_only)")
        visitors, sessions = (
            (first(connection, f"select max({number}) from small.{table}") or (0,))[0]
            for number, table in (("id", "visitors"), ("session", "session_ids"))
        )
        _copy_the_rest(connection, times, visitors)
        for table, (another_s, order) in _OF_SESSIONS.items():
            sql = f"""
                insert into {table} by name
                select * exclude (copy) replace ({another_s}) from small.{table}, range($times) as copies(copy)
                where session between $first and $last order by {order}
            """
            given = {"times": times, **({"visitors": visitors} if "$visitors" in sql else {})}
            for begin in range(1, sessions + 1, AT_ONCE):
                connection.execute(sql, {**given, "first": begin, "last": begin + AT_ONCE - 1})


def _copy_the_rest(connection: duckdb.DuckDBPyConnection, times: int, visitors: int) -> None:
    connection.execute("delete from progress")
    connection.execute(
        """
        insert into progress by name
        select * replace (frames * $times as frames, events * $times as events) from small.progress
        """,
        {"times": times},
    )
    connection.execute(
        """
        insert into visitors by name
        select id + copy * $visitors as id, xor(hash, copy) as hash from small.visitors, range($times) as copies(copy)
        order by id
        """,
        {"times": times, "visitors": visitors},
    )
    texts = connection.execute(
        "select table_name from duckdb_tables() where database_name = 'small'"
    ).fetchall()
    for (table,) in texts:
        if table not in ("progress", "visitors", *_OF_SESSIONS):
            connection.execute(f"insert into {table} by name from small.{table}")
