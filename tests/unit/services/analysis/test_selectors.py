"""Which recorded paths a selector means."""

import pytest

from services.analysis.selectors import SelectorInvalid, chain, compiled

PATH = 'body>main>section.card:nth-of-type(2)>button#buy.btn.primary[name="order"]'


@pytest.mark.parametrize(
    ("selector", "path"),
    [
        ("#buy", PATH),
        ("button", PATH),
        ("button.btn.primary", PATH),
        ("main > section:nth-of-type(2) > button", PATH),
        ("section.card button[name=order]", PATH),
        ("section", PATH),
        ("#nothing, #buy", PATH),
        ("buy", PATH),
        ("order", PATH),
        ("primary", PATH),
        ("/html/body/main/section[2]/button", PATH),
        ("//button[@id='buy']", PATH),
        ("(//section)[2]", PATH),
        ("#buy", "buy"),
        (".buy", "buy"),
        ("[name=buy]", "buy"),
        ("buy", "buy"),
        (r"#a\:b", r"body>div#a\:b"),
        (".md\\:flex", r"body>div.md\:flex>a"),
        ("[id='1st']", r"p#\31 st"),
        ('[name="a>b"]', r'form>input[name="a>b"]'),
        ('[name="say \\"hi\\""]', r'form>input[name="say \"hi\""]'),
        (".größe", "p.größe"),
        ("svg", "body>a.b>svg>path"),
    ],
)
def test_it_matches(selector: str, path: str) -> None:
    assert compiled(selector)(chain(path))


@pytest.mark.parametrize(
    ("selector", "path"),
    [
        ("#sell", PATH),
        ("a", PATH),
        ("section:nth-of-type(1)", PATH),
        ("section:first-of-type > button", PATH),
        ("/html/body/section/button", PATH),
        ("//button/@id", PATH),
        ("sell", PATH),
        ("prim", PATH),
        ("#buy", "sell"),
        ("#buy", ""),
        ("#buy", ">>"),
        ("#buy", "a b#buy"),
        ("body", "main>a"),
    ],
)
def test_it_does_not_match(selector: str, path: str) -> None:
    assert not compiled(selector)(chain(path))


@pytest.mark.parametrize("selector", ["", "a[", "!!", "//[", "a::before", "count(//a)"])
def test_it_is_no_selector(selector: str) -> None:
    with pytest.raises(SelectorInvalid):
        compiled(selector)(chain(PATH))


def test_a_number_is_no_selection() -> None:
    with pytest.raises(SelectorInvalid):
        compiled("(count(//a))")(chain(PATH))
