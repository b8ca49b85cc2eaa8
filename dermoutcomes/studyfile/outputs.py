"""Reports, the executor, and which findings stop a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dermoutcomes.document import child
from dermoutcomes.errors import one_of
from dermoutcomes.options import parse_options
from dermoutcomes.studyfile.names import each_known, refused, unknown

if TYPE_CHECKING:
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["SERIAL", "SEVERITIES", "output_problems"]

# The core's own executor: one step after another, in this process.
SERIAL = "serial"
SEVERITIES = ("note", "warning", "error")


def output_problems(study: Study, registry: Registry) -> Iterator[Problem]:
    """Unknown reporters, executors and severities, options that they do not take, and ranges that are none."""
    outputs = study.outputs
    yield from each_known("reporter", outputs.reports or (), registry.reporters, "outputs.reports")
    if outputs.executor not in (SERIAL, *registry.executors):
        yield unknown("executor", outputs.executor, tuple(dict.fromkeys((SERIAL, *registry.executors))), "outputs.executor")
    yield from _options(registry, outputs.options)
    yield from _quality(study, registry)


def _options(registry: Registry, options: Mapping[str, Any]) -> Iterator[Problem]:
    known: dict[str, Any] = {**registry.executors, **registry.reporters}
    for name, table in options.items():
        path = child("outputs.options", name)
        if name not in known:
            yield unknown("reporter or executor", name, tuple(known), path)
            continue
        found: list[Problem] = []
        parse_options(table, known[name].options, path=path, problems=found)
        yield from found


def _quality(study: Study, registry: Registry) -> Iterator[Problem]:
    quality = study.quality
    yield from each_known("severity", quality.stop_on, SEVERITIES, "quality.stop_on")
    for check, severity in quality.severity.items():
        if severity not in SEVERITIES:
            yield refused("not a severity", child("quality.severity", check), found=severity, expected=one_of(SEVERITIES))
    for measure, limits in quality.ranges.items():
        path = child("quality.ranges", measure)
        if registry.parameter(measure) is None:
            yield unknown("measure", measure, registry.measures(), path)
        if not _is_range(limits):
            yield refused("a range is a lowest and a highest value", path, found=limits, expected="two numbers, the lower first, as [0.05, 0.8]")


def _is_range(limits: Any) -> bool:
    numbers = isinstance(limits, (list, tuple)) and len(limits) == 2 and all(type(limit) in (int, float) for limit in limits)
    return numbers and limits[0] < limits[1]
