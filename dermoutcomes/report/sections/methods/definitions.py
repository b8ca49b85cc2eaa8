"""An endpoint in words: what is measured, how a record is made of it, and cautions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dermoutcomes.report.blocks import Bullets, Pairs, Rich, rich
from dermoutcomes.report.text_forms import signed
from dermoutcomes.study.scale_names.named_rules import band_table_of, named_responder

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material
    from dermoutcomes.report.words.citations import Citations
    from dermoutcomes.study import Endpoint

__all__ = ["cautions", "definition", "of_same_measurement", "own_cautions"]

WORDS = {
    "mean": "mean",
    "median": "median",
    "first": "first",
    "last": "last",
    "min": "smallest",
    "max": "largest",
    "sum": "sum",
    "majority": "majority",
}
DIRECTION = {"up": "Higher is better.", "down": "Lower is better."}
TAKES = {
    "last": "the last",
    "first": "the first",
    "mean": "the mean",
    "median": "the median",
    "min": "the smallest",
    "max": "the largest",
}


def definition(material: Material, endpoint: Endpoint, citations: Citations) -> Pairs:
    """The endpoint's rules as terms and sentences.

    What the study leaves at its default is said too.
    """
    return Pairs(
        tuple((term, text) for term, text in _lines(material, endpoint, citations) if text),
        look="definition",
    )


def _lines(
    material: Material, endpoint: Endpoint, citations: Citations
) -> Iterator[tuple[str, Rich]]:
    yield "Role", rich(endpoint.role.capitalize())
    yield "Measure", _measure(material, endpoint, citations)
    yield "Where", rich(_where(material, endpoint))
    yield "Replicates", rich(_replicates(endpoint) if endpoint.measure else "")
    yield "Days", rich(_days(endpoint))
    yield "Rater", rich(_rater(endpoint))
    yield "Baseline", rich(_baseline(material, endpoint))
    yield "Difference", rich(_difference(material, endpoint))
    yield "Who counts", rich(_who(material, endpoint))
    yield "Missing values", rich(_handling(material, endpoint))
    yield "Intercurrent events", rich(_intercurrent(material, endpoint))
    yield "Estimand", rich(_estimand(material, endpoint))
    yield "Better", rich(_better(material, endpoint))
    yield "Responder", rich(_responder(material, endpoint))
    yield "Bands", rich(_bands(material, endpoint))
    yield (
        "Smallest worthwhile change",
        rich(
            material.style.in_words(
                f"{endpoint.smallest_worthwhile:g} {_unit(material, endpoint)}".strip()
            )
            + "."
            if endpoint.smallest_worthwhile is not None
            else ""
        ),
    )
    yield "Remark", rich(endpoint.note)


def _unit(material: Material, endpoint: Endpoint) -> str:
    parameter = material.parameter(endpoint)
    return parameter.unit if parameter else ""


def _measure(material: Material, endpoint: Endpoint, citations: Citations) -> Rich:
    parameter, owner = material.parameter(endpoint), material.owner(endpoint)
    if parameter is None or owner is None:
        return rich(endpoint.measure, "." if endpoint.measure else None)
    unit = f" ({parameter.unit})" if parameter.unit else ""
    text = f"{material.owner_name(owner.name)}, {parameter.label}{unit}."
    meaning = f" {_sentence(parameter.definition)}" if parameter.definition else ""
    unproved = (
        "" if parameter.verified else " Its definition was not verified against a primary source."
    )
    return rich(text + meaning + unproved, citations.cite(parameter.references))


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _where(material: Material, endpoint: Endpoint) -> str:
    location = endpoint.location
    names = [] if location is None else [location] if isinstance(location, str) else list(location)
    joined = (
        ""
        if endpoint.locations == "none" or len(names) < 2
        else f", combined as their {WORDS.get(endpoint.locations, endpoint.locations)}"
    )
    words = ", ".join(material.location_name(name) for name in names)
    place = f"{words}{joined}." if names else ""
    return " ".join(part for part in (place, _sides(endpoint)) if part)


def _sides(endpoint: Endpoint) -> str:
    sides = endpoint.sides
    if sides is None:
        return ""
    names = " and ".join(sides.use)
    if sides.combine in (None, "none"):
        return f"Sides ({names}) are records of their own."
    missing = (
        "the other is used alone"
        if sides.if_one_missing == "use other"
        else "the record is missing"
    )
    return (
        f"Change is formed within a side ({names}), then the "
        f"{WORDS.get(sides.combine or '', sides.combine or '')} over sides is taken; where one "
        f"side is missing, {missing}."
    )


def _replicates(endpoint: Endpoint) -> str:
    rule = endpoint.replicates
    if rule.combine == "single":
        return "One reading."
    planned = f" {rule.planned} planned," if rule.planned else ""
    dropped = " The first reading is left out, as the protocol says." if rule.drop_first else ""
    ratio = (
        " Of a ratio, the numbers that it is made of are combined first."
        if rule.ratio == "ratio of means"
        else ""
    )
    return f"The {WORDS.get(rule.combine, rule.combine)} of repeated readings;{planned} at least {rule.min} needed.{dropped}{ratio}"


def _days(endpoint: Endpoint) -> str:
    days = endpoint.days
    if days is None:
        return ""
    return f"Diary days {days.window[0]} to {days.window[1]} around the visit; {days.take}; at least {days.min} needed."


def _rater(endpoint: Endpoint) -> str:
    rater = endpoint.rater
    if rater is None:
        return ""
    several = f" Several are combined by {rater.combine}." if rater.combine else ""
    trained = f" Training: {rater.training.words}." if rater.training else ""
    return (
        f"{rater.role.capitalize()}; raters of other roles are never pooled with it.{several}"
        f"{trained}"
    )


def _baseline(material: Material, endpoint: Endpoint) -> str:
    owner = material.owner(endpoint)
    if getattr(owner, "relative", False):
        return "None: a rating is itself a change."
    rule = endpoint.baseline
    if rule is None:
        return ""
    at = (
        f"the visit{'s' if len(rule.visits) > 1 else ''} "
        f"{', '.join(material.visit_name(visit) for visit in rule.visits)}"
        if rule.visits
        else f"days {rule.days[0]} to {rule.days[1]}"
        if rule.days
        else "the first visit"
    )
    return f"{TAKES.get(rule.take, rule.take).capitalize()} value of {at}" + (
        f", at least {rule.min} needed." if rule.min > 1 else "."
    )


def _difference(material: Material, endpoint: Endpoint) -> str:
    rule = endpoint.difference
    pair = rule and (
        [material.arm_name(arm) for arm in rule.arm or ()]
        or rule.side
        or [material.location_name(place) for place in rule.location or ()]
    )
    return (
        f"At every visit, {pair[0]} minus {pair[1]} within the subject, before any change is "
        "formed."
        if pair
        else ""
    )


def _who(material: Material, endpoint: Endpoint) -> str:
    main, *others = map(material.population_name, endpoint.populations or ("all subjects",))
    among = f" Among records with {signed(str(endpoint.among))}." if endpoint.among else ""
    sensitivity = f"; also {', '.join(others)}" if others else ""
    unit = "" if endpoint.unit == "subject" else f" A record is a {endpoint.unit}."
    return f"Population: {main}{sensitivity}.{among}{unit}"


def _handling(material: Material, endpoint: Endpoint) -> str:
    names = endpoint.handling or ("observed",)
    first = material.handling_name(names[0])
    sensitivity = (
        f" Also analysed: {', '.join(material.handling_name(name) for name in names[1:])}."
        if len(names) > 1
        else ""
    )
    return f"{first[0].upper()}{first[1:]}.{sensitivity}"


def _intercurrent(material: Material, endpoint: Endpoint) -> str:
    """Each event after which values mean something else, and what this endpoint does about it."""
    rules = [
        (
            material.milestone_name(rule.milestone, rule.class_),
            rule.strategy.get(endpoint.id, rule.default),
        )
        for rule in material.study.intercurrent.values()
    ]
    return "; ".join(f"{event}: {strategy}" for event, strategy in rules) + ("." if rules else "")


def _estimand(material: Material, endpoint: Endpoint) -> str:
    """The five parts of an estimand, as the study states and the program checked them."""
    estimand = endpoint.estimand
    if estimand is None:
        return ""
    rules = material.study.intercurrent
    events = "; ".join(
        f"{material.milestone_name(rules[event].milestone if event in rules else event)}, {strategy}"
        for event, strategy in estimand.intercurrent.items()
    )
    parts = {
        "Population": material.population_name(estimand.population),
        "Treatment": " against ".join(material.arm_name(arm) for arm in estimand.treatment),
        "Variable": estimand.variable,
        "Intercurrent events": events,
        "Summary": estimand.summary,
    }
    return " ".join(f"{name}: {text}." for name, text in parts.items() if text)


def _better(material: Material, endpoint: Endpoint) -> str:
    improves, parameter = material.improves(endpoint), material.parameter(endpoint)
    if improves is None:
        return "Not stated; the sign of a change says nothing about better or worse."
    usual = parameter.improves if parameter else None
    source = (
        " So the protocol says." if endpoint.improves else " So the measure's declaration says."
    )
    contradiction = (
        " This is against the usual reading of the measure."
        if endpoint.improves and usual and endpoint.improves != usual
        else ""
    )
    return DIRECTION[improves] + source + contradiction


def _bands(material: Material, endpoint: Endpoint) -> str:
    table = band_table_of(material.registry, endpoint)
    if table is None:
        return ""
    doubt = "" if table.verified else " That source was not read."
    return f"{table.label or table.name}: {table.source.rstrip('.')}.{doubt}"


def _responder(material: Material, endpoint: Endpoint) -> str:
    rule = endpoint.responder
    if rule is None:
        return ""
    parts = [
        f"{name.replace('_', ' ')} {text}"
        for name in ("value", "base", "change", "pct_change")
        if (text := getattr(rule, name))
    ]
    parts += (
        [f"improved by at least {material.style.written(f'{rule.improved_by:g}')}"]
        if rule.improved_by is not None
        else []
    )
    parts += (
        [f"responder of all of {', '.join(map(material.endpoint_name, rule.all_of))}"]
        if rule.all_of
        else []
    )
    parts += (
        [f"responder of any of {', '.join(map(material.endpoint_name, rule.any_of))}"]
        if rule.any_of
        else []
    )
    parts += ["on both sides at once"] if rule.on_both_sides else []
    parts += [
        f"{code.replace('_', ' ')} {name.replace('_', ' ')} {text}"
        for code, conditions in rule.other_codes.items()
        for name, text in conditions.items()
    ]
    words = " and ".join(parts)
    named = named_responder(material.registry, endpoint)
    if named is not None:
        doubt = "" if named.verified else " Its source was not read."
        return signed(f"{named.label}: {words} ({named.source}).{doubt}")
    return signed(f"{words[0].upper()}{words[1:]}.") if parts else ""


def cautions(material: Material, name: str, endpoint: Endpoint) -> Iterator[Bullets]:
    """What a reader must be warned of: direction, dependence, enrolment by the outcome.

    The cautions of an instrument stand once, under its first endpoint.
    """
    owner = material.owner(endpoint)
    texts = own_cautions(material, name, endpoint)
    if owner and _first_of(material, owner.name) == name:
        texts += [_sentence(text) for text in owner.cautions if text]
    items = tuple(map(rich, texts))
    if items:
        yield Bullets(items, look="caution", title="Read with care")


def own_cautions(
    material: Material, name: str, endpoint: Endpoint, *, with_dependence: bool = True
) -> list[str]:
    """The cautions of an endpoint itself, without those of its instrument."""
    parameter = material.parameter(endpoint)
    texts = (
        parameter.caution if parameter else "",
        _dependence(material, name, endpoint) if with_dependence else "",
        _regression(material, name),
    )
    return [_sentence(text) for text in texts if text]


def _first_of(material: Material, owner: str) -> str | None:
    """The endpoint under which the cautions of an instrument or scale stand."""
    return next(
        (
            name
            for name in material.in_order
            if (material.study.endpoints[name].measure or "").partition(".")[0] == owner
        ),
        None,
    )


def _dependence(material: Material, name: str, endpoint: Endpoint) -> str:
    same = of_same_measurement(material, name, endpoint)
    if not same:
        return ""
    return (
        f"Not independent evidence: {endpoint.name} comes from the same measurement as "
        f"{', '.join(same)}. Agreement among them adds little"
    )


def of_same_measurement(material: Material, name: str, endpoint: Endpoint) -> list[str]:
    """Names of the other endpoints that are made from the same measurement, in order."""
    parameter = material.parameter(endpoint)
    if parameter is None or endpoint.measure is None:
        return []
    owner = endpoint.measure.partition(".")[0]
    measures = {code if "." in code else f"{owner}.{code}" for code in parameter.not_independent_of}
    return [
        other.name
        for key, other in material.study.endpoints.items()
        if key != name and other.measure in measures
    ]


def _regression(material: Material, name: str) -> str:
    condition = material.study.eligibility.get(name)
    if condition is None:
        return ""
    analysis_sentence = next(
        (
            row["label"]
            for row in material.results
            if row["endpoint"] == name and row["label"] and material.place(row) == "enrolment"
        ),
        None,
    )
    return (
        f"Regression to the mean: subjects were enrolled by this outcome ({signed(condition)}). "
        "Some of those chosen by a high or a low reading return towards their usual value without "
        "any effect, and a test against baseline counts that as change. "
        + (
            signed(analysis_sentence).rstrip(".")
            if analysis_sentence
            else "A baseline read on another day than the screening removes much of it"
        )
    )
