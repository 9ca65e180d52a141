"""What a funnel, buttons, campaigns and capture must be beyond their types. Every problem names its field
(`stages[1].value`).
"""

from collections.abc import Iterable, Iterator
from ipaddress import ip_network

from services.config.patterns import regex_problem, selector_problem
from services.contracts import filters
from services.contracts.config import (
    FEWEST_STAGES,
    MOST_STAGES,
    Button,
    Campaign,
    Capture,
    Funnel,
    Own,
    Segment,
    Stage,
)
from services.contracts.errors import InvalidInput

Problem = tuple[str, str]
"""field and what is wrong with it"""


def check(problems: Iterable[Problem]) -> None:
    """Raises InvalidInput with all of the problems."""
    if found := list(problems):
        field, detail = found[0]
        raise InvalidInput(detail, field=field, problems=found)


def funnel_problems(funnel: Funnel) -> Iterator[Problem]:
    if funnel.stages and not FEWEST_STAGES <= len(funnel.stages) <= MOST_STAGES:
        yield "stages", f"a funnel has {FEWEST_STAGES} to {MOST_STAGES} stages, or none"
    yield from _repeated((f"stages[{i}].name", stage.name) for i, stage in enumerate(funnel.stages))
    for position, stage in enumerate(funnel.stages):
        yield from _stage_problems(stage, f"stages[{position}]")


def button_problems(buttons: list[Button]) -> Iterator[Problem]:
    yield from _repeated((f"buttons[{i}].name", button.name) for i, button in enumerate(buttons))
    for position, button in enumerate(buttons):
        if problem := selector_problem(button.selector):
            yield f"buttons[{position}].selector", problem


def campaign_problems(campaigns: list[Campaign]) -> Iterator[Problem]:
    yield from _repeated((f"campaigns[{i}].name", campaign.name) for i, campaign in enumerate(campaigns))
    yield from _repeated((f"campaigns[{i}].suffix", campaign.suffix) for i, campaign in enumerate(campaigns))


def segment_problems(segments: list[Segment]) -> Iterator[Problem]:
    yield from _repeated((f"segments[{i}].name", segment.name) for i, segment in enumerate(segments))
    for position, segment in enumerate(segments):
        for place, text in enumerate(segment.filters):
            at = f"segments[{position}].filters[{place}]"
            try:
                parsed = filters.parse(text, at)
            except InvalidInput as error:
                yield at, error.detail
                continue
            if any(condition.field == "segment" for condition in parsed.either):
                yield at, "a segment cannot be made of segments"


def own_problems(own: Own) -> Iterator[Problem]:
    for place, address in enumerate(own.addresses):
        try:
            ip_network(address)
        except ValueError as error:
            yield f"addresses[{place}]", f"neither an address nor a network: {error}"


def capture_problems(capture: Capture) -> Iterator[Problem]:
    yield from _repeated(
        ((f"keep_query[{i}]", name) for i, name in enumerate(capture.keep_query)), fold=False
    )
    for position, name in enumerate(capture.keep_query):
        if any(character in "&=#? " for character in name):
            yield f"keep_query[{position}]", "give the name of a query parameter alone, like `page`"
    yield from _repeated(((f"exclude[{i}]", path) for i, path in enumerate(capture.exclude)), fold=False)
    for position, path in enumerate(capture.exclude):
        if not path.startswith(("/", "*")):
            yield f"exclude[{position}]", "a path starts with / or *, like /admin/*"
        elif "?" in path or "#" in path:
            yield f"exclude[{position}]", "a path goes up to the query: leave out ? and #"


def _stage_problems(stage: Stage, at: str) -> Iterator[Problem]:
    if (stage.value is None) == (stage.any_of is None):
        yield f"{at}.value", "give `value` or `any_of`, one of them"
        return
    fields = (
        [(f"{at}.value", stage.value)]
        if stage.value is not None
        else [(f"{at}.any_of[{i}]", value) for i, value in enumerate(stage.any_of or [])]
    )
    for field, value in fields:
        if problem := _value_problem(stage, value):
            yield field, problem


def _value_problem(stage: Stage, value: str) -> str | None:
    if stage.match == "regex":
        return regex_problem(value)
    if stage.trigger == "click" and stage.match == "exact":
        return selector_problem(value)
    if stage.trigger == "url":
        starts = ("/", "http://", "https://", *(["*"] if stage.match == "glob" else []))
        if not value.startswith(starts):
            return "an address starts with / (a page) or with http (a full URL)"
    return None


def _repeated(names: Iterable[tuple[str, str]], fold: bool = True) -> Iterator[Problem]:
    """Names are the same whatever their letters' case; with `fold` off, they are not."""
    seen: set[str] = set()
    for field, name in names:
        same = name.strip().lower() if fold else name
        if same in seen:
            yield field, f"{name!r} is there twice"
        seen.add(same)
