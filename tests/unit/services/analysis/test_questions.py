"""Who asks the same meanwhile, and whose turn it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import eventlet
import pytest

from services.analysis.questions import Kind, Questions, question
from services.analysis.service import ORDER, WEIGHTS
from services.analysis.turns import Due
from services.contracts.analysis.overview import GetOverview
from services.contracts.analysis.pages import GetPages
from services.contracts.analysis.report import ReportCall
from services.contracts.analysis.scope import Period, Scope
from services.contracts.config import AppConfig
from services.contracts.errors import Overloaded
from services.contracts.messages import Actor
from tests.unit.services.analysis.meanwhile import PATIENCE, Work, settle


def until(fact: Callable[[], object]) -> None:
    with eventlet.Timeout(PATIENCE):
        while not fact():
            eventlet.sleep(0.001)


def test_the_same_question_is_answered_once_for_all_who_ask_meanwhile() -> None:
    questions, work = Questions(1), Work()
    asking = [eventlet.spawn(questions.answer, b"?", work) for _ in range(10)]
    settle()
    work.done.send("answer")
    with eventlet.Timeout(PATIENCE):
        assert [one.wait() for one in asking] == ["answer"] * 10
    assert work.begun == 1


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_who_asks_within_a_second_of_its_reading_gets_the_same_answer_and_later_a_new_one() -> None:
    clock = Clock()
    questions = Questions(1, clock)

    def work(answer: str) -> str:
        clock.now += 0.4  # it takes a while
        return answer

    found = []
    for answer, later in (("a", 0.6), ("b", 0.01), ("c", 0.5), ("d", 0.2)):
        found.append(questions.answer(b"?", partial(work, answer)))
        clock.now += later
    assert found == ["a", "a", "c", "c"]


def test_an_answer_that_took_more_than_a_second_is_not_kept() -> None:
    clock = Clock()
    questions = Questions(1, clock)

    def work(answer: str) -> str:
        clock.now += 1.1
        return answer

    assert [questions.answer(b"?", partial(work, answer)) for answer in "ab"] == ["a", "b"]


def test_another_question_has_another_answer() -> None:
    questions = Questions(1, Clock())
    assert [questions.answer(b"%d" % place, partial(str, place)) for place in (1, 2, 1)] == ["1", "2", "1"]


def test_no_more_answers_are_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.analysis.questions.MOST_KEPT", 2)
    questions = Questions(1, Clock())
    for asked in (b"1", b"2", b"3"):
        questions.answer(asked, lambda: "old")
    again = [questions.answer(asked, lambda: "new") for asked in (b"3", b"2", b"1")]
    assert again == ["old", "old", "new"]


def test_a_failure_is_not_kept() -> None:
    questions = Questions(1, Clock())

    def fail() -> str:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        questions.answer(b"?", fail)
    assert questions.answer(b"?", lambda: "yes") == "yes"


def test_as_many_as_there_are_turns_are_answered_at_a_time_first_come_first_served() -> None:
    questions, works = Questions(2), [Work() for _ in range(4)]
    asking = [eventlet.spawn(questions.answer, b"%d" % place, work) for place, work in enumerate(works)]
    settle()
    assert [work.begun for work in works] == [1, 1, 0, 0]
    works[1].done.send("b")
    settle()
    assert [work.begun for work in works] == [1, 1, 1, 0]
    for work in (works[0], works[2], works[3]):
        work.done.send("x")
    with eventlet.Timeout(PATIENCE):
        assert [one.wait() for one in asking] == ["x", "b", "x", "x"]


QUICK, SLOW = Kind("app", 1), Kind("app", 10)


def taking(clock: Clock, seconds: float) -> None:
    clock.now += seconds


def test_of_those_that_wait_a_quick_one_goes_before_a_slow_one_until_that_has_waited_too_long() -> None:
    clock = Clock()
    questions = Questions(1, clock)
    questions.answer(b"1", partial(taking, clock, 10), SLOW)
    questions.answer(b"2", partial(taking, clock, 1), QUICK)
    works = [Work() for _ in range(4)]
    kinds = (QUICK, SLOW, QUICK, QUICK)
    asking = []
    for place, (work, kind) in enumerate(zip(works, kinds, strict=True)):
        asking.append(eventlet.spawn(questions.answer, b"%d more" % place, work, kind))
        until(lambda: works[0].begun)
        settle()
        clock.now += 0.1 if place < 2 else 28  # until the slow one is due
    begun = []
    for place in (0, 2, 1, 3):
        begun.append([work.begun for work in works])
        works[place].done.send("x")
        settle()
    assert begun == [[1, 0, 0, 0], [1, 0, 1, 0], [1, 1, 1, 0], [1, 1, 1, 1]]
    with eventlet.Timeout(PATIENCE):
        assert [one.wait() for one in asking] == ["x"] * 4


def test_a_quick_one_that_took_long_once_still_goes_first() -> None:
    clock = Clock()
    questions = Questions(1, clock)
    for place, (kind, seconds) in enumerate(((SLOW, 10), (QUICK, 1), (QUICK, 12))):
        questions.answer(b"%d" % place, partial(taking, clock, seconds), kind)
    assert went(questions, clock, (SLOW, QUICK), 0.01) == [QUICK, SLOW]


def test_where_all_take_less_a_slow_one_goes_before_a_quick_one_of_where_all_take_long() -> None:
    clock = Clock()
    questions = Questions(1, clock)
    small = Kind("small", SLOW.weight)
    for place, (kind, seconds) in enumerate(((QUICK, 1), (small, 0.9))):
        questions.answer(b"%d" % place, partial(taking, clock, seconds), kind)
    assert went(questions, clock, (QUICK, small), 0.01) == [small, QUICK]


TOP, BELOW, LAST = (Kind("app", 3, place) for place in range(3))


@pytest.mark.parametrize("seconds", [(1, 0.8, 0.6, 0.9), (1, 0.8, 1.5, 0.2)])
@pytest.mark.parametrize("order", [(TOP, BELOW), (BELOW, TOP)])
def test_those_that_come_at_once_and_weigh_the_same_go_in_the_given_order(
    seconds: tuple[float, ...], order: tuple[Kind, Kind]
) -> None:
    clock = Clock()
    questions = Questions(1, clock)
    for place, (kind, took) in enumerate(zip((BELOW, TOP, TOP, BELOW), seconds, strict=True)):
        questions.answer(b"%d" % place, partial(taking, clock, took), kind)
    assert went(questions, clock, order, 0.045) == [TOP, BELOW]


def test_what_is_learnt_in_the_midst_of_those_that_come_at_once_does_not_change_their_order() -> None:
    clock = Clock()
    questions = Questions(2, clock)
    questions.answer(b"?", partial(taking, clock, 1), TOP)
    clock.now += 1
    ending, under_way = Work(), Work()
    asking = [
        eventlet.spawn(questions.answer, b"%d" % place, work, LAST)
        for place, work in enumerate((ending, under_way))
    ]
    until(lambda: ending.begun and under_way.begun)
    order: list[Kind] = []
    asking.append(eventlet.spawn(questions.answer, b"top", partial(order.append, TOP), TOP))
    settle()
    hold = Work()
    asking.append(eventlet.spawn(questions.answer, b"first", hold, QUICK))
    settle()
    ending.done.send("x")  # at once
    until(lambda: hold.begun)
    asking.append(eventlet.spawn(questions.answer, b"below", partial(order.append, BELOW), BELOW))
    settle()
    under_way.done.send("x")
    hold.done.send("x")
    with eventlet.Timeout(PATIENCE):
        for one in asking:
            one.wait()
    assert order == [TOP, BELOW]


@pytest.mark.parametrize("kinds", [(BELOW, TOP), (BELOW, LAST, TOP)])
def test_who_comes_more_than_a_moment_after_the_first_goes_after_them(kinds: tuple[Kind, ...]) -> None:
    clock = Clock()
    questions = Questions(1, clock)
    for place, kind in enumerate((TOP, BELOW, LAST)):
        questions.answer(b"%d" % place, partial(taking, clock, 1), kind)
    assert went(questions, clock, kinds, 0.055 / (len(kinds) - 1)) == [*kinds]


def went(questions: Questions, clock: Clock, kinds: tuple[Kind, ...], apart: float) -> list[Kind]:
    """The order in which the kinds are answered that come `apart` seconds from one another while another question is
    being answered."""
    under_way = Work()
    asking = [eventlet.spawn(questions.answer, b"under way", under_way)]
    until(lambda: under_way.begun)
    clock.now += 1  # what comes now comes later
    order: list[Kind] = []
    for kind in kinds:
        asking.append(
            eventlet.spawn(questions.answer, repr(kind).encode(), partial(order.append, kind), kind)
        )
        settle()
        clock.now += apart
    assert order == []
    under_way.done.send("x")
    with eventlet.Timeout(PATIENCE):
        for one in asking:
            one.wait()
    return order


class TurnsAtOnce:
    """What was said of each."""

    def __init__(self, count: int, patience: float) -> None:
        self.taken: list[tuple[float, int, float]] = []

    @contextmanager
    def turn(self, due: Due, hold_back: float) -> Iterator[None]:
        self.taken.append((*due, hold_back))
        yield


def test_what_is_due_when_and_holds_back_for_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = TurnsAtOnce(1, 0)
    monkeypatch.setattr("services.analysis.questions.Turns", lambda *_: turns)
    clock = Clock()
    questions = Questions(1, clock)
    for place, (kind, seconds) in enumerate(((LAST, 0.3), (QUICK, 0.2), (LAST, 12), (LAST, 0))):
        clock.now = 100.0 * place
        questions.answer(b"%d" % place, partial(taking, clock, seconds), kind)
    one = [0.1, 0.13, 1.291]  # seconds that weigh 1, learnt after each
    assert [place for _, place, _ in turns.taken] == [2, 0, 2, 2]
    assert [due for due, _, _ in turns.taken] == pytest.approx(
        [0, 100 + 3 * one[0], 200 + 3 * 3 * one[1], 300 + 3 * 3 * one[2]]
    )
    assert [back for *_, back in turns.taken] == pytest.approx([0, 0.1 * one[0], 0.1 * 3 * one[1], 0.05])


def test_what_takes_no_time_at_all_can_be_asked_for_again() -> None:
    questions = Questions(1, Clock())
    assert [questions.answer(question, lambda: "x", TOP) for question in (b"1", b"2")] == ["x", "x"]


def test_a_slow_one_holds_back_for_a_quick_one_that_comes_right_after_it() -> None:
    clock = Clock()
    questions = Questions(1, clock)
    questions.answer(b"?", partial(taking, clock, 10), SLOW)
    clock.now += 2  # nothing is kept any more
    slow, quick = Work(), Work()
    asking = []
    for kind, work in ((SLOW, slow), (QUICK, quick)):
        asking.append(eventlet.spawn(questions.answer, repr(kind).encode(), work, kind))
        settle()
    until(lambda: slow.begun or quick.begun)
    assert (slow.begun, quick.begun) == (0, 1)
    for work in (slow, quick):
        work.done.send("x")
    with eventlet.Timeout(PATIENCE):
        assert [one.wait() for one in asking] == ["x"] * 2


def test_a_slow_one_that_comes_alone_does_not_hold_back_for_long() -> None:
    clock = Clock()
    questions = Questions(1, clock)
    questions.answer(b"?", partial(taking, clock, 1000), SLOW)
    settle()
    with eventlet.Timeout(PATIENCE):
        assert questions.answer(b"??", lambda: "x", SLOW) == "x"


def test_who_gives_up_waiting_is_left_out() -> None:
    questions, works = Questions(1), [Work() for _ in range(3)]
    asking = [eventlet.spawn(questions.answer, b"%d" % place, work) for place, work in enumerate(works)]
    settle()
    asking[1].kill()
    works[0].done.send("a")
    settle()
    assert [work.begun for work in works] == [1, 0, 1]
    works[2].done.send("c")
    with eventlet.Timeout(PATIENCE):
        assert asking[2].wait() == "c"
        assert questions.answer(b"?", lambda: "yes") == "yes"


def test_what_nobody_waits_for_any_more_is_not_worked_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.analysis.questions.PATIENCE", 0.01)
    questions, under_way, late = Questions(1), Work(), Work()
    first = eventlet.spawn(questions.answer, b"?", under_way)
    settle()
    with pytest.raises(Overloaded):
        questions.answer(b"too late", late)
    under_way.done.send("x")
    with eventlet.Timeout(PATIENCE):
        assert first.wait() == "x"
    assert late.begun == 0


def test_what_fails_fails_for_all_who_asked_and_frees_its_turn() -> None:
    questions, work = Questions(1), Work()
    asking = [eventlet.spawn(questions.answer, b"?", work) for _ in range(2)]
    settle()
    work.done.send_exception(ValueError("no"))
    with eventlet.Timeout(PATIENCE):
        for one in asking:
            with pytest.raises(ValueError, match="no"):
                one.wait()
        assert questions.answer(b"?", lambda: "yes") == "yes"


def test_a_question_is_the_same_for_everybody_and_another_on_another_config() -> None:
    def asked(user: str, most: int = 5, version: int = 1) -> bytes:
        actor = Actor(user=user, organisation="o")
        request = GetPages(actor=actor, app="a", scope=Scope(period=Period(start=0, end=1)), most=most)
        return question(request, AppConfig(app="a", version=version))

    assert asked("ann") == asked("bob")
    assert len({asked("ann"), asked("ann", most=6), asked("ann", version=2)}) == 3


def test_every_report_has_its_weight_and_the_overview_is_first() -> None:
    assert {*WEIGHTS} == {*ReportCall.__subclasses__()}
    assert ORDER[0] is GetOverview
    assert sorted(ORDER, key=WEIGHTS.__getitem__) == ORDER
