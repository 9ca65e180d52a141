"""Questions that are asked together: one asking at a time is under way, and what comes meanwhile is gathered and asked
next, all at once. None waits for more to come, and none is told what was asked before it came.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

import eventlet
from eventlet.event import Event
from eventlet.semaphore import Semaphore

Q = TypeVar("Q", bound=Hashable)
A = TypeVar("A")


class Round(Generic[Q]):
    def __init__(self) -> None:
        self.questions: dict[Q, None] = {}
        self.answered: Event = Event()
        """with an answer for each question"""


class Gathering(Generic[Q, A]):
    def __init__(self) -> None:
        self._gathered: Round[Q] | None = None
        self._asking = Semaphore()

    def answer(self, question: Q, find_out: Callable[[Sequence[Q]], Sequence[A]]) -> A:
        """`find_out`: an answer to each question in turn, the same for whoever asks. Raises what it raises."""
        gathered = self._gathered
        if gathered is None:
            gathered = self._gathered = Round()
            eventlet.spawn_n(
                self._find_out, gathered, find_out
            )  # by nobody who may give up before the others
        gathered.questions[question] = None
        answers: dict[Q, A] = gathered.answered.wait()
        return answers[question]

    def _find_out(self, gathered: Round[Q], find_out: Callable[[Sequence[Q]], Sequence[A]]) -> None:
        with self._asking:
            self._gathered = None
            questions = list(gathered.questions)
            try:
                answers = dict(zip(questions, find_out(questions), strict=True))
            except Exception as error:  # whatever it is, who waits is told
                gathered.answered.send_exception(error)
            else:
                gathered.answered.send(answers)
