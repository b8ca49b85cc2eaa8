"""Effects in subgroups below the effect in everybody: number of each arm, interval, estimate as written.

Every number in them is a row of the results. No P stands within a subgroup: beside its name stands
that of the test of whether its levels differ, where the analysis has one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from dermoutcomes.decisions.verdict_text import better_estimate
from dermoutcomes.report.feet import filled_foot
from dermoutcomes.report.figures.figure import Figure
from dermoutcomes.report.figures.parts.figure_words import origin_words
from dermoutcomes.report.figures.parts.layers import (
    at_field,
    categories,
    effect_lines,
    interval_rules,
    layer,
)
from dermoutcomes.report.figures.parts.theme import COLOURS, PALE
from dermoutcomes.report.material import by
from dermoutcomes.report.result_text import interval_level, limits, value_text
from dermoutcomes.report.text_forms import shortened, slug

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Result

__all__ = ["forests", "heading", "interval_texts", "text_column"]

# What rows of one figure share with the estimate that decides.
SAME = ("analysis", "population", "handling", "comparison", "visit", "term", "level")
# Of names with two numbers, of the plot, of the estimates and of a row, in pixels.
NAMES, PLOT, TEXTS, ROW = 252, 216, 150, 21


def forests(material: Material, name: str) -> Iterator[Figure]:
    """A figure for each hypothesis of an endpoint whose effect was estimated in subgroups too."""
    what_they_share = itemgetter(*SAME)
    for hypothesis in material.hypotheses:
        estimate = material.shown_stats(hypothesis).get("estimate")
        if hypothesis["endpoint"] != name or estimate is None:
            continue
        shared = what_they_share(estimate)
        same = [row for row in material.results_of(name) if what_they_share(row) == shared]
        rows = list(_rows(material, same))
        if any(row["kind"] == "subgroup" for row in rows):
            yield _figure(material, hypothesis, estimate, rows)


def _rows(material: Material, results: Sequence[Result]) -> Iterator[dict[str, Any]]:
    """Everybody, then each subgroup under its head, with the places of their texts."""
    groups = by(results, "subgroup", "subgroup_level")
    order = sorted(groups, key=lambda key: (key[0] is not None, key[0] or ""))
    head, number = None, 0
    for subgroup, level in order:
        stats = {row["stat"]: row for row in groups[subgroup, level] if _is_of_both(row)}
        if "estimate" not in stats or stats["estimate"]["value"] is None:
            continue
        if subgroup is not None and subgroup != head:
            number += 1
            yield {
                "row": number,
                "kind": "head",
                "label": _words(subgroup),
                **_interaction(material, stats["estimate"], subgroup),
            }
            head = subgroup
        number += 1
        sizes = [row for row in groups[subgroup, level] if _is_size(row)]
        yield {
            "row": number,
            "kind": "subgroup" if subgroup else "everybody",
            "label": shortened(level, 24) if subgroup else "All subjects",
            **interval_texts(material, stats),
            **{_arm_field(row, stats["estimate"]): row["value"] for row in sizes},
            "n": stats["estimate"]["n_subjects"] or 0,
            "results": [row["id"] for row in (*stats.values(), *sizes)],
        }


def _interaction(material: Material, estimate: Result, subgroup: str) -> dict[str, Any]:
    """The P of whether levels differ as a text, and its result; neither without such a test."""
    p = material.interaction_p(estimate, subgroup)
    if p is None or p["value"] is None:
        return {"results": []}
    return {"text": f"Interaction: P {value_text(material, p)}", "results": [p["id"]]}


def _arm_field(size: Result, estimate: Result) -> str:
    """The name of the number of the first arm or of the one that it is compared with."""
    return "first n" if size["group"] == estimate["group"] else "second n"


def _words(subgroup: str) -> str:
    words = subgroup.replace("_", " ")
    return shortened(words[0].upper() + words[1:], 30)


def _is_size(row: Result) -> bool:
    """Whether a result is the number of one arm."""
    return row["stat"] == "n" and row["group"] is not None and row["reference_group"] is None


def _is_of_both(row: Result) -> bool:
    return row["stat"] in ("estimate", "conf_low", "conf_high") and not _is_size(row)


def interval_texts(material: Material, stats: Mapping[str, Result]) -> dict[str, Any]:
    """An estimate and its limits as numbers, and as the text that is written beside them."""
    values = {
        name: stats[name]["value"] if name in stats else None
        for name in ("estimate", "conf_low", "conf_high")
    }
    text = value_text(material, stats["estimate"])
    if None not in values.values():
        low, high = limits(material, stats)
        if low and high:
            text = f"{text} ({low.text} to {high.text})"
    return {**values, "text": text}


def _figure(
    material: Material,
    hypothesis: Mapping[str, Any],
    estimate: Result,
    rows: list[dict[str, Any]],
) -> Figure:
    title = f"{material.hypothesis_name(hypothesis['hypothesis'])}, by subgroup"
    level = f"{interval_level(material)} CI"
    ids = tuple(dict.fromkeys(result for row in rows for result in row["results"]))
    said = "; ".join(f"{row['label']} {row['text']}" for row in rows if "text" in row)
    return Figure(
        key=f"forest-{slug(hypothesis['hypothesis'])}",
        title=title,
        alternative=f"{title}. {said}.{origin_words(material)}",
        caption=f"{title}, with {level}: {material.analysis_name(estimate['analysis'])}. Size of a "
        "square: number of subjects. Dashed: the effect in all. Subgroups are not tested one by one.",
        spec=_spec(material, estimate, rows, level),
        results=ids,
        foot=filled_foot(material, [estimate]),
    )


def _spec(
    material: Material, estimate: Result, rows: list[dict[str, Any]], level: str
) -> dict[str, Any]:
    """Names and numbers, intervals, and estimates as text, side by side in the same rows."""
    arms = [arm for arm in (estimate["group"], estimate["reference_group"]) if arm is not None]
    scale = {"domain": list(range(len(rows) + 1))}
    y = {"field": "row", "type": "ordinal", "scale": scale, "axis": None}
    heads = [(8.0, "left", "Subgroup")] + [
        (
            NAMES - 66.0 * (len(arms) - 1 - number),
            "right",
            f"{shortened(material.arm_name(arm), 9)}, n",
        )
        for number, arm in enumerate(arms)
    ]
    names = [
        text_column(
            [row for row in rows if row["kind"] != "subgroup"], y, 8, "left", "label", bold=True
        ),
        text_column([row for row in rows if row["kind"] == "subgroup"], y, 20, "left", "label"),
        *(
            text_column(rows, y, x, "right", field)
            for field, (x, _, _) in zip(("first n", "second n"), heads[1:], strict=False)
        ),
        *(heading(text, y, x, align) for x, align, text in heads),
    ]
    term = material.term(estimate)
    word = material.term_name(estimate) if term else "Estimate"
    texts = [
        text_column(rows, y, 0, "left", "text"),
        heading(f"Effect ({level})", y, 0, "left"),
    ]
    height = ROW * (len(rows) + 1)
    views = [
        {"width": NAMES, "height": height, "layer": names},
        {"width": PLOT, "height": height, "layer": _intervals(material, estimate, rows, y, word)},
        {"width": TEXTS, "height": height, "layer": texts},
    ]
    return {"hconcat": views, "spacing": 12}


def text_column(
    rows: list[dict[str, Any]],
    y: Mapping[str, Any],
    x: float,
    align: str,
    field: str,
    *,
    bold: bool = False,
) -> dict[str, Any]:
    """A column of texts; a row without one stays empty."""
    filled = [row for row in rows if row.get(field) is not None]
    encoding = {"y": y, "x": {"value": x}, "text": {"field": field}}
    return layer("text", encoding, filled, align=align, fontWeight="bold" if bold else "normal")


def heading(text: str, y: Mapping[str, Any], x: float, align: str) -> dict[str, Any]:
    """The head of a column of texts, in the row above the first."""
    encoding = {"y": y, "x": {"value": x}, "text": {"field": "text"}}
    return layer("text", encoding, [{"row": 0, "text": text}], align=align, fontWeight="bold")


def _intervals(
    material: Material,
    estimate: Result,
    rows: list[dict[str, Any]],
    y: Mapping[str, Any],
    word: str,
) -> list[dict[str, Any]]:
    """A square and its interval a row; the lines of no effect and of the effect in all."""
    drawn = [row for row in rows if "estimate" in row]
    everybody = next((row["estimate"] for row in drawn if row["kind"] == "everybody"), None)
    term = material.term(estimate)
    is_ratio = term is not None and term.scale == "ratio"
    x: dict[str, Any] = {
        "type": "quantitative",
        "title": word,
        "scale": {"type": "log"} if is_ratio else {"nice": True},
        "axis": {
            "grid": False,
            "tickCount": 5,
            **({"format": "%"} if term is not None and term.unit == "share" else {}),
        },
    }
    square = {
        "y": y,
        "x": at_field(x, "estimate"),
        "size": {
            "field": "n",
            "type": "quantitative",
            "scale": {"domainMin": 0, "range": [20, 170]},
            "legend": None,
        },
        "shape": categories("kind", {"everybody": "diamond", "subgroup": "square"}),
    }
    return [
        *effect_lines(x, 1.0 if is_ratio else 0.0, everybody),
        interval_rules(drawn, x, y),
        layer("point", square, drawn, filled=True, opacity=1, color=COLOURS[0]),
        *_better_side(material, estimate, y),
    ]


def _better_side(
    material: Material, estimate: Result, y: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """Which side is better, where the direction of the estimate is known."""
    analysis = material.analysis(estimate["analysis"])
    endpoint = material.study.endpoints[estimate["endpoint"]]
    better = better_estimate(material.improves(endpoint), analysis) if analysis else None
    if better is None or estimate["group"] is None:
        return
    text = f"{shortened(material.arm_name(estimate['group']), 18)} better"
    low = better == "lower"
    rows = [{"row": 0, "text": f"\u2190 {text}" if low else f"{text} \u2192"}]
    encoding = {"y": y, "x": {"value": 0 if low else PLOT}, "text": {"field": "text"}}
    yield layer("text", encoding, rows, align="left" if low else "right", color=PALE)
