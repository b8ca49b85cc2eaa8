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
    "CURVE_COLUMNS",
    "LONG_TABLE_COLUMNS",
    "MEASUREMENT_FIELDS",
    "PROVENANCE_COLUMNS",
    "ROLES",
    "SAMPLE_COLUMNS",
    "TIME_COLUMNS",
    "VERSION",
    "X_COLUMNS",
    "X_SETTINGS",
    "assignable_names",
    "column_names",
    "setting_codes",
]

# Columns of the tables that reading fills in itself.
PROVENANCE_COLUMNS = ("study", "id", "source", "row", "file_columns")
# Besides its own columns, what a table of the framework can be read from.
TIME_COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"exposures": ("date", "time"), "milestones": ("time",)}
)
# What tells one measurement from another.
MEASUREMENT_FIELDS = (*(name for name in FIELDS if name not in ("measure", "arm")), "taken_at")
# `measurement`, an export's own number for it, and `arm`, the treatment of its place, are only what
# the source maps: a list of readings may repeat the arm for its readers.
ROLES = (*MEASUREMENT_FIELDS, "arm", "measurement")
# What a table has that holds one value a row.
LONG_TABLE_COLUMNS = ("measure", "value", "unit", "text")
# The version of its form or device that a row states. A code of that name is a value.
VERSION = "version"
# Of curves: where a sample stands, the sample, where the first stands and how far the next is.
X_COLUMNS = ("x", "time")
SAMPLE_COLUMNS = ("samples", "sample", "y")
X_SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "x_first": "Where the first sample of a curve stands.",
        "x_step": "Distance between two samples of a curve.",
    }
)
# A clock time of its own has the name taken_at here: `time` runs along the curve.
CURVE_COLUMNS = (
    *(role for role in ROLES if role != "time"),
    *X_COLUMNS,
    *X_SETTINGS,
    *SAMPLE_COLUMNS,
)


def column_names(
    source: str, owner: Instrument | Scale | None, holds: str = "values"
) -> tuple[str, ...] | None:
    """Our names that `columns` of a source may map; None where the table takes any column."""
    if source in OPEN_TABLES:
        return None
    if source in FRAMEWORK:
        own = (name for name in TABLES[source] if name not in PROVENANCE_COLUMNS)
        return tuple(dict.fromkeys((*own, *TIME_COLUMNS.get(source, ()))))
    names = (
        (*CURVE_COLUMNS, VERSION)
        if holds == "curves"
        else (*FIELDS, "taken_at", *LONG_TABLE_COLUMNS, "measurement", VERSION)
    )
    return tuple(dict.fromkeys((*names, *_parameter_codes(owner))))


def assignable_names(
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


def _parameter_codes(owner: Instrument | Scale | None) -> tuple[str, ...]:
    return tuple(parameter.code for parameter in owner.parameters) if owner else ()
