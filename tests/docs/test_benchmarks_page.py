"""The page of speed and memory says what the stored figures say, and the table is made as it says."""

from __future__ import annotations

import sys

import pytest

from .pages import ROOT, text_of


@pytest.fixture
def table(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    monkeypatch.delitem(sys.modules, "table", raising=False)
    import table

    yield table
    sys.modules.pop("table", None)


def figure(table, row, value, peak_mb=100.0):
    return table.Figure("now", row, "", value, 1.0, peak_mb, None, None, 3)


def test_the_page_holds_the_tables_of_the_stored_figures(table):
    page = text_of("docs/benchmarks.md")
    assert table.page(page) == page, "run: python benchmarks/table.py"
    assert table.stored_figures(), "no figures are stored"
    assert {each.row for each in table.stored_figures()} <= set(table.ROWS)


def test_a_page_of_other_figures_is_another_page(table, monkeypatch):
    page = text_of("docs/benchmarks.md")
    monkeypatch.setattr(table, "stored_figures", lambda: [figure(table, "bcs", 0.123)])
    assert "**0.12 times**" in table.page(page) != page


@pytest.mark.parametrize(
    ("row", "value", "peak_mb", "kept"),
    [
        ("bcs", 0.75, 100, True),
        ("bcs", 0.76, 100, False),
        ("registry_csv", 5, 701, False),
        ("processes", 1.6, 100, True),
        ("processes", 1.5, 100, False),
    ],
)
def test_a_bound_is_kept_up_to_its_value(table, row, value, peak_mb, kept):
    assert table.reached(figure(table, row, value, peak_mb)) is kept


def test_the_power_of_growth_is_the_slope_of_the_logarithms(table):
    assert table.exponent([(n, 3 * n**1.5) for n in (1, 10, 300)]) == pytest.approx(1.5)
    assert table.exponent([(1, 7.0), (10, 7.0)]) == 0


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.004123, "0.0041"), (0.75, "0.75"), (1.04, "1.0"), (27.8, "28"), (2409.4, "2,409")],
)
def test_a_figure_has_two_digits_that_say_something(table, value, text):
    assert table.number(value) == text


def test_a_row_without_a_bound_reaches_nothing(table):
    assert table.verdict_of(figure(table, "formats", 1.3)) == ""
    assert table.verdict_of(figure(table, "bcs", 0.5)) == "yes"


def test_the_parts_of_a_run_stand_by_their_size_and_add_up(table):
    seconds = {"CSV": (0.5, 0.1), "Checks": (2.25, 0.0)}
    figures = [
        table.PartFigure(case, part, first if case == "first" else later)
        for part, (first, later) in seconds.items()
        for case in table.CASES
    ]
    lines = table.parts(figures).split("\n")
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| Checks", "| CSV", "| **all**"]
    assert lines[-1].startswith("| **all** | **2.75 s** | **0.10 s** |")
