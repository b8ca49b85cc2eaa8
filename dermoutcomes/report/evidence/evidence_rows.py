"""Rows of the files behind results, with their cells as text, and the curves among them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes.sources.cells.cells_of_rows import FileCells, cells_of_rows
from dermoutcomes.sources.files import file_and_sheet

if TYPE_CHECKING:
    import numpy as np

    from dermoutcomes.report.evidence.evidence import Words
    from dermoutcomes.report.evidence.walk import Walk

__all__ = ["FileRows"]

# Of a row: what it is of, its value, the column of its cell or first cell (0: none), and the cells.
Line = tuple[str, str, int, tuple[str, ...]]

READINGS = "observations"
# A curve is shown with so many of its samples, evenly taken.
MOST_SAMPLES = 120
# So many cells of a row of a list, such as that of adverse events, are shown.
MOST_CELLS = 40


class FileRows:
    """The rows of tables that are shown, with those that they were computed from.

    `chosen` are tables, each with positions in it.
    """

    def __init__(self, walk: Walk, chosen: Iterable[tuple[str, np.ndarray[Any, Any]]]) -> None:
        import numpy as np

        self.walk = walk
        by_table: dict[str, list[np.ndarray[Any, Any]]] = {}
        for table, positions in chosen:
            if len(positions):
                by_table.setdefault(table, []).append(positions)
        self.positions = {
            table: pl.Series(np.unique(np.concatenate(parts))).cast(pl.UInt32)
            for table, parts in sorted(by_table.items())
        }
        if READINGS in self.positions:
            self.positions[READINGS] = self._with_ancestors(self.positions[READINGS])

    def __len__(self) -> int:
        return sum(map(len, self.positions.values()))

    @cached_property
    def frames(self) -> dict[str, pl.DataFrame]:
        """The rows by table, in the order in which they are shown."""
        return {
            table: self.walk.frame(table)[positions].sort(
                "source", *(["measure"] if table == READINGS else []), "row", maintain_order=True
            )
            for table, positions in self.positions.items()
        }

    @cached_property
    def _places(self) -> dict[str, dict[int, int]]:
        """Table and position in it = the place among the rows that are shown."""
        places, first = {}, 0
        for table, frame in self.frames.items():
            places[table] = dict(
                zip(frame["position"], range(first, first + frame.height), strict=True)
            )
            first += frame.height
        return places

    def places(self, table: str, positions: np.ndarray[Any, Any]) -> list[int]:
        """Where rows stand among those that are shown."""
        places = self._places.get(table, {})
        return [places[position] for position in positions.tolist()]

    def _with_ancestors(self, positions: pl.Series) -> pl.Series:
        """The readings, those that they were computed from, and so on."""
        readings = self.walk.frame(READINGS)
        every = now = positions
        while len(now):
            ids = readings["parents"].gather(now).explode().drop_nulls().unique()
            if not len(ids):
                break
            parents = readings["position"].filter(readings["id"].is_in(ids.implode()))
            now = parents.filter(~parents.is_in(every.implode()))
            every = pl.concat([every, now])
        return every.sort()

    @cached_property
    def _place_of_id(self) -> dict[int, int]:
        frame = self.frames.get(READINGS)
        if frame is None:
            return {}
        places = self._places[READINGS]
        return {
            name: places[position] for name, position in frame.select("id", "position").iter_rows()
        }

    def data(self, words: Words) -> dict[str, Any]:
        """`files`, `rows` and `curves`, as Evidence.of describes them."""
        curves = self._curves()
        files: dict[int, int] = {}
        rows = []
        self._make_lines()
        for table, frame in self.frames.items():
            parents = pl.col("parents") if "parents" in frame.columns else pl.lit(None)
            shown = frame.select("position", "source", "row", "subject", parents)
            for position, source, row, subject, of in shown.iter_rows():
                about, value, column, texts = self.walk.lines[table, position]
                line = [
                    files.setdefault(source, len(files)),
                    row,
                    words(subject),
                    words(about),
                    words(value),
                    [column, *map(words, texts)] if column else [],
                    [self._place_of_id[name] for name in of or () if name in self._place_of_id],
                    [curves[name][0] for name in of or () if name in curves],
                ]
                while not line[-1]:
                    line.pop()
                rows.append(line)
        return {
            "files": [self._file(source, words) for source in files],
            "rows": rows,
            "curves": [_curve(curve, words) for _, curve in curves.values()],
        }

    def _make_lines(self) -> None:
        """What is said of the rows, of those of which no page before has said it."""
        lines = self.walk.lines
        new = {
            table: frame.filter([(table, position) not in lines for position in frame["position"]])
            for table, frame in self.frames.items()
        }
        cells = self._cells(new.values())
        for source, of_file in cells.items():
            self.walk.column_names[source] = of_file.names
        for table, frame in new.items():
            line = self._reading if table == READINGS else self._entry
            for row in frame.iter_rows(named=True):
                # A file that is no longer the one that was read shows no cells.
                own = cells.get(row["source"])
                texts = own.rows.get(row["row"], ()) if own else ()
                lines[table, row["position"]] = line(row, texts)

    def _cells(self, frames: Iterable[pl.DataFrame]) -> dict[int, FileCells]:
        """The cells of rows, by the number of their source."""
        wanted: dict[int, set[int]] = {}
        for frame in frames:
            for source, row in frame.select("source", "row").iter_rows():
                wanted.setdefault(source, set()).add(row)
        material = self.walk.material
        return (
            cells_of_rows(material.study, material.registry, material.frame("sources"), wanted)
            if wanted
            else {}
        )

    def _file(self, source: int, words: Words) -> list[Any]:
        row = self.walk.frame("sources").row(by_predicate=pl.col("source") == source, named=True)
        name = file_and_sheet(row["path"], row["sheet"])
        return [words(name), [words(column) for column in self.walk.column_names.get(source, ())]]

    def _reading(self, row: dict[str, Any], texts: Sequence[str | None]) -> Line:
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
        column = row["column"] or 0
        text = (texts[column - 1] or "") if 0 < column <= len(texts) else ""
        value = row["text"] or ("" if row["value"] is None else f"{row['value']:.10g}")
        said = "" if value == text.strip() else value
        return ", ".join(filter(None, about)), said, column, (text,)

    def _entry(self, row: dict[str, Any], texts: Sequence[str | None]) -> Line:
        """What a row of a list is of, and its cells from the first column on."""
        about = row.get("preferred_term") or row.get("term") or row.get("milestone") or ""
        cells = tuple((text or "").strip() for text in texts[:MOST_CELLS])
        return (about, "", 1, cells) if any(cells) else (about, "", 0, ())

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
