"""The accounts of a file's cells: each way in which a cell can be lost, counted by measure."""

from __future__ import annotations

import pytest

from dermoutcomes.tables.ledger import imbalances
from tests.ledger.conftest import of_account
from tests.ledger.probe_study import probe_toml, sources_toml, study_toml

SOURCES = sources_toml("subjects", "probe")
SECOND = """
[instruments.probe.parameters.width]
label = "Width"
unit = "mm"
definition = "Width of the probe."
[instruments.probe.parameters.room]
label = "Room"
unit = "mm"
kind = "setting"
definition = "Width of the room."
"""


@pytest.fixture
def cells_of(ledger_of):
    """A function from a file of the probe, and keys of its source, to the ledger."""

    def of(probe, keys=""):
        files = {
            "probe.toml": probe_toml(more=SECOND),
            "subjects.csv": "subject\nS1\nS2\n",
            "probe.csv": probe,
        }
        ledger = ledger_of(study_toml(SOURCES + keys), files)
        assert not imbalances(ledger).height
        return ledger

    return of


WIDE = """subject,visit,height,width
S1,W0,1.5,2.5
S1,W4,,9e99
S2,W0,k.A.,"2,5"
S2,W4,Error,high
,W0,1.5,inf
"""


def test_every_way_to_lose_a_cell_of_a_wide_table(cells_of):
    ledger = cells_of(WIDE, 'missing = ["", "k.A."]\nerrors = ["Error"]\n')

    assert of_account(ledger, "cells:1:probe.height") == {
        ("opening", None): 5,
        ("loss", "blank"): 1,
        ("loss", "declared_missing"): 1,
        ("loss", "failed_reading"): 1,
        ("loss", "no_subject"): 1,
        ("closing", None): 1,
    }
    assert of_account(ledger, "cells:1:probe.width") == {
        ("opening", None): 5,
        ("loss", "absurd_value"): 1,
        ("loss", "decimal_sign"): 1,
        ("loss", "not_a_number"): 1,
        ("loss", "no_subject"): 1,
        ("closing", None): 1,
    }


def test_a_loss_names_the_word_behind_it_and_whose_it_is_and_says_whether_it_is_told(cells_of):
    ledger = cells_of(WIDE, 'missing = ["", "k.A."]\nerrors = ["Error"]\n')

    losses = ledger.filter(account="cells:1:probe.height", entry="loss")
    found = losses.select("reason", "detail", "subjects", "told").rows()
    assert found == [
        ("blank", None, ["S1"], False),
        ("declared_missing", "k.A.", ["S2"], False),
        ("failed_reading", None, ["S2"], True),
        ("no_subject", None, [], True),
    ]


def test_words_of_a_long_table_that_are_no_measure_and_settings_that_it_repeats(cells_of):
    long = """subject,visit,what,result,room
S1,W0,height,1.5,4
S1,W0,width,2.5,4
S1,W0,colour,3,4
S1,W4,height,,4
"""
    ledger = cells_of(long, 'columns = { measure = "what", value = "result" }\n')

    assert of_account(ledger, "cells:1:probe.height") == {
        ("opening", None): 2,
        ("loss", "blank"): 1,
        ("closing", None): 1,
    }
    room = of_account(ledger, "cells:1:probe.room")
    assert (room["opening", None], sum(n for (entry, _), n in room.items() if entry == "loss")) == (
        4,
        4 - room["closing", None],
    )
    assert room["loss", "repeated"] >= 1
    unread = ledger.filter(account="cells:1", entry="loss").select("reason", "detail", "n").rows()
    assert unread == [("unknown_measure", "colour", 1)]


def test_columns_that_nothing_asks_for(cells_of):
    file = "subject,visit,height,note,kind,empty\nS1,W0,1.5,good,x,\nS1,W4,1.2,,x,\n"
    ledger = cells_of(file, 'where = { kind = "x" }\n')

    account = ledger.filter(account="cells:1").select("entry", "reason", "detail", "n").rows()
    assert account == [
        ("opening", None, None, 1),
        ("loss", "unused_column", "note", 1),
        ("closing", None, None, 0),
    ]


def test_settings_beside_curves(ledger_of):
    device = """
from dermoutcomes import CurveMethod, Instrument, Parameter

def register_instruments():
    curves = CurveMethod(lambda curves, options: curves.select("id"), sample_unit="mm")
    codes = (Parameter("height", "Height", unit="mm"), Parameter("room", "Room", kind="setting"))
    return [Instrument("probe", "Probe", codes, curves=curves)]
"""
    file = "subject,visit,t,e,room\nS1,W0,0.1,1,4\nS1,W0,0.2,2,4\nS1,W4,0.1,1,\nS1,W4,0.2,2,\n"
    toml = study_toml(SOURCES).replace("probe.toml", "device.py")
    keys = 'holds = "curves"\ncolumns = { x = "t", samples = "e" }\n'
    files = {"device.py": device.encode(), "subjects.csv": "subject\nS1\n", "probe.csv": file}

    ledger = ledger_of(toml + keys, files)

    assert not imbalances(ledger).height
    assert of_account(ledger, "cells:1:probe.room") == {
        ("opening", None): 2,
        ("loss", "blank"): 1,
        ("closing", None): 1,
    }
