"""Each fault once: `python -m tests.faults.long` tries them often and writes docs/faults.md."""

from __future__ import annotations

import json

import pytest

from . import disks, moments, sharing, surroundings
from .long import OUTCOMES, PAGE, page
from .tried_study import Outcome, TriedStudy


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> TriedStudy:
    return TriedStudy.new(tmp_path_factory.mktemp("faults"))


def survived(outcome: Outcome) -> bool:
    return outcome.tried > 0 and outcome.tried == outcome.survived == outcome.mended


def test_signals_at_random_moments(study: TriedStudy) -> None:
    assert all(survived(outcome) for outcome in moments.signals_at_random_moments(study, 3))


def test_a_kill_between_the_renames(study: TriedStudy) -> None:
    assert survived(moments.between_renames(study))


def test_a_full_disk(study: TriedStudy) -> None:
    if not disks.can_mount(study):
        pytest.skip("no disk can be mounted here")
    assert survived(disks.full_disks(study, 1))


def test_a_read_only_disk(study: TriedStudy) -> None:
    if not disks.can_mount(study):
        pytest.skip("no disk can be mounted here")
    assert all(survived(outcome) for outcome in disks.read_only(study))


def test_another_user(study: TriedStudy) -> None:
    if not disks.can_be_another_user():
        pytest.skip("this user cannot become another one")
    assert all(survived(outcome) for outcome in disks.of_another_user(study))


def test_two_hosts_on_one_share(study: TriedStudy) -> None:
    if not sharing.can_have_hosts(study):
        pytest.skip("this user cannot have namespaces of processes")
    assert survived(sharing.two_hosts(study))


def test_a_file_that_changes_while_it_is_read(study: TriedStudy) -> None:
    assert survived(sharing.changing_file(study, 1))


def test_other_surroundings(study: TriedStudy) -> None:
    outcome = surroundings.all_at_once(study)
    if not outcome.tried:
        pytest.skip(outcome.how)
    assert survived(outcome)


def test_what_a_fault_leaves_is_seen(study: TriedStudy) -> None:
    """The tests above would see a fault that is not mended: a stray file, a run that was altered."""
    stray = study.folder / "results" / ".SMALL.new-1"
    stray.mkdir()
    assert study.leftovers() == [".SMALL.new-1"]
    stray.rmdir()
    table = study.run_folder / "tables" / "results.csv"
    content = table.read_bytes()
    table.write_bytes(content.replace(b"0", b"1", 1))
    assert not study.is_whole()
    table.write_bytes(content)
    assert study.is_whole()


def test_the_page_is_of_the_stored_outcomes() -> None:
    text, stored = (
        PAGE.read_text(encoding="utf-8"),
        json.loads(OUTCOMES.read_text(encoding="utf-8")),
    )

    assert page(text, stored) == text, "run: python -m tests.faults.long --page"
    assert sum(row["tried"] for row in stored["outcomes"]) > 200
    assert all(row["tried"] == row["survived"] == row["mended"] for row in stored["outcomes"])
