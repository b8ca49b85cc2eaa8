"""Instruments of the catalogue: sources of their numbers, colour, directions, and a study of three."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from dermoutcomes import Instrument, StudyError, load_registry, open_run
from dermoutcomes.registry.forms.entry_folder import is_unread
from dermoutcomes.testing import run_study, write_study
from dermoutcomes_catalogue import register_instruments

__all__ = ["run_study"]

INSTRUMENTS = {instrument.name: instrument for instrument in register_instruments()}
each_instrument = pytest.mark.parametrize("instrument", INSTRUMENTS.values(), ids=INSTRUMENTS)
# Ends that follow from what is counted or from the unit, and need no source.
OF_THEMSELVES = (0, 100, 360)
# The literature does not agree which way is better, or it depends on the claim.
DISPUTED = (
    "colorimeter.b_star",
    "colorimeter.ita",
    "colorimeter.l_star",
    "dermalab.e",
    "frictiometer.friction",
    "glossymeter.gloss",
    "laser_doppler.perfusion",
    "mexameter.melanin",
    "moisturemeter_d.tdc",
    "reviscometer.rrt",
    "skin_ph_meter.ph",
    "vectra.volume",
)
STUDY = """
[study]
id = "SKIN-3"
title = "Barrier, colour and sebum after four weeks"
design = "single-arm"

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }

[comparisons]
w4 = { visit = ["W4", "W0"] }

[[sources.subjects]]
file = "subjects.csv"

[[sources.tewameter]]
file = "tewameter.csv"

[[sources.colorimeter]]
file = "colorimeter.csv"
constants.location = "cheek"

[[sources.sebumeter]]
file = "sebumeter.csv"
constants.location = "forehead"

[defaults.endpoints]
baseline = { visits = ["W0"] }
visits = ["W4"]
handling = ["observed"]
compare = ["w4"]
analyses = ["paired_t"]

[endpoints.barrier]
role = "primary"
measure = "tewameter.tewl"
location = "palm"

[endpoints.tone]
role = "secondary"
measure = "colorimeter.ita"
improves = "up"

[endpoints.tone_class]
measure = "colorimeter.ita_class"
improves = "down"
analyses = ["wilcoxon_signed_rank"]

[endpoints.sebum]
role = "secondary"
measure = "sebumeter.sebum"
improves = "down"
analyses = ["wilcoxon_signed_rank"]

[claims.barrier]
text = "Water loss fell after four weeks"
kind = "change"
all_of = [{ hypothesis = "barrier.w4" }]
"""
SUBJECTS = [f"S{number}" for number in range(6)]


def exports() -> dict[str, str]:
    """Exports of three devices, with the headers that they write."""
    room = "Ambient Temperature Measurement [C°],Ambient Relative Humidity Measurement [%]"
    loss = [f"Subject,Visit,Location,Replicate,TEWL Robust [g/m²/h],Duration [s],{room}"]
    colour = ["subject,visit,replicate,L*(D65),a*(D65),b*(D65)"]
    sebum = ["subject,visit,SEB,hours_since_wash"]
    for number, subject in enumerate(SUBJECTS):
        for visit, level in (("W0", 70 + number), ("W4", 52 + 1.5 * number)):
            warm = (subject, visit) == ("S2", "W4")
            loss += [
                f"{subject},{visit},palm,{turn},{level + 0.3 * turn:.1f},40,{25 if warm else 21},45"
                for turn in (1, 2, 3)
            ]
        for visit, lightness, yellow in (
            ("W0", 58 + number, 16 - number),
            ("W4", 61 + number, 0.5 if subject == "S5" else 15 - number),
        ):
            colour += [
                f"{subject},{visit},{turn},{lightness + turn - 2},12,{yellow + (turn - 2) / 4}"
                for turn in (1, 2, 3)
            ]
        sebum += [
            f"{subject},W0,{350 if number == 0 else 200 + 10 * number},4",
            f"{subject},W4,{150 + 12 * number},{1 if number == 3 else 4}",
        ]
    return {
        "subjects.csv": "\n".join(["subject", *SUBJECTS]) + "\n",
        "tewameter.csv": "\n".join(loss) + "\n",
        "colorimeter.csv": "\n".join(colour) + "\n",
        "sebumeter.csv": "\n".join(sebum) + "\n",
    }


def derived(code: str, **values: float | None) -> float | None:
    parameter = INSTRUMENTS["colorimeter"].parameter(code)
    assert parameter is not None
    assert parameter.expr is not None
    frame = pl.DataFrame({name: [value] for name, value in values.items()}).cast(pl.Float64)
    return frame.select(parameter.expr.alias("value"))["value"].item()


@each_instrument
def test_each_number_has_a_source_or_says_that_it_has_none(instrument: Instrument) -> None:
    without = [
        f"{parameter.code}.{field}"
        for parameter in instrument.parameters
        if parameter.kind in ("value", "score") and parameter.values is None
        for field in ("low", "high", "minimum", "maximum", "improves")
        if (stated := getattr(parameter, field)) is not None
        and stated not in OF_THEMSELVES
        and field not in parameter.sources
        and field not in parameter.unverified
    ]
    unsourced = [
        (parameter.code, own.locations)
        for parameter in instrument.parameters
        for own in parameter.ranges
        if not own.source
    ]

    assert (without, unsourced) == ([], [])


@each_instrument
def test_it_can_be_found_by_the_words_of_its_device(instrument: Instrument) -> None:
    values = [one for one in instrument.parameters if one.kind == "value" and one.expr is None]
    words = [word.casefold() for one in instrument.parameters for word in one.words]

    assert any(one.words for one in values)
    assert len(words) == len(set(words)), "a word names one column"
    assert all(len(word) > 1 for word in words), "one letter is the name of too much"


@pytest.mark.parametrize("measure", DISPUTED)
def test_what_is_disputed_has_no_direction(measure: str) -> None:
    name, _, code = measure.partition(".")
    parameter = INSTRUMENTS[name].parameter(code)

    assert parameter is not None
    assert parameter.improves is None


@pytest.mark.parametrize(
    ("angle", "number"),
    [
        (90, 1), (55.01, 1), (55, 2), (41.01, 2), (41, 3), (28.01, 3), (28, 4), (10.01, 4),
        (10, 5), (-29.99, 5), (-30, 6), (-90, 6), (None, None),
    ],
)  # fmt: skip
def test_a_border_belongs_to_the_darker_class(angle: float | None, number: float | None) -> None:
    assert derived("ita_class", ita=angle) == number


@pytest.mark.parametrize(
    ("lightness", "yellow", "angle"),
    [(60, 10, 45), (50, 10, 0), (40, 10, -45), (60, 0.99, None), (60, -3, None), (60, None, None)],
)
def test_the_angle_is_not_evaluated_near_no_yellow(lightness, yellow, angle) -> None:
    value = derived("ita", l_star=lightness, b_star=yellow)

    assert value == (None if angle is None else pytest.approx(angle, abs=1e-12))


def test_the_colour_difference_is_a_distance() -> None:
    names = ("l_star", "a_star", "b_star", "l_reference", "a_reference", "b_reference")

    assert derived("delta_e", **dict(zip(names, (62, 13, 14, 50, 9, 11), strict=True))) == 13
    assert derived("delta_e", **dict(zip(names, (62, 13, 14, 50, 9, None), strict=True))) is None


def test_a_study_of_three_devices_runs_from_the_command_line(tmp_path: Path) -> None:
    path = write_study(tmp_path, STUDY, exports())
    done = subprocess.run(
        [sys.executable, "-m", "dermoutcomes", "run", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    run = open_run(tmp_path / "results" / "SKIN-3")
    findings = run.table("findings")
    records = run.table("endpoints")

    assert findings.filter(severity="error").height == 0
    # Palms lose far more water than 60 g/m²/h, and no finding says that it is not plausible.
    assert run.table("observations").filter(measure="tewameter.tewl")["value"].max() > 70
    assert findings.filter(measure="tewameter.tewl", check="range").height == 0
    assert set(findings["check"]) >= {
        "tewameter.room_temperature",
        "colorimeter.ita_not_evaluable",
        "sebumeter.washed_shortly_before",
        "values_at_limits",
        "lost_records",
    }
    tone = records.filter(endpoint="tone", visit="W4", reference_visit="baseline").sort("subject")
    assert tone["value"][0] == pytest.approx(36.253837737, abs=1e-8)
    # The mean of the three angles would be 36.2.
    assert tone["reason"].to_list() == [None] * 5 + ["not_computable"]
    classes = records.filter(endpoint="tone_class", visit="W4", reference_visit="baseline")
    assert classes.sort("subject")["value"].to_list() == [3, 3, 2, 2, 2, None]
    ends = run.table("observations").filter(censored="above")
    assert ends.select("subject", "measure", "value").rows() == [("S0", "sebumeter.sebum", 350)]


def test_a_usual_direction_without_a_source_is_asked_for(run_study) -> None:
    stated = 'measure = "sebumeter.sebum"\nimproves = "down"'
    silent = STUDY.replace(stated, 'measure = "sebumeter.sebum"')
    with pytest.raises(StudyError) as caught:
        run_study(silent, exports())

    assert "endpoints.sebum.improves" in str(caught.value)
    assert 'accept_unverified = ["sebumeter.sebum.improves"] in [study]' in str(caught.value)
    accepted = silent.replace(
        "[visits]", 'accept_unverified = ["sebumeter.sebum.improves"]\n\n[visits]'
    )
    assert run_study(accepted, exports()).table("results").height > 0


def test_finding_the_catalogue_reads_no_instrument() -> None:
    instruments = load_registry().instruments

    assert {*INSTRUMENTS} <= {*instruments}
    assert [name for name in INSTRUMENTS if not is_unread(instruments[name])] == []
