"""The battery of a standard table: empty and filled it has the same heads, and says only what is so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dermoutcomes.declare import TableChoice
from dermoutcomes.testing.contracts.declaration import DeclarationContract
from dermoutcomes.testing.studies import small_run

if TYPE_CHECKING:
    from dermoutcomes.declare import TablePlan
    from dermoutcomes.report import Table
    from dermoutcomes.runs.finished_run import Run

__all__ = ["TableContract"]


class TableContract(DeclarationContract):
    """The battery of a standard table. Set `table`.

    For a table that has nothing to say of the small run, override `run`.
    """

    table: TablePlan

    @property
    def choice(self) -> TableChoice:
        """What is chosen of it: nothing, so that it is whole."""
        return TableChoice(use=self.table.name, id=self.table.name)

    @property
    def declaration(self) -> TablePlan:
        """The table."""
        return self.table

    def run(self) -> Run:
        """The run of which it is filled."""
        return small_run()

    def filled(self) -> list[Table]:
        """It, filled from the run."""
        from dermoutcomes.report import Material

        run = self.run()
        material = Material(run.study, run.registry, run.table, run.manifest)
        return list(self.table.fill(material, self.choice))

    def empty(self) -> list[Table]:
        """It, before there are results."""
        from dermoutcomes.report import Outline

        run = self.run()
        return list(self.table.shell(Outline(run.study, run.registry), self.choice))

    def test_it_is_a_table_empty_and_filled(self) -> None:
        from dermoutcomes.report import Table

        for table in (*self.empty(), *self.filled()):
            assert isinstance(table, Table)
            assert table.caption.strip()
            wide = {len(row.cells) for row in table.rows if len(row.cells) > 1}
            assert wide <= {len(table.columns)}, table.caption

    def test_empty_it_has_no_number_of_a_result(self) -> None:
        from dermoutcomes.report import parts_of

        parts = [part for table in self.empty() for part in parts_of(table)]

        assert [part for part in parts if part.result or part.value is not None] == []

    def test_the_same_run_gives_the_same_tables(self) -> None:
        assert self.filled() == self.filled()

    def test_cells_show_the_results_that_they_name(self) -> None:
        from dermoutcomes.report import parts_of

        known = self.run().table("results")["id"].to_list()
        parts = [part for table in self.filled() for part in parts_of(table) if part.result]

        assert [part for part in parts if part.result not in known] == []
        assert [
            part
            for part in parts
            if part.display and part.value is not None and part.text != part.display(part.value)
        ] == []
