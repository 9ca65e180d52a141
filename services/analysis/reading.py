"""What a report is given: one state of the projection, and the sessions that it is about.

These sessions are the temporary relation `chosen(session, visitor, started)` of the report's own connection, and
`facts` all that is known of them. A report reads its sessions from there and nowhere else, so that whoever is left out
is left out of every number.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from services.analysis.choosing import choose
from services.analysis.matching import Matcher
from services.analysis.reserve import RESERVE
from services.analysis.rows import Columns, first
from services.analysis.spill import Spill
from services.contracts.analysis.report import Freshness, LeftOut
from services.contracts.analysis.scope import Period, Scope
from services.contracts.config import AppConfig


class Reading(msgspec.Struct):
    connection: duckdb.DuckDBPyConnection
    matcher: Matcher
    app: int
    """the app's number, -1 where nothing of it was recorded"""
    scope: Scope
    config: AppConfig
    freshness: Freshness
    spill: Spill
    """for columns that the report comes back to"""

    @property
    def period(self) -> Period:
        return self.scope.period

    def give(self, table: str, columns: Columns) -> None:
        """Make a temporary table of columns. What is registered is read by one of DuckDB's threads, and so is all
        that is joined with it; a table by all of them."""
        self.connection.register("given", columns)
        self.connection.execute(f"create or replace temp table {table} as from given")
        self.connection.unregister("given")

    def about(self) -> dict[str, Any]:  # Any: keyword arguments
        """What every report says of itself."""
        return {**msgspec.structs.asdict(self.freshness), "excluded": self._excluded()}

    def _excluded(self) -> LeftOut:
        rows = self.connection.execute(
            """
            select left_out, count(*) from sessions
            where app = $app and left_out > 0 and started >= $start and started < $end
            group by left_out
            """,
            {"app": self.app, "start": self.period.start, "end": self.period.end},
        ).fetchall()
        counts = dict(rows)
        return LeftOut(own=counts.get(1, 0), bots=counts.get(2, 0), spam=counts.get(3, 0))


@contextmanager
def reading(
    connection: duckdb.DuckDBPyConnection,
    matcher: Matcher,
    scope: Scope,
    config: AppConfig,
    freshness: Freshness,
) -> Iterator[Reading]:
    """Open for one report on the app of the config. Raises InvalidInput."""
    with RESERVE.lent(), closing(Spill(_folder(connection))) as spill:
        connection.execute("begin transaction read only")
        try:
            code = first(connection, "select id from apps where text = ?", [config.app])
            app = code[0] if code else -1
            choose(connection, matcher, app, scope.filters, config)
            yield Reading(connection, matcher, app, scope, config, freshness, spill)
        finally:
            connection.execute("rollback")


def _folder(connection: duckdb.DuckDBPyConnection) -> Path:
    """Where the projection's file is, and what does not fit into memory may wait."""
    row = first(connection, "select current_setting('temp_directory')")
    return Path(row[0] if row else "").parent
