"""Many small exports with decimal commas, visits and sides, against a loop over `pandas.read_csv`.

    python benchmarks/sources.py write FOLDER FILES [ROWS] [SEED]     # 40 rows a file unless given
    python benchmarks/sources.py pandas FOLDER                        # needs pandas

The program also matches visits, checks sides and subjects, numbers each reading by its cell, hashes
the file and keeps what it could not read as findings; pandas reads, renames, joins and averages.
"""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

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

[schedule]
corneometer = ["W0", "W4", "W12", "W24"]

[populations]
full = {}

[comparisons]
last = { visit = ["W24", "baseline"] }

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
sides = { use = ["left", "right"], combine = "mean" }
replicates = { combine = "mean", planned = 5 }
baseline = { visits = ["W0"] }
compare = ["last"]
analyses = ["paired_t"]
handling = ["observed"]

[outputs]
reports = []
"""


def write(folder: Path, files: int, rows: int, seed: int) -> None:
    """The study file, its subjects and its exports: each file has some subjects at all visits, both sides, in replicates."""
    draws = Random(seed)
    (folder / "exports").mkdir(parents=True)
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    acts = [
        (visit, side, replicate)
        for visit in VISITS
        for side in ("links", "rechts")
        for replicate in (1, 2, 3, 4, 5)
    ]
    subjects = -(-rows // len(acts))
    names = [f"S{file:05}-{number:03}" for file in range(files) for number in range(subjects)]
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
        (folder / "exports" / f"{file:05}.csv").write_text(text, encoding="utf-8")


def with_pandas(folder: Path) -> None:
    """Print the rows read by a loop and the mean change of the subjects."""
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
    sides = table.groupby(["subject", "visit", "side"])["hydration"].mean()
    means = sides.groupby(["subject", "visit"]).mean().unstack()
    print(len(table), (means["W24"] - means["W0"]).mean())


if __name__ == "__main__":
    task, place, *rest = sys.argv[1:]
    if task == "pandas":
        with_pandas(Path(place))
    else:
        files, rows, seed = (*map(int, rest), *(1, 40, 2021)[len(rest) :])
        write(Path(place), files, rows, seed)
