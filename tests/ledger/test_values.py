"""The accounts of values: what was read, stated for a source, computed and derived."""

from __future__ import annotations

from tests.ledger.conftest import of_account
from tests.ledger.probe_study import probe_toml, sources_toml, study_toml

DERIVED = """
[instruments.probe.parameters.double]
label = "Twice the height"
unit = "mm"
formula = "2 * height"
definition = "Twice the height."
[instruments.probe.parameters.room]
label = "Room"
unit = "mm"
kind = "setting"
definition = "Width of the room."
"""


def test_constants_and_formulas_are_gains(ledger_of):
    files = {
        "probe.toml": probe_toml(more=DERIVED),
        "subjects.csv": "subject\nS1\n",
        "probe.csv": "subject,visit,height,double\nS1,W0,1.5,3.1\nS1,W4,1.2,\n",
    }
    ledger = ledger_of(
        study_toml(sources_toml("subjects", "probe") + "constants = { room = 4 }\n"), files
    )

    assert of_account(ledger, "values:probe.height") == {
        ("opening", None): 2,
        ("closing", None): 2,
    }
    assert of_account(ledger, "values:probe.double") == {
        ("opening", None): 1,
        ("gain", "derived"): 1,
        ("closing", None): 2,
    }
    assert of_account(ledger, "values:probe.room") == {
        ("gain", "constant"): 2,
        ("closing", None): 2,
    }


def test_values_of_curves_stand_beside_the_devices_own(every_run):
    ledger = every_run["bcs_trial"].table("ledger")
    gained = ledger.filter(stage="values", reason="computed")

    observations = every_run["bcs_trial"].table("observations").filter(kind="computed")
    assert gained["n"].sum() == observations.height > 0
    assert set(gained["measure"]) == set(observations["measure"])
