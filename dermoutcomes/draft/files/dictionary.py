"""The data dictionary of a REDCap project: forms, labels and codes of its fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import field, frozen

from dermoutcomes.draft.recognition.measures import joined

if TYPE_CHECKING:
    from dermoutcomes.draft.files.grids import Grid

__all__ = ["Dictionary", "as_dictionary"]

CHOICE = re.compile(r"\s*(-?\w+)\s*,\s*(.*?)\s*")


@frozen(eq=False)
class Dictionary:
    """Field = its form, its label, and its codes with their words."""

    forms: Mapping[str, str] = field(factory=dict)
    labels: Mapping[str, str] = field(factory=dict)
    choices: Mapping[str, Mapping[str, str]] = field(factory=dict)


def as_dictionary(grid: Grid) -> Dictionary | None:
    """A table as a data dictionary; None where it is none."""
    columns = {joined(column.name): column.cells for column in grid.columns}
    names = columns.get("variablefieldname")
    if names is None:
        return None
    blank = tuple("" for _ in names)
    forms = columns.get("formname", blank)
    labels = columns.get("fieldlabel", blank)
    written = next((cells for name, cells in columns.items() if name.startswith("choices")), blank)
    choices = {
        name.strip(): words
        for name, text in zip(names, written, strict=True)
        if (words := _choices(text))
    }
    return Dictionary(
        {name.strip(): form.strip() for name, form in zip(names, forms, strict=True)},
        {name.strip(): label.strip() for name, label in zip(names, labels, strict=True)},
        choices,
    )


def _choices(text: str) -> dict[str, str]:
    """1, Mild | 2, Moderate → code = word."""
    matches = [CHOICE.fullmatch(part) for part in text.split("|")]
    return {match[1]: match[2] for match in matches if match is not None}
