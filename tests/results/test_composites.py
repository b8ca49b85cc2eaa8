"""An endpoint made of the responders of others, in a whole study: described, and nothing is lost."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

import dermoutcomes
from dermoutcomes.cli import main

STUDY = """
[study]
id = "JOINT"
title = "Two responses at once"
design = "parallel"
data_origin = "simulated"
plugins = ["probe.toml"]

[outputs]
reports = []

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }

[arms]
new = {}
old = { reference = true }

[comparisons]
arms = { arm = ["new", "old"], visit = ["W4", "baseline"] }

[[sources.subjects]]
file = "subjects.csv"

[[sources.allocations]]
file = "allocations.csv"

[[sources.probe]]
file = "probe.csv"

[endpoints.height]
measure = "probe.height"
baseline = { visits = ["W0"] }
responder = { change = ">= 1" }
handling = ["observed"]

[endpoints.width]
measure = "probe.width"
baseline = { visits = ["W0"] }
responder = { change = ">= 1" }
handling = ["observed"]

[endpoints.both]
role = "primary"
kind = "binary"
responder = { all_of = ["height", "width"] }
compare = ["arms"]
analyses = ["risk_difference"]
handling = ["observed"]
"""
PROBE = """
[instruments.probe]
label = "Probe"
""" + "".join(
    f"""
[instruments.probe.parameters.{name}]
label = "{name.title()}"
unit = "mm"
improves = "up"
definition = "{name.title()} of the probe."
"""
    for name in ("height", "width")
)
PEOPLE = [f"S{number:02d}" for number in range(1, 21)]


@pytest.fixture
def study(tmp_path):
    """A function that writes the study; of `unknown` the width is not known at week 4."""

    def of(unknown=()):
        readings = ["subject,visit,height,width"]
        for number, who in enumerate(PEOPLE):
            # Every second grows in height and every third in width: both, every sixth.
            grown = 4 + 1.5 * (number % 2 == 0), 2 + 1.5 * (number % 3 == 0)
            width = "" if who in unknown else f"{grown[1]:.1f}"
            readings += [f"{who},W0,4.0,2.0", f"{who},W4,{grown[0]:.1f},{width}"]
        files = {
            "probe.toml": PROBE,
            "probe.csv": "\n".join(readings) + "\n",
            "subjects.csv": "subject\n" + "\n".join(PEOPLE) + "\n",
            "allocations.csv": "subject,arm\n"
            + "".join(
                f"{who},{'new' if number < 10 else 'old'}\n" for number, who in enumerate(PEOPLE)
            ),
        }
        return dermoutcomes.testing.write_study(tmp_path, STUDY, files)

    return of


def described(finished):
    rows = finished.table("results").filter(endpoint="both", analysis="describe")
    return {
        (row["visit"], row["group"], row["term"], row["stat"]): row["value"]
        for row in rows.iter_rows(named=True)
    }


def test_its_responders_are_described_and_no_value(study):
    finished = dermoutcomes.run(study())

    assert described(finished) == {
        ("W4", arm, "responders", stat): value
        for arm, n in ((None, 4), ("new", 2), ("old", 2))
        for stat, value in (
            ("n_with_event", n),
            ("denominator", 20 if arm is None else 10),
            ("percent", 100 * n / (20 if arm is None else 10)),
        )
    }
    results = finished.table("results").filter(endpoint="both")
    assert results["error"].drop_nulls().to_list() == []


def test_its_baseline_is_no_loss_and_the_run_ends_well(study):
    ended = CliRunner().invoke(main, ["run", str(study())])

    assert ended.exit_code == 0, ended.output
    assert "not computed" not in ended.output
    assert dermoutcomes.run(study()).table("findings").height == 0


def test_who_is_unknown_at_a_visit_that_is_compared_is_told(study):
    # The fifth grew in height, so that nothing is known without the width.
    finished = dermoutcomes.run(study(unknown=("S05",)))

    assert described(finished)["W4", "new", "responders", "denominator"] == 9
    messages = finished.table("findings").filter(check="lost_records")["message"].to_list()
    assert [text.partition(" is ")[0] for text in messages] == ["both: 1 record at W4"]
