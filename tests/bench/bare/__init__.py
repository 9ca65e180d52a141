"""The questions of the reports that are passes over columns, as SQL that reads like their definitions: what these
reports are measured against, and must agree with.
"""

from math import inf, isclose
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from services.analysis.reading import Reading
from services.contracts.analysis.times import Times
from tests.bench.bare.rows import DAY, REPORTS

IN_BRACES = {
    "journey": {"way": "asc"},
    "journey, back": {"way": "desc"},
    "buttons": {"place": f"time // {DAY}", "parts": ""},
    "buttons, by browser": {
        "place": "name",
        "parts": "join (select session, name from parts) using (session)",
    },
}
"""what a query is told that answers more than one report"""


def plain(on: Reading, name: str) -> tuple[str, dict[str, int]]:
    """The report as plain SQL; what it asks of tables, the report has given."""
    folder = Path(__file__).parent
    sql, visits = ((folder / f"{one}.sql").read_text() for one in (name.partition(",")[0], "visits"))
    for place, text in {"visits": visits.rstrip(), **IN_BRACES.get(name, {})}.items():
        sql = sql.replace(f"{{{place}}}", text)
    window = on.config.funnel.window * 1000
    values = {"app": on.app, "start": on.period.start, "end": on.period.end, "window": window}
    return sql, {key: value for key, value in values.items() if f"${key}" in sql}


def agree(on: Reading) -> None:
    """Ask both, by day of UTC; a sequential funnel of four stages is configured. Raises AssertionError."""
    on = replace(on, scope=replace(on.scope, period=replace(on.period, tz="UTC", interval="day")))
    for name, report in REPORTS.items():
        said = report(on)
        found = on.connection.execute(*plain(on, name)).fetchall()
        assert len(said) == len(found), f"{name}: {len(said)} rows, {len(found)} by plain SQL"
        for ours, theirs in zip(said, found, strict=True):
            # An overview tells less of its days than of all.
            same = all(_same(one, other) for one, other in zip(ours, theirs, strict=False))
            assert same, f"{name}: {ours}, {theirs} by plain SQL"


def _same(ours: Any, theirs: Any) -> bool:  # Any: whatever stands in a row
    if isinstance(ours, Times):
        quantiles = [ours.p25, ours.median, ours.p75, ours.p90]
        return (
            ours.count == theirs["count"]
            and isclose(ours.mean, theirs["mean"])
            and all(map(isclose, quantiles, theirs["quantiles"]))
            and all(one.count == theirs["histogram"].get(one.upto or inf, 0) for one in ours.histogram)
        )
    return isclose(ours, theirs) if isinstance(ours, float) else bool(ours == theirs)
