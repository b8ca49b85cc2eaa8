"""A trial of two arms that every standard figure has something to show of; simulated."""

from __future__ import annotations

import atexit
import random
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dermoutcomes
from dermoutcomes.testing import write_study

__all__ = ["FILES", "RESIDUALS_LISTED", "STUDY", "trial"]

STUDY = """
[study]
id = "CREAMS"
title = "Two creams for rough skin"
design = "parallel"
data_origin = "simulated"
origin_note = "Made by a generator."
plugins = ["probe.toml"]

[visits]
W0 = { at = "0 w", label = "Baseline" }
W4 = { at = "4 w", label = "Week 4" }
W12 = { at = "12 w", label = "Week 12" }

[arms]
active = { label = "Active cream" }
base = { label = "Base alone", reference = true }

[populations]
full = {}

[comparisons]
w4 = { arm = ["active", "base"], visit = ["W4", "baseline"], label = "Active against base, week 4" }
w12 = { arm = ["active", "base"], visit = ["W12", "baseline"], label = "Active against base, week 12" }
graded = { arm = ["active", "base"], visit = ["W12"], label = "Active against base, week 12" }
ever = { arm = ["active", "base"], label = "Active against base" }

[subgroups.sex]
by = "sex"
levels = { women = "F", men = "M" }

[[sources.subjects]]
file = "subjects.csv"

[[sources.allocations]]
file = "subjects.csv"
columns.arm = "arm"

[[sources.milestones]]
file = "milestones.csv"

[[sources.events]]
file = "events.csv"

[[sources.probe]]
file = "probe.csv"

[[sources.flakes]]
file = "flakes.csv"

[endpoints.roughness]
label = "Roughness"
role = "primary"
measure = "probe.roughness"
baseline = { visits = ["W0"] }
compare = ["w12", "w4"]
analyses = ["welch_t", "ancova"]
covariates = ["base"]
subgroups = ["sex"]
handling = ["observed", "locf"]

[endpoints.moisture]
label = "Moisture"
role = "secondary"
measure = "probe.moisture"
baseline = { visits = ["W0"] }
compare = ["w12", "w4"]
analyses = ["mmrm", "welch_t", "shapiro_wilk", "mann_whitney"]
handling = ["observed"]

[endpoints.smoother]
label = "Smoother by a fifth"
role = "secondary"
measure = "probe.roughness"
baseline = { visits = ["W0"] }
responder = { pct_change = "<= -20" }
compare = ["w12"]
analyses = ["risk_difference"]
handling = ["observed"]

[endpoints.grade]
label = "Scaling"
role = "secondary"
measure = "flakes.grade"
compare = ["graded"]
analyses = ["mann_whitney"]
handling = ["observed"]

[endpoints.cleared]
label = "Time until clear"
role = "secondary"
kind = "time_to_event"
improves = "down"
compare = ["ever"]
analyses = ["log_rank", "kaplan_meier"]
event = { table = "milestones", where = { milestone = "clear" }, start = "first treatment", censor = "end of study" }

[analyses.safety]
use = "adverse_events"
population = "full"

[multiplicity.primary]
method = "holm"
hypotheses = ["roughness.w12", "roughness.w4"]
"""
# Outputs with the figures that a study gets for the asking.
RESIDUALS_LISTED = """
[outputs]
figures = ["residuals", "normal_quantiles"]
reports = ["annex"]
"""
VISITS = {"W0": ("2024-01-08", 0.0), "W4": ("2024-02-05", 0.5), "W12": ("2024-04-01", 1.0)}


def _files() -> dict[str, Any]:
    chance = random.Random(11)
    subjects = ["subject,arm,sex,first_treatment,ended"]
    probe, flakes = ["subject,visit,date,roughness,moisture"], ["subject,visit,date,grade"]
    milestones, events = ["subject,milestone,day,reason"], ["subject,term,start_date,severity"]
    for number in range(1, 33):
        subject, arm = f"P{number:02d}", ("active", "base")[number % 2]
        left = number in (7, 12)
        subjects.append(
            f"{subject},{arm},{'FM'[number % 3 == 0]},2024-01-08,"
            f"{'2024-02-10' if left else '2024-04-01'}"
        )
        effect = 6.0 if arm == "active" else 2.0
        rough, moist = chance.gauss(24, 3), chance.gauss(40, 5)
        for visit, (date, share) in VISITS.items():
            if left and visit == "W12":
                milestones.append(f"{subject},discontinued,33,moved away")
                continue
            grade = max(0, min(3, round(chance.gauss(2.4 - share * effect / 4, 0.7))))
            probe.append(
                f"{subject},{visit},{date},{rough - share * effect + chance.gauss(0, 1.5):.1f},"
                f"{moist + share * effect + chance.gauss(0, 2):.1f}"
            )
            flakes.append(f"{subject},{visit},{date},{grade}")
        if not left and chance.random() < (0.7 if arm == "active" else 0.3):
            milestones.append(f"{subject},clear,{chance.randint(20, 80)},")
        if chance.random() < 0.4:
            events.append(f"{subject},{chance.choice(('Itching', 'Redness'))},2024-02-01,mild")
    return {
        "subjects.csv": "\n".join(subjects) + "\n",
        "milestones.csv": "\n".join(milestones) + "\n",
        "events.csv": "\n".join(events) + "\n",
        "probe.csv": "\n".join(probe) + "\n",
        "flakes.csv": "\n".join(flakes) + "\n",
        "probe.toml": PROBE,
    }


PROBE = """
[instruments.probe]
label = "Probe"

[instruments.probe.parameters.roughness]
label = "Roughness"
unit = "µm"
definition = "Mean depth of the relief."
improves = "down"

[instruments.probe.parameters.moisture]
label = "Moisture"
unit = "a.u."
definition = "Capacitance of the horny layer."
improves = "up"

[scales.flakes]
label = "Scaling"

[scales.flakes.parameters.grade]
label = "Scaling"
definition = "Grade of scaling."
scale_type = "ordinal"
minimum = 0
maximum = 3
improves = "down"
labels = { 0 = "none", 1 = "slight", 2 = "moderate", 3 = "severe" }
"""
FILES = _files()


@cache
def trial(outputs: str = "") -> Any:
    """The run of the trial, with these lines under its outputs; made once a process."""
    folder = TemporaryDirectory(prefix="dermoutcomes-figures-")
    atexit.register(folder.cleanup)
    return dermoutcomes.run(write_study(Path(folder.name), STUDY + outputs, FILES))
