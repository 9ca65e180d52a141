"""datalab on one machine, without containers.

The developer's side is `make up`, `make down`, `make status`. The tests use the same parts as a library:

    from stack.local import Ports, Stack

    stack = Stack(run=tmp_path, ports=Ports.free(), tied=True)   # dies with the process that made it
    stack.start("broker", "database")     # only these, ready when it returns; start() starts everything
    stack.amqp_uri()                      # amqp://datalab:…@127.0.0.1:5680/  (amqp_uri("tests"): that vhost)
    stack.mongo_uri("users")              # the users service's own user and database
    stack.admin_uri()                     # the database's administrator, to empty what a test filled
    stack.environment("analysis")         # what the analysis process would be given, to run one in the test
    stack.edge_url, stack.shop_url        # http://localhost:…

    stack.kill("analysis")                # kill -9; it stays down until
    stack.start("analysis")
    stack.kill("edge", stay_down=False)   # kill -9; the supervisor starts it again
    stack.freeze("broker")                # SIGSTOP, until stack.thaw("broker")
    stack.pid("edge"), stack.running("edge"), stack.log("edge"), stack.restart("broker")
    stack.stop()

Names are those of processes (broker, database, users, auth, apps, config, tokens, notifications, analysis,
recorder, edge, shop) or "services" for the eight that Nameko hosts. Whatever a name needs must be started
before or with it. `Stack(management=True)` adds RabbitMQ's HTTP interface at `stack.management_url`, for Nameko's
`rabbit_config` fixture; `Stack(environment={…})` gives settings to every process.

The venv must exist (`make setup`). `python3 -m stack.local` makes it, so that side imports nothing but the
standard library until then: see `__main__.py`.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stack.local.ports import Ports
    from stack.local.stack import Stack

__all__ = ["Ports", "Stack"]


def __getattr__(name: str) -> object:
    """Import on demand: the bootstrap runs before the venv, and Stack needs what is in it."""
    if name == "Ports":
        from stack.local.ports import Ports

        return Ports
    if name == "Stack":
        from stack.local.stack import Stack

        return Stack
    raise AttributeError(name)
