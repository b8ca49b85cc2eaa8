"""Forms of several items, of which some are blank."""

from __future__ import annotations

from .case import Case, Files, Told, both, cells, in_study, replaced

CASES: dict[str, Case] = {}

SCALE = """\
[scales.signs]
label = "Signs"
missing_items = "scaling or swelling that is blank counts as redness"
[scales.signs.parameters.redness]
label = "Redness"
kind = "item"
scale_type = "ordinal"
values = [0, 1, 2, 3]
[scales.signs.parameters.scaling]
label = "Scaling"
kind = "item"
scale_type = "ordinal"
values = [0, 1, 2, 3]
[scales.signs.parameters.swelling]
label = "Swelling"
kind = "item"
scale_type = "ordinal"
values = [0, 1, 2, 3]
[scales.signs.parameters.sum]
label = "Sum of signs"
kind = "score"
minimum = 0
maximum = 9
improves = "down"
definition = "The three signs added up."
formula = "redness + coalesce(scaling, redness) + coalesce(swelling, redness)"
"""
STUDY = """\
[study]
id = "S"
title = "Signs of people"
design = "single-arm"
plugins = ["signs.toml"]

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }

[comparisons]
w4 = { visit = ["W4", "baseline"] }

[[sources.subjects]]
file = "subjects.csv"

[[sources.signs]]
file = "signs.csv"

[endpoints.signs]
role = "primary"
measure = "signs.sum"
baseline = { visits = ["W0"] }
compare = ["w4"]
analyses = ["paired_t"]
handling = ["observed"]
"""
SUBJECTS = [f"S{number:02}" for number in range(1, 25)]


def forms(visit: str, *items: int) -> str:
    signs = ",".join(map(str, items))
    return "".join(f"{subject},{visit},{signs}\n" for subject in SUBJECTS)


FORMS: Files = {
    "study.toml": STUDY,
    "signs.toml": SCALE,
    "subjects.csv": "subject\n" + "".join(f"{subject}\n" for subject in SUBJECTS),
    "signs.csv": "subject,visit,redness,scaling,swelling\n"
    + forms("W0", 3, 2, 2)
    + forms("W4", 2, 1, 1),
}
RULE = (
    "an answer; of blank items the scale says: scaling or swelling that is blank counts as redness"
)


def blank(*items: str, subjects: list[str], visit: str = "W4"):
    return both(
        *(
            cells("signs.csv", {"subject": name, "visit": visit}, **dict.fromkeys(items, ""))
            for name in subjects
        )
    )


def told(item: str, row: int, column: int, words: tuple[str, ...]) -> Told:
    return Told(
        "blank_item",
        "warning",
        (item.capitalize(), " is blank, though", *words),
        file="signs.csv",
        row=row,
        column=column,
        subject=f"S{row - 1 if row < 26 else row - 25:02}",
        visit="W0" if row < 26 else "W4",
        measure=f"signs.{item}",
        found="blank",
        expected=RULE,
    )


WITHOUT = ("Sum of signs is computed without it",)
NONE = ("Sum of signs cannot be computed",)
CASES |= {
    "blank item: the score is made without it": Case(
        FORMS,
        blank("scaling", subjects=["S02"]),
        (told("scaling", 27, 4, WITHOUT),),
        both(
            blank("scaling", subjects=["S02"]),
            in_study('role = "primary"', 'role = "exploratory"'),
        ),
    ),
    "blank item: two of them, and no score": Case(
        FORMS,
        blank("redness", "swelling", subjects=["S01"], visit="W0"),
        (told("redness", 2, 3, NONE), told("swelling", 2, 5, NONE)),
        cells("signs.csv", {"subject": "S01", "visit": "W0"}, redness="0", swelling="0"),
    ),
    "blank item: twenty-one forms are one finding an item": Case(
        FORMS,
        both(
            blank("redness", subjects=SUBJECTS[:11], visit="W0"),
            blank("swelling", subjects=SUBJECTS[:10]),
        ),
        (
            told("redness", 2, 3, ("11 forms, as S01 W0, S02 W0, S03 W0",)),
            told("swelling", 26, 5, ("10 forms, as S01 W4, S02 W4, S03 W4",)),
        ),
        # What half of the forms of a visit lack is not asked there.
        blank("redness", subjects=SUBJECTS[:12]),
    ),
    "blank item: a word is told as a word": Case(
        FORMS,
        both(
            blank("scaling", subjects=["S01"], visit="W0"),
            replaced("signs.csv", "S02,W0,3,2,2", "S02,W0,3,none,2"),
        ),
        (
            told("scaling", 2, 4, WITHOUT),
            Told(
                "not_a_number",
                "error",
                "",
                file="signs.csv",
                row=3,
                column=4,
                subject="S02",
                visit="W0",
                measure="signs.scaling",
                found="none",
                expected='a number with a decimal point; missing = ["none"] in the source if nothing '
                'was measured, values.scaling = { "none" = … } if it stands for a number',
            ),
        ),
        blank("redness", "scaling", "swelling", subjects=["S01"], visit="W0"),
    ),
}
REGIONS: Files = {
    **FORMS,
    "study.toml": STUDY.replace(
        'file = "signs.csv"', 'file = "signs.csv"\ncolumns.location = "site"'
    ),
    "signs.toml": """\
plugin_api = 2
[scales.signs]
label = "Signs of two sites"
version = "first, 2024"
missing_items = "no score"
[scales.signs.regions]
face = { label = "Face", weight = 0.4 }
hands = { label = "Hands", weight = 0.6 }
[scales.signs.parameters.redness]
label = "Redness"
kind = "item"
each_region = true
scale_type = "ordinal"
values = [0, 1, 2, 3]
[scales.signs.parameters.sum]
label = "Sum of signs"
kind = "score"
minimum = 0
maximum = 3
improves = "down"
over_regions = "redness"
definition = "0.4 x redness of the face + 0.6 x redness of the hands."
""",
    "signs.csv": "subject,visit,site,redness\n"
    + "".join(
        f"{subject},{visit},{site},{redness}\n"
        for visit, redness in (("W0", 3), ("W4", 1))
        for subject in SUBJECTS
        for site in ("face", "hands")
    ),
}
CASES |= {
    "region twice: the second row of one form": Case(
        REGIONS,
        replaced("signs.csv", "S02,W4,hands", "S02,W4,face"),
        (
            *(
                Told(
                    "blank_item",
                    "warning",
                    ("Hands: Redness is blank", *NONE),
                    file="signs.csv",
                    row=row,
                    column=4,
                    subject="S02",
                    visit="W4",
                    measure="signs.hands_redness",
                    found="blank",
                    expected="an answer; of blank items the scale says: no score",
                )
                for row in (52, 53)
            ),
            Told(
                "region_twice",
                "error",
                "the region face stands twice in this form; the first counts",
                file="signs.csv",
                row=53,
                column=4,
                subject="S02",
                visit="W4",
                location="face",
                measure="signs.sum",
                found="face",
                expected="one row a region",
            ),
            Told(
                "uniqueness",
                "warning",
                "this measurement stands in row 52 already",
                file="signs.csv",
                row=53,
                column=4,
                subject="S02",
                visit="W4",
                measure="signs.face_redness",
                value=1.0,
                found="1",
                expected="one row a measurement",
            ),
        ),
        # The order of the rows of a form is free.
        replaced("signs.csv", "S02,W4,face,1\nS02,W4,hands,1", "S02,W4,hands,1\nS02,W4,face,1"),
    ),
}
