"""A file whose age says whether the process is well, for whoever runs it: Docker's health check looks at it.

    start ---------------> answering ------------------------> touching every few seconds
           asks itself, over the broker, until its health is ok

So a version that cannot do its work never gets well, and an update to it is rolled back. Once it has been well
only its event loop is asked: to start a service anew helps it against itself, not against a broker or a
database that is away.
"""

from pathlib import Path
from typing import Any

import eventlet
import msgspec

from services.contracts.errors import Refused
from services.contracts.health import Health
from services.contracts.messages import Call
from services.contracts.settings import load
from services.hosting.calls import Calls
from services.hosting.settings import environment_of

PAUSE = 5.0
"""seconds"""


class LivenessSettings(msgspec.Struct, kw_only=True):
    alive_file: Path | None = None
    """touched every few seconds; unset: nothing is"""


class Liveness(Calls):
    def setup(self) -> None:
        super().setup()
        self.file = load(LivenessSettings, environment_of(self.container.config)).alive_file
        self._going_on = True

    def start(self) -> None:
        if self.file is not None:
            self.file.unlink(missing_ok=True)
            self.container.spawn_managed_thread(self._run, identifier="liveness")

    def stop(self) -> None:
        self._going_on = False

    def get_dependency(self, worker_ctx: object) -> "Liveness":
        return self

    def _run(self) -> None:
        assert self.file is not None
        while self._going_on and not self._well():
            eventlet.sleep(1)
        while self._going_on:
            self.file.touch()
            eventlet.sleep(PAUSE)

    def _well(self) -> bool:
        ask = _ask(self.container.service_name)
        try:
            answer: Health = self(ask)
        except Refused:
            return False
        return answer.ok


def _ask(service: str) -> Call[Any]:  # Any: Health, which a type made here cannot say
    class AskHealth(Call[Health]):
        address = f"{service}.health"

    return AskHealth()
