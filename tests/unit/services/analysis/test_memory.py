"""What DuckDB is given of the memory, and what is kept of it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from services.analysis.memory import MemoryInvalid
from services.analysis.projection import Projection
from services.analysis.rows import first


@pytest.mark.parametrize(
    ("memory", "given"), [("512MB", "366.2 MiB"), ("1GiB", "768.0 MiB"), (" 1.5 gb ", "1.0 GiB")]
)
def test_duckdb_has_three_quarters_of_it(file: Path, memory: str, given: str) -> None:
    projection = Projection(file, memory, 1)
    projection.create("nowhere")
    with projection.cursor() as cursor:
        assert first(cursor, "select current_setting('memory_limit')") == (given,)
    projection.close()


@pytest.mark.parametrize("memory", ["", "512", "80%", "a lot"])
def test_what_is_no_size_is_refused_by_name(file: Path, memory: str) -> None:
    with pytest.raises(MemoryInvalid, match=re.escape(f"ANALYSIS_MEMORY: {memory!r} is not a size")):
        Projection(file, memory, 1)


COLUMN_AFTER_COLUMN = """
import resource
import numpy as np
from services.analysis.memory import keep_memory

keep_memory()
np.ones(1_000_000)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    np.ones(1_000_000)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's malloc")
def test_the_memory_of_a_column_is_that_of_the_one_before() -> None:
    faults = subprocess.check_output([sys.executable, "-c", COLUMN_AFTER_COLUMN])
    assert int(faults) < 100, "of 20 times 2,000 pages"
