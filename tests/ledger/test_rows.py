"""The account of a file's rows: each way in which a row can be lost, counted."""

from __future__ import annotations

import pytest

from dermoutcomes.tables.ledger import imbalances
from tests.ledger.conftest import of_account
from tests.ledger.probe_study import PROBE, sources_toml, study_toml

SOURCES = sources_toml("subjects", "probe")


def ledger_with(ledger_of, probe, subjects="subject\nS1\nS2\n", source_keys=""):
    files = {"probe.toml": PROBE, "subjects.csv": subjects, "probe.csv": probe}
    ledger = ledger_of(study_toml(SOURCES + source_keys), files)
    assert not imbalances(ledger).height
    return ledger


def test_rows_above_the_data_and_those_that_where_leaves_out(ledger_of):
    probe = "Export of a probe,,,\nsubject,visit,height,kind\n,,mm,\nS1,W0,1.5,x\nS1,W4,1.2,y\n"
    keys = 'where = { kind = "x" }\nheader = 2\ndata_from = 4\n'

    ledger = ledger_with(ledger_of, probe, source_keys=keys)

    assert of_account(ledger, "rows:1") == {
        ("opening", None): 5,
        ("loss", "header"): 1,
        ("loss", "above_data"): 2,
        ("loss", "where"): 1,
        ("closing", None): 1,
    }


def test_rows_without_a_value_and_rows_of_nobody(ledger_of):
    probe = "subject,visit,height\nS1,W0,1.5\nS1,W4,\n,W4,1.2\nS2,W0,1.5\n,,\n"

    ledger = ledger_with(ledger_of, probe)

    assert of_account(ledger, "rows:1") == {
        ("opening", None): 6,
        ("loss", "header"): 1,
        ("loss", "blank"): 2,
        ("loss", "no_subject"): 1,
        ("closing", None): 2,
    }
    told = ledger.filter(account="rows:1", entry="loss").select("reason", "told")
    assert dict(told.iter_rows()) == {"header": False, "blank": False, "no_subject": True}


def test_a_subject_that_is_listed_twice(ledger_of):
    ledger = ledger_with(
        ledger_of, "subject,visit,height\nS1,W0,1.5\n", "subject,age\nS1,40\nS2,41\nS1,40\n,50\n"
    )

    assert of_account(ledger, "rows:2") == {
        ("opening", None): 5,
        ("loss", "header"): 1,
        ("loss", "no_subject"): 1,
        ("loss", "repeated"): 1,
        ("closing", None): 2,
    }


def test_subjects_before_blocks_of_visits_are_listed_once_a_block(ledger_of):
    subjects = ",,W0,W4\nsubject,age,weight,weight\nS1,40,60,61\nS2,41,70,71\n"
    files = {
        "probe.toml": PROBE,
        "subjects.csv": subjects,
        "probe.csv": "subject,visit,height\nS1,W0,1.5\n",
    }
    sources = sources_toml("probe", "subjects") + 'blocks = "{visit}"\n'

    ledger = ledger_of(study_toml(sources), files)

    assert not imbalances(ledger).height
    second = of_account(ledger, "rows:3")
    assert second["opening", None] == second["loss", "header"] + second["loss", "repeated"]
    assert second["loss", "repeated"] == 2


CURVES = 'holds = "curves"\n'
DEVICE = """
from dermoutcomes import CurveMethod, Instrument, Parameter

def register_instruments():
    curves = CurveMethod(lambda curves, options: curves.select("id"), sample_unit="mm")
    return [Instrument("probe", "Probe", (Parameter("height", "Height", unit="mm"),), curves=curves)]
"""


LONG = (
    "subject,visit,t,e\nS1,W0,0.1,1\nS1,W0,0.2,2\nS1,W0,,\nS2,W0,0.1,1\nS2,W0,0.2,\n"
    ",W0,0.1,1\n,W0,0.2,2\n,W0,0.3,3\n"
)


@pytest.mark.parametrize(
    ("layout", "file", "account"),
    [
        (
            'columns = { x = "t", samples = "e" }',
            LONG,
            {
                ("opening", None): 9,
                ("loss", "header"): 1,
                ("loss", "blank"): 1,
                ("loss", "incomplete_curve"): 2,
                ("loss", "no_subject"): 3,
                ("closing", None): 2,
            },
        ),
        (
            'columns = { samples = "e*" }\nconstants = { x_first = 0.1, x_step = 0.1 }',
            "subject,visit,e1,e2\nS1,W0,1,2\nS2,W0,1,2\n",
            {("opening", None): 3, ("loss", "header"): 1, ("closing", None): 2},
        ),
        (
            'columns = { samples = "e*" }\nconstants = { x_first = 0.1, x_step = 0.1 }',
            "subject,visit,e1,e2,e3\nS1,W0,1,2,3\nS2,W0,1,,3\n,W0,1,2,3\nS2,W4,,,\n",
            {
                ("opening", None): 5,
                ("loss", "header"): 1,
                ("loss", "blank"): 1,
                ("loss", "incomplete_curve"): 1,
                ("loss", "no_subject"): 1,
                ("closing", None): 1,
            },
        ),
    ],
)
def test_rows_of_curves(ledger_of, layout, file, account):
    files = {"device.py": DEVICE.encode(), "subjects.csv": "subject\nS1\nS2\n", "probe.csv": file}
    toml = study_toml(SOURCES + CURVES + layout).replace("probe.toml", "device.py")

    ledger = ledger_of(toml, files)

    assert not imbalances(ledger).height
    assert of_account(ledger, "rows:1") == account
