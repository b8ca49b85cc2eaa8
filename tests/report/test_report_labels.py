"""Labels of the study file: what a reader sees in the place of the words of the data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import dermoutcomes
from dermoutcomes.report.feet import population

from .conftest import material_of

LABELS = """\
[columns]
age = { label = "Age", unit = "years" }
sex = { label = "Sex", values = { f = "Women", m = "Men" } }

[milestones]
left = { label = "Left the study" }
end = { label = "final contact" }

[treatments]
BX = { label = "Peel" }

[locations]
cheek = { label = "Cheek and <b>temple</b>" }
"""
STUDY = """\
[study]
id = "labels"
title = "Labels"
design = "parallel"

[visits]
W0 = { at = "0 w", label = "Start" }
W4 = { at = "4 w", label = "Fourth week" }

[arms]
z_new = { label = "New cream" }
a_old = { label = "Old cream", reference = true }

[populations]
treated_ones = { label = "all treated", treated = true }
everybody_else = {}

[comparisons]
w4 = { arm = ["z_new", "a_old"], visit = ["W4", "baseline"] }

[[sources.subjects]]
file = "subjects.csv"
[[sources.allocations]]
file = "subjects.csv"
[[sources.exposures]]
file = "exposures.csv"
[[sources.milestones]]
file = "milestones.csv"
[[sources.corneometer]]
file = "corneometer.csv"

[endpoints.wet_skin]
label = "Hydration"
role = "primary"
measure = "corneometer.hydration"
location = "cheek"
sides = { use = ["left"], combine = "mean" }
replicates = { combine = "mean", planned = 1, min = 1 }
baseline = { visits = ["W0"], take = "last" }
populations = ["treated_ones", "everybody_else"]
handling = ["observed"]
compare = ["w4"]
analyses = ["welch_t", "ancova"]

[analyses.who]
use = "baseline_table"
label = "who they were"
population = "treated_ones"
options = { columns = ["sex", "age"] }
"""


def _study(folder: Path, labels: str = LABELS) -> Path:
    folder.mkdir()
    names = [f"S{number}" for number in range(12)]
    arm = {name: ("z_new", "a_old")[number % 2] for number, name in enumerate(names)}
    (folder / "subjects.csv").write_text(
        "subject,sex,age,arm\n"
        + "".join(
            f"{name},{'fm'[n % 3 == 0]},{40 + n},{arm[name]}\n" for n, name in enumerate(names)
        )
    )
    (folder / "exposures.csv").write_text(
        "subject,date,treatment\n" + "".join(f"{name},2024-01-01,BX\n" for name in names)
    )
    (folder / "milestones.csv").write_text(
        "subject,milestone,class,date,reason\nS1,left,end,2024-01-20,moved\n"
    )
    rows = [
        f"{name},{visit},cheek,left,{30 + number + week * (3 + number % 4)}.5"
        for number, name in enumerate(names)
        for visit, week in (("W0", 0), ("W4", 1))
    ]
    (folder / "corneometer.csv").write_text(
        "subject,visit,location,side,hydration\n" + "\n".join(rows) + "\n"
    )
    (folder / "study.toml").write_text(STUDY + labels, encoding="utf-8")
    return folder / "study.toml"


def test_labels_stand_where_the_words_of_the_data_stood(
    tmp_path: Path, words: Callable[..., str]
) -> None:
    said = words(dermoutcomes.run(_study(tmp_path / "study")))

    for label in (
        "Age (years)",
        "Women",
        "Left the study (final contact)",
        "Population: all treated",
        "also everybody else",
        "who they were",
        "Fourth week",
        "Cheek and <b>temple</b>",
        "the visit Start",
    ):
        assert label in said, label
    for bare in ("treated_ones", "everybody_else", "z_new", "a_old", "wet_skin", "W4", "W0"):
        # A finding tells of a key to mend, in quotation marks.
        assert bare not in said.replace(f"'{bare}'", ""), bare


def test_the_order_is_that_of_the_study(tmp_path: Path, words: Callable[..., str]) -> None:
    run = dermoutcomes.run(_study(tmp_path / "study"))
    said = words(run)

    table = said[said.index("who they were") :]
    assert table.index("New cream") < table.index("Old cream")
    assert table.index("Sex") < table.index("Age (years)"), "as the analysis lists them"
    foot = population(material_of(run), run.table("results").to_dicts())
    assert foot.startswith("Population: all treated, everybody else.")


def test_without_labels_words_begin_large_and_have_no_underscores(
    tmp_path: Path, words: Callable[..., str]
) -> None:
    said = words(dermoutcomes.run(_study(tmp_path / "study", labels="")))

    assert "Left (end)" in said
    assert "Cheek." in said
    assert "Sex" in said
