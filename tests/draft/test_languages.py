"""Headers, sides, places and devices in German and French, as clinics write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from dermoutcomes.draft.recognition.export_words import are_sides, plain, role_of, side_and_place
from dermoutcomes.draft.recognition.header_measures import MeasureBook
from tests.draft.exports import csv_export, drafted, registry


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("Messzeitpunkt", "visit"),
        ("Besuchs-Nr.", None),
        ("Besuch Nr.", "visit"),
        ("N° de visite", None),
        ("Numéro de visite", "visit"),
        ("Prüfpräparat", "arm"),
        ("Bras de l'étude", "arm"),
        ("Côté traité", "side"),
        ("Gesichtsseite", "side"),
        ("Prüfareal", "location"),
        ("Zone traitée", "location"),
        ("Messwiederholung", "replicate"),
        ("Prüfärztin", "rater"),
        ("Identifiant patient", "subject"),
        ("Messergebnis", "value"),
        ("Erhebungsdatum", "date"),
        ("Date d'examen", "date"),
    ],
)
def test_header_has_its_role(header: str, role: str | None) -> None:
    assert role_of(header, "roles") == role


@pytest.mark.parametrize(
    ("word", "measure"),
    [
        ("Hautfeuchte", "corneometer.hydration"),
        ("Hydratation cutanée", "corneometer.hydration"),
        ("Taux d'hydratation", "corneometer.hydration"),
        ("Perte insensible en eau (PIE)", "tewameter.tewl"),
        ("Transepidermaler Wasserverlust", "tewameter.tewl"),
        ("Talggehalt", "sebumeter.sebum"),
        ("pH cutané", "skin_ph_meter.ph"),
        ("Indice d'érythème", "mexameter.erythema"),
        ("Melaninwert", "mexameter.melanin"),
    ],
)
def test_measure_is_known_by_its_name(word: str, measure: str) -> None:
    found = MeasureBook(registry()).measure(word)
    assert found is not None
    assert found.name == measure


def test_signs_of_two_letters_are_compared_as_two() -> None:
    assert plain("Œdème") == "oedeme"
    assert plain("Maß") == plain("MASS") == "mass"


def test_letters_are_sides_only_beside_each_other() -> None:
    assert are_sides(("G", "D"))
    assert are_sides(("gauche", "D"))
    assert not are_sides(("D",))
    assert not are_sides(("D", "E"))
    assert side_and_place("Joue D") == ("right", "cheek")
    assert side_and_place("Schläfe links") == ("left", "temple")


def test_french_export_is_read_whole(tmp_path: Path) -> None:
    rows = [
        (f"V{number:02}", moment, side, f"{40 + number + 2 * step + (side == 'D')},5")
        for number in range(1, 7)
        for step, moment in enumerate(("J0", "J28"))
        for side in ("G", "D")
    ]
    header = ("N° sujet", "Temps de mesure", "Côté", "Hydratation cutanée (u.a.)")
    csv_export(tmp_path / "mesures.csv", [header, *rows], ";", "cp1252")
    draft = drafted(tmp_path)

    assert draft.problems == ()
    assert draft.sources("corneometer")[0]["values"]["side"] == {"G": "left", "D": "right"}
    assert draft.means("corneometer.hydration", "side") == {"left": 45, "right": 46}


REGIONS, SIGNS = ("Kopf", "Arme", "Rumpf", "Beine"), ("Erythem", "Odem", "Exko", "Lichen", "Fläche")
ITEMS = [f"{region}_{sign}" for region in REGIONS for sign in SIGNS]


def form(folder: Path, *further: tuple[str, object]) -> None:
    """An EASI with German items, and columns beside them."""
    names, values = zip(*further, strict=True) if further else ((), ())
    rows = [
        (f"P{number}", visit, *values, *([1, 2, 1, 0, 2] * 4), 12)
        for number in range(1, 7)
        for visit in ("Baseline", "Woche 4")
    ]
    csv_export(folder / "EASI.csv", [("Pat.-Nr.", "Besuch", *names, *ITEMS, "TEWL"), *rows])


def test_german_form_has_its_items_by_their_words(tmp_path: Path) -> None:
    form(tmp_path, ("Alter", 41))
    draft = drafted(tmp_path)

    columns = draft.sources("easi")[0]["columns"]
    assert columns.keys() - {"subject", "visit"} == {
        "age_years",
        *(
            f"{region}_{sign}"
            for region in ("head_neck", "upper_limbs", "trunk", "lower_limbs")
            for sign in (
                *("erythema", "edema_papulation", "excoriation", "lichenification"),
                "area_score",
            )
        ),
    }
    assert columns["trunk_edema_papulation"] == "Rumpf_Odem"
    assert draft.means("easi.total") == {"easi.total": 8}


def test_form_of_which_no_file_says_the_variant_asks_for_it_and_the_rest_is_read(
    tmp_path: Path,
) -> None:
    form(tmp_path)
    draft = drafted(tmp_path)

    assert list(draft.study["sources"]) == ["tewameter"]
    assert "By which variant are the forms of easi scored?" in draft.questions()
    assert '# options.variant = "adult"  # age_years >= 8' in draft.text
    assert draft.means("tewameter.tewl") == {"tewameter.tewl": 12}


def test_form_is_read_where_the_list_of_subjects_says_the_age(tmp_path: Path) -> None:
    form(tmp_path)
    people = [("Pat.-Nr.", "Alter"), *((f"P{number}", 41) for number in range(1, 7))]
    csv_export(tmp_path / "Patienten.csv", people)
    draft = drafted(tmp_path)

    assert "By which variant" not in draft.questions()
    assert draft.means("easi.total") == {"easi.total": 8}
