"""Hypotheses, the families that share an error rate, and how families share alpha."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dermoutcomes.errors import one_of
from dermoutcomes.options.key_path import child, element
from dermoutcomes.options.parsing import parse_options
from dermoutcomes.study.checks.analyses import analysis_of
from dermoutcomes.study.declared_names import undeclared_name
from dermoutcomes.study.names import problem_at, unknown_name

if TYPE_CHECKING:
    from dermoutcomes.declare import Adjustment, Analysis
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Comparison, Family, Study

__all__ = ["family_problems", "hypothesis_problems", "level_problems"]

# What an analysis that needs a pair is about.
PAIR_WORDS = {"visit pair": "two visits, not two arms", "arm pair": "two arms, not two visits"}


def family_problems(study: Study, registry: Registry) -> Iterator[Problem]:
    """Families without a method or a hypothesis, and primary endpoints in no family.

    What is wrong with their levels is said by `level_problems`.
    """
    for name, family in study.multiplicity.items():
        yield from _procedure(registry, family, child("multiplicity", name))
        yield from _members(study, registry, name, family)
    yield from _primary_without_family(study)
    yield from level_problems(study, registry)


def _procedure(registry: Registry, family: Family, path: str) -> Iterator[Problem]:
    if (family.method is None) == (family.none is None):
        yield problem_at(
            "a family has a method, or a reason for none",
            path,
            expected=f'method = {one_of(tuple(registry.adjustments))}, or none = "why nothing is '
            'adjusted"',
        )
    if family.none is not None and not family.none.strip():
        yield problem_at(
            "the reason is empty",
            child(path, "none"),
            expected="a sentence: why nothing is adjusted",
        )
    if family.method is None:
        return
    adjustment = registry.adjustments.get(family.method)
    if adjustment is None:
        yield undeclared_name(
            registry,
            ("adjustments",),
            "adjustment",
            family.method,
            registry.adjustments,
            child(path, "method"),
        )
        return
    option_problems: list[Problem] = []
    options = parse_options(
        family.options, adjustment.options, path=child(path, "options"), problems=option_problems
    )
    yield from option_problems
    if not option_problems and adjustment.refuse is not None:
        for key, sentence in adjustment.refuse(family.hypotheses, options):
            yield problem_at(
                sentence,
                child(child(path, "options"), key),
                expected=f"{', '.join(map(repr, family.hypotheses))}, with shares that add up to 1 "
                "at most",
            )


def _members(study: Study, registry: Registry, name: str, family: Family) -> Iterator[Problem]:
    path = child(child("multiplicity", name), "hypotheses")
    if not family.hypotheses:
        yield problem_at("the family has no hypothesis", path, expected='["endpoint.comparison"]')
    for number, hypothesis in enumerate(family.hypotheses, start=1):
        hypothesis_path = element(path, number)
        yield from hypothesis_problems(study, registry, hypothesis, hypothesis_path)
        if hypothesis in family.hypotheses[: number - 1]:
            yield problem_at(
                f"the hypothesis {hypothesis!r} is listed twice",
                hypothesis_path,
                expected="each once",
            )
        elif earlier_family := _earlier_family_of(study, name, hypothesis):
            yield problem_at(
                f"the hypothesis {hypothesis!r} is in the family {earlier_family!r} already",
                hypothesis_path,
                expected="one family",
            )


def _earlier_family_of(study: Study, name: str, hypothesis: str) -> str | None:
    for other, family in study.multiplicity.items():
        if other == name:
            return None
        if hypothesis in family.hypotheses:
            return other
    return None


def hypothesis_problems(
    study: Study, registry: Registry, hypothesis: str, path: str
) -> Iterator[Problem]:
    """That there is no such hypothesis, or that nothing decides it."""
    if hypothesis not in study.hypotheses():
        yield _unknown_hypothesis(study, hypothesis, path)
        return
    endpoint = study.endpoints[hypothesis.partition(".")[0]]
    if not endpoint.analyses:
        yield problem_at(
            f"nothing decides {hypothesis!r}: the endpoint {endpoint.id!r} has no analysis",
            path,
            expected=f'analyses = ["…"] in [endpoints.{endpoint.id}]',
        )
        return
    main = analysis_of(study, registry, endpoint.analyses[0])
    if main is not None and main.decides is None:
        yield problem_at(
            f"nothing decides {hypothesis!r}: {main.name!r}, the main analysis of {endpoint.id!r}, "
            "only describes",
            path,
            expected=f"an analysis that tests first in [endpoints.{endpoint.id}] analyses",
        )
    elif main is not None and not _is_about(
        main, study.comparisons.get(hypothesis.partition(".")[2])
    ):
        yield problem_at(
            f"nothing decides {hypothesis!r}: {main.name!r}, the main analysis of {endpoint.id!r}, "
            f"is about {PAIR_WORDS[main.needs]}",
            path,
            expected=f"an analysis of that comparison first in [endpoints.{endpoint.id}] analyses",
        )


def _is_about(analysis: Analysis, comparison: Comparison | None) -> bool:
    """Whether the analysis is about a comparison of that sort.

    Of a comparison that is not defined nobody can tell; that it is missing is told elsewhere.
    """
    if comparison is None or analysis.needs not in PAIR_WORDS:
        return True
    return (comparison.arm is None) == (analysis.needs == "visit pair")


def _unknown_hypothesis(study: Study, hypothesis: str, path: str) -> Problem:
    """The problem that the name has: no point, no such endpoint, or no such comparison of it."""
    name, point, comparison = hypothesis.partition(".")
    endpoint = study.endpoints.get(name)
    if not point:
        return unknown_name(
            "hypothesis",
            hypothesis,
            study.hypotheses(),
            path,
            "a hypothesis is endpoint.comparison",
        )
    if endpoint is None:
        return unknown_name(
            "hypothesis", hypothesis, study.hypotheses(), path, f"there is no endpoint {name!r}"
        )
    hint = (
        f"add {comparison!r} to `compare` of [endpoints.{name}]"
        if comparison in study.comparisons
        else None
    )
    return unknown_name(
        "hypothesis",
        hypothesis,
        tuple(f"{name}.{comparison_name}" for comparison_name in endpoint.compare),
        path,
        hint,
    )


def _primary_without_family(study: Study) -> Iterator[Problem]:
    """Primary endpoints in no family, where there is more than one primary hypothesis."""
    primary = {
        name: endpoint
        for name, endpoint in study.endpoints.items()
        if endpoint.role == "primary" and endpoint.compare
    }
    hypotheses = [
        f"{name}.{comparison}"
        for name, endpoint in primary.items()
        for comparison in endpoint.compare
    ]
    in_family = {
        hypothesis.partition(".")[0]
        for family in study.multiplicity.values()
        for hypothesis in family.hypotheses
    }
    unassigned = [
        hypothesis for hypothesis in hypotheses if hypothesis.partition(".")[0] not in in_family
    ]
    if unassigned and len(hypotheses) > 1:
        names = ", ".join(f'"{hypothesis}"' for hypothesis in unassigned)
        yield problem_at(
            f"there are {len(hypotheses)} primary hypotheses, and nothing says how their error "
            "rate is shared",
            child("endpoints", unassigned[0].partition(".")[0]),
            found=unassigned,
            expected=f'[multiplicity.primary] with hypotheses = [{names}] and method = "…", or '
            'none = "why nothing is adjusted"',
            code="no-family",
        )


ROUNDING = 1e-9


def level_problems(study: Study, registry: Registry) -> Iterator[Problem]:
    """Families that cannot follow another, and families that together take more than there is."""
    for name, family in study.multiplicity.items():
        yield from _gate_problems(study, registry, name, family)
        yield from _level_without_method(name, family)
    yield from _shared_alpha(study)


def _gate_problems(
    study: Study, registry: Registry, name: str, family: Family
) -> Iterator[Problem]:
    """What is wrong with the family that this one follows, or with how it is to open."""
    path = child("multiplicity", name)
    if family.after is None:
        if family.gate != "all":
            yield problem_at(
                "the family follows no other",
                child(path, "gate"),
                expected='after = "…", the family that must be won first',
            )
        return
    before = study.multiplicity.get(family.after)
    if before is None:
        yield unknown_name(
            "family",
            family.after,
            [candidate for candidate in study.multiplicity if candidate != name],
            child(path, "after"),
        )
    elif study.multiplicity[study.gates(name)[-1]].after is not None:
        yield problem_at(
            "families follow each other in a circle",
            child(path, "after"),
            found=family.after,
            expected="a first family that follows none",
        )
    elif before.method is None:
        yield problem_at(
            f"the family {family.after!r} adjusts nothing, so it decides nothing either",
            child(path, "after"),
            expected=f'method = "…" in [multiplicity.{family.after}]',
        )
    elif (adjustment := registry.adjustments.get(before.method)) is not None:
        yield from _gate_procedure(registry, family, adjustment, path)


def _gate_procedure(
    registry: Registry, family: Family, adjustment: Adjustment, path: str
) -> Iterator[Problem]:
    """What the procedure of the family before has to do: hold its level, and leave some of it."""
    if not adjustment.familywise:
        yield problem_at(
            f"{adjustment.label}, by which {family.after!r} is decided, lets some false rejections "
            "through",
            child(path, "after"),
            expected="a procedure that holds the chance of any",
            hint=adjustment.controls,
        )
    if family.gate == "any" and adjustment.passes_on is None:
        passing_on = [
            candidate.name
            for candidate in registry.adjustments.values()
            if candidate.passes_on is not None
        ]
        yield problem_at(
            f"{adjustment.label}, by which {family.after!r} is decided, leaves nothing until "
            "all of it is won",
            child(path, "gate"),
            expected=f'"all", or one of {", ".join(passing_on) or "no procedure here"} there',
        )


def _level_without_method(name: str, family: Family) -> Iterator[Problem]:
    if family.method is None and (family.alpha is not None or family.after is not None):
        key = "alpha" if family.alpha is not None else "after"
        yield problem_at(
            "the family adjusts nothing, so no level is its own",
            child(child("multiplicity", name), key),
            expected="a method",
        )


def _shared_alpha(study: Study) -> Iterator[Problem]:
    """Families side by side, or after the same one, which together take more than there is."""
    first_families = [
        name
        for name, family in study.multiplicity.items()
        if family.method is not None and family.after is None
    ]
    yield from _overspent_alpha(
        study,
        [name for name in first_families if _is_primary(study, name)],
        study.study.alpha,
        "primary families",
    )
    with_alpha = [name for name in first_families if study.multiplicity[name].alpha is not None]
    yield from _overspent_alpha(
        study,
        [name for name in with_alpha if not _is_primary(study, name)],
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
        followers = [
            name
            for name, family in study.multiplicity.items()
            if family.after == before and family.method is not None
        ]
        yield from _overspent_alpha(study, followers, level, f"families after {before!r}")


def _is_primary(study: Study, family: str) -> bool:
    names = (hypothesis.partition(".")[0] for hypothesis in study.multiplicity[family].hypotheses)
    return any(
        name in study.endpoints and study.endpoints[name].role == "primary" for name in names
    )


def _overspent_alpha(
    study: Study, families: list[str], level: float, noun: str
) -> Iterator[Problem]:
    """A family that states no alpha takes all of it."""
    levels = [
        level if (alpha := study.multiplicity[name].alpha) is None else alpha for name in families
    ]
    if sum(levels) <= level * (1 + ROUNDING):
        return
    path = child("multiplicity", families[-1])
    if len(families) == 1:
        yield problem_at(
            f"the family takes more than there is ({level:g})",
            child(path, "alpha"),
            found=levels[0],
            expected=f"at most {level:g}",
        )
        return
    parts = ", ".join(f"{name!r} {alpha:g}" for name, alpha in zip(families, levels, strict=True))
    yield problem_at(
        f"{len(families)} {noun} together take an alpha of {sum(levels):g}: {parts}",
        path,
        expected=f"parts that add up to at most {level:g}, "
        f'as alpha = {level / len(families):g} in each, or after = "{families[0]}" in this one',
        code="alpha-split",
        hint="hypotheses of one family share its level; families that do not follow each other "
        "each use up their own",
    )
