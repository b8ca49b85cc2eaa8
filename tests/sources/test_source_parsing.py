"""Numbers, units, dates and ids over random input."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes.sources.cells.cell_numbers import (
    ABSURD,
    NumberFormat,
    from_single_precision,
    number,
    problem,
    tidy,
)
from dermoutcomes.sources.cells.dates import as_datetime, elapsed_days, study_day
from dermoutcomes.sources.cells.units import UnitError, conversion, parse_unit
from dermoutcomes.sources.typed_values import scaled
from dermoutcomes.study.patterns import match_pattern
from dermoutcomes.testing import random_examples

QUICK = settings(deadline=None, max_examples=random_examples(60))
DECIMALS = st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, places=6)
LENGTHS = ("nm", "µm", "mm", "cm", "m")


def parsed(text: str, layout: NumberFormat) -> float | None:
    """One cell as a number."""
    return (
        pl.DataFrame({"cell": [text]}).select(number(layout.english(tidy(pl.col("cell"))))).item()
    )


@QUICK
@given(
    DECIMALS,
    st.sampled_from(
        [
            NumberFormat("."),
            NumberFormat(","),
            NumberFormat(",", "."),
            NumberFormat(".", ","),
            NumberFormat(",", "\u202f"),
        ]
    ),
)
def test_a_number_is_read_as_it_was_written(value: Decimal, layout: NumberFormat) -> None:
    written = f"{value:,f}" if layout.thousands else f"{value:f}"
    swapped = (
        written.replace(",", "\0")
        .replace(".", layout.decimal)
        .replace("\0", layout.thousands or "")
    )

    assert parsed(swapped, layout) == float(value)


@QUICK
@given(DECIMALS.filter(lambda value: value != value.to_integral()))
def test_the_other_decimal_sign_is_never_read(value: Decimal) -> None:
    assert parsed(f"{value:f}", NumberFormat(",")) is None
    assert parsed(f"{value:f}".replace(".", ","), NumberFormat(".")) is None


@QUICK
@given(st.text(max_size=12))
def test_any_text_is_a_number_or_has_a_problem(text: str) -> None:
    layout = NumberFormat(".")
    cell = tidy(pl.col("cell"))
    value, wrong = (
        pl.DataFrame({"cell": [text]})
        .select(number(layout.english(cell)), problem(cell, layout).alias("wrong"))
        .row(0)
    )

    assert wrong is not None
    assert value is None or (abs(value) < ABSURD and float(text) == value)


@QUICK
@given(st.integers(0, 999), st.sampled_from([".", ","]))
def test_a_group_of_thousands_does_not_begin_with_a_zero(digits: int, decimal: str) -> None:
    layout = NumberFormat("," if decimal == "." else ".", decimal)

    assert parsed(f"0{decimal}{digits:03}", layout) is None
    assert parsed(f"10{decimal}{digits:03}", layout) == 10_000 + digits


@QUICK
@given(
    st.floats(width=32, allow_nan=False, allow_infinity=False).filter(
        lambda value: 1e-6 < abs(value) < 1e6
    )
)
def test_a_single_written_out_is_its_shortest_decimal(value: float) -> None:
    written = pl.DataFrame({"cell": [repr(value)]})
    shortest = pl.Series([value], dtype=pl.Float32).cast(pl.String).item()

    read = written.select(number(from_single_precision(pl.col("cell")))).item()

    digits = repr(value).partition("e")[0].replace(".", "").strip("-0")
    assert read == (float(shortest) if len(digits) >= 12 else value)


@QUICK
@given(st.decimals(-(10**6), 10**6, places=9, allow_nan=False))
def test_a_number_that_is_no_single_keeps_its_digits(value: Decimal) -> None:
    written = pl.DataFrame({"cell": [f"{value:f}"]})

    assert written.select(number(from_single_precision(pl.col("cell")))).item() == float(value)


@QUICK
@given(
    st.floats(allow_nan=False, allow_infinity=False, width=64).filter(
        lambda value: abs(value) < ABSURD
    )
)
def test_a_stored_number_keeps_every_digit(value: float) -> None:
    assert parsed(pl.Series([value]).cast(pl.String).item(), NumberFormat(".")) == value


@QUICK
@given(
    st.lists(DECIMALS, min_size=1, max_size=5), st.sampled_from(LENGTHS), st.sampled_from(LENGTHS)
)
def test_conversion_is_exact_and_comes_back(values: list[Decimal], theirs: str, ours: str) -> None:
    texts = pl.Series([f"{value:f}" for value in values])
    there = scaled(texts, conversion(theirs, ours))
    factor = Decimal(10) ** (conversion(theirs, ours).power or 0)
    back = scaled(pl.Series([f"{value * factor:f}" for value in values]), conversion(ours, theirs))

    assert there.to_list() == [float(value * factor) for value in values]
    assert back.to_list() == [float(value) for value in values]


@pytest.mark.parametrize(
    ("theirs", "ours", "value", "expected"),
    [
        ("µm", "mm", "340", 0.34),
        ("um", "mm", "347.1", 0.3471),
        ("μm", "mm", "1e2", 0.1),
        ("°F", "°C", "68", 20.0),
        ("K", "°C", "293.15", 20.0),
        ("C°", "°C", "21.5", 21.5),
        ("%", "1", "66.2", 0.662),
        ("%", "", "5", 0.05),
        ("ms", "s", "350", 0.35),
        ("min", "s", "0.1", 6.0),
        ("h", "min", "1.5", 90.0),
        ("hPa", "mbar", "450", 450.0),
        ("kPa", "mbar", "45", 450.0),
        ("MPa", "kPa", "0.1", 100.0),
        ("g/m²h", "g/(m²·h)", "9.3", 9.3),
        ("g m-2 h-1", "g/m²/h", "9.3", 9.3),
        ("mg/cm²/h", "g/m²/h", "1", 10.0),
        ("a.u.", "AU", "41", 41.0),
        ("mm/mm", "", "0.66", 0.66),
        ("1/cm²", "hairs/cm2", "120", 120.0),
        ("µg/cm2", "µg/cm²", "80", 80.0),
        ("W/m2", "W/m²", "3", 3.0),
    ],
)
def test_units_of_exports(theirs: str, ours: str, value: str, expected: float) -> None:
    assert scaled(pl.Series([value]), conversion(theirs, ours)).item() == expected


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("mm", "°C"),
        ("%", "AU"),
        ("mm²", "mm"),
        ("g/m²", "g/m²/h"),
        ("furlong", "mm"),
        ("mm", "AU"),
        ("s", "Hz"),
        (f"m{'9' * 5000}", "m"),
    ],
)
def test_units_that_measure_other_things(theirs: str, ours: str) -> None:
    with pytest.raises(UnitError):
        conversion(theirs, ours)


@QUICK
@given(st.text(alphabet="mµgshPa/²0 °CF%·()-1", max_size=8))
def test_any_text_is_a_unit_or_refused(text: str) -> None:
    try:
        unit = parse_unit(text)
    except UnitError:
        return
    assert unit.factor > 0


@QUICK
@given(st.integers(-400, 400))
def test_study_days_skip_zero_and_come_back(days: int) -> None:
    day, back = (
        pl.DataFrame({"days": [days]})
        .select(study_day(pl.col("days")), elapsed_days(study_day(pl.col("days"))).alias("back"))
        .row(0)
    )

    assert day != 0
    assert back == days


@QUICK
@given(st.dates(min_value=__import__("datetime").date(1901, 1, 1)))
def test_dates_in_every_common_form(day: object) -> None:
    forms = [f"{day:%Y-%m-%d}", f"{day:%d.%m.%Y}", f"{day:%Y-%m-%dT00:00}", f"{day:%d-%b-%Y}"]
    read = pl.DataFrame({"cell": forms}).select(as_datetime(pl.col("cell")).dt.date())["cell"]

    assert read.to_list() == [day] * len(forms)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("44256", "2021-03-01 00:00:00"),
        ("44256.5", "2021-03-01 12:00:00"),
        ("01.03.21", "2021-03-01 00:00:00"),
    ],
)
def test_serial_days_and_short_years(cell: str, expected: str) -> None:
    assert (
        str(pl.DataFrame({"cell": [cell]}).select(as_datetime(pl.col("cell"))).item()) == expected
    )


@pytest.mark.parametrize("cell", ["2021-02-30", "0021-03-01", "2021-03", "12", "x"])
def test_no_date(cell: str) -> None:
    assert pl.DataFrame({"cell": [cell]}).select(as_datetime(pl.col("cell"))).item() is None


@QUICK
@given(st.integers(1, 2**23 - 1), st.integers(1, 2**26 - 1), st.integers(0, 2**14 - 1))
def test_ids_can_be_taken_apart(source: int, row: int, column: int) -> None:
    packed = source << 40 | row << 14 | column

    assert (packed >> 40, packed >> 14 & 2**26 - 1, packed & 2**14 - 1) == (source, row, column)
    assert packed < 2**63


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("{visit}_{measure}", "W12_R0", {"visit": "W12", "measure": "R0"}),
        ("{visit}_{measure}", "W4_PRE_R0", {"visit": "W4_PRE", "measure": "R0"}),
        ("{visit}_{measure}", "W12_SEX", None),
        (
            "{measure}{replicate} ({side})",
            "R012 (L)",
            {"measure": "R0", "replicate": "12", "side": "L"},
        ),
        ("Week {visit}", "Week 4", {"visit": "4"}),
    ],
)
def test_patterns(pattern: str, text: str, expected: dict[str, str] | None) -> None:
    known = {"visit": ["W1", "W12"], "measure": ["R0", "R2"], "side": ["L", "R"]}

    assert match_pattern(pattern, text, known, {"measure", "side"}) == expected


@pytest.mark.parametrize("zone", ["", "Z", "+01:00", "-0500", "+01", " +05:30"])
@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2024-03-04T23:30:00", "2024-03-04 23:30:00"),
        ("2024-03-04 00:15", "2024-03-04 00:15:00"),
        ("2024-03-04T09:00:00.250", "2024-03-04 09:00:00.250000"),
        ("2024-03-04", "2024-03-04 00:00:00"),
    ],
)
def test_a_zone_moves_no_day(written: str, zone: str, day: str) -> None:
    read = pl.DataFrame({"text": [written + zone]}).select(as_datetime(pl.col("text"))).item()

    assert str(read) == day


@pytest.mark.parametrize("text", ["2024-03-04T09:00:00CET", "2024-03-04+1", "2024-03+01:00"])
def test_what_is_no_zone_is_no_date(text: str) -> None:
    assert pl.DataFrame({"text": [text]}).select(as_datetime(pl.col("text"))).item() is None
