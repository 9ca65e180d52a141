"""How ANALYSIS_MEMORY is shared out: half is DuckDB's, half is for the columns a report goes through. What they
took is kept for the next ones (`reserve.py` holds some of it meanwhile). The program itself comes on top."""

import ctypes
import re

_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]i?B)\s*", re.IGNORECASE)

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""of glibc's malloc.h"""
KEPT = 128 << 20
"""bytes"""
LARGEST = 32 << 20
"""bytes of a column that is still kept: malloc takes no more"""

_kept = False


class MemoryInvalid(ValueError):
    """The setting is not a size."""


def for_duckdb(memory: str) -> str:
    """As DuckDB takes it: `512MB` gives `256.0MB`. Raises MemoryInvalid."""
    size = _SIZE.fullmatch(memory)
    if size is None:
        raise MemoryInvalid(f"ANALYSIS_MEMORY: {memory!r} is not a size, give one like 512MB or 2GiB")
    return f"{float(size[1]) / 2}{size[2]}"


def keep_memory() -> None:
    """Have malloc keep what is given back, and one pool for all threads; to be called before there are any. A page that
    comes fresh from the kernel costs more than all that a report does with it, and a pool for each thread as much
    memory again. Other mallocs than glibc's stay as they are.
    """
    global _kept
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        options = ((_ARENA_MAX, 1), (_MMAP_THRESHOLD, LARGEST), (_TRIM_THRESHOLD, KEPT))
        _kept = {libc.mallopt(option, value) for option, value in options} == {1}


def is_kept() -> bool:
    """Whether malloc was told so, and does it."""
    return _kept
