"""`[study]` itself, and the ids that the rest of the program puts into names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dermoutcomes.options.key_path import child
from dermoutcomes.registry.plugin_choice import STUDY_FILE
from dermoutcomes.study.checks.measures import OWNERS, known_codes, unverified_directions
from dermoutcomes.study.declared_names import undeclared_or_repeated
from dermoutcomes.study.names import problem_at
from dermoutcomes.study.paths import PREVIOUS_RUN
from dermoutcomes.study.plugin_choice import PREFER
from dermoutcomes.study.scale_names.core_outcomes import outcome_set_problems
from dermoutcomes.study.scale_names.unverified import unverified_rules

if TYPE_CHECKING:
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["study_problems"]

FOLDER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
# Names that Windows keeps for devices, with whatever suffix.
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
# A hypothesis is endpoint.comparison: neither name may hold the point that parts them.
PARTS_OF_HYPOTHESES = ("endpoints", "comparisons")
SECTIONS_WITH_IDS = (
    "visits",
    "arms",
    "populations",
    "comparisons",
    "subgroups",
    "factors",
    "endpoints",
    "analyses",
    "imputations",
    "multiplicity",
    "claims",
)


def study_problems(study: Study, registry: Registry) -> Iterator[Problem]:
    """An id that is no folder name, one-sided tests without a reason, and names with points."""
    info = study.study
    if not _is_folder_name(info.id):
        yield problem_at(
            "the study's id cannot name a folder",
            "study.id",
            found=info.id,
            expected="letters (A to Z), digits, '.', '_' and '-'; a letter or digit first; at most "
            "80",
        )
    if info.sided == 1 and not info.sided_reason:
        yield problem_at(
            "one-sided tests need a reason",
            "study.sided",
            found=1,
            expected="sided = 2, or a sentence in sided_reason",
        )
    if info.data_origin == "published" and not info.origin_note:
        yield problem_at(
            "published data need their source",
            "study.data_origin",
            expected="the publication, in origin_note",
        )
    yield from undeclared_or_repeated(
        registry,
        OWNERS,
        "instrument, scale or measure",
        info.accept_unverified,
        (
            *known_codes(registry),
            *unverified_directions(registry),
            *unverified_rules(registry),
        ),
        "study.accept_unverified",
    )
    yield from outcome_set_problems(study, registry)
    for preference, reason in registry.unmet:
        if preference.stated_in == STUDY_FILE:
            yield problem_at(
                f"the study prefers {preference.plugin!r} for {preference.name!r}: {reason}",
                child(PREFER, preference.name),
                found=preference.plugin,
                expected="an installed plugin, or a file of [study] plugins, that declares it",
            )
    yield from _ids(study)


def _is_folder_name(name: str) -> bool:
    return (
        bool(FOLDER_NAME.fullmatch(name))
        and not DEVICES.fullmatch(name)
        and not name.endswith((".", PREVIOUS_RUN))
    )


def _ids(study: Study) -> Iterator[Problem]:
    for section in SECTIONS_WITH_IDS:
        table: Mapping[str, Any] = getattr(study, section)
        for name in table:
            path = child(section, name)
            if not name.strip() or not name.isprintable():
                yield problem_at("a name needs characters that can be read", path, found=name)
            elif section in PARTS_OF_HYPOTHESES and "." in name:
                yield problem_at(
                    f"the name {name!r} holds a point, which parts endpoint and comparison in a "
                    "hypothesis",
                    path,
                    expected=f"a name without a point, as {name.replace('.', '_')!r}",
                )
