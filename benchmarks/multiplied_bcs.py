"""The BCS example with many times its subjects.

    python benchmarks/multiplied_bcs.py FOLDER COPIES [SEED]

The first copy is the example as it is. In each other one the heights, their areas and the hydration
are those of the first times a factor of its own, so that no reading stands twice. Beside the study
file stands `stages.toml`, which writes no workbook and measures each stage (`stages.py`).
"""

from __future__ import annotations

import csv
import io
import random
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
EXAMPLE = HERE.parent / "examples" / "bcs_trial"
SCALED = {"Wert", "Q0", *(f"R{number} [mm]" for number in (0, 1, 3, 4, 8, 9))}


def multiplied(path: Path, factors: list[float]) -> None:
    """A file of the example with its rows once for each factor."""
    encoding = "cp1252" if path.parent.name == "cutometer" else "utf-8"
    text = path.read_bytes().decode(encoding)
    separator = ";" if ";" in text.split("\n", 1)[0] else ","
    header, *rows = csv.reader(io.StringIO(text), delimiter=separator)
    scaled = [number for number, name in enumerate(header) if name in SCALED]
    out = io.StringIO()
    lines = csv.writer(out, delimiter=separator, lineterminator="\n")
    lines.writerow(header)
    for copy, factor in enumerate(factors):
        for row in rows:
            lines.writerow(row if copy == 0 else _copied(row, copy, factor, scaled))
    path.write_bytes(out.getvalue().encode(encoding))


def _copied(row: list[str], copy: int, factor: float, scaled: list[int]) -> list[str]:
    cells = [f"{row[0]}-{copy}", *row[1:]]
    for number in scaled:
        whole, comma, decimals = cells[number].partition(",")
        if comma and whole.isdigit():
            value = float(f"{whole}.{decimals}") * factor
            cells[number] = f"{value:.{len(decimals)}f}".replace(".", ",")
    return cells


def write(folder: Path, copies: int, seed: int) -> None:
    """The study's folder with so many copies of its subjects."""
    draws = random.Random(seed)
    factors = [1.0, *(round(draws.uniform(0.85, 1.15), 5) for _ in range(copies - 1))]
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("results", "__pycache__"))
    tables = [path for path in (folder / "data").glob("*.csv") if path.stem != "planted"]
    for path in (*tables, *(folder / "data" / "cutometer").glob("*.csv")):
        multiplied(path, factors)
    study = (folder / "study.toml").read_text(encoding="utf-8")
    staged = study.replace(', "workbook"', "").replace(
        '"bcs_bundle.py"', '"bcs_bundle.py", "stages.py"'
    )
    (folder / "stages.toml").write_text(staged, encoding="utf-8")
    shutil.copy(HERE / "stages.py", folder)


if __name__ == "__main__":
    place, copies, *rest = sys.argv[1:]
    write(Path(place), int(copies), int(rest[0]) if rest else 1)
