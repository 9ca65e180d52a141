"""What the apps have configured, asked of `config` once and then kept up to date by its events.

An event is handled by one replica of a service: with one process of analysis (the file allows no more) that
is every process.
"""

from nameko.extensions import DependencyProvider

from services.contracts.config import AppConfig, GetTrackerConfig
from services.hosting import Calls


class Configs(DependencyProvider):
    """Gives itself to the service."""

    def setup(self) -> None:
        self.known: dict[str, AppConfig] = {}

    def get_dependency(self, worker_ctx: object) -> "Configs":
        return self

    def of(self, app: str, calls: Calls) -> AppConfig:
        """Raises what the call raises."""
        if app not in self.known:
            self.changed(calls(GetTrackerConfig(app=app)))
        return self.known[app]

    def changed(self, config: AppConfig) -> None:
        """Events may come late or twice: the newest version stays."""
        known = self.known.get(config.app)
        if known is None or config.version >= known.version:
            self.known[config.app] = config
