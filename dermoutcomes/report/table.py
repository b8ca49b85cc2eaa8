"""Tables: what is planned of one (from study and plugins), and one that is filled (from results).

An empty filling is a table too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

if TYPE_CHECKING:
    from dermoutcomes.report.blocks import Part, Rich

__all__ = ["Column", "Foot", "Row", "Table", "TableSpec", "columns"]


@frozen
class Column:
    """A column: its head, the side of its cells, and how many it is of.

    `align` is l, r, c, or v for values with an interval. Neighbours with the same `over` stand
    under one head more. `n` is filled: the subjects or records of the column.
    """

    head: str
    align: str = "l"
    over: str = ""
    n: Part | None = None

    @property
    def heading(self) -> str:
        """Its head with how many it is of, as one text."""
        return f"{self.head}, n = {self.n.text}" if self.n else self.head


def columns(heads: Iterable[str], align: str) -> tuple[Column, ...]:
    """A column a head, with a letter of `align` each."""
    return tuple(Column(head, side) for head, side in zip(heads, align, strict=True))


@frozen
class Row:
    """A row of cells.

    With one cell it goes across: `look` is group (it heads the rows below it), problem or remark (a
    sentence).
    """

    cells: tuple[Rich, ...]
    look: str = ""


@frozen
class Foot:
    """What stands under a table or figure: remarks, level, sides, population, data origin."""

    remarks: tuple[str, ...] = ()
    level: str = ""
    population: str = ""
    origin: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """Each line that says something."""
        whole = (*self.remarks, f"{self.level} {self.population}".strip(), self.origin)
        return tuple(line for line in whole if line)


@frozen
class Table:
    """A filled table; `notes` are (mark, text)."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    foot: Foot = Foot()
    look: str = ""
    number: str | None = None
    kind: str = field(default="table", init=False)

    @property
    def spans(self) -> tuple[tuple[str, int], ...]:
        """The heads over neighbouring columns and how many each is over; none without any."""
        spans: list[tuple[str, int]] = []
        for column in self.columns:
            if spans and spans[-1][0] == column.over:
                spans[-1] = (column.over, spans[-1][1] + 1)
            else:
                spans.append((column.over, 1))
        return tuple(spans) if any(column.over for column in self.columns) else ()


@frozen
class TableSpec:
    """What is known of a table before there are results.

    One that is `narrow` leaves out columns in which no row says anything.
    """

    caption: str
    columns: tuple[Column, ...]
    foot: Foot = Foot()
    look: str = ""
    narrow: bool = False

    def filled(
        self,
        rows: Iterable[Row] = (),
        *,
        notes: tuple[tuple[str, str], ...] = (),
        population: str = "",
        remarks: Iterable[str] = (),
        n: Mapping[str, Part] | None = None,
    ) -> Table:
        """The table with these rows; `n` by the head of its column.

        Raises ValueError for a row with too few or too many cells.
        """
        rows = tuple(rows)
        for row in rows:
            if len(row.cells) not in (1, len(self.columns)):
                raise ValueError(
                    f"the table {self.caption!r} has {len(self.columns)} columns, and a row of it "
                    f"{len(row.cells)} cells"
                )
        foot = evolve(self.foot, remarks=(*self.foot.remarks, *remarks), population=population)
        counted = tuple(evolve(column, n=(n or {}).get(column.head)) for column in self.columns)
        table = Table(self.caption, counted, rows, notes, foot, self.look)
        return _narrowed(table) if self.narrow else table


def _narrowed(table: Table) -> Table:
    """The table without the columns in which nothing is said.

    Their addresses move to the row's first cell.
    """
    wide = [row for row in table.rows if len(row.cells) > 1]
    if not wide:
        return table
    kept = [
        number
        for number in range(len(table.columns))
        if number == 0 or any(part.text for row in wide for part in row.cells[number])
    ]
    return evolve(
        table,
        columns=tuple(table.columns[number] for number in kept),
        rows=tuple(_narrowed_row(row, kept) if len(row.cells) > 1 else row for row in table.rows),
    )


def _narrowed_row(row: Row, kept: list[int]) -> Row:
    dropped = tuple(
        part for number, cell in enumerate(row.cells) if number not in kept for part in cell
    )
    first, *others = (row.cells[number] for number in kept)
    return Row(((*first, *dropped), *others), look=row.look)
