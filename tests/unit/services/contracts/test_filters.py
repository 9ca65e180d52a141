"""Filters as text: what is written, what is meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.errors import InvalidInput
from services.contracts.filters import Condition, Filter, parse


def one(field: str, *any_of: list[str], negated: bool = False) -> Condition:
    return Condition(field=field, any_of=list(any_of), negated=negated)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "either"),
    [
        ("browser:Chrome", [one("browser", ["Chrome"])]),
        ("!browser:Chrome", [one("browser", ["Chrome"], negated=True)]),
        ("browser:Chrome|Mobile Safari", [one("browser", ["Chrome"], ["Mobile Safari"])]),
        ("page:/products/*", [one("page", ["/products/", ""])]),
        ("page:*a*", [one("page", ["", "a", ""])]),
        ("referrer:", [one("referrer", [""])]),
        ("country:DE||!language:de*", [one("country", ["DE"]), one("language", ["de", ""], negated=True)]),
        ("page:https://x.test/a:b", [one("page", ["https://x.test/a:b"])]),
        (r"event:a\|b\*c\\d", [one("event", [r"a|b*c\d"])]),
        (r"click:#\31 0", [one("click", [r"#\31 0"])]),
        ("event:!x", [one("event", ["!x"])]),
        ("event:\\", [one("event", ["\\"])]),
    ],
)
def test_what_is_written_is_what_is_meant(text: str, either: list[Condition]) -> None:
    assert parse(text, "f[0]") == Filter(either=either)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Chrome", "not a field"),
        ("brwser:Chrome", "'brwser' is not a field"),
        ("browser:a||b", "'b' is not a field"),
        ("visitor:old", "`new` or `returning`"),
        ("browser:" + "|".join("abcdefghij" * 6), "too many values"),
        ("browser:" + "x" * 1000, "1000 characters"),
        ("", "not a field"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says) as refused:
        parse(text, "f[3]")
    assert refused.value.field == "f[3]"


@given(st.text(alphabet="ab\\|*", max_size=12))
def test_an_escaped_value_is_taken_literally(value: str) -> None:
    escaped = "".join(f"\\{letter}" if letter in "\\|*" else letter for letter in value)
    assert parse(f"event:{escaped}", "f") == Filter(either=[one("event", [value])])
