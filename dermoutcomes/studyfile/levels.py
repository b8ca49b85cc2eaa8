"""How families share alpha: parts of it, or one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dermoutcomes.document import child
from dermoutcomes.studyfile.names import refused, unknown

if TYPE_CHECKING:
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry import Registry
    from dermoutcomes.study import Family, Study

__all__ = ["level_problems"]

ROUNDING = 1e-9


def level_problems(study: Study, registry: Registry) -> Iterator[Problem]:
    """Families that follow none, themselves or one that adjusts nothing, and families that together take more than there is."""
    for name, family in study.multiplicity.items():
        yield from _gate(study, registry, name, family)
        yield from _aimless(name, family)
    yield from _shared(study)


def _gate(study: Study, registry: Registry, name: str, family: Family) -> Iterator[Problem]:
    """What is wrong with the family that this one follows, or with how it is to open."""
    path = child("multiplicity", name)
    if family.after is None:
        if family.gate != "all":
            yield refused(
                "the family follows no other",
                child(path, "gate"),
                expected='after = "…", the family that must be won first',
            )
        return
    before = study.multiplicity.get(family.after)
    if before is None:
        yield unknown(
            "family",
            family.after,
            [other for other in study.multiplicity if other != name],
            child(path, "after"),
        )
    elif study.multiplicity[study.gates(name)[-1]].after is not None:
        yield refused(
            "families follow each other in a circle",
            child(path, "after"),
            found=family.after,
            expected="a first family that follows none",
        )
    elif before.method is None:
        yield refused(
            f"the family {family.after!r} adjusts nothing, so it decides nothing either",
            child(path, "after"),
            expected=f'method = "…" in [multiplicity.{family.after}]',
        )
    elif (adjustment := registry.adjustments.get(before.method)) is not None:
        if not adjustment.familywise:
            yield refused(
                f"{adjustment.label}, by which {family.after!r} is decided, lets some false rejections through",
                child(path, "after"),
                expected="a procedure that holds the chance of any",
                hint=adjustment.controls,
            )
        if family.gate == "any" and adjustment.passes_on is None:
            able = [
                other.name for other in registry.adjustments.values() if other.passes_on is not None
            ]
            yield refused(
                f"{adjustment.label}, by which {family.after!r} is decided, leaves nothing until all of it is won",
                child(path, "gate"),
                expected=f'"all", or one of {", ".join(able) or "no procedure here"} there',
            )


def _aimless(name: str, family: Family) -> Iterator[Problem]:
    if family.method is None and (family.alpha is not None or family.after is not None):
        key = "alpha" if family.alpha is not None else "after"
        yield refused(
            "the family adjusts nothing, so no level is its own",
            child(child("multiplicity", name), key),
            expected="a method",
        )


def _shared(study: Study) -> Iterator[Problem]:
    """Primary families side by side, and families after the same one, which together take more than there is."""
    first = [
        name
        for name, family in study.multiplicity.items()
        if family.method is not None and family.after is None
    ]
    yield from _too_much(
        study,
        [name for name in first if _is_primary(study, name)],
        study.study.alpha,
        "primary families",
    )
    stated = [name for name in first if study.multiplicity[name].alpha is not None]
    yield from _too_much(
        study,
        [name for name in stated if not _is_primary(study, name)],
        study.study.alpha,
        "families",
    )
    for before in study.multiplicity:
        level = next(
            (
                alpha
                for gate in study.gates(before)
                if (alpha := study.multiplicity[gate].alpha) is not None
            ),
            study.study.alpha,
        )
        after = [
            name
            for name, family in study.multiplicity.items()
            if family.after == before and family.method is not None
        ]
        yield from _too_much(study, after, level, f"families after {before!r}")


def _is_primary(study: Study, family: str) -> bool:
    names = (hypothesis.partition(".")[0] for hypothesis in study.multiplicity[family].hypotheses)
    return any(
        name in study.endpoints and study.endpoints[name].role == "primary" for name in names
    )


def _too_much(study: Study, families: list[str], level: float, what: str) -> Iterator[Problem]:
    """A family that states no alpha takes all of it."""
    taken = [
        level if (alpha := study.multiplicity[name].alpha) is None else alpha for name in families
    ]
    if sum(taken) <= level * (1 + ROUNDING):
        return
    path = child("multiplicity", families[-1])
    if len(families) == 1:
        yield refused(
            f"the family takes more than there is ({level:g})",
            child(path, "alpha"),
            found=taken[0],
            expected=f"at most {level:g}",
        )
        return
    listed = ", ".join(f"{name!r} {alpha:g}" for name, alpha in zip(families, taken, strict=True))
    yield refused(
        f"{len(families)} {what} together take an alpha of {sum(taken):g}: {listed}",
        path,
        expected=f"parts that add up to at most {level:g}, "
        f'as alpha = {level / len(families):g} in each, or after = "{families[0]}" in this one',
        code="alpha-split",
        hint="hypotheses of one family share its level; families that do not follow each other each use up their own",
    )
