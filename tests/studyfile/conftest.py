"""A small study file that is right, a registry of declarations that it uses, and ways to make it wrong."""

from __future__ import annotations

import pytest
from attrs import frozen

from dermoutcomes import (
    Adjustment,
    Analysis,
    CurveMethod,
    Executor,
    Imputation,
    Instrument,
    Parameter,
    Reader,
    Registry,
    Reporter,
    Scale,
    StudyError,
    load_study,
    option,
)
from dermoutcomes.study.check import check_study

STUDY = """\
[study]
id = "demo-1"
title = "A study of depth"
design = "single-arm"

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w", label = "Week 4" }
W12 = { at = "12 w", window = ["-7 d", "+7 d"] }

[sessions]
S1 = { at = "0 w", visit = "W0" }

[schedule]
probe = ["W0", "W4", "W12"]
rating = ["W4", "W12"]

[populations]
full = {}
treated = { treated = true }

[comparisons]
w4 = { visit = ["W4", "baseline"] }
w12 = { visit = ["W12", "baseline"] }

[[sources.subjects]]
file = "data/subjects.csv"

[[sources.events]]
file = "data/events.csv"

[[sources.probe]]
files = "data/probe/*.csv"
decimal = ","
columns.subject = "Proband"
columns.depth = "Tiefe"
options.gap_mm = 2

[[sources.rating]]
file = "data/rating.csv"

[defaults.endpoints]
compare = ["w4", "w12"]
analyses = ["t_test"]
baseline = { visits = ["W0"] }

[endpoints.depth]
role = "primary"
measure = "probe.depth"

[endpoints.colour]
measure = "probe.colour"
improves = "up"

[endpoints.better]
measure = "rating.overall"
rater = { role = "investigator" }
responder = { value = "<= 3" }
analyses = ["share"]
handling = ["observed", "counted_as_failure"]

[multiplicity.primary]
method = "halves"
hypotheses = ["depth.w4", "depth.w12"]

[claims.deeper]
text = "Depth fell between baseline and week 12"
kind = "change"
all_of = [{ hypothesis = "depth.w12" }]

[claims.safe]
text = "No related event occurred"
kind = "absence"
events = { related_product = true }
"""

TWO_ARMS = """\
[arms]
verum = {}
placebo = { reference = true }

[comparisons]
arms = { arm = ["verum", "placebo"], visit = ["W12", "baseline"] }
"""

ALLOCATIONS = """\
[[sources.allocations]]
file = "data/allocations.csv"

"""


@frozen
class ProbeOptions:
    gap_mm: float | None = option(None, "Gap.", at_least=1, at_most=8)
    cycles: int = option(1, "Cycles.", at_least=1)


@frozen
class PageOptions:
    theme: str = option("plain", "Look of the page.", choices=("plain", "dark"))


@frozen
class ShareOptions:
    level: float = option(0.5, "Goal.", at_least=0, at_most=1)


@frozen
class TextOptions:
    quote: str = option('"', "Quotation mark.")


def nothing(*_):
    return []


@pytest.fixture(scope="session")
def registry():
    return declarations()


def declarations(*, deepest=5.0, deepest_is=None):
    """A registry of what the study uses; `deepest` is the largest depth that is possible."""
    probe = Instrument(
        "probe",
        "Probe",
        (
            Parameter(
                "depth",
                "Depth",
                "mm",
                improves="down",
                minimum=0.0,
                maximum=deepest,
                maximum_is=deepest_is,
            ),
            Parameter("colour", "Colour", scale_type="interval"),
            Parameter("guess", "Guess", verified=False),
            Parameter("serial", "Serial number", kind="setting", scale_type="nominal"),
        ),
        curves=CurveMethod(nothing),
        options=ProbeOptions,
    )
    rating = Scale(
        "rating",
        "Rating",
        (Parameter("overall", "Overall", scale_type="ordinal", improves="down", neutral=3),),
        relative=True,
        rater_roles=("investigator", "subject"),
    )
    score = Scale("score", "Score", (Parameter("total", "Total", improves="down"),))
    return Registry.of(
        probe,
        rating,
        score,
        Analysis(
            "t_test",
            "t test",
            nothing,
            (("mean_difference", "conf_low"),),
            needs="visit pair",
            decides="mean_difference",
        ),
        Analysis(
            "arms_t",
            "t test of arms",
            nothing,
            (("mean_difference", "conf_low"),),
            needs="arm pair",
            decides="mean_difference",
            designs=("parallel", "within-subject"),
        ),
        Analysis(
            "share",
            "Share",
            nothing,
            (("proportion", "conf_low"),),
            kinds=("binary",),
            decides="proportion",
            options=ShareOptions,
        ),
        Analysis(
            "summary",
            "Summary",
            nothing,
            (("", "mean"),),
            kinds=("continuous", "ordinal", "binary", "time_to_event"),
            always=True,
        ),
        Analysis(
            "agree",
            "Agreement",
            nothing,
            (("kappa", "conf_low"),),
            endpoints="several",
            kinds=("ordinal",),
        ),
        Analysis(
            "listing",
            "Listing of events",
            nothing,
            (("", "n"),),
            endpoints="none",
            reads=("events",),
        ),
        Imputation("carry", "Carry", nothing, "It stays."),
        Imputation("counted_as_failure", "Failure", nothing, "It fails.", stage="responder"),
        Adjustment("halves", "Halves", nothing),
        Reporter("page", "Page", nothing, options=PageOptions),
        Executor("many", "Many", nothing),
        Reader("text", "Text", (".csv",), nothing, nothing, options=TextOptions),
    )


@pytest.fixture
def write(tmp_path):
    def written(text=STUDY, name="study.toml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return written


def changed(text, *pairs):
    """`text` with each old piece replaced by the new one; the old one must be there."""
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


@pytest.fixture
def found(write, registry):
    """The problems of the study file with pieces replaced: those of the file itself, or else those of the check."""

    def problems(*pairs, text=STUDY):
        path = write(changed(text, *pairs))
        try:
            study = load_study(path)
        except StudyError as error:
            return error.problems
        return check_study(study, registry)

    return problems


@pytest.fixture
def one(found):
    """The only problem of the study file with pieces replaced."""

    def problem(*pairs, text=STUDY):
        problems = found(*pairs, text=text)
        assert len(problems) == 1, "\n".join(map(str, problems))
        return problems[0]

    return problem


@pytest.fixture
def study_text():
    return STUDY


@pytest.fixture
def two_arms():
    return changed(
        STUDY,
        ('design = "single-arm"', 'design = "parallel"'),
        ("[comparisons]\n", TWO_ARMS),
        ("[[sources.subjects]]", f"{ALLOCATIONS}[[sources.subjects]]"),
    )
