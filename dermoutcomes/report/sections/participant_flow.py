"""Who took part: numbers at each step, by visit, and who left and why.

Rows are counted; nothing else is computed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dermoutcomes.report.blocks import Block, Paragraph, Section, rich
from dermoutcomes.report.documents.front import enrolled_subjects
from dermoutcomes.report.feet import bare_foot
from dermoutcomes.report.figures.chosen import figures_of
from dermoutcomes.report.figures.figure import Figure
from dermoutcomes.report.result_text import mentioned, shown
from dermoutcomes.report.table import Column, Row, Table, TableSpec, columns
from dermoutcomes.report.tables.characteristics import characteristic_tables
from dermoutcomes.report.tables.losses import losses_table
from dermoutcomes.report.tables.strata import strata_table
from dermoutcomes.report.words.fixed_sentences import NOT_CONSORT

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Outline

__all__ = ["flow_blocks", "people_section"]

STEPS = ("enrolled", "allocated", "randomised", "randomized", "treated")
LISTED = 25
NO_LIST = (
    "The study has no list of subjects: those with a reading are counted. Who was enrolled without "
    "one is not known."
)


def people_section(material: Material) -> Section:
    """Population and flow."""
    subjects = material.rows("subjects")
    if not subjects:
        return Section(
            "people", "Participants", (Paragraph(rich("The study has no table of subjects.")),)
        )
    blocks = [*flow_blocks(material, subjects), *characteristic_tables(material)]
    further = (_by_visit(material), _milestones(material), strata_table(material))
    blocks += [table for table in further if table]
    return Section("people", "Participants", tuple(blocks))


def flow_blocks(
    material: Material, subjects: list[dict[str, Any]], *, once: bool = False
) -> list[Block]:
    """Subjects at each step, and where they and their sides were lost.

    With `once` steps and losses have no tables beside the figure that shows both.
    """
    blocks: list[Block] = list(figures_of(material, "people"))
    tables = not (once and any(isinstance(block, Figure) for block in blocks))
    if tables:
        blocks.append(_flow(material, subjects))
    if not material.study.sources.get("subjects"):
        blocks.append(Paragraph(rich(NO_LIST), look="note"))
    if tables:
        blocks += [table for table in (losses_table(material),) if table]
    blocks += [Paragraph(rich(NOT_CONSORT), look="note")] if material.single_arm else []
    return blocks


def _flow(material: Material, subjects: list[dict[str, Any]]) -> Table:
    """Subjects at each step and milestone: all, and by arm where subjects were allocated.

    Sides and zones have no column: a subject has both.
    """
    everybody = {row["subject"] for row in subjects}
    enrolled = set(enrolled_subjects(material)["subject"])
    arms = _arms(material, everybody)
    if not material.study.sources.get("subjects"):
        steps = [("With a reading", everybody)]
    elif len(enrolled) < len(everybody):
        steps = [("Listed", everybody), ("Enrolled", enrolled)]
    else:
        steps = [("Enrolled", everybody)]
    steps += [("Allocated", set().union(*arms.values()))] if arms else []
    if any(row["treated"] is not None for row in subjects):
        steps.append(("Treated", {row["subject"] for row in subjects if row["treated"]}))
    steps += [
        (name[:1].upper() + name[1:], members & everybody)
        for name, members in _subjects_by_milestone(material).items()
    ]
    rows = tuple(
        Row(
            (
                rich(name),
                rich(str(len(members))),
                *(rich(str(len(members & arm))) for arm in arms.values()),
            )
        )
        for name, members in steps
    )
    unknown = sum(row["treated"] is None for row in subjects)
    remarks = (
        (f"Whether treated is not known of {unknown} subjects.",)
        if 0 < unknown < len(subjects)
        else ()
    )
    return flow_spec(material, arms).filled(rows, remarks=remarks)


def flow_spec(outline: Outline, arms: Iterable[str] | None = None) -> TableSpec:
    """Subjects at each step: by all arms where arms are between subjects, unless some are named."""
    arms_shown = (
        (outline.study.arms if _arms_are_between(outline) else ()) if arms is None else arms
    )
    return TableSpec(
        "Participants at each step",
        (
            Column("Step"),
            Column("Subjects", "r"),
            *(Column(outline.arm_name(arm), "r") for arm in arms_shown),
        ),
        bare_foot(outline),
        look="flow",
    )


def _arms_are_between(outline: Outline) -> bool:
    return outline.study.study.design not in ("single-arm", "within-subject")


def _subjects_by_milestone(material: Material) -> dict[str, set[str]]:
    """Subjects of each milestone that is no step, in the order in which it was first reached."""
    subjects: dict[str, set[str]] = {}
    for row in _milestones_in_time(material):
        subjects.setdefault(_name(material, row), set()).add(row["subject"])
    return subjects


def _milestones_in_time(material: Material) -> list[dict[str, Any]]:
    rows = [
        row
        for row in material.rows("milestones")
        if row["milestone"] and row["milestone"].casefold() not in STEPS
    ]
    return sorted(rows, key=lambda row: (row["day"] is None, row["day"] or 0, row["subject"] or ""))


def _name(material: Material, row: dict[str, Any]) -> str:
    return material.milestone_name(row["milestone"], row["class"])


def _arms(material: Material, everybody: set[str]) -> dict[str, set[str]]:
    """Subjects of each arm, where arms are between subjects.

    Sides and zones are counted with their endpoint.
    """
    if not _arms_are_between(material):
        return {}
    members: dict[str, set[str]] = {arm: set() for arm in material.study.arms}
    for row in material.rows("allocations"):
        if row["arm"] is not None and row["subject"] in everybody:
            members.setdefault(row["arm"], set()).add(row["subject"])
    return {arm: subjects for arm, subjects in members.items() if subjects}


def _by_visit(material: Material) -> Table | None:
    """Records analysed at each visit, one row an endpoint: the n that its description found."""
    counts = {
        (row["endpoint"], row["visit"]): row
        for row in reversed(material.results)
        if _is_count(material, row)
    }
    visits = [
        visit for visit in material.study.visit_order if any(place == visit for _, place in counts)
    ]
    if not visits:
        return None
    names = [
        name for name in material.study.endpoints if any(endpoint == name for endpoint, _ in counts)
    ]
    rows = tuple(
        Row(
            (
                rich(material.endpoint_name(name)),
                *(_count(material, counts.get((name, visit))) for visit in visits),
            )
        )
        for name in names
    )
    return by_visit_spec(material, visits).filled(rows)


def by_visit_spec(outline: Outline, visits: Iterable[str] | None = None) -> TableSpec:
    """Records analysed: at every visit, unless some are named."""
    visits_shown = outline.study.visit_order if visits is None else visits
    remark = "Records with a value; a dash where the endpoint is not planned."
    return TableSpec(
        "Analysed at each visit, main population",
        (Column("Endpoint"), *(Column(outline.visit_name(visit), "r") for visit in visits_shown)),
        bare_foot(outline, remark),
    )


def _count(material: Material, row: Any) -> Any:
    # The address belongs to the endpoint's own table.
    return rich(mentioned(shown(material, row)) or "\u2013")


def _is_value(material: Material, row: dict[str, Any]) -> bool:
    """Whether a result is of values as they were measured, and not of changes."""
    term = material.term(row)
    return term is not None and (term.place, term.scale) == ("summary", "value")


def _is_count(material: Material, row: dict[str, Any]) -> bool:
    endpoint = material.study.endpoints.get(row["endpoint"] or "")
    if (
        endpoint is None
        or row["stat"] != "n"
        or row["visit"] is None
        or row["comparison"] is not None
        or row["subgroup"] is not None
    ):
        return False
    main = (endpoint.populations[:1] or (None,))[0], material.described_handling(endpoint)
    return (
        (row["population"], row["handling"]) == main
        and row["group"] is None
        and row["level"] is None
        and (row["term"] is None or _is_value(material, row))
    )


def _milestones(material: Material) -> Table | None:
    """Single subjects at the milestones that few reached: who left, when and why."""
    subjects, by_milestone = len(material.rows("subjects")), _subjects_by_milestone(material)
    rows = [
        row
        for row in _milestones_in_time(material)
        if 2 * len(by_milestone[_name(material, row)]) < subjects
    ]
    if not rows:
        return None
    more = (f"The first {LISTED} of {len(rows)}.",) if len(rows) > LISTED else ()
    body = tuple(
        Row(
            (
                rich(row["subject"]),
                rich(_name(material, row)),
                rich("" if row["day"] is None else str(row["day"])),
                rich(row["reason"]),
            )
        )
        for row in rows[:LISTED]
    )
    return milestones_spec(material).filled(body, remarks=more)


def milestones_spec(outline: Outline) -> TableSpec:
    """Single subjects at the milestones that few reached."""
    heads = ("Subject", "Milestone", "Study day", "Reason")
    return TableSpec(
        "Who left, and other milestones that fewer than half reached",
        columns(heads, "llrl"),
        bare_foot(outline),
        look="milestones",
    )
