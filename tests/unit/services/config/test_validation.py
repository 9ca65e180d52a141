"""Every problem of a config names its field."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.config.validation import (
    button_problems,
    campaign_problems,
    capture_problems,
    check,
    funnel_problems,
    own_problems,
    segment_problems,
)
from services.contracts.config import Button, Campaign, Capture, Funnel, Own, Segment, Stage
from services.contracts.errors import InvalidInput
from services.hosting.wire import remote_error

PAGE = {"name": "product", "trigger": "url", "value": "/product"}
BUY = {"name": "buy", "trigger": "click", "value": "#buy"}
PAID = {"name": "paid", "trigger": "event", "value": "paid"}


def stages(*given: dict[str, Any]) -> Funnel:
    return Funnel(stages=[Stage(**stage) for stage in given])


GOOD = [
    Funnel(),
    stages(PAGE, BUY),
    stages(PAGE, BUY, PAID),
    stages({**PAGE, "value": None, "any_of": ["/a", "https://shop.example/b"]}, BUY),
    stages(
        {**PAGE, "match": "glob", "value": "*/product/*"}, {**BUY, "match": "prefix", "value": "body>main"}
    ),
    stages({**PAGE, "match": "regex", "value": "^/p/[0-9]+"}, {**BUY, "value": "//button[@id='buy']"}),
    stages(*({**PAGE, "name": f"p{i}"} for i in range(12))),
]


@pytest.mark.parametrize("funnel", GOOD)
def test_a_sound_funnel_has_no_problem(funnel: Funnel) -> None:
    assert list(funnel_problems(funnel)) == []


@pytest.mark.parametrize(
    ("funnel", "field"),
    [
        (stages(PAGE), "stages"),
        (stages(*({**PAGE, "name": f"p{i}"} for i in range(13))), "stages"),
        (stages(PAGE, {**BUY, "name": "Product "}), "stages[1].name"),
        (stages(PAGE, {**BUY, "value": None}), "stages[1].value"),
        (stages(PAGE, {**BUY, "any_of": ["#buy"]}), "stages[1].value"),
        (stages(PAGE, {**BUY, "value": "#"}), "stages[1].value"),
        (stages(PAGE, {**BUY, "value": None, "any_of": ["#buy", "//["]}), "stages[1].any_of[1]"),
        (stages({**PAGE, "value": "product"}, BUY), "stages[0].value"),
        (stages({**PAGE, "value": "*/product"}, BUY), "stages[0].value"),
        (stages({**PAGE, "match": "regex", "value": "(?=a)"}, BUY), "stages[0].value"),
        (stages(PAGE, {**PAID, "match": "regex", "value": "("}), "stages[1].value"),
    ],
)
def test_a_funnels_problem_names_its_field(funnel: Funnel, field: str) -> None:
    assert [named for named, _ in funnel_problems(funnel)] == [field]


BUY_BUTTON, AUTUMN = Button(name="buy", selector="#buy"), Campaign(name="a", suffix="a")


@pytest.mark.parametrize(
    ("problems", "fields"),
    [
        (button_problems([BUY_BUTTON, Button(name="top", selector="//a")]), []),
        (button_problems([BUY_BUTTON, Button(name="BUY", selector="#b")]), ["buttons[1].name"]),
        (button_problems([BUY_BUTTON, Button(name="b", selector="a[")]), ["buttons[1].selector"]),
        (campaign_problems([AUTUMN, Campaign(name="b", suffix="b")]), []),
        (campaign_problems([AUTUMN, Campaign(name="a", suffix="b")]), ["campaigns[1].name"]),
        (campaign_problems([AUTUMN, Campaign(name="b", suffix="A")]), ["campaigns[1].suffix"]),
        (capture_problems(Capture(keep_query=["a", "A"], exclude=["/a", "/A/*", "*/b"])), []),
        (capture_problems(Capture(keep_query=["a", "a"])), ["keep_query[1]"]),
        (capture_problems(Capture(keep_query=["a", "b=c", "d&e"])), ["keep_query[1]", "keep_query[2]"]),
        (capture_problems(Capture(exclude=["admin", "/a", "/a", "/b?c"])), ["exclude[2]", "exclude[0]", "exclude[3]"]),
    ],
)  # fmt: skip
def test_buttons_and_campaigns(problems: Iterator[tuple[str, str]], fields: list[str]) -> None:
    assert [named for named, _ in problems] == fields


def test_the_first_problem_is_the_refusal() -> None:
    with pytest.raises(InvalidInput) as refused:
        check([("stages[0].value", "first"), ("stages[1].value", "second")])
    assert (refused.value.field, refused.value.detail) == ("stages[0].value", "first")


@pytest.mark.parametrize(
    ("segments", "field"),
    [
        ([Segment(name="a", filters=["browser:Chrome", "!page:/x*||visitor:new"])], None),
        ([Segment(name="a", filters=["os:iOS"]), Segment(name="A ", filters=["os:iOS"])], "segments[1].name"),
        ([Segment(name="a", filters=["os:iOS", "colour:red"])], "segments[0].filters[1]"),
        ([Segment(name="a", filters=["os:iOS||segment:b"])], "segments[0].filters[0]"),
    ],
)
def test_a_segment_is_made_of_filters_that_can_be_read(segments: list[Segment], field: str | None) -> None:
    assert next((problem[0] for problem in segment_problems(segments)), None) == field


@pytest.mark.parametrize(
    ("addresses", "field"),
    [
        (["203.0.113.7", "203.0.113.0/24", "2001:db8::/32"], None),
        (["203.0.113.7", "office"], "addresses[1]"),
        (["203.0.113.7/24"], "addresses[0]"),
    ],
)
def test_own_addresses_are_addresses_and_networks(addresses: list[str], field: str | None) -> None:
    assert next((problem[0] for problem in own_problems(Own(addresses=addresses))), None) == field


def test_all_problems_are_told_at_once() -> None:
    funnel = stages({**PAGE, "value": "x"}, {**BUY, "name": "product", "value": "#"})
    with pytest.raises(InvalidInput) as refused:
        check(funnel_problems(funnel))
    fields = [field for field, _ in refused.value.problems]
    assert fields == ["stages[1].name", "stages[0].value", "stages[1].value"]
    again = InvalidInput.again(remote_error(refused.value).exc_args)
    assert again.problems == refused.value.problems, "they survive the wire"
