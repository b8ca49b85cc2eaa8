"""Endpoints: one a measure, exploratory, with what a protocol has to settle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from dermoutcomes.declare import Scale
from dermoutcomes.draft.recognition.export_words import role_of, side_of
from dermoutcomes.draft.recognition.header_measures import Measure
from dermoutcomes.draft.sections.found import (
    Found,
    rater_role,
    visits_of_block,
    words_of_role,
)
from dermoutcomes.draft.sections.source_sections import (
    WHO_ANSWERED,
    answered_by_subject,
    role_of_several,
)
from dermoutcomes.draft.sections.study_sections import comparison_ids
from dermoutcomes.draft.study_draft import Answer, Key, Question, Section

if TYPE_CHECKING:
    from dermoutcomes.declare import Parameter
    from dermoutcomes.draft.recognition.contents import Block, Contents

__all__ = ["endpoint_sections"]

LONGEST_LABEL = 40


def endpoint_sections(found: Found) -> Iterator[Section]:
    """An endpoint for each measure that the tables hold, and for each role of raters."""
    made: dict[str, Section] = {}
    # What is taken gets its name first.
    for is_withheld in (False, True):
        for table in found.with_measures:
            for block in table.blocks:
                if (block in found.withheld) is is_withheld:
                    _add_endpoints(found, table, block, made)
    yield from made.values()


def _add_endpoints(found: Found, table: Contents, block: Block, made: dict[str, Section]) -> None:
    """The endpoints of a block, each once."""
    for measure, role in _outcomes(found, table, block):
        name = _endpoint_id(measure, role, made)
        if name is not None:
            made[name] = _endpoint(found, name, (table, block), measure, role)
            if block in found.withheld:
                made[name].withheld = f"Belongs to sources.{block.owner} above, if it is taken."


def _outcomes(found: Found, table: Contents, block: Block) -> Iterator[tuple[Measure, str | None]]:
    """The measures of a block that become endpoints, of each rater's role apart."""
    declared = found.registry.owner(block.owner)
    measures = list({measure.code: measure for measure in block.measures.values()}.values())
    form = getattr(declared, "form", None)
    if form is not None and form.main and block.columns and form.main not in block.columns:
        # Counts of a few lesions are outcomes beside their sum, answers of a form are not.
        counts = [each for each in measures if _is_count(found, each)]
        measures = [Measure(block.owner, form.main, block.because), *counts]
    words = words_of_role(table, block, "rater_role")
    roles = [rater_role(found, block, word) for word in words] or [None]
    for measure in measures:
        parameter = found.book.parameter(measure)
        if parameter is None or parameter.kind in ("setting", "circumstance"):
            continue
        for role in dict.fromkeys(roles):
            yield measure, role


def _is_count(found: Found, measure: Measure) -> bool:
    """Whether an item is a number without an end, of which a direction is known."""
    parameter = found.book.parameter(measure)
    return (
        parameter is not None
        and parameter.improves is not None
        and parameter.maximum is None
        and not parameter.values
    )


def _endpoint_id(measure: Measure, role: str | None, made: Mapping[str, Section]) -> str | None:
    general = measure.code in ("total", "grade", "rating", "mean", "score", "group", "value")
    base = measure.owner if general else measure.code
    role = role.replace(" ", "_") if role else None
    name = f"{base}_{role}" if role else base
    if name not in made:
        return name
    same = any(key.value == measure.name for key in made[name].key_lines() if key.name == "measure")
    other = f"{measure.owner}_{measure.code}" + (f"_{role}" if role else "")
    return None if same or other in made else other


def _endpoint(
    found: Found, name: str, where: tuple[Contents, Block], measure: Measure, role: str | None
) -> Section:
    """An exploratory endpoint: what the files say of it, and what the protocol has to."""
    parameter = found.book.parameter(measure)
    assert parameter is not None
    section = Section(f"endpoints.{name}", [*_outcome_lines(name, measure, parameter, role)])
    rater, section.withheld = _rater(found, where, measure, role)
    baseline = _baseline_line(found, where, name, measure)
    section.lines += filter(None, [rater])
    section.lines += _unit_lines(found, *where)
    section.lines += filter(None, [baseline])
    section.lines.append(
        Key("handling", ["observed"], "values that are missing stay missing", choice=True)
    )
    compared = comparison_ids(found)
    if compared:
        has_reference = isinstance(baseline, Key) or _is_relative(found, measure)
        section.lines.append(
            Question(
                f"endpoints.{name}.compare",
                "What is compared, by the names under [comparisons]? `analyses` beside it names the "
                "tests: dermoutcomes plugins --kind analysis lists them.",
                example={"compare": compared[-1:]} if has_reference else {},
            )
        )
    return section


def _outcome_lines(
    name: str, measure: Measure, parameter: Parameter, role: str | None
) -> Iterator[Key | Question]:
    """What is measured, its place in the protocol, and which way is better where nobody says."""
    is_long = len(parameter.label) > LONGEST_LABEL
    label = parameter.label.split(",")[0] if is_long else parameter.label
    yield Key("label", f"{label}, {role}" if role else label)
    yield Key("measure", measure.name, measure.because)
    yield Question(
        f"endpoints.{name}.role",
        "Its place in the protocol; exploratory unless stated.",
        (Answer({"role": "primary"}), Answer({"role": "secondary"})),
    )
    if parameter.improves is None and parameter.scale_type != "nominal":
        yield Question(
            f"endpoints.{name}.improves",
            "Which way is better, by the protocol?",
            (
                Answer({"improves": "up"}, "a higher value is better"),
                Answer({"improves": "down"}, "a lower value is better"),
            ),
        )


def _rater(
    found: Found, where: tuple[Contents, Block], measure: Measure, role: str | None
) -> tuple[Key | None, str]:
    """Whose ratings count, and what is asked where no file says it."""
    declared = found.registry.owner(measure.owner)
    if role is not None:
        return _rater_key(found, where, role), ""
    only_role = role_of_several(found, *where)
    if only_role is not None:
        because = _several_raters(words_of_role(*where, "rater"))
        return Key("rater", {"role": only_role, "combine": "median"}, because, choice=True), ""
    if answered_by_subject(declared):
        return Key("rater", {"role": "subject"}, WHO_ANSWERED, choice=True), ""
    if isinstance(declared, Scale) and len(declared.rater_roles) > 1:
        asked = (
            f"Who rated {measure.owner}: {', '.join(declared.rater_roles)}? Ratings of several are "
            "never pooled. Write it as constants.rater_role of the source and as rater here, and take "
            "the `#` from these lines."
        )
        return Key("rater", {"role": declared.rater_roles[0]}), asked
    return None, ""


def _is_relative(found: Found, measure: Measure) -> bool:
    """Whether a rating is itself a change, which has no baseline."""
    declared = found.registry.owner(measure.owner)
    return isinstance(declared, Scale) and declared.relative


def _baseline_line(
    found: Found, where: tuple[Contents, Block], name: str, measure: Measure
) -> Key | Question | None:
    """The baseline, where one visit alone could be it."""
    read = visits_of_block(found, *where)
    baselines = [visit for visit in found.visits.baselines if visit in read]
    if _is_relative(found, measure) or not baselines:
        return None
    if len(baselines) == 1:
        return Key("baseline", {"visits": baselines}, "the only visit that could be the baseline")
    return Question(
        f"endpoints.{name}.baseline",
        "Which visit is the baseline?",
        tuple(Answer({"baseline": {"visits": [visit]}}) for visit in baselines),
    )


def _rater_key(found: Found, where: tuple[Contents, Block], role: str) -> Key:
    """Whose ratings count; of several raters with one role the median, as a choice."""
    table, block = where
    raters, roles = table.roles.column("rater"), table.roles.column("rater_role")
    if raters is None or roles is None:
        return Key("rater", {"role": role})
    of_role = {
        rater
        for rater, word in zip(raters.cells, roles.cells, strict=True)
        if rater.strip() and rater_role(found, block, word.strip()) == role
    }
    if len(of_role) < 2:
        return Key("rater", {"role": role})
    median = {"role": role, "combine": "median"}
    return Key("rater", median, _several_raters(sorted(of_role)), choice=True)


def _several_raters(raters: Sequence[str]) -> str:
    return f"{len(raters)} raters ({', '.join(raters[:3])}): their median"


def _unit_lines(found: Found, table: Contents, block: Block) -> Iterator[Key | Question]:
    """What a record is: a subject, a side or a place; sides of one person are combined or kept."""
    sides = {side_of(word) for word in words_of_role(table, block, "side")} - {None}
    places = {role_of(word, "places") or word for word in words_of_role(table, block, "location")}
    by = found.people.by if found.people.design == "within-subject" else None
    if by in ("location", "headers"):
        yield Key("unit", "location", "treatments go by place")
        yield Key("locations", "none", "treatments go by place")
    elif by in ("side", "sides"):
        yield Key("unit", "side", "treatments go by side")
        yield Key("sides", {"combine": "none"}, "treatments go by side")
    elif sides == {"left", "right"}:
        yield Key(
            "sides",
            {"use": ["left", "right"], "combine": "mean"},
            "two sides are one person: the mean of both",
            choice=True,
        )
    if by not in ("location", "headers") and len(places) > 1:
        yield Key("location", sorted(places), "all places that were measured", choice=True)
