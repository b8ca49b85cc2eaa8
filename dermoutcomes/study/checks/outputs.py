"""Reports, their further sections, and the executor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dermoutcomes.options.key_path import child
from dermoutcomes.options.parsing import parse_options
from dermoutcomes.study.declared_names import undeclared_name, undeclared_or_repeated
from dermoutcomes.study.sections.outputs import DOCUMENT_OPTIONS, FORMER_OPTIONS, FORMER_REPORTS

if TYPE_CHECKING:
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["SERIAL", "output_problems"]

# The core's own executor: one step after another, in this process.
SERIAL = "serial"


def output_problems(study: Study, registry: Registry) -> Iterator[Problem]:
    """Unknown documents, reporters, formats, sections, executors, and options that they do not take."""
    outputs = study.outputs
    yield from undeclared_or_repeated(
        registry,
        ("documents", "reporters"),
        "document or reporter",
        tuple(name for name in outputs.reports or () if name not in FORMER_REPORTS),
        {**registry.documents, **registry.reporters},
        "outputs.reports",
    )
    yield from undeclared_or_repeated(
        registry,
        ("formats",),
        "format",
        outputs.formats or (),
        registry.formats,
        "outputs.formats",
    )
    yield from undeclared_or_repeated(
        registry,
        ("sections",),
        "section",
        outputs.sections,
        registry.sections,
        "outputs.sections",
    )
    if outputs.executor not in (SERIAL, *registry.executors):
        yield undeclared_name(
            registry,
            ("executors",),
            "executor",
            outputs.executor,
            tuple(dict.fromkeys((SERIAL, *registry.executors))),
            "outputs.executor",
        )
    yield from _options(registry, outputs.options)


def _options(registry: Registry, options: Mapping[str, Any]) -> Iterator[Problem]:
    known: dict[str, Any] = {
        **registry.executors,
        **registry.sections,
        **registry.reporters,
        **registry.formats,
        **registry.documents,
    }
    for name, table in options.items():
        path = child("outputs.options", name)
        today = FORMER_OPTIONS.get(name, name)
        if today == DOCUMENT_OPTIONS:
            # What documents take is known where they are made.
            continue
        if today not in known:
            kinds = ("documents", "formats", "reporters", "sections", "executors")
            noun = "document, format, reporter, section or executor"
            yield undeclared_name(registry, kinds, noun, name, tuple(known), path)
            continue
        option_problems: list[Problem] = []
        parse_options(table, known[today].options, path=path, problems=option_problems)
        yield from option_problems
