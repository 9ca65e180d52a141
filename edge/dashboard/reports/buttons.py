from litestar import get

from edge.dashboard.reports.asking import By, GivenAsk
from edge.dashboard.reports.formats import Table, median, table
from services.contracts.analysis.buttons import ButtonsReport, GetButtons

TIMES = ("hover_leave", "hover_click", "from_session_start", "from_page_entry")


@get("/buttons", operation_id="buttons")
async def buttons(ask: GivenAsk, by: By = None) -> ButtonsReport:
    """How many saw, hovered and clicked each interesting button, and how long it took them."""
    return await ask(GetButtons, by=by)


@table.register
def _(report: ButtonsReport) -> Table:
    """A button a row; times are medians in seconds."""
    return Table(
        ("button", "selector", "saw", "hovered", "clicked", "clicks", *TIMES),
        [
            (
                button.name,
                button.selector,
                button.saw,
                button.hovered,
                button.clicked,
                button.clicks,
                *(median(getattr(button, name)) for name in TIMES),
            )
            for button in report.buttons
        ],
    )
