"""Reading by the rules of the lock and by those of today: what differs, and what it makes of a verdict."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from dermoutcomes.runs.opening import open_files
from dermoutcomes.runs.pipeline import run
from dermoutcomes.study.lock.lock import write_lock

STUDY = """\
[study]
id = "calm-4"
title = "A cream against redness"
design = "parallel"
data_origin = "simulated"
plugins = ["redness.toml"]

[arms]
cream = { aliases = ["K1"] }
base = { aliases = ["K2"], reference = true }

[visits]
W0 = { at = "0 w", label = "Start" }
W4 = { at = "4 w", label = "Month" }

[schedule]
redness = ["W0", "W4"]

[comparisons]
w4 = { visit = ["W4", "baseline"], arm = ["cream", "base"] }

[[sources.subjects]]
file = "people.csv"
columns = { subject = "Nr", first_treatment = "Day 1" }

[[sources.allocations]]
file = "list.csv"
columns = { subject = "Nr", arm = "Code" }

[[sources.redness]]
file = "redness.csv"
columns = { subject = "Nr", visit = "When", redness = "Cheek", warmth = "Nose" }

[endpoints.redness]
role = "primary"
measure = "redness.redness"
replicates = { planned = 1 }
baseline = { visits = ["W0"] }
compare = ["w4"]
analyses = ["ancova"]
covariates = ["base"]
handling = ["observed"]

[endpoints.warmth]
measure = "redness.warmth"
replicates = { planned = 1 }
baseline = { visits = ["W0"] }
compare = ["w4"]
analyses = ["ancova"]
covariates = ["base"]
handling = ["observed"]

[multiplicity.primary]
method = "holm"
hypotheses = ["redness.w4"]

[claims.calmer]
text = "Redness fell more under the cream"
kind = "difference"
all_of = [{ hypothesis = "redness.w4" }]

[outputs]
reports = []
"""
SCALE = """\
[scales.redness]
label = "Redness"

[scales.redness.parameters.redness]
label = "Redness"
improves = "down"
minimum = 0
maximum = 100

[scales.redness.parameters.warmth]
label = "Warmth"
improves = "down"

[scales.redness.parameters.sum]
label = "Redness and warmth"
kind = "score"
improves = "down"
formula = "redness + warmth"
"""
SUBJECTS = range(1, 13)


def redness_rows():
    """Under the cream (odd numbers) redness falls by about 9, else by about 2."""
    for nr in SUBJECTS:
        start = 40 + 3 * (nr % 5)
        fall = (9 if nr % 2 else 2) + (nr % 3) * 0.5
        yield f"{nr},Start,{start},{start - 7}"
        yield f"{nr},Month,{start - fall},{start - 7 - fall / 2}"


FILES = {
    "people.csv": "\n".join(["Nr,Day 1", *(f"{nr},2021-05-03" for nr in SUBJECTS)]),
    "list.csv": "\n".join(["Nr,Code", *(f"{nr},{'K1' if nr % 2 else 'K2'}" for nr in SUBJECTS)]),
    "redness.csv": "\n".join(["Nr,When,Cheek,Nose", *redness_rows()]),
}


@pytest.fixture
def locked(tmp_path):
    """Lock a study before its outcomes are there, then change it, and run it."""

    def run_changed(*edits, lock=STUDY, scale=(), files=FILES):
        write(tmp_path, {"study.toml": lock, "redness.toml": SCALE})
        opened = open_files(tmp_path / "study.toml")
        write_lock(
            opened.study,
            opened.registry,
            opened.own_plugin_files,
            today=date(2021, 4, 1),
            data_seen=False,
        )
        write(
            tmp_path,
            {**files, "study.toml": edited(STUDY, edits), "redness.toml": edited(SCALE, scale)},
        )
        return run(tmp_path / "study.toml")

    return run_changed


def write(folder, files):
    for name, text in files.items():
        (folder / name).write_text(f"{text}\n", encoding="utf-8")


def edited(text, edits):
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return text


def verdict(finished):
    row = finished.table("claims").row(0, named=True)
    return row["verdict"], row["caution"]


def readings(finished):
    table = finished.table("locked_reading")
    return {row["source"]: row for row in table.iter_rows(named=True)}


def test_a_study_as_it_was_locked_is_read_once(locked):
    finished = locked()

    assert verdict(finished) == ("supported (confirmatory)", None)
    assert not (finished.folder / "tables" / "locked_reading.parquet").exists()


DIFFERENT = {
    "the aliases of two arms": (
        [('"K1"', '"_"'), ('"K2"', '"K1"'), ('"_"', '"K2"')],
        "allocations",
        "arm cream by the locked rules, base now",
    ),
    "the labels of two visits": (
        [('"Start"', '"_"'), ('"Month"', '"Start"'), ('"_"', '"Month"')],
        "redness",
        "visit W0 by the locked rules, W4 now",
    ),
    "two columns": (
        [('redness = "Cheek", warmth = "Nose"', 'redness = "Nose", warmth = "Cheek"')],
        "redness",
        "measure redness.redness by the locked rules, redness.warmth now",
    ),
    "a value that is called missing": (
        [('file = "redness.csv"', 'file = "redness.csv"\nmissing = ["43"]')],
        "redness",
        "read by the locked rules, not read now",
    ),
    "a word of an arm that goes to the other": (
        [('"K1"] }', '"K9"] }'), ('"K2"]', '"K2", "K1"]')],
        "allocations",
        "arm cream by the locked rules, base now",
    ),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_the_locked_rules_read_otherwise_is_no_longer_confirmatory(locked, name):
    edits, source, example = DIFFERENT[name]
    finished = locked(*edits)
    found, caution = verdict(finished)

    assert found != "supported (confirmatory)"
    assert readings(finished)[source]["state"] == "changed"
    assert example in readings(finished)[source]["example"]
    assert f"Reading changed after the lock ({source})" in caution
    assert not finished.table("hypotheses")["confirmatory"].any()


def test_a_word_that_comes_later_does_not_hide_that_the_others_were_swapped(locked):
    files = {**FILES, "list.csv": FILES["list.csv"].replace("\n12,K2", "\n12,K3")}
    finished = locked(
        ('"K1"] }', '"K2"] }'), ('"K2"], reference', '"K1", "K3"], reference'), files=files
    )

    assert readings(finished)["allocations"]["changed"] == 11
    assert not finished.table("hypotheses")["confirmatory"].any()


LATE_FILE = """\
[[sources.allocations]]
file = "late.csv"
columns = { subject = "Nr", arm = "Code" }

[[sources.redness]]"""
ADDITIVE = {
    "a word for an arm": (
        [('"K2"]', '"K2", "K3"]')],
        {"list.csv": FILES["list.csv"].replace("\n12,K2", "\n12,K3")},
        ("allocations", 1),
    ),
    "a word for a visit": (
        [('label = "Month" }', 'label = "Month", aliases = ["Monat"] }')],
        {"redness.csv": FILES["redness.csv"].replace("\n12,Month", "\n12,Monat")},
        ("redness", 2),
    ),
    "a word for missing": (
        [('file = "redness.csv"', 'file = "redness.csv"\nmissing = ["k.A."]')],
        {"redness.csv": f"{FILES['redness.csv']}\n12,Month,k.A.,k.A."},
        ("redness", 0),
    ),
    "a second file": (
        [
            (
                "[[sources.redness]]",
                LATE_FILE,
            )
        ],
        {
            "list.csv": FILES["list.csv"].replace("\n12,K2", ""),
            "late.csv": "Nr,Code\n12,K2",
        },
        ("allocations", 1),
    ),
}


@pytest.mark.parametrize("name", ADDITIVE)
def test_what_is_read_beside_what_the_locked_rules_read_is_listed(locked, name):
    edits, files, (source, newly) = ADDITIVE[name]
    finished = locked(*edits, files={**FILES, **files})
    found, caution = verdict(finished)

    assert found == "supported (confirmatory)"
    unit = "row" if source == "allocations" else "cell"
    counted = f"{newly} {unit}{'' if newly == 1 else 's'}"
    assert (
        caution == f"Reading extended after the lock ({source}): {counted} newly read, 0 changed."
    )


@pytest.mark.parametrize("column", ['arm = "Code"', 'redness = "Cheek"', 'visit = "When"'])
def test_a_lock_of_columns_that_no_file_has_is_said_to_be_mapped_later(locked, column):
    name, _, _ = column.partition(" ")
    finished = locked(lock=edited(STUDY, [(column, f'{name} = "no such column"')]))
    found, caution = verdict(finished)

    assert found == "supported (confirmatory)"
    assert "Mapped after the lock: the locked rules read nothing of" in caution


CODES = 'arm = "Code" }\nvalues.arm = { A = "cream", B = "base" }'
WITHOUT_WORDS = [
    ('{ aliases = ["K1"] }', "{}"),
    ('aliases = ["K2"], ', ""),
    ('arm = "Code" }', CODES),
]


@pytest.mark.parametrize(
    ("stated", "found"), [(True, "supported (confirmatory)"), (False, "supported (exploratory)")]
)
def test_codes_of_arms_that_come_at_unblinding(locked, stated, found):
    edits = [
        *WITHOUT_WORDS,
        ('id = "calm-4"', f'id = "calm-4"\ndummy_codes = {str(stated).lower()}'),
    ]
    lock = edited(STUDY, edits)
    real = [*edits, ('{ A = "cream", B = "base" }', '{ K1 = "cream", K2 = "base" }')]
    finished = locked(*real, lock=lock)

    assert verdict(finished)[0] == found
    assert ("were dummy codes when it was locked" in verdict(finished)[1]) == stated
    assert "sources.allocations.values was changed" in verdict(finished)[1]


def test_dummy_codes_that_the_files_still_have_are_a_decision(locked):
    stated = ('id = "calm-4"', 'id = "calm-4"\ndummy_codes = true')
    words = ('arm = "Code" }', 'arm = "Code" }\nvalues.arm = { K1 = "base", K2 = "cream" }')
    finished = locked(stated, words, lock=edited(STUDY, [stated]))

    assert not finished.table("hypotheses")["confirmatory"].any()


SUM = ("redness + warmth", "redness - warmth")


@pytest.mark.parametrize(
    ("edit", "caution"),
    [
        (("[scales.redness]", "# Agreed on.\n[scales.redness]"), None),
        (
            ('"Warmth"', '"Heat"'),
            "After the lock plugins.redness.toml was changed, a plugin of the study's own.",
        ),
    ],
)
def test_a_plugin_of_the_studys_own_that_reads_alike_decides_nothing(locked, edit, caution):
    assert verdict(locked(scale=[edit])) == ("supported (confirmatory)", caution)


def test_a_plugin_of_the_studys_own_is_compared_by_what_it_gives(locked):
    finished = locked(scale=[SUM])

    assert verdict(finished)[0] == "supported (exploratory)"
    assert "value 79 by the locked rules, 7 now" in readings(finished)["redness"]["example"]


def test_the_report_says_what_differs(locked):
    edits, _, _ = DIFFERENT["the aliases of two arms"]
    finished = locked(*edits, ("reports = []", 'reports = ["report", "annex"]'))
    page = (finished.folder / "report" / "annex.html").read_text(encoding="utf-8")

    assert "Of how files are read, changed since the lock:" in page
    assert "Reading changed after the lock (allocations)" in page
    assert "first list.csv, row 2: arm cream by the locked rules, base now" in page


def test_the_record_of_a_run_says_what_differs(locked):
    edits, _, _ = DIFFERENT["the aliases of two arms"]
    finished = locked(*edits)
    lock = finished.manifest["lock"]

    assert [change["item"] for change in lock["reading_changes"]] == ["arms.cream", "arms.base"]
    assert lock["readings"] == [
        {
            "source": "allocations",
            "state": "changed",
            "newly_read": 0,
            "changed": 12,
            "example": "first list.csv, row 2: arm cream by the locked rules, base now",
        }
    ]
    assert finished.table("locked_reading").select(pl.col("changed").sum()).item() == 12
