"""Four small studies of sound data, all simulated, each of a kind that a careless check would flood.

A diary of itch with days that nobody filled in; photographs read twice by a reader; a registry with visits
when people come and rows for visits of other reasons; a screening with subjects who are not enrolled.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

Files = Mapping[str, str]
HEAD = """
[study]
id = "{id}"
title = "{title} (simulated)"
design = "single-arm"
data_origin = "simulated"
plugins = ["measures.toml"]
"""


def table(header: str, rows: list[str]) -> str:
    return "\n".join((header, *rows)) + "\n"


def day(number: int) -> str:
    """A date so many days after 1 March 2021."""
    from datetime import date, timedelta

    return (date(2021, 3, 1) + timedelta(days=number)).isoformat()


MEASURES = """
[scales.itch]
label = "Itch"
[scales.itch.parameters.worst]
label = "Worst itch"
minimum = 0
maximum = 10
improves = "down"
definition = "Worst itch of the day, 0 to 10."

[scales.photo]
label = "Photograph"
[scales.photo.parameters.grade]
label = "Grade"
values = [0, 1, 2, 3, 4]
scale_type = "ordinal"
improves = "down"
definition = "Grade of the photograph, 0 to 4."

[instruments.meter]
label = "Meter"
[instruments.meter.parameters.wetness]
label = "Wetness"
unit = "AU"
improves = "up"
definition = "Wetness of the skin."
"""


def diary() -> tuple[str, Files]:
    """Twelve people for 28 days before and after; each missed some days, and one left."""
    rng = random.Random(1)
    toml = (
        HEAD.format(id="DIARY", title="Itch in a diary")
        + """
[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }

[populations]
full = {}

[comparisons]
w4 = { visit = ["W4", "baseline"] }

[[sources.subjects]]
file = "subjects.csv"

[[sources.milestones]]
file = "milestones.csv"

[[sources.itch]]
file = "diary.csv"

[endpoints.itch]
label = "Weekly itch"
role = "primary"
measure = "itch.worst"
days = { window = [-7, -1], take = "mean", min = 4 }
baseline = { days = [-7, -1], min = 4 }
visits = ["W4"]
compare = ["w4"]
handling = ["observed"]
analyses = ["paired_t"]
"""
    )
    rows = [
        f"P{who:02d},{number},{max(0, min(10, round(6 - number / 12 + rng.gauss(0, 1.4))))},"
        f"{'slept badly' if rng.random() < 0.05 else ''}"
        for who in range(1, 13)
        for number in (*range(-7, 0), *range(1, 29))
        if rng.random() > 0.1 and not (who == 7 and number > 12)
    ]
    return toml, {
        "measures.toml": MEASURES,
        "subjects.csv": table(
            "subject,first_treatment", [f"P{n:02d},{day(0)}" for n in range(1, 13)]
        ),
        "milestones.csv": table("subject,milestone,day", ["P07,withdrawal,13"]),
        "diary.csv": table("subject,day,worst,remark", rows),
    }


def photo() -> tuple[str, Files]:
    """Ten people, photographed at two visits and graded by a reader who read a tenth of them again later."""
    rng = random.Random(2)
    toml = (
        HEAD.format(id="PHOTO", title="Grades of photographs")
        + """
[visits]
V1 = { at = "0 w" }
V2 = { at = "12 w", window = ["-2 w", "+2 w"] }

[schedule]
photo = ["V1", "V2"]

[comparisons]
v2 = { visit = ["V2", "baseline"] }

[[sources.subjects]]
file = "subjects.csv"

[[sources.photo]]
file = "photos.csv"
where = { reading = "first" }
columns = { rater = "reader" }

[endpoints.grade]
label = "Grade of the photograph"
role = "primary"
measure = "photo.grade"
baseline = { visits = ["V1"] }
compare = ["v2"]
handling = ["observed"]
analyses = ["wilcoxon_signed_rank"]
"""
    )
    rows = [
        f"K{who},{visit},{'AB'[reader]},{reading},{day(date + 30 * (reading == 'again'))},"
        f"{max(0, min(4, 3 - (visit == 'V2') + (rng.random() < 0.3) - (rng.random() < 0.3)))}"
        for who in range(1, 11)
        for visit, date in (("V1", 0), ("V2", 80 + who % 5))
        for reader in (0,)
        for reading in (("first", "again") if who == 3 else ("first",))
    ]
    return toml, {
        "measures.toml": MEASURES,
        "subjects.csv": table("subject,first_treatment", [f"K{n},{day(0)}" for n in range(1, 11)]),
        "photos.csv": table("subject,visit,reader,reading,date,grade", rows),
    }


def registry() -> tuple[str, Files]:
    """Twenty people who come when they come: visits of other reasons, some lost to follow-up, remarks."""
    rng = random.Random(3)
    toml = (
        HEAD.format(id="REGISTRY", title="A registry of wetness")
        + """
[visits]
Start = { at = "0 w" }
Year = { at = "52 w", window = ["-26 w", "+26 w"] }

[comparisons]
year = { visit = ["Year", "baseline"] }

[[sources.subjects]]
file = "subjects.csv"

[[sources.milestones]]
file = "milestones.csv"

[[sources.meter]]
file = "visits.csv"

[endpoints.wetness]
label = "Wetness"
role = "primary"
measure = "meter.wetness"
baseline = { visits = ["Start"] }
visits = ["Year"]
compare = ["year"]
handling = ["observed"]
analyses = ["paired_t"]
"""
    )
    rows = [
        f"R{who:02d},{visit},{day(date)},{40 + who / 2 + 5 * (visit == 'Year') + rng.gauss(0, 3):.1f},"
        f"{'see letter' if rng.random() < 0.2 else ''}"
        for who in range(1, 21)
        for visit, date in (
            ("Start", 0),
            *((("Emergency", 60 + 3 * who),) if who % 4 == 0 else ()),
            *((("Year", 330 + 4 * who),) if who not in (4, 11) else ()),
        )
    ]
    return toml, {
        "measures.toml": MEASURES,
        "subjects.csv": table(
            "subject,first_treatment", [f"R{n:02d},{day(0)}" for n in range(1, 21)]
        ),
        "milestones.csv": table(
            "subject,milestone,day", ["R04,lost to follow-up,200", "R11,death,310"]
        ),
        "visits.csv": table("subject,visit,date,wetness,remark", rows),
    }


def screening() -> tuple[str, Files]:
    """Thirty people screened, eighteen enrolled: the others have one visit, no treatment and a reason."""
    rng = random.Random(4)
    toml = (
        HEAD.format(id="SCREEN", title="Wetness after a screening")
        + """
[visits]
Screening = { at = "-2 w" }
W0 = { at = "0 w" }
W8 = { at = "8 w", window = ["-1 w", "+1 w"] }

[schedule]
meter = ["W0", "W8"]

[populations]
enrolled = { treated = true }

[comparisons]
w8 = { visit = ["W8", "baseline"] }

[[sources.subjects]]
file = "subjects.csv"

[[sources.milestones]]
file = "milestones.csv"

[[sources.meter]]
file = "meter.csv"

[endpoints.wetness]
label = "Wetness"
role = "primary"
measure = "meter.wetness"
baseline = { visits = ["W0"] }
populations = ["enrolled"]
compare = ["w8"]
handling = ["observed"]
analyses = ["paired_t"]
"""
    )
    enrolled = [who for who in range(1, 31) if who % 5 not in (0, 3)]
    rows = [
        f"S{who:02d},{visit},{day(date)},{38 + who / 3 + 6 * (visit == 'W8') + rng.gauss(0, 3):.1f}"
        for who in range(1, 31)
        for visit, date in (("Screening", -14), ("W0", 0), ("W8", 55 + who % 4))
        if visit == "Screening" or who in enrolled
    ]
    return toml, {
        "measures.toml": MEASURES,
        "subjects.csv": table(
            "subject,first_treatment,treated",
            [
                f"S{n:02d},{day(0) if n in enrolled else ''},{'yes' if n in enrolled else 'no'}"
                for n in range(1, 31)
            ],
        ),
        "milestones.csv": table(
            "subject,milestone,day",
            [f"S{n:02d},screen failure,-10" for n in range(1, 31) if n not in enrolled],
        ),
        "meter.csv": table("subject,visit,date,wetness", rows),
    }


STUDIES: Mapping[str, Callable[[], tuple[str, Files]]] = {
    "diary": diary,
    "photo": photo,
    "registry": registry,
    "screening": screening,
}
