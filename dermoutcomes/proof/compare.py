"""What differs between a reference case and what we compute, field by field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from math import isfinite, isnan
from typing import Any, TypeVar

from attrs import frozen

from dermoutcomes.declare import ReferenceCase, ReferenceMethod

__all__ = ["Difference", "begins", "compared", "covers", "fields", "unanswered"]

# Non-finite numbers as the files write them. Where the reference has no number, none is expected.
NO_NUMBER = ("NaN", "NA", None)
INFINITE = {"Inf": float("inf"), "-Inf": float("-inf")}
T = TypeVar("T")
Scale = Callable[[float], float]


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


def unanswered(
    method: ReferenceMethod, case: ReferenceCase, answers: Mapping[str, Any]
) -> list[str]:
    """Fields of the result that are not among our answers.

    Those that the method or the case leaves out, with a reason, are not named.
    """
    known = {*answers, *method.left_out, *case.left_out, method.stated or ""}
    return [path for path in fields(case.result) if not any(covers(name, path) for name in known)]


def covers(name: str, path: str) -> bool:
    """Whether a name stands for a path.

    It is the path, or ends in "." and is the beginning of it; a part "*" stands for any one part.
    """
    return name == path or (
        (name.endswith(".") or "*" in name)
        and _pattern(name, whole=not name.endswith(".")).match(path) is not None
    )


def begins(prefix: str, path: str) -> bool:
    """Whether a path begins so; a part "*" stands for any one part."""
    return _pattern(prefix, whole=False).match(path) is not None


@cache
def _pattern(name: str, *, whole: bool) -> re.Pattern[str]:
    parts = ("[^.]+" if part == "*" else re.escape(part) for part in name.split("."))
    return re.compile(r"\.".join(parts) + ("$" if whole else ""))


def compared(
    method: ReferenceMethod, case: ReferenceCase, answers: Mapping[str, Any]
) -> Iterator[Difference]:
    """Every one of our answers that the case has a field for, with how far they are apart.

    Where the reference has no number ("NA", "NaN", null), ours must be none either, unless the
    method says in `no_reference` why it is one.
    """
    expected = fields(case.result)
    for path, ours in answers.items():
        if path in expected:
            pairs = _pairs(
                path,
                ours,
                expected[path],
                _tolerance(method, path, float(expected.get(method.stated or "", 0.0))),
                _longest(method.scales, path) or float,
            )
            yield from (
                pair
                for pair in pairs
                if pair.reference not in NO_NUMBER or path not in method.no_reference
            )


def _tolerance(method: ReferenceMethod, path: str, stated: float) -> tuple[float, float]:
    """What the method allows this path, else what the case states, else what the method allows."""
    if (allowed := _longest(method.tolerances, path)) is not None:
        return allowed[0], allowed[1]
    return (0.0, stated) if stated else (method.relative, method.absolute)


def _longest(by_prefix: Mapping[str, T], path: str) -> T | None:
    """What the longest beginning of the path has."""
    fitting = [prefix for prefix in by_prefix if begins(prefix, path)]
    return by_prefix[max(fitting, key=len)] if fitting else None


def _pairs(
    path: str, ours: Any, reference: Any, tolerance: tuple[float, float], scale: Scale
) -> Iterator[Difference]:
    if isinstance(reference, list):
        own = list(ours) if hasattr(ours, "__len__") and not isinstance(ours, str) else [ours]
        if len(own) != len(reference):
            yield Difference(path, ours, reference, float("inf"), None, within=False)
            return
        for a, b in zip(own, reference, strict=True):
            yield from _pairs(path, a, b, tolerance, scale)
    elif reference in NO_NUMBER:
        within = _is_no_number(ours)
        yield Difference(
            path, ours, reference, 0.0 if within else float("inf"), None, within=within
        )
    else:
        yield _difference(path, ours, reference, *tolerance, scale)


def _is_no_number(ours: Any) -> bool:
    if isinstance(ours, (list, tuple)) and len(ours) == 1:
        return _is_no_number(ours[0])
    return ours is None or ours in NO_NUMBER or (isinstance(ours, float) and isnan(ours))


def _difference(
    path: str, ours: Any, reference: Any, relative: float, absolute: float, scale: Scale
) -> Difference:
    # R writes a vector of one as a number.
    if isinstance(ours, (list, tuple)) and len(ours) == 1:
        ours = ours[0]
    if isinstance(reference, (str, bool)) and reference not in INFINITE:
        return Difference(path, ours, reference, 0.0, None, within=bool(ours == reference))
    wanted = float(INFINITE.get(reference, reference))
    # Our tables hold no infinity: a limit that there is not is empty.
    if ours is None and not isfinite(wanted):
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
    apart = abs(scale(value) - scale(wanted))
    # Where the relative rule would ask for less than the absolute one, a relative size says nothing.
    near_zero = abs(wanted) * relative <= absolute
    return Difference(
        path,
        value,
        wanted,
        apart,
        None if near_zero else apart / abs(wanted),
        within=apart <= relative * abs(wanted) + absolute,
    )
