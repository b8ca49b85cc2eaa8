"""The cells of a study's files as the tests read them: text, and numbers with a decimal comma."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from pathlib import Path

HERE = Path(__file__).parent


def rows(name: str, delimiter: str = ",") -> list[dict[str, str]]:
    """The rows of a file below this folder."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def number(cell: str) -> float | None:
    """A cell as a number; None where it is empty."""
    return float(cell.replace(",", ".")) if cell.strip() else None


def means(read: Iterable[tuple[Hashable, float | None]]) -> dict[Hashable, float]:
    """Key = the mean of its numbers; a key without any is left out."""
    collected: dict[Hashable, list[float]] = defaultdict(list)
    for key, value in read:
        if value is not None:
            collected[key].append(value)
    return {key: sum(values) / len(values) for key, values in collected.items()}


def pairs(
    first: Mapping[str, float], second: Mapping[str, float]
) -> tuple[list[float], list[float]]:
    """The numbers of those who have both, in the order of their names."""
    both = sorted(first.keys() & second.keys())
    return [first[name] for name in both], [second[name] for name in both]
