"""The options that a study gives an instrument or a scale, source by source."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from attrs import frozen

from dermoutcomes.errors import StudyError

if TYPE_CHECKING:
    from dermoutcomes.declare import Instrument, Scale
    from dermoutcomes.errors import Problem
    from dermoutcomes.study import Source, Study

__all__ = ["NO_ENTRIES", "OwnerOptions", "owner_options"]

# Where each owner has one entry at most, every source belongs to it.
NO_ENTRIES: Mapping[int, int] = MappingProxyType({})


@frozen(eq=False)
class OwnerOptions:
    """The options of one owner: a value for each of its entries in `[[sources]]`, and which entry a source number belongs to."""

    values: tuple[Any, ...]
    entries: Mapping[int, int]

    def entry(self, source: int) -> int:
        """The position (from 0) of the entry that the source belongs to."""
        return self.entries.get(source, 0)

    def of(self, source: int) -> Any:
        """The options that hold for the source."""
        return self.values[self.entry(source)]


def owner_options(
    study: Study, owner: Instrument | Scale, entries: Mapping[int, int]
) -> OwnerOptions:
    """The owner's options, parsed; StudyError lists what is wrong with them. `entries` is source number = position of its entry.

    Keys of `options` that are not the owner's belong to its reader, or are settings of every reading.
    """
    problems: list[Problem] = []
    specs: tuple[Source | None, ...] = study.sources.get(owner.name, ()) or (None,)
    values = tuple(_parse(owner, spec, place, problems) for place, spec in enumerate(specs, 1))
    if problems:
        raise StudyError(problems)
    return OwnerOptions(values, entries)


def _parse(
    owner: Instrument | Scale, spec: Source | None, place: int, problems: list[Problem]
) -> Any:
    from dermoutcomes.options.parsing import option_names, parse_options

    known = option_names(owner.options)
    given = {key: value for key, value in (spec.options if spec else {}).items() if key in known}
    return parse_options(
        given, owner.options, path=f"sources.{owner.name}[{place}].options", problems=problems
    )
