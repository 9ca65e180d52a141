"""`<service>.health`, which the edge's `/health/ready` asks of every service."""

from services.contracts.health import Health
from services.hosting.database import Database
from services.hosting.liveness import Liveness
from services.hosting.rpc import rpc


class Healthy:
    """Mixed into every service; it has a `database`."""

    database: Database
    liveness = Liveness()

    @rpc
    def health(self) -> Health:
        trouble = self.database.trouble()
        return Health(ok=not trouble, detail=trouble)
