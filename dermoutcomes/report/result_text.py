"""A result row as the number that is printed for it, at its address, with every digit behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from attrs import evolve

from dermoutcomes.report.blocks import Part, Rich, rich
from dermoutcomes.report.numbers import Display, Kind
from dermoutcomes.tables import STATS

if TYPE_CHECKING:
    from dermoutcomes.declare import Term
    from dermoutcomes.report.material import Material, Outline, Result

__all__ = [
    "ESTIMATE_STATS",
    "LACKING",
    "MISSING",
    "OF_ARMS",
    "addressed",
    "anchors",
    "counted",
    "display_of",
    "estimate",
    "estimate_parts",
    "interval_level",
    "leftover",
    "limits",
    "mentioned",
    "p_display",
    "p_part",
    "problems",
    "shown",
    "size",
    "std_error",
    "value_text",
]

MISSING = "not computed"
LACKING = frozenset(
    {"void", "said"}
)  # looks of a part that is no number: what could not be had, and what an analysis said instead
OF_ARMS = ("n of the first arm", "n of the second arm")  # beside the stats of a comparison
# What an estimate, a count of subjects with an event and their number say.
ESTIMATE_STATS = frozenset(
    {
        "n",
        "estimate",
        "conf_low",
        "conf_high",
        "n_with_event",
        "denominator",
        "percent",
        "proportion",
    }
)
COUNTS = frozenset({"n", "n_missing", "n_events", "n_with_event", "denominator", "n_imputations"})
PERCENTS = frozenset({"percent", "cv_percent"})
DAYS = "d"
COUNTS_IF_WHOLE = frozenset({"min", "max", "median", "q1", "q3"})
# Statistics of the values of a subject column, which have its decimals.
OF_VALUES = frozenset({"mean", "sd", "median", "q1", "q3", "min", "max"})
DEGREES = frozenset({"df", "df_num", "df_den"})
SPREADS = frozenset({"sd", "std_error"})
TESTS = DEGREES | {"statistic", "p_value"}


def shown(material: Material, row: Result | None) -> Part | None:
    """A result as a number at its address.

    None where the analysis gave none, a plain word where it failed.
    """
    if row is None:
        return None
    # Tables of a report and its annex say most results three or four times. A row is known by the
    # object that it is, which is held with its part: somebody may pass a copy that says otherwise.
    _, part = material.once(("shown", id(row)), lambda: (row, _shown(material, row)))
    return part


def _shown(material: Material, row: Result) -> Part:
    if row["value"] is None:
        has_text = row["text"] and not row["error"]
        return Part(
            row["text"] if has_text else MISSING if row["error"] else "none",
            result=row["id"],
            addressed=True,
            look="said" if has_text else "void",
        )
    display = display_of(material, row)
    return Part(
        display(row["value"]),
        result=row["id"],
        display=display,
        value=row["value"],
        addressed=True,
    )


def value_text(material: Material, row: Result) -> str:
    """The number of a result, rounded as its kind is rounded."""
    return display_of(material, row)(row["value"])


def p_part(material: Material, hypothesis: Mapping[str, Any], p: float) -> Part:
    """A p-value of a hypothesis, its own or the adjusted one, at the level of its family."""
    display = p_display(material, hypothesis["alpha"])
    return Part(display(p), hypothesis=hypothesis["hypothesis"], display=display, value=p)


def mentioned(part: Part | None) -> Part | None:
    """A part as it is said again elsewhere: without its address, and without all its digits."""
    return evolve(part, addressed=False, value=None) if part else None


def p_display(material: Material, alpha: float | None = None) -> Display:
    """How p-values are printed: in the style that the study asks for, never rounded over `alpha`."""
    return Display(
        "p_value",
        style=material.options.p_style or material.style.p_style,
        alpha=alpha or material.study.study.alpha,
        halves=material.study.outputs.halves,
        signs=material.style,
    )


def display_of(material: Material, row: Result) -> Display:
    """The rule by which the number of a result is printed."""
    if row["stat"] in ("p_value", "p_adjusted"):
        return p_display(material, material.levels.get(row["id"]))
    kind, decimals = _kind_of(material, row)
    display: Display = material.once(
        ("display", kind, decimals),
        lambda: Display(kind, decimals, halves=material.study.outputs.halves, signs=material.style),
    )
    return display


def _kind_of(material: Material, row: Result) -> tuple[Kind, int]:
    """What a number of a result is printed as, with its decimals where it has any."""
    term = material.term(row)
    value, stat = row["value"], row["stat"]
    if stat in COUNTS or stat in DEGREES:
        return "count", 1
    # Before percentages: the error of a percentage is in points of it, and not a percentage.
    if stat == "std_error" and row["unit"] == "%":
        return "points", 1
    if stat == "std_error" and term is not None and term.unit == "share":
        return "share points", 1
    if stat in PERCENTS or row["unit"] == "%":
        is_share = stat == "percent"
        return "percent", material.style.percent_decimals(_whole(row)) if is_share else 1
    if stat == "proportion" or (
        term is not None and term.unit == "share" and stat in ("estimate", "conf_low", "conf_high")
    ):
        # Of a difference of percentages a percentage would be read as relative.
        kind: Kind = "share points" if term and term.scale == "difference" else "share"
        return kind, _share_decimals(material, row)
    if row["unit"] == DAYS and stat not in TESTS:
        return "count", 1
    if stat == "variance" or stat not in STATS or _in_digits(term, stat):
        return "count" if value == int(value) and abs(value) < 1e9 else "significant", 1
    if stat == "conf_level":
        return "share", 0 if abs(round(100 * value) - 100 * value) < 1e-9 else 1
    if row["endpoint"] not in material.study.endpoints and stat != "statistic":
        return _kind_of_no_endpoint(material, row)
    return "number", decimals_of(material, row)


def _kind_of_no_endpoint(material: Material, row: Result) -> tuple[Kind, int]:
    """Of a subject column with the decimals of its values; else whole, or with three digits."""
    value, stat = row["value"], row["stat"]
    if row["endpoint"] is None and stat in OF_VALUES and row["level"] in material.column_decimals:
        data = material.column_decimals[row["level"]]
        is_value = stat in ("min", "max")
        return "number", data if is_value else material.style.decimals(data, spread=stat == "sd")
    return "count" if stat in COUNTS_IF_WHOLE and value == int(value) else "significant", 1


def _share_decimals(material: Material, row: Result) -> int:
    """Decimals of a share in percent.

    A difference of shares keeps one, and so does the limit beside a count of events: it says what
    a count of none does not rule out.
    """
    term = material.term(row)
    is_difference = term is not None and term.scale == "difference"
    is_limit_of_events = row["endpoint"] is None and row["stat"] != "proportion"
    if is_difference or is_limit_of_events:
        return 1
    return material.style.percent_decimals(_whole(row))


def _whole(row: Result) -> float | None:
    """How many subjects a share is of."""
    whole: float | None = row["n_subjects"] if row["n_subjects"] is not None else row["n_records"]
    return whole


def _in_digits(term: Term | None, stat: str) -> bool:
    """Whether a number has no unit that a reader knows, as a slope has none."""
    return term is not None and term.scale == "coefficient" and stat not in TESTS


def decimals_of(material: Material, row: Result) -> int:
    """Decimals of a result: those of its measure where it is in its unit, else two.

    A statistic of values in the unit has one decimal at least, or as many more than the data as
    the style says; their least and greatest value has as many as the measure.
    """
    endpoint = material.study.endpoints.get(row["endpoint"] or "")
    parameter = material.parameter(endpoint)
    own = material.options.decimals.get(row["endpoint"] or "")
    if row["stat"] in ("statistic", "correlation") or (own is None and parameter is None):
        return 2
    term = material.term(row)
    in_unit = row["term"] is None or (term is not None and term.unit == "data")
    if not in_unit and not (row["unit"] and parameter and row["unit"] == parameter.unit):
        return 2
    decimals = own if own is not None else parameter.decimals if parameter else 2
    if row["stat"] in ("min", "max") and (term is None or term.scale == "value"):
        return decimals
    if own is not None:
        return max(own, 1)
    return material.style.decimals(decimals, spread=row["stat"] in SPREADS)


def estimate(material: Material, stats: Mapping[str, Result]) -> Rich:
    """An estimate with its interval, each with its anchor.

    A count of subjects stands before it where there is one.
    """
    parts = [*counted(material, stats)]
    point = shown(material, stats.get("estimate"))
    low, high = limits(material, stats)
    if point:
        parts += [*([Part("; ")] if parts else []), point]
    if low and high:
        parts += _interval(low, high, material.style.between)
    elif low or high:
        parts += [Part(" (limit "), low or high or Part(""), Part(")")]
    return tuple(parts)


def limits(material: Material, stats: Mapping[str, Result]) -> tuple[Part | None, Part | None]:
    """Both limits of an interval; behind an estimate in points these do not say so again.

    As journals print it: "19.3 pp (3.6 to 35.0)".
    """
    low, high = (shown(material, stats.get(name)) for name in ("conf_low", "conf_high"))
    if low is None or high is None or "estimate" not in stats:
        return low, high
    return _bare(low), _bare(high)


def _bare(part: Part) -> Part:
    """A part in points without their name; any other as it is."""
    display = part.display
    if display is None or part.value is None or not display.kind.endswith("points"):
        return part
    bare = evolve(display, bare=True)
    return evolve(part, text=bare(part.value), display=bare)


def std_error(material: Material, stats: Mapping[str, Result]) -> Rich:
    """The standard error of an estimate; of a ratio that of its logarithm, which is said."""
    row = stats.get("std_error")
    part = shown(material, row)
    if row is None or part is None or part.look in LACKING or not material.is_of_logarithm(row):
        return rich(part)
    return rich(part, " (log)")


def estimate_parts(
    material: Material, stats: Mapping[str, Result], *, names_level: bool = False
) -> Rich:
    """An estimate in one phrase, as in "12/21, 57% (95% CI, 34% to 78%)"; nothing without one.

    With `names_level` the level of the interval stands before its limits.
    """
    number = {name: shown(material, row) for name, row in stats.items() if row["value"] is not None}
    if "estimate" not in number:
        return ()
    counts = [number[name] for name in ("n_with_event", "denominator") if name in number]
    ends = [end for end in limits(material, stats) if end is not None and end.value is not None]
    unit = stats["estimate"]["unit"]
    interval = interval_level(material) + material.style.level if names_level else ""
    return rich(
        *((counts[0], "/", counts[1], ", ") if len(counts) == 2 else ()),
        number["estimate"],
        f" {unit}" if unit else None,
        *(
            (f" ({interval}", ends[0], material.style.between, ends[1], ")")
            if len(ends) == 2
            else ()
        ),
    )


def interval_level(outline: Outline) -> str:
    """The level of intervals in percent, as "95%"."""
    return outline.style.written(f"{100 * outline.study.confidence:g}%")


def _interval(low: Part, high: Part, between: str) -> Rich:
    if (
        low.look in LACKING and high.look in LACKING
    ):  # an interval that could not be had: its reason stands below, or in a note
        return addressed(low), addressed(high), Part(" (no interval)")
    return Part(" ("), low, Part(between), high, Part(")")


def counted(material: Material, stats: Mapping[str, Result]) -> Rich:
    """Subjects with an event of how many, and their share: "12 of 21 (57.1%)"."""
    with_event, of, share = (
        shown(material, stats.get(name)) for name in ("n_with_event", "denominator", "percent")
    )
    share = share or shown(material, stats.get("proportion"))
    if with_event is None:
        return rich(share, anchors(stats, "denominator"))
    if share and material.style.bare_none and stats["n_with_event"]["value"] == 0:
        return rich(with_event, *((" of ", of) if of else ()), addressed(share))
    return rich(with_event, *((" of ", of) if of else ()), *((" (", share, ")") if share else ()))


def size(material: Material, stats: Mapping[str, Result]) -> Rich:
    """The n of a line; of a comparison, that of each arm after it."""
    arms = [part for part in (shown(material, stats.get(name)) for name in OF_ARMS) if part]
    if len(arms) != len(OF_ARMS):
        return rich(shown(material, stats.get("n")), *arms)
    both = (" (", arms[0], " + ", arms[1], ")")
    return rich(shown(material, stats["n"]), *both) if "n" in stats else rich(*both[1:4])


def leftover(material: Material, stats: Mapping[str, Result], used: frozenset[str]) -> Rich:
    """Every further stat by name, so that none is lost.

    The level of an interval is said only where it is not the study's.
    """
    parts: list[Part] = []
    for name, row in stats.items():
        if name in used or name in OF_ARMS:
            continue
        part = shown(material, row)
        if (
            name == "conf_level"
            and row["value"] is not None
            and abs(row["value"] - material.study.confidence) < 1e-12
        ):
            parts += anchors(stats, name)
        elif part:
            words = material.stat_name(row)
            parts += [Part(f"{'; ' if any(part.text for part in parts) else ''}{words} "), part]
    return tuple(parts)


def anchors(stats: Mapping[str, Result], *names: str) -> Rich:
    """Anchors without text, for results that are said elsewhere in the row."""
    return tuple(
        Part("", result=stats[name]["id"], addressed=True) for name in names if name in stats
    )


def addressed(part: Part) -> Part:
    """The address of a part without its text."""
    return Part("", result=part.result, addressed=True)


def problems(rows: list[Result]) -> Iterator[str]:
    """The sentences of what could not be computed, each once, without its code."""
    yield from dict.fromkeys(sentence(row["error"]) for row in rows if row["error"])


def sentence(text: str) -> str:
    """An error or warning without the code before its colon; text without one as it is."""
    code, colon, words = text.partition(":")
    return (
        words.strip()
        if colon and words.strip() and code.replace("_", "").isalnum() and " " not in code
        else text
    )
