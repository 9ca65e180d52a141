"""The heat map of a page, for all devices or one class of them."""

from services.analysis.queries import query
from services.analysis.reading import Reading
from services.analysis.reports import intervals
from services.contracts.analysis.heatmap import COLUMNS, Depth, Heat, HeatmapReport

MOST_CELLS = 20_000
STEP = 10
"""percent, of the depths"""
_OF_DEVICE = """
semi join (select session from sessions where device in (select id from words where text = $device)) using (session)
"""


def heatmap(on: Reading, page: str, heat: Heat = "click", device: str | None = None) -> HeatmapReport:
    """Raises InvalidInput."""
    intervals.check(on.period)
    asked = {"app": on.app, "start": on.period.start, "end": on.period.end, "page": page}
    if device is not None:
        asked["device"] = device
    sql = query("scroll" if heat == "scroll" else "heatmap")
    sql = sql.replace("{of_device}", "" if device is None else _OF_DEVICE)
    report = HeatmapReport(
        **on.about(),
        page=page,
        device=device,
        heat=heat,
        columns=COLUMNS,
        events=0,
        visitors=0,
        weight=0,
        cells=[],
        depths=[],
    )
    if heat == "scroll":
        rows = on.connection.execute(sql, asked).fetchall()
        counts = {scroll: views for scroll, views, _ in rows if scroll is not None}
        report.events, report.visitors = next((row[1:] for row in rows if row[0] is None), (0, 0))
        report.depths = [
            Depth(percent=percent, views=sum(views for scroll, views in counts.items() if scroll >= percent))
            for percent in range(0, 101, STEP)
        ]
        return report
    rows = on.connection.execute(sql, {**asked, "heat": heat, "columns": COLUMNS}).fetchmany(MOST_CELLS + 1)
    _, _, weight, report.events, report.visitors = rows[0]
    report.weight = weight or 0
    report.cells = [(column, row, weight) for column, row, weight, *_ in rows[1:] if weight]
    return report
