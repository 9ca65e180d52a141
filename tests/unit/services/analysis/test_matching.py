"""Which pages and names a stage's value means."""

from collections.abc import Callable, Iterator

import pytest

from services.analysis.matching import Matcher
from services.analysis.projection import Projection
from services.contracts.config import Stage
from services.contracts.frames import Click, Custom, Packed, Page
from tests.unit.services.analysis.visits import BEGIN, deliver, frames, new_app, visit

PAGES = [
    "https://shop.test/",
    "https://shop.test/basket",
    "https://shop.test/basket?step=2",
    "https://shop.test/products/1",
    "https://shop.test/products/22/reviews",
    "https://shop.test/100%_cotton",
    "https://shop.test/100-cotton",
    "https://other.test/basket",
    "https://other.test/#/cart",
]
OTHERS: list[Packed] = [
    Click(BEGIN, 1, 1, "body>a#one.first"),
    Click(BEGIN, 1, 1, "body>a#two"),
    Custom(BEGIN, "sign-up"),
    Custom(BEGIN, "sign-in"),
]


@pytest.fixture(scope="module")
def meant(projection: Projection) -> Iterator[Callable[[Stage], list[str]]]:
    deliver(projection, frames(new_app(), [visit("v", *(Page(BEGIN, url) for url in PAGES), *OTHERS)]))
    tables = {1: "targets", 2: "pages", 6: "names"}

    def texts(stage: Stage) -> list[str]:
        columns = Matcher().stages([stage], connection).columns
        rows = zip(columns["kind"].tolist(), columns["subject"].tolist(), strict=True)
        found = [
            connection.execute(f"select text from {tables[kind]} where id = ?", [subject]).fetchone() or ("",)
            for kind, subject in rows
        ]
        return sorted(text for (text,) in found)

    with projection.cursor() as connection:
        yield texts


@pytest.mark.parametrize(
    ("how", "value", "pages"),
    [
        ("exact", "/basket", [PAGES[7], PAGES[1]]),
        ("exact", "/basket?step=2", [PAGES[2]]),
        ("exact", "/", [PAGES[0]]),
        ("exact", "https://shop.test/basket", [PAGES[1]]),
        ("exact", "https://shop.test", [PAGES[0]]),
        ("exact", "/#/cart", [PAGES[8]]),
        ("exact", "/bask", []),
        ("prefix", "/products/", [PAGES[3], PAGES[4]]),
        ("prefix", "https://other.test", [PAGES[8], PAGES[7]]),
        ("glob", "/products/*/reviews", [PAGES[4]]),
        ("glob", "/basket?*", [PAGES[2]]),
        ("glob", "*basket", [PAGES[7], PAGES[1]]),
        ("glob", "/100%_*", [PAGES[5]]),
        ("glob", "https://*/basket", [PAGES[7], PAGES[1]]),
        ("regex", "^/products/[0-9]+$", [PAGES[3]]),
        ("regex", "cart", [PAGES[8]]),
        ("regex", "^https://other", [PAGES[8], PAGES[7]]),
    ],
)
def test_pages(meant: Callable[[Stage], list[str]], how: str, value: str, pages: list[str]) -> None:
    stage = Stage(name="s", trigger="url", match=how, value=value)  # type: ignore[arg-type]
    assert meant(stage) == sorted(pages)


@pytest.mark.parametrize(
    ("trigger", "how", "value", "texts"),
    [
        ("click", "exact", "a.first", ["body>a#one.first"]),
        ("click", "prefix", "body>a#t", ["body>a#two"]),
        ("click", "glob", "*#one*", ["body>a#one.first"]),
        ("event", "exact", "sign-up", ["sign-up"]),
        ("event", "prefix", "sign", ["sign-in", "sign-up"]),
        ("event", "regex", "in$", ["sign-in"]),
    ],
)
def test_clicks_and_events(
    meant: Callable[[Stage], list[str]], trigger: str, how: str, value: str, texts: list[str]
) -> None:
    assert meant(Stage(name="s", trigger=trigger, match=how, value=value)) == texts  # type: ignore[arg-type]


def test_any_of_means_each_of_them_once(meant: Callable[[Stage], list[str]]) -> None:
    stage = Stage(name="s", trigger="url", match="prefix", any_of=["/products/", "/products/1", "/100-"])
    assert meant(stage) == sorted([PAGES[3], PAGES[4], PAGES[6]])
