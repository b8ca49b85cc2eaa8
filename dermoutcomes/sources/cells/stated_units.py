"""Units that an export states, held against the units of the codes: converted where they measure the same, refused where not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dermoutcomes.errors import Problem
from dermoutcomes.sources.cells.units import Conversion, UnitError, conversion, parse_unit
from dermoutcomes.sources.findings import note

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes.declare import Parameter
    from dermoutcomes.sources.files import SourceFile
    from dermoutcomes.sources.header import Column

__all__ = ["UnitBook"]


class UnitBook:
    """Collects the conversions that one file needs, with the problems and findings about its units."""

    def __init__(self, file: SourceFile, owner: str) -> None:
        self.file, self.owner = file, owner
        self.conversions: list[Conversion] = []
        self.problems: list[Problem] = []
        self.findings: list[pl.DataFrame] = []

    def of_column(self, parameter: Parameter, column: Column, line: int | None) -> int | None:
        """The number of the conversion for a column: by the source's `units`, or by the unit in its header."""
        stated = self.stated(parameter)
        in_header = (
            column.unit
            if column.unit and (column.surely_unit or _means_unit(column.unit, parameter))
            else None
        )
        if stated and in_header and column.surely_unit and not _same(stated, in_header):
            self.problems.append(
                Problem(
                    f"the header gives the unit {in_header!r}, the study file {stated!r}",
                    file=self.file.relative,
                    line=line,
                    path=f"{self.file.setting}.units.{parameter.code}",
                    found=column.name,
                    expected=f"[{stated}]",
                    hint="which is true? leave `units` out, or correct the export",
                    code="unit",
                )
            )
        return self.add(parameter, stated or in_header, line, column.position, column.name)

    def stated(self, parameter: Parameter) -> str | None:
        """The unit that the source states for a code."""
        units = self.file.spec.units
        return units.get(parameter.code) or units.get(f"{self.owner}.{parameter.code}")

    def add(
        self,
        parameter: Parameter,
        theirs: str | None,
        line: int | None,
        column: int | None,
        found: str,
    ) -> int | None:
        """The number of the conversion from `theirs`, or None where nothing is to be converted."""
        if not theirs or theirs == parameter.unit:
            return None
        if not _known(theirs) or not _known(parameter.unit):
            self._unknown(parameter, theirs, line, column)
            return None
        try:
            needed = conversion(theirs, parameter.unit)
        except UnitError as error:
            self.problems.append(
                Problem(
                    f"the unit does not fit {self.owner}.{parameter.code}: {error}",
                    file=self.file.relative,
                    line=line,
                    column=column,
                    path=f"{self.file.setting}.columns.{parameter.code}",
                    found=found,
                    expected=f"a unit that can be converted to {parameter.unit or 'a plain number'}",
                    code="unit",
                )
            )
            return None
        if needed.power == 0:
            return None
        if needed not in self.conversions:
            self.conversions.append(needed)
        return self.conversions.index(needed)

    def _unknown(
        self, parameter: Parameter, theirs: str, line: int | None, column: int | None
    ) -> None:
        self.findings.append(
            note(
                "unit_unknown",
                "warning",
                self.file,
                row=line,
                column=column,
                measure=f"{self.owner}.{parameter.code}",
                found=theirs,
                expected=parameter.unit or "no unit",
                message=f"the unit {theirs!r} is not known; numbers are read as {parameter.unit or 'plain numbers'}",
            )
        )


def _known(unit: str) -> bool:
    try:
        parse_unit(unit)
    except UnitError:
        return False
    return True


def _means_unit(text: str, parameter: Parameter) -> bool:
    """Whether a text in round brackets is a unit: "(mm)" is one, "(L)" a side, "(2)" a replicate, unless ours can be made of it."""
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
