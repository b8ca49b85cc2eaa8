"""What a scale's form does to the values that were read: answers, options and variants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import attrs
import polars as pl

from dermoutcomes.declare import NoOptions, option
from dermoutcomes.registry.forms.expansion import NAMES, VARIANT

if TYPE_CHECKING:
    from dermoutcomes.declare.forms.scale_form import ScaleForm

__all__ = ["options_class", "preparation"]

BY_CONDITION = "by its condition"


def options_class(name: str, form: ScaleForm) -> type:
    """The options of a scale in a source: its numbers to choose, and the variant."""
    fields: dict[str, Any] = {}
    for number in form.source_options:
        allowed = f"; one of {', '.join(f'{value:g}' for value in number.values)}"
        fields[number.name] = _typed(
            float,
            option(
                number.default,
                f"{number.label}{allowed if number.values else ''}.",
                parse=_one_of(number.values) if number.values else None,
                schema={"type": "number"} if number.values else None,
            ),
        )
    if form.variants:
        conditions = "; ".join(f"{name}: {text}" for name, text in form.variants.items())
        fields[VARIANT] = _typed(
            str,
            option(
                BY_CONDITION,
                f"Which variant scores every form of the source ({conditions}).",
                choices=(BY_CONDITION, *form.variants),
            ),
        )
    if not fields:
        return NoOptions
    return attrs.make_class(f"{name.title()}Options", fields, frozen=True, kw_only=True)


def _typed(kind: type, field: Any) -> Any:
    field.type = kind
    return field


def _one_of(values: tuple[float, ...]) -> Callable[[Any], Any]:
    def parse(value: Any) -> float:
        if isinstance(value, bool) or value not in values:
            raise ValueError(f"one of {', '.join(f'{number:g}' for number in values)}")
        return float(value)

    return parse


def preparation(form: ScaleForm) -> Callable[[pl.DataFrame, Any], pl.DataFrame] | None:
    """The function that recodes a source, or None where nothing is to be recoded."""
    if not (form.answers or form.source_options or form.variants):
        return None

    def prepare(wide: pl.DataFrame, options: Any) -> pl.DataFrame:
        columns = [
            _answered(wide, code, words)
            for code, words in form.answers.items()
            if f"{code}__text" in wide.columns
        ]
        columns += [
            pl.lit(float(getattr(options, number.name))).alias(number.name)
            for number in form.source_options
            if number.name not in wide.columns
        ]
        variant = getattr(options, VARIANT, BY_CONDITION)
        if variant == BY_CONDITION:
            _refuse_unsettled(form, wide)
        else:
            # The number of a variant, from 1 in the order of the scale, as its formulas have it.
            columns.append(pl.lit(float([*form.variants].index(variant) + 1)).alias(VARIANT))
        return wide.with_columns(columns)

    return prepare


def _refuse_unsettled(form: ScaleForm, wide: pl.DataFrame) -> None:
    """ValueError where forms have items and nothing says by which variant they are scored."""
    codes = {name for text in form.variants.values() for name in NAMES.findall(text)}
    known = [code for code in codes if code in wide.columns]
    items = [f"{region.code}_{item}" for region in form.regions for item in form.region_items]
    if form.variants and not known and set(items) & set(wide.columns):
        choices = "; ".join(f'"{name}" ({text})' for name, text in form.variants.items())
        raise ValueError(
            "nothing says by which variant these forms are scored. Write options.variant = one of "
            f"{choices}, or give {' and '.join(sorted(codes - {'and', 'or', 'not'}))} in the file"
            + (
                f", or the column {' and '.join(form.subject_columns.values())} in the table of "
                "subjects"
                + (
                    " (or birth_date there, with dates of the forms)"
                    if "age" in form.subject_columns.values()
                    else ""
                )
                if form.subject_columns
                else ""
            )
        )


def _answered(wide: pl.DataFrame, code: str, words: Mapping[str, float]) -> pl.Expr:
    """A code with the numbers of its words; a number that was read stays.

    A column that may hold words is read as text, its numbers too.
    """
    text = pl.col(f"{code}__text")
    numbers = text.replace_strict(dict(words), default=None, return_dtype=pl.Float64)
    numbers = pl.coalesce(numbers, text.cast(pl.Float64, strict=False))
    return (pl.coalesce(code, numbers) if code in wide.columns else numbers).alias(code)
