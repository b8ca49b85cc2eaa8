"""Facts of the catalogue that forms, pages and memory often have otherwise, a line each."""

from __future__ import annotations

import re
from typing import Any

import pytest

from dermoutcomes import load_registry
from dermoutcomes.cli.explain.form import responder_words
from dermoutcomes.scoring.form_score import score_form
from dermoutcomes.scoring.results import as_data

REGISTRY = load_registry()
SCALES = REGISTRY.scales
INSTRUMENTS = REGISTRY.instruments


def scored(scale: str, items: dict[str, Any], **params: Any) -> dict[str, Any]:
    return as_data(score_form(SCALES[scale], items, params))


def sevenfold(answer: Any, **others: Any) -> dict[str, Any]:
    return {**{f"q{number}": answer for number in range(1, 8)}, **others}


def poem(answer: Any, **others: Any) -> dict[str, Any]:
    names = ("itch", "sleep", "bleeding", "weeping", "cracking", "flaking", "dryness")
    return {**dict.fromkeys(names, answer), **others}


@pytest.mark.parametrize(
    ("scale", "items", "total"),
    [
        # One blank is 0, two are no score, of two answers the higher counts.
        ("recap", sevenfold(2, q7=None), 12),
        ("recap", sevenfold(2, q6=None, q7=None), None),
        ("recap", sevenfold(2, q7=[1, 4]), 16),
        ("poem", poem(2, dryness=None), 12),
        ("poem", poem(2, dryness=None, itch=None), None),
        ("poem", poem(2, itch=[0, 3]), 15),
        # A line of 10 cm is the line of 100 mm.
        ("pain_vas", {"vas_cm": 7.5}, 75),
        ("itch_vas", {"vas_mm": 75}, 75),
    ],
)
def test_blanks_two_answers_and_units(scale, items, total) -> None:
    assert scored(scale, items)["total"] == total


def easi(**head: float) -> dict[str, Any]:
    signs = ("erythema", "edema_papulation", "excoriation", "lichenification", "area_score")
    clear = dict.fromkeys(signs, 0)
    others = dict.fromkeys(("upper_limbs", "trunk", "lower_limbs"), clear)
    return {"age_years": 30, "head_neck": {**clear, **head}, **others}


@pytest.mark.parametrize(
    ("half", "findings"),
    [(0.5, ["half_point"]), (1.5, []), (2.5, [])],
)
def test_half_a_point_of_the_easi_is_asked_about_and_counts(half, findings) -> None:
    data = scored("easi", easi(erythema=half, area_score=6))

    assert data["total"] == pytest.approx(0.6 * half)
    assert [one["check"] for one in data.get("findings", [])] == findings
    assert {one["severity"] for one in data.get("findings", [])} <= {"warning"}


@pytest.mark.parametrize(
    ("scale", "table", "value", "band"),
    [
        ("easi", "leshem_2015", 1.05, "mild"),
        ("easi", "leshem_2015", 7.05, "moderate"),
        ("easi", "leshem_2015", 21.05, "severe"),
        ("easi", "leshem_2015", 50.05, "very severe"),
        ("uas7", "hollis_2018", 15.4, "moderate"),
        ("uas7_td", "hollis_2018", 6.5, "mild"),
        ("ppnrs_weekly", "itchyquant", 3.5, "moderate"),
        ("bsa", "chopra_2017", 15.95, "mild"),
        ("scorad", "chopra_2017", 9.95, "clear"),
        ("salt", "S", 24.6, "S1"),
    ],
)
def test_a_fraction_between_two_printed_ends_has_a_band(scale, table, value, band) -> None:
    [bands] = [one for one in SCALES[scale].form.band_tables if one.name == table]
    held = [
        one.label
        for one in bands.bands
        if (one.low < value or (one.low == value and not one.open_low))
        and (value < one.high or (value == one.high and not one.open_high))
    ]

    assert held == [band]


@pytest.mark.parametrize("scale", ["vss", "pasi"])
def test_where_nobody_agrees_on_bands_none_is_usual(scale) -> None:
    assert SCALES[scale].form.band_tables
    assert not any(table.default for table in SCALES[scale].form.band_tables)


def test_dlqi_r_and_masi_have_no_bands() -> None:
    assert {table.of for table in SCALES["dlqi"].form.band_tables} == {"total"}
    assert SCALES["masi"].form.band_tables == SCALES["mmasi"].form.band_tables == ()


def test_wheals_of_half_a_day_have_cuts_of_their_own() -> None:
    words = SCALES["uas7_td"].parameter("am_wheals").definition

    assert "1 for 1 to 6, 2 for 7 to 12, 3 above 12" in words


def test_two_scales_of_one_nickname_are_two_entries() -> None:
    assert SCALES["fws"].parameter("investigator_grade").values == (0, 1, 2, 3)
    assert SCALES["lemperle"].parameter("grade").values == (0, 1, 2, 3, 4, 5)


HEALED = {"epithelialised": 1, "drainage": 0, "dressing": 0}


@pytest.mark.parametrize(
    ("changed", "closed"),
    [({}, 1), ({"second_drainage": 1}, 0), ({"second_dressing": 1}, 0), ({"days_between": 13}, 0)],
)
def test_a_closed_wound_is_dry_undressed_and_seen_again_after_two_weeks(changed, closed) -> None:
    both = {
        f"{visit}_{sign}": state for visit in ("first", "second") for sign, state in HEALED.items()
    }

    assert scored("wound_closure", {**both, "days_between": 14, **changed})["closed"] == closed


@pytest.mark.parametrize(("nodules", "response"), [(2, True), (1, None), (0, None)])
def test_a_hiscr_needs_three_lesions_before_treatment(nodules, response) -> None:
    before = {"abscesses": 1, "inflammatory_nodules": nodules, "draining_tunnels": 0}
    after = {"abscesses": 0, "inflammatory_nodules": 0, "draining_tunnels": 0}

    assert scored("hiscr", {"baseline": before, "post": after})["HiSCR50"] is response


@pytest.mark.parametrize(
    ("measure", "minimum", "maximum", "kind"),
    [
        ("tewameter.tewl", 0, None, None),
        ("vapometer.tewl", 0, None, None),
        ("skin_ph_meter.ph", 0, 14, "definition"),
        ("corneometer.hydration", 0, 130, "saturation"),
        ("sebumeter.sebum", 0, 350, "saturation"),
        ("mexameter.melanin", 0, 999, "saturation"),
        ("colorimeter.l_star", 0, 100, "definition"),
    ],
)
def test_the_end_of_a_device_is_no_impossible_value(measure, minimum, maximum, kind) -> None:
    parameter = REGISTRY.parameter(measure)

    assert (parameter.minimum, parameter.maximum) == (minimum, maximum)
    assert kind is None or parameter.maximum_is == kind


def test_a_probe_of_the_moisturemeter_is_named_by_its_depth() -> None:
    assert INSTRUMENTS["moisturemeter_d"].parameter("depth_mm").values == (0.5, 1.5, 2.5, 5.0)


def test_a_percentile_is_no_outcome() -> None:
    words = [
        f"{parameter.code} {parameter.label} {' '.join(parameter.words)}".casefold()
        for parameter in INSTRUMENTS["visia"].parameters
    ]
    assert [one for one in words if "percentile" in one] == []


@pytest.mark.parametrize(
    "measure",
    [
        "cutometer.r0", "cutometer.r3", "cutometer.f3", "cutometer.f4",
        "dermalab.e", "reviscometer.rrt", "moisturemeter_d.tdc",
    ],
)  # fmt: skip
def test_a_disputed_direction_is_the_study_s_to_state(measure) -> None:
    assert REGISTRY.parameter(measure).improves is None


@pytest.mark.parametrize("code", ["f0", "f1", "f2", "f3", "f4", "q0", "q1", "q2", "q3"])
def test_areas_of_the_cutometer_are_not_verified(code) -> None:
    assert not INSTRUMENTS["cutometer"].parameter(code).verified


def test_r8_is_checked_in_each_file() -> None:
    assert "r1_is_r0_minus_r8" in {check.name for check in INSTRUMENTS["cutometer"].checks}


RESPONSES = {
    "easi": {
        "EASI50": "total change in percent <= -50",
        "EASI75": "total change in percent <= -75",
        "EASI90": "total change in percent <= -90",
        "EASI_le_7": "total <= 7",
        "EASI_le_3": "total <= 3",
    },
    "viga_ad": {"success": "grade <= 1 and grade change <= -2"},
    "ppnrs_weekly": {
        "responder_ge4": "mean change <= -4, among those with mean before treatment >= 4",
        "responder_ge3": "mean change <= -3, among those with mean before treatment >= 3",
    },
    "scorad": {
        "SCORAD50": "total change in percent <= -50",
        "SCORAD75": "total change in percent <= -75",
    },
    "poem": {"POEM_fall_4": "total change <= -4", "POEM_fall_3": "total change <= -3"},
    "dlqi": {
        "DLQI_0_1": "total <= 1",
        "DLQI_fall_4": "total change <= -4, among those with total before treatment >= 4",
    },
    "pasi": {
        "PASI75": "total change in percent <= -75",
        "PASI90": "total change in percent <= -90",
        "PASI100": "total change in percent <= -100",
        "abs_le_1": "total <= 1",
        "abs_le_2": "total <= 2",
        "abs_le_3": "total <= 3",
    },
    "spga": {"success": "grade <= 1 and grade change <= -2"},
    "iga_acne": {"success": "grade <= 1 and grade change <= -2"},
    "ihs4": {"IHS4_55": "total change in percent <= -55"},
    "uas7": {"UAS7_le_6": "total <= 6", "UAS7_0": "total <= 0"},
    "uct": {"well_controlled": "total >= 12", "complete": "total >= 16"},
    "aect": {"well_controlled": "total >= 10"},
    "salt": {
        "SALT_le_20": "total <= 20",
        "SALT_le_10": "total <= 10",
        "SALT50": "total change in percent <= -50",
        "SALT75": "total change in percent <= -75",
        "SALT90": "total change in percent <= -90",
    },
    "f_vasi": {
        "F_VASI50": "total change in percent <= -50",
        "F_VASI75": "total change in percent <= -75",
        "F_VASI90": "total change in percent <= -90",
    },
    "vasi": {"VASI50": "total change in percent <= -50"},
    "vns": {"success": "rating >= 4"},
    "wsrs": {"one_grade_both_sides": "left_grade change <= -1 and right_grade change <= -1"},
    "toxin_response": {
        "two_grades_to_0_1_both": "investigator_grade <= 1 and investigator_grade change <= -2 "
        "and subject_grade <= 1 and subject_grade change <= -2"
    },
    "hdss": {"HDSS_fall_2": "grade change <= -2"},
    "hiscr": {
        name: f"an_count change in percent <= -{percent} and abscesses change <= 0 and "
        "draining_tunnels change <= 0, among those with an_count before treatment >= 3"
        for name, percent in (("HiSCR50", 50), ("HiSCR75", 75), ("HiSCR90", 90))
    },
}
CHANGES = {
    "dlqi": {4}, "easi": {6.6}, "scorad": {8.7}, "oscorad": {8.2}, "poem": {3, 3.4},
    "ppnrs_weekly": {4}, "cdlqi": {6}, "uas7": {9.5}, "uct": {3}, "aect": {3}, "adct": {5},
    "recap": {3}, "posas2_observer": set(), "posas2_patient": set(),
}  # fmt: skip


@pytest.mark.parametrize("scale", RESPONSES)
def test_each_response_has_the_conditions_of_its_name(scale) -> None:
    words = {one.name: responder_words(one) for one in SCALES[scale].form.responders}

    assert {name: words.get(name) for name in RESPONSES[scale]} == RESPONSES[scale]


@pytest.mark.parametrize("scale", CHANGES)
def test_each_important_change_in_points(scale) -> None:
    points = {one.points for one in SCALES[scale].form.important_changes if one.points is not None}

    assert points == CHANGES[scale]


LINES = {
    "dlqi": "©", "cdlqi": "©", "idqol": "©", "dfi": "©", "poem": "©", "face_q": "©",
    "po_scorad": "PO-SCORAD (index computed from the answers)",
}  # fmt: skip
LICENCES = {
    "dlqi": "permission",
    "cdlqi": "permission",
    "idqol": "permission",
    "recap": "CC BY",
    "posas2_observer": "since May 2020, with a fee for commercial use",
    "posas2_patient": "since May 2020, with a fee for commercial use",
    "viga_ad": "CC BY-ND",
    "poem": "a fee per patient",
    "face_q": "agreement",
    "mas": "no photograph",
    "wsrs": "no photograph",
    "uct": "MOXIE",
    "aect": "MOXIE",
}
# Items that are keys alone, since their wording is licensed.
NUMBERED = (
    "dlqi", "cdlqi", "idqol", "dfi", "recap", "adct", "uct", "aect", "aas", "ae_qol", "cu_q2ol",
    "pssd", "psi", "face_q",
)  # fmt: skip


@pytest.mark.parametrize("scale", LINES)
def test_the_line_of_its_holders_is_printed(scale) -> None:
    assert LINES[scale] in SCALES[scale].form.licence_line


@pytest.mark.parametrize("scale", LICENCES)
def test_the_licence_says_what_a_user_owes(scale) -> None:
    assert LICENCES[scale] in SCALES[scale].licence


@pytest.mark.parametrize("scale", NUMBERED)
def test_an_item_of_a_licensed_form_is_its_number(scale) -> None:
    items = [one for one in SCALES[scale].parameters if one.kind == "item"]

    assert items
    assert [one.code for one in items if not (one.code[0] == "q" and one.code[1].isdigit())] == []


def test_a_raw_sum_says_that_it_is_no_score_of_the_face_q() -> None:
    assert SCALES["face_q"].parameter("raw_sum").label == "Raw sum, not a FACE-Q score"


@pytest.mark.parametrize("scale", ["gais", "viga_ad"])
def test_grades_have_names_and_no_descriptions(scale) -> None:
    labels = [
        label for one in SCALES[scale].parameters for label in dict(one.labels or {}).values()
    ] + [
        band.label
        for form in [SCALES[scale].form]
        if form
        for table in form.band_tables
        for band in table.bands
    ]

    assert labels
    assert all(len(label.split()) <= 3 for label in labels)


# A paper by year, volume and page, a number of a register, or an address.
CITED = re.compile(
    r"(19|20)\d\d;\d|doi |DOI |PMC\d|PMID |PubMed \d|NCT\d|ISO|VIS-SIG|CRAN|[Gg]uidance|"
    r"[A-Za-z][\w-]*\.(com|org|uk|de|net|ca|nl|se|cz|us|ai|ru|edu|gov|dk)\b|NPUAP|"
    r"@[0-9a-f]{8}\b|bio-protocol"
)
NOT_READ = re.compile(
    r"no page at hand|[Nn]o source|[Gg]eneral knowledge|[Aa]s commonly|not read|not at hand"
)
RULES = [
    (name, f"{kind}.{rule.name}", rule)
    for name, scale in SCALES.items()
    if scale.form is not None
    for kind in ("band_tables", "responders", "important_changes")
    for rule in getattr(scale.form, kind)
]


@pytest.mark.parametrize("name", SCALES)
def test_a_reference_can_be_found_or_says_that_there_is_none(name) -> None:
    citations = [reference.citation for reference in SCALES[name].references]

    assert citations
    assert [one for one in citations if not CITED.search(one) and not NOT_READ.search(one)] == []


def test_a_verified_rule_stands_on_a_source_that_was_read() -> None:
    by_memory = [
        f"{name}.{place}: {rule.source}"
        for name, place, rule in RULES
        if rule.verified and (NOT_READ.search(rule.source) or not CITED.search(rule.source))
    ]

    # That no area is left needs no source.
    assert by_memory == ["wound_healing.responders.gone: by its arithmetic"]
