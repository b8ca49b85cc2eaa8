"""A portfolio: many endpoints with five analyses each, by the program and by a loop over scipy.stats.

    python benchmarks/portfolio.py write FOLDER ENDPOINTS [RESAMPLES]
    python benchmarks/portfolio.py scipy FOLDER     # writes loop.csv

The program reads an export, checks it, makes records, runs every analysis and writes tables and a
CSV of results that can be walked back to the reading; the loop reads the same file and writes the
same numbers. With RESAMPLES the analyses are a paired t test and a bootstrap of so many resamples:
work of many equal tasks, by which executors are told apart.
"""

from __future__ import annotations

import sys
from pathlib import Path

SUBJECTS, VISITS = 21, ("W0", "W12", "W24")
ANALYSES = ("paired_t", "wilcoxon_signed_rank", "sign_test", "paired_effect_size", "shapiro_wilk")
STUDY = """
[study]
id = "portfolio"
title = "Many endpoints"
design = "single-arm"
data_origin = "simulated"
plugins = ["panel.toml"]

[visits]
W0 = {{ at = "0 w" }}
W12 = {{ at = "12 w" }}
W24 = {{ at = "24 w" }}

[schedule]
panel = ["W0", "W12", "W24"]

[populations]
full = {{}}

[comparisons]
w12 = {{ visit = ["W12", "baseline"] }}
w24 = {{ visit = ["W24", "baseline"] }}

[[sources.subjects]]
file = "subjects.csv"

[[sources.panel]]
file = "panel.csv"

[defaults.endpoints]
compare = ["w12", "w24"]
analyses = [{analyses}]
also = []
baseline = {{ visits = ["W0"] }}

[outputs]
reports = ["csv"]
"""


def write(folder: Path, endpoints: int, resamples: int | None) -> None:
    """A study of so many endpoints: simulated normal values with a subject's own level."""
    import numpy as np

    names = [f"p{number:03}" for number in range(endpoints)]
    rng = np.random.default_rng(7)
    values = (
        10
        + rng.normal(size=(SUBJECTS, 1, endpoints))
        + rng.normal(0, 0.5, size=(SUBJECTS, len(VISITS), endpoints))
    )
    lines = [",".join(["subject", "visit", *names])]
    lines += [
        ",".join([f"S{i:02}", visit, *(f"{v:.4f}" for v in values[i, j])])
        for i in range(SUBJECTS)
        for j, visit in enumerate(VISITS)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "panel.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "subjects.csv").write_text(
        "subject,first_treatment\n" + "".join(f"S{i:02},2020-01-06\n" for i in range(SUBJECTS)),
        encoding="utf-8",
    )
    declared = "".join(
        f'\n[instruments.panel.parameters.{name}]\nlabel = "{name}"\nunit = "mm"\nimproves = "up"\ndefinition = "Simulated."\n'
        for name in names
    )
    (folder / "panel.toml").write_text(
        f'[instruments.panel]\nlabel = "A panel"\n{declared}', encoding="utf-8"
    )
    listed = ("paired_t", "boot") if resamples else ANALYSES
    study = STUDY.format(analyses=", ".join(f'"{name}"' for name in listed)) + "".join(
        f'\n[endpoints.{name}]\nmeasure = "panel.{name}"\n' for name in names
    )
    if resamples:
        study += f'\n[analyses.boot]\nuse = "bootstrap"\noptions = {{ resamples = {resamples} }}\n'
    (folder / "study.toml").write_text(study, encoding="utf-8")


def by_loop(folder: Path) -> None:
    """The same tests and estimates, endpoint by endpoint, as loop.csv."""
    import numpy as np
    import pandas as pd
    from scipy import stats

    table = pd.read_csv(folder / "panel.csv")
    rows = []
    for name in table.columns[2:]:
        wide = table.pivot(index="subject", columns="visit", values=name)
        for visit in ("W12", "W24"):
            pairs = wide[[visit, "W0"]].dropna()
            d = pairs[visit] - pairs["W0"]
            t = stats.ttest_rel(pairs[visit], pairs["W0"])
            low, high = t.confidence_interval()
            w = stats.wilcoxon(d, method="exact")
            walsh = np.sort([(a + b) / 2 for i, a in enumerate(d) for b in d[i:]])
            s = stats.binomtest(int((d > 0).sum()), int((d != 0).sum()))
            sign = s.proportion_ci()
            z = d.mean() / d.std()
            q = stats.shapiro(d)
            rows += [
                (name, visit, "mean_difference", d.mean(), low, high, t.pvalue),
                (name, visit, "hodges_lehmann", np.median(walsh), None, None, w.pvalue),
                (name, visit, "sign", s.statistic, sign.low, sign.high, s.pvalue),
                (name, visit, "d_z", z, None, None, None),
                (name, visit, "shapiro", q.statistic, None, None, q.pvalue),
            ]
    columns = ["endpoint", "visit", "term", "estimate", "low", "high", "p"]
    pd.DataFrame(rows, columns=columns).to_csv(folder / "loop.csv", index=False)


if __name__ == "__main__":
    task, place, *rest = sys.argv[1:]
    if task == "scipy":
        by_loop(Path(place))
    else:
        write(Path(place), int(rest[0]), int(rest[1]) if rest[1:] else None)
