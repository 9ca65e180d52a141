"""The pages' definitions with their numbers."""

import pytest

from services.analysis.reports.pages import pages
from services.contracts.analysis.pages import PageRow
from services.contracts.analysis.scope import Period
from services.contracts.frames import Click, Left, Page
from tests.unit.services.analysis.asking import Asking
from tests.unit.services.analysis.visits import BEGIN, Visit, visit

PERIOD = Period(start=BEGIN, end=BEGIN + 3_600_000)
SHOP = "https://shop.test"


def page(second: float, path: str, scroll: int = -1, host: str = SHOP) -> Page:
    return Page(BEGIN + int(second * 1000), host + path, title=f"Title of {path}", scroll=scroll)


def test_views_visitors_entries_exits_times_scroll_and_bounces(asking: Asking) -> None:
    ann = visit(
        "ann", page(0, "/"), page(10, "/a", scroll=80), page(14, "/"), Click(BEGIN + 20_000, 1, 1, "a")
    )
    ann_again = visit("ann", page(100, "/"))
    bob = visit("bob", page(0, "/a"), page(2, "/", scroll=30))
    report = asking(pages, [ann, ann_again, bob], PERIOD)
    assert report.pages == 2
    assert report.rows == [
        PageRow(
            path="/",
            title="Title of /",
            views=4,
            visitors=2,
            entries=2,
            exits=3,
            seconds=3,  # of 10, 6 (to the click, the last sign), 0, 0
            scroll=80,
            bounce_rate=1 / 2,  # ann's second visit
        ),
        PageRow(
            path="/a",
            title="Title of /a",
            views=2,
            visitors=2,
            entries=1,
            exits=0,
            seconds=3,  # of 4 and 2
            scroll=30,  # ann's scroll there is not known
            bounce_rate=0,
        ),
    ]


def test_a_one_page_visit_is_as_long_as_it_stayed_open(asking: Asking) -> None:
    end = BEGIN + 95_000
    stayed = Visit("v", BEGIN, [(1, [page(0, "/")]), (-end, [Left(end, True)])])
    assert [row.seconds for row in asking(pages, [stayed], PERIOD).rows] == [95]


def test_a_path_is_one_page_on_all_hosts_and_another_query_is_another_page(asking: Asking) -> None:
    seen = [page(0, "/"), page(1, "/", host="https://www.shop.test"), page(2, "/?step=2")]
    assert [(row.path, row.views) for row in asking(pages, [visit("v", *seen)], PERIOD).rows] == [
        ("/", 2),
        ("/?step=2", 1),
    ]


def test_of_the_same_millisecond_the_order_sent_counts(asking: Asking) -> None:
    tie = Visit("v", BEGIN, [(2, [page(0, "/last")]), (1, [page(0, "/first"), page(0, "/second")])])
    rows = {row.path: (row.entries, row.exits) for row in asking(pages, [tie], PERIOD).rows}
    assert rows == {"/first": (1, 0), "/second": (0, 0), "/last": (0, 1)}


def test_no_more_rows_than_asked_for_but_all_are_counted(asking: Asking) -> None:
    walk = visit("v", *(page(i, f"/{name}") for i, name in enumerate("abbc")))
    report = asking(lambda on: pages(on, 1), [walk], PERIOD)
    assert (report.pages, [row.path for row in report.rows]) == (3, ["/b"])
    assert asking(pages, [], PERIOD).rows == []


def test_a_large_app_is_read_in_parts(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    def visits() -> list[Visit]:
        ways = ["ab", "a", "ba", "cab", "b", "aa"]
        return [
            visit(f"v{number % 4}", *(page(i, f"/{name}", scroll=10 * i) for i, name in enumerate(way)))
            for number, way in enumerate(ways)
        ]

    whole = asking(pages, visits(), PERIOD).rows
    assert [(row.path, row.views, row.visitors) for row in whole] == [
        ("/a", 6, 4),
        ("/b", 4, 3),
        ("/c", 1, 1),
    ]
    monkeypatch.setattr("services.analysis.ways.AT_ONCE", 1)
    assert asking(pages, visits(), PERIOD).rows == whole
