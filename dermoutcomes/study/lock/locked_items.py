"""What is locked of a study, item by item, and what each item rests on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import attrs

from dermoutcomes.options.fields import default_value
from dermoutcomes.study.lock.lock_values import FORMAT, reading_item
from dermoutcomes.study.lock.locked_bounds import bounds_under, locked_bounds
from dermoutcomes.vocabulary import BASELINE, DESCRIPTIVE, FRAMEWORK

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Claim, Endpoint, Source, Study

__all__ = [
    "READING_SELECTION",
    "as_json",
    "decisions",
    "depends_on",
    "digests",
    "json_digest",
    "row_selection",
]

RULE_KEYS = (
    "design",
    "alpha",
    "sided",
    "confidence",
    "day_one",
    "seed",
    "sides_randomised",
    "accept_unverified",
    "data_cut",
)
# Rules that studies did not have when the first locks were made: hashed only where one is stated.
LATER_RULE_KEYS = ("data_cut",)
# What is decided before the data is a digest: whoever changes it later could choose by the outcome.
# How files are read is none of these. A column may have to be named anew once the files are there,
# so the rules are held whole (`reading_rules`), and what they read is compared.
SECTIONS = (
    "visits",
    "sessions",
    "schedule",
    "arms",
    "populations",
    "comparisons",
    "subgroups",
    "factors",
    "intercurrent",
    "imputations",
    "analyses",
    "endpoints",
    "multiplicity",
    "claims",
    "eligibility",
)
# Tables of the framework on which every endpoint and claim rests: a list of medications is on none.
DECIDING = tuple(name for name in FRAMEWORK if name not in DESCRIPTIVE)
# What changes no number: what a visit is called in the report or in an export may be mended later,
# and how raters were trained may be written down when it was done.
WORDING_KEYS = ("label", "note", "aliases", "better", "training")
STUDY_RULES = "study.rules"
# What decides which readings count, whatever the endpoint: items only where the study file says
# something of it.
LEAVE_OUT, ROW_CONDITIONS = "quality.leave_out", "sources.where"
BOUNDS = "quality.bounds"
# What cells stand for that hold a limit, or a number with a mark.
CELLS_AT_LIMITS = "sources.limits"
READING_SELECTION = (LEAVE_OUT, ROW_CONDITIONS, CELLS_AT_LIMITS, BOUNDS)
# Beside `where`, what says which rows and cells of a file are read, and as whose.
ROW_KEYS = ("fill_down", "hidden_rows", "not_subjects", "struck_cells")
QUALITY_KEYS = ("leave_out", "off", "options", "ranges", "allow_sides_alike")


def digests(study: Study, registry: Registry, lock_format: int = FORMAT) -> dict[str, str]:
    """SHA-256 of what the study says of each decision, by name, in the order of the file."""
    values = decisions(study, registry, lock_format)
    return {name: json_digest(value) for name, value in values.items()}


def decisions(study: Study, registry: Registry, lock_format: int = FORMAT) -> dict[str, Any]:
    """What the study says of each decision, as JSON has it, by name, in the order of the file.

    Only what differs from its default counts, so that a later version with a new key locks an old
    study alike. A lock of format 1 has no bounds, and of the sources which rows they take; later
    ones hold the sources as they are.
    """
    rules = {
        name: as_json(value)
        for name in RULE_KEYS
        if (value := getattr(study.study, name)) is not None or name not in LATER_RULE_KEYS
    }
    # The name of the product decides which claims of a single-arm study are beyond its design.
    if study.study.product is not None:
        rules["product"] = study.study.product
    values: dict[str, Any] = {STUDY_RULES: rules}
    for section in SECTIONS:
        values |= {
            f"{section}.{name}": as_json(item) for name, item in getattr(study, section).items()
        }
    selection = _reading_selection(study)
    if lock_format > 1:
        for name in (ROW_CONDITIONS, CELLS_AT_LIMITS):
            selection.pop(name, None)
        selection |= {
            f"bounds.{measure}": bounds
            for measure, bounds in locked_bounds(study, registry).items()
        }
    return values | selection


def _reading_selection(study: Study) -> dict[str, Any]:
    """What leaves readings out: findings, rows of files, cells at limits, bounds; where a study says so."""
    quality = (
        {name: as_json(getattr(study.quality, name)) for name in QUALITY_KEYS}
        if study.quality.leave_out
        else None
    )
    rows = {
        name: [row_selection(spec) for spec in specs]
        for name, specs in study.sources.items()
        if any(row_selection(spec) for spec in specs)
    }
    limits = {
        name: [[as_json(spec.limits), as_json(spec.marks)] for spec in specs]
        for name, specs in study.sources.items()
        if any(spec.limits or spec.marks for spec in specs)
    }
    bounds = {measure: as_json(bound) for measure, bound in study.quality.bounds.items()}
    items = (
        (LEAVE_OUT, quality),
        (ROW_CONDITIONS, rows),
        (CELLS_AT_LIMITS, limits),
        (BOUNDS, bounds),
    )
    return {name: value for name, value in items if value}


def row_selection(source: Source) -> Any:
    """Which rows and cells of its files a source reads; `where` alone where it says no more."""
    further = {
        key: as_json(value) for key in ROW_KEYS if (value := getattr(source, key)) not in (None, ())
    }
    where = as_json(source.where)
    return [where, further] if further else where


def json_digest(value: Any) -> str:
    """SHA-256 of a value as canonical JSON, as a lock has it of each decision."""
    return sha256(
        json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    ).hexdigest()


def as_json(value: Any) -> Any:
    """A value as JSON has it: of a class, the fields that decide and are not as by default."""
    if attrs.has(type(value)):
        return {
            field.name: as_json(getattr(value, field.name))
            for field in attrs.fields(type(value))
            if field.name not in WORDING_KEYS and not _is_default(field, getattr(value, field.name))
        }
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _is_default(field: Any, value: Any) -> bool:
    default = default_value(field.default)
    # In Python 1, 1.0 and True are equal; in a study file they are not the same.
    return bool(type(value) is type(default) and value == default)


def depends_on(
    study: Study, registry: Registry, lock_format: int = FORMAT
) -> dict[str, frozenset[str]]:
    """Item = all that it rests on, itself included.

    Items are endpoints, families and claims by section and name, and hypotheses by their own name.
    What they rest on are items of a lock, and how the files of each source are read.
    """
    selection = tuple(
        name for name in _reading_selection(study) if name == LEAVE_OUT or lock_format == 1
    )
    endpoints = {
        name: frozenset((*selection, *_endpoint_items(study, registry, name, lock_format)))
        for name in study.endpoints
    }
    endpoint_items = {f"endpoints.{name}": needed for name, needed in endpoints.items()}
    families = {
        f"multiplicity.{name}": frozenset(_family_items(study, name, endpoints))
        for name in study.multiplicity
    }
    claims = {
        f"claims.{name}": frozenset(
            (*selection, *_claim_items(study, name, claim, endpoints, families))
        )
        for name, claim in study.claims.items()
    }
    hypotheses = {
        name: endpoints[name.partition(".")[0]] | _deciding_family_items(study, name, families)
        for name in study.hypotheses()
    }
    return {**hypotheses, **endpoint_items, **families, **claims}


def _endpoint_items(
    study: Study,
    registry: Registry,
    name: str,
    lock_format: int,
    enclosing: tuple[str, ...] = (),
) -> Iterator[str]:
    endpoint = study.endpoints[name]
    yield from (STUDY_RULES, f"endpoints.{name}")
    yield from _visit_items(study, endpoint)
    yield from _source_items(study, name)
    if lock_format > 1:
        yield from (f"bounds.{measure}" for measure in bounds_under(registry, endpoint.measure))
    yield from (f"comparisons.{comparison}" for comparison in endpoint.compare)
    yield from (f"populations.{population}" for population in endpoint.populations)
    yield from (f"subgroups.{subgroup}" for subgroup in endpoint.subgroups)
    yield from (
        f"analyses.{analysis}" for analysis in endpoint.analyses if analysis in study.analyses
    )
    yield from (
        f"imputations.{handling}" for handling in endpoint.handling if handling in study.imputations
    )
    yield from (f"intercurrent.{event}" for event in study.intercurrent)
    yield from (f"factors.{factor}" for factor in _factors(study, endpoint))
    yield from (f"arms.{arm}" for arm in study.arms)
    yield from (f"sessions.{session}" for session in study.sessions)
    responder = endpoint.responder
    for part in (*responder.all_of, *responder.any_of) if responder else ():
        # A responder may be made of other endpoints; a circle of them, which the checks refuse,
        # ends here.
        if part not in enclosing and part in study.endpoints:
            yield from _endpoint_items(study, registry, part, lock_format, (*enclosing, name))


def _factors(study: Study, endpoint: Endpoint) -> Iterator[str]:
    """The factors that adjust an endpoint, or by which its subjects are chosen."""
    subgroups = [study.subgroups[name] for name in endpoint.subgroups if name in study.subgroups]
    populations = [
        study.populations[name] for name in endpoint.populations if name in study.populations
    ]
    columns = (
        *endpoint.strata,
        *endpoint.covariates,
        *(subgroup.by for subgroup in subgroups),
        *(column for population in populations for column in population.where.columns),
        *endpoint.among.columns,
    )
    yield from (name for name in dict.fromkeys(columns) if name in study.factors)


def _source_items(study: Study, name: str) -> Iterator[str]:
    """How the files are read that an endpoint is of, or that decide whom it counts.

    Tables of the framework say who was there, in which arm and on which day: all rest on them.
    """
    endpoint = study.endpoints[name]
    yield from map(reading_item, DECIDING)
    said = [
        endpoint,
        *(study.populations.get(population) for population in endpoint.populations),
        *(study.analyses.get(analysis) for analysis in endpoint.analyses),
        study.eligibility.get(name),
    ]
    words = {word.partition(".")[0] for item in said for word in _texts(as_json(item))}
    yield from (reading_item(source) for source in study.sources if source in words)


def _texts(value: Any) -> Iterator[str]:
    """All texts of a value, keys too: a measure may stand in either."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield key
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _visit_items(study: Study, endpoint: Endpoint) -> Iterator[str]:
    """The visits that the endpoint is about, and the schedule of what it measures.

    That is the schedule of the measure, of its instrument or scale, or of both.
    """
    owner = (endpoint.measure or "").partition(".")[0]
    scheduled = [key for key in (owner, endpoint.measure) if key in study.schedule]
    yield from (f"schedule.{key}" for key in scheduled)
    compared = [
        visit for name in endpoint.compare for visit in (study.comparisons[name].visit or ())
    ]
    baseline = (endpoint.baseline.visits or ()) if endpoint.baseline else ()
    visits = (
        *compared,
        *baseline,
        *(endpoint.visits or ()),
        *(visit for key in scheduled for visit in study.schedule[key or ""]),
    )
    yield from (f"visits.{visit}" for visit in visits if visit != BASELINE)


def _hypothesis_items(
    hypotheses: Iterable[str], endpoints: Mapping[str, frozenset[str]]
) -> Iterator[str]:
    for hypothesis in hypotheses:
        yield from endpoints.get(hypothesis.partition(".")[0], ())


def _family_items(
    study: Study, name: str, endpoints: Mapping[str, frozenset[str]]
) -> Iterator[str]:
    """A family rests on its hypotheses, and on all families that must be won before it."""
    for family in study.gates(name):
        yield f"multiplicity.{family}"
        yield from _hypothesis_items(study.multiplicity[family].hypotheses, endpoints)


def _deciding_family_items(
    study: Study, hypothesis: str, families: Mapping[str, frozenset[str]]
) -> frozenset[str]:
    name = next(
        (name for name, family in study.multiplicity.items() if hypothesis in family.hypotheses),
        None,
    )
    return families[f"multiplicity.{name}"] if name else frozenset()


def _claim_items(
    study: Study,
    name: str,
    claim: Claim,
    endpoints: Mapping[str, frozenset[str]],
    families: Mapping[str, frozenset[str]],
) -> Iterator[str]:
    yield from (STUDY_RULES, f"claims.{name}")
    yield from map(reading_item, DECIDING)
    for part in claim.all_of:
        yield from _hypothesis_items([part.hypothesis], endpoints)
        yield from _deciding_family_items(study, part.hypothesis, families)
    if claim.population:
        yield f"populations.{claim.population}"
    if claim.analysis is not None and claim.analysis in study.analyses:
        yield f"analyses.{claim.analysis}"
        yield from (
            item
            for endpoint in study.analyses[claim.analysis].endpoints
            for item in endpoints.get(endpoint, ())
        )
