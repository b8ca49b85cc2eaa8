"""Reports, their further sections, and the executor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dermoutcomes.declare.documents import SELECTIONS
from dermoutcomes.errors import one_of
from dermoutcomes.options.key_path import child
from dermoutcomes.options.parsing import parse_options
from dermoutcomes.study.checks.comparisons import unknown_population
from dermoutcomes.study.declared_names import undeclared_name, undeclared_or_repeated
from dermoutcomes.study.names import problem_at, unknown_or_repeated
from dermoutcomes.study.sections.outputs import DOCUMENT_OPTIONS, FORMER_OPTIONS, FORMER_REPORTS

if TYPE_CHECKING:
    from dermoutcomes.declare import TableChoice, TablePlan
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["SERIAL", "output_problems"]

# The core's own executor: one step after another, in this process.
SERIAL = "serial"


def output_problems(study: Study, registry: Registry) -> Iterator[Problem]:
    """Unknown documents, reporters, formats, sections, tables, figures, executors; options not taken."""
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
        lambda name: _format_by_word(registry, name),
    )
    yield from _without_format(study, registry)
    yield from undeclared_or_repeated(
        registry,
        ("sections",),
        "section",
        outputs.sections,
        registry.sections,
        "outputs.sections",
    )
    yield from _tables(study, registry)
    yield from undeclared_or_repeated(
        registry,
        ("figures",),
        "figure",
        outputs.figures or (),
        registry.figures,
        "outputs.figures",
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


def _format_by_word(registry: Registry, name: str) -> str | None:
    """The format that is called so by people, as Word or Excel, in place of its own name."""
    word = name.casefold().strip(". ")
    for declared in registry.formats.values():
        if len(word) > 2 and word in declared.label.casefold().replace(",", "").split():
            return f"did you mean {declared.name!r} ({declared.label})?"
    return None


def _without_format(study: Study, registry: Registry) -> Iterator[Problem]:
    """Documents of a study whose list of formats is empty: none would be written."""
    listed = study.outputs.documents
    documents = [
        name
        for name, plan in registry.documents.items()
        if (plan.always if listed is None else name in listed)
    ]
    if study.outputs.formats == () and documents:
        names = " and ".join(map(repr, sorted(documents)))
        yield problem_at(
            f"no format is named, so that nothing would be written of {names}",
            "outputs.formats",
            found=[],
            expected=one_of(list(registry.formats)),
            hint="leave the key out for html, or write reports = [] for no document",
        )


def _tables(study: Study, registry: Registry) -> Iterator[Problem]:
    """Tables that are not there, and what they cannot be asked for."""
    yield from undeclared_or_repeated(
        registry,
        ("tables",),
        "table",
        study.outputs.tables or (),
        {**registry.tables, **study.tables},
        "outputs.tables",
    )
    for name, choice in study.tables.items():
        path = child("tables", name)
        if name in registry.tables:
            yield problem_at(
                f"there is a standard table {name!r} already",
                path,
                expected="another name for a table of the study's own",
            )
        plan = registry.tables.get(choice.use)
        if plan is None:
            yield undeclared_name(
                registry,
                ("tables",),
                "standard table",
                choice.use,
                tuple(registry.tables),
                f"{path}.use",
            )
        else:
            yield from _choice_problems(study, plan, choice, path)


def _choice_problems(
    study: Study, plan: TablePlan, choice: TableChoice, path: str
) -> Iterator[Problem]:
    """Selections that a standard table does not heed, and names in them that nothing has."""
    for key in choice.stated:
        if key not in plan.selections:
            heeded = one_of([name for name in SELECTIONS if name in plan.selections])
            yield problem_at(
                f"the standard table {plan.name!r} has no choice of {key}",
                f"{path}.{key}",
                expected=heeded if plan.selections else "title alone",
            )
    if choice.population:
        yield from unknown_population(study, choice.population, f"{path}.population")
    known = (
        ("endpoint", "endpoints", study.endpoints),
        ("visit", "visits", study.visits),
        ("arm", "arms", study.arms),
        ("statistic", "statistics", plan.statistics),
    )
    for noun, key, names in known:
        if key in plan.selections:
            yield from unknown_or_repeated(noun, getattr(choice, key), names, f"{path}.{key}")


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
