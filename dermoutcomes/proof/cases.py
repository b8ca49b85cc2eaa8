"""Reading reference cases: one JSON file a method, with the data files in the folder beside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dermoutcomes.declare import ReferenceCase
from dermoutcomes.errors import Problem, StudyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dermoutcomes.declare import ReferenceMethod

__all__ = ["cases_of", "shipped", "stored_in", "unread"]

REQUIRED = ("id", "method", "result")


def shipped() -> Path:
    """The folder of the bundled cases: in the wheel, or in a checkout's tests."""
    package = Path(__file__).parents[1]
    inside = package / "_bundled" / "reference" / "cases"
    return inside if inside.is_dir() else package.parent / "tests" / "reference" / "cases"


def cases_of(method: ReferenceMethod) -> Iterator[ReferenceCase]:
    """The cases that come with the method."""
    return stored_in(method.cases or shipped(), method)


def stored_in(folder: Path, method: ReferenceMethod) -> Iterator[ReferenceCase]:
    """The cases of the method in a folder of `<method>.json` files, in the order of the file.

    There are none where there is no such file. Raises StudyError where the file cannot be read.
    """
    file = folder / f"{method.of or method.name}.json"
    if not file.exists():
        return
    for case in _stored_cases(file):
        if not method.only or case["id"].startswith(method.only):
            yield _case(case, folder.parent / "data")


def unread(folder: Path, methods: Iterable[ReferenceMethod]) -> tuple[str, ...]:
    """What stands in a folder of cases and is read by none of the methods.

    "file: id" of a case, sorted. Raises StudyError where a file cannot be read.
    """
    read = {
        (f"{method.of or method.name}.json", case.id)
        for method in methods
        for case in stored_in(folder, method)
    }
    return tuple(
        f"{file.name}: {case['id']}"
        for file in sorted(folder.glob("*.json"))
        for case in _stored_cases(file)
        if (file.name, case["id"]) not in read
    )


def _stored_cases(file: Path) -> list[Mapping[str, Any]]:
    """The cases of a file as they are written. Raises StudyError."""
    expected = 'an object with "cases", a list of objects with ' + ", ".join(
        f'"{name}"' for name in REQUIRED
    )
    try:
        text = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:  # of JSON, or of the encoding
        raise StudyError(
            Problem(
                "the file of reference cases is no JSON in UTF-8",
                file=str(file),
                found=str(error),
                expected=expected,
            )
        ) from error
    cases = text.get("cases") if isinstance(text, dict) else None
    if not isinstance(cases, list):
        raise StudyError(
            Problem("the file holds no reference cases", file=str(file), expected=expected)
        )
    if problems := [
        Problem(
            f"a reference case has no {' and no '.join(missing)}",
            file=str(file),
            found=f"case {number} of {len(cases)}",
            expected=expected,
        )
        for number, case in enumerate(cases, start=1)
        if (
            missing := [name for name in REQUIRED if not isinstance(case, dict) or name not in case]
        )
    ]:
        raise StudyError(problems)
    return cases


def _case(case: Mapping[str, Any], data: Path) -> ReferenceCase:
    dataset = case.get("dataset")
    file = data / dataset.rsplit("/", 1)[-1] if isinstance(dataset, str) else None
    return ReferenceCase(
        case["id"],
        case["method"],
        case["result"],
        case.get("inputs") or {},
        case.get("spec"),
        dataset,
        file if file is not None and file.exists() else None,
        case.get("software") or "",
        str(case.get("call") or ""),
        str(case.get("notes") or ""),
        case.get("left_out") or {},
    )
