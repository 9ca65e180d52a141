"""Who asks the same meanwhile."""

from functools import partial

import eventlet
import pytest

from services.analysis.together import Together
from tests.unit.services.analysis.meanwhile import PATIENCE, Work, settle


def test_who_asks_the_same_meanwhile_gets_the_same_answer() -> None:
    together: Together[object] = Together()
    finding_out = Work()
    asking = [eventlet.spawn(together.answer, "?", finding_out) for _ in range(3)]
    settle()
    finding_out.done.send("yes")
    with eventlet.Timeout(PATIENCE):
        assert [one.wait() for one in asking] == ["yes"] * 3
    assert finding_out.begun == 1


def test_who_asks_something_else_does_not_wait_for_it() -> None:
    together: Together[object] = Together()
    eventlet.spawn(together.answer, "?", Work())
    settle()
    with eventlet.Timeout(PATIENCE):
        assert together.answer("something else", lambda: "at once") == "at once"


def test_who_asks_after_the_answer_has_it_found_out_anew() -> None:
    together: Together[str] = Together()
    assert [together.answer("?", partial(str, answer)) for answer in ("yes", "no")] == ["yes", "no"]


def test_a_refusal_is_for_all_who_asked_meanwhile_and_for_nobody_later() -> None:
    together: Together[object] = Together()
    finding_out = Work()
    asking = [eventlet.spawn(together.answer, "?", finding_out) for _ in range(2)]
    settle()
    finding_out.done.send_exception(PermissionError("no"))
    with eventlet.Timeout(PATIENCE):
        for one in asking:
            with pytest.raises(PermissionError, match="no"):
                one.wait()
        assert together.answer("?", lambda: "yes") == "yes"
