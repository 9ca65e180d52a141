"""How ANALYSIS_MEMORY is shared out: three quarters are DuckDB's, the rest is for the columns a report goes through."""

import re

_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]i?B)\s*", re.IGNORECASE)


class MemoryInvalid(ValueError):
    """The setting is not a size."""


def for_duckdb(memory: str) -> str:
    """As DuckDB takes it: `512MB` gives `384.0MB`. Raises MemoryInvalid."""
    size = _SIZE.fullmatch(memory)
    if size is None:
        raise MemoryInvalid(f"ANALYSIS_MEMORY: {memory!r} is not a size, give one like 512MB or 2GiB")
    return f"{float(size[1]) * 0.75}{size[2]}"
