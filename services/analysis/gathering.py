"""Questions that are asked together: one asking at a time is under way, and what comes meanwhile is gathered and asked
next, all at once. None waits for more to come, none is told what was asked before it came, and none waits for long for
an asking that is slow.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

import eventlet
from eventlet.event import Event
from eventlet.semaphore import Semaphore

Q = TypeVar("Q", bound=Hashable)
A = TypeVar("A")

SLOW = 0.25
"""seconds: after them the next asking begins although the last one has not ended"""


class Round(Generic[Q]):
    """Questions that are asked together."""

    def __init__(self) -> None:
        self.questions: dict[Q, None] = {}
        self.answered: Event = Event()
        """sends the answers by their questions"""


class Gathering(Generic[Q, A]):
    def __init__(self) -> None:
        self._gathered: Round[Q] | None = None
        self._asking = Semaphore()

    def answer(self, question: Q, find_out: Callable[[Sequence[Q]], Sequence[A]]) -> A:
        """Raises what finding out raises.

        `find_out`: an answer to each question in turn. That of whoever came first is asked for all, so it must not
        depend on who asks.
        """
        gathered = self._gathered
        if gathered is None:
            gathered = self._gathered = Round()
            # Not by who asks: they may give up before the others.
            eventlet.spawn_n(self._find_out, gathered, find_out)
        gathered.questions[question] = None
        answers: dict[Q, A] = gathered.answered.wait()
        return answers[question]

    def _find_out(self, gathered: Round[Q], find_out: Callable[[Sequence[Q]], Sequence[A]]) -> None:
        in_turn = self._asking.acquire(timeout=SLOW)
        try:
            self._gathered = None
            questions = list(gathered.questions)
            answers = dict(zip(questions, find_out(questions), strict=True))
        except BaseException as error:  # whatever it is, who waits is told
            gathered.answered.send_exception(error)
        else:
            gathered.answered.send(answers)
        finally:
            if in_turn:
                self._asking.release()
