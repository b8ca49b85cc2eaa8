"""Each subject as one line from baseline to a later visit, with the means and the paired change.

Values are those of the records, means and changes those of the results.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes.report.feet import filled_foot
from dermoutcomes.report.figures.figure import Figure
from dermoutcomes.report.figures.parts.figure_words import measured, origin_words, shown_p
from dermoutcomes.report.figures.parts.layers import (
    at_field,
    categories,
    labelled_axis,
    layer,
    span,
)
from dermoutcomes.report.figures.parts.theme import COLOURS, DOUBLE, HEIGHT, INK, NEUTRAL, SINGLE
from dermoutcomes.report.figures.parts.thinning import drawn_words, thinned
from dermoutcomes.report.figures.parts.visit_axis import baseline_visits
from dermoutcomes.report.figures.trajectories import Mean, means_by_group
from dermoutcomes.report.record_sets import main_records
from dermoutcomes.report.result_text import value_text
from dermoutcomes.report.text_forms import printable, shortened, slug

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Result
    from dermoutcomes.study import Endpoint

__all__ = ["before_after"]

BASELINE = "baseline"
# From a group to the next, and from a line's end to the mean beside it, in steps from before to after.
GROUP, BESIDE = 3, 0.28
MOST_GROUPS = 4
# Letters of an arm's name above its lines, by the number of arms that stand side by side.
LETTERS = {1: 34, 2: 34, 3: 24, 4: 16}
# Above the plot, for the texts of the groups, and of one line of them, in pixels.
TEXTS, LINE = 60, 13


def before_after(material: Material, name: str, results: Sequence[Result]) -> Iterator[Figure]:
    """The pairs of the last visit that a hypothesis of the endpoint compares with baseline.

    None for grades and responders, without such a visit, and for more than four arms.
    """
    endpoint = material.study.endpoints[name]
    visit = _last_visit(material, name, results)
    if visit is None or endpoint.responder is not None or material.ordinal(endpoint):
        return
    records = main_records(material, name)
    pairs = records.filter(
        pl.col("visit") == visit,
        pl.col("reference_visit") == BASELINE,
        pl.col("value").is_not_null(),
        pl.col("base").is_not_null(),
    ).sort("subject", "arm", "location", "side", "period", "rater")
    changes = means_by_group(
        material, [row for row in results if row["reference_visit"] == BASELINE], scale="difference"
    )
    groups = [group for group in changes if any(mean.visit == visit for mean in changes[group])]
    if not pairs.height or not 0 < len(groups) <= MOST_GROUPS:
        return
    pairs = pairs.select("arm", "base", "value")
    if groups != [None]:
        pairs = pairs.filter(pl.col("arm").is_in([group for group in groups if group is not None]))
    yield _figure(material, name, endpoint, visit, pairs, groups, changes, results)


def _last_visit(material: Material, name: str, results: Sequence[Result]) -> str | None:
    """The last visit with a change from baseline that a hypothesis is about."""
    tested = {
        estimate["visit"]
        for hypothesis in material.hypotheses
        if hypothesis["endpoint"] == name
        and (estimate := material.shown_stats(hypothesis).get("estimate")) is not None
    }
    seen = {row["visit"] for row in results if row["reference_visit"] == BASELINE}
    visits = (tested & seen) - {None}
    return max(visits, key=material.visit_rank) if visits else None


def _figure(
    material: Material,
    name: str,
    endpoint: Endpoint,
    visit: str,
    pairs: pl.DataFrame,
    groups: Sequence[str | None],
    changes: Mapping[str | None, list[Mean]],
    results: Sequence[Result],
) -> Figure:
    after = material.visit_name(visit)
    before = " or ".join(material.visit_name(one) for one in baseline_visits(endpoint)) or BASELINE
    means = means_by_group(material, results)
    of_group = {
        group: next(mean for mean in changes[group] if mean.visit == visit) for group in groups
    }
    ends = [
        {"x": GROUP * number + place, **_ends(mean)}
        for number, group in enumerate(groups)
        for mean in means.get(group, [])
        for place in _places(mean.visit, endpoint, visit)
    ]
    pairs = pairs.with_columns(is_worse=_is_worse(material.improves(endpoint)))
    drawn = thinned(pairs["arm"], material.options.lines_shown)
    lines = [_pair_row(row, groups) for row in pairs[drawn].to_dicts()]
    texts = [
        _change_row(material, name, number, group, of_group[group], LETTERS[len(groups)])
        for number, group in enumerate(groups)
    ]
    shown = [row for mean in of_group.values() for row in mean.rows]
    title = f"{endpoint.name}: {before} and {after}"
    worse = pairs["is_worse"].sum()
    said = "; ".join(", ".join(row["text"]) for row in texts)
    direction = " Dashed: worse than before." if material.improves(endpoint) else ""
    return Figure(
        key=f"pairs-{slug(name)}",
        title=title,
        alternative=f"Lines of {len(pairs)} pairs from {before} to {after}"
        + (f", {worse} of them worse" if material.improves(endpoint) else "")
        + f". {said}.{origin_words(material)}",
        caption=f"{title}. A line: each {endpoint.unit} with both values{drawn_words(len(drawn), pairs['arm'])}."
        f"{direction} Beside the lines: mean of all seen at each visit, with "
        f"{100 * material.study.confidence:g}% CI; above: mean change.",
        spec=_spec(material, endpoint, lines, ends, texts, [before, after]),
        results=tuple(
            dict.fromkeys([*(row["id"] for row in shown), *(i for row in ends for i in row["ids"])])
        ),
        foot=filled_foot(material, shown),
    )


def _places(visit: str, endpoint: Endpoint, after: str) -> Iterator[float]:
    if visit == after:
        yield 1 + BESIDE
    elif visit in baseline_visits(endpoint)[-1:]:
        yield -BESIDE


def _ends(mean: Mean) -> dict[str, Any]:
    return {
        "y": mean.mean["value"],
        "low": mean.low["value"] if mean.low else None,
        "high": mean.high["value"] if mean.high else None,
        "ids": [row["id"] for row in mean.rows],
    }


def _pair_row(row: Mapping[str, Any], groups: Sequence[str | None]) -> dict[str, Any]:
    at = GROUP * (0 if list(groups) == [None] else groups.index(row["arm"]))
    return {
        "x": at,
        "x2": at + 1,
        "base": row["base"],
        "value": row["value"],
        "course": "worse" if row["is_worse"] else "better",
    }


def _is_worse(improves: str | None) -> pl.Expr:
    """Whether a pair got worse; where no direction is better, none did."""
    rise = pl.col("value") - pl.col("base")
    return {"up": rise < 0, "down": rise > 0}.get(improves or "", pl.lit(value=False))


def _change_row(
    material: Material, name: str, number: int, group: str | None, change: Mean, letters: int
) -> dict[str, Any]:
    """What stands above the lines of a group: its arm and n, the mean change, and P where it has one.

    The arm stands here and not under both of its ticks, where long names would run into each other.
    """
    limits = (
        f" ({value_text(material, change.low)} to {value_text(material, change.high)})"
        if change.low and change.high
        else ""
    )
    arm = "" if group is None else material.arm_name(group)
    whose = f"{printable(shortened(arm, letters))}, " if arm else ""
    lines = [
        f"{whose}n = {change.mean['n_subjects']}",
        f"Change {value_text(material, change.mean)}{limits}",
    ]
    for hypothesis in material.hypotheses if group is None else ():
        estimate = material.shown_stats(hypothesis).get("estimate")
        if (
            hypothesis["endpoint"] == name
            and estimate is not None
            and (estimate["visit"], estimate["group"]) == (change.visit, None)
            and estimate["reference_visit"] == BASELINE
            and (p := shown_p(material, hypothesis))
        ):
            lines.append(p)
    return {"x": GROUP * number + 0.5, "text": lines}


def _spec(
    material: Material,
    endpoint: Endpoint,
    pairs: Sequence[Mapping[str, Any]],
    ends: list[dict[str, Any]],
    texts: list[dict[str, Any]],
    names: Sequence[str],
) -> dict[str, Any]:
    """Lines of pairs, the means at their sides, and the change above a bracket."""
    x = _group_axis(texts, names)
    y = {
        "type": "quantitative",
        "scale": {"zero": False},
        "title": measured(material, endpoint, endpoint.name),
    }
    interval = {"x": x, **span("y", y, "low", "high")}
    mean = {"x": x, "y": at_field(y, "y")}
    return {
        "width": SINGLE if len(texts) == 1 else DOUBLE,
        "height": HEIGHT + TEXTS,
        "layer": [
            _pair_lines(pairs, x, y),
            layer("rule", interval, ends, strokeWidth=1.8, color=INK),
            layer("point", mean, ends, filled=True, size=60, opacity=1, color=INK),
            *_bracketed_texts(texts, x),
        ],
    }


def _group_axis(texts: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, Any]:
    """The x: for each group two ticks, named by its visits."""
    labels = {
        f"{GROUP * number + place}": [printable(shortened(name, 16))]
        for number in range(len(texts))
        for place, name in enumerate(names)
    }
    last = GROUP * (len(texts) - 1) + 1
    return labelled_axis(labels, [float(place) for place in labels], -0.75, last + 0.75)


def _pair_lines(
    pairs: Sequence[Mapping[str, Any]], x: Mapping[str, Any], y: Mapping[str, Any]
) -> dict[str, Any]:
    """A line a pair, dashed where it got worse; the more there are, the fainter."""
    encoding = {
        "x": x,
        "x2": {"field": "x2"},
        **span("y", y, "base", "value"),
        "color": categories("course", {"better": COLOURS[0], "worse": COLOURS[1]}),
        "strokeDash": categories("course", {"better": [1, 0], "worse": [4, 3]}),
    }
    faint = max(0.25, 0.7 * min(1.0, 40 / max(len(pairs), 1)))
    return layer("rule", encoding, pairs, strokeWidth=1, strokeOpacity=faint)


def _bracketed_texts(
    texts: Sequence[Mapping[str, Any]], x: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """What is said of each group, upwards from a bracket that is as wide as its lines."""
    brackets = [{**row, "end": row["x"] + 0.5, "x": row["x"] - 0.5} for row in texts]
    # The baseline is that of a text's first line: all stand so high that the longest ends above.
    height = -11 - LINE * (max(len(row["text"]) for row in texts) - 1)
    above = {"x": x, "y": {"value": height}, "text": {"field": "text"}}
    look = {"baseline": "bottom", "lineBreak": "\n", "lineHeight": LINE}
    return [
        layer(
            "rule", {"x": x, "x2": {"field": "end"}, "y": {"value": -6}}, brackets, color=NEUTRAL
        ),
        layer("text", above, texts, **look),
    ]
