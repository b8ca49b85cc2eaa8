"""The battery of a figure: it can be drawn, it is the same every time, and it shows what it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dermoutcomes.testing.contracts.declaration import DeclarationContract
from dermoutcomes.testing.studies import small_run

if TYPE_CHECKING:
    from dermoutcomes.declare import FigurePlan
    from dermoutcomes.report import Figure
    from dermoutcomes.runs.finished_run import Run

__all__ = ["FigureContract"]


class FigureContract(DeclarationContract):
    """The battery of a figure. Set `figure`.

    For a figure that has nothing to show of the small run, override `run`; where no run that a test
    can make has something for it, set `may_be_empty`.
    """

    figure: FigurePlan
    may_be_empty: bool = False

    @property
    def declaration(self) -> FigurePlan:
        """The figure."""
        return self.figure

    def run(self) -> Run:
        """The run of which it is drawn."""
        return small_run()

    def figures(self) -> list[Figure]:
        """It, of every endpoint of the run, or of the study."""
        from dermoutcomes.report import Figure, Material
        from dermoutcomes.report.record_sets import results_by_records

        run = self.run()
        material = Material(run.study, run.registry, run.table, run.manifest)
        names = list(run.study.endpoints) if self.figure.of == "endpoint" else [None]
        blocks = []
        for name in names:
            rows = results_by_records(material, name)[0] if name else material.results
            blocks += list(self.figure.draw(material, name, rows))
        return [block for block in blocks if isinstance(block, Figure)]

    def test_it_has_a_label_and_words_for_who_cannot_see_it(self) -> None:
        figures = self.figures()

        assert figures or self.may_be_empty, (
            "it shows nothing of this run; override `run` with one of which it has something to show"
        )
        for figure in figures:
            assert figure.title.strip()
            assert figure.caption.strip()
            assert len(figure.alternative.split()) > 3, figure.key
        assert len({figure.key for figure in figures}) == len(figures)

    def test_the_same_run_gives_the_same_figures(self) -> None:
        assert [figure.spec for figure in self.figures()] == [
            figure.spec for figure in self.figures()
        ]

    def test_it_is_drawn_and_no_wider_than_a_page_of_a_journal(self) -> None:
        from dermoutcomes.report import Drawings

        for figure in self.figures():
            svg = Drawings().svg(figure)
            assert svg.startswith("<svg"), figure.key
            # Equal: of what is wider, the drawing was made smaller, and its letters with it.
            head = svg.split(">")[0]
            assert f'width="{_width(head):g}"' in head, figure.key

    def test_it_shows_results_that_are_there(self) -> None:
        known = set(self.run().table("results")["id"].to_list())

        for figure in self.figures():
            assert set(figure.results) <= known, figure.key
            assert set(figure.addressed) <= set(figure.results), figure.key


def _width(head: str) -> float:
    """The width of the box of a drawing."""
    return float(head.split('viewBox="')[1].split('"', maxsplit=1)[0].split()[2])
