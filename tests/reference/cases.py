"""The cases of a folder, and what differs between a case and what we compute."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import Any

import pytest

from .methods import METHODS, Method

HERE = Path(__file__).parent / "cases"
ORACLE = os.environ.get("DERMOUTCOMES_ORACLE")
NOT_SET = pytest.mark.skip(reason="DERMOUTCOMES_ORACLE does not name the folder of reference cases that may not be copied")


def stored(folder: Path) -> Iterator[Mapping[str, Any]]:
    """The cases of every method that we answer, in the order of their files."""
    for method in METHODS:
        file = folder / f"{method}.json"
        if file.exists():
            yield from json.loads(file.read_text(encoding="utf-8"))["cases"]


def parameters() -> list[Any]:
    """Every case as a pytest parameter; one that is skipped stands for those of the other folder where it is not set."""
    ours = [pytest.param(case, id=case["id"]) for case in stored(HERE)]
    if ORACLE is None:
        return [*ours, pytest.param({}, id="elsewhere", marks=NOT_SET)]
    return ours + [pytest.param(case, id=f"elsewhere-{case['id']}") for case in stored(Path(ORACLE) / "elsewhere")]


def flat(result: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """A result as dotted path = value."""
    fields: dict[str, Any] = {}
    for name, value in result.items():
        fields |= flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return fields


def unanswered(method: Method, case: Mapping[str, Any]) -> list[str]:
    """Fields of the result that are neither compared nor named among those left out."""
    known = {*method.compute(case["inputs"]), *method.left_out}
    return [path for path in flat(case["result"]) if path not in known and not any(path.startswith(name) for name in known if name.endswith("."))]


def differing(method: Method, case: Mapping[str, Any]) -> list[str]:
    """The fields in which we differ from the case by more than is allowed, in words."""
    expected = flat(case["result"])
    return [f"{path}: {ours!r}, and the reference says {expected[path]!r}" for path, ours in method.compute(case["inputs"]).items()
            if path in expected and not _near(ours, expected[path], method)]


def _near(ours: Any, reference: Any, method: Method) -> bool:
    if isinstance(reference, list):
        return len(ours) == len(reference) and all(_near(a, b, method) for a, b in zip(ours, reference, strict=True))
    if reference in ("NaN", "NA"):
        return True
    return ours is not None and isfinite(ours) and abs(ours - reference) <= method.relative * abs(reference) + method.absolute
