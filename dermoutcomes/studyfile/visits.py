"""Visits, sessions and the schedule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dermoutcomes.document import child
from dermoutcomes.studyfile.measures import known_codes
from dermoutcomes.studyfile.names import each_known, refused, unknown

if TYPE_CHECKING:
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry import Registry
    from dermoutcomes.study import Endpoint, Study

__all__ = ["BASELINE", "expected_visits", "visit_problems"]

# What a comparison calls the value that a change is counted from.
BASELINE = "baseline"


def visit_problems(study: Study, registry: Registry) -> Iterator[Problem]:
    """Visits that share a name, sessions at unknown visits, and a schedule of unknown measures or visits."""
    yield from _names(study)
    for name, session in study.sessions.items():
        if session.visit is not None and session.visit not in study.visits:
            yield unknown(
                "visit", session.visit, study.visits, child(child("sessions", name), "visit")
            )
    for name, visits in study.schedule.items():
        path = child("schedule", name)
        if name not in known_codes(registry):
            yield unknown(
                "instrument, scale or measure",
                name,
                known_codes(registry),
                path,
                "install or name the plugin that declares it",
            )
        yield from each_known("visit", visits, study.visits, path)


def _names(study: Study) -> Iterator[Problem]:
    """A visit is found by id, label or alias, whatever the case: no two may share one."""
    owner: dict[str, str] = {}
    for name, visit in study.visits.items():
        path = child("visits", name)
        if name.casefold() == BASELINE:
            yield refused(
                f"{name!r} is what comparisons call the value that a change is counted from",
                path,
                expected="another id",
            )
        for text in dict.fromkeys(
            text.strip().casefold() for text in (name, visit.label, *visit.aliases) if text
        ):
            if owner.setdefault(text, name) != name:
                yield refused(
                    f"the visits {owner[text]!r} and {name!r} share the name {text!r}: a row of data could not be told",
                    path,
                    expected="ids, labels and aliases that differ, whatever the case",
                )


def expected_visits(study: Study, endpoint: Endpoint) -> tuple[str, ...] | None:
    """The visits at which the schedule expects what the endpoint measures; None where the schedule does not say."""
    if endpoint.measure is None:
        return None
    owner = endpoint.measure.partition(".")[0]
    return study.schedule.get(endpoint.measure, study.schedule.get(owner))
