"""Results that belong to no single endpoint and are no adverse events: agreement of raters, analyses of several endpoints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dermoutcomes.report.blocks import Block, Paragraph, Part, Rich, Section, rich
from dermoutcomes.report.feet import foot, population
from dermoutcomes.report.material import by
from dermoutcomes.report.result_lines import Line, Notes, lines, problem_rows
from dermoutcomes.report.result_text import OF_ARMS, anchors, estimate, leftover, shown, size
from dermoutcomes.report.sections.safety import is_safety
from dermoutcomes.report.table import Column, Row, Table, TableSpec, columns
from dermoutcomes.report.tables.characteristics import is_characteristic

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Outline, Result

__all__ = ["others_section"]

WIDEST = 5  # terms that are put side by side
USED = frozenset(
    {
        "n",
        "estimate",
        "conf_low",
        "conf_high",
        "n_with_event",
        "denominator",
        "percent",
        "proportion",
        "p_value",
    }
)


def others_section(material: Material) -> Section | None:
    """A table an analysis; None where there is nothing to show. No result is left out but for `other_results_shown`, and that is said."""
    rows = [
        row
        for row in material.results
        if row["endpoint"] not in material.study.endpoints
        and not is_safety(material, row)
        and not is_characteristic(material, row)
    ]
    if not rows:
        return None
    shown_rows = rows[: material.options.other_results_shown]
    keys = ("analysis", "endpoint", "population", "handling", "subgroup", "subgroup_level")
    blocks: list[Block] = [_table(material, group) for group in by(shown_rows, *keys).values()]
    if len(rows) > len(shown_rows):
        blocks.append(
            Paragraph(
                rich(f"{len(rows) - len(shown_rows)} further results stand in results.csv."),
                look="note",
            )
        )
    return Section("others", "Further analyses", tuple(blocks))


def _table(material: Material, rows: list[Result]) -> Table:
    """A column a term where several places share a few terms, else a row a term."""
    first, notes, found = rows[0], Notes(), lines(rows)
    terms = list(dict.fromkeys(line.key["term"] for line in found))
    places = _by_place(found)
    wide = 1 < len(terms) <= WIDEST and len(places) > 1
    about = f": {material.endpoint_name(first['endpoint'])}" if first["endpoint"] else ""
    level = f" ({first['subgroup']}: {first['subgroup_level']})" if first["subgroup"] else ""
    spec = others_spec(material, first["analysis"], f"{about}{level}", terms if wide else None)
    # Before its notes are listed: making the rows finds them.
    body = tuple(_wide(material, places, terms, notes) if wide else _long(material, found, notes))
    units = sorted({row["unit"] for row in rows if row["unit"]})
    unit = (f"In {', '.join(units)}.",) if len(units) == 1 else ()
    return spec.filled(
        body, notes=notes.listed, population=population(material, rows), remarks=unit
    )


def others_spec(
    outline: Outline, analysis: str, about: str = "", terms: Sequence[str | None] | None = None
) -> TableSpec:
    """An analysis that belongs to no single endpoint: a row a quantity or, where `terms` are given, a column a term."""
    named = (
        (
            Column("Where"),
            Column("n", "r"),
            *(
                Column(outline.term_name({"analysis": analysis, "term": term}), "r")
                for term in terms
            ),
        )
        if terms is not None
        else columns(("Where", "Quantity", "n", "Value (CI)", "P", "Also"), "llrlrl")
    )
    return TableSpec(f"{outline.analysis_name(analysis)}{about}", named, foot(outline), narrow=True)


def _by_place(found: list[Line]) -> list[list[Line]]:
    """Lines that differ in their term alone, together."""
    places: dict[tuple[object, ...], list[Line]] = {}
    for line in found:
        places.setdefault(
            tuple(value for name, value in line.key.items() if name != "term"), []
        ).append(line)
    return list(places.values())


def _where(material: Material, line: Line) -> str:
    key = line.key
    at = f"{key['at']:g}" if key["at"] is not None else ""
    parts = (
        material.comparison_name(key["comparison"]),
        material.visit_name(key["visit"]),
        material.arm_name(key["group"]),
        key["level"] or "",
        at,
    )
    return ", ".join(part for part in parts if part) or "All"


def _wide(
    material: Material, places: list[list[Line]], terms: list[str | None], notes: Notes
) -> Iterator[Row]:
    for place in places:
        at_term = {line.key["term"]: line for line in place}
        marks = notes.marks([row for line in place for row in line.rows], labels=True)
        counted = [line.stats["n"] for line in place if "n" in line.stats]
        hidden = [
            *(part for row in counted[1:] for part in anchors({"n": row}, "n")),
            *(part for line in place for part in anchors(line.stats, *OF_ARMS)),
        ]
        yield Row(
            (
                rich(
                    _where(material, place[0]), Part(marks, look="mark") if marks else None, hidden
                ),
                rich(shown(material, counted[0]) if counted else None),
                *(_cell(material, at_term[term]) if term in at_term else () for term in terms),
            )
        )
        for line in place:
            yield from problem_rows(line)


def _cell(material: Material, line: Line) -> Rich:
    """All that a term has, its n apart."""
    main = estimate(material, line.stats)
    rest = leftover(material, line.stats, USED - {"p_value"})
    return rich(main, "; " if main and any(part.text for part in rest) else None, rest)


def _long(material: Material, found: list[Line], notes: Notes) -> Iterator[Row]:
    for line in found:
        marks = notes.marks(line.rows, labels=True)
        yield Row(
            (
                rich(_where(material, line)),
                rich(
                    material.term_name(line.key),
                    Part(marks, look="mark") if marks else None,
                ),
                size(material, line.stats),
                estimate(material, line.stats),
                rich(shown(material, line.stats.get("p_value"))),
                leftover(material, line.stats, USED),
            )
        )
        yield from problem_rows(line)
