"""The options that a study gives an instrument or a scale, source by source."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from attrs import frozen

from dermoutcomes.errors import StudyError
from dermoutcomes.options.parsing import option_names, parse_options

if TYPE_CHECKING:
    from dermoutcomes.declare import Instrument, Scale
    from dermoutcomes.errors import Problem
    from dermoutcomes.study import Source, Study

__all__ = ["NO_ENTRIES", "OwnerOptions", "owner_options"]

# Where each owner has one entry at most, every source belongs to it.
NO_ENTRIES: Mapping[int, int] = MappingProxyType({})


@frozen(eq=False)
class OwnerOptions:
    """The options of one owner: `values` has one for each of its entries in `[[sources]]`."""

    values: tuple[Any, ...]
    entries: Mapping[int, int]

    def entry(self, source: int) -> int:
        """The index (from 0) of the entry that the source, a number of a file, belongs to."""
        return self.entries.get(source, 0)

    def of(self, source: int) -> Any:
        """The options that hold for the source."""
        return self.values[self.entry(source)]


def owner_options(
    study: Study, owner: Instrument | Scale, entries: Mapping[int, int]
) -> OwnerOptions:
    """The owner's options, parsed; StudyError lists what is wrong with them.

    `entries` has the index (from 0) of the entry that each source, a number of a file, belongs to.
    Keys of `options` that are not the owner's belong to its reader, or are settings of every
    reading.
    """
    problems: list[Problem] = []
    specs: tuple[Source | None, ...] = study.sources.get(owner.name, ()) or (None,)
    names, values = option_names(owner.options), list[Any]()
    for entry, spec in enumerate(specs, 1):
        options = spec.options if spec is not None else {}
        values.append(
            parse_options(
                {name: value for name, value in options.items() if name in names},
                owner.options,
                path=f"sources.{owner.name}[{entry}].options",
                problems=problems,
            )
        )
    if problems:
        raise StudyError(problems)
    return OwnerOptions(tuple(values), entries)
