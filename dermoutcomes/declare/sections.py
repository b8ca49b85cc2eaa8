"""A section of a report: declared by a plugin with what makes it, or made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from attrs import frozen

from dermoutcomes.declare.setting import NoOptions

__all__ = ["Section"]


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
