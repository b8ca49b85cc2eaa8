"""What a source may speak of, in our words: the names of columns, by what its files hold.

One rule, which `check` asks before data are read and the reader when it reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from dermoutcomes.study.patterns import FIELDS
from dermoutcomes.tables import OPEN_TABLES, TABLES
from dermoutcomes.vocabulary import FRAMEWORK, SETTING_KINDS

if TYPE_CHECKING:
    from dermoutcomes.declare import Instrument, Scale

__all__ = [
    "BY_NAME",
    "FILLED_IN",
    "FURTHER_COLUMNS",
    "LONG",
    "OF_CURVES",
    "ROLES",
    "SAMPLES",
    "STEPS",
    "X",
    "column_names",
    "setting_codes",
    "stated_names",
]

# Columns of the tables that reading fills in itself.
FILLED_IN = ("study", "id", "source", "row")
# Besides its own columns, what a table of the framework can be read from.
FURTHER_COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"exposures": ("date", "time"), "milestones": ("time",)}
)
# What tells one measurement from another; `measurement` is an export's own number for it, and is
# only what the source maps.
BY_NAME = (*(name for name in FIELDS if name != "measure"), "taken_at")
ROLES = (*BY_NAME, "measurement")
# What a table has that holds one value a row.
LONG = ("measure", "value", "unit", "text")
# Of curves: where a sample stands, the sample, where the first stands and how far the next is.
X = ("x", "time")
SAMPLES = ("samples", "sample", "y")
STEPS: Mapping[str, str] = MappingProxyType(
    {
        "x_first": "Where the first sample of a curve stands.",
        "x_step": "Distance between two samples of a curve.",
    }
)
# A clock time of its own has the name taken_at here: `time` runs along the curve.
OF_CURVES = (*(role for role in ROLES if role != "time"), *X, *STEPS, *SAMPLES)


def column_names(
    source: str, owner: Instrument | Scale | None, holds: str = "values"
) -> tuple[str, ...] | None:
    """Our names that `columns` of a source may map; None where the table takes any column."""
    if source in OPEN_TABLES:
        return None
    if source in FRAMEWORK:
        own = (name for name in TABLES[source] if name not in FILLED_IN)
        return tuple(dict.fromkeys((*own, *FURTHER_COLUMNS.get(source, ()))))
    names = OF_CURVES if holds == "curves" else (*FIELDS, "taken_at", *LONG, "measurement")
    return tuple(dict.fromkeys((*names, *_codes(owner))))


def stated_names(
    source: str, owner: Instrument | Scale | None, holds: str = "values"
) -> tuple[str, ...] | None:
    """Our names that `constants`, `values` and `units` may have; None where the table takes any.

    Those are the names of columns, and of curves also what no file of curves has as a column.
    """
    names = column_names(source, owner, holds)
    if names is None or holds != "curves":
        return names
    return tuple(dict.fromkeys((*names, "measure", "x_unit")))


def setting_codes(owner: Instrument | Scale | None) -> tuple[str, ...]:
    """Codes that say how or under what circumstances it was measured: a source may state them."""
    if owner is None:
        return ()
    return tuple(
        parameter.code for parameter in owner.parameters if parameter.kind in SETTING_KINDS
    )


def _codes(owner: Instrument | Scale | None) -> tuple[str, ...]:
    return tuple(parameter.code for parameter in owner.parameters) if owner else ()
