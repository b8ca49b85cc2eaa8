"""What leaves a run for people: sections, documents, and the formats that they are written in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from attrs import field, frozen

from dermoutcomes.declare.setting import NoOptions, option

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "SELECTIONS",
    "DocumentPlan",
    "FigurePlan",
    "Format",
    "Section",
    "TableChoice",
    "TablePlan",
]

# What a figure can be about.
FIGURE_SUBJECTS = ("endpoint", "people", "safety", "study")
# Parts of a clinical study report (ICH E3) in which a table stands: section 14 and 16.1.9 by what
# they are about, listings of single subjects and of the randomisation by the number of theirs.
CHAPTERS = (
    "people",
    "efficacy",
    "safety",
    "methods",
    "16.1.7",
    *(f"16.2.{section}" for section in range(1, 9)),
)
# What a study may choose of a standard table, besides its title.
SELECTIONS = ("population", "endpoints", "visits", "arms", "statistics")


@frozen(eq=False)
class DocumentPlan:
    """A document that a study can name in `[outputs] reports`.

    `make(material, options)` gives what stands in it: one Document of `dermoutcomes.report`, or
    several where `many` is true, as one page a claim. It is a pure function and knows no format. One is written
    as `report/NAME.FORMAT`, many into `report/NAME/`, each by its own `name`. `formats` are those
    that it is made for, all where it names none; where the study's formats have none of them it is
    written in all that it names. A plan of tables, a document each, may name formats of tables too. With `always` it is written for every study that does not list its reports.
    `analyses` are descriptions that it prints, as those of a TablePlan.
    `beside(material, options)` gives texts that go with it, by the names of their files, as a list of
    references does; they are written into `report/NAME/`.
    """

    name: str
    label: str
    make: Callable[[Any, Any], Any]
    formats: tuple[str, ...] = ()
    many: bool = False
    always: bool = False
    options: type = NoOptions
    beside: Callable[[Any, Any], Mapping[str, str]] | None = None
    analyses: tuple[str, ...] = ()


@frozen(eq=False)
class Format:
    """A format that a study can name in `[outputs] formats`: what is written of a document in it.

    `of` says whether it holds a whole document, one of its tables or one of its figures. `write(item,
    path, page, options)` writes that item at `path` and nothing else; `page` is a Page of
    `dermoutcomes.report`, with the figures as they are drawn, the style and what stands in every
    foot. It computes nothing, and gives the same bytes for the same item. With `always` it is
    written whatever formats a study asks for.
    """

    name: str
    label: str
    write: Callable[[Any, Path, Any, Any], None]
    of: Literal["document", "table", "figure"] = "document"
    options: type = NoOptions
    always: bool = False

    def __attrs_post_init__(self) -> None:
        if self.of not in ("document", "table", "figure"):
            raise ValueError(
                f"the format {self.name!r} is of {self.of!r}; "
                "expected 'document', 'table' or 'figure'"
            )


@frozen(eq=False)
class Section:
    """A section of a report under the heading `label`.

    A plugin gives `make(material, options)`, which returns the blocks of its section: paragraphs,
    lists, tables of `dermoutcomes.report`; none leaves the section out. `material` is what a run
    found, with the words for it. The section stands in the reports of a study that lists its name
    in `[outputs] sections`. Once made, `blocks` are what stands in it, and `children` its parts; a
    folded one is closed on a screen and open in print. `chapter` says where its tables stand in a
    clinical study report, as a TablePlan does; "" where its name says so.
    """

    name: str
    label: str
    blocks: tuple[Any, ...] = ()
    children: tuple[Section, ...] = ()
    look: str = ""
    folded: bool = False
    chapter: str = ""
    make: Callable[[Any, Any], Iterable[Any]] | None = None
    options: type = NoOptions


@frozen
class TableChoice:
    """`[tables]`: a table of the study's own, made of a standard one. What it leaves out is all."""

    use: str = option(help="The standard table that it is made of.")
    title: str | None = option(None, "Its title; that of the standard table unless stated.")
    population: str | None = option(
        None, "Population whose results it shows; the endpoint's first one unless stated."
    )
    endpoints: tuple[str, ...] = option((), "Endpoints, in this order.")
    visits: tuple[str, ...] = option((), "Visits, in this order.")
    arms: tuple[str, ...] = option((), "Arms that have a column, in this order.")
    statistics: tuple[str, ...] = option(
        (), "Lines or statistics, in this order, of those that the standard table has."
    )
    id: str = field(default="", metadata={"key": True})

    @property
    def stated(self) -> tuple[str, ...]:
        """The selections that the study states."""
        return tuple(name for name in SELECTIONS if getattr(self, name))


@frozen(eq=False)
class TablePlan:
    """A standard table that a study can name in `[outputs] tables`, or change in `[tables]`.

    `shell(outline, choice)` gives it as it is before there are results: a Table or several of
    `dermoutcomes.report` with heads and names of rows and no number, from study and plugins alone.
    `fill(material, choice)` gives it filled, one table or several; none
    where the run has nothing for it. Both are pure functions: numbers come from results, records and
    ledger. `choice` is a TableChoice; `selections` are the keys of it that the table heeds, and
    `statistics` the names that it knows under that key, with what they are. With `always` it
    stands in the annex of every study that does not list its tables. `chapter` says where it stands
    in a clinical study report (ICH E3): with the people (14.1), efficacy (14.2), safety (14.3), or
    the methods (16.1.9); of a listing it is the number of its section, as "16.2.4". `analyses` are
    descriptions whose results it prints: where a study has the table, they are made of the main
    records of each endpoint that they fit, whether or not the endpoint lists them.
    """

    name: str
    label: str
    shell: Callable[[Any, TableChoice], Iterable[Any]]
    fill: Callable[[Any, TableChoice], Iterable[Any]]
    selections: tuple[str, ...] = ()
    statistics: Mapping[str, str] = MappingProxyType({})
    always: bool = True
    chapter: str = "efficacy"
    analyses: tuple[str, ...] = ()
    # What a study may say of it is a TableChoice, the same for all.
    options: type = field(default=NoOptions, init=False)

    def __attrs_post_init__(self) -> None:
        if self.chapter not in CHAPTERS:
            raise ValueError(
                f"the table {self.name!r} stands in the chapter {self.chapter!r}; expected one of "
                f"{', '.join(CHAPTERS)}"
            )
        unknown = [name for name in self.selections if name not in SELECTIONS]
        if unknown:
            raise ValueError(
                f"the table {self.name!r} heeds {unknown[0]!r}; expected some of "
                f"{', '.join(SELECTIONS)}"
            )
        if bool(self.statistics) != ("statistics" in self.selections):
            raise ValueError(
                f"the table {self.name!r} heeds a choice of statistics where it names some, and "
                "only there"
            )


@frozen(eq=False)
class FigurePlan:
    """A figure that a study can name in `[outputs] figures`.

    `draw(material, endpoint, results)` gives Figures of `dermoutcomes.report`, none where there is
    nothing to show; a Paragraph may say where a figure is found. It is a pure function. `of` says
    what it is about, and so where it stands. One of an `endpoint` is asked for once an endpoint, with its name and the
    results of its main records, and stands in the annex with that endpoint; with `in_report` it
    stands in the short report too, with `other_records` it is asked for once for each other set of
    records. One of the `people`, of `safety` or of the `study` is asked for once, with None and all
    results. With `always` it stands in the annex of every study that does not list its figures;
    there those of a lower `rank` come first. With `residuals` it draws what is left of each record
    when a model is taken off: analyses give that on main records where a study names the figure.
    """

    name: str
    label: str
    draw: Callable[[Any, Any, Any], Iterable[Any]]
    of: Literal["endpoint", "people", "safety", "study"] = "endpoint"
    always: bool = True
    rank: int = 50
    in_report: bool = False
    other_records: bool = False
    residuals: bool = False
    # A study says of it whether it is drawn, and nothing else.
    options: type = field(default=NoOptions, init=False)

    def __attrs_post_init__(self) -> None:
        if self.of not in FIGURE_SUBJECTS:
            raise ValueError(
                f"the figure {self.name!r} is of {self.of!r}; expected one of "
                f"{', '.join(map(repr, FIGURE_SUBJECTS))}"
            )
