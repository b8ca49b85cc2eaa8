"""A study file and its files from the numbers of a reference case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import field, frozen

Rows = Sequence[Mapping[str, Any]]

PLUGINS = """
[instruments.probe]
label = "Probe"
[instruments.probe.parameters.value]
label = "Value"
unit = "AU"
definition = "A reading."

[scales.rating]
label = "Rating"
[scales.rating.parameters.grade]
label = "Grade"
minimum = 0
maximum = 9
scale_type = "ordinal"
definition = "A grade."
"""


@frozen
class Wanted:
    """A number of the results table: the row that has it, and what R says."""

    row: Mapping[str, Any]
    value: float | None
    rel: float = 1e-8
    absolute: float = 1e-12
    column: str = "value"


@frozen
class WrittenStudy:
    """A study as files, the methods that it brings to the results, and the numbers that R gives them.

    `table` is the table of results that has the numbers.
    """

    name: str
    methods: tuple[str, ...]
    toml: str
    files: Mapping[str, str]
    wanted: tuple[Wanted, ...]
    table: str = "results"
    notes: str = field(default="")


def csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as a CSV file; what a row has not is blank."""
    rows = list(rows)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = [",".join(columns)]
    lines += [",".join(_cell(row.get(name)) for name in columns) for row in rows]
    return "\n".join(lines) + "\n"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, float) else str(value)


def written(
    name: str,
    methods: Iterable[str],
    wanted: Iterable[Wanted],
    body: str,
    *,
    subjects: Rows,
    visits: Sequence[str] = ("W0", "W12"),
    days: Sequence[int] | None = None,
    design: str = "single-arm",
    arms: Sequence[str] = (),
    readings: Rows = (),
    grades: Rows = (),
    allocations: Rows = (),
    events: Rows = (),
    head: str = "",
    notes: str = "",
    table: str = "results",
) -> WrittenStudy:
    """The study: `body` has its comparisons, endpoints and analyses, `head` further keys of [study].

    The last of `arms` is the reference. Readings are rows of subject, visit and value (also side),
    grades of subject, visit and grade (also rater_role).
    """
    days = days or [7 * int(visit[1:]) for visit in visits]
    sections = [
        "[study]",
        f'id = "{name.replace(" ", "-")}"',
        f'title = "{name}"',
        f'design = "{design}"',
        'data_origin = "simulated"',
        'plugins = ["probe.toml"]',
        head,
        "[visits]",
        *(f'{visit} = {{ at = "{day} d" }}' for visit, day in zip(visits, days, strict=True)),
        "[populations]",
        "full = {}",
    ]
    if arms:
        sections += ["[arms]", *(f"{arm} = {{}}" for arm in arms[:-1])]
        sections += [f"{arms[-1]} = {{ reference = true }}"]
    files = {"probe.toml": PLUGINS, "subjects.csv": csv(subjects)}
    sections += ["[[sources.subjects]]", 'file = "subjects.csv"']
    tables = {"allocations": allocations, "probe": readings, "rating": grades, "events": events}
    for source, rows in tables.items():
        if rows:
            sections += [f"[[sources.{source}]]", f'file = "{source}.csv"']
            files[f"{source}.csv"] = csv(rows)
    toml = "\n".join([*sections, body, "[outputs]", "reports = []"]) + "\n"
    return WrittenStudy(name, tuple(methods), toml, files, tuple(wanted), table, notes)


def statistics(
    analysis: str, term: str | None, stats: Mapping[str, float | None], **row: Any
) -> list[Wanted]:
    """Statistics of a term; of the rows of a comparison unless `row` says more."""
    place = {"analysis": analysis, "term": term, "level": None, "at": None, **row}
    return [Wanted({**place, "stat": stat}, value) for stat, value in stats.items()]


def numbered(count: int, prefix: str = "S") -> list[str]:
    """Names of subjects."""
    return [f"{prefix}{number:03}" for number in range(1, count + 1)]


def interval(limits: Sequence[float]) -> dict[str, float]:
    """Both limits as statistics."""
    return {"conf_low": limits[0], "conf_high": limits[1]}
