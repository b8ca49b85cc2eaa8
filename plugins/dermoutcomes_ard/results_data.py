"""Results as an analysis results data set: one statistic a row, under the columns of R's cards.

Source: the columns of `cards::as_card()` (Sjoberg et al., R package cards): groups with their
levels, variable and its level, context, name, label and value of the statistic, how it is printed,
and what the analysis said of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes.report import Material, display_of

if TYPE_CHECKING:
    from dermoutcomes import Run

__all__ = ["GROUPS", "SCHEMA", "ard_rows", "write_ard"]

# What a result is of besides its variable, in the order of the groups: column of results = name.
GROUPS: Mapping[str, str] = {
    "group": "arm",
    "reference_group": "reference_arm",
    "visit": "visit",
    "reference_visit": "reference_visit",
    "comparison": "comparison",
    "population": "population",
    "handling": "handling",
    "at": "at",
}
SUBGROUP = len(GROUPS) + 1
# Kinds of display whose text is the number itself, with so many decimals.
WITH_DECIMALS = ("number", "percent", "points")
SCHEMA: Mapping[str, Any] = {
    **{
        f"group{number}{part}": pl.String
        for number in range(1, SUBGROUP + 1)
        for part in ("", "_level")
    },
    "variable": pl.String,
    "variable_level": pl.String,
    "context": pl.String,
    "stat_name": pl.String,
    "stat_label": pl.String,
    "stat": pl.Float64,
    "stat_text": pl.String,
    "fmt_fn": pl.String,
    "warning": pl.String,
    "error": pl.String,
    "term": pl.String,
    "unit": pl.String,
    "result": pl.String,
}


def write_ard(run: Run, folder: Path) -> list[Path]:
    """Write the results of a run as JSON (a list of objects) and as Parquet; the same rows in both.

    A number is written with all its digits. What is missing is null, never left out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    material = Material.of_run(run)
    rows = list(ard_rows(material))
    text, table = folder / "ard.json", folder / "ard.parquet"
    text.write_text(
        json.dumps(rows, ensure_ascii=False, indent=0, allow_nan=False) + "\n",
        encoding="utf-8",
        newline="\n",
    )
    pl.DataFrame(rows, schema=dict(SCHEMA), orient="row").write_parquet(table)
    return [text, table]


def ard_rows(material: Material) -> Iterator[dict[str, Any]]:
    """A row a result, in the order of results."""
    for result in material.results:
        yield {
            **dict(_groups(result)),
            # What is of no endpoint, as adverse events, is of its analysis.
            "variable": result["endpoint"] or result["analysis"],
            "variable_level": result["level"],
            "context": result["analysis"],
            "stat_name": result["stat"],
            "stat_label": material.stat_name(result),
            "stat": result["value"],
            "stat_text": result["text"],
            "fmt_fn": _printed(material, result),
            "warning": result["warning"],
            "error": result["error"],
            "term": result["term"],
            "unit": result["unit"],
            "result": result["id"],
        }


def _groups(result: Mapping[str, Any]) -> Iterable[tuple[str, str | None]]:
    for number, (column, name) in enumerate(GROUPS.items(), start=1):
        value = result[column]
        yield f"group{number}", None if value is None else name
        yield f"group{number}_level", None if value is None else _text(value)
    yield f"group{SUBGROUP}", result["subgroup"]
    yield f"group{SUBGROUP}_level", result["subgroup_level"]


def _text(value: object) -> str:
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _printed(material: Material, result: Mapping[str, Any]) -> str | None:
    """How a report prints the number: its decimals where they are fixed, else the kind of it."""
    if result["value"] is None:
        return None
    display = display_of(material, result)
    return str(display.decimals) if display.kind in WITH_DECIMALS else display.kind
