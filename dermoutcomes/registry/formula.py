"""A formula of a plugin file as an expression, after all its names and kinds are judged."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from math import nan

import polars as pl
from attrs import frozen

from dermoutcomes.errors import did_you_mean, one_of
from dermoutcomes.registry.formula_functions import (
    ARITHMETIC,
    COMPARISONS,
    FUNCTIONS,
    LOGIC,
    MOST_DIGITS,
    OF_ROWS,
    OTHER_NAMES,
    Function,
    case,
)
from dermoutcomes.registry.formula_syntax import (
    CODE,
    NUMBER,
    TEXT,
    FormulaError,
    Step,
    steps_of,
)

__all__ = ["FormulaError", "expression_of"]

TEXT_SUFFIX = "__text"
# Columns beside the codes, which have no blanks in their names.
UNDEFINED = "was undefined"


def expression_of(formula: str, codes: Collection[str]) -> pl.Expr:
    """A formula over these codes, as an expression that gives Float64.

    Each row of the result rests on the same row of the columns alone. Blank is null, undefined is
    NaN. Raises FormulaError for what is no formula, and with all that is wrong with its names and
    arguments.
    """
    steps = steps_of(formula)
    kinds: list[str | None] = []
    mistakes: list[FormulaError] = []
    for step in steps:
        mistakes += _mistakes(step, steps, [kinds[need] for need in step.needs], codes)
        # Steps are in the order of calculation, so that what a step needs has its kind already.
        kinds.append(_kind(step, codes))
    names = list(dict.fromkeys(str(step.value) for step in steps if step.name == CODE))
    if not names:
        mistakes.append(FormulaError("the formula names no code, so that it measures nothing"))
    if kinds[-1] == TEXT:
        mistakes.append(FormulaError("the formula gives a text, and a parameter is a number"))
    if mistakes:
        hints = dict.fromkeys(mistake.hint for mistake in mistakes if mistake.hint)
        raise FormulaError("; ".join(map(str, mistakes)), "; ".join(hints) or None)
    # All codes in one struct: `map_batches` takes one column, and `root_names` of the expression
    # still says which codes it needs.
    return pl.struct(names).map_batches(
        _Calculation(steps, tuple(kinds)), return_dtype=pl.Float64, is_elementwise=True
    )


def _kind(step: Step, codes: Collection[str]) -> str | None:
    """What a step gives: NUMBER, TEXT, or "a condition"; None where that is not known."""
    if step.name == CODE:
        name = str(step.value)
        is_text = name not in codes and name.removesuffix(TEXT_SUFFIX) in codes
        return TEXT if is_text else NUMBER if name in codes else None
    function = FUNCTIONS.get(step.name)
    if step.name in COMPARISONS or step.name in LOGIC or (function and function.is_condition):
        return "a condition"
    is_known = function or step.name in ARITHMETIC or step.name in (NUMBER, TEXT, "case")
    return TEXT if step.name == TEXT else NUMBER if is_known else None


def _mistakes(
    step: Step, steps: Sequence[Step], given: Sequence[str | None], codes: Collection[str]
) -> Iterator[FormulaError]:
    """What is wrong with a step that is `given` values of these kinds."""
    at = f"(character {step.place})"
    if step.name == CODE and _kind(step, codes) is None:
        known = tuple(codes)
        yield FormulaError(
            f"{step.value!r} {at} is not declared beside it; "
            + (f"expected {one_of(known)}" if known else "no other code is"),
            did_you_mean(str(step.value), known),
        )
    elif step.name in COMPARISONS:
        yield from _comparison_mistakes(step, given, at)
    elif step.name in LOGIC:
        yield from _condition_mistakes(step.name, given, at)
    elif step.name == "case":
        yield from _condition_mistakes("when", given[: len(given) // 2 * 2 : 2], at)
        # `case` has condition and value in turn, and one value more where it has an else.
        results = [*given[1::2], *given[len(given) // 2 * 2 :]]
        yield from _number_mistakes("'case' gives numbers", results, at)
    elif step.name in ARITHMETIC:
        sign = "-" if step.name == "negative" else step.name
        yield from _number_mistakes(f"{sign!r} takes numbers", given, at)
    elif step.name in FUNCTIONS:
        yield from _argument_mistakes(FUNCTIONS[step.name], step, steps, given, at)
    elif step.name not in (CODE, NUMBER, TEXT):
        yield _unknown_function(step.name, at)


def _comparison_mistakes(
    step: Step, given: Sequence[str | None], at: str
) -> Iterator[FormulaError]:
    if TEXT in given and {*given} - {TEXT, None}:
        yield FormulaError(f"{step.name!r} {at} compares a text with a number")
    elif TEXT in given and step.name not in ("=", "<>"):
        yield FormulaError(f"{step.name!r} {at} orders texts, which are equal (=) or not (<>)")


def _condition_mistakes(word: str, given: Sequence[str | None], at: str) -> Iterator[FormulaError]:
    if {*given} & {NUMBER, TEXT}:
        yield FormulaError(f"{word!r} {at} takes conditions", "a condition is, say, a > 0")


def _number_mistakes(sentence: str, given: Sequence[str | None], at: str) -> Iterator[FormulaError]:
    if TEXT in given:
        yield FormulaError(f"{sentence} {at}, and is given a text")


def _argument_mistakes(
    function: Function,
    step: Step,
    steps: Sequence[Step],
    given: Sequence[str | None],
    at: str,
) -> Iterator[FormulaError]:
    count, hint = len(given), f"write {function.form}"
    if function.name not in ("count", "any_missing"):
        yield from _number_mistakes(f"{function.name}() takes numbers", given, at)
    if count == 1 < function.fewest:
        yield FormulaError(
            f"{function.name}() {at} has one value; it takes several of one measurement, and a "
            "formula never combines rows",
            hint,
        )
    elif count < function.fewest or (function.most is not None and count > function.most):
        yield FormulaError(f"{function.name}() {at} has {count} values", hint)
    elif function.name == "round_half_away" and count == 2:
        digits = steps[step.needs[1]]
        if digits.name != NUMBER or digits.value not in range(MOST_DIGITS + 1):
            yield FormulaError(
                f"the digits of {function.name}() {at} are no whole number from 0 to {MOST_DIGITS}"
            )


def _unknown_function(name: str, at: str) -> FormulaError:
    functions = tuple(FUNCTIONS)
    if name in OF_ROWS:
        return FormulaError(
            f"{name}() {at} combines rows, and a formula works on one measurement",
            f"the functions are {', '.join(functions)}",
        )
    same = OTHER_NAMES.get(name)
    hint = f"write {FUNCTIONS[same].form}, over values of one measurement" if same else None
    return FormulaError(
        f"{name}() {at} is no function of formulas; expected {one_of(functions, len(functions))}",
        hint or did_you_mean(name, functions),
    )


@frozen(eq=False)
class _Calculation:
    """The steps of a formula, done on columns: a struct of codes → a number a row.

    A column a step: in one expression, a part that is named several times would be written out
    several times, and again in what holds it, so that thirty levels would never end.
    """

    steps: tuple[Step, ...]
    kinds: tuple[str | None, ...]

    def __call__(self, codes: pl.Series) -> pl.Series:
        rows = codes.struct.unnest().with_columns(pl.lit(value=False).alias(UNDEFINED))
        for number, step in enumerate(self.steps):
            if step.needs:
                rows = self._with_step(rows, step, _column(number))
        value = self._number(len(self.steps) - 1)
        # Something undefined was compared or passed over, and no value came of it.
        is_lost = value.is_null() & pl.col(UNDEFINED)
        # Plus zero, since a number shown as -0 is a riddle.
        return rows.select(pl.when(is_lost).then(pl.lit(nan)).otherwise(value + 0.0)).to_series()

    def _with_step(self, rows: pl.DataFrame, step: Step, column: str) -> pl.DataFrame:
        """The rows with the value of a step, which is never infinite."""
        if _passes_over_blanks(step.name):
            undefined = [self._number(need).is_nan() for need in self._numbers(step)]
            is_undefined = pl.any_horizontal(UNDEFINED, *undefined).fill_null(value=False)
            rows = rows.with_columns(is_undefined.alias(UNDEFINED))
        rows = rows.with_columns(self._made(step).alias(column))
        if rows.schema[column] != pl.Float64:
            return rows
        value = pl.col(column)
        is_infinite = value.is_infinite()
        return rows.with_columns(pl.when(is_infinite).then(nan).otherwise(value).alias(column))

    def _made(self, step: Step) -> pl.Expr:
        """The expression of a step over the columns of those before it."""
        if step.name in LOGIC:
            return LOGIC[step.name](*map(self._value, step.needs))
        if step.name == "case":
            conditions = step.needs[: len(step.needs) // 2 * 2 : 2]
            return case(
                *(
                    self._value(need) if need in conditions else self._number(need)
                    for need in step.needs
                )
            )
        if step.name == "round_half_away":
            digits = (self.steps[need].value for need in step.needs[1:])
            return FUNCTIONS[step.name].make(self._number(step.needs[0]), *digits)
        values = [self._number(need) for need in step.needs]
        if _passes_over_blanks(step.name):
            # Nothing undefined decides: Polars would call NaN greater than every number.
            values = [
                value.fill_nan(None) if need in self._numbers(step) else value
                for need, value in zip(step.needs, values, strict=True)
            ]
        function = FUNCTIONS.get(step.name)
        make = function.make if function else (COMPARISONS | ARITHMETIC)[step.name]
        return make(*values)

    def _numbers(self, step: Step) -> list[int]:
        return [need for need in step.needs if self.kinds[need] != TEXT]

    def _value(self, number: int) -> pl.Expr:
        """The value of a step."""
        step = self.steps[number]
        if step.name in (NUMBER, TEXT):
            return pl.lit(step.value)
        return pl.col(str(step.value) if step.name == CODE else _column(number))

    def _number(self, number: int) -> pl.Expr:
        """The value of a step where a number is asked: a condition is 1 or 0. A text stays one."""
        value = self._value(number)
        return value.cast(pl.String if self.kinds[number] == TEXT else pl.Float64)


def _column(number: int) -> str:
    return f"step {number}"


def _passes_over_blanks(name: str) -> bool:
    """Whether a step takes blanks, and gives something else than NaN for what is undefined."""
    return name in COMPARISONS or (name in FUNCTIONS and FUNCTIONS[name].fills)
