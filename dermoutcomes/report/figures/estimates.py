"""Effects of several hypotheses, or of one by several analyses, as rows of one figure.

Every number in them is a row of the results, every P that of a hypothesis.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dermoutcomes.decisions.verdict_text import better_estimate
from dermoutcomes.report.feet import filled_foot
from dermoutcomes.report.figures.figure import Figure
from dermoutcomes.report.figures.forest import heading, interval_texts, text_column
from dermoutcomes.report.figures.parts.figure_words import origin_words, shown_p
from dermoutcomes.report.figures.parts.layers import (
    at_field,
    categories,
    effect_lines,
    interval_rules,
    layer,
)
from dermoutcomes.report.figures.parts.theme import COLOURS, PALE
from dermoutcomes.report.material import by
from dermoutcomes.report.text_forms import shortened, slug

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Result

__all__ = ["endpoint_forests", "sensitivity_forests"]

# Of names, of the plot, of estimates with P, and of a row, in pixels; letters of a name.
NAMES, PLOT, TEXTS, P_AT, ROW, LETTERS = 224, 172, 204, 158, 21, 40
# Without a column of P, names have its room.
P_ROOM, WIDE_LETTERS = 46, 49
SHOWN = ("estimate", "conf_low", "conf_high")
# Scales of effects, and where on them there is none.
NO_EFFECT = {"difference": 0.0, "ratio": 1.0}
# What rows of one figure share with the estimate that decides.
SAME = ("comparison", "visit", "reference_visit", "group", "reference_group", "level")
PLACE = ("analysis", "population", "handling", "term")


def endpoint_forests(material: Material, results: Sequence[Result]) -> Iterator[Figure]:  # noqa: ARG001
    """The effect of each hypothesis, a figure for each scale and unit that two of them share."""
    rows: list[dict[str, Any]] = []
    for name in material.in_order:
        for hypothesis in material.hypotheses:
            stats = material.shown_stats(hypothesis)
            if hypothesis["endpoint"] == name and _has_effect(material, stats):
                label = material.comparison_name(hypothesis["comparison"])
                p = shown_p(material, hypothesis)
                rows.append({**_row(material, stats, label), "p": p})
    for number, (key, group) in enumerate(by(rows, "scale", "unit", "term").items(), start=1):
        if len(group) > 1:
            with_p = any(row["p"] for row in group)
            yield _figure(
                material,
                f"effects-{number}",
                f"Effects on endpoints{f', {key[1]}' if key[1] else ''}",
                list(_with_heads(material, group)),
                "One row a hypothesis of a main analysis."
                + (" P: adjusted in its family; none stands outside a family." if with_p else ""),
            )


def _with_heads(material: Material, rows: Sequence[Result]) -> Iterator[dict[str, Any]]:
    """The rows of each endpoint under its name."""
    for (name,), group in by(rows, "endpoint").items():
        words = material.endpoint_name(name)
        yield {"head": words, "words": words, "results": []}
        yield from ({**row, "words": f"{words}: {row['words']}"} for row in group)


def sensitivity_forests(
    material: Material,
    name: str,
    results: Sequence[Result],  # noqa: ARG001
) -> Iterator[Figure]:
    """For each hypothesis the effect by its main analysis, and by the others of the same scale.

    Others are of other analyses, populations and ways of handling missing values. None of them is
    tested, so that none has a P.
    """
    for hypothesis in material.hypotheses:
        main = material.shown_stats(hypothesis)
        if hypothesis["endpoint"] != name or not _has_effect(material, main):
            continue
        term = material.term(main["estimate"])
        same = [
            row
            for row in material.results_of(name)
            if row["subgroup"] is None
            and all(row[key] == main["estimate"][key] for key in SAME)
            and _of_kind(material, row, term)
        ]
        rows: list[dict[str, Any]] = []
        for stats_rows in by(same, *PLACE).values():
            stats = {row["stat"]: row for row in stats_rows}
            if _has_effect(material, stats):
                label = _words(material, stats["estimate"], main["estimate"])
                rows.append({**_row(material, stats, label), "main": not label})
        rows.sort(key=lambda row: not row["main"])
        if len(rows) > 1 and rows[0]["main"]:
            rows[0]["label"] = rows[0]["words"] = material.analysis_name(
                main["estimate"]["analysis"]
            )
            title = f"{material.hypothesis_name(hypothesis['hypothesis'])}: sensitivity"
            yield _figure(
                material,
                f"sensitivity-{slug(hypothesis['hypothesis'])}",
                title,
                rows,
                "First row: the main analysis, whose effect is the dashed line; the others decide "
                "nothing.",
            )


def _of_kind(material: Material, row: Result, term: Any) -> bool:
    """Whether a result is of a quantity on the same scale and of the same place in a report."""
    own, analysis = material.term(row), material.analysis(row["analysis"])
    # Of an analysis with several, the one that stands beside a verdict.
    if analysis is None or row["term"] != (analysis.shows or analysis.decides):
        return False
    return own is not None and (own.scale, own.unit, own.place) == (
        term.scale,
        term.unit,
        term.place,
    )


def _has_effect(material: Material, stats: Mapping[str, Result]) -> bool:
    """Whether stats are a difference or a ratio with both its limits."""
    term = material.term(stats["estimate"]) if "estimate" in stats else None
    return (
        term is not None
        and term.scale in NO_EFFECT
        and all(name in stats and stats[name]["value"] is not None for name in SHOWN)
    )


def _words(material: Material, estimate: Result, main: Result) -> str:
    """In what an estimate differs from that of the main analysis; nothing for that."""
    names = {
        "analysis": material.analysis_name,
        "handling": material.handling_name,
        "population": material.population_name,
    }
    parts = [name(estimate[key]) for key, name in names.items() if estimate[key] != main[key]]
    words = ", ".join(parts)
    return words[:1].upper() + words[1:]


def _row(material: Material, stats: Mapping[str, Result], label: str) -> dict[str, Any]:
    estimate, term = stats["estimate"], material.term(stats["estimate"])
    return {
        "label": label,
        "words": label,
        "scale": term.scale if term else "",
        "unit": estimate["unit"] or "",
        # Numbers without a unit share an axis where they are of one quantity alone.
        "term": "" if estimate["unit"] else estimate["term"],
        "endpoint": estimate["endpoint"],
        **interval_texts(material, stats),
        "n": estimate["n_subjects"] or 0,
        "better": _better(material, estimate),
        "main": True,
        "results": [stats[name]["id"] for name in SHOWN],
        "result": estimate,
        "p": "",
    }


def _better(material: Material, estimate: Result) -> str:
    analysis = material.analysis(estimate["analysis"])
    endpoint = material.study.endpoints[estimate["endpoint"]]
    return (better_estimate(material.improves(endpoint), analysis) if analysis else None) or ""


def _figure(
    material: Material, key: str, title: str, rows: list[dict[str, Any]], words: str
) -> Figure:
    level = f"{100 * material.study.confidence:g}% CI"
    estimates = [row["result"] for row in rows if "result" in row]
    said = "; ".join(
        f"{row['words']} {row['text']} {row['p']}".strip() for row in rows if "text" in row
    )
    return Figure(
        key=key,
        title=title,
        alternative=f"{title}. {said}.{origin_words(material)}",
        caption=f"{title}, with {level}. {words} Filled: the interval lies on the better side of no effect.",
        spec=_spec(rows, level),
        results=tuple(dict.fromkeys(result for row in rows for result in row["results"])),
        foot=filled_foot(material, estimates),
    )


def _spec(rows: list[dict[str, Any]], level: str) -> dict[str, Any]:
    """Names, intervals, and estimates as text, side by side in the same rows."""
    drawn = [
        {
            **{name: value for name, value in row.items() if name not in ("result", "results")},
            "row": number,
            "course": _course(row) if "estimate" in row else "",
        }
        for number, row in enumerate(rows, start=1)
    ]
    estimates = [row for row in drawn if "estimate" in row]
    with_p = any(row["p"] for row in estimates)
    for row in drawn:
        for name in {"label", "head"} & set(row):
            row[name] = shortened(row[name], LETTERS if with_p else WIDE_LETTERS)
    scale = {"domain": list(range(len(rows) + 1))}
    y = {"field": "row", "type": "ordinal", "scale": scale, "axis": None}
    names = [
        text_column(drawn, y, 8, "left", "head", bold=True),
        text_column(drawn, y, 18, "left", "label"),
    ]
    texts = [
        text_column(drawn, y, 0, "left", "text"),
        heading(f"Effect ({level})", y, 0, "left"),
        *(
            [text_column(drawn, y, P_AT, "left", "p"), heading("P", y, P_AT, "left")]
            if with_p
            else []
        ),
    ]
    height = ROW * (len(rows) + 1)
    views = [
        {"width": NAMES + (0 if with_p else P_ROOM), "height": height, "layer": names},
        {"width": PLOT, "height": height, "layer": _intervals(estimates, y)},
        {"width": TEXTS - (0 if with_p else P_ROOM), "height": height, "layer": texts},
    ]
    return {"hconcat": views, "spacing": 8}


def _course(row: Mapping[str, Any]) -> str:
    """On which side of no effect an interval lies."""
    none = NO_EFFECT[row["scale"]]
    if row["better"] == "lower":
        return "better" if row["conf_high"] < none else "other"
    return "better" if row["better"] == "higher" and row["conf_low"] > none else "other"


def _intervals(rows: list[dict[str, Any]], y: Mapping[str, Any]) -> list[dict[str, Any]]:
    is_ratio = rows[0]["scale"] == "ratio"
    x: dict[str, Any] = {
        "type": "quantitative",
        "title": "Ratio" if is_ratio else rows[0]["unit"] or "Effect",
        "scale": {"type": "log"} if is_ratio else {"nice": True},
        "axis": {"grid": False, "tickCount": 4},
    }
    none = NO_EFFECT[rows[0]["scale"]]
    everywhere_main = all(row["main"] for row in rows)
    square = {
        "y": y,
        "x": at_field(x, "estimate"),
        "fill": categories("course", {"better": COLOURS[0], "other": "white"}),
    }
    look = {"size": 70, "shape": "square", "stroke": COLOURS[0], "strokeWidth": 1.4}
    return [
        *effect_lines(x, none, None if everywhere_main else rows[0]["estimate"]),
        interval_rules(rows, x, y),
        layer("point", square, rows, filled=True, opacity=1, **look),
        _better_side(rows, none, x, y),
    ]


def _better_side(
    rows: list[dict[str, Any]], none: float, x: Mapping[str, Any], y: Mapping[str, Any]
) -> dict[str, Any]:
    """Which side of no effect is better; nothing where rows differ in that, or no side is."""
    ways = {row["better"] for row in rows}
    sides = {"lower": "\u2190 better", "higher": "better \u2192"}
    text = sides.get(next(iter(ways)), "") if len(ways) == 1 else ""
    right = "higher" in ways
    return layer(
        "text",
        {"y": y, "x": at_field(x, "at"), "text": {"field": "text"}},
        [{"row": 0, "text": text, "at": none}],
        align="left" if right else "right",
        dx=6 if right else -6,
        color=PALE,
    )
