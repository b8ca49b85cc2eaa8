"""Formulas of plugin files: each function against plain Python, and nothing but one row."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes.errors import PluginError
from dermoutcomes.registry.formula import FormulaError, expression_of
from dermoutcomes.registry.formula_functions import FUNCTIONS
from dermoutcomes.registry.formula_syntax import MOST_NESTED, MOST_STEPS
from dermoutcomes.registry.toml_plugin import read_plugin
from dermoutcomes.testing import random_examples

CODES = ("a", "b", "c")
UNDEFINED = "undefined"
# A number, None for blank, UNDEFINED, or a truth.
Value = float | bool | str | None
Row = dict[str, float | None]


def defined(value: float) -> Value:
    return value if math.isfinite(value) else UNDEFINED


def strict(make: Callable[..., float]) -> Callable[..., Value]:
    """A function of numbers that hands on what is blank, then what is undefined."""

    def on_values(*values: Value) -> Value:
        if None in values:
            return None
        if UNDEFINED in values:
            return UNDEFINED
        try:
            return defined(make(*map(float, values)))
        except (ZeroDivisionError, ValueError, OverflowError):
            return UNDEFINED

    return on_values


def total(*values: float) -> float:
    result = values[0]
    for value in values[1:]:
        result += value
    return result


def half_away(value: float, digits: float = 0) -> float:
    step = Decimal(1).scaleb(-int(digits))
    return float(Decimal(repr(value)).quantize(step, ROUND_HALF_UP))


def present(value: Value) -> bool:
    return value is not None and value != UNDEFINED


PLAIN: dict[str, Callable[..., Value]] = {
    "min": strict(min),
    "max": strict(max),
    "sum": strict(total),
    "mean": strict(lambda *values: total(*values) / len(values)),
    "count": lambda *values: float(sum(map(present, values))),
    "any_missing": lambda *values: float(not all(map(present, values))),
    "coalesce": lambda *values: next(filter(present, values), None),
    "round_half_away": strict(half_away),
    "floor": strict(math.floor),
    "abs": strict(abs),
    "sqrt": strict(math.sqrt),
    "log": strict(math.log),
    "exp": strict(math.exp),
    "atan_degrees": strict(lambda value: math.degrees(math.atan(value))),
}
ARITHMETIC = {
    "+": strict(lambda x, y: x + y),
    "-": strict(lambda x, y: x - y),
    "*": strict(lambda x, y: x * y),
    "/": strict(lambda x, y: x / y),
}

NUMBERS = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 0.285, 2.5, -2.5, 1.005]),
    st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 3) + 0.0),
)
ROWS = st.lists(
    st.fixed_dictionaries(dict.fromkeys(CODES, st.none() | NUMBERS)), min_size=1, max_size=6
)
Formula = tuple[str, Callable[[Row], Value]]


def value_of(code: str) -> Callable[[Row], Value]:
    return lambda row: row[code]


def constant(number: float) -> Callable[[Row], Value]:
    return lambda _: number


def called(name: str, parts: list[Formula]) -> Formula:
    text = f"{name}({', '.join(text for text, _ in parts)})"
    return text, lambda row: PLAIN[name](*(value(row) for _, value in parts))


def joined(sign: str, left: Formula, right: Formula) -> Formula:
    return (
        f"({left[0]} {sign} {right[0]})",
        lambda row: ARITHMETIC[sign](left[1](row), right[1](row)),
    )


def calls(parts: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    single = ["floor", "abs", "atan_degrees", "any_missing", "round_half_away"]
    several = ["min", "max", "sum", "mean", "count", "any_missing", "coalesce"]
    return st.one_of(
        st.builds(lambda n, p: called(n, [p]), st.sampled_from(single), parts),
        st.builds(called, st.sampled_from(several), st.lists(parts, min_size=2, max_size=4)),
        st.builds(joined, st.sampled_from(sorted(ARITHMETIC)), parts, parts),
    )


LEAVES: st.SearchStrategy[Formula] = st.one_of(
    st.sampled_from(CODES).map(lambda code: (code, value_of(code))),
    st.sampled_from(["2", "0.1", "10", "7.25"]).map(lambda text: (text, constant(float(text)))),
)
FORMULAS = st.recursive(LEAVES, calls, max_leaves=8).map(
    # A constant alone is no formula.
    lambda formula: joined("+", ("a", value_of("a")), formula)
)


def frame_of(rows: list[Row]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(CODES, pl.Float64))


def calculated(formula: str, rows: list[Row]) -> list[Value]:
    values = frame_of(rows).select(expression_of(formula, CODES)).to_series().to_list()
    return [UNDEFINED if value is not None and math.isnan(value) else value for value in values]


def one(formula: str, **values: float | None) -> Value:
    return calculated(formula, [{**dict.fromkeys(CODES), **values}])[0]


def same(value: Value, expected: Value) -> bool:
    """Equal, but for the last digits of the functions of the C library."""
    if isinstance(value, float) and isinstance(expected, float):
        return math.isclose(value, expected, rel_tol=1e-13, abs_tol=1e-300)
    return value == expected


def is_passed_over(formula: str) -> bool:
    """Whether a blank and something undefined may meet, of which the latter is told."""
    return any(f"{name}(" in formula for name in ("coalesce", "count", "any_missing"))


@settings(max_examples=random_examples(200))
@given(FORMULAS, ROWS)
def test_a_formula_is_what_plain_python_makes_of_each_row(formula: Formula, rows: list[Row]):
    text, plain = formula
    for value, expected in zip(calculated(text, rows), map(plain, rows), strict=True):
        blanks = {None, UNDEFINED}
        assert same(value, expected) or (
            {value, expected} <= blanks and ("/" in text or is_passed_over(text))
        ), text


@settings(max_examples=random_examples(60))
@given(FORMULAS, ROWS, st.randoms())
def test_neither_order_nor_number_of_rows_matters(formula: Formula, rows: list[Row], random):
    text, together = formula[0], calculated(formula[0], rows)
    order = list(range(len(rows)))
    random.shuffle(order)

    assert [value for row in rows for value in calculated(text, [row])] == together
    assert calculated(text, [rows[i] for i in order]) == [together[i] for i in order]
    repeated = calculated(text, rows * 50)
    assert repeated == together * 50


@settings(max_examples=random_examples(100))
@given(st.sampled_from(sorted(PLAIN)), NUMBERS, NUMBERS, NUMBERS)
def test_each_function_is_what_plain_python_makes(name: str, a: float, b: float, c: float):
    function = FUNCTIONS[name]
    arguments = [a, b, c] if function.most is None else [a]
    text = f"{name}({', '.join(CODES[: len(arguments)])})"

    assert same(one(text, a=a, b=b, c=c), PLAIN[name](*arguments))


def test_every_function_has_its_plain_form():
    assert sorted(PLAIN) == sorted(FUNCTIONS)


@settings(max_examples=random_examples(200))
@given(
    st.integers(0, 4),
    st.floats(-1e5, 1e5, allow_nan=False) | st.integers(-(10**5), 10**5).map(lambda n: n / 2000),
)
def test_halves_are_rounded_away_from_zero_as_they_read(digits: int, value: float):
    assert one(f"round_half_away(a, {digits})", a=value) == half_away(value, digits)


@pytest.mark.parametrize(
    "formula",
    [
        "max(a, b)",
        "min(a, b)",
        "sum(a, b)",
        "mean(a, b)",
        "a + b",
        "a / b",
        "a > b",
        "-b",
        "abs(b)",
    ],
)
def test_a_blank_gives_a_blank(formula: str):
    assert one(formula, a=3.0, b=None) is None


@pytest.mark.parametrize(
    ("formula", "b", "expected"),
    [
        ("case when b > 2 then 1 else 0 end", 3.0, 1.0),
        ("case when b > 2 then 1 else 0 end", 1.0, 0.0),
        # Nobody knows whether a blank is above 2.
        ("case when b > 2 then 1 else 0 end", None, None),
        ("case when any_missing(b) then 9 when b > 2 then 1 end", None, 9.0),
        ("case when any_missing(b) then 9 when b > 2 then 1 end", 1.0, None),
        ("a > 2 or b > 2", None, 1.0),
        ("a < 2 and b > 2", None, 0.0),
        ("a > 2 and b > 2", None, None),
        ("not b = 2", 2.0, 0.0),
        ("b <> 2", 3.0, 1.0),
        ("b is null", None, 1.0),
        ("b IS NOT NULL and a > 2", None, 0.0),
        ("b != 2", 2.0, 0.0),
        ("1 + (b >= 2) + (b <= 2)", 2.0, 3.0),
        ("CASE WHEN b < 2 THEN Abs(-5) ELSE b END", 1.0, 5.0),
        ('"b" * 2', 2.0, 4.0),
        ("7 - 2 - b * 3 / 2", 2.0, 2.0),
        ("-b - -b", 2.0, 0.0),
        ("1.5e1 + .5 + b", 0.0, 15.5),
        # One tenth of three, and not three times one tenth.
        ("b / 10", 3.0, 0.3),
    ],
)
def test_the_grammar_means_what_it_says(formula: str, b: float | None, expected: float | None):
    assert one(formula, a=3.0, b=b) == expected


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("a / b", UNDEFINED),
        ("1 / (a / b)", UNDEFINED),
        ("atan_degrees(a / b)", UNDEFINED),
        ("max(a, a / b)", UNDEFINED),
        ("sqrt(-a)", UNDEFINED),
        ("log(b)", UNDEFINED),
        ("exp(1000 * a)", UNDEFINED),
        # What is undefined is above nothing, and below nothing.
        ("a / b > 2", UNDEFINED),
        ("case when a / b > 2 then 1 else 0 end", UNDEFINED),
        ("case when b = 0 then 0 else a / b end", 0.0),
        ("coalesce(a / b, 7)", 7.0),
        ("count(a / b, a)", 1.0),
        ("any_missing(a / b)", 1.0),
    ],
)
def test_what_is_undefined_decides_nothing(formula: str, expected: Value):
    assert one(formula, a=1.0, b=0.0) == expected


def test_a_word_is_compared_with_a_word():
    frame = pl.DataFrame({"a": [1.0, 1.0, None], "a__text": ["left", "o'clock", None]})
    formula = "case when a__text = 'left' then 1 when a__text <> 'o''clock' then 2 else 3 end"

    assert frame.select(expression_of(formula, ["a"])).to_series().to_list() == [1.0, 3.0, None]


def test_no_row_gives_no_value():
    assert calculated("coalesce(a / b, 2) + 1", []) == []


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("AVG(a)", ["avg()", "is no function", "write mean(a, b, …)"]),
        ("mean(a)", ["has one value", "never combines rows", "write mean(a, b, …)"]),
        ("sum(a) + b", ["has one value"]),
        ("count(*)", ["counts rows", "count(a, b)"]),
        ("RANK() OVER (ORDER BY a)", ["'OVER' (character 8)", "other rows"]),
        ("a / SUM(a, b) OVER (PARTITION BY b)", ["'OVER'", "other rows"]),
        ("row_number(a)", ["combines rows", "the functions are min, max"]),
        ("a - median(a, b)", ["median() (character 5) combines rows"]),
        ("(SELECT max(a, b) FROM data)", ["'max' (character 9)"]),
        ("GREATEST(a, b)", ["write max(a, b, …)"]),
        ("round(a)", ["write round_half_away(a, digits)"]),
        ("mena(a, b)", ["did you mean 'mean'?"]),
        ("d + e", ["'d' (character 1)", "'e' (character 5)", "one of 'a', 'b', 'c'"]),
        ("a * 0,5", ["',' (character 6)", "a decimal sign is a point"]),
        ("1 < a < 3", ["compares what is compared", "a < b and b < c"]),
        ("a is blank", ["'blank' (character 6) stands where 'null'"]),
        ("a between 1 and 3", ["a >= 1 and a <= 3"]),
        ("a and b", ["'and' (character 3) takes conditions"]),
        ("case when a then 1 end", ["'when' (character 1) takes conditions"]),
        ("case when a > 0 then a__text end", ["'case' gives numbers"]),
        ("case a when 1 then 2 end", ["'a' (character 6) stands where 'when'"]),
        ("a__text", ["gives a text"]),
        ("a__text + 1", ["'+' takes numbers"]),
        ("a__text > 'b'", ["orders texts"]),
        ("a__text = 3", ["compares a text with a number"]),
        ("abs('left') + a", ["abs() takes numbers"]),
        ("abs(a, b)", ["abs() (character 1) has 2 values", "write abs(a)"]),
        ("round_half_away(a, b)", ["no whole number from 0 to 12"]),
        ("round_half_away(a, 1.5)", ["no whole number from 0 to 12"]),
        ("1 + 2", ["names no code"]),
        ("", ["the end (character 1)"]),
        ("(a + b", ["the end (character 7) stands where ')'"]),
        ("a ^ 2", ["'^' (character 3) has no meaning"]),
        ("a; drop", ["';' (character 2)"]),
        ("2a", ["'2' (character 1)"]),
        ("a + 1e999", ["1e999", "larger than any number"]),
    ],
)
def test_what_is_no_formula_is_refused_with_its_place(formula: str, words: list[str]):
    with pytest.raises(FormulaError) as caught:
        expression_of(formula, CODES)

    said = f"{caught.value} {caught.value.hint}"
    assert [word for word in words if word not in said] == []


def test_a_formula_has_an_end():
    most = MOST_STEPS // 2
    nested, too_nested = (f"{'abs(' * n}a{')' * n}" for n in (MOST_NESTED, MOST_NESTED + 1))

    assert one(" + ".join(["a"] * most), a=1.0) == float(most)
    assert one(nested, a=-1.0) == 1.0
    with pytest.raises(FormulaError, match="more than 500"):
        expression_of(" + ".join(["a"] * (most + 1)), CODES)
    for formula in (too_nested, "(" * 31 + "a" + ")" * 31, "-" * 31 + "a", "not " * 31 + "a > 0"):
        with pytest.raises(FormulaError, match="more than 30 deep"):
            expression_of(formula, CODES)


def test_thirty_levels_that_name_their_part_several_times_come_to_an_end():
    formula = "a"
    for _ in range(14):
        formula = f"round_half_away(max({formula}, b), 1)"

    assert one(formula, a=2.25, b=1.0) == 2.3


def test_all_formulas_of_a_file_are_told_at_once(tmp_path):
    text = b"""
    [scales.s.parameters]
    item = { kind = "item" }
    first = { formula = "avg(item)" }
    second = { formula = "second + 1" }
    third = { formula = "" }
    """
    with pytest.raises(PluginError) as caught:
        read_plugin(tmp_path / "own.toml", text)

    said = str(caught.value)
    assert all(f"[scales.s.parameters.{code}.formula]" in said for code in ("first", "second"))
    assert "[scales.s.parameters.third.formula]" in said
    assert "'second' (character 1) is not declared beside it" in said
