"""Heat maps, DESIGN section 4, with the numbers written out; and on which page things happen."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from services.analysis.projection import Projection
from services.analysis.reports.heatmap import heatmap
from services.contracts.analysis.heatmap import HeatmapReport
from services.contracts.analysis.scope import Period
from services.contracts.frames import Click, Move, Packed, Page
from tests.unit.services.analysis.asking import Asking
from tests.unit.services.analysis.visits import BEGIN, Visit, deliver, frame, new_app, visit

PERIOD = Period(start=BEGIN, end=BEGIN + 86_400_000)

Ask = Callable[..., HeatmapReport]


def at(second: float) -> int:
    return BEGIN + int(second * 1000)


def page(second: float, name: str, scroll: int = -1, host: str = "shop.test") -> Page:
    return Page(at(second), f"https://{host}/{name}", scroll=scroll)


def click(second: float, x: int, y: int, width: int = 1000) -> Click:
    return Click(at(second), x, y, "body>p", page_w=width)


@pytest.fixture
def ask(asking: Asking) -> Ask:
    def answered(
        visits: Sequence[Visit], path: str = "/a", period: Period = PERIOD, **how: Any
    ) -> HeatmapReport:
        return asking(lambda on: heatmap(on, path, **how), visits, period)

    return answered


def test_clicks_are_counted_in_cells_a_hundredth_of_the_width_wide_and_high(ask: Ask) -> None:
    clicks: list[Packed] = [click(1, 15, 25), click(2, 19, 29), click(3, 999, 3_000), click(4, 20, 25)]
    report = ask([visit("v", page(0, "a"), *clicks)])
    assert report.cells == [(1, 2, 2), (2, 2, 1), (99, 300, 1)]
    assert (report.columns, report.events, report.visitors, report.weight) == (100, 4, 1, 4)


def test_pages_of_any_width_are_laid_over_each_other(ask: Ask) -> None:
    report = ask(
        [
            visit("v", page(0, "a"), click(1, 100, 200, 400)),
            visit("w", page(0, "a"), click(1, 500, 1000, 2000)),
        ]
    )
    assert report.cells == [(25, 50, 2)]


def test_what_lies_beyond_the_edge_is_in_the_outermost_cell(ask: Ask) -> None:
    report = ask([visit("v", page(0, "a"), click(1, -5, -9), click(2, 1_500, 0), click(3, 1_000, 0))])
    assert report.cells == [(99, 0, 2), (0, 0, 1)]


def test_moves_weigh_the_seconds_they_rested(ask: Ask) -> None:
    rests: list[Packed] = [Move(at(2), 15, 25, 500), Move(at(3), 16, 26, 1_500), Move(at(4), 500, 0, 0)]
    report = ask([visit("v", page(0, "a"), click(1, 0, 0), *rests)], heat="move")
    assert report.cells == [(1, 2, 2.0)]
    assert (report.events, report.weight) == (3, 2.0)


def test_what_a_cell_weighs_does_not_depend_on_the_order_of_its_moves(ask: Ask) -> None:
    def weight(*rested: int) -> float:
        moves = [Move(at(second), 15, 15, ms) for second, ms in enumerate(rested, 1)]
        return ask([visit("v", page(0, "a"), *moves, screen="1000x1")], heat="move").weight

    # As fractions these come to a little more in one of the orders.
    assert weight(100, 200, 300) == weight(300, 200, 100) == 0.6


def test_a_move_is_as_wide_as_the_screen_until_a_click_has_told(ask: Ask) -> None:
    before: list[Packed] = [page(0, "a"), Move(at(1), 500, 0, 1_000)]
    report = ask(
        [visit("v", *before, click(2, 0, 0, 500), Move(at(3), 250, 0, 3_000), screen="2000x1200")],
        heat="move",
    )
    assert report.cells == [(50, 0, 3.0), (25, 0, 1.0)]


def test_what_has_no_known_width_is_on_no_map(ask: Ask) -> None:
    assert ask([visit("v", page(0, "a"), Move(at(1), 500, 0, 1_000))], heat="move").events == 0
    assert ask([visit("v", page(0, "a"), click(1, 5, 5, 0))]).events == 0


def test_a_click_is_on_the_page_entered_last(ask: Ask) -> None:
    way: list[Packed] = [
        click(0, 1, 1),
        page(1, "a"),
        click(2, 20, 1),
        page(3, "b"),
        click(4, 40, 1),
        page(5, "a"),
        click(6, 60, 1),
    ]
    assert [cell[0] for cell in ask([visit("v", *way)]).cells] == [2, 6]
    assert [cell[0] for cell in ask([visit("v", *way)], "/b").cells] == [4]


def test_before_the_first_page_view_it_is_the_landing_page(ask: Ask) -> None:
    assert ask([visit("v", click(0, 20, 1), landing="https://shop.test/a")]).events == 1


def test_a_page_is_one_on_all_hosts(ask: Ask) -> None:
    hosts = ("shop.test", "m.shop.test")
    assert ask([visit("v", page(0, "a", host=host), click(1, 20, 1)) for host in hosts]).events == 2


def test_frames_that_come_later_go_on_from_the_page(ask: Ask) -> None:
    session = Visit(
        "v", BEGIN, [(1, [page(0, "a")]), (2, [click(1, 20, 1)]), (3, [page(2, "b"), click(3, 30, 1)])]
    )
    assert [cell[0] for cell in ask([session]).cells] == [2]
    assert [cell[0] for cell in ask([session], "/b").cells] == [3]


def clicked_pages(projection: Projection, app: str) -> list[tuple[str, int]]:
    """Path of each click and move of the app, and its width."""
    sql = """
        select coalesce(path, ''), page_w from (select * from clicks union all by name select * from moves) as events
        left join pages on pages.id = page where app = (select id from apps where text = ?) order by time
    """
    with projection.cursor() as cursor:
        return cursor.execute(sql, [app]).fetchall()


@pytest.mark.parametrize("forgotten", [False, True])
def test_in_a_later_batch_too_and_after_a_restart(projection: Projection, forgotten: bool) -> None:
    app, session = new_app(), visit("v", screen="500x1")
    first: list[list[Packed]] = [[session.start()], [page(0, "a")]]
    deliver(projection, [frame(app, session.session, n, events) for n, events in enumerate(first)])
    if forgotten:
        projection.sessions.known.clear()
        projection.sessions.empty = False
    rest: list[Packed] = [Move(at(1), 250, 5, 1_000), click(2, 1, 1, 800), page(3, "b", 40)]
    deliver(projection, [frame(app, session.session, 2, rest)])
    if forgotten:
        projection.sessions.known.clear()
    deliver(projection, [frame(app, session.session, 3, [Move(at(4), 250, 5, 1_000)])])
    assert clicked_pages(projection, app) == [("/a", 500), ("/a", 800), ("/b", 800)]
    with projection.cursor() as cursor:
        sql = "select path from page_views left join pages on pages.id = before"
        assert cursor.execute(
            f"{sql} where app = (select id from apps where text = ?) order by time", [app]
        ).fetchall() == [(None,), ("/a",)]


def test_a_frame_that_comes_after_a_later_page_is_on_none_but_its_own(projection: Projection) -> None:
    app, session = new_app(), visit("v")
    sent: list[list[Packed]] = [
        [session.start()],
        [page(5, "b")],
        [click(1, 1, 1), page(2, "a"), click(3, 1, 1)],
    ]
    for n, events in enumerate(sent):
        deliver(projection, [frame(app, session.session, n, events)])
    deliver(projection, [frame(app, session.session, 3, [click(6, 1, 1)])])
    assert [path for path, _ in clicked_pages(projection, app)] == ["", "/a", "/b"]


def test_scroll_tells_how_many_saw_how_far(ask: Ask) -> None:
    visits = [
        visit("v", page(0, "a"), page(1, "b", 100), page(2, "a", 30)),
        visit("w", page(0, "a"), page(1, "b", 55)),
        visit("x", page(0, "a"), page(1, "b")),
    ]
    report = ask(visits, heat="scroll")
    assert {depth.percent: depth.views for depth in report.depths} == {
        **dict.fromkeys([0, 10, 20, 30, 40, 50], 2),
        **dict.fromkeys([60, 70, 80, 90, 100], 1),
    }
    assert (report.events, report.visitors) == (2, 2)


def test_a_class_of_devices_has_a_map_of_its_own(ask: Ask) -> None:
    def on(device: str, x: int) -> Visit:
        return visit(device, page(0, "a"), click(1, x, 0), page(2, "b", x), device=device)

    def both() -> list[Visit]:
        return [on("desktop", 10), on("mobile", 20)]

    assert ask(both(), device="mobile").cells == [(2, 0, 1)]
    assert ask(both()).events == 2
    assert ask(both(), device="mobile", heat="scroll").events == 1


def test_only_the_period_counts_and_bots_do_not(ask: Ask) -> None:
    events: list[Packed] = [page(0, "a"), click(1, 10, 0), click(2, 20, 0), click(3, 30, 0)]
    period = Period(start=at(2), end=at(3))
    assert ask([visit("v", *events), visit("b", *events, bot=True)], period=period).cells == [(2, 0, 1)]


def test_a_page_nobody_saw_has_an_empty_map(ask: Ask) -> None:
    report = ask([], "/nowhere")
    assert (report.events, report.visitors, report.weight, report.cells) == (0, 0, 0, [])
    assert [depth.views for depth in ask([], heat="scroll").depths] == [0] * 11
