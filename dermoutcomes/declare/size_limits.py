"""How large what a source reads may be: known to every reader while it reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import attrs
from attrs import frozen

from dermoutcomes.declare.setting import option

__all__ = ["SizeLimits", "size_limits", "within_size_limits"]


@frozen
class SizeLimits:
    """How large a table may be that a source reads: what is larger is refused, and names its key."""

    columns: int = option(
        16_384, "Columns of a table; as many as a spreadsheet program has.", at_least=1
    )
    cells: int = option(
        200_000_000, "Cells of a table, rows times columns, blank ones too.", at_least=1
    )
    sparse_cells: int = option(
        10_000_000,
        "The same of a table of which less than one cell in twenty is filled.",
        at_least=1,
    )
    characters: int = option(1_000_000, "Characters of one cell.", at_least=1)
    times_packed: int = option(
        100,
        "How many times larger than it is packed a part of a workbook may be, where it is larger than "
        "256 MB.",
        at_least=1,
    )

    def hint(self, key: str, size: int) -> str:
        """What to write where a file is as large as it should be."""
        if key not in {field.name for field in attrs.fields(SizeLimits)}:
            raise ValueError(f"there is no limit {key!r}")
        return f"if it is meant to be so large, write size_limits.{key} = {size} in the source"


_IN_FORCE: ContextVar[SizeLimits] = ContextVar("size_limits")
_USUAL = SizeLimits()


def size_limits() -> SizeLimits:
    """The limits of the source that is being read; the usual ones where none is.

    A reader compares with them what a file says of its own size, before it makes a table of it.
    """
    return _IN_FORCE.get(_USUAL)


@contextmanager
def within_size_limits(limits: SizeLimits) -> Iterator[None]:
    """Have `size_limits` give these inside the block."""
    token = _IN_FORCE.set(limits)
    try:
        yield
    finally:
        _IN_FORCE.reset(token)
