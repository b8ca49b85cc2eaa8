"""What goes wrong in several steps is told at once, in the order of the steps, whoever does them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import dermoutcomes
from dermoutcomes import PluginError, StudyError
from dermoutcomes.errors import CombinedError, combined
from dermoutcomes.runs.pipeline import Options, check, run

# In one process; and every step in one of two others, however little it is.
EXECUTORS = pytest.mark.parametrize(
    "way",
    [{}, {"executor": "processes", "workers": 2, "executor_options": {"pays_from": 0}}],
    ids=["serial", "processes"],
)
SECOND = '\n[[sources.corneometer]]\nfile = "second.csv"\n'
FAILING = """
from dermoutcomes import Analysis, hookimpl


def fails(task, options):
    raise RuntimeError("the dongle is not plugged in")


@hookimpl
def register_analyses():
    return [Analysis(name, name, fails, (("noise", "estimate"),)) for name in ("first", "second")]
"""


def emptied(study: Path, *names: str) -> None:
    for name in names:
        (study.parent / name).write_text("subject,visit,hydration\n", encoding="utf-8")


@EXECUTORS
def test_every_file_without_rows_is_named(small_study: Path, way: dict[str, Any]) -> None:
    small_study.write_text(small_study.read_text(encoding="utf-8") + SECOND, encoding="utf-8")
    emptied(small_study, "corneometer.csv", "second.csv", "subjects.csv")

    for command in (run, check):
        with pytest.raises(StudyError) as caught:
            command(small_study, Options(**way))

        assert [problem.file for problem in caught.value.problems] == [
            "corneometer.csv",
            "second.csv",
            "subjects.csv",
        ]
    assert not (small_study.parent / "results" / "SMALL").exists()


@EXECUTORS
def test_every_analysis_that_fails_is_named(small_study: Path, way: dict[str, Any]) -> None:
    text = small_study.read_text(encoding="utf-8")
    text = text.replace('id = "SMALL"', 'id = "SMALL"\nplugins = ["failing.py"]')
    small_study.write_text(
        text.replace('["paired_t"]', '["paired_t", "first", "second"]'), encoding="utf-8"
    )
    small_study.with_name("failing.py").write_text(FAILING, encoding="utf-8")

    with pytest.raises(CombinedError) as caught:
        run(small_study, Options(**way))

    assert [type(error) for error in caught.value.errors] == [PluginError, PluginError]
    assert [line.partition(":")[0] for line in str(caught.value).splitlines()] == [
        "hydration/first/full/observed",
        "hydration/second/full/observed",
    ]


def test_findings_that_stop_a_run_come_with_what_the_data_ask_of_endpoints(
    small_study: Path,
) -> None:
    text = small_study.read_text(encoding="utf-8")
    small_study.write_text(text + '\n[quality]\nstop_on = ["error"]\n', encoding="utf-8")
    readings = small_study.with_name("corneometer.csv")
    lines = readings.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("S3,W4")]
    readings.write_text("".join(kept).replace("S1,W0", "S99,W0"), encoding="utf-8")

    with pytest.raises(StudyError) as caught:
        dermoutcomes.run(small_study)

    codes = {problem.code for problem in caught.value.problems}
    assert {"unknown_subject", "missing-without-rule"} <= codes


def test_one_error_stays_what_it_is_and_several_of_a_study_become_one() -> None:
    alone, first, second = PluginError("alone"), StudyError("first"), StudyError("second")

    assert combined([alone]) is alone
    together = combined([first, second, first])
    assert isinstance(together, StudyError)
    assert str(together) == "first\nsecond"
    assert str(combined([first, alone, second])) == "first\nsecond\nalone"
