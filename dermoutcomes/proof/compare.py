"""What differs between a reference case and what we compute, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from attrs import frozen

from dermoutcomes.declare import ReferenceCase, ReferenceMethod

__all__ = ["Difference", "compared", "fields", "unanswered"]

# Non-finite numbers as the files write them. A reference without a value says nothing about ours.
UNSTATED = ("NaN", "NA", None)
INFINITE = {"Inf": float("inf"), "-Inf": float("-inf")}


@frozen
class Difference:
    """One number against its reference.

    `relative` is None where the reference is so near zero that the absolute rule decides.
    """

    path: str
    ours: Any
    reference: Any
    absolute: float
    relative: float | None
    within: bool


def fields(result: Any, prefix: str = "") -> dict[str, Any]:
    """A result as dotted path = number, text, or list of them.

    Tables in a list are numbered from 0.
    """
    if isinstance(result, Mapping):
        return _nested(result.items(), prefix)
    if isinstance(result, list) and any(isinstance(element, (Mapping, list)) for element in result):
        return _nested(enumerate(result), prefix)
    return {prefix: result}


def _nested(items: Any, prefix: str) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in items:
        flat |= fields(value, f"{prefix}.{name}" if prefix else str(name))
    return flat


def unanswered(method: ReferenceMethod, case: ReferenceCase) -> list[str]:
    """Fields of the result that are neither compared nor named among those left out."""
    known = {*method.compute(case), *method.left_out, method.stated or ""}
    return [
        path
        for path in fields(case.result)
        if path not in known
        and not any(path.startswith(name) for name in known if name.endswith("."))
    ]


def compared(method: ReferenceMethod, case: ReferenceCase) -> Iterator[Difference]:
    """Every number that we compute and the case has, with how far they are apart."""
    expected = fields(case.result)
    for path, ours in method.compute(case).items():
        if path in expected:
            yield from _pairs(
                path,
                ours,
                expected[path],
                _tolerance(method, path, float(expected.get(method.stated or "", 0.0))),
            )


def _tolerance(method: ReferenceMethod, path: str, stated: float) -> tuple[float, float]:
    if stated:
        return 0.0, stated
    fitting = [prefix for prefix in method.tolerances if path.startswith(prefix)]
    return (
        method.tolerances[max(fitting, key=len)] if fitting else (method.relative, method.absolute)
    )


def _pairs(
    path: str, ours: Any, reference: Any, tolerance: tuple[float, float]
) -> Iterator[Difference]:
    if isinstance(reference, list):
        own = list(ours) if hasattr(ours, "__len__") and not isinstance(ours, str) else [ours]
        if len(own) != len(reference):
            yield Difference(path, ours, reference, float("inf"), None, within=False)
            return
        for a, b in zip(own, reference, strict=True):
            yield from _pairs(path, a, b, tolerance)
    elif reference not in UNSTATED:
        yield _difference(path, ours, reference, *tolerance)


def _difference(
    path: str, ours: Any, reference: Any, relative: float, absolute: float
) -> Difference:
    if isinstance(ours, (list, tuple)) and len(ours) == 1:  # R writes a vector of one as a number
        ours = ours[0]
    if isinstance(reference, (str, bool)) and reference not in INFINITE:
        return Difference(path, ours, reference, 0.0, None, within=bool(ours == reference))
    wanted = float(INFINITE.get(reference, reference))
    if ours is None and not isfinite(
        wanted
    ):  # our tables hold no infinity: a limit that there is not is empty
        return Difference(path, ours, reference, 0.0, None, within=True)
    value = float("nan") if ours is None else float(ours)
    if not isfinite(wanted) or not isfinite(value):
        return Difference(
            path,
            ours,
            reference,
            0.0 if value == wanted else float("inf"),
            None,
            within=value == wanted,
        )
    apart = abs(value - wanted)
    near_zero = abs(wanted) * relative <= absolute
    return Difference(
        path,
        value,
        wanted,
        apart,
        None if near_zero else apart / abs(wanted),
        within=apart <= relative * abs(wanted) + absolute,
    )
