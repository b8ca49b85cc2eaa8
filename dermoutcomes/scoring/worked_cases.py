"""Worked cases of a scale against what it gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from dermoutcomes.errors import DermOutcomesError
from dermoutcomes.scoring.form_score import score_form
from dermoutcomes.scoring.results import as_data

if TYPE_CHECKING:
    from dermoutcomes.declare import Scale
    from dermoutcomes.declare.forms.scale_form import WorkedCase

__all__ = ["CaseResult", "differences", "work_case", "work_cases"]


@frozen
class CaseResult:
    """A worked case: empty `differences` where it holds."""

    id: str
    differences: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether every expected value is what the scale gives."""
        return not self.differences


def work_cases(scale: Scale) -> tuple[CaseResult, ...]:
    """Every worked case of a scale."""
    return tuple(work_case(scale, case) for case in (scale.form.cases if scale.form else ()))


def work_case(scale: Scale, case: WorkedCase) -> CaseResult:
    """One worked case: all that it expects, by name."""
    try:
        data = as_data(score_form(scale, case.items, case.params, f"cases.{case.id}.items"))
    except DermOutcomesError as error:
        return CaseResult(case.id, (f"it cannot be scored: {error}",))
    return CaseResult(case.id, tuple(differences(data, case.expected)))


def differences(
    data: Mapping[str, Any], expected: Mapping[str, Any], at: str = ""
) -> Iterator[str]:
    """What is not as expected; a number with a fraction is compared to its last digit."""
    for name, wanted in expected.items():
        key = f"{at}{name}"
        if name not in data:
            yield f"{key}: nothing of this name is given; expected {wanted!r}"
        elif isinstance(wanted, Mapping) and isinstance(data[name], Mapping):
            yield from differences(data[name], wanted, f"{key}.")
        elif not _is_same(data[name], wanted):
            yield f"{key} is {data[name]!r}; expected {wanted!r}"


def _is_same(value: Any, wanted: Any) -> bool:
    # In TOML nothing is null: "none" stands for no score.
    if wanted is None or wanted == "none":
        return value is None or value == wanted
    if isinstance(wanted, bool) or isinstance(value, bool):
        return value is wanted
    if isinstance(wanted, (int, float)) and isinstance(value, (int, float)):
        digits = len(repr(float(wanted)).partition(".")[2])
        return value == wanted or (digits >= 3 and round(value, digits) == wanted)
    if isinstance(wanted, Sequence) and not isinstance(wanted, str):
        return [*value] == [*wanted] if isinstance(value, Sequence) else False
    return bool(value == wanted)
