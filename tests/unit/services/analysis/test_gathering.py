"""What is asked while an answer is found out is asked together, next."""

from collections.abc import Sequence

import eventlet
import pytest

from services.analysis.gathering import Gathering
from tests.unit.services.analysis.meanwhile import PATIENCE, settle


class Finder:
    """Answers each question with itself in capitals, when it is let go."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.go = eventlet.Queue()

    def __call__(self, questions: Sequence[str]) -> list[str]:
        self.asked.append(list(questions))
        self.go.get()
        return [question.upper() for question in questions]


def test_who_asks_alone_is_answered_at_once() -> None:
    gathering: Gathering[str, str] = Gathering()
    for question in ("a", "b"):
        assert (
            gathering.answer(question, lambda questions: [one.upper() for one in questions])
            == question.upper()
        )


def test_each_gets_the_answer_to_their_own_question_asked_after_they_came() -> None:
    gathering: Gathering[str, str] = Gathering()
    finder = Finder()
    asking = []
    for questions in ("a", "bcb", "dd"):
        asking += [eventlet.spawn(gathering.answer, question, finder) for question in questions]
        settle()
        if questions != "a":
            finder.go.put(None)
            settle()
    finder.go.put(None)
    with eventlet.Timeout(PATIENCE):
        assert [one.wait() for one in asking] == [*"ABCBDD"]
    assert finder.asked == [["a"], ["b", "c"], ["d"]]


@pytest.mark.parametrize("gone", [0, 1, 2, 3])
def test_who_gives_up_leaves_nobody_waiting(gone: int) -> None:
    gathering: Gathering[str, str] = Gathering()
    finder = Finder()
    asking = []
    for question in "abcd":
        asking.append(eventlet.spawn(gathering.answer, question, finder))
        settle()
    asking[gone].kill()
    for _ in range(2):
        finder.go.put(None)
    with eventlet.Timeout(PATIENCE):
        assert [one.wait() for one in asking if one is not asking[gone]] == [
            question for place, question in enumerate("ABCD") if place != gone
        ]
        assert gathering.answer("e", lambda _: ["E"]) == "E"


def test_nobody_waits_long_for_an_asking_that_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.analysis.gathering.SLOW", 0.01)
    gathering: Gathering[str, str] = Gathering()
    finder = Finder()
    slow = eventlet.spawn(gathering.answer, "a", finder)
    settle()
    with eventlet.Timeout(PATIENCE):
        for question in "bc":
            assert (
                gathering.answer(question, lambda questions: [one.upper() for one in questions])
                == question.upper()
            )
        finder.go.put(None)
        assert slow.wait() == "A"
    asking = [eventlet.spawn(gathering.answer, "d", finder)]
    settle()
    asking += [eventlet.spawn(gathering.answer, question, finder) for question in "ef"]
    for _ in range(2):
        finder.go.put(None)
    with eventlet.Timeout(PATIENCE):
        assert [one.wait() for one in asking] == [*"DEF"]
    assert finder.asked == [["a"], ["d"], ["e", "f"]]  # one at a time, again


@pytest.mark.parametrize("error", [OSError("away"), eventlet.Timeout(None, exception=None), KeyError("a")])
def test_who_waits_is_told_whatever_fails(error: BaseException) -> None:
    gathering: Gathering[str, str] = Gathering()

    def fail(questions: Sequence[str]) -> list[str]:
        raise error

    with eventlet.Timeout(PATIENCE), pytest.raises(type(error)) as raised:
        gathering.answer("a", fail)
    assert raised.value is error


def test_what_fails_fails_for_all_who_asked_and_for_nobody_later() -> None:
    gathering: Gathering[str, str] = Gathering()

    def fail(questions: Sequence[str]) -> list[str]:
        raise PermissionError(f"no {' '.join(questions)}")

    asking = [eventlet.spawn(gathering.answer, question, fail) for question in "ab"]
    with eventlet.Timeout(PATIENCE):
        for one in asking:
            with pytest.raises(PermissionError, match="no a b"):
                one.wait()
        assert gathering.answer("a", lambda _: ["A"]) == "A"


def test_too_few_answers_are_an_error_for_all() -> None:
    gathering: Gathering[str, str] = Gathering()
    with eventlet.Timeout(PATIENCE), pytest.raises(ValueError, match="shorter"):
        gathering.answer("a", lambda _: [])
