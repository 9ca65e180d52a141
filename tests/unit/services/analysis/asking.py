"""Reports on visits that a test writes down, asked for as the service asks for them."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from services.analysis.matching import Matcher
from services.analysis.projection import Projection
from services.analysis.reading import Reading, reading
from services.contracts.analysis.report import Freshness
from services.contracts.analysis.scope import Period, Scope
from services.contracts.config import AppConfig
from tests.unit.services.analysis.visits import Visit, deliver, frames, new_app

R = TypeVar("R")


class Asking:
    """Answers from one file, in which every question has an app of its own."""

    def __init__(self, projection: Projection) -> None:
        self.projection = projection
        self.matcher = Matcher()

    def __call__(
        self,
        report: Callable[[Reading], R],
        visits: Sequence[Visit],
        period: Period,
        config: dict[str, Any] | None = None,  # Any: parts of an AppConfig
        **scope: Any,  # Any: what else the scope holds
    ) -> R:
        app = new_app()
        if visits:
            deliver(self.projection, frames(app, visits))
        with (
            self.projection.cursor() as cursor,
            reading(
                cursor,
                self.matcher,
                Scope(period=period, **scope),
                AppConfig(app=app, version=1, **(config or {})),
                Freshness(as_of=0, complete=True),
            ) as on,
        ):
            return report(on)
