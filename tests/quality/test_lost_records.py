"""Lost records that nothing else tells of: one finding a reason and endpoint, graded, after all others."""

from __future__ import annotations

import pytest

import dermoutcomes
from dermoutcomes import StudyError
from tests.ledger.probe_study import ARM, PEOPLE, PROBE, TWO_ARMS, heights


@pytest.fixture
def study(tmp_path):
    """A function that writes the study of two arms from readings, arms and keys of the endpoint."""

    def of(probe, keys="", arms=ARM, text=TWO_ARMS):
        files = {
            "probe.toml": PROBE,
            "probe.csv": probe,
            "subjects.csv": "subject\n" + "".join(f"{who}\n" for who in PEOPLE),
            "allocations.csv": "subject,arm\n"
            + "".join(f"{who},{arm}\n" for who, arm in arms.items()),
        }
        return dermoutcomes.testing.write_study(
            tmp_path, text + 'analyses = ["welch_t"]\n' + keys, files
        )

    return of


def lost(findings):
    rows = findings.filter(check="lost_records")
    return rows.select("severity", "message", "found", "expected").rows()


def test_sound_data_have_none(study):
    assert lost(dermoutcomes.run(study(heights())).table("findings")) == []


def test_who_has_no_baseline_is_told_once_with_the_key_that_settles_it(study):
    without = heights(("S01", "W0"), ("S02", "W0"))

    (row,) = lost(dermoutcomes.run(study(without)).table("findings"))

    assert row == (
        "warning",
        "height: 2 records at W4 are not analysed, without a baseline to compare with",
        "S01, S02",
        'a baseline, or analyse = "value" in the endpoint',
    )
    assert lost(dermoutcomes.run(study(without, 'analyse = "value"\n')).table("findings")) == []


def test_who_has_no_arm_is_told_by_a_check_of_its_own(study):
    arms = {who: arm for who, arm in ARM.items() if who != "S07"}

    findings = dermoutcomes.check(study(heights(), arms=arms)).findings

    assert lost(findings) == []
    assert "no_arm" in findings["check"].to_list()


def test_an_endpoint_that_decides_nothing_is_no_finding(study):
    text = TWO_ARMS.replace('role = "primary"', 'role = "exploratory"')

    assert lost(dermoutcomes.run(study(heights(("S01", "W0")), text=text)).table("findings")) == []


def test_what_another_finding_tells_is_not_told_again(study):
    run = dermoutcomes.run(study(heights(("S01", "W4"))))

    assert run.table("findings")["check"].to_list() == ["missed_visit"]


def test_the_study_may_grade_it_switch_it_off_and_stop_for_it(study):
    without = heights(("S01", "W0"))
    graded = study(without, '\n[quality]\nseverity = { lost_records = "note" }\n')
    assert [row[0] for row in lost(dermoutcomes.run(graded).table("findings"))] == ["note"]
    off = study(without, '\n[quality]\noff = ["lost_records"]\n')
    assert lost(dermoutcomes.run(off).table("findings")) == []
    stopping = study(without, '\n[quality]\nstop_on = ["warning"]\n')
    with pytest.raises(StudyError, match="without a baseline to compare with"):
        dermoutcomes.run(stopping)
    assert any("baseline" in str(problem) for problem in dermoutcomes.check(stopping).problems)


def test_the_numbers_of_other_findings_stay(study):
    probe = heights(("S01", "W0"), ("S03", "W4"))
    run = dermoutcomes.run(study(probe))

    findings = run.table("findings").sort("id")
    assert findings["id"].to_list() == list(range(1, findings.height + 1))
    assert findings["check"].to_list()[-1] == "lost_records"


@pytest.mark.parametrize(("role", "severity"), [("primary", "error"), ("exploratory", "warning")])
def test_an_among_that_takes_no_record_is_told(study, role, severity):
    """One that takes some leaves the others out, as the study says, without a word."""
    text = TWO_ARMS.replace('role = "primary"', f'role = "{role}"')
    findings = dermoutcomes.check(study(heights(), 'among = { base = "> 9000" }\n', text=text))

    (row,) = lost(findings.findings)
    assert row[0] == severity
    assert "has base > 9000, which `among` asks for: nothing is analysed" in row[1]
    assert row[3] == "a condition under endpoints.height.among that records meet"
    assert lost(dermoutcomes.check(study(heights(), 'among = { base = "> 0" }\n')).findings) == []
