"""Who took part: numbers at each step, by visit, and who left and why. Rows are counted; nothing else is computed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dermoutcomes_html_report.blocks import Block, Paragraph, Row, Section, Table, rich
from dermoutcomes_html_report.feet import origin_lines
from dermoutcomes_html_report.values import shown
from dermoutcomes_html_report.wording import NOT_CONSORT

if TYPE_CHECKING:
    from dermoutcomes_html_report.material import Material

__all__ = ["people_section"]

STEPS = ("enrolled", "allocated", "treated")


def people_section(material: Material) -> Section:
    """Population and flow."""
    subjects = material.rows("subjects")
    if not subjects:
        return Section("people", "Participants", (Paragraph(rich("The study has no table of subjects.")),))
    blocks: list[Block] = [_flow(material, subjects)]
    blocks += [Paragraph(rich(NOT_CONSORT), css="note")] if material.single_arm else []
    blocks += [table for table in (_by_visit(material), _milestones(material)) if table]
    return Section("people", "Participants", tuple(blocks))


def _flow(material: Material, subjects: list[dict[str, Any]]) -> Table:
    """Enrolled, allocated, treated: all, and by arm where subjects (not sides) were allocated."""
    arms = _arms(material, {row["subject"] for row in subjects})
    rows = [_step("Enrolled", [len(subjects)], ["" for _ in arms])]
    if arms:
        rows.append(_step("Allocated", [len(set().union(*arms.values()))], [len(members) for members in arms.values()]))
    if any(row["treated"] is not None for row in subjects):
        treated = {row["subject"] for row in subjects if row["treated"]}
        rows.append(_step("Treated", [len(treated)], [len(members & treated) for members in arms.values()]))
    unknown = sum(row["treated"] is None for row in subjects)
    foot = (f"Whether treated is not known of {unknown} subjects.",) if unknown and len(rows) > 1 else ()
    names = [material.arm_name(arm) for arm in arms]
    return Table("Participants at each step", ("Step", "Subjects", *names), tuple(rows), align="l" + "r" * (len(arms) + 1),
                 foot=(*foot, *origin_lines(material)), css="flow")


def _step(name: str, counts: list[int], by_arm: list[Any]) -> Row:
    return Row((rich(name), *(rich(str(number)) for number in (*counts, *by_arm))))


def _arms(material: Material, known: set[str]) -> dict[str, set[str]]:
    """Subjects of each arm, where arms are between subjects; sides and zones are counted with their endpoint."""
    if material.study.study.design in ("single-arm", "within-subject"):
        return {}
    members: dict[str, set[str]] = {arm: set() for arm in material.study.arms}
    for row in material.rows("allocations"):
        if row["arm"] is not None and row["subject"] in known:
            members.setdefault(row["arm"], set()).add(row["subject"])
    return {arm: found for arm, found in members.items() if found}


def _by_visit(material: Material) -> Table | None:
    """Records analysed at each visit, one row an endpoint: the n that its description found."""
    found = {(row["endpoint"], row["visit"]): row for row in reversed(material.results) if _is_count(material, row)}
    visits = [visit for visit in material.study.visit_order if any(place == visit for _, place in found)]
    if not visits:
        return None
    names = [name for name in material.study.endpoints if any(endpoint == name for endpoint, _ in found)]
    rows = tuple(Row((rich(material.endpoint_name(name)), *(_count(material, found.get((name, visit))) for visit in visits))) for name in names)
    return Table("Analysed at each visit, main population", ("Endpoint", *(material.visit_name(visit) for visit in visits)), rows,
                 align="l" + "r" * len(visits), foot=("Records with a value; a dash where the endpoint is not planned.", *origin_lines(material)))


def _count(material: Material, row: Any) -> Any:
    part = shown(material, row)
    return rich(part.text) if part else rich("\u2013")  # the anchor belongs to the endpoint's own table


def _is_count(material: Material, row: dict[str, Any]) -> bool:
    endpoint = material.study.endpoints.get(row["endpoint"] or "")
    if endpoint is None or row["stat"] != "n" or row["visit"] is None or row["comparison"] is not None or row["subgroup"] is not None:
        return False
    main = (endpoint.populations[:1] or (None,))[0], (endpoint.handling or ("observed",))[0]
    return (row["population"], row["handling"]) == main and row["group"] is None and row["level"] is None and row["term"] in (None, "value")


def _milestones(material: Material) -> Table | None:
    rows = sorted(material.rows("milestones"), key=lambda row: (row["day"] is None, row["day"] or 0, row["subject"]))
    shown_rows = [row for row in rows if (row["milestone"] or "").casefold() not in STEPS]
    if not shown_rows:
        return None
    foot = ("Milestones other than enrolment, allocation and treatment.", *origin_lines(material))
    return Table("Who left, and other milestones", ("Subject", "Milestone", "Study day", "Reason"), tuple(_milestone_rows(shown_rows)),
                 align="llrl", foot=foot)


def _milestone_rows(rows: list[dict[str, Any]]) -> Iterator[Row]:
    for row in rows:
        name = " ".join(part for part in (row["milestone"], f"({row['class']})" if row["class"] else "") if part)
        yield Row((rich(row["subject"]), rich(name), rich("" if row["day"] is None else str(row["day"])), rich(row["reason"])))
