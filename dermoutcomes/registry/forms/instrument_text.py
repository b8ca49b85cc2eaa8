"""What an instrument's text says beside its parameters: checks, ranges and sources of numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from dermoutcomes.declare import Check, PlausibleRange
from dermoutcomes.declare.forms.scale_form import FormCheck
from dermoutcomes.errors import Problem, did_you_mean, one_of
from dermoutcomes.registry.forms.expansion import NAMES
from dermoutcomes.registry.forms.scale_text import check_of

if TYPE_CHECKING:
    from dermoutcomes.registry.forms.scale_text import Formula

__all__ = ["instrument_checks", "number_problems", "range_problems", "ranges_of"]

# What may have a source of its own, or lack one.
NUMBERS = ("low", "high", "minimum", "maximum", "improves", "unit", "definition", "formula")


def instrument_checks(
    text: Any, path: str, expression: Formula, problems: list[Problem]
) -> tuple[Check, ...]:
    """The checks of an instrument; `problems` gets what is wrong with them."""
    codes = tuple(text.parameters)
    checks = []
    for check in text.checks.values():
        place = f"{path}.checks.{check.id}"
        if check.items:
            problems.append(
                Problem(
                    "an instrument's check names its codes in the formula",
                    path=f"{place}.items",
                    found=", ".join(check.items),
                    expected="no `items`",
                )
            )
        if check.measure is not None and check.measure not in codes:
            problems.append(_unknown_code(check.measure, codes, f"{place}.measure"))
        form = FormCheck(
            check.id,
            check.problem,
            check.measure or _first_code(check.problem, codes),
            check.severity,
            check.message,
            check.expected,
        )
        checks.append(check_of(form, check.id, codes, path, expression, problems))
    return tuple(check for check in checks if check is not None)


def _first_code(formula: str, codes: Collection[str]) -> str:
    """The code that a formula names first, of which a finding is unless the check says it."""
    return next((name for name in NAMES.findall(formula) if name in codes), "")


def ranges_of(text: Any) -> tuple[PlausibleRange, ...]:
    """What a parameter's text says is plausible at places or with settings."""
    return tuple(
        PlausibleRange(
            low=own.low,
            high=own.high,
            locations=own.locations,
            settings=own.settings,
            population=own.population,
            source=own.source,
            verified=own.verified,
        )
        for own in text.ranges
    )


def range_problems(text: Any, codes: Collection[str], path: str) -> Iterator[Problem]:
    """Ranges that bound nothing, hold everywhere, or name a setting that is not declared."""
    for number, own in enumerate(text.ranges, 1):
        place = f"{path}.ranges[{number}]"
        if (own.low, own.high) == (None, None):
            yield Problem(
                "the range has no end", path=place, found="neither", expected="low or high"
            )
        elif own.low is not None and own.high is not None and own.low > own.high:
            yield Problem(
                "the range ends below its beginning",
                path=place,
                found=f"low = {own.low:g}, high = {own.high:g}",
                expected="low at most high",
            )
        if not own.locations and not own.settings:
            yield Problem(
                "the range says neither place nor setting",
                path=place,
                found="low and high alone",
                expected='locations = ["forehead"] or settings = { probe_mm = 2 }; a range for '
                "all readings is low and high of the parameter",
            )
        for code in own.settings:
            if code not in codes:
                yield _unknown_code(code, codes, f"{place}.settings.{code}")


def number_problems(text: Any, path: str) -> Iterator[Problem]:
    """Ends of a range that are exchanged; sources, and marks, of what a parameter does not state."""
    for least, most in (("minimum", "maximum"), ("low", "high")):
        low, high = getattr(text, least), getattr(text, most)
        if low is not None and high is not None and low > high:
            yield Problem(
                f"{least} lies above {most}",
                path=f"{path}.{least}",
                found=f"{least} = {low:g}, {most} = {high:g}",
                expected=f"{least} = {high:g} and {most} = {low:g}, or other numbers",
            )
    for key, names in (("sources", tuple(text.sources)), ("unverified", text.unverified)):
        for name in names:
            if name not in NUMBERS:
                yield Problem(
                    f"no field of a parameter that has a source is named {name!r}",
                    path=f"{path}.{key}",
                    found=name,
                    expected=one_of(NUMBERS),
                    hint=did_you_mean(name, NUMBERS),
                )
            elif getattr(text, name) in (None, ""):
                yield Problem(
                    f"{name} is not stated, so that it has no source",
                    path=f"{path}.{key}",
                    found=name,
                    expected=f"{name} beside it",
                )


def _unknown_code(code: str, codes: Collection[str], path: str) -> Problem:
    return Problem(
        f"no parameter is named {code!r}",
        path=path,
        found=code,
        expected=one_of(tuple(codes)),
        hint=did_you_mean(code, codes),
    )
