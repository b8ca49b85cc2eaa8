"""The options that a study gives an instrument or a scale, source by source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from dermoutcomes.errors import StudyError

if TYPE_CHECKING:
    from dermoutcomes.declare import Instrument, Scale
    from dermoutcomes.errors import Problem
    from dermoutcomes.study import Source, Study

__all__ = ["OwnerOptions", "owner_options"]


@frozen(eq=False)
class OwnerOptions:
    """The options of one owner: a value for each of its entries in `[[sources]]`, and which entry a source number belongs to."""

    study: Study
    name: str
    values: tuple[Any, ...]

    def entry(self, source: int) -> int:
        """The position (from 0) of the entry that the source belongs to."""
        if len(self.values) < 2:
            return 0
        specs = self.study.sources[self.name]
        return next(
            (specs.index(file.spec) for file in _files(self.study) if file.number == source), 0
        )

    def of(self, source: int) -> Any:
        """The options that hold for the source."""
        return self.values[self.entry(source)]


def owner_options(study: Study, owner: Instrument | Scale) -> OwnerOptions:
    """The owner's options, parsed; StudyError lists what is wrong with them.

    Keys of `options` that are not the owner's belong to its reader, or are settings of every reading.
    """
    problems: list[Problem] = []
    specs: tuple[Source | None, ...] = study.sources.get(owner.name, ()) or (None,)
    values = tuple(_parse(owner, spec, place, problems) for place, spec in enumerate(specs, 1))
    if problems:
        raise StudyError(problems)
    return OwnerOptions(study, owner.name, values)


def _parse(
    owner: Instrument | Scale, spec: Source | None, place: int, problems: list[Problem]
) -> Any:
    from dermoutcomes.options.parsing import option_names, parse_options

    known = option_names(owner.options)
    given = {key: value for key, value in (spec.options if spec else {}).items() if key in known}
    return parse_options(
        given, owner.options, path=f"sources.{owner.name}[{place}].options", problems=problems
    )


def _files(study: Study) -> Any:
    from dermoutcomes.sources.files import source_files

    return source_files(study)
