"""Questions that are being answered: who asks the same meanwhile, or within a second, gets the same answer, and as many
as there are turns are answered at a time. So ten dashboards that reload together cost what one does, and neither memory
nor ingest suffers.

An answer is kept for a second from when its reading began: no report is older than that, and what it took.

Of those that wait, the one goes first that is due first: after about three times what its kind takes. So a quick one
does not wait for slow ones, and none is overtaken for ever. Nor does it wait for a slow one that is asked for at the
same time and comes first by a hair: that holds back for a tenth of what it takes, 50 ms at most.

How long a kind takes beside the others is given, how long that is for an app is learnt from all of them. Those of the
same weight that come within 50 ms of the first of them go in a given order. So an app's dashboards have their answers
in the same order however often and at whatever load they reload: which of the kinds takes less, and which comes first,
changes by chance, and who reloads would wait now for this, now for that.

What nobody waits for any more is not worked on, or it would keep those waiting who still do.
"""

import math
import time
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from services.analysis.together import Together
from services.analysis.turns import Due, Turns
from services.contracts.analysis.report import PATIENCE, ReportCall
from services.contracts.config import AppConfig

T = TypeVar("T")

KEPT = 1.0
"""seconds"""
MOST_KEPT = 100
DUE = 3.0
"""times what it takes"""
HOLD_BACK = 0.1
"""times what it takes"""
AT_ONCE = 0.05
"""seconds from the first that count as the same time; nobody holds back for longer"""
LATELY = 0.3
"""what the last time counts against all before: once it may have taken long because of something else"""


class Kind(msgspec.Struct, frozen=True):
    """Of questions."""

    app: str = ""
    """of which they are asked"""
    weight: int = 1
    """how many times as long as others of the app it takes"""
    place: int = 0
    """in the order of those that weigh the same"""


OF_NO_KIND = Kind()


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
        self._takes: dict[str, float] = {}
        """seconds that weigh 1, of each app"""
        self._first = -math.inf
        """when the first of those came that count as coming at the same time"""
        self._taken_for: dict[str, float] = {}
        """`_takes` as it was then, of the apps asked about since: it does not change in their midst"""
        self._together: Together[Any] = Together()  # Any: as above
        self._kept: dict[bytes, Answer] = {}
        """the oldest first"""

    def answer(self, question: bytes, work: Callable[[], T], kind: Kind = OF_NO_KIND) -> T:
        """In turn, where it must be worked on.

        Raises Overloaded where its turn does not come in time, and what the work raises.
        """
        if (kept := self._kept.get(question)) is not None and self._fresh(kept):
            known: T = kept.report
            return known
        answer: T = self._together.answer(question, lambda: self._worked(question, work, kind))
        return answer

    def _worked(self, question: bytes, work: Callable[[], T], kind: Kind) -> T:
        came, takes = self._came(kind)
        with self._turns.turn(Due(came + DUE * takes, kind.place), min(HOLD_BACK * takes, AT_ONCE)):
            read = self._clock()
            answer = work()
            self._learn(kind, self._clock() - read)
        self._keep(question, Answer(read, answer))
        return answer

    def _came(self, kind: Kind) -> tuple[float, float]:
        """When who comes now counts as coming, and the seconds that their question is taken for."""
        if (now := self._clock()) > self._first + AT_ONCE:
            self._first = now
            self._taken_for.clear()
        one = self._taken_for.setdefault(kind.app, self._takes.get(kind.app, 0))
        return self._first, one * kind.weight

    def _learn(self, kind: Kind, took: float) -> None:
        one = took / kind.weight
        before = self._takes.get(kind.app, one)
        self._takes[kind.app] = before + LATELY * (one - before)

    def _fresh(self, answer: Answer) -> bool:
        return self._clock() - answer.read <= KEPT

    def _keep(self, question: bytes, answer: Answer) -> None:
        self._kept.pop(question, None)
        self._kept[question] = answer
        self._kept = dict(
            [(question, kept) for question, kept in self._kept.items() if self._fresh(kept)][-MOST_KEPT:]
        )
