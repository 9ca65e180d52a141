"""Whether somebody may see an app, asked of `apps` for every report: a permission is kept no longer than the asking
takes. Of all who come while one call is under way the next one asks, so that few calls let in what ten dashboards ask
for at once.
"""

from nameko.extensions import DependencyProvider

from services.analysis.gathering import Gathering
from services.contracts.apps import PermitEach, Seer
from services.contracts.errors import AppUnknown
from services.contracts.messages import Actor
from services.hosting import Calls


class Permits(DependencyProvider):
    """Gives itself to the service."""

    def setup(self) -> None:
        self._asking: Gathering[Seer, bool] = Gathering()

    def get_dependency(self, worker_ctx: object) -> "Permits":
        return self

    def see(self, actor: Actor, app: str, calls: Calls) -> None:
        """Raises AppUnknown where they may not even see it, and what the call raises."""
        if not self._asking.answer(Seer(actor, app), lambda seers: calls(PermitEach(seers=list(seers))).each):
            raise AppUnknown("there is no such app")
