"""The funnel's definition, DESIGN section 4, sentence by sentence with its numbers."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any, get_args

import pytest

from services.analysis.reports.funnel import funnel
from services.contracts.analysis.breakdown import BreakdownField
from services.contracts.analysis.funnel import FunnelStage
from services.contracts.analysis.scope import Period
from services.contracts.config import Funnel, Stage
from services.contracts.errors import InvalidInput
from services.contracts.frames import Click, Custom, Packed, Page
from tests.unit.services.analysis.asking import Asking
from tests.unit.services.analysis.visits import BEGIN, Visit, visit

PERIOD = Period(start=BEGIN, end=BEGIN + 86_400_000)

Ask = Callable[..., list[FunnelStage]]


def page(second: float, path: str) -> Page:
    return Page(BEGIN + int(second * 1000), f"https://shop.test{path}")


def way(*steps: tuple[float, str]) -> list[Packed]:
    """Pages by name: (second, "A") enters /A."""
    return [page(second, f"/{name}") for second, name in steps]


def pages(names: str) -> list[Stage]:
    return [Stage(name=name, trigger="url", value=f"/{name}") for name in names]


@pytest.fixture
def ask(asking: Asking) -> Ask:
    def answered(
        visits: Sequence[Visit], stages: Sequence[Stage], period: Period = PERIOD, **how: object
    ) -> list[FunnelStage]:
        asked = Funnel(stages=list(stages), **how)  # type: ignore[arg-type]
        return asking(lambda on: funnel(on, asked), visits, period).stages

    return answered


def counts(stages: list[FunnelStage]) -> list[int]:
    return [stage.count for stage in stages]


def since_first(stages: list[FunnelStage]) -> list[float | None]:
    """Medians in seconds; one visitor each, so they are that visitor's times."""
    return [stage.from_first.median if stage.from_first else None for stage in stages]


def since_previous(stages: list[FunnelStage]) -> list[float | None]:
    return [stage.from_previous.median if stage.from_previous else None for stage in stages]


def test_each_stage_tells_count_shares_dropped_and_times(ask: Ask) -> None:
    ways = [[(0, "A"), (10, "B"), (30, "C")], [(0, "A"), (20, "B")], [(0, "A")], [(0, "A")], [(5, "B")]]
    stages = ask([visit(f"v{i}", *way(*steps)) for i, steps in enumerate(ways)], pages("ABC"))
    assert counts(stages) == [4, 2, 1]
    assert [stage.of_first for stage in stages] == [1, 0.5, 0.25]
    assert [stage.of_previous for stage in stages] == [1, 0.5, 0.5]
    assert [stage.dropped for stage in stages] == [0, 2, 1]
    assert stages[0].from_previous is None
    assert stages[0].from_first is None
    to_b = stages[1].from_first
    assert to_b is not None
    assert (to_b.count, to_b.mean, to_b.median, to_b.p25, to_b.p75, to_b.p90) == (2, 15, 15, 12.5, 17.5, 19)
    assert {bucket.upto: bucket.count for bucket in to_b.histogram if bucket.count} == {10: 1, 20: 1}
    assert since_previous(stages) == [None, 15, 20]
    assert since_first(stages) == [None, 15, 30]


@pytest.mark.parametrize(
    ("steps", "reached"),
    [
        pytest.param([(0, "A"), (1, "X"), (2, "B"), (3, "X"), (4, "C")], 3, id="others may lie between"),
        pytest.param([(0, "C"), (1, "B"), (2, "A")], 1, id="the order matters"),
        pytest.param([(0, "B"), (1, "C")], 0, id="nobody enters but by the first stage"),
        pytest.param([(0, "A"), (60, "B"), (100, "C")], 3, id="the window is inclusive"),
        pytest.param([(0, "A"), (60, "B"), (100.001, "C")], 2, id="and counts from the first stage"),
        pytest.param(
            [(0, "A"), (1, "B"), (200, "A"), (201, "B"), (202, "C")],
            3,
            id="a first-stage event restarts the try",
        ),
        pytest.param(
            [(0, "A"), (1, "B"), (50, "A"), (60, "C")], 3, id="a restart does not end an earlier try"
        ),
        pytest.param([(0, "A"), (1, "B"), (500, "A")], 2, id="the best try counts"),
    ],
)
def test_sequential(ask: Ask, steps: list[tuple[float, str]], reached: int) -> None:
    assert sum(counts(ask([visit("v", *way(*steps))], pages("ABC"), window=100))) == reached


def test_without_a_window_it_is_seven_days_inclusive(ask: Ask) -> None:
    week = 7 * 86_400
    assert counts(ask([visit("v", *way((0, "A"), (week, "B")))], pages("AB"))) == [1, 1]
    assert counts(ask([visit("v", *way((0, "A"), (week + 0.001, "B")))], pages("AB"))) == [1, 0]


def test_a_try_ends_at_its_first_completion(ask: Ask) -> None:
    assert since_first(ask([visit("v", *way((0, "A"), (10, "B"), (30, "B")))], pages("AB"))) == [None, 10]


def test_of_equally_far_tries_the_one_that_got_there_first_counts(ask: Ask) -> None:
    steps = [(0, "A"), (10, "B"), (30, "C"), (40, "A"), (41, "B"), (42, "C")]
    assert since_first(ask([visit("v", *way(*steps))], pages("ABC"))) == [None, 10, 30]


def test_of_tries_that_got_there_at_once_the_shortest_counts(ask: Ask) -> None:
    steps = [(0, "A"), (2, "B"), (5, "A"), (10, "B"), (12, "C")]
    assert since_first(ask([visit("v", *way(*steps))], pages("ABC"))) == [None, 5, 7]


def test_one_event_fills_one_stage(ask: Ask) -> None:
    twice = [Stage(name="some", trigger="url", match="prefix", value="/"), *pages("A")]
    assert counts(ask([visit("v", *way((0, "A")))], twice)) == [1, 0]
    assert counts(ask([visit("v", *way((0, "A"), (1, "A")))], twice)) == [1, 1]


@pytest.mark.parametrize("order", ["sequential", "strict"])
def test_one_event_fills_one_stage_of_many(ask: Ask, order: str) -> None:
    thrice = [Stage(name=str(n), trigger="url", match="prefix", value="/") for n in range(3)]
    assert counts(ask([visit("v", *way((0, "A"), (0, "B")))], thrice, order=order)) == [1, 1, 0]
    assert counts(ask([visit("v", *way((0, "A"), (0, "B"), (0, "C")))], thrice, order=order)) == [1, 1, 1]


def test_events_of_the_same_millisecond_keep_the_order_they_were_sent_in(ask: Ask) -> None:
    assert counts(ask([visit("v", *way((1, "A"), (1, "B")))], pages("AB"))) == [1, 1]
    assert counts(ask([visit("v", *way((1, "B"), (1, "A")))], pages("AB"))) == [1, 0]


def test_frames_out_of_order_make_no_difference(ask: Ask) -> None:
    late = Visit("v", BEGIN, [(8, [page(9, "/B")]), (7, [page(9, "/A")])])
    assert counts(ask([late], pages("AB"))) == [1, 1]


def test_a_visitor_goes_on_in_the_next_session_a_session_does_not(ask: Ask) -> None:
    two = [visit("v", *way((0, "A"))), visit("v", *way((10, "A"), (20, "B")))]
    assert counts(ask(two, pages("AB"), per="visitor")) == [1, 1]
    assert counts(ask(two, pages("AB"), per="session")) == [2, 1]


def test_first_stages_lie_in_the_period_later_ones_up_to_the_window_after(ask: Ask) -> None:
    period = Period(start=BEGIN + 10_000, end=BEGIN + 20_000)
    entered = [visit("a", *way((9.999, "A"), (11, "B"))), visit("b", *way((10, "A"), (30, "B")))]
    entered += [visit("c", *way((19.999, "A"), (49.999, "B"))), visit("d", *way((20, "A"), (21, "B")))]
    assert counts(ask(entered, pages("AB"), period, window=30)) == [2, 2]


def test_bots_are_left_out(ask: Ask) -> None:
    assert counts(ask([visit("v", *way((0, "A"), (1, "B")), bot=True)], pages("AB"))) == [0, 0]


def test_a_funnel_nobody_entered_has_no_shares(ask: Ask) -> None:
    stages = ask([], pages("AB"))
    assert [(stage.count, stage.of_first, stage.of_previous, stage.dropped) for stage in stages] == [
        (0, None, None, 0)
    ] * 2


@pytest.mark.parametrize(
    ("events", "reached"),
    [
        pytest.param([page(0, "/A"), page(1, "/B")], 2, id="the very next page"),
        pytest.param([page(0, "/A"), page(1, "/X"), page(2, "/B")], 1, id="not the one after"),
        pytest.param(
            [page(0, "/A"), Click(BEGIN + 500, 1, 1, "p"), page(1, "/B")], 2, id="a click is no page"
        ),
        pytest.param([page(0, "/A"), page(1, "/A"), page(2, "/B")], 2, id="from the later try"),
    ],
)
def test_strict_takes_the_very_next_page(ask: Ask, events: list[Packed], reached: int) -> None:
    assert sum(counts(ask([visit("v", *events)], pages("AB"), order="strict"))) == reached


def test_strict_counts_clicks_and_pages_apart(ask: Ask) -> None:
    stages = [*pages("A"), Stage(name="buy", trigger="click", value="#buy"), *pages("B")]
    straight: list[Packed] = [page(0, "/A"), Click(BEGIN + 10, 1, 1, "a#buy"), page(1, "/B")]
    astray: list[Packed] = [
        page(0, "/A"),
        Click(BEGIN + 5, 1, 1, "p"),
        Click(BEGIN + 10, 1, 1, "a#buy"),
        page(1, "/B"),
    ]
    assert counts(ask([visit("v", *straight)], stages, order="strict")) == [1, 1, 1]
    assert counts(ask([visit("v", *astray)], stages, order="strict")) == [1, 0, 0]


def test_stages_are_pages_clicks_and_events(ask: Ask) -> None:
    events: list[Packed] = [page(0, "/A"), Click(BEGIN + 1, 1, 1, "body>a.buy"), Custom(BEGIN + 2, "paid")]
    stages = [
        *pages("A"),
        Stage(name="buy", trigger="click", value=".buy"),
        Stage(name="paid", trigger="event", any_of=["ordered", "paid"]),
    ]
    assert counts(ask([visit("v", *events)], stages)) == [1, 1, 1]


def test_twelve_stages(ask: Ask) -> None:
    names = "ABCDEFGHIJKL"
    steps = [(float(second), name) for second, name in enumerate(names)]
    assert counts(ask([visit("v", *way(*steps))], pages(names))) == [1] * 12


@pytest.mark.parametrize(
    ("steps", "reached"),
    [
        pytest.param([(0, "C"), (1, "A"), (2, "B")], [1, 1, 1], id="whichever comes first"),
        pytest.param([(0, "B"), (1, "X"), (2, "B"), (3, "A")], [1, 1, 0], id="a stage is filled once"),
        pytest.param([(0, "B"), (90, "A"), (100, "C")], [1, 1, 1], id="the window is inclusive"),
        pytest.param([(0, "B"), (90, "A"), (100.001, "C")], [1, 1, 0], id="and counts from the first event"),
        pytest.param([(0, "B"), (90, "A"), (150, "C"), (180, "B")], [1, 1, 1], id="each event begins a try"),
        pytest.param([(0, "X")], [0, 0, 0], id="but one that fills no stage"),
    ],
)
def test_in_any_order_stage_k_is_to_have_filled_k_of_them(
    ask: Ask, steps: list[tuple[float, str]], reached: list[int]
) -> None:
    assert counts(ask([visit("v", *way(*steps))], pages("ABC"), order="any", window=100)) == reached


def test_in_any_order_an_event_fills_the_last_open_stage_that_it_fits(ask: Ask) -> None:
    stages = [Stage(name="some", trigger="url", match="prefix", value="/"), *pages("AB")]
    assert counts(ask([visit("v", *way((0, "A"), (1, "B"), (2, "A")))], stages, order="any")) == [1, 1, 1]
    assert counts(ask([visit("v", *way((0, "A")))], stages, order="any")) == [1, 0, 0]


def test_a_single_stage_is_refused(ask: Ask) -> None:
    with pytest.raises(InvalidInput) as refused:
        ask([], pages("A"))
    assert refused.value.field == "stages"


def test_a_bad_pattern_is_refused_by_name(ask: Ask) -> None:
    bad = Stage(name="bad", trigger="url", match="regex", any_of=["/fine", "(["])
    with pytest.raises(InvalidInput) as refused:
        ask([], [*pages("A"), bad])
    assert refused.value.field == "stages[1].any_of[1]"


def test_the_trend_counts_by_the_interval_in_which_the_best_try_began(asking: Asking) -> None:
    asked = Funnel(stages=pages("AB"))
    period = Period(start=BEGIN, end=BEGIN + 3 * 3_600_000, interval="hour")
    ways = [[(0, "A"), (4000, "B")], [(10, "A")], [(7300, "A"), (7301, "B")]]
    report = asking(
        lambda on: funnel(on, asked), [visit(f"v{i}", *way(*w)) for i, w in enumerate(ways)], period
    )
    # BEGIN is 22:13:20 UTC
    hour = BEGIN - 800_000
    assert [(point.at, point.counts) for point in report.series] == [
        (hour, [2, 1]),
        (hour + 3_600_000, [0, 0]),
        (hour + 7_200_000, [1, 1]),
        (hour + 10_800_000, [0, 0]),
    ]


def test_a_large_app_is_read_in_parts(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.analysis.ways.AT_ONCE", 1)
    ways = [[(0, "A"), (10, "B"), (30, "C")], [(0, "A"), (20, "B")], [(0, "A")], [(0, "A")], [(5, "B")]]
    stages = ask([visit(f"v{i}", *way(*steps)) for i, steps in enumerate(ways)], pages("ABC"))
    assert counts(stages) == [4, 2, 1]


def test_a_breakdown_takes_the_value_at_stage_one_and_adds_up(asking: Asking) -> None:
    visits = [
        visit("a", *way((0, "A"), (10, "B")), browser="Chrome"),
        visit("b", *way((0, "A")), browser="Chrome"),
        visit("c", *way((0, "A")), browser="Safari"),
        visit("c", *way((30, "B")), browser="Chrome"),
        visit("d", *way((0, "A")), browser=""),
    ]
    report = asking(lambda on: funnel(on, Funnel(stages=pages("AB")), "browser"), visits, PERIOD)
    assert [(part.kind, part.value, part.counts, part.duration) for part in report.parts] == [
        ("value", "Chrome", [2, 1], 10),
        ("unknown", None, [1, 0], None),
        ("value", "Safari", [1, 1], 30),
    ]


def test_rare_values_of_a_breakdown_are_other(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.analysis.reports.funnel.MOST_PARTS", 1)
    visits = [visit(f"v{n}", *way((0, "A")), country=code) for n, code in enumerate(["DE", "DE", "FR", "AT"])]
    report = asking(lambda on: funnel(on, Funnel(stages=pages("AB")), "country"), visits, PERIOD)
    assert [(part.kind, part.value, part.counts) for part in report.parts] == [
        ("value", "DE", [2, 0]),
        ("other", None, [2, 0]),
    ]


@pytest.mark.parametrize("by", get_args(BreakdownField))
def test_every_field_of_audience_and_campaign_breaks_down(asking: Asking, by: BreakdownField) -> None:
    facts: dict[str, Any] = dict.fromkeys(
        ["browser", "os", "device", "screen", "language", "timezone", "country", "channel"], "x"
    )
    given = {
        "utm_campaign": "x",
        "utm_source": "x",
        "utm_medium": "x",
        "utm_term": "x",
        "utm_content": "x",
        "gclid": "1",
    }
    visits = [visit("v", *way((0, "A")), referrer="x", params=given, **facts)]
    (part,) = asking(lambda on: funnel(on, Funnel(stages=pages("AB")), by), visits, PERIOD).parts
    assert (part.value, part.counts) == ({"visitor": "new", "click_id": "gclid"}.get(by, "x"), [1, 0])


def test_what_does_not_fit_into_memory_waits_beside_the_projection(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = []
    temporary = tempfile.TemporaryFile

    def written(buffering: int, dir: Path) -> IO[bytes]:
        folders.append(dir)
        return temporary(mode="w+b", buffering=buffering, dir=dir)

    visits = [visit(f"v{number}", *way((0, "A"), (10, "B"))) for number in range(4)]
    asked = Funnel(stages=pages("AB"))
    whole = asking(lambda on: funnel(on, asked), visits, PERIOD)
    monkeypatch.setattr("services.analysis.ways.AT_ONCE", 1)
    monkeypatch.setattr("services.analysis.spill.IN_MEMORY", 0)
    monkeypatch.setattr("services.analysis.spill.tempfile", SimpleNamespace(TemporaryFile=written))
    assert asking(lambda on: funnel(on, asked), visits, PERIOD) == whole
    assert folders == [asking.projection.file.parent]
