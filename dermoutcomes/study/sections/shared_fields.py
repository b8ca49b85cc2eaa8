"""What several tables of the study file hold alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dermoutcomes.conditions import CONDITIONS_SCHEMA, Conditions, parse_conditions
from dermoutcomes.declare import option

__all__ = ["COLUMNS_SCHEMA", "Names", "conditions", "parse_columns"]

Names = tuple[str, ...]
_SEVERAL = {"type": "array", "items": {"type": "string"}, "minItems": 2}
COLUMNS_SCHEMA = {
    "type": "object",
    "properties": {"subject": {"anyOf": [{"type": "string"}, _SEVERAL]}},
    "additionalProperties": {"type": "string"},
}


def conditions(help: str) -> Any:  # noqa: A002 - as `option` has it
    """A table of conditions, empty unless stated."""
    return option(Conditions(), help, parse=parse_conditions, schema=CONDITIONS_SCHEMA)


def parse_columns(value: Any) -> Mapping[str, str | tuple[str, ...]]:
    """Our name = the export's column; the subject's id may stand in several."""
    expected = 'a table of texts, as { subject = "Patient" } or { subject = ["Site", "Nr"] }'
    if not isinstance(value, Mapping):
        raise ValueError(expected)  # noqa: TRY004 - its words are what was expected
    columns: dict[str, str | tuple[str, ...]] = {}
    for name, theirs in value.items():
        if isinstance(theirs, str):
            columns[name] = theirs
        elif (
            name == "subject"
            and isinstance(theirs, (list, tuple))
            and len(theirs) > 1
            and all(isinstance(part, str) for part in theirs)
        ):
            columns[name] = tuple(theirs)
        else:
            raise ValueError(expected)
    return columns
