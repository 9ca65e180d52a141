"""The reports of an app: a module each with its route and its table, and what they all take (asking.py) and can be
had as (formats.py).
"""

from litestar import Router
from litestar.di import Provide
from litestar.exceptions import ValidationException

from edge.dashboard.reports.asking import named_as_asked, provide_ask
from edge.dashboard.reports.audience import audience
from edge.dashboard.reports.buttons import buttons
from edge.dashboard.reports.campaigns import campaigns
from edge.dashboard.reports.dropped import ad_hoc_dropped, dropped
from edge.dashboard.reports.formats import JsonOrCsv
from edge.dashboard.reports.funnel import ad_hoc_funnel, funnel
from edge.dashboard.reports.heatmap import heatmap
from edge.dashboard.reports.journey import journey
from edge.dashboard.reports.overview import overview
from edge.dashboard.reports.pages import pages
from edge.dashboard.reports.retention import retention
from edge.dashboard.reports.sessions import session, sessions

reports = Router(
    path="/api/apps/{app:str}/reports",
    route_handlers=[
        overview,
        pages,
        audience,
        sessions,
        session,
        retention,
        funnel,
        ad_hoc_funnel,
        dropped,
        ad_hoc_dropped,
        journey,
        campaigns,
        buttons,
        heatmap,
    ],
    dependencies={"ask": Provide(provide_ask, sync_to_thread=False)},
    exception_handlers={ValidationException: named_as_asked},
    response_class=JsonOrCsv,
    tags=["reports"],
)
