"""Whose turn it is."""

import eventlet

from services.analysis.turns import Turns


def settle() -> None:
    """Everybody who can go on has gone on."""
    for _ in range(10):
        eventlet.sleep(0)


def test_who_is_due_first_goes_first_of_the_same_time_who_came_first() -> None:
    turns, went = Turns(1), []

    def go(name: str, due: float) -> None:
        with turns.turn(due):
            went.append(name)

    with turns.turn(0):
        for name, due in (("late", 3.0), ("early", 1.0), ("late too", 3.0), ("between", 2.0)):
            eventlet.spawn(go, name, due)
        settle()
        assert went == []
    settle()
    assert went == ["early", "between", "late", "late too"]


def test_who_gives_up_just_when_called_hands_the_turn_on() -> None:
    turns, went = Turns(1), []

    def go(name: str) -> None:
        with turns.turn(0):
            went.append(name)

    with turns.turn(0):
        first, _ = eventlet.spawn(go, "first"), eventlet.spawn(go, "second")
        settle()
    first.kill()
    settle()
    assert went == ["second"]
    with turns.turn(0):
        went.append("third")
    assert went == ["second", "third"]
