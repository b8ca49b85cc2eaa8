"""What a name means, in words: a measure, a scale, or anything else that a plugin declares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dermoutcomes.declare.tasks.refusals import REFUSALS
from dermoutcomes.errors import Problem, StudyError, nearest, one_of
from dermoutcomes.quality.check_catalogue import CORE_CHECKS
from dermoutcomes.quality.reading_faults import READING_FAULTS
from dermoutcomes.registry.forms.entry_folder import missing_beside
from dermoutcomes.registry.forms.expansion import ONE_REGION
from dermoutcomes.registry.registry import KINDS
from dermoutcomes.study.bounds import range_place

if TYPE_CHECKING:
    from dermoutcomes.declare import (
        Analysis,
        Instrument,
        OutcomeSet,
        Parameter,
        PlausibleRange,
        Reference,
        Scale,
    )
    from dermoutcomes.declare.forms.scale_form import ScaleForm
    from dermoutcomes.registry.registry import Registry

__all__ = ["explain", "explain_all", "known_names", "number_range"]

# The name by which `explain` lists what is not there.
MISSING = "missing"
IMPROVES = {
    "up": "higher is better",
    "down": "lower is better",
    None: "no direction of its own; the study says it",
}
FIELD_WORDS = {"low": "plausible from", "high": "plausible to", "improves": "the direction"}
SCALE_TYPES = {
    "ratio": "ratio (percent change allowed)",
    "interval": "interval (no percent change)",
    "ordinal": "ordinal (no percent change)",
    "nominal": "nominal",
}
WORDS = re.compile(r"[^\W\d_][\w-]+")
MOST_OF_WORD = 5


def known_names(registry: Registry) -> tuple[str, ...]:
    """Every name that can be explained."""
    return tuple(
        sorted(
            {
                MISSING,
                *REFUSALS,
                *CORE_CHECKS,
                *READING_FAULTS,
                *registry.measures(),
                *(name for kind in KINDS for name in getattr(registry, kind)),
            }
        )
    )


def explain(registry: Registry, name: str) -> str:
    """The explanation of a name as text.

    Raises StudyError, with the nearest name, for one that nothing declares.
    """
    if name == MISSING:
        return "\n".join(_missing_lines(_missing(registry)))
    checks = "\n".join(_check_lines(registry, name))
    if name in REFUSALS:
        refusal = f"{name}: a result is refused. {REFUSALS[name]}"
        return "\n".join(filter(None, (refusal, checks)))
    parameter = registry.parameter(name)
    if parameter is not None:
        return "\n".join(filter(None, (*_parameter_lines(name, parameter), checks)))
    if checks:
        return checks
    declarations = [
        (kind, getattr(registry, kind)[name]) for kind in KINDS if name in getattr(registry, kind)
    ]
    if not declarations:
        raise StudyError(_undeclared_name(registry, name))
    return "\n\n".join(
        "\n".join(_declaration_lines(registry, kind, value)) for kind, value in declarations
    )


def explain_all(registry: Registry) -> dict[str, str]:
    """The explanation of every name that has one."""
    return {name: explain(registry, name) for name in known_names(registry)}


def _missing(registry: Registry) -> Mapping[str, Mapping[str, str]]:
    """What the catalogues that are installed do not have, with the reason, by kind."""
    return missing_beside([*registry.scales.values(), *registry.instruments.values()])


def _missing_lines(missing: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    yield "missing: what the catalogue does not have, and why"
    for kind, reasons in missing.items():
        yield f"  {kind}:"
        yield from (f"    {name}: {reason}" for name, reason in reasons.items())


def _why_missing(registry: Registry, name: str) -> str | None:
    """The reasons of what is known to be missing and has the name in its own."""
    wanted = _spelt(name)
    reasons = [
        f"{missing} is missing, since {reason}"
        for of_kind in _missing(registry).values()
        for missing, reason in of_kind.items()
        if len(wanted) > 2 and wanted in _spelt(missing)
    ]
    return "; ".join(reasons) or None


def _spelt(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def _check_lines(registry: Registry, name: str) -> Iterator[str]:
    """What a finding of this name means: a check of the core, of a declaration, or of reading."""
    core = CORE_CHECKS.get(name)
    if core is not None:
        yield f"{name}: {core.label} (check, {core.severity} unless the study says otherwise)"
        yield from _option_lines(core.options, f"options, in [quality.options.{name}]")
    elif name in READING_FAULTS:
        yield f"{name}: {READING_FAULTS[name]} (finding of reading)"
    owner, _, own = name.partition(".")
    declared = registry.owner(owner)
    for check in declared.checks if declared is not None else ():
        if check.name == own:
            words = f"; expected {check.expected}" if check.expected else ""
            yield f"{name}: {check.label} (check of {owner}, {check.severity}{words})"
    curves = getattr(declared, "curves", None)
    if curves is not None and own in curves.checks:
        yield f"{name}: {own.replace('_', ' ')} (finding about a curve of {owner})"


def _undeclared_name(registry: Registry, name: str) -> Problem:
    dispute = registry.dispute(KINDS, name)
    if dispute is not None:
        return Problem(dispute.words, found=repr(name), expected=dispute.remedy)
    names = known_names(registry)
    near, why = _hint(registry, name, names), _why_missing(registry, name)
    hints = [words for words in (why or near, registry.absence()) if words]
    return Problem(
        "nothing of this name is declared",
        found=repr(name),
        expected=one_of(names),
        hint="; ".join(hints) or None,
    )


def _hint(registry: Registry, name: str, names: tuple[str, ...]) -> str | None:
    """Devices, scales and outcome sets in whose name or label the word stands, or the nearest."""
    if of_word := [*_of_word(registry, name.casefold())]:
        return f"did you mean {' or '.join(map(repr, of_word[:MOST_OF_WORD]))}?"
    near = nearest(name, names) or next(
        (known for known in names if known.rpartition(".")[2] == name), None
    )
    return f"did you mean {near!r}?" if near else None


def _of_word(registry: Registry, word: str) -> Iterator[str]:
    for kind in (registry.instruments, registry.scales, registry.outcome_sets):
        for name, declared in kind.items():
            if word in WORDS.findall(f"{name} {declared.label}".casefold().replace("_", " ")):
                yield name


def number_range(low: float | None, high: float | None, unit: str = "") -> str | None:
    """A range in words, or None where nothing bounds it."""
    if low is None and high is None:
        return None
    ends = [f"{end:g}" for end in (low, high) if end is not None]
    words = (
        " to ".join(ends)
        if len(ends) == 2
        else f"at least {ends[0]}"
        if low is not None
        else f"at most {ends[0]}"
    )
    return f"{words} {unit}".strip()


def _parameter_lines(name: str, parameter: Parameter) -> Iterator[str]:
    yield f"{name}: {parameter.label}"
    facts = {
        "kind": parameter.kind,
        "unit": parameter.unit or "none (a ratio or a code)",
        "formula": parameter.definition or None,
        "derived": "yes, where the data do not have it" if parameter.expr is not None else None,
        "plausible": number_range(parameter.low, parameter.high, parameter.unit),
        **{
            f"plausible {range_place(own)}": _range_words(own, parameter)
            for own in parameter.ranges
        },
        "possible": _possible_words(parameter),
        "values": ", ".join(
            f"{value:g} {parameter.labels.get(value, '')}".strip()
            for value in parameter.values or sorted(parameter.labels)
        )
        or None,
        "scale": SCALE_TYPES[parameter.scale_type]
        if parameter.kind in ("value", "item", "score")
        else None,
        "direction": IMPROVES[parameter.improves]
        if parameter.kind in ("value", "item", "score")
        else None,
        "no change": f"{parameter.neutral:g}" if parameter.neutral is not None else None,
        "caution": parameter.caution or None,
        "one measurement with": ", ".join(parameter.not_independent_of) or None,
        "verified": None
        if parameter.verified
        else "no: a study that uses it must accept it in [study] accept_unverified",
    }
    yield from _fact_lines(facts)
    from dermoutcomes.cli.explain.form import UNVERIFIED

    for number in dict.fromkeys([*parameter.sources, *parameter.unverified]):
        source = parameter.sources.get(number, "none at hand")
        doubt = UNVERIFIED if number in parameter.unverified else ""
        yield f"  source of {FIELD_WORDS.get(number, number)}: {source}{doubt}"
    yield from _source_lines(parameter.references)


def _range_words(own: PlausibleRange, parameter: Parameter) -> str:
    from dermoutcomes.cli.explain.form import UNVERIFIED

    told = ", ".join(filter(None, (own.population, own.source)))
    doubt = "" if own.verified else UNVERIFIED
    words = number_range(own.low, own.high, parameter.unit)
    return f"{words}{f' ({told})' if told else ''}{doubt}"


def _possible_words(parameter: Parameter) -> str | None:
    """What is possible, with the kinds of its ends where they are stated."""
    kinds = (parameter.minimum_is, parameter.maximum_is)
    bounds = (parameter.minimum, parameter.maximum)
    stated = [kind for kind, bound in zip(kinds, bounds, strict=True) if kind and bound is not None]
    words = number_range(*bounds, parameter.unit)
    return f"{words} ({', '.join(dict.fromkeys(stated))})" if words and stated else words


def _declaration_lines(registry: Registry, kind: str, value: Any) -> Iterator[str]:
    singular = kind.removesuffix("s").replace("analyse", "analysis").replace("_", " ")
    plugin = registry.plugin_of(kind, value.name)
    yield f"{value.name}: {value.label} ({singular}, from the plugin {plugin})"
    for own in registry.replacements:
        if (own.kind, own.name) == (kind, value.name):
            yield f"  in place of: the one of the plugin {', '.join(own.others)}"
    if kind in ("instruments", "scales"):
        yield from _fact_lines({"for": ", ".join(value.conditions) or None})
        yield "  codes:"
        yield from _code_lines(value)
        yield from _fact_lines({"replicates": _replicates(value)})
        yield from _asked_lines(value)
        yield from (f"  caution: {caution}" for caution in value.cautions)
        yield from _fact_lines({"licence": value.licence or None})
    if kind == "scales":
        from dermoutcomes.cli.explain.form import form_lines

        yield from form_lines(value)
    if kind == "outcome_sets":
        yield from _outcome_set_lines(registry, value)
    if kind == "analyses":
        yield from _analysis_lines(value)
    yield from _fact_lines(
        {
            "assumes": getattr(value, "assumption", None),
            "controls": getattr(value, "controls", None) or None,
        }
    )
    yield from _option_lines(value.options)
    yield from _source_lines(getattr(value, "references", ()))
    if kind == "analyses" and value.power is not None:
        yield from _fact_lines({"power": value.power.method})
        yield from _option_lines(value.power.assumptions, "assumed for it, in [planning]")
        yield from _source_lines(value.power.references)


def _code_lines(owner: Instrument | Scale) -> Iterator[str]:
    """A line a code; what stands in each region of a scale has one for all of them."""
    form: ScaleForm | None = getattr(owner, "form", None)
    repeated, regions = (form.region_items, form.regions) if form is not None else ((), ())
    regional = {f"{region.code}_{code}" for code in repeated for region in regions}
    for parameter in owner.parameters:
        if parameter.code in regional:
            continue
        code, label = parameter.code, parameter.label
        if code in repeated:
            code, label = f"REGION_{code}", f"{label.removesuffix(ONE_REGION)}, in each region"
        unit = f" [{parameter.unit}]" if parameter.unit else ""
        yield f"    {owner.name}.{code:<22} {label}{unit}"


def _asked_lines(owner: Instrument | Scale) -> Iterator[str]:
    """A line a check; those that ask one thing of many items or regions have one together."""
    names: dict[str, list[str]] = {}
    for check in owner.checks:
        words = f", expected {check.expected}" if check.expected else ""
        names.setdefault(f"{check.label}{words}", []).append(check.name)
    for asked, (first, *others) in names.items():
        more = f" and {len(others)} more" if others else ""
        yield f"  check {owner.name}.{first}{more}: {asked}"


def _replicates(owner: Instrument | Scale) -> str | None:
    number = getattr(owner, "replicates", None)
    return None if number is None else f"{number} a visit and place"


def _outcome_set_lines(registry: Registry, outcome_set: OutcomeSet) -> Iterator[str]:
    yield from _fact_lines(
        {
            "disease": outcome_set.disease or None,
            "version": outcome_set.version or None,
            "status": outcome_set.status or None,
        }
    )
    for domain in outcome_set.domains:
        measures = [
            name if registry.parameter(name) is not None else f"{name} (no plugin here declares it)"
            for name in domain.measures
        ]
        others = [f"{name} (no entry of this program)" for name in domain.without]
        agreed = (" or " if domain.choice == "one" else ", ").join([*measures, *others])
        note = f" ({domain.note})" if domain.note else ""
        yield f"  domain {domain.name}: {domain.label}: {agreed or 'no instrument yet'}{note}"


def _analysis_lines(analysis: Analysis) -> Iterator[str]:
    terms = sorted({term for term, _ in analysis.statistics if term})
    yield from _fact_lines(
        {
            "method": analysis.method or None,
            "kinds of endpoint": ", ".join(analysis.kinds),
            "designs": ", ".join(analysis.designs),
            "needs": analysis.needs,
            "decided by": analysis.decides,
            "estimates": " or ".join(analysis.summary) or None,
            "terms": ", ".join(terms) or None,
        }
    )


def _option_lines(cls: type, heading: str = "options") -> Iterator[str]:
    from dermoutcomes.options.parsing import describe

    rows = describe(cls)
    if rows:
        yield f"  {heading}:"
        for row in rows:
            default = "required" if row.required else f"default {row.default}"
            kind = f"one of {', '.join(row.choices)}" if row.choices else row.type
            yield f"    {row.name} ({kind}, {default}): {row.help}"


def _fact_lines(facts: dict[str, str | None]) -> Iterator[str]:
    return (f"  {word}: {fact}" for word, fact in facts.items() if fact is not None)


def _source_lines(references: tuple[Reference, ...]) -> Iterator[str]:
    for reference in references:
        doi = f" doi:{reference.doi}" if reference.doi else ""
        yield f"  source: {reference.citation}{doi}" + (
            f" ({reference.note})" if reference.note else ""
        )
