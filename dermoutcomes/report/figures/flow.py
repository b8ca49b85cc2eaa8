"""The flow of participants as boxes: enrolled, allocated, lost and why, seen to the end, analysed.

Numbers are those of the ledger's accounts of subjects and sides, and of the populations.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes.report.documents.front import enrolled_subjects
from dermoutcomes.report.feet import bare_foot
from dermoutcomes.report.figures.figure import Figure
from dermoutcomes.report.figures.parts.figure_words import origin_words
from dermoutcomes.report.figures.parts.layers import at_field, layer, pixel_axis, span
from dermoutcomes.report.figures.parts.theme import DOUBLE, INK, LETTER, PALE, SINGLE
from dermoutcomes.report.text_forms import shortened
from dermoutcomes.report.words.loss_words import REASONS

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material

__all__ = ["flow_diagram"]

# Between boxes, of a line of text and around it, in pixels; reasons and arms shown at most.
GAP, LINE, PADDING, MOST_REASONS, MOST_ARMS = 22, 14, 8, 6, 4
Lines = list[str]
# Corners in pixels from the left and the top: `x`, `y`, `x2`, `y2`; a box has its `lines` too.
Box = dict[str, Any]
Link = dict[str, float]
# What marks a line that stands further in.
INDENT = " "


def flow_diagram(material: Material) -> Iterator[Figure]:
    """The flow of subjects: in a column an arm where arms are between subjects, else in one.

    Within subjects it says how many sides they had and kept. None where the ledger has no account
    of subjects, and for more than four arms, whose table is easier to read.
    """
    rows = material.ledger.filter(pl.col("stage").is_in(["subjects", "sides"])).to_dicts()
    subjects = [row for row in rows if row["stage"] == "subjects"]
    arms = [arm for arm in material.study.arms if any(row["arm"] == arm for row in subjects)]
    if not subjects or len(arms) > MOST_ARMS:
        return
    columns = [
        _column(material, [row for row in rows if not arms or row["arm"] == arm], arm)
        for arm in (arms or (None,))
    ]
    everybody = [row for row in subjects if row["arm"] is None] or subjects
    allocated = [row for row in subjects if row["arm"] is not None]
    head = _heads(material, _count(everybody, "opening"))
    aside = _not_allocated(material, everybody, allocated) if arms else []
    said = "; ".join(", ".join(" ".join(lines) for lines in column) for column in columns)
    yield Figure(
        key="flow",
        title="Flow of participants",
        alternative=f"Boxes from top to bottom. {' '.join([*head, *aside])}; {said}."
        f"{origin_words(material)}",
        caption="Flow of participants: from those enrolled to those analysed, with the reasons of losses.",
        spec=_spec(head, aside, columns),
        foot=bare_foot(material),
    )


def _heads(material: Material, n: int) -> Lines:
    """How many there are at the top: those enrolled, below those listed where they are fewer."""
    enrolled = enrolled_subjects(material).height
    if enrolled == material.frame("subjects").height:
        return [f"Enrolled: {n} subjects"]
    return [f"Listed: {n} subjects", f"Enrolled: {enrolled}"]


def _column(material: Material, rows: Sequence[Mapping[str, Any]], arm: str | None) -> list[Lines]:
    """The texts of the boxes of an arm, or of everybody, from top to bottom."""
    subjects = [row for row in rows if row["stage"] == "subjects"]
    sides = [row for row in rows if row["stage"] == "sides"]
    boxes = [[f"{material.arm_name(arm)}: {_count(subjects, 'opening')} allocated"]] if arm else []
    if sides:
        boxes.append([f"Sides: {_count(sides, 'opening')}"])
    lost = _reasons(material, subjects)
    boxes += [_with_reasons(f"Not seen to the end: {lost.total()}", lost)] if lost else []
    end = [f"Seen to the end: {_count(subjects, 'closing')}"]
    end += [f"Sides: {_count(sides, 'closing')}"] if sides else []
    boxes.append(end)
    return [*boxes, *_analysed(material, arm)]


def _count(rows: Sequence[Mapping[str, Any]], entry: str) -> int:
    return sum(row["n"] for row in rows if row["entry"] == entry)


def _not_allocated(
    material: Material,
    everybody: Sequence[Mapping[str, Any]],
    allocated: Sequence[Mapping[str, Any]],
) -> Lines:
    """Who is in the account of all and in that of no arm, and why they were not seen to the end."""
    n = _count(everybody, "opening") - _count(allocated, "opening")
    reasons = _reasons(material, everybody)
    reasons.subtract(_reasons(material, allocated))
    return _with_reasons(f"Not allocated: {n}", +reasons) if n > 0 else []


def _reasons(material: Material, rows: Sequence[Mapping[str, Any]]) -> Counter[str]:
    """How many were lost for each reason, or for what stood behind it."""
    reasons: Counter[str] = Counter()
    for row in rows:
        if row["entry"] == "loss":
            names = [name for name in (row["detail"] or "").split(" and ") if name]
            words = " and ".join(map(material.milestone_name, names)) or REASONS[row["reason"]]
            reasons[words[:1].upper() + words[1:]] += row["n"]
    return reasons


def _with_reasons(words: str, reasons: Counter[str]) -> Lines:
    """A line, and below it the most frequent reasons."""
    ordered = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    lines = [f"{n} {name}" for name, n in ordered[:MOST_REASONS]]
    rest = ordered[MOST_REASONS:]
    others = "another reason" if len(rest) == 1 else f"{len(rest)} other reasons"
    more = [f"{sum(n for _, n in rest)} for {others}"] if rest else []
    return [words, *lines, *more]


def _analysed(material: Material, arm: str | None) -> Iterator[Lines]:
    """How many of an arm are in the main population of the first endpoint that has one."""
    names = [
        population
        for name in material.in_order
        for population in material.study.endpoints[name].populations[:1]
    ]
    if not names:
        return
    table = material.rows("allocations" if arm else "subjects")
    own = {row["subject"] for row in table if arm is None or row["arm"] == arm}
    members = sum(names[0] in material.populations.get(subject, ()) for subject in own)
    yield [f"Population {material.population_name(names[0])}: {members}"]


def _spec(head: Lines, aside: Lines, columns: Sequence[Sequence[Lines]]) -> dict[str, Any]:
    """Boxes at places in pixels, and lines from each to the next."""
    width = SINGLE if len(columns) == 1 else DOUBLE
    box = min(290.0, (width - GAP * (len(columns) - 1)) / len(columns))
    letters = int((box - 2 * PADDING) / LETTER)
    middle = width / 2
    first = _box(head, middle, 0.0, min(box, 220.0), letters)
    boxes, links = [first], []
    if aside:
        lost = _box(aside, width - box / 2 - 1, first["y2"] + GAP / 2, box, letters)
        boxes.append(lost)
        height = (lost["y"] + lost["y2"]) / 2
        links.append(_link((middle, height), (lost["x"], height)))
    split = boxes[-1]["y2"] + GAP / 2
    places = [(number + 0.5) * width / len(columns) for number in range(len(columns))]
    links.append(_link((middle, first["y2"]), (middle, split)))
    links.append(_link((places[0], split), (places[-1], split)))
    column_boxes, column_links = _columns(columns, places, split, box, letters)
    bottom = max(part["y2"] for part in column_boxes) + 2
    layers = _layers([*boxes, *column_boxes], [*links, *column_links], width, bottom)
    return {"width": width, "height": bottom, "layer": layers}


def _columns(
    columns: Sequence[Sequence[Lines]],
    places: Sequence[float],
    split: float,
    width: float,
    letters: int,
) -> tuple[list[Box], list[Link]]:
    """The boxes below the split, one level of all columns after the other, and the lines to them.

    Boxes of one level begin at one height, so that what is lost can be compared across arms.
    """
    boxes: list[Box] = []
    links: list[Link] = []
    ends = [split] * len(columns)
    top = split + GAP / 2
    for level in range(max(map(len, columns))):
        for number, (column, place) in enumerate(zip(columns, places, strict=True)):
            if level < len(column):
                box = _box(column[level], place, top, width, letters)
                links.append(_link((place, ends[number]), (place, top)))
                boxes.append(box)
                ends[number] = box["y2"]
        top = max(box["y2"] for box in boxes) + GAP
    return boxes, links


def _link(start: tuple[float, float], end: tuple[float, float]) -> Link:
    (x, y), (x2, y2) = start, end
    return {"x": x, "x2": x2, "y": y, "y2": y2}


def _box(lines: Lines, middle: float, top: float, width: float, letters: int) -> Box:
    # Reasons stand a little to the right of what they are the reasons of.
    drawn = [
        f"{INDENT * (number > 0)}{part}"
        for number, line in enumerate(lines)
        for part in wrap(shortened(line, 2 * letters - 4), letters - 2 * (number > 0))
    ]
    return {
        "x": middle - width / 2,
        "x2": middle + width / 2,
        "y": top,
        "y2": top + LINE * len(drawn) + 2 * PADDING - 2,
        "lines": drawn,
    }


def _layers(
    boxes: list[Box], links: list[Link], width: float, height: float
) -> list[dict[str, Any]]:
    x, y = pixel_axis(width), pixel_axis(height, downwards=True)
    texts = [
        {
            "x": box["x"] + PADDING + (PADDING if line.startswith(INDENT) else 0),
            "y": box["y"] + PADDING + LINE * (number + 0.4),
            "text": line.strip(),
        }
        for box in boxes
        for number, line in enumerate(box["lines"])
    ]
    corners = span("x", x, "x", "x2") | span("y", y, "y", "y2")
    at = {"x": at_field(x, "x"), "y": at_field(y, "y"), "text": {"field": "text"}}
    return [
        layer("rule", corners, links, color=PALE),
        layer("rect", corners, boxes, fill="white", stroke=INK, strokeWidth=1),
        layer("text", at, texts, align="left", baseline="middle"),
    ]
