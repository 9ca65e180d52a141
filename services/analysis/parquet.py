"""Lines of an export as a Parquet file, made by DuckDB: what it has besides the lines' own names are types. Blocks:
call it in a native thread.
"""

import tempfile
from pathlib import Path

import duckdb

COLUMNS = {
    "visitor": "varchar",
    "session": "varchar",
    "time": "bigint",
    "kind": "varchar",
    "X": "integer",
    "Y": "integer",
    "target": "varchar",
    "elapsed": "double",
    "url": "varchar",
    "text": "varchar",
    "page_w": "integer",
    "page_h": "integer",
    "hover": "double",
    "rage": "boolean",
    "dead": "boolean",
    "outcome": "varchar",
    "title": "varchar",
    "scroll": "smallint",
    "name": "varchar",
    "props": "json",
    "value": "double",
    "currency": "varchar",
    "goodbye": "boolean",
    "params": "json",
    "returning": "boolean",
    "browser": "varchar",
    "os": "varchar",
    "device": "varchar",
    "screen": "varchar",
    "language": "varchar",
    "timezone": "varchar",
    "country": "varchar",
    "referrer": "varchar",
    "channel": "varchar",
    "bot": "boolean",
}
MEMORY = "256MB"


def parquet(lines: bytes) -> bytes:
    """`time` is a timestamp (UTC); what a line leaves out is null."""
    with tempfile.TemporaryDirectory(prefix="export-") as folder:
        given, made = Path(folder, "lines.ndjson"), Path(folder, "lines.parquet")
        given.write_bytes(lines)
        columns = ", ".join(f"'{name}': '{kind}'" for name, kind in COLUMNS.items())
        with duckdb.connect(config={"memory_limit": MEMORY, "threads": 1}) as connection:
            connection.execute(
                f"""
                copy (
                    select * replace (epoch_ms(time) as time, props::varchar as props, params::varchar as params)
                    from read_json('{given}', format = 'newline_delimited', columns = {{{columns}}})
                ) to '{made}' (format parquet, compression zstd)
                """
            )
        return made.read_bytes()
