"""Taking removals out of the DuckDB file: their rows, and the texts and visitors that only they held.

Everything else only ever appends; who seals a past month seals it again when something of it was removed.
"""

from collections.abc import Sequence

import duckdb
import numpy as np

from services.analysis.record import Document
from services.analysis.sessions import halves

OF_SESSIONS = (
    "sessions",
    "session_ids",
    "deeds",
    "page_views",
    "clicks",
    "hovers",
    "seen",
    "moves",
    "customs",
    "signs",
    "retimed",
)
KEPT_ONCE = {
    "pages": ("page_views.page", "page_views.before", "clicks.page", "moves.page", "sessions.landing"),
    "targets": ("clicks.target", "hovers.target", "seen.target"),
    "names": ("customs.name",),
    "words": (
        *(
            f"sessions.{column}"
            for column in (
                "browser",
                "os",
                "device",
                "screen",
                "language",
                "timezone",
                "country",
                "channel",
            )
        ),
        "customs.currency",
    ),
    "referrers": ("sessions.referrer",),
    "props": ("customs.props",),
    "params": ("page_views.params", "sessions.params"),
    "visitors": ("sessions.visitor",),
}
"""table of a dictionary -> the columns that hold its ids"""


def forget(connection: duckdb.DuckDBPyConnection, removals: Sequence[Document]) -> bool:
    """Within the caller's transaction; whether there was anything to forget."""
    connection.execute("create or replace temp table gone (session integer)")
    keys = [bytes(removal["_id"]) for removal in removals if removal["removal"] == "session"]
    if keys:
        connection.register("removed", {**halves(keys), "place": np.arange(len(keys), dtype=np.int32)})
        connection.execute(
            "insert into gone select session from session_ids semi join removed using (high, low)"
        )
        connection.unregister("removed")
    for removal in removals:
        if removal["removal"] == "app":
            _find(connection, "true", {"app": str(removal["_id"])})
        elif removal["removal"] == "horizon":
            _find(connection, "time < $before", {"app": str(removal["app"]), "before": removal["before"]})
    found = connection.execute("select count(*) from gone").fetchall()[0][0]
    if found:
        for table in OF_SESSIONS:
            connection.execute(f"delete from {table} where session in (select session from gone)")
        for table, columns in KEPT_ONCE.items():
            held = " union ".join("select {1} from {0}".format(*column.split(".")) for column in columns)
            connection.execute(f"delete from {table} where id not in ({held})")
    connection.execute("drop table gone")
    return bool(found)


def _find(connection: duckdb.DuckDBPyConnection, condition: str, parameters: dict[str, object]) -> None:
    """Sessions of an app that began under the condition, and those without a start that showed signs of life then."""
    connection.execute(
        f"""
        with own as (select id from apps where text = $app),
        signs_of_life as (
            select session, time from events where app in (select id from own)
        )
        insert into gone
        select session from (select session, started as time from sessions where app in (select id from own))
        where {condition}
        union
        select session from signs_of_life anti join sessions using (session) where {condition}
        """,
        parameters,
    )
