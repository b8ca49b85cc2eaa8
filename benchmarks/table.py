"""The table of speed and memory on the page `docs/benchmarks.md`, made from the stored figures.

    python benchmarks/table.py      # writes the page anew

`figures.csv` has a measured row a line and `growth.csv` a stage of a run at one size; each row with the
`state` of the program that it is of: `before`, or `now`. `parts.csv` has a part of one run a line.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
FIGURES, GROWTH, PARTS, PAGE = (
    HERE / "figures.csv",
    HERE / "growth.csv",
    HERE / "parts.csv",
    HERE.parent / "docs" / "benchmarks.md",
)
STATES = ("before", "now")
SUBJECTS_A_COPY = 21
MARKS = {
    name: (f"<!-- {name}: begin -->", f"<!-- {name}: end -->")
    for name in ("table", "growth", "parts")
}
# A run of the BCS study, as the table of its parts calls it.
CASES = {
    "first": "first run",
    "bcs_unchanged": "nothing changed",
    "bcs_label": "a label",
    "bcs_analysis": "an analysis",
    "bcs_claim": "a claim",
}


class Row(NamedTuple):
    """A row of the table: what is measured, what it stands beside, and what it is to reach.

    `unit` is that of the value: `times` is the ratio of CPU seconds, `s` CPU seconds. `most` and
    `least` bound the value, `most_mb` the peak of memory.
    """

    what: str
    beside: str
    unit: str
    most: float | None = None
    most_mb: float | None = None
    least: float | None = None


SCRIPT = "a script with pandas, pingouin and matplotlib"
ROWS = {
    "bcs": Row("BCS: report, annex, figures, CSV, workbook", SCRIPT, "times", 0.75),
    "bcs_no_figures": Row("BCS without figures", f"{SCRIPT}, with figures", "times", 0.6),
    "formats": Row(
        "Report and annex of BCS in html, docx, pdf, rtf, xlsx, svg and png",
        "in html alone",
        "times",
    ),
    "bcs_unchanged": Row("BCS again with nothing changed", "the first run", "times"),
    "bcs_label": Row("BCS again after an endpoint's label changed", "the first run", "times", 0.25),
    "bcs_analysis": Row("BCS again after an analysis changed", "the first run", "times", 0.25),
    "bcs_claim": Row("BCS again after a claim changed", "the first run", "times", 0.25),
    "help": Row("`--help`", "", "s", 0.2),
    "explain": Row("`explain`", "", "s", 0.15),
    "plugins": Row("`plugins`", "", "s", 0.15),
    "schema": Row("`schema`", "", "s", 0.15),
    "registry_csv": Row("Registry of two arms, CSV", "Polars and SciPy", "times", 6, 700),
    "registry_parquet": Row(
        "Registry of two arms, Parquet", "Polars and SciPy", "times", None, 4000
    ),
    "bcs_multiplied": Row("BCS with many subjects, no workbook", "", "s", 30, 2000),
    "many_files": Row("Small export files", "pandas `read_csv`", "ms a file", 2),
    "portfolio": Row("Endpoints of five analyses", "a loop over SciPy", "times", 1),
    "bca": Row("BCa interval of the mean, the whole analysis", "SciPy", "times", 0.7),
    "processes": Row(
        "Equal work in two processes", "one process", "times as quick", None, None, 1.6
    ),
    "processes_small": Row(
        "BCS in two processes", "one process", "times as quick", None, None, 0.9
    ),
    "curves": Row(
        "Raw curves of 1,800 samples, through a study",
        "a fifth of them",
        "times the memory",
        1.2,
        2000,
    ),
}


class Figure(NamedTuple):
    """What was measured of a row: medians of `rounds` rounds. An empty figure is None."""

    state: str
    row: str
    size: str
    value: float
    cpu_s: float | None
    peak_mb: float | None
    beside_cpu_s: float | None
    beside_peak_mb: float | None
    rounds: int


class Stage(NamedTuple):
    """What a stage of the BCS study took with so many copies of its subjects."""

    state: str
    stage: str
    copies: int
    cpu_s: float
    peak_mb: float


class PartFigure(NamedTuple):
    """CPU seconds that a part of one run of the BCS study took; `case` is one of `CASES`."""

    case: str
    part: str
    cpu_s: float


def stored_figures() -> list[Figure]:
    """The figures of both states."""
    return [
        Figure(
            line["state"],
            line["row"],
            line["size"],
            float(line["value"]),
            *(float(line[name]) if line[name] else None for name in Figure._fields[4:8]),
            int(line["rounds"]),
        )
        for line in _lines(FIGURES)
    ]


def stored_stages() -> list[Stage]:
    """The stages of both states."""
    return [
        Stage(
            line["state"],
            line["stage"],
            int(line["copies"]),
            float(line["cpu_s"]),
            float(line["peak_mb"]),
        )
        for line in _lines(GROWTH)
    ]


def stored_parts() -> list[PartFigure]:
    """The parts of each run."""
    return [PartFigure(line["case"], line["part"], float(line["cpu_s"])) for line in _lines(PARTS)]


def store_figures(figures: Iterable[Figure]) -> None:
    """Figures in the place of those of the same state and row; the others stay."""
    by_row = {(each.state, each.row): each for each in (*stored_figures(), *figures)}
    rows = list(ROWS)
    places = sorted(by_row, key=lambda key: (STATES.index(key[0]), rows.index(key[1])))
    _write(FIGURES, Figure._fields, [by_row[place] for place in places])


def store_stages(stages: Sequence[Stage]) -> None:
    """Stages in the place of all of their state."""
    states = {each.state for each in stages}
    kept = [each for each in stored_stages() if each.state not in states]
    ordered = sorted((*kept, *stages), key=lambda each: STATES.index(each.state))
    _write(GROWTH, Stage._fields, ordered)


def store_parts(figures: Sequence[PartFigure]) -> None:
    """The parts of each run, in the place of those that were stored."""
    _write(PARTS, PartFigure._fields, figures)


def _lines(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, header: Sequence[str], rows: Sequence[NamedTuple]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(header)
        lines.writerows(
            [f"{cell:.3f}" if isinstance(cell, float) else cell for cell in row] for row in rows
        )


def cell(figure: Figure) -> str:
    """A figure in words: its value, what it rests on, and the size of what was measured."""
    value = f"{number(figure.value)} {ROWS[figure.row].unit}"
    basis = ", ".join(_cost(figure.cpu_s, figure.peak_mb))
    beside = ", ".join(_cost(figure.beside_cpu_s, figure.beside_peak_mb))
    details = " against ".join(part for part in (basis, beside) if part)
    size = f"; {figure.size}" if figure.size else ""
    return f"**{value}** ({details}{size})" if details or size else f"**{value}**"


def number(value: float) -> str:
    """Two digits that say something, or all those before the point."""
    decimals = max(0, 1 - math.floor(math.log10(abs(value)))) if value else 0
    return f"{value:,.{decimals}f}"


def _cost(cpu_s: float | None, peak_mb: float | None) -> list[str]:
    texts = []
    if cpu_s is not None:
        texts.append(f"{number(cpu_s)} s")
    if peak_mb is not None:
        texts.append(f"{peak_mb:,.0f} MB")
    return texts


def aim(row: Row) -> str:
    """What a row is to reach."""
    aims = []
    if row.most is not None:
        aims.append(f"≤ {row.most:g} {row.unit}")
    if row.least is not None:
        aims.append(f"≥ {row.least:g} {row.unit}")
    if row.most_mb is not None:
        aims.append(f"≤ {row.most_mb:,.0f} MB")
    return ", ".join(aims)


def reached(figure: Figure) -> bool:
    """Whether a figure keeps the bounds of its row."""
    row = ROWS[figure.row]
    return (
        (row.most is None or figure.value <= row.most)
        and (row.least is None or figure.value >= row.least)
        and (row.most_mb is None or figure.peak_mb is None or figure.peak_mb <= row.most_mb)
    )


def verdict_of(figure: Figure) -> str:
    """`yes` or `no` to what the row is to reach; nothing where it has no bound."""
    if not aim(ROWS[figure.row]):
        return ""
    return "yes" if reached(figure) else "no"


def table(figures: Iterable[Figure]) -> str:
    """The table of all rows: before, now and what is to be reached."""
    by_row = {(each.state, each.row): each for each in figures}
    lines = ["| what | against | before | now | to reach | reached |", "|---|---|---|---|---|---|"]
    for name, row in ROWS.items():
        cells = [by_row.get((state, name)) for state in STATES]
        texts = ["not measured" if each is None else cell(each) for each in cells]
        latest = cells[1] or cells[0]
        verdict = "" if latest is None else verdict_of(latest)
        lines.append(f"| {' | '.join((row.what, row.beside, *texts, aim(row), verdict))} |")
    return "\n".join(lines)


def growth(stages: Iterable[Stage]) -> str:
    """A table of the stages: how CPU and memory grow with the subjects, and what the most of them take."""
    rows = list(stages)
    lines = [
        "| stage | state | subjects | CPU at the most | grows as subjects to the power | memory at the most | power |",
        "|---|---|---|---|---|---|---|",
    ]
    for state, stage in dict.fromkeys((each.state, each.stage) for each in rows):
        sizes = sorted(
            (each for each in rows if (each.state, each.stage) == (state, stage)),
            key=lambda each: each.copies,
        )
        last = sizes[-1]
        span = f"{sizes[0].copies * SUBJECTS_A_COPY:,} to {last.copies * SUBJECTS_A_COPY:,}"
        cpu, memory = (
            exponent([(each.copies, getattr(each, figure)) for each in sizes])
            for figure in ("cpu_s", "peak_mb")
        )
        lines.append(
            f"| {stage} | {state} | {span} | {number(last.cpu_s)} s | {cpu:.2f} | {last.peak_mb:,.0f} MB | {memory:.2f} |"
        )
    return "\n".join(lines)


def parts(figures: Iterable[PartFigure]) -> str:
    """A table of the parts of runs, the largest of the first run first."""
    seconds = {(each.case, each.part): each.cpu_s for each in figures}
    names = dict.fromkeys(part for _, part in seconds)
    lines = [f"| part | {' | '.join(CASES.values())} |", f"|---{'|---' * len(CASES)}|"]
    for part in sorted(names, key=lambda part: -seconds["first", part]):
        cells = (f"{seconds[case, part]:.2f} s" for case in CASES)
        lines.append(f"| {part} | {' | '.join(cells)} |")
    whole = [sum(seconds[case, part] for part in names) for case in CASES]
    lines.append(f"| **all** | {' | '.join(f'**{each:.2f} s**' for each in whole)} |")
    return "\n".join(lines)


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """The slope of the least-squares line through the logarithms of sizes and figures."""
    logs = [(math.log(size), math.log(figure)) for size, figure in points if figure > 0]
    if len(logs) < 2:
        return math.nan
    mean_x, mean_y = (sum(values) / len(logs) for values in zip(*logs, strict=True))
    across = sum((x - mean_x) ** 2 for x, _ in logs)
    return sum((x - mean_x) * (y - mean_y) for x, y in logs) / across


def page(text: str) -> str:
    """The page with its tables made anew between their marks."""
    tables = {
        "table": table(stored_figures()),
        "growth": growth(stored_stages()),
        "parts": parts(stored_parts()),
    }
    for name, (begin, end) in MARKS.items():
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}\n{tables[name]}\n{end}{after}"
    return text


def write_page() -> None:
    """Write the page anew."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write_page()
