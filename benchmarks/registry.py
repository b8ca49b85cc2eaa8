"""A registry of two arms: one reading of the skin's hydration after another, 20 of each subject.

    python benchmarks/registry.py write FOLDER READINGS csv|parquet [SEED]
    python benchmarks/registry.py plain FOLDER      # the same estimates by Polars and SciPy alone

Four visits of five replicates, Welch's test and an ANCOVA of the change from the first to the last
visit. Written in blocks of subjects, so that ten million readings take no more memory than one.
"""

from __future__ import annotations

import sys
from pathlib import Path

VISITS, REPLICATES, BLOCK = {"W0": 0, "W4": 4, "W12": 12, "W24": 24}, 5, 20_000
OF_EACH = len(VISITS) * REPLICATES
STUDY = """
[study]
id = "REGISTRY"
title = "Hydration of two groups"
design = "parallel"
data_origin = "simulated"

[visits]
{visits}

[arms]
usual = {{ label = "Usual care", reference = true }}
new = {{ label = "New cream" }}

[schedule]
corneometer = [{names}]

[populations]
full = {{}}

[comparisons]
last = {{ arm = ["new", "usual"], visit = ["W24", "baseline"] }}

[[sources.subjects]]
file = "people.csv"

[[sources.allocations]]
file = "people.csv"

[[sources.corneometer]]
file = "readings.{form}"
constants = {{ location = "forearm", side = "left" }}

[endpoints.hydration]
role = "primary"
measure = "corneometer.hydration"
location = "forearm"
replicates = {{ combine = "mean", planned = {replicates}, min = 2 }}
baseline = {{ visits = ["W0"] }}
improves = "up"
compare = ["last"]
analyses = ["welch_t", "ancova"]
covariates = ["base"]
handling = ["observed"]

[outputs]
reports = ["html_report", "csv"]
"""


def write(folder: Path, readings: int, form: str, seed: int) -> None:
    """The study file, its people and its readings."""
    import numpy as np
    import polars as pl
    import pyarrow.parquet as pq

    draws = np.random.default_rng(seed)
    people = pl.DataFrame({"number": range(readings // OF_EACH)}).select(
        subject=pl.format("P{}-{}", pl.lit(seed), pl.col("number").cast(pl.String).str.zfill(7)),
        arm=pl.when(pl.col("number") % 2 == 0).then(pl.lit("usual")).otherwise(pl.lit("new")),
    )
    acts = pl.DataFrame({"visit": list(VISITS), "week": list(VISITS.values())}).join(
        pl.DataFrame({"replicate": range(1, REPLICATES + 1)}), how="cross"
    )
    folder.mkdir(parents=True, exist_ok=True)
    people.write_csv(folder / "people.csv")
    path = folder / f"readings.{form}"
    writer = None
    with path.open("wb") as out:
        for first in range(0, people.height, BLOCK):
            block = people.slice(first, BLOCK).with_columns(
                level=pl.Series(draws.normal(42, 7, min(BLOCK, people.height - first)))
            )
            rows = block.join(acts, how="cross", maintain_order="left_right").with_columns(
                noise=pl.Series(draws.normal(0, 2.5, block.height * OF_EACH))
            )
            gain = pl.when(pl.col("arm") == "new").then(0.2).otherwise(0.1) * pl.col("week")
            value = (pl.col("level") + gain + pl.col("noise")).clip(2, 118).round(1)
            table = rows.select("subject", "visit", "replicate", hydration=value)
            if form == "csv":
                table.write_csv(out, include_header=first == 0)
                continue
            arrow = table.to_arrow()
            writer = writer or pq.ParquetWriter(out, arrow.schema)
            writer.write_table(arrow)
        if writer is not None:
            writer.close()
    study = STUDY.format(
        visits="\n".join(f'{name} = {{ at = "{week} w" }}' for name, week in VISITS.items()),
        names=", ".join(f'"{name}"' for name in VISITS),
        form=form,
        replicates=REPLICATES,
    )
    (folder / "study.toml").write_text(study, encoding="utf-8")


def plain(folder: Path) -> None:
    """Print the difference of the arms by both methods, with Welch's p-value."""
    import numpy as np
    import polars as pl
    from scipy import stats

    path = folder / "readings.csv"
    readings = pl.read_csv(path) if path.is_file() else pl.read_parquet(folder / "readings.parquet")
    means = readings.group_by("subject", "visit").agg(pl.col("hydration").mean())
    ends = means.filter(pl.col("visit") == "W0").join(
        means.filter(pl.col("visit") == "W24"), on="subject", suffix="_last"
    )
    people = ends.join(pl.read_csv(folder / "people.csv"), on="subject").with_columns(
        change=pl.col("hydration_last") - pl.col("hydration")
    )
    new = people["arm"].to_numpy() == "new"
    change, base = people["change"].to_numpy(), people["hydration"].to_numpy()
    welch = stats.ttest_ind(change[new], change[~new], equal_var=False)
    design = np.column_stack([np.ones(len(new)), new, base])
    adjusted = np.linalg.lstsq(design, change, rcond=None)[0][1]
    print(change[new].mean() - change[~new].mean(), welch.pvalue, adjusted)


if __name__ == "__main__":
    task, place, *rest = sys.argv[1:]
    if task == "plain":
        plain(Path(place))
    else:
        write(Path(place), int(rest[0]), rest[1], int(rest[2]) if rest[2:] else 1)
