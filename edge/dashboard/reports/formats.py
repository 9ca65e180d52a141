"""A report as JSON, or as CSV where `format=csv` or `Accept: text/csv` asks for it.

A report that can be had as CSV says what its table is:

    @table.register
    def _(report: Overview) -> Table: ...
"""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import singledispatch
from typing import Any, NamedTuple

from litestar import Request, Response
from litestar.response.base import ASGIResponse

from services.contracts.analysis.times import Times

CSV = "text/csv"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""a cell of text that begins so would be run by a spreadsheet"""


class Table(NamedTuple):
    columns: tuple[str, ...]
    rows: Iterable[tuple[str | int | float | None, ...]]


@singledispatch
def table(report: object) -> Table:
    """The rows of a report. Raises TypeError for one that does not say."""
    raise TypeError(f"{type(report).__name__} has no table")


class JsonOrCsv(Response[Any]):  # Any: each report's own type
    def to_asgi_response(self, app: Any, request: Request[Any, Any, Any], **rest: Any) -> ASGIResponse:
        """Any: as Litestar calls it."""
        if not _wants_csv(request):
            return super().to_asgi_response(app, request, **rest)
        name = request.url.path.rpartition("/")[2]
        headers = {"content-disposition": f'attachment; filename="{name}.csv"', "vary": "accept"}
        text = Response(as_csv(table(self.content)), media_type=CSV, headers=headers)
        return text.to_asgi_response(app, request, **rest)


def _wants_csv(request: Request[Any, Any, Any]) -> bool:
    asked = request.query_params.get("format")
    return asked == "csv" if asked else request.accept.best_match(["application/json", CSV]) == CSV


def as_csv(of: Table) -> str:
    """RFC 4180; numbers with a point, nothing where there is none."""
    out = io.StringIO()
    write = csv.writer(out)
    write.writerow(of.columns)
    write.writerows([_safe(cell) for cell in row] for row in of.rows)
    return out.getvalue()


def moment(at: int) -> str:
    """UNIX ms as ISO 8601 in UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def median(of: Times | None) -> float | None:
    """Seconds."""
    return of.median if of else None


def _safe(cell: str | int | float | None) -> str | int | float | None:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
