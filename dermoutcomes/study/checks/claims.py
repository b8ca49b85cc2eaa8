"""Claims: that what they rest on exists, and that their kind asks for what they state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dermoutcomes.conditions import Conditions
from dermoutcomes.options.key_path import child, element
from dermoutcomes.study.checks.analyses import analysis_of
from dermoutcomes.study.checks.comparisons import unknown_population
from dermoutcomes.study.checks.families import hypothesis_problems
from dermoutcomes.study.checks.measures import lacks_direction
from dermoutcomes.study.checks.scheme import SINGLE_ARM
from dermoutcomes.study.names import problem_at, unknown_name
from dermoutcomes.study.source_names import PROVENANCE_COLUMNS

if TYPE_CHECKING:
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Claim, ClaimPart, Comparison, Endpoint, Study

__all__ = ["claim_problems"]

# What each kind of claim is decided by; the other keys of a claim would decide nothing, and are
# refused.
DECIDING_KEYS = {
    "change": ("all_of",),
    "difference": ("all_of",),
    "equivalence": ("all_of",),
    "noninferiority": ("all_of",),
    "absence": ("events", "population", "at_most", "solicited"),
    "agreement": ("analysis", "term", "at_least"),
}
# What claims of an interval against a margin have as direction, and what they may not rest on.
MARGIN_CLAIMS = {
    "equivalence": ("equivalent", "a difference that is not significant is no equivalence"),
    "noninferiority": ("noninferior", "a difference that is not significant is no non-inferiority"),
}
KEYS = (
    "all_of",
    "events",
    "population",
    "at_most",
    "solicited",
    "analysis",
    "term",
    "at_least",
)


def claim_problems(study: Study, registry: Registry) -> Iterator[Problem]:
    """Claims whose hypotheses do not exist, and keys that their kind lacks or does not use."""
    for name, claim in study.claims.items():
        path = child("claims", name)
        yield from _key_problems(claim, path)
        yield from _hypothesis_parts(study, registry, claim, path)
        if claim.kind == "absence":
            yield from _absence(study, claim, path)
        elif claim.kind == "agreement":
            yield from _agreement(study, registry, claim, path)
    yield from _interval_problems(study)


def _interval_problems(study: Study) -> Iterator[Problem]:
    """An interval that is narrower than its alpha allows, where claims are decided by intervals."""
    info = study.study
    interval_claims = [
        name
        for name, claim in study.claims.items()
        if claim.kind in (*MARGIN_CLAIMS, "agreement")
        or any(part.above is not None for part in claim.all_of)
    ]
    if interval_claims and study.confidence < 1 - 2 * info.alpha - 1e-9:
        yield problem_at(
            f"the claim {interval_claims[0]!r} is decided by an interval, and intervals at "
            f"{study.confidence:g} are narrower than alpha allows",
            "study.confidence",
            found=info.confidence,
            expected=f"at least 1 - 2 alpha, {1 - 2 * info.alpha:g}",
        )


def _key_problems(claim: Claim, path: str) -> Iterator[Problem]:
    deciding_keys = DECIDING_KEYS[claim.kind]
    if not claim.text.strip():
        yield problem_at(
            "the sentence is empty", child(path, "text"), expected="the sentence that is claimed"
        )
    for key in KEYS:
        value = getattr(claim, key)
        if value not in (None, (), Conditions()) and key not in deciding_keys:
            yield problem_at(
                f"a claim of the kind {claim.kind!r} is not decided by {key!r}",
                child(path, key),
                expected="only " + ", ".join(deciding_keys),
            )


def _hypothesis_parts(
    study: Study, registry: Registry, claim: Claim, path: str
) -> Iterator[Problem]:
    if "all_of" not in DECIDING_KEYS[claim.kind]:
        return
    if not claim.all_of:
        yield problem_at(
            "nothing decides the claim",
            path,
            expected='all_of = [{ hypothesis = "endpoint.comparison" }]',
        )
    for number, part in enumerate(claim.all_of, start=1):
        part_path = element(child(path, "all_of"), number)
        problems = tuple(
            hypothesis_problems(study, registry, part.hypothesis, child(part_path, "hypothesis"))
        )
        yield from problems or _part(study, registry, claim, part, part_path)


def _part(
    study: Study, registry: Registry, claim: Claim, part: ClaimPart, path: str
) -> Iterator[Problem]:
    name, _, comparison_name = part.hypothesis.partition(".")
    endpoint, comparison = study.endpoints[name], study.comparisons.get(comparison_name)
    hypothesis_path = child(path, "hypothesis")
    yield from _direction(claim, part, child(path, "direction"))
    yield from _better_direction(registry, endpoint, part, hypothesis_path)
    if comparison is not None:
        yield from _main_analysis(study, registry, claim, endpoint, part, hypothesis_path)
        yield from _kind_of_comparison(study, claim, endpoint, comparison, part, hypothesis_path)


def _better_direction(
    registry: Registry, endpoint: Endpoint, part: ClaimPart, path: str
) -> Iterator[Problem]:
    """A direction that speaks of better or worse, where nothing says which way is better."""
    speaks_of_better = part.direction in ("improved", "worsened", "noninferior")
    if speaks_of_better and lacks_direction(registry, endpoint):
        yield problem_at(
            f"nothing says which way is better for {endpoint.id!r}",
            path,
            found=part.hypothesis,
            expected=f'improves = "up" or "down" in [endpoints.{endpoint.id}], or a direction "up" '
            'or "down"',
        )


def _main_analysis(
    study: Study, registry: Registry, claim: Claim, endpoint: Endpoint, part: ClaimPart, path: str
) -> Iterator[Problem]:
    """A p-value against a margin, where the claim is of a difference or a change."""
    main = analysis_of(study, registry, endpoint.analyses[0]) if endpoint.analyses else None
    if main is not None and main.margin and claim.kind not in MARGIN_CLAIMS:
        yield problem_at(
            f"the main analysis {main.name!r} tests against a margin, which shows no {claim.kind}",
            path,
            found=part.hypothesis,
            expected='kind = "noninferiority" or "equivalence", or another main analysis',
        )


def _kind_of_comparison(
    study: Study,
    claim: Claim,
    endpoint: Endpoint,
    comparison: Comparison,
    part: ClaimPart,
    path: str,
) -> Iterator[Problem]:
    """What the kind of the claim asks of the comparison: groups, or a margin."""
    between = comparison.arm is not None or endpoint.difference is not None
    if claim.kind == "noninferiority" and not between:
        # Without a control, a margin would not help: it is not asked for.
        yield problem_at(
            f"nothing is inferior without a control, and {part.hypothesis!r} compares visits",
            path,
            found=part.hypothesis,
            expected="a comparison of arms",
        )
    elif claim.kind in MARGIN_CLAIMS and comparison.margin is None:
        yield problem_at(
            f"{claim.kind} needs a margin, and the comparison {comparison.id!r} has none",
            path,
            found=part.hypothesis,
            expected=f"margin and margin_reason in [comparisons.{comparison.id}]",
            hint=MARGIN_CLAIMS[claim.kind][1],
        )
    # In a single-arm study the design itself answers a claim of a difference: beyond the design.
    elif claim.kind == "difference" and not between and study.study.design != SINGLE_ARM:
        yield problem_at(
            f"a difference is between groups, and {part.hypothesis!r} compares visits",
            path,
            found=part.hypothesis,
            expected='a comparison of arms, or kind = "change"',
        )


def _direction(claim: Claim, part: ClaimPart, path: str) -> Iterator[Problem]:
    required_direction = MARGIN_CLAIMS.get(claim.kind, ("",))[0]
    if part.direction != required_direction and (
        required_direction or part.direction in {word for word, _ in MARGIN_CLAIMS.values()}
    ):
        yield problem_at(
            f"the direction {part.direction!r} does not go with a claim of the kind {claim.kind!r}",
            path,
            found=part.direction,
            expected='"equivalent" in claims of equivalence, "noninferior" in those of '
            "noninferiority, and only there",
        )


def _absence(study: Study, claim: Claim, path: str) -> Iterator[Problem]:
    if not claim.events:
        yield problem_at(
            "the claim does not say which events must be absent",
            path,
            expected="events = { related_product = true }",
        )
    if "events" not in study.sources:
        yield problem_at(
            "the study has no list of events, so none can be shown to be absent",
            path,
            expected="[[sources.events]] with a file",
        )
    yield from _event_columns(claim, child(path, "events"))
    yield from unknown_population(study, claim.population, child(path, "population"))


def _event_columns(claim: Claim, path: str) -> Iterator[Problem]:
    from dermoutcomes.tables import SCHEMAS

    columns = tuple(name for name in SCHEMAS["events"].names if name not in PROVENANCE_COLUMNS)
    for name in claim.events.columns:
        if name not in columns:
            yield unknown_name("column of events", name, columns, child(path, name))


def _agreement(study: Study, registry: Registry, claim: Claim, path: str) -> Iterator[Problem]:
    defined_analyses = tuple(study.analyses)
    if claim.analysis is None or claim.at_least is None:
        yield problem_at(
            "agreement is an interval above a goal", path, expected="analysis, term and at_least"
        )
    if claim.analysis is None:
        return
    if claim.analysis not in defined_analyses:
        yield unknown_name(
            "analysis in [analyses]",
            claim.analysis,
            defined_analyses,
            child(path, "analysis"),
            f'define [analyses.{claim.analysis}] with use = "…" and its endpoints',
        )
        return
    analysis = registry.analyses.get(study.analyses[claim.analysis].use)
    terms = (
        tuple(dict.fromkeys(term for term, stat in analysis.statistics if stat == "conf_low"))
        if analysis
        else ()
    )
    if claim.term is not None and terms and "*" not in terms and claim.term not in terms:
        yield unknown_name(f"term of {claim.analysis!r}", claim.term, terms, child(path, "term"))
