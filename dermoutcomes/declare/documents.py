"""What leaves a run for people: sections, documents, and the formats that they are written in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Literal

from attrs import frozen

from dermoutcomes.declare.setting import NoOptions

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["DocumentPlan", "Format", "Section"]


@frozen(eq=False)
class DocumentPlan:
    """A document that a study can name in `[outputs] reports`.

    `make(material, options)` gives what stands in it: one Document of `dermoutcomes.report`, or
    several where `many` is true, as one page a claim. It is a pure function and knows no format. One is written
    as `report/NAME.FORMAT`, many into `report/NAME/`, each by its own `name`. `formats` are those
    that it is made for, all where it names none; where the study's formats have none of them it is
    written in the first. With `always` it is written for every study that does not list its reports.
    """

    name: str
    label: str
    make: Callable[[Any, Any], Any]
    formats: tuple[str, ...] = ()
    many: bool = False
    always: bool = False
    options: type = NoOptions


@frozen(eq=False)
class Format:
    """A format that a study can name in `[outputs] formats`: what is written of a document in it.

    `of` says whether it holds a whole document, one of its tables or one of its figures. `write(item,
    path, page, options)` writes that item at `path` and nothing else; `page` is a Page of
    `dermoutcomes.report`, with the figures as they are drawn, the style and what stands in every
    foot. It computes nothing, and gives the same bytes for the same item.
    """

    name: str
    label: str
    write: Callable[[Any, Path, Any, Any], None]
    of: Literal["document", "table", "figure"] = "document"
    options: type = NoOptions

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
    folded one is closed on a screen and open in print.
    """

    name: str
    label: str
    blocks: tuple[Any, ...] = ()
    children: tuple[Section, ...] = ()
    look: str = ""
    folded: bool = False
    make: Callable[[Any, Any], Iterable[Any]] | None = None
    options: type = NoOptions
