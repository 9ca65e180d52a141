"""Whose turn it is."""

import eventlet
import pytest
from eventlet.event import Event

from services.analysis.turns import Due, Turns
from services.contracts.errors import Overloaded
from tests.unit.services.analysis.meanwhile import settle

LONG = 60
"""seconds: longer than any of these tests"""


class Line:
    """One turn at a time, and who had it."""

    def __init__(self, patience: float = LONG) -> None:
        self.turns = Turns(1, patience)
        self.went: list[str] = []

    def go(self, name: str, due: float = 0, hold_back: float = 0, place: int = 0) -> None:
        with self.turns.turn(Due(due, place), hold_back):
            self.went.append(name)


def test_who_is_due_first_goes_first_of_the_same_time_who_came_first() -> None:
    line = Line()
    with line.turns.turn(Due(0)):
        for name, due in (("late", 3.0), ("early", 1.0), ("late too", 3.0), ("between", 2.0)):
            eventlet.spawn(line.go, name, due)
        settle()
        assert line.went == []
    settle()
    assert line.went == ["early", "between", "late", "late too"]


def test_of_those_due_at_the_same_time_the_one_with_the_first_place_goes_first() -> None:
    line = Line()
    with line.turns.turn(Due(0)):
        for name, due, place in (
            ("third", 1.0, 2),
            ("second", 1.0, 1),
            ("first", 0.0, 3),
            ("third too", 1.0, 2),
        ):
            eventlet.spawn(line.go, name, due, place=place)
        settle()
    settle()
    assert line.went == ["first", "second", "third", "third too"]


def test_of_those_let_in_at_the_same_time_the_one_that_is_due_first_goes_first() -> None:
    line = Line()
    let_in: Event = Event()

    def go(name: str, due: float) -> None:
        let_in.wait()
        line.go(name, due)

    for name, due in (("late", 3.0), ("early", 1.0), ("between", 2.0)):
        eventlet.spawn(go, name, due)
    settle()
    let_in.send()
    settle()
    assert line.went == ["early", "between", "late"]


def test_who_holds_back_lets_those_go_first_who_come_meanwhile_and_are_due_earlier() -> None:
    line = Line()
    for name, due in (("late", 3.0), ("early", 1.0)):
        eventlet.spawn(line.go, name, due, LONG if name == "late" else 0)
        settle()
    assert line.went == ["early", "late"]


def test_who_holds_back_goes_when_nobody_comes() -> None:
    line = Line()
    line.go("late", due=3.0, hold_back=0.01)
    assert line.went == ["late"]


def test_who_has_waited_for_a_turn_does_not_hold_back() -> None:
    line = Line()
    with line.turns.turn(Due(0)):
        eventlet.spawn(line.go, "next", 0, LONG)
        settle()
    settle()
    assert line.went == ["next"]


def test_who_waits_for_an_answer_is_told_before_the_next_turn_begins() -> None:
    line = Line()
    answered: Event = Event()

    def be_told() -> None:
        answered.wait()
        line.went.append("told")

    def answer() -> None:
        line.go("answered", due=0)
        answered.send()

    eventlet.spawn(be_told)
    eventlet.spawn(answer)
    eventlet.spawn(line.go, "next", 1)
    settle()
    assert line.went == ["answered", "told", "next"]


def test_a_turn_that_nobody_waits_for_any_more_is_for_who_comes_next() -> None:
    line = Line()
    waiting = eventlet.spawn(line.go, "gone")
    eventlet.sleep(0)
    waiting.kill()
    line.go("here")
    assert line.went == ["here"]


def test_who_has_waited_for_too_long_is_refused_and_left_out() -> None:
    line = Line(patience=0.01)
    with line.turns.turn(Due(0)), pytest.raises(Overloaded):
        line.go("too late")
    line.go("next")
    assert line.went == ["next"]


def test_what_is_begun_in_time_may_take_longer() -> None:
    line = Line(patience=0.01)
    with line.turns.turn(Due(0)):
        eventlet.sleep(0.02)


def test_who_gives_up_just_when_called_hands_the_turn_on() -> None:
    line = Line()
    with line.turns.turn(Due(0)):
        first, _ = eventlet.spawn(line.go, "first"), eventlet.spawn(line.go, "second")
        settle()
    eventlet.sleep(0)  # the first has been called and has not gone on yet
    first.kill()
    settle()
    assert line.went == ["second"]
    line.go("third")
    assert line.went == ["second", "third"]
