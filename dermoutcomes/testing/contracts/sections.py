"""The battery of a section of a report.

Its blocks are those of the model, the same every time, and their cells show what they name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dermoutcomes.testing.contracts.declaration import DeclarationContract
from dermoutcomes.testing.studies import small_run

if TYPE_CHECKING:
    from dermoutcomes.declare import Section
    from dermoutcomes.report import Material
    from dermoutcomes.runs.finished_run import Run

__all__ = ["SectionContract"]


class SectionContract(DeclarationContract):
    """The battery of a section. Set `section`, and `options` where it needs some.

    Of the small run there are descriptions of one endpoint at two visits, and nothing is compared;
    for a section that shows other results, override `run`.
    """

    section: Section

    @property
    def declaration(self) -> Section:
        """The section."""
        return self.section

    def run(self) -> Run:
        """The run of which it is made."""
        return small_run()

    def material(self) -> Material:
        """What the run found."""
        from dermoutcomes.report import Material

        run = self.run()
        return Material(run.study, run.registry, run.table, run.manifest)

    def blocks(self, material: Material) -> tuple[Any, ...]:
        """Its blocks."""
        assert self.section.make is not None, "it has no function `make`"
        return tuple(self.section.make(material, self.parsed_options()))

    def test_it_is_made_of_blocks(self) -> None:
        from dermoutcomes.report import Table, is_block

        blocks = self.blocks(self.material())

        assert blocks, (
            "it shows nothing of this run; override `run` with one of which it has something to say"
        )
        assert [block for block in blocks if not is_block(block)] == []
        for block in blocks:
            if isinstance(block, Table):
                wide = [row for row in block.rows if len(row.cells) > 1]
                assert {len(row.cells) for row in wide} <= {len(block.columns)}, block.caption

    def test_the_same_run_gives_the_same_blocks(self) -> None:
        assert self.blocks(self.material()) == self.blocks(self.material())

    def test_cells_show_the_results_that_they_name(self) -> None:
        from dermoutcomes.report import parts_of

        material = self.material()
        parts = [part for block in self.blocks(material) for part in parts_of(block) if part.result]

        assert [part for part in parts if part.result not in material.by_id] == []
        assert [
            part
            for part in parts
            if part.display and part.text != part.display(material.by_id[str(part.result)]["value"])
        ] == []
