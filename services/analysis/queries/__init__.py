"""The reports' SQL, a file each, named after what it answers."""

from functools import cache
from pathlib import Path


@cache
def query(name: str) -> str:
    return (Path(__file__).parent / f"{name}.sql").read_text()
