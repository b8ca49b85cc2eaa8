"""What stands in the kits, from a small study that is run."""

from __future__ import annotations

import re

import polars as pl
import pytest

import dermoutcomes
from dermoutcomes import NoOptions
from dermoutcomes.report import Bullets, Claims, Figure, Material, Pairs, Paragraph, Table
from dermoutcomes.testing import write_study
from dermoutcomes_kits import sheets_of_claims, summary_for_participants, upload_for_registry
from dermoutcomes_kits.claim_facts import ClaimFacts
from dermoutcomes_kits.improved_share import improved_share, improved_words
from dermoutcomes_kits.lay_words import LayWords

BEFORE = (40, 41, 39, 42, 44, 38, 40, 43)
AFTER = (45, 44, 39, 47, 43, 44, 46, 49)  # six rose, one stayed, one fell
STUDY = """
[study]
id = "KIT"
title = "Hydration of eight people"
design = "single-arm"
product = "Cream"

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }

[comparisons]
w4 = { visit = ["W4", "baseline"] }

[[sources.subjects]]
file = "subjects.csv"

[[sources.events]]
file = "events.csv"

[[sources.corneometer]]
file = "corneometer.csv"

[endpoints.hydration]
label = "Hydration"
role = "primary"
measure = "corneometer.hydration"
improves = "up"
baseline = { visits = ["W0"] }
compare = ["w4"]
analyses = ["paired_t"]

[claims.instant]
text = "Hydration rose instantly, up to 15 %"
kind = "change"
all_of = [{ hypothesis = "hydration.w4" }]

[outputs]
reports = ["claim-sheets"]
figures = []
"""


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    readings = [
        f"S{number},{visit},{day},{value}"
        for number, values in enumerate(zip(BEFORE, AFTER, strict=True), 1)
        for visit, day, value in zip(
            ("W0", "W4"), ("2024-03-04", "2024-04-01"), values, strict=True
        )
    ]
    files = {
        "subjects.csv": "subject,sex,age\n" + "".join(f"S{n},f,{30 + n}\n" for n in range(1, 9)),
        "events.csv": "subject,term,related_product,serious\nS1,Itching,true,false\nS2,Cold,,false\n",
        "corneometer.csv": "subject,visit,date,hydration\n" + "\n".join(readings) + "\n",
    }
    run = dermoutcomes.run(write_study(tmp_path_factory.mktemp("kit"), STUDY, files))
    return Material(run.study, run.registry, run.table, run.manifest)


def words(document) -> str:
    texts = []
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Paragraph):
                parts = [block.text]
            elif isinstance(block, Bullets):
                parts = list(block.items)
            elif isinstance(block, Pairs):
                parts = [text for _, text in block.items]
                texts += [term for term, _ in block.items]
            elif isinstance(block, Table):
                parts = [cell for row in block.rows for cell in row.cells]
            elif isinstance(block, Figure):
                parts = []
            else:
                assert isinstance(block, Claims)
                parts = [ours for card in block.cards for ours in card.ours]
            texts += ["".join(part.text for part in text) for text in parts]
    return "\n".join(texts)


def test_who_improved_is_a_result_and_a_tie_did_not(material):
    (hypothesis,) = material.hypotheses
    rows = improved_share(material, hypothesis)
    changes = pl.Series(AFTER) - pl.Series(BEFORE)

    assert (rows["improved", "n_with_event"]["value"], len(changes)) == (6, 8)
    # Beta quantiles: 0.025 of (6, 3), 0.975 of (7, 2).
    limits = (rows["improved", stat]["value"] for stat in ("conf_low", "conf_high"))
    assert [*limits] == pytest.approx([0.3491442, 0.9681460], abs=1e-6)
    assert (changes > 0).sum() == 6
    for part in improved_words(material, rows, None):
        # What is said a second time has its address and its digits where it stands first.
        assert (part.result is None) == (part.value is None) or not part.addressed
        if part.result is not None:
            assert part.display(material.by_id[part.result]["value"]) == part.text


def test_a_share_without_an_effect_that_no_result_has_is_said_as_stated(material):
    (hypothesis,) = material.hypotheses
    rows = improved_share(material, hypothesis)

    def said(stated):
        return "".join(part.text for part in improved_words(material, rows, stated))

    assert said(50.0) == said(None)
    assert said(30.0).endswith("; without an effect 30%, as stated")


def test_a_sheet_says_what_the_words_do_not_carry_and_what_nobody_stated(material):
    (sheet,) = sheets_of_claims(material, ClaimFacts(batch="24-017"))
    text = words(sheet)

    assert sheet.name == "instant"
    assert sheet.dense
    assert "“instantly”: “Instantly” needs a reading within minutes of use" in text
    assert "“up to 1”: “Up to” names the best person" in text
    assert "6 of 8 (75%; 95% CI 35% to 97%); without an effect 50%; 8 of 8 are needed" in text
    assert "24-017" in text
    assert "Not stated" in text
    assert "conditions of use" in text
    assert "0 serious, 1 related to the product (1 not known), of 2 events recorded" in text


def test_the_lay_summary_has_no_p_value_and_says_what_is_not_known(material):
    text = words(summary_for_participants(material, LayWords(who="Adults with dry skin.")))

    assert "Adults with dry skin." in text
    assert "1 of 8 people had an effect that may be due to the product:" in text
    assert "Of 1 further effects it is not known whether the product caused them." in text
    assert "This is more than chance alone would explain." in text
    assert " p " not in text.lower()
    assert "P <" not in text


RARE = (
    "Further kinds of effect, each in fewer than 5 of 100 people: 1. The annex of the study report "
    "lists all of them."
)
OUTSIDE = (
    "Medical events of people who are not among these 40: 1 (put down to the product: 0; "
    "serious: 1)."
)


def test_effects_are_counted_among_those_treated_and_rare_ones_together(tmp_path):
    people = [f"S{n},f,40,2024-03-01,true" for n in range(1, 41)]
    people += ["S41,m,40,2024-03-01,false", "S42,m,90,,false"]
    events = [f"S{n},DRY MOUTH,true,false" for n in (1, 2, 3)]
    events += ["S1,COPD,true,false", "S2,COPD,true,false", "S4,Hives,true,true"]
    events += ["S42,Fall,false,true", "S5,Cold,false,false"]
    readings = [
        f"S{n},{visit},{value}"
        for n in range(1, 43)
        for visit, value in (("W0", 40), ("W4", 40 + n))
    ]
    files = {
        "subjects.csv": "\n".join(["subject,sex,age,enrolled,treated", *people, ""]),
        "events.csv": "\n".join(["subject,term,related_product,serious", *events, ""]),
        "corneometer.csv": "\n".join(["subject,visit,hydration", *readings, ""]),
    }
    run = dermoutcomes.run(write_study(tmp_path, STUDY, files))
    material = Material(run.study, run.registry, run.table, run.manifest)
    lines = words(summary_for_participants(material, LayWords())).splitlines()

    assert "41 people took part, 40 of them women." in lines
    assert "40 of them were treated." in lines
    assert "Their age was 40 to 40 years." in lines
    start = lines.index("4 of 40 treated people had an effect that may be due to the product:")
    assert lines[start + 1 : start + 6] == [
        "Dry mouth: 3 of 40 people.",
        "COPD: 2 of 40 people.",
        RARE,
        "1 of 40 treated people had a serious medical event, whatever its cause.",
        OUTSIDE,
    ]


def test_the_lay_summary_has_the_ten_headings_and_says_which_way_is_better(material):
    document = summary_for_participants(material, LayWords())
    text = words(document)

    assert [section.label.partition(". ")[0] for section in document.sections] == [
        str(number) for number in range(1, 11)
    ]
    assert document.sections[3].label == "4. Population of subjects"
    assert "AU (8 of 8 people). Higher is better. This is more than chance" in text


GRADES = """
[study]
id = "GRADES"
title = "Grades of improvement"
design = "single-arm"

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }

[comparisons]
w4 = { visit = ["W4", "baseline"] }

[[sources.subjects]]
file = "subjects.csv"

[[sources.gais]]
file = "gais.csv"
columns.rating = "GAIS"
constants.rater_role = "investigator"
options.coding = "signed"

[endpoints.rating]
label = "Grade"
role = "primary"
measure = "gais.rating"
rater = { role = "investigator" }
responder = { value = "<= 3" }
handling = ["observed"]
compare = ["w4"]
analyses = ["sign_test"]

[outputs]
reports = ["claim-sheets"]
figures = []
"""


def test_a_share_of_people_has_not_the_direction_of_its_measure(tmp_path):
    """The lower grade is better, and the higher share of people who improved."""
    forms = "".join(f"S{place},W4,{grade}\n" for place, grade in enumerate((3, 2, 2, 1, 1, -1), 1))
    files = {
        "subjects.csv": "subject\n" + "".join(f"S{place}\n" for place in range(1, 7)),
        "gais.csv": f"subject,visit,GAIS\n{forms}",
    }
    run = dermoutcomes.run(write_study(tmp_path, GRADES, files))
    text = words(summary_for_participants(Material.of_run(run), LayWords()))

    assert "Grade, W4 compared with baseline: improved, of all 83% (6 of 6 people)" in text
    assert "is better" not in text
    # Five better, one worse: two-sided, 2 x (1 + 6) / 2^6. It is of those who changed.
    [outcomes] = [
        section
        for section in upload_for_registry(Material.of_run(run), NoOptions()).sections
        if section.name == "outcomes"
    ]
    [table] = outcomes.blocks
    assert "".join(part.text for part in table.rows[0].cells[4]) == ".22"


def test_a_sheet_says_what_was_significant_without_a_p_value(material):
    def table(name: str) -> pl.DataFrame:
        rows = material.table(name)
        if name == "hypotheses":
            return rows.with_columns(confirmatory=True, method=pl.lit("Holm"))
        if name == "claims":
            return rows.with_columns(verdict=pl.lit("supported (confirmatory)"))
        return rows

    fixed = Material(material.study, material.registry, table, material.manifest)
    [sheet] = sheets_of_claims(fixed, ClaimFacts())
    text = words(sheet)

    assert "Significant (5%, Paired t-test, Holm)" in text
    assert not re.search(r"(?i)\bP ?[<=]", text)
    assert "8 people, W4 v baseline, mean difference; single arm" in text


def test_the_lay_summary_answers_what_the_study_asked(tmp_path):
    """Of two comparisons one is in a family: the other is no question whose chance is known."""
    files = {
        "subjects.csv": "subject\n" + "".join(f"S{n}\n" for n in range(1, 9)),
        "events.csv": "subject,term\n",
        "corneometer.csv": "subject,visit,hydration\n"
        + "".join(
            f"S{n},W0,{before}\nS{n},W4,{after}\nS{n},W8,{after + n}\n"
            for n, (before, after) in enumerate(zip(BEFORE, AFTER, strict=True), 1)
        ),
    }
    later = (
        STUDY.replace(
            "\n[comparisons]\n",
            'W8 = { at = "8 w" }\n\n[comparisons]\nw8 = { visit = ["W8", "baseline"] }\n',
        )
        .replace('compare = ["w4"]', 'compare = ["w4", "w8"]')
        .replace('role = "primary"', 'role = "secondary"')
    )
    family = '[multiplicity.first]\nmethod = "holm"\nhypotheses = ["hydration.w4"]\n'
    run = dermoutcomes.run(write_study(tmp_path, later + family, files))
    document = summary_for_participants(Material.of_run(run), LayWords())
    text = words(document)

    assert document.dense
    assert "Hydration, W4 compared with baseline" in text
    assert "W8" not in text


def test_the_registry_gets_each_hypothesis_once(material):
    document = upload_for_registry(material, None)
    (outcomes,) = [section for section in document.sections if section.name == "outcomes"]
    (table,) = outcomes.blocks

    assert "".join(part.text for part in table.rows[0].cells[0]) == (
        "Hydration: mean difference, AU"
    )
    assert [len(table.rows), "".join(part.text for part in table.rows[0].cells[2])] == [1, "8 of 8"]


@pytest.mark.parametrize(
    ("family", "adjusted"),
    [("", False), ('[multiplicity.first]\nmethod = "holm"\nhypotheses = ["hydration.w4"]\n', True)],
)
def test_the_registry_says_which_p_is_adjusted(tmp_path, family, adjusted):
    files = {
        "subjects.csv": "subject\n" + "".join(f"S{n}\n" for n in range(1, 9)),
        "events.csv": "subject,term\n",
        "corneometer.csv": "subject,visit,hydration\n"
        + "".join(
            f"S{n},W0,{before}\nS{n},W4,{after}\n"
            for n, (before, after) in enumerate(zip(BEFORE, AFTER, strict=True), 1)
        ),
    }
    run = dermoutcomes.run(write_study(tmp_path, STUDY + family, files))
    document = upload_for_registry(
        Material(run.study, run.registry, run.table, run.manifest), NoOptions()
    )
    (outcomes,) = [section for section in document.sections if section.name == "outcomes"]
    (table,) = outcomes.blocks

    assert [column.head for column in table.columns][4:6] == ["P, not adjusted", "Adjusted P"]
    assert "Intervals are not adjusted." in " ".join(table.foot.lines)
    assert bool("".join(part.text for part in table.rows[0].cells[5])) == adjusted


COUNTED = """
[populations]
safety = { treated = true }

[analyses.safety]
use = "adverse_events"
population = "safety"
options = { treatment_emergent = true }
"""


def test_effects_are_those_that_the_report_counts_and_people_those_who_were_enrolled(tmp_path):
    files = {
        "subjects.csv": "subject,sex,age,enrolled,treated\n"
        "S1,f,40,2024-03-01,true\nS2,f,50,2024-03-01,true\nS3,f,60,2024-03-01,true\n"
        "S4,m,80,,false\n",  # failed screening
        "events.csv": "subject,term,preferred_term,body_system,related_product,serious,"
        "treatment_emergent,start_date\n"
        "S1,Itching,Pruritus,Skin,true,false,true,2024-03-10\n"
        "S2,Itching,Pruritus,Skin,true,false,false,2024-03-01\n"  # before the first treatment
        "S2,Cold,Cold,Infections,,true,true,2024-03-12\n",
        "corneometer.csv": "subject,visit,date,hydration\n"
        + "".join(
            f"S{n},{visit},{day},{40 + n * add}\n"
            for n in (1, 2, 3)
            for visit, day, add in (("W0", "2024-03-04", 1), ("W4", "2024-04-01", 3))
        ),
    }
    study = STUDY.replace("[claims", 'handling = ["observed"]\n\n[claims', 1) + COUNTED
    run = dermoutcomes.run(write_study(tmp_path, study, files))
    material = Material(run.study, run.registry, run.table, run.manifest)
    lay = words(summary_for_participants(material, LayWords()))
    (sheet,) = sheets_of_claims(material, ClaimFacts())
    registry = words(upload_for_registry(material, NoOptions()))

    assert "3 people took part, 3 of them women." in lay
    assert "Their age was 40 to 60 years." in lay
    # The cold may be due to the product: an unknown relation counts as one, and is told.
    assert "2 of 3 people had an effect that may be due to the product:" in lay
    assert "Pruritus: 1 of 3 people." in lay
    assert "Of 1 effects it is not known whether the product caused them." in lay
    assert "1 of 3 people had a serious medical event, whatever its cause." in lay
    assert "any in 2 of 3 subjects (2 events)" in words(sheet)
    assert "related to product in 2 (2 events, of 1 it is not known)" in words(sheet)
    assert "Listed\n4\nEnrolled\n3" in registry


def test_what_no_file_tells_of_an_event_is_no_zero(tmp_path):
    files = {
        "subjects.csv": "subject\nS1\nS2\n",
        "events.csv": "subject,term\nS1,Itching\n",
        "corneometer.csv": "subject,visit,date,hydration\n"
        "S1,W0,2024-03-04,40\nS1,W4,2024-04-01,42\nS2,W0,2024-03-04,40\nS2,W4,2024-04-01,45\n",
    }
    run = dermoutcomes.run(write_study(tmp_path, STUDY, files))
    material = Material(run.study, run.registry, run.table, run.manifest)
    text = words(summary_for_participants(material, LayWords()))

    assert "Whether the product caused unwanted effects was not recorded." in text
    assert "Whether unwanted effects were serious was not recorded." in text
    assert "0 of 2 people" not in text
