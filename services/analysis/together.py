"""What several ask for at the same time is found out once: who asks the same meanwhile gets the same answer, or the
same refusal. Nothing is kept: who asks after the answer came has it found out anew.
"""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from eventlet.event import Event

T = TypeVar("T")


class Together(Generic[T]):
    def __init__(self) -> None:
        self._asked: dict[Hashable, Event] = {}

    def answer(self, question: Hashable, find_out: Callable[[], T]) -> T:
        """Raises what finding out raises."""
        if (asked := self._asked.get(question)) is not None:
            theirs: T = asked.wait()
            return theirs
        asked = self._asked[question] = Event()
        try:
            answer = find_out()
        except BaseException as error:
            asked.send_exception(error)
            raise
        finally:
            del self._asked[question]
        asked.send(answer)
        return answer
