"""Whether somebody may see an app, asked of `apps` for every report: a permission is kept no longer than the asking
takes. A dashboard asks for several reports at once, and all of them are let in by one answer.
"""

from nameko.extensions import DependencyProvider

from services.analysis.together import Together
from services.contracts.apps import App, Permit
from services.contracts.messages import Actor
from services.hosting import Calls


class Permits(DependencyProvider):
    """Gives itself to the service."""

    def setup(self) -> None:
        self._asking: Together[App] = Together()

    def get_dependency(self, worker_ctx: object) -> "Permits":
        return self

    def see(self, actor: Actor, app: str, calls: Calls) -> None:
        """Raises what the call raises: who may not see it is refused."""
        self._asking.answer((actor, app), lambda: calls(Permit(actor=actor, app=app)))
