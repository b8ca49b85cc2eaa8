"""Reading reference cases: one JSON file a method, with the data files in the folder beside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dermoutcomes.declare import ReferenceCase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dermoutcomes.declare import ReferenceMethod

__all__ = ["cases_of", "shipped", "stored_in"]


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

    There are none where there is no such file.
    """
    file = folder / f"{method.of or method.name}.json"
    if not file.exists():
        return
    for case in json.loads(file.read_text(encoding="utf-8"))["cases"]:
        if not method.only or case["id"].startswith(method.only):
            yield _case(case, folder.parent / "data")


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
    )
