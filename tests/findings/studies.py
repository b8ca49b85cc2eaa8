"""Small studies in which there is nothing to find; every case changes one of them."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from .case import Files
from .odm_files import as_log
from .spss_files import as_spss
from .workbooks import as_workbook

STUDY = """\
[study]
id = "F"
title = "Hydration of six people"
design = "single-arm"

[visits]
W0 = { at = "0 w", label = "Baseline" }
W4 = { at = "4 w", window = ["-3 d", "+3 d"] }
W12 = { at = "12 w" }

[sessions]
first = { at = "0 w", visit = "W0", measure = "before" }

[schedule]
corneometer = ["W0", "W4", "W12"]

[populations]
full = {}

[comparisons]
w4 = { visit = ["W4", "baseline"] }

[[sources.subjects]]
file = "subjects.csv"

[[sources.exposures]]
file = "exposures.csv"

[[sources.corneometer]]
file = "readings.csv"

[endpoints.hydration]
role = "primary"
measure = "corneometer.hydration"
location = "cheek"
sides = { use = ["left", "right"], combine = "mean" }
replicates = { combine = "mean", planned = 2 }
baseline = { visits = ["W0"] }
compare = ["w4"]
analyses = ["paired_t"]
handling = ["observed"]

[quality]
off = []
"""
DATES = {"W0": "2024-03-04", "W4": "2024-04-01", "W12": "2024-05-27"}
HEADER = (
    "subject,visit,date,time,location,side,replicate,rater,hydration,device_serial,"
    "room_temperature,room_humidity,acclimatisation,hours_since_wash"
)
SUBJECTS = "subject,sex\n" + "".join(f"S{number},f\n" for number in range(1, 7))
EXPOSURES = "subject,session,visit,date,time\n" + "".join(
    f"S{number},first,W0,2024-03-04,10:00\n" for number in range(1, 7)
)
# The checks that compare readings with each other: off where a case is about a single cell.
COMPARING = (
    "decimal_slip",
    "unusual_visit",
    "replicate_scatter",
    "copied_down",
    "sides_alike",
    "swapped_sides",
)

# Subject (from 1), place of the visit, side and replicate (from 0) → what the device read.
Reading = Callable[[int, int, int, int], float]


def readings(value: Reading) -> str:
    """An export: 12 rows a subject (three visits of two sides of two replicates), the first one in
    row 2.
    """
    lines = [HEADER]
    for subject in range(1, 7):
        for place, (visit, date) in enumerate(DATES.items()):
            for side, word in enumerate(("left", "right")):
                lines += [
                    f"S{subject},{visit},{date},09:00,cheek,{word},{replicate + 1},Ann,"
                    f"{value(subject, place, side, replicate):.1f},A1,21,50,20,8"
                    for replicate in range(2)
                ]
    return "".join(f"{line}\n" for line in lines)


def hydration(value: Reading, off: tuple[str, ...] = ()) -> Files:
    """A study of one device, with checks that are off."""
    words = ", ".join(f'"{name}"' for name in off)
    return {
        "study.toml": STUDY.replace("off = []", f"off = [{words}]"),
        "subjects.csv": SUBJECTS,
        "exposures.csv": EXPOSURES,
        "readings.csv": readings(value),
    }


def varied(subject: int, visit: int, side: int, replicate: int) -> float:
    """Readings that differ everywhere, by little within an occasion."""
    return 38 + 2 * subject + 1.3 * visit + 0.7 * side + 0.4 * replicate


VARIED = hydration(varied)
# For faults of single cells.
PLAIN = hydration(varied, COMPARING)
# For readings that are lost, where the count of replicates is not the matter.
QUIET = hydration(varied, (*COMPARING, "required_replicates"))
# The same readings in a workbook.
WORKBOOK = as_workbook(QUIET)
# And in a file of SPSS.
LABELLED = as_spss(QUIET)
LOGGED = as_log(QUIET)
# Every reading is 40: what a factor of one reading does can be told in the head.
LEVEL = hydration(lambda *_: 40.0)


# An instrument and a form that a study brings along, with what no bundled one has: a formula that
# can divide by zero, texts, a value that every measurement must have.
PROBE = """\
[instruments.probe]
label = "Probe"
[instruments.probe.parameters.height]
label = "Height"
unit = "mm"
required = true
[instruments.probe.parameters.width]
label = "Width"
unit = "mm"
[instruments.probe.parameters.slope]
label = "Slope"
formula = "height / width"

[scales.form]
label = "Form"
[scales.form.parameters.grade]
label = "Grade"
scale_type = "ordinal"
values = [1, 2, 3]
[scales.form.parameters.colour]
label = "Colour"
scale_type = "nominal"
texts = ["pale", "red"]
"""
OWN_STUDY = """\
[study]
id = "P"
title = "Three people and a probe"
design = "single-arm"
plugins = ["probe.toml"]

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w", window = ["-3 d", "+3 d"] }

[[sources.subjects]]
file = "subjects.csv"

[[sources.probe]]
file = "probe.csv"

[[sources.form]]
file = "form.csv"

[quality]
off = []
"""
OWN: Files = {
    "study.toml": OWN_STUDY,
    "probe.toml": PROBE,
    "subjects.csv": "subject,first_treatment\nS1,2024-03-04\nS2,2024-03-04\nS3,2024-03-04\n",
    "probe.csv": (
        "subject,visit,height,width\nS1,W0,1.5,2\nS2,W0,1.75,2\nS3,W0,1.25,2\nS1,W4,1.45,2.5\n"
        "S2,W4,1.65,2.5\nS3,W4,1.35,2.5\n"
    ),
    "form.csv": (
        "subject,visit,grade,colour\nS1,W0,1,pale\nS2,W0,2,red\nS3,W0,3,pale\nS1,W4,1,red\n"
        "S2,W4,3,red\nS3,W4,2,pale\n"
    ),
}

# The probe's values in a table of one value a row: rows 2 and 3 are the first measurement.
LONG: Files = {
    **OWN,
    "study.toml": OWN_STUDY.replace(
        'file = "probe.csv"',
        'file = "probe.csv"\ncolumns = { measure = "measure", value = "value" }',
    ),
    "probe.csv": "subject,visit,measure,value\n"
    + "".join(
        f"{subject},{visit},height,{height}\n{subject},{visit},width,{width}\n"
        for subject, visit, height, width in (
            line.split(",") for line in str(OWN["probe.csv"]).splitlines()[1:]
        )
    ),
}

# The probe in two arms, one of which has another word.
ARMS: Files = {
    **OWN,
    "study.toml": OWN_STUDY.replace('"single-arm"', '"parallel"').replace(
        "[[sources.probe]]",
        """\
[arms]
active = {}
vehicle = { label = "Placebo" }

[[sources.allocations]]
file = "allocations.csv"

[[sources.probe]]""",
    ),
    "allocations.csv": (
        "subject,arm,arm_actual\nS1,vehicle,vehicle\nS2,active,active\nS3,vehicle,vehicle\n"
    ),
}

# Three rows of a Cutometer: two published ones (the forehead of women of 13 and of 50 years) and
# the second again with other names.
CUTOMETER_STUDY = """\
[study]
id = "C"
title = "Skin elasticity of three people"
accept_unverified = ["cutometer.q0"]
design = "single-arm"

[visits]
W0 = { at = "0 w" }

[[sources.subjects]]
file = "subjects.csv"

[[sources.cutometer]]
file = "cutometer.csv"
options.probe_mm = 2

[quality]
off = ["required_replicates", "copied_down", "sides_alike", "unusual_visit", "decimal_slip"]
"""
YOUNG = "0.167,0.058,0.653,0.208,0.085,0.765,0.965,0.389,0.109,0.041,33.4,0.589,0.478,0.111"
OLDER = "0.287,0.097,0.662,0.329,0.135,0.552,0.649,0.335,0.190,0.042,57.4,0.579,0.438,0.142"
CUTOMETER: Files = {
    "study.toml": CUTOMETER_STUDY,
    "subjects.csv": "subject\nS1\nS2\nS3\n",
    "cutometer.csv": (
        "subject,visit,replicate,r0,r1,r2,r3,r4,r5,r6,r7,r8,r9,q0,q1,q2,q3,"
        "probe_mm,room_temperature,room_humidity,acclimatisation\n"
    )
    + "".join(
        f"{subject},W0,1,{values},2,21,50,20\n"
        for subject, values in (("S1", YOUNG), ("S2", OLDER), ("S3", OLDER))
    ),
}


def curve(*cycles: list[float]) -> pl.DataFrame:
    """One raw curve at 100 samples a second, of so many cycles one after the other."""
    samples = [height for cycle in cycles for height in cycle]
    return pl.DataFrame(
        {
            "subject": ["S1"],
            "visit": ["W0"],
            "replicate": [1],
            "samples": [samples],
            "x_first": [0.0],
            "x_step": [0.01],
        },
        schema_overrides={"samples": pl.List(pl.Float32), "x_step": pl.Float64},
    )


def cycle(height: float, fall: float = 0.0) -> list[float]:
    """Two seconds of suction to a height, within which the skin falls for half a second, and two of
    release to a quarter of it.
    """
    return [0.0] + [height] * 99 + [height - fall] * 50 + [height] * 50 + [height / 4] * 200


# A curve that is 0.25 mm high, recorded by a device that reaches to 0.5 mm.
CURVES: Files = {
    "study.toml": CUTOMETER_STUDY.replace(
        'file = "cutometer.csv"\noptions.probe_mm = 2',
        'file = "curves.parquet"\nholds = "curves"\n'
        "options = { on_s = 2, off_s = 2, range_limit_mm = 0.5 }",
    ).replace("off = [", 'off = ["range", '),
    "subjects.csv": "subject\nS1\n",
    "curves.parquet": curve(cycle(0.25), cycle(0.25)),
}

GAIS: Files = {
    "study.toml": """\
[study]
id = "G"
title = "Ratings of four people"
design = "single-arm"

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }

[[sources.subjects]]
file = "subjects.csv"

[[sources.gais]]
file = "gais.csv"
options.coding = "signed"
constants.rater_role = "investigator"
""",
    "subjects.csv": "subject\nS1\nS2\nS3\nS4\n",
    "gais.csv": "subject,visit,rating\nS1,W4,3\nS2,W4,2\nS3,W4,0\nS4,W4,-1\n",
}
