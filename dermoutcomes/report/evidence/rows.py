"""Rows of the files behind results, with their cells as text, and the curves among them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes.sources.cells.cells_of_rows import FileCells, cells_of_rows
from dermoutcomes.sources.files import file_and_sheet

if TYPE_CHECKING:
    from dermoutcomes.report.evidence.evidence import Words
    from dermoutcomes.report.evidence.walk import Walk

__all__ = ["FileRows"]

READINGS = "observations"
# A curve is shown with so many of its samples, evenly taken.
MOST_SAMPLES = 120
# So many cells of a row of a list, such as that of adverse events, are shown.
MOST_CELLS = 40


class FileRows:
    """The rows of tables that are shown, with those that they were computed from.

    `chosen` are pairs of a table and a position in it.
    """

    def __init__(self, walk: Walk, chosen: Iterable[tuple[str, int]]) -> None:
        self.walk = walk
        wanted: dict[str, set[int]] = {}
        for table, position in chosen:
            wanted.setdefault(table, set()).add(position)
        if READINGS in wanted:
            wanted[READINGS] |= self._ancestors(wanted[READINGS])
        self.frames = {
            table: walk.frame(table)[sorted(positions)].sort(
                "source", *(["measure"] if table == READINGS else []), "row", maintain_order=True
            )
            for table, positions in sorted(wanted.items())
        }
        keys = [
            (table, position)
            for table, frame in self.frames.items()
            for position in frame["position"]
        ]
        self.place = {key: place for place, key in enumerate(keys)}

    def __len__(self) -> int:
        return len(self.place)

    def places(self, table: str, positions: Iterable[int]) -> list[int]:
        """Where rows stand among those that are shown."""
        return [self.place[table, position] for position in positions]

    def _ancestors(self, positions: set[int]) -> set[int]:
        """The readings that readings were computed from, and so on."""
        readings = self.walk.frame(READINGS)
        every: set[int] = set()
        now = positions
        while now:
            ids = readings[sorted(now)]["parents"].explode().drop_nulls().unique()
            if not len(ids):
                break
            parents = set(readings.filter(pl.col("id").is_in(ids.implode()))["position"])
            now = parents - every - positions
            every |= now
        return every

    @cached_property
    def _place_of_id(self) -> dict[int, int]:
        frame = self.frames.get(READINGS)
        if frame is None:
            return {}
        return {
            name: self.place[READINGS, position]
            for name, position in frame.select("id", "position").iter_rows()
        }

    @cached_property
    def _cells(self) -> dict[int, FileCells]:
        wanted: dict[int, set[int]] = {}
        for frame in self.frames.values():
            for source, row in frame.select("source", "row").iter_rows():
                wanted.setdefault(source, set()).add(row)
        material = self.walk.material
        return cells_of_rows(material.study, material.registry, material.frame("sources"), wanted)

    def data(self, words: Words) -> dict[str, Any]:
        """`files`, `rows` and `curves`, as Evidence.of describes them."""
        curves = self._curves()
        files: dict[int, int] = {}
        rows = []
        for table, frame in self.frames.items():
            for row in frame.iter_rows(named=True):
                shown = self._reading(row, words) if table == READINGS else self._entry(row, words)
                parents = row.get("parents") or ()
                line = [
                    files.setdefault(row["source"], len(files)),
                    row["row"],
                    words(row["subject"]),
                    *shown,
                    [self._place_of_id[name] for name in parents if name in self._place_of_id],
                    [curves[name][0] for name in parents if name in curves],
                ]
                while not line[-1]:
                    line.pop()
                rows.append(line)
        return {
            "files": [self._file(source, words) for source in files],
            "rows": rows,
            "curves": [_curve(curve, words) for _, curve in curves.values()],
        }

    def _file(self, source: int, words: Words) -> list[Any]:
        row = self.walk.frame("sources").row(by_predicate=pl.col("source") == source, named=True)
        cells = self._cells.get(source)
        name = file_and_sheet(row["path"], row["sheet"])
        return [words(name), [words(column) for column in cells.names] if cells else []]

    def _texts(self, row: dict[str, Any]) -> tuple[str | None, ...]:
        """The cells of a row of a file; none of a file that is no longer the one that was read."""
        cells = self._cells.get(row["source"])
        return cells.rows.get(row["row"], ()) if cells else ()

    def _reading(self, row: dict[str, Any], words: Words) -> tuple[int, int, list[int]]:
        """What a reading is of, its value where its cell does not say the same, and its cell."""
        of = self.walk.material
        parameter = of.registry.parameter(row["measure"])
        label = parameter.label if parameter is not None else row["measure"]
        replicate = row["replicate"]
        about = (
            f"{label} ({row['unit']})" if row["unit"] else label,
            of.visit_name(row["visit"]),
            row["timepoint"],
            row["location"],
            row["side"],
            row["period"],
            "" if replicate is None else f"replicate {replicate}",
            row["rater"] or row["rater_role"],
        )
        texts, column = self._texts(row), row["column"] or 0
        text = (texts[column - 1] or "") if 0 < column <= len(texts) else ""
        value = row["text"] or ("" if row["value"] is None else f"{row['value']:.10g}")
        return (
            words(", ".join(filter(None, about))),
            words("" if value == text.strip() else value),
            [column, words(text)] if column else [],
        )

    def _entry(self, row: dict[str, Any], words: Words) -> tuple[int, int, list[int]]:
        """What a row of a list is of, and its cells from the first column on."""
        about = row.get("preferred_term") or row.get("term") or row.get("milestone") or ""
        cells = [words((text or "").strip()) for text in self._texts(row)[:MOST_CELLS]]
        return words(about), 0, [1, *cells] if any(cells) else []

    def _curves(self) -> dict[int, tuple[int, dict[str, Any]]]:
        """Curves that readings were computed from, by id, each with its place."""
        frame = self.frames.get(READINGS)
        if frame is None:
            return {}
        ids = frame["parents"].explode().drop_nulls().unique()
        curves = self.walk.frame("curves")
        rows = curves.filter(pl.col("id").is_in(ids.implode())).sort("id")
        return {row["id"]: (place, row) for place, row in enumerate(rows.iter_rows(named=True))}


def _curve(curve: dict[str, Any], words: Words) -> list[Any]:
    samples: Sequence[float] = curve["samples"]
    step = max(1, -(-len(samples) // MOST_SAMPLES))
    x = curve["x"]
    first = x[0] if x else curve["x_first"] or 0.0
    last = x[-1] if x else first + (curve["x_step"] or 1.0) * (len(samples) - 1)
    return [
        words(curve["unit"]),
        words(curve["x_unit"]),
        float(f"{first:.6g}"),
        float(f"{last:.6g}"),
        [None if sample is None else float(f"{sample:.4g}") for sample in samples[::step]],
    ]
