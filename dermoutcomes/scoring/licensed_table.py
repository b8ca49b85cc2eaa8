"""Scores of single forms by a table of the scale's licence, which the command is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from dermoutcomes.conditions import exact
from dermoutcomes.derive.conversion import SUM_DIGITS, read_conversion, table_ends
from dermoutcomes.errors import Problem, StudyError

if TYPE_CHECKING:
    from dermoutcomes.declare import Scale

__all__ = ["LicensedTable"]

Options = tuple[tuple[str, Fraction], ...]


@frozen(eq=False)
class LicensedTable:
    """The file of a licensee with a score for each raw score; it is read and never kept.

    Raises StudyError where the scale converts nothing by a table. `by_options` keeps what was read,
    since options of a form (how many items it has) say where the table begins and ends.
    """

    scale: Scale
    path: Path
    by_options: dict[Options, Mapping[str, Mapping[float, float]]] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        if self.scale.form is None or not self.scale.form.conversions:
            raise StudyError(
                Problem(
                    f"nothing of {self.scale.name!r} is converted by a table",
                    path="--conversion",
                    found=self.path.name,
                    expected="no conversion",
                )
            )

    def scores(
        self, values: Mapping[str, Fraction | str | None], options: Mapping[str, Fraction]
    ) -> Iterator[tuple[str, str, Fraction | None]]:
        """Each code that the table gives, the code it is of, and its score for these values.

        The score is None where its raw score is not there, and where the table lacks it. Raises
        StudyError with all that is wrong with the table for these options.
        """
        assert self.scale.form is not None
        for code, table in self._tables(options).items():
            of = self.scale.form.conversions[code].of
            raw = values.get(of)
            score = table.get(round(float(raw), SUM_DIGITS)) if isinstance(raw, Fraction) else None
            yield code, of, None if score is None else exact(score)

    def _tables(self, options: Mapping[str, Fraction]) -> Mapping[str, Mapping[float, float]]:
        key = tuple(options.items())
        if key not in self.by_options:
            self.by_options[key] = self._read(options)
        return self.by_options[key]

    def _read(self, options: Mapping[str, Fraction]) -> dict[str, dict[float, float]]:
        assert self.scale.form is not None
        stated = {name: float(value) for name, value in options.items()}
        words = ", ".join(f"{name} = {value:g}" for name, value in stated.items())
        problems, tables = list[Problem](), dict[str, dict[float, float]]()
        for code, conversion in self.scale.form.conversions.items():
            parameter = self.scale.parameter(code)
            assert parameter is not None
            tables[code] = read_conversion(
                self.path,
                parameter,
                conversion.of,
                table_ends(conversion, stated),
                problems,
                f"{words} of the form (a column, or params in JSON)",
            )
        if problems:
            raise StudyError([evolve(problem, path="--conversion") for problem in problems])
        return tables
