"""A study of raw suction curves in Parquet files, a row a curve of 1,800 samples.

    python benchmarks/curve_files.py FOLDER CURVES [SEED]

2,000 curves a file; each subject has two visits, two sides and two replicates.
"""

from __future__ import annotations

import sys
from pathlib import Path

ON_S, OFF_S, CYCLES, RATE = 3.0, 3.0, 3, 100.0
SAMPLES = round((ON_S + OFF_S) * CYCLES * RATE)
ROW = {"r0": 0.31, "r2": 0.68, "r3": 0.35, "r4": 0.14, "r5": 0.55, "r6": 0.63}
A_FILE, OF_EACH = 2_000, 8
STUDY = f"""
[study]
id = "CURVES"
title = "Many suction curves"
design = "single-arm"
data_origin = "simulated"

[visits]
W0 = {{ at = "0 w" }}
W12 = {{ at = "12 w" }}

[schedule]
cutometer = ["W0", "W12"]

[populations]
full = {{}}

[comparisons]
last = {{ visit = ["W12", "baseline"] }}

[[sources.subjects]]
file = "subjects.csv"

[[sources.cutometer]]
files = "curves/*.parquet"
holds = "curves"
constants.location = "cheek"
options = {{ probe_mm = 2, pressure_mbar = 450, on_s = {ON_S}, off_s = {OFF_S}, cycles = {CYCLES}, rate_hz = {RATE} }}

[endpoints.firmness]
measure = "cutometer.r0"
location = "cheek"
improves = "down"
sides = {{ use = ["left", "right"], combine = "mean" }}
replicates = {{ combine = "mean", planned = 2 }}
baseline = {{ visits = ["W0"] }}
compare = ["last"]
analyses = ["paired_t"]
handling = ["observed"]

[outputs]
reports = []
"""


def write(folder: Path, curves: int, seed: int) -> None:
    """The study file, its subjects and its curves."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq
    from dermoutcomes_cutometer.synthetic import curve

    shape = curve(ROW, on_s=ON_S, off_s=OFF_S, cycles=CYCLES, rate_hz=RATE)
    draws = np.random.default_rng(seed)
    (folder / "curves").mkdir(parents=True)
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    names = [f"C{number:06}" for number in range(curves // OF_EACH)]
    (folder / "subjects.csv").write_text("subject\n" + "\n".join(names) + "\n", encoding="utf-8")
    acts = [
        (visit, side, n) for visit in ("W0", "W12") for side in ("left", "right") for n in (1, 2)
    ]
    in_file = A_FILE // OF_EACH
    for number, first in enumerate(range(0, len(names), in_file)):
        rows = [(name, *act) for name in names[first : first + in_file] for act in acts]
        sizes = draws.normal(1, 0.12, (len(rows), 1))
        heights = shape * sizes + draws.normal(0, 0.001, (len(rows), SAMPLES))
        offsets = pa.array(np.arange(0, (len(rows) + 1) * SAMPLES, SAMPLES, dtype=np.int32))
        samples = pa.ListArray.from_arrays(offsets, pa.array(heights.astype(np.float32).ravel()))
        words = dict(
            zip(("subject", "visit", "side", "replicate"), zip(*rows, strict=True), strict=True)
        )
        table = pa.table(
            {**{name: pa.array(cells) for name, cells in words.items()}, "samples": samples}
        )
        pq.write_table(table, folder / "curves" / f"{number:04}.parquet")


if __name__ == "__main__":
    place, curves, *rest = sys.argv[1:]
    write(Path(place), int(curves), int(rest[0]) if rest else 1)
