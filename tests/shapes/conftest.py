"""Whole studies of other shapes than the bundled devices have: their scales are text files, their analyses a few lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dermoutcomes.testing import run_study

__all__ = ["run_study"]


def head(
    design: str = "single-arm",
    visits: str = 'W0 = { at = "0 w" }\nW4 = { at = "4 w" }',
    plugins: Iterable[str] = ("scales.toml",),
) -> str:
    """The first tables of a study file."""
    names = ", ".join(f'"{name}"' for name in plugins)
    return f"""
[study]
id = "SHAPE"
title = "A study of another shape"
design = "{design}"
data_origin = "simulated"
plugins = [{names}]
[outputs]
reports = []

[visits]
{visits}
[populations]
full = {{}}
[[sources.subjects]]
file = "subjects.csv"
"""


def table(rows: Iterable[Mapping[str, object]]) -> str:
    """Rows as CSV; what a row lacks, and None, is an empty cell."""
    rows = list(rows)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = [
        columns,
        *([("" if row.get(name) is None else str(row[name])) for name in columns] for row in rows),
    ]
    return "".join(",".join(line) + "\n" for line in lines)


def scale(name: str, items: Mapping[str, str], scores: Mapping[str, str]) -> str:
    """A scale as a plugin in text: items with their keys, scores with their formulas."""
    parts = [f'[scales.{name}]\nlabel = "{name}"']
    parts += [
        f'[scales.{name}.parameters.{code}]\nkind = "item"\n{keys}' for code, keys in items.items()
    ]
    parts += [
        f'[scales.{name}.parameters.{code}]\nkind = "score"\nimproves = "down"\nformula = "{formula}"'
        for code, formula in scores.items()
    ]
    return "\n".join(parts)
