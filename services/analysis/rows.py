"""Rows into and out of DuckDB: columns appended as numpy arrays, single rows read to their end."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import duckdb

    Connection = duckdb.DuckDBPyConnection
else:
    Connection = Any
"""to DuckDB, which takes time and memory to load: who makes columns alone (`scanner.py`) does without"""

Column = NDArray[Any]  # Any: each column has its own type
Columns = dict[str, Column]


def append(connection: Connection, table: str, columns: Columns) -> None:
    """Insert rows given as one array a column."""
    names = ", ".join(columns)
    # DuckDB finds the variable by its name, at half the price of a table registered for the one statement.
    connection.execute(f"insert into {table} ({names}) select {names} from columns")


def first(
    connection: Connection, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()
) -> tuple[Any, ...] | None:  # Any: a row is whatever was asked for
    """The first row, None where there is none. `fetchone` would leave the result open, and the connection unusable."""
    rows = connection.execute(sql, parameters).fetchall()
    return rows[0] if rows else None


def texts(values: Sequence[str]) -> Column:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
