"""Questions that are being answered: who asks the same meanwhile, or within a second, gets the same answer, and as many
as there are turns are answered at a time. So ten dashboards that reload together cost what one does, and neither memory
nor ingest suffers.

An answer is kept for a second from when its reading began: no report is older than that, and what it took.

Of those that wait, the one goes first that is due first: after about three times what its kind took lately. So a quick
one does not wait for slow ones, and none is overtaken for ever. Nor does it wait for a slow one that is asked for at
the same time and comes first by a hair: that holds back for a twentieth of what it takes. Kinds that take about as long
keep the order in which they were asked, as a dashboard asks from the top: which is quicker changes by chance.

What nobody waits for any more is not worked on, or it would keep those waiting who still do.
"""

import math
import time
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from services.analysis.together import Together
from services.analysis.turns import Turns
from services.contracts.analysis.report import PATIENCE, ReportCall
from services.contracts.config import AppConfig

T = TypeVar("T")

KEPT = 1.0
"""seconds"""
MOST_KEPT = 100
DUE = 3.0
"""times what it takes"""
HOLD_BACK = 0.05
"""times what it takes"""
MOST_HELD_BACK = 0.05
"""seconds"""
ABOUT = 2**0.75
"""times more or less than what a kind takes about: then that is told anew, to a power of two"""
LATELY = 0.3
"""what the last time counts against all before: once it may have taken long because of something else"""


class Answer(msgspec.Struct):
    read: float
    """seconds, when its reading began"""
    report: Any  # Any: whatever was asked for


def question(request: ReportCall[Any], config: AppConfig) -> bytes:  # Any: whatever it answers
    """The same for the same question on the same configuration, whoever asks."""
    fields = {name: value for name, value in msgspec.structs.asdict(request).items() if name != "actor"}
    return msgspec.json.encode([request.address, config.version, fields])


class Questions:
    """`clock` tells seconds."""

    def __init__(self, turns: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._turns = Turns(turns, PATIENCE)
        self._clock = clock
        self._took: dict[str, float] = {}
        """seconds, of each kind"""
        self._about: dict[str, float] = {}
        """seconds, likewise: a power of two"""
        self._together: Together[Any] = Together()  # Any: as above
        self._kept: dict[bytes, Answer] = {}
        """the oldest first"""

    def answer(self, question: bytes, work: Callable[[], T], kind: str = "") -> T:
        """In turn, where it must be worked on. `kind`: of questions that take about as long.

        Raises Overloaded where its turn does not come in time, and what the work raises.
        """
        if (kept := self._kept.get(question)) is not None and self._fresh(kept):
            known: T = kept.report
            return known
        answer: T = self._together.answer(question, lambda: self._worked(question, work, kind))
        return answer

    def _worked(self, question: bytes, work: Callable[[], T], kind: str) -> T:
        due = self._clock() + DUE * self._about.get(kind, 0)
        with self._turns.turn(due, min(HOLD_BACK * self._took.get(kind, 0), MOST_HELD_BACK)):
            read = self._clock()
            answer = work()
            self._learn(kind, self._clock() - read)
        self._keep(question, Answer(read, answer))
        return answer

    def _learn(self, kind: str, took: float) -> None:
        before = self._took.get(kind, took)
        takes = self._took[kind] = max(before + LATELY * (took - before), 1e-6)
        about = self._about.get(kind)
        if about is None or not about / ABOUT <= takes <= about * ABOUT:
            self._about[kind] = 2.0 ** round(math.log2(takes))

    def _fresh(self, answer: Answer) -> bool:
        return self._clock() - answer.read <= KEPT

    def _keep(self, question: bytes, answer: Answer) -> None:
        self._kept.pop(question, None)
        self._kept[question] = answer
        self._kept = dict(
            [(question, kept) for question, kept in self._kept.items() if self._fresh(kept)][-MOST_KEPT:]
        )
