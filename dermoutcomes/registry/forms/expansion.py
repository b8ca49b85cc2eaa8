"""The parameters of a scale written out: one a region, and the formula of each score."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import Any

from attrs import frozen

from dermoutcomes.conditions import exact
from dermoutcomes.errors import Problem, did_you_mean, one_of
from dermoutcomes.registry.forms.missing_rules import count_formula, sum_formula

__all__ = ["ONE_REGION", "VARIANT", "Written", "written_parameters"]

# The code that says which variant of a scale a form is scored by, counted from 1.
VARIANT = "variant"
# How the label of a code ends that stands in each region, in a file with a row a region.
ONE_REGION = ", one region"
# A name of a formula, or a text in it, which holds none.
NAMES = re.compile(r"'[^']*'|\b[A-Za-z_]\w*\b")


@frozen
class Written:
    """A parameter as it is declared: its code, label, text, formula, and the place it stands at.

    `values` are those that an option may have.
    """

    code: str
    label: str
    text: Any
    formula: str | None
    path: str
    is_template: bool = False
    values: tuple[float, ...] = ()


def written_parameters(scale: Any, path: str, problems: list[Problem]) -> list[Written]:
    """All parameters of a scale's text, those of regions once a region.

    A parameter that stands in each region is written as itself too, without a formula: a file with
    a row a region has its values.
    """
    repeated = [text.id for text in scale.parameters.values() if text.each_region]
    problems += _region_problems(scale, repeated, path)
    written = list[Written]()
    for text in scale.parameters.values():
        place = f"{path}.parameters.{text.id}"
        label = text.label or text.id
        formula = _formula(scale, text, repeated, place, problems)
        if not text.each_region:
            written.append(Written(text.id, label, text, formula, place))
            continue
        written += (
            Written(
                f"{region.id}_{text.id}",
                f"{region.label or region.id}: {label}",
                text,
                None if formula is None else in_region(formula, region.id, repeated),
                place,
            )
            for region in scale.regions.values()
        )
        written.append(Written(text.id, f"{label}{ONE_REGION}", text, None, place, True))
    return written


def in_region(formula: str, region: str, repeated: Collection[str]) -> str:
    """A formula with the codes of one region in place of those that stand in each."""
    return NAMES.sub(
        lambda match: f"{region}_{match[0]}" if match[0] in repeated else match[0], formula
    )


def items_of(scale: Any, codes: Sequence[str]) -> list[str]:
    """Codes, with those of all regions in place of one that stands in each."""
    return [code for name in codes for code in _codes_of(scale, name)]


def _codes_of(scale: Any, name: str) -> list[str]:
    text = scale.parameters.get(name)
    if text is None or not text.each_region:
        return [name]
    return [f"{region}_{name}" for region in scale.regions]


def _formula(
    scale: Any, text: Any, repeated: Sequence[str], path: str, problems: list[Problem]
) -> str | None:
    """The formula of a parameter, from the one of its keys that says how it is made."""
    stated = [
        key for key in ("formula", "sum", "over_regions", "count_answers") if getattr(text, key)
    ]
    # `count_answers` counts among the items of `sum`, which is no way of its own then.
    ways = [key for key in stated if not (key == "sum" and "count_answers" in stated)]
    if len(ways) > 1:
        problems.append(
            Problem(
                "a score is made in one way",
                path=path,
                found=" and ".join(ways),
                expected="one of formula, sum, over_regions and count_answers",
            )
        )
        return None
    if text.count_answers:
        answers = (
            # A blank item is no such answer; without this the comparison, and with it the sum, were
            # blank.
            f"(case when any_missing({item}__text) then 0 "
            f"when {item}__text = '{text.count_answers}' then 1 else 0 end)"
            for item in items_of(scale, text.sum)
        )
        items = items_of(scale, text.sum)
        return f"case when {count_formula(items)} > 0 then {' + '.join(answers)} end"
    if text.sum:
        return sum_formula(text.missing, items_of(scale, text.sum), text.at_least)
    if text.over_regions:
        return _over_regions(scale, text.over_regions, repeated)
    formula: str | None = text.formula
    return formula


def _over_regions(scale: Any, formula: str, repeated: Sequence[str]) -> str:
    """The weighted sum of a formula over regions, of each variant where there are some."""
    if not scale.variants:
        return _weighted_sum(scale, formula, repeated, "")
    cases = " ".join(
        f"when {VARIANT} = {number} then {_weighted_sum(scale, formula, repeated, variant)}"
        for number, variant in enumerate(scale.variants, 1)
    )
    return f"case {cases} end"


def _weighted_sum(scale: Any, formula: str, repeated: Sequence[str], variant: str) -> str:
    """Whole weights, divided last: no tail of binary fractions gets into a score."""
    weights = {name: weight_of(region, variant) for name, region in scale.regions.items()}
    divisor = lcm(*(weight.denominator for weight in weights.values())) if weights else 1
    terms = (
        f"{weight * divisor} * ({in_region(formula, region, repeated)})"
        for region, weight in weights.items()
    )
    return f"({' + '.join(terms)}) / {divisor}"


def weight_of(region: Any, variant: str) -> Fraction:
    """The weight of a region; 1 where none is stated."""
    weight = region.weights.get(variant, region.weight)
    return Fraction(1) if weight is None else exact(weight)


def _region_problems(scale: Any, repeated: Sequence[str], path: str) -> Iterator[Problem]:
    if repeated and not scale.regions:
        yield Problem(
            "these parameters stand in each region, and the scale has no regions",
            path=f"{path}.regions",
            found=", ".join(repeated),
            expected='a table of regions, as { trunk = { label = "Trunk", weight = 0.3 } }',
        )
    for region in scale.regions.values():
        yield from _weight_problems(scale.variants, region, f"{path}.regions.{region.id}")


def _weight_problems(variants: Mapping[str, str], region: Any, path: str) -> Iterator[Problem]:
    for name in region.weights:
        if name not in variants:
            yield Problem(
                f"no variant is named {name!r}",
                path=f"{path}.weights.{name}",
                found=name,
                expected=one_of(tuple(variants)) if variants else "weight = NUMBER, no variants",
                hint=did_you_mean(name, variants),
            )
    absent = [name for name in variants if region.weights and name not in region.weights]
    if absent:
        yield Problem(
            "a region has no weight in a variant",
            path=f"{path}.weights",
            found=", ".join(region.weights),
            expected=f"a weight for {', '.join(absent)} too",
        )
