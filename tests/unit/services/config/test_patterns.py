"""What users may type as a regular expression or a selector. RE2 itself is the judge of the former: DuckDB
runs it.
"""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.config.patterns import LONGEST_REGEX, regex_problem, selector_problem

GOOD = [
    "^/product/[0-9]+$", "^/(basket|checkout)", r"/p/\d{3,6}(\?.*)?$", "(?i)thanks", r"\.html$", "a{2,1000}",
    "(?:x|y)*?z", "(?P<id>[a-f0-9]{24})", "[^/]+", r"\bcart\b", "é+", r"[\w.-]+", "a|", "(?s:.)", "(?i-s:a)", r"\x41",
    r"\Aa", "", "x{0}", "(?P<a>x)(?:y)",
]  # fmt: skip
BAD = [
    "(", "[a", "a{3,1}", "*a", r"(a)\1", "(?P<q>a)(?P=q)", "(?=a)", "(?!a)", "(?<=a)b", "(?<!a)b", "(?>a)", "a*+",
    "a++", "(a)(?(1)b|c)", "(?#note)a", "(?x)a b", "(?a)a", r"\Z", r"\u0041", r"a\N{DIGIT ONE}", "a{1001}",
    "(a{100}){100}", "((a{10}){11}){10}", "(?<n>a)", r"\é", r"\p{L}", r"\q", "[[:alpha:]]", r"a\Z",
    "a" * (LONGEST_REGEX + 1),
]  # fmt: skip


def re2_compiles(pattern: str) -> bool:
    try:
        duckdb.execute("select regexp_matches('x', ?)", [pattern]).fetchall()
    except duckdb.Error:
        return False
    return True


@pytest.mark.parametrize("pattern", GOOD)
def test_an_ordinary_pattern_is_taken_and_runs_in_re2(pattern: str) -> None:
    assert regex_problem(pattern) is None
    assert re2_compiles(pattern)


@pytest.mark.parametrize("pattern", BAD)
def test_what_re2_cannot_or_means_otherwise_is_refused(pattern: str) -> None:
    assert regex_problem(pattern)


@settings(max_examples=400, deadline=None)
@given(st.text("ab01(){}[]?*+|^$.\\-,:<>=!PpdwbZAzsiU\"'é", max_size=14))
def test_whatever_is_taken_runs_in_re2(pattern: str) -> None:
    assert regex_problem(pattern) is not None or re2_compiles(pattern)


@pytest.mark.parametrize(
    "selector",
    ["#buy", "button.primary", "form > button[name='buy']", "a:not(.x):nth-of-type(2)", "//button[@id='buy']",
     "/html/body//a", "(//button)[1]", "a, button"],
)  # fmt: skip
def test_a_selector_is_taken(selector: str) -> None:
    assert selector_problem(selector) is None


@pytest.mark.parametrize(
    "selector", ["#", "a >", "a[", "a::before", "//button[", "(//a", "..", "a:not(", "!", "//"]
)
def test_a_broken_selector_is_refused(selector: str) -> None:
    assert selector_problem(selector)
