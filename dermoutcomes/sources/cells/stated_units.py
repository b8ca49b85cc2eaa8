"""Units of an export against the units of the codes.

Converted where they measure the same, refused where not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dermoutcomes.sources.cells.units import Conversion, UnitError, conversion, parse_unit

if TYPE_CHECKING:
    from dermoutcomes.declare import Parameter
    from dermoutcomes.sources.header import Column
    from dermoutcomes.sources.reading_context import MeasurementContext

__all__ = ["UnitBook"]


class UnitBook:
    """The conversions that one file needs; problems and findings about units go to its context."""

    def __init__(self, context: MeasurementContext) -> None:
        self.context = context
        self.conversions: list[Conversion] = []

    def of_column(self, parameter: Parameter, column: Column) -> int | None:
        """The index of the conversion of a column.

        By the source's `units`, or the unit in its header.
        """
        line = self.context.header.line
        stated = self._stated(parameter)
        in_header = (
            column.unit
            if column.unit and (column.surely_unit or _means_unit(column.unit, parameter))
            else None
        )
        if stated and in_header and column.surely_unit and not _same(stated, in_header):
            self.context.add_problem(
                f"the header gives the unit {in_header!r}, the study file {stated!r}",
                f"units.{parameter.code}",
                line=line,
                found=column.name,
                expected=f"[{stated}]",
                hint="which is true? leave `units` out, or correct the export",
                code="unit",
            )
        return self._index(parameter, stated or in_header, line, column.position, column.name)

    def of_value(self, parameter: Parameter, theirs: str | None, row: int) -> int | None:
        """The index of the conversion of values of a long table that have the unit `theirs`."""
        stated = self._stated(parameter)
        return self._index(parameter, stated or theirs, row, None, str(theirs))

    def _stated(self, parameter: Parameter) -> str | None:
        units, owner = self.context.spec.units, self.context.owner
        return units.get(parameter.code) or units.get(f"{owner.name}.{parameter.code}")

    def _index(
        self,
        parameter: Parameter,
        theirs: str | None,
        line: int | None,
        column: int | None,
        cell: str,
    ) -> int | None:
        """The index of the conversion from `theirs`, or None where nothing is to be converted."""
        if not theirs or theirs == parameter.unit:
            return None
        measure = f"{self.context.owner.name}.{parameter.code}"
        if not _known(theirs) or not _known(parameter.unit):
            read_as = parameter.unit or "plain numbers"
            self.context.add_note(
                "unit_unknown",
                "warning",
                row=line,
                column=column,
                measure=measure,
                found=theirs,
                expected=parameter.unit or "no unit",
                message=f"the unit {theirs!r} is not known; numbers are read as {read_as}",
            )
            return None
        try:
            needed = conversion(theirs, parameter.unit)
        except UnitError as error:
            ours = parameter.unit or "a plain number"
            self.context.add_problem(
                f"the unit does not fit {measure}: {error}",
                f"columns.{parameter.code}",
                line=line,
                column=column,
                found=cell,
                expected=f"a unit that can be converted to {ours}",
                code="unit",
            )
            return None
        if needed.power == 0:
            return None
        if needed not in self.conversions:
            self.conversions.append(needed)
        return self.conversions.index(needed)


def _known(unit: str) -> bool:
    try:
        parse_unit(unit)
    except UnitError:
        return False
    return True


def _means_unit(text: str, parameter: Parameter) -> bool:
    """Whether a text in round brackets is a unit.

    "(mm)" is one; "(L)" is a side and "(2)" a replicate, unless ours can be made of it.
    """
    if not _known(text) or not any(sign.isalpha() or sign in "%°" for sign in text):
        return False
    return len(text) > 1 or _convertible(text, parameter.unit)


def _convertible(theirs: str, ours: str) -> bool:
    try:
        conversion(theirs, ours)
    except UnitError:
        return False
    return True


def _same(first: str, second: str) -> bool:
    if not (_known(first) and _known(second)):
        return first == second
    one, two = parse_unit(first), parse_unit(second)
    return (one.factor, one.offset, one.dimensions) == (two.factor, two.offset, two.dimensions)
