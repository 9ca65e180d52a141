"""The reports' SQL, a file each, named after what it answers. `{visits}` stands for the steps of visits.sql."""

from functools import cache
from pathlib import Path


@cache
def query(name: str) -> str:
    return _text(name).replace("{visits}", _text("visits").rstrip())


def _text(name: str) -> str:
    return (Path(__file__).parent / f"{name}.sql").read_text()
