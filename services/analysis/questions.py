"""Questions that are being answered: who asks the same meanwhile gets the same answer, and as many as there are turns
are answered at a time. So ten dashboards that reload together cost what one does, and neither memory nor ingest
suffers.

An answer is shared while it is being made and not kept: who asks later sees what has come since.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from eventlet.event import Event
from eventlet.semaphore import Semaphore

from services.contracts.analysis.report import ReportCall
from services.contracts.config import AppConfig

T = TypeVar("T")


def question(request: ReportCall[Any], config: AppConfig) -> bytes:  # Any: whatever it answers
    """The same for the same question on the same configuration, whoever asks."""
    fields = {name: value for name, value in msgspec.structs.asdict(request).items() if name != "actor"}
    return msgspec.json.encode([request.address, config.version, fields])


class Questions:
    def __init__(self, turns: int) -> None:
        self._turns = Semaphore(turns)
        self._asked: dict[bytes, Event] = {}

    def answer(self, question: bytes, work: Callable[[], T]) -> T:
        """In turn. Raises what the work raises."""
        if (asked := self._asked.get(question)) is not None:
            answer: T = asked.wait()
            return answer
        asked = self._asked[question] = Event()
        try:
            with self._turns:
                answer = work()
        except BaseException as error:
            asked.send_exception(error)
            raise
        finally:
            del self._asked[question]
        asked.send(answer)
        return answer
