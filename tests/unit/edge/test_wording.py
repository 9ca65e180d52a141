"""What is wrong with a value is said in plain words. The messages are msgspec's own, so a change of them shows."""

from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta

from edge.wording import plain


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        ("short", Annotated[str, Meta(min_length=10)], "must have at least 10 characters"),
        ("", Annotated[str, Meta(min_length=1)], "must have at least 1 character"),
        ("long", Annotated[str, Meta(max_length=3)], "must have at most 3 characters"),
        ([], Annotated[list[int], Meta(min_length=1)], "must have at least 1 entry"),
        ([1, 2, 3], Annotated[list[int], Meta(max_length=2)], "must have at most 2 entries"),
        (0, Annotated[int, Meta(ge=1)], "must be 1 or more"),
        (-1, Annotated[float, Meta(ge=0)], "must be 0 or more"),
        (9, Annotated[int, Meta(le=8)], "must be 8 or less"),
        ("x", int, "must be a whole number, not text"),
        (["x"], str | None, "must be text or nothing, not a list"),
        (True, float | None, "must be a number or nothing, not true or false"),
        ("tap", Literal["url", "click"], "'tap' is none of the values it may have"),
    ],
)
def test_a_limit_is_said_in_plain_words(value: Any, kind: Any, words: str) -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.convert(value, kind)
    assert plain(str(refused.value)) == words


def test_what_has_no_words_stays_as_it_is() -> None:
    assert plain("the period ends before it begins") == "the period ends before it begins"
