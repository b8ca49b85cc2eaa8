"""Endpoints: one a measure, exploratory, with what a protocol has to settle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from dermoutcomes.declare import Scale
from dermoutcomes.draft.recognition.measures import Measure
from dermoutcomes.draft.recognition.words import role_of, side_of
from dermoutcomes.draft.sections.found import (
    Found,
    rater_role,
    visits_of_block,
    words_of_role,
)
from dermoutcomes.draft.sections.source_sections import answered_by_subject
from dermoutcomes.draft.sections.study_sections import comparison_ids
from dermoutcomes.draft.study_draft import Answer, Key, Question, Section

if TYPE_CHECKING:
    from dermoutcomes.draft.recognition.contents import Block, Contents

__all__ = ["endpoint_sections"]


def endpoint_sections(found: Found) -> Iterator[Section]:
    """An endpoint for each measure that the tables hold, and for each role of raters."""
    made: dict[str, Section] = {}
    for table in found.with_measures:
        for block in found.taken(table):
            for measure, role in _outcomes(found, table, block):
                name = _endpoint_id(measure, role, made)
                if name is not None:
                    made[name] = _endpoint(found, name, (table, block), measure, role)
    for table in found.with_measures:
        for block in filter(found.withheld.__contains__, table.blocks):
            for measure, role in _outcomes(found, table, block):
                name = _endpoint_id(measure, role, made)
                if name is not None:
                    made[name] = _endpoint(found, name, (table, block), measure, role)
                    made[name].withheld = f"Belongs to sources.{block.owner} above, if it is taken."
    yield from made.values()


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
    general = measure.code in ("total", "grade", "rating", "mean", "score")
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
    table, block = where
    parameter = found.book.parameter(measure)
    declared = found.registry.owner(measure.owner)
    assert parameter is not None
    section = Section(f"endpoints.{name}")
    lines = section.lines
    label = parameter.label.split(",")[0] if len(parameter.label) > 40 else parameter.label
    lines += [
        Key("label", f"{label}, {role}" if role else label),
        Key("measure", measure.name, measure.because),
        Question(
            f"endpoints.{name}.role",
            "Its place in the protocol; exploratory unless stated.",
            (Answer({"role": "primary"}), Answer({"role": "secondary"})),
        ),
    ]
    if parameter.improves is None and parameter.scale_type != "nominal":
        lines.append(
            Question(
                f"endpoints.{name}.improves",
                "Which way is better, by the protocol?",
                (
                    Answer({"improves": "up"}, "a higher value is better"),
                    Answer({"improves": "down"}, "a lower value is better"),
                ),
            )
        )
    if role is not None:
        lines.append(_rater_key(found, (table, block), role))
    elif answered_by_subject(declared):
        lines.append(
            Key("rater", {"role": "subject"}, "answered by the subject, not for it", choice=True)
        )
    elif isinstance(declared, Scale) and len(declared.rater_roles) > 1:
        section.withheld = (
            f"Who rated {measure.owner}: {', '.join(declared.rater_roles)}? Ratings of several are "
            "never pooled. Write it as constants.rater_role of the source and as rater here, and take "
            "the `#` from these lines."
        )
        lines.append(Key("rater", {"role": declared.rater_roles[0]}))
    lines += _unit_lines(found, table, block)
    baselines = [
        visit for visit in found.visits.baselines if visit in visits_of_block(found, table, block)
    ]
    relative = getattr(declared, "relative", False)
    if relative:
        pass
    elif len(baselines) == 1:
        lines.append(
            Key("baseline", {"visits": baselines}, "the only visit that could be the baseline")
        )
    elif baselines:
        lines.append(
            Question(
                f"endpoints.{name}.baseline",
                "Which visit is the baseline?",
                tuple(Answer({"baseline": {"visits": [visit]}}) for visit in baselines),
            )
        )
    lines += [
        Key("handling", ["observed"], "values that are missing stay missing", choice=True),
    ]
    compared = comparison_ids(found)
    if compared:
        lines.append(
            Question(
                f"endpoints.{name}.compare",
                "What is compared, by the names under [comparisons]? `analyses` beside it names the "
                "tests: dermoutcomes plugins --kind analysis lists them.",
                example={"compare": compared[-1:]} if len(baselines) == 1 or relative else {},
            )
        )
    return section


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
    because = f"{len(of_role)} raters ({', '.join(sorted(of_role)[:3])}): their median"
    return Key("rater", {"role": role, "combine": "median"}, because, choice=True)


def _unit_lines(found: Found, table: Contents, block: Block) -> Iterator[Key | Question]:
    """What a record is: a subject, a side or a place; sides of one person are combined or kept."""
    sides = {side_of(word) for word in words_of_role(table, block, "side")} - {None}
    places = {role_of(word, "places") or word for word in words_of_role(table, block, "location")}
    by = found.people.by if found.people.design == "within-subject" else None
    if by == "location":
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
    if by != "location" and len(places) > 1:
        yield Key("location", sorted(places), "all places that were measured", choice=True)
