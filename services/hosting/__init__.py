"""How a service is hosted: what all of them need, given as Nameko entrypoints and dependencies written once.

    rpc       the entrypoint of a Call: decoded once, straight into its Struct; malformed is refused, not fatal
    listen    the entrypoint of an Event: a failing handler is retried with back-off, then parked in `dead-letters`
    Calls     asks another service, with a time-out
    Tell      tells an event, persistent and confirmed
    Database  the service's own MongoDB database
    Settings  the service's settings from the environment
    Healthy   answers `<service>.health`

`python -m services users` runs the service of that name. Any Nameko client can ask it, with the Call's fields by
name; to look around by hand:

    nameko shell --broker "$AMQP_URI"
    >>> n.rpc.config.tracker(app="…")
"""

from services.hosting.calls import Calls
from services.hosting.database import Database
from services.hosting.events import Tell, Unprocessable, listen
from services.hosting.health import Healthy
from services.hosting.rpc import rpc
from services.hosting.settings import Settings

__all__ = ["Calls", "Database", "Healthy", "Settings", "Tell", "Unprocessable", "listen", "rpc"]
