"""How long a mixed model for repeated measures takes, against the R package mmrm.

    python benchmarks/mmrm.py [RUNS]

Prints, for each data set, the seconds of a fit alone, and of a fit with least-squares means and the arms' differences at every visit
under Satterthwaite's and Kenward and Roger's (linear) degrees of freedom, beside R's times: those of r_timings.csv, and of a run now
where Rscript with mmrm is installed. On a busy machine the ratio to CPU seconds is the fair one, since R's times are those of an idle one.
Making the model from a table is counted, reading the file is not; one thread. The data sets fev
and bcva are read from the folder `data` of DERMOUTCOMES_ORACLE, and left out where it is not set.
"""

from __future__ import annotations

import os

os.environ.update(
    dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS"), "1"
    )
)

import csv
import gzip
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import NamedTuple

import numpy as np
import polars as pl
from dermoutcomes_mmrm.contrasts import Contrasts
from dermoutcomes_mmrm.fit import Fit, fit
from dermoutcomes_mmrm.marginal_means import margins
from dermoutcomes_mmrm.model import terms_of
from dermoutcomes_mmrm.reference_data import data_of

HERE = Path(__file__).parent
SIMULATED = HERE.parent / "tests" / "reference" / "data"
STEPS = ("fit", "satterthwaite", "kenward-roger-linear")


class Trial(NamedTuple):
    """A data set and its model."""

    name: str
    file: Path
    outcome: str
    right: str
    arm: str
    visit: str


def trials() -> Iterator[Trial]:
    """The data sets that are at hand, small ones first."""
    others = Path(os.environ.get("DERMOUTCOMES_ORACLE", "")) / "data"
    known = (
        Trial(
            "fev", others / "fev_data.csv", "FEV1", "RACE + SEX + ARMCD * AVISIT", "ARMCD", "AVISIT"
        ),
        Trial(
            "1000x5",
            SIMULATED / "syn_large_1000x5.csv.gz",
            "AVAL",
            "ARM * VISIT + BASE * VISIT + REGION",
            "ARM",
            "VISIT",
        ),
        Trial(
            "bcva",
            others / "bcva_data.csv",
            "BCVA_CHG",
            "BCVA_BL + RACE + ARMCD * AVISIT",
            "ARMCD",
            "AVISIT",
        ),
        Trial(
            "5000x5",
            SIMULATED / "syn_large_5000x5.csv.gz",
            "AVAL",
            "ARM * VISIT + BASE * VISIT + REGION",
            "ARM",
            "VISIT",
        ),
    )
    yield from (trial for trial in known if trial.file.exists())


def model(trial: Trial, table: pl.DataFrame) -> Fit:
    """The model of a table, from its first row on."""
    terms = terms_of(trial.right)
    levels = {
        name: table[name].unique().sort().to_list()
        for name in {name for term in terms for name in term}
        if not numeric(table[name])
    }
    return fit(data_of(table, trial.outcome, terms, trial.visit, "USUBJID", levels), terms)


def numeric(column: pl.Series) -> bool:
    """Whether the column of text holds numbers."""
    return column.drop_nulls().head(20).cast(pl.Float64, strict=False).null_count() == 0


def answered(trial: Trial, table: pl.DataFrame, step: str) -> Fit:
    """One run of a step."""
    found = model(trial, table)
    if step != "fit":
        contrasts = Contrasts(found, step)
        cells = {
            (at[trial.arm], at[trial.visit]): row
            for at, row in margins(found, [trial.arm, trial.visit])
        }
        first = found.data.factors[trial.arm].levels[0]
        for rows in (
            list(cells.values()),
            [row - cells[first, visit] for (arm, visit), row in cells.items() if arm != first],
        ):
            estimates = contrasts.estimates(np.array(rows))
            estimates.interval()
            estimates.p_of("two-sided")
    return found


def timed(trial: Trial, table: pl.DataFrame, step: str, runs: int) -> tuple[float, float, Fit]:
    """The medians of seconds and of CPU seconds after a warm-up, and the model."""
    found, seconds, cpu = answered(trial, table, step), [], []
    for _ in range(runs):
        begin, begin_cpu = perf_counter(), process_time()
        answered(trial, table, step)
        seconds.append(perf_counter() - begin)
        cpu.append(process_time() - begin_cpu)
    return median(seconds), median(cpu), found


def stored() -> dict[tuple[str, str], float]:
    """R's medians as they were measured."""
    with (HERE / "r_timings.csv").open(encoding="utf-8") as file:
        return {
            (row["data"], row["step"]): float(row["median"])
            for row in csv.DictReader(line for line in file if not line.startswith("#"))
        }


def side_by_side(trial: Trial, runs: int) -> dict[str, float]:
    """R's medians measured now; none where R or its package is missing."""
    program = shutil.which("Rscript")
    if program is None:
        return {}
    with tempfile.NamedTemporaryFile(suffix=".csv") as plain:
        content = trial.file.read_bytes()
        plain.write(gzip.decompress(content) if trial.file.suffix == ".gz" else content)
        plain.flush()
        done = subprocess.run(
            [program, str(HERE / "mmrm.R"), trial.name, plain.name, str(runs)],
            capture_output=True,
            text=True,
            check=False,
        )
    lines = [line.split(",") for line in done.stdout.splitlines() if line.startswith("time,")]
    return {step: float(seconds) for _, step, seconds in lines}


def main(runs: int) -> None:
    """Print a line a step."""
    reference = stored()
    print(
        "data    step                      seconds  of CPU  R stored  ratio   of CPU     R now  ratio  gradient / n"
    )
    for trial in trials():
        table = pl.read_csv(trial.file, infer_schema_length=0, null_values=["", "NA"])
        now = side_by_side(trial, runs)
        for step in STEPS:
            seconds, cpu, found = timed(trial, table, step, runs)
            then = reference.get((trial.name, step))
            by_cpu = "-" if then is None else f"{then / cpu:.1f}"
            print(
                f"{trial.name:7} {step:22} {seconds:10.4f} {cpu:7.4f} {against(then, seconds)} {by_cpu:>8} "
                f"{against(now.get(step), seconds)} {found.optimum.largest_gradient / found.n_obs:13.1e}"
            )


def against(theirs: float | None, ours: float) -> str:
    """Their seconds and how many times as long that is; dashes where it is not known."""
    return f"{'-':>9} {'-':>6}" if theirs is None else f"{theirs:9.3f} {theirs / ours:6.1f}"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
