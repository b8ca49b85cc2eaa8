"""Agreement: raters, devices, occasions, and what changes matter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .of_pairs import named
from .written import Wanted, WrittenStudy, interval, numbered, statistics, written

# Grades of two raters as two endpoints.
RATED = """
[endpoints.first]
label = "First"
measure = "rating.grade"
rater = { role = "one" }
handling = ["observed"]
visits = ["W12"]
analyses = []
[endpoints.second]
label = "Second"
measure = "rating.grade"
rater = { role = "two" }
handling = ["observed"]
visits = ["W12"]
analyses = []
"""


def rated(
    name: str, grades: Sequence[Sequence[int | None]], wanted: list[Wanted], body: str, scale: str
) -> WrittenStudy:
    """Grades by subject and rater at one visit; the scale has these `values`."""
    subjects = numbered(len(grades))
    roles = ("one", "two", "three", "four")
    study = written(
        name,
        ["rater_agreement"],
        wanted,
        body,
        subjects=[{"subject": subject} for subject in subjects],
        grades=[
            {"subject": subject, "visit": "W12", "rater_role": role, "rater": role, "grade": grade}
            for subject, row in zip(subjects, grades, strict=True)
            for role, grade in zip(roles, row, strict=False)
            if grade is not None
        ],
        visits=("W12",),
    )
    plugin = study.files["probe.toml"].replace("minimum = 0\nmaximum = 9", scale)
    files = {**study.files, "probe.toml": plugin}
    return WrittenStudy(study.name, study.methods, study.toml, files, study.wanted)


def of_two_raters() -> WrittenStudy:
    """Kappa, its weighted forms and PABAK, on a scale of five values of which one is never given."""
    case = named("kappa", "synA_GAIS_inv_subj_wk12")
    i, r = case.inputs, case.result
    grades = [
        (int(first), int(second))
        for first, row in zip(i["levels"], i["table"], strict=True)
        for second, count in zip(i["levels"], row, strict=True)
        for _ in range(count)
    ]
    wanted = []
    for term, key in (
        ("kappa", "unweighted"),
        ("kappa_linear", "linear"),
        ("kappa_quadratic", "quadratic"),
    ):
        wanted += statistics(
            "raters",
            term,
            {"estimate": r[key]["kappa"], "std_error": r[key]["se"], **interval(r[key]["ci95"])},
        )
    wanted += statistics("raters", "pabak", {"estimate": r["pabak"]})
    body = RATED + '[analyses.raters]\nuse = "rater_agreement"\nendpoints = ["first", "second"]\n'
    return rated("two raters", grades, wanted, body, "values = [1, 2, 3, 4, 5]")


def of_unused_grades() -> WrittenStudy:
    """A scale of seven values, of which two between others are never given."""
    case = named("kappa_unused_grades", "inner")
    i = case.inputs
    wanted = []
    for term, key in (
        ("kappa", "unweighted"),
        ("kappa_linear", "linear"),
        ("kappa_quadratic", "quadratic"),
    ):
        r = case.result[key]
        wanted += statistics("raters", term, {"estimate": r["kappa"], "std_error": r["se"]})
    body = RATED + '[analyses.raters]\nuse = "rater_agreement"\nendpoints = ["first", "second"]\n'
    grades = list(zip(i["first"], i["second"], strict=True))
    return rated("unused grades", grades, wanted, body, f"values = {i['values']}")


def of_four_raters() -> WrittenStudy:
    """Krippendorff's alpha of four observers, with gaps."""
    case = named("krippendorff_alpha", "krippendorff_2011")
    rows = [
        [None if grade == "NA" else int(grade) for grade in row]
        for row in case.inputs["units_by_raters"]
    ]
    wanted = []
    for kind in ("nominal", "ordinal", "interval"):
        wanted += statistics("raters", f"alpha_{kind}", {"estimate": case.result[kind]})
    ends = {"one": "first", "two": "second", "three": "third", "four": "fourth"}
    body = "".join(
        RATED.split("[endpoints.second]", maxsplit=1)[0]
        .replace("[endpoints.first]", f"[endpoints.{name}]")
        .replace('"one"', f'"{role}"')
        for role, name in ends.items()
    )
    body += '[analyses.raters]\nuse = "rater_agreement"\nendpoints = ["first", "second", "third", "fourth"]\n'
    return rated("four raters", rows, wanted, body, "values = [1, 2, 3, 4, 5]")


DEVICES = """
[endpoints.one]
label = "One"
measure = "probe.value"
location = "cheek"
handling = ["observed"]
visits = ["W12"]
analyses = []
[endpoints.two]
label = "Two"
measure = "probe.value"
location = "brow"
handling = ["observed"]
visits = ["W12"]
analyses = []
"""


def devices(
    name: str,
    methods: list[str],
    x: Sequence[float],
    y: Sequence[float],
    wanted: list[Wanted],
    more: str,
) -> WrittenStudy:
    """Two readings of a subject, told apart by the place."""
    names = numbered(len(x))
    return written(
        name,
        methods,
        wanted,
        DEVICES + more,
        subjects=[{"subject": subject} for subject in names],
        readings=[
            {"subject": subject, "visit": "W12", "location": place, "value": float(value)}
            for subject, first, second in zip(names, x, y, strict=True)
            for place, value in (("cheek", first), ("brow", second))
        ],
        visits=("W12",),
    )


def of_methods() -> WrittenStudy:
    case = named("bland_altman", "pefr_bland_altman_1986")
    i, r = case.inputs, case.result
    wanted = [
        *statistics("methods", "bias", {"estimate": r["bias"], **interval(r["bias_ci95"])}),
        *statistics(
            "methods",
            "lower_limit",
            {"estimate": r["loa_qnorm"][0], **interval(r["loa_lower_ci95_exact"])},
        ),
        *statistics(
            "methods",
            "upper_limit",
            {"estimate": r["loa_qnorm"][1], **interval(r["loa_upper_ci95_exact"])},
        ),
    ]
    more = '[analyses.methods]\nuse = "method_agreement"\nendpoints = ["one", "two"]\n'
    return devices("methods", ["method_agreement"], i["x"], i["y"], wanted, more)


def of_equal_devices() -> WrittenStudy:
    case = named("device_equivalence", "relA_difference")
    i, r = case.inputs, case.result
    wanted = statistics(
        "devices",
        "equivalence",
        {"estimate": r["estimate"], "p_value": r["p"], **interval(r["interval"])},
    )
    more = (
        '[analyses.devices]\nuse = "device_equivalence"\nendpoints = ["one", "two"]\n'
        f'options = {{ margin = {i["margin"]}, margin_reason = "made up" }}\n'
    )
    return devices("devices", ["device_equivalence"], i["x"], i["y"], wanted, more)


def of_occasions() -> WrittenStudy:
    """Two occasions of stable subjects, and the same readings as replicates of one."""
    case = named("icc", "pefr_wright_repeat")
    r = case.result
    names = numbered(len(case.inputs["M"]))
    wanted = [
        *statistics(
            "occasions",
            "icc_agreement",
            {"estimate": r["ICC2_1"]["est"], **interval(r["ICC2_1"]["ci95"])},
        ),
        *statistics(
            "occasions",
            "icc_consistency",
            {"estimate": r["ICC3_1"]["est"], **interval(r["ICC3_1"]["ci95"])},
        ),
    ]
    body = """
[endpoints.value]
label = "Value"
measure = "probe.value"
handling = ["observed"]
visits = ["W0", "W12"]
analyses = []
[analyses.occasions]
use = "test_retest"
endpoints = ["value"]
options = { visits = ["W0", "W12"] }
"""
    return written(
        "occasions",
        ["test_retest"],
        wanted,
        body,
        subjects=[{"subject": subject} for subject in names],
        readings=[
            {"subject": subject, "visit": visit, "value": float(value)}
            for subject, row in zip(names, case.inputs["M"], strict=True)
            for visit, value in zip(("W0", "W12"), row, strict=True)
        ],
    )


def of_replicates() -> WrittenStudy:
    case = named("icc", "pefr_wright_repeat")
    r = case.result
    names = numbered(len(case.inputs["M"]))
    wanted = statistics(
        "sitting",
        "icc_within_sitting",
        {"estimate": r["ICC1_1"]["est"], **interval(r["ICC1_1"]["ci95"])},
        visit="W12",
    ) + statistics("sitting", "within_sitting_sd", {"estimate": r["SEM_oneway"]}, visit="W12")
    body = """
[endpoints.value]
label = "Value"
measure = "probe.value"
replicates = { combine = "mean" }
handling = ["observed"]
visits = ["W12"]
analyses = []
[analyses.sitting]
use = "repeatability"
endpoints = ["value"]
"""
    return written(
        "replicates",
        ["repeatability"],
        wanted,
        body,
        subjects=[{"subject": subject} for subject in names],
        readings=[
            {"subject": subject, "visit": "W12", "replicate": number, "value": float(value)}
            for subject, row in zip(names, case.inputs["M"], strict=True)
            for number, value in enumerate(row, start=1)
        ],
        visits=("W12",),
    )


def of_courses() -> WrittenStudy:
    """Two measures that rise together within subjects."""
    case = named("repeated_measures_correlation", "synA_R0_CM_AU")
    i, r = case.inputs, case.result
    wanted = statistics(
        "together",
        "repeated_measures_correlation",
        {"estimate": r["r"], "p_value": r["p"], **interval(r["ci95"])},
    )
    seen: dict[str, int] = {}
    readings = []
    visits = ("W0", "W4", "W8", "W12", "W24")
    for subject, x, y in zip(i["subject"], i["x"], i["y"], strict=True):
        visit = visits[seen.setdefault(subject, 0)]
        seen[subject] += 1
        readings += [
            {"subject": subject, "visit": visit, "location": place, "value": value}
            for place, value in (("cheek", x), ("brow", y))
        ]
    body = DEVICES.replace('visits = ["W12"]\n', "") + (
        '[analyses.together]\nuse = "repeated_measures_correlation"\nendpoints = ["one", "two"]\n'
    )
    return written(
        "courses",
        ["repeated_measures_correlation"],
        wanted,
        body,
        subjects=[{"subject": subject} for subject in seen],
        readings=readings,
        visits=visits,
    )


def of_important_change() -> WrittenStudy:
    """Mean change of the minimally improved, by hand: the anchors of R's cases are too weak to be used."""
    changes = {1: [2.0, 3.0, 4.0, 3.0], 2: [0.0, 1.0, -1.0, 0.5], 3: [-2.0, -1.0, -3.0]}
    both = [(grade, change) for grade, several in changes.items() for change in several]
    names = numbered(len(both))
    wanted = statistics("anchor", "mic_mean_change", {"estimate": 3.0})
    body = """
[endpoints.one]
label = "One"
measure = "probe.value"
baseline = { visits = ["W0"] }
handling = ["observed"]
analyses = []
[endpoints.anchor]
label = "Anchor"
measure = "rating.grade"
rater = { role = "one" }
handling = ["observed"]
visits = ["W12"]
analyses = []
[analyses.anchor]
use = "anchor_mic"
endpoints = ["one", "anchor"]
options = { improved = [1], minimal = [1] }
"""
    return written(
        "important change",
        ["anchor_mic"],
        wanted,
        body,
        subjects=[{"subject": subject} for subject in names],
        readings=[
            {"subject": subject, "visit": visit, "value": value}
            for subject, (_, change) in zip(names, both, strict=True)
            for visit, value in (("W0", 10.0), ("W12", 10.0 + change))
        ],
        grades=[
            {"subject": subject, "visit": "W12", "rater_role": "one", "grade": grade}
            for subject, (grade, _) in zip(names, both, strict=True)
        ],
    )


def studies() -> Iterator[WrittenStudy]:
    yield of_two_raters()
    yield of_unused_grades()
    yield of_four_raters()
    yield of_methods()
    yield of_equal_devices()
    yield of_occasions()
    yield of_replicates()
    yield of_courses()
    yield of_important_change()
