"""Findings on data quality: how many of each kind, and the first of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dermoutcomes.report.blocks import Block, Bullets, Link, Paragraph, Part, Section, rich
from dermoutcomes.report.feet import bare_foot
from dermoutcomes.report.table import Row, Table, TableSpec, columns

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Outline

__all__ = ["quality_lines_section", "quality_section"]

SEVERITIES = ("error", "warning", "note")
QUERIES = "../queries.csv"
# Lines of the short report on data quality.
LINES = 10


def quality_section(material: Material) -> Section:
    """Counts by check and severity, then the first findings, the most severe first."""
    frame = material.frame("findings").select(
        "id",
        "check",
        "severity",
        "subject",
        "visit",
        "side",
        "measure",
        "found",
        "expected",
        "message",
        "file",
        "row",
        "status",
        "answer",
    )
    rows = frame.to_dicts()
    blocks: list[Block] = list(_rules(material))
    if not rows:
        return Section(
            "quality", "Data quality", (*blocks, Paragraph(rich("The checks found nothing.")))
        )
    blocks.append(
        Paragraph(
            rich(
                f"{len(rows)} findings. A finding changes no value by itself. The table findings "
                "has every one with its file, row and column, and ",
                Part("queries.csv", link=Link("file", QUERIES)),
                f" a question to the site for each cell with an error or a warning. {_state(rows)}",
            )
        )
    )
    blocks.append(_counts(material, rows))
    if material.options.findings_shown:
        blocks.append(_first(material, rows))
    if answered := [row for row in rows if row["status"] == "answered"]:
        blocks.append(_answers(material, answered))
    return Section("quality", "Data quality", tuple(blocks))


def quality_lines_section(material: Material) -> Section:
    """Data quality in ten lines: counts by severity, the checks with most, what was decided."""
    frame = material.frame("findings").select("check", "severity", "status")
    rows = frame.to_dicts()
    rules = tuple(_rules(material))
    if not rows:
        return Section(
            "quality", "Data quality", (*rules, Paragraph(rich("The checks found nothing.")))
        )
    severities = Counter(row["severity"] for row in rows)
    counts = ", ".join(
        f"{severities[severity]} {severity}{'' if severities[severity] == 1 else 's'}"
        for severity in SEVERITIES
        if severities[severity]
    )
    lines = [rich(f"{len(rows)} findings: {counts}. {_state(rows)}")]
    ordered = _ordered_counts(rows)
    most = LINES - 2 - len(rules)
    lines += [
        rich(Part(severity or "", look=f"severity severity-{severity}"), f": {_words(check)}, {n}")
        for (check, severity), n in ordered[:most]
    ]
    if rest := ordered[most:]:
        lines.append(
            rich(
                f"{len(rest)} further checks with {sum(n for _, n in rest)} findings: in the annex."
            )
        )
    return Section("quality", "Data quality", (*rules, Bullets(tuple(lines))))


def _rules(material: Material) -> Iterator[Paragraph]:
    """What the study decided about findings: each rule is a choice that a reader must see."""
    rules = material.study.quality
    if rules.off:
        yield Paragraph(
            rich(f"Checks that the study switched off: {', '.join(map(_words, rules.off))}."),
            look="caution",
        )
    if rules.leave_out:
        yield Paragraph(
            rich(
                "Measurements with these findings stay on the record and are left out of every "
                f"endpoint: {', '.join(map(_words, rules.leave_out))}."
            ),
            look="caution",
        )


def _counts(material: Material, rows: list[dict[str, Any]]) -> Table:
    table = tuple(
        Row(
            (
                rich(_words(check)),
                rich(Part(severity or "", look=f"severity severity-{severity}")),
                rich(str(number)),
            )
        )
        for (check, severity), number in _ordered_counts(rows)
    )
    return counts_spec(material).filled(table)


def _ordered_counts(
    rows: list[dict[str, Any]],
) -> list[tuple[tuple[str | None, str | None], int]]:
    """How many findings each check has of each severity: the most severe and most frequent first."""
    counts = Counter((row["check"], row["severity"]) for row in rows)
    return sorted(counts.items(), key=lambda item: (_rank(item[0][1]), -item[1], item[0][0] or ""))


def counts_spec(outline: Outline) -> TableSpec:
    """How many findings of each kind."""
    heads = ("Check", "Severity", "Findings")
    return TableSpec("Findings by check and severity", columns(heads, "llr"), bare_foot(outline))


def _first(material: Material, rows: list[dict[str, Any]]) -> Table:
    ordered = sorted(rows, key=lambda row: (_rank(row["severity"]), row["id"] or 0))[
        : material.options.findings_shown
    ]
    table = tuple(
        Row(
            (
                rich(Part(row["severity"] or "", look=f"severity severity-{row['severity']}")),
                rich(_words(row["check"])),
                rich(row["subject"]),
                rich(material.visit_name(row["visit"])),
                rich(row["message"] or row["measure"]),
                rich(_place(row)),
            )
        )
        for row in ordered
    )
    more = (
        f"The first {len(ordered)} of {len(rows)}." if len(rows) > len(ordered) else "All findings."
    )
    return findings_spec(material).filled(table, remarks=[more])


def findings_spec(outline: Outline) -> TableSpec:
    """Findings with the place of each."""
    heads = ("Severity", "Check", "Subject", "Visit", "What was found", "Where")
    return TableSpec(
        "First findings", columns(heads, "llllll"), bare_foot(outline), look="findings"
    )


def _state(rows: list[dict[str, Any]]) -> str:
    """How many of the findings that the site is asked about it has answered."""
    asked = [row["status"] for row in rows if row["status"] is not None]
    return f"Of {len(asked)} findings that the site is asked about, {asked.count('answered')} are answered."


def _answers(material: Material, rows: list[dict[str, Any]]) -> Table:
    shown = rows[: material.options.findings_shown]
    table = tuple(
        Row(
            (
                rich(_words(row["check"])),
                rich(row["subject"]),
                rich(material.visit_name(row["visit"])),
                rich(row["found"]),
                rich(row["answer"]),
                rich(_place(row)),
            )
        )
        for row in shown
    )
    more = f"The first {len(shown)} of {len(rows)}." if len(rows) > len(shown) else "All answers."
    return answers_spec(material).filled(table, remarks=[more, "An answer changes no value."])


def answers_spec(outline: Outline) -> TableSpec:
    """What the site answered, in its words."""
    heads = ("Check", "Subject", "Visit", "Found", "Answer of the site", "Where")
    return TableSpec("Answers of the site", columns(heads, "llllll"), bare_foot(outline))


def _rank(severity: str | None) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)


def _words(check: str | None) -> str:
    """A check in words, of a plugin's behind the name of its instrument or scale."""
    return (check or "").replace("_", " ").replace(".", ": ")


def _place(row: dict[str, Any]) -> str:
    return ", ".join(
        part
        for part in (row["file"] or "", f"row {row['row']}" if row["row"] is not None else "")
        if part
    )
