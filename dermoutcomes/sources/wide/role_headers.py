"""Columns that say something of some wide columns beside them, as V1_DAT of V1_R0 and V1_R2.

`columns.date = "{visit}_DAT"` names them: a name in braces is one that `headers` has too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes.errors import one_of
from dermoutcomes.sources.columns import columns_named, fold, header_text
from dermoutcomes.sources.wide.header_fields import header_fields
from dermoutcomes.study.patterns import BRACES

if TYPE_CHECKING:
    from dermoutcomes.sources.header import Column
    from dermoutcomes.sources.reading_context import ReadingContext

__all__ = ["RoleHeader", "is_role_pattern", "role_headers"]

# What says whose a row is stands in one column.
NOT_BY_HEADERS = ("subject",)


@frozen(eq=False)
class RoleHeader:
    """A column with a role for the wide columns whose headers have the same `fields`."""

    column: Column
    fields: Mapping[str, str]

    def is_of(self, fields: Mapping[str, str]) -> bool:
        """Whether it says something of the columns whose headers have these fields."""
        return all(fold(fields.get(name, "")) == word for name, word in self.fields.items())


def is_role_pattern(context: ReadingContext, name: str, theirs: str | tuple[str, ...]) -> bool:
    """Whether a source maps a role to a pattern of headers, and not to the name of a column."""
    return (
        isinstance(theirs, str)
        and context.spec.headers is not None
        and name not in NOT_BY_HEADERS
        and BRACES.search(theirs) is not None
        and not columns_named(context.header.columns, theirs)
    )


def role_headers(
    context: ReadingContext, name: str, pattern: str, values: Iterable[Mapping[str, str]]
) -> tuple[RoleHeader, ...]:
    """The columns of a pattern that are of any of the values, whose headers have these fields.

    A pattern with names that `headers` lacks, and one that no column fits, are problems.
    """
    names, own = BRACES.findall(pattern), BRACES.findall(str(context.spec.headers))
    unknown = [each for each in names if each not in own or each == "measure"]
    if unknown:
        context.add_problem(
            f"{{{unknown[0]}}} stands in columns.{name} and not in headers",
            f"columns.{name}",
            in_file=False,
            found=pattern,
            expected=f"names of headers = {context.spec.headers!r} alone: "
            f"{one_of([each for each in own if each != 'measure'])}",
        )
        return ()
    of_values = [*values]
    found = tuple(
        header
        for header in _headers(context, pattern, names)
        if any(header.is_of(fields) for fields in of_values)
    )
    if not found:
        context.add_problem(
            f"no column has a header as columns.{name} says",
            f"columns.{name}",
            line=context.header.line,
            found=header_text(context.header),
            expected=f"headers as {pattern!r}, with the words of {context.spec.headers!r}",
        )
    return found


def _headers(context: ReadingContext, pattern: str, names: list[str]) -> Iterator[RoleHeader]:
    for column in context.header.columns:
        fields = header_fields(context, column, names, {}, pattern) if column.name else None
        if fields:
            yield RoleHeader(column, {key: fold(word) for key, word in fields.items()})
