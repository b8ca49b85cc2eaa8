"""A portfolio: 200 endpoints with five analyses each, by the program and by a loop over scipy.stats.

    python benchmarks/portfolio.py [ENDPOINTS]

The program reads an export, checks it, makes records, runs every analysis and writes tables and a CSV of results that can be walked
back to the reading; the loop reads the same file and writes the same numbers. Once in one process, once over worker processes.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from measuring import Cost, in_turn, program

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
BY_HAND = """
import sys
import numpy as np, pandas as pd
from scipy import stats
table = pd.read_csv(sys.argv[1])
rows = []
for name in [column for column in table.columns if column.startswith("p")]:
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
        rows += [(name, visit, *row) for row in (("mean_difference", d.mean(), low, high, t.pvalue), ("hodges_lehmann", np.median(walsh), None, None, w.pvalue),
                 ("sign", s.statistic, sign.low, sign.high, s.pvalue), ("d_z", z, None, None, None), ("shapiro", q.statistic, None, None, q.pvalue))]
pd.DataFrame(rows, columns=["endpoint", "visit", "term", "estimate", "low", "high", "p"]).to_csv(sys.argv[2], index=False)
"""


def write_study(folder: Path, endpoints: int) -> Path:
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
    listed = ", ".join(f'"{name}"' for name in ANALYSES)
    study = STUDY.format(analyses=listed) + "".join(
        f'\n[endpoints.{name}]\nmeasure = "panel.{name}"\n' for name in names
    )
    (folder / "study.toml").write_text(study, encoding="utf-8")
    (folder / "by_hand.py").write_text(BY_HAND, encoding="utf-8")
    return folder / "study.toml"


def measured(endpoints: int, times: int) -> dict[str, Cost]:
    """CPU and memory of the program and of the loop."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        study = write_study(folder, endpoints)
        run = [program("dermoutcomes"), "run", "--quiet", str(study), "--out"]
        return in_turn(
            {
                "loop": [
                    sys.executable,
                    str(folder / "by_hand.py"),
                    str(folder / "panel.csv"),
                    str(folder / "by_hand.csv"),
                ],
                "program": [*run, str(folder / "out")],
            },
            times,
        )


def main() -> None:
    """Print a row a case."""
    endpoints = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    found = measured(endpoints, 3)
    for case, cost in found.items():
        print(
            f"| {endpoints} endpoints x {len(ANALYSES)} analyses, {case} | {cost.cpu_s:.2f} s, {cost.peak_mb:.0f} MB | "
            f"{cost.cpu_s / found['loop'].cpu_s:.2f} of the loop's time |"
        )


if __name__ == "__main__":
    main()
