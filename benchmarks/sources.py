"""Many small exports: 200 files of 1,000 rows, read with decimal commas, visits and sides, against a loop over `pandas.read_csv`.

    python benchmarks/sources.py                # both, and their ratio
    python benchmarks/sources.py --files 20     # a quick look

Ours also matches visits, checks sides and subjects, numbers each reading by its cell, hashes the file and keeps what it could not
read as findings; pandas reads, renames and joins. Needs pandas.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from random import Random

from measuring import Cost, in_turn

FILES, ROWS = 200, 1_000
VISITS = ("W0", "W4", "W12", "W24")
STUDY = """
[study]
id = "MANY"
title = "Many exports"
design = "single-arm"
data_origin = "simulated"

[visits]
W0 = { at = "0 w", aliases = ["Woche 0"] }
W4 = { at = "4 w", aliases = ["Woche 4"] }
W12 = { at = "12 w", aliases = ["Woche 12"] }
W24 = { at = "24 w", aliases = ["Woche 24"] }

[[sources.subjects]]
file = "subjects.csv"

[[sources.corneometer]]
files = "exports/*.csv"
decimal = ","
columns.subject = "Proband"
columns.visit = "Termin"
columns.side = "Seite"
columns.replicate = "Nr."
columns.hydration = "Wert"
constants.location = "cheek"
values.side = { links = "left", rechts = "right" }

[endpoints.hydration]
measure = "corneometer.hydration"
location = "cheek"
improves = "up"
"""


def write_exports(folder: Path, files: int, rows: int) -> None:
    """The study file, its subjects and its exports: each file has some subjects at all visits, both sides, in replicates."""
    draws = Random(2021)
    (folder / "exports").mkdir()
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    acts = [
        (visit, side, replicate)
        for visit in VISITS
        for side in ("links", "rechts")
        for replicate in (1, 2, 3, 4, 5)
    ]
    subjects = -(-rows // len(acts))
    names = [f"S{file:04}-{number:03}" for file in range(files) for number in range(subjects)]
    (folder / "subjects.csv").write_text("subject\n" + "\n".join(names) + "\n", encoding="utf-8")
    for file in range(files):
        mine = names[file * subjects : (file + 1) * subjects]
        lines = [
            f"{subject};Woche {visit[1:]};{side};{replicate}"
            for subject in mine
            for visit, side, replicate in acts
        ][:rows]
        values = (f"{value:.1f}".replace(".", ",") for value in (draws.gauss(50, 8) for _ in lines))
        text = "Proband;Termin;Seite;Nr.;Wert\n" + "".join(
            f"{line};{value}\n" for line, value in zip(lines, values, strict=True)
        )
        (folder / "exports" / f"{file:04}.csv").write_text(text, encoding="utf-8")


def ours(folder: Path) -> int:
    """Rows read by the program, a file a step."""
    from dermoutcomes.runs.opening import open_study
    from dermoutcomes.sources.export import read_measurements
    from dermoutcomes.sources.files import source_files
    from dermoutcomes.sources.framework.tables import read_framework

    study, registry = open_study(folder / "study.toml")
    files = source_files(study)
    framework = read_framework(study, registry, files)
    readings = (file for file in files if file.name == "corneometer")
    return sum(
        read_measurements(study, registry, file, framework)["observations"].height
        for file in readings
    )


def with_pandas(folder: Path) -> int:
    """Rows read by a loop."""
    import pandas as pd

    words = {
        "Proband": "subject",
        "Termin": "visit",
        "Seite": "side",
        "Nr.": "replicate",
        "Wert": "hydration",
    }
    tables = [
        pd.read_csv(path, sep=";", decimal=",").rename(columns=words)
        for path in sorted((folder / "exports").glob("*.csv"))
    ]
    table = pd.concat(tables, ignore_index=True)
    table["visit"] = table["visit"].str.replace("Woche ", "W")
    table["side"] = table["side"].map({"links": "left", "rechts": "right"})
    return len(table)


CASES = {"ours": ours, "pandas": with_pandas}


def compared(folder: Path, times: int) -> dict[str, Cost]:
    """What each way costs, in processes of their own."""
    return in_turn(
        {
            name: [sys.executable, __file__, "--case", name, "--folder", str(folder)]
            for name in CASES
        },
        times,
    )


def main() -> None:
    """Run one case, or both and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--case", choices=sorted(CASES))
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    if asked.case:
        print(CASES[asked.case](asked.folder))
        return
    with tempfile.TemporaryDirectory() as name:
        write_exports(Path(name), asked.files, ROWS)
        found = compared(Path(name), times=3)
    for case, cost in found.items():
        print(f"{case:8}{cost.cpu_s:8.2f} s CPU   peak {cost.peak_mb:6.0f} MB")
    print(f"ours / pandas: {found['ours'].cpu_s / found['pandas'].cpu_s:.2f}")


if __name__ == "__main__":
    main()
