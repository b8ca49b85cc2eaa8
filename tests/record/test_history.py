"""The history keeps what a lock changed, old and new, and counts the runs that read outcomes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dermoutcomes.runs.record.history import HISTORY, read_history, record

from .signing_kit import call, edit, needs_tools

OTHER_TEST = ('analyses = ["paired_t"]', 'analyses = ["wilcoxon_signed_rank"]')


def last_line(file: Path) -> dict:
    return dict(read_history(file.parent).lines[-1])


def test_a_changed_lock_keeps_old_and_new(study: Path) -> None:
    assert call("lock", study).exit_code == 0
    edit(study, OTHER_TEST, ('file = "corneometer.csv"', 'file = "corneometer.csv"\ndecimal = ","'))
    refused = call("lock", study)
    assert refused.exit_code == 1
    assert "--reason" in refused.output
    assert call("lock", study, "--reason", "Amendment 1: skewed changes").exit_code == 0
    line = last_line(study)
    changes = {(change["item"], change["part"]): change for change in line["changes"]}

    assert line["reason"] == "Amendment 1: skewed changes"
    assert changes["endpoints.hydration", "decision"]["old"]["analyses"] == ["paired_t"]
    assert changes["endpoints.hydration", "decision"]["new"]["analyses"] == ["wilcoxon_signed_rank"]
    assert changes["sources.corneometer", "reading"]["old"] == [{"file": "corneometer.csv"}]
    assert changes["sources.corneometer", "reading"]["new"][0]["decimal"] == ","
    shown = call("history", study).output
    assert (
        'endpoints.hydration was changed: analyses was ["paired_t"], is ["wilcoxon_signed_rank"]'
        in shown
    )
    assert "reason Amendment 1: skewed changes" in shown


def test_an_item_that_is_added_or_removed_has_no_other_side(study: Path) -> None:
    call("lock", study)
    edit(study, ('kind = "change"', 'kind = "change"\n\n[populations.old]\nwhere = "age >= 50"\n'))
    text = study.read_text(encoding="utf-8")
    claim = text[text.index("[claims.hydration]") : text.index("[populations.old]")]
    rest = text[text.index("all_of = [{ hypothesis") : text.index("[outputs]")]
    edit(study, (claim, ""), (rest, ""))
    result = call("lock", study, "--reason", "the claim was dropped")
    assert result.exit_code == 0, result.output
    changes = {change["item"]: change for change in last_line(study)["changes"]}

    assert changes["claims.hydration"]["what"] == "removed"
    assert changes["claims.hydration"]["new"] is None
    assert changes["claims.hydration"]["old"]["text"] == "Hydration rose within four weeks"
    assert changes["populations.old"]["old"] is None
    assert changes["populations.old"]["new"]["where"]


def test_a_value_that_nobody_kept_is_told(study: Path) -> None:
    call("lock", study)
    (study.parent / HISTORY).unlink()
    edit(study, OTHER_TEST)
    call("lock", study, "--reason", "another test")

    assert "what it was is not on record (SHA-256 " in call("history", study).output


def test_what_a_lock_changed_is_shown_by_verify(study: Path) -> None:
    call("lock", study)
    edit(study, OTHER_TEST)
    call("lock", study, "--reason", "another test")
    call("run", study, "--quiet")
    call("run", study, "--quiet")
    edit(study, ("min = 1", "min = 2"))
    call("run", study, "--quiet")
    said = call("verify", study.parent / "results" / "SMALL").output

    assert "3 runs on record, 3 with outcome data (2 different)" in said
    assert 'analyses was ["paired_t"], is ["wilcoxon_signed_rank"]' in said
    assert "reason another test" in said


def test_a_history_is_shown_and_a_broken_chain_ends_with_a_status(study: Path) -> None:
    for what in ("lock", "run", "run"):
        record(study.parent, what, "SMALL")
    assert call("history", study.parent).exit_code == 0
    lines = (study.parent / HISTORY).read_text(encoding="utf-8").splitlines(keepends=True)
    (study.parent / HISTORY).write_text(lines[0] + lines[2], encoding="utf-8")
    broken = call("history", study, "--json")

    assert broken.exit_code == 1
    assert json.loads(broken.stdout)["broken_at"] == 2


@pytest.mark.parametrize("reason", ["a\u2028b", "a\x85b", "a\nb", "\u202eb", "a\x1b[31mb", "ä"])
def test_a_reason_with_unusual_characters_breaks_no_chain_and_rules_no_terminal(
    study: Path, reason: str
) -> None:
    call("lock", study, "--reason", reason)
    call("run", study, "--quiet")
    history = read_history(study.parent)
    said = call("history", study).output

    assert (len(history.lines), history.broken_at) == (2, None)
    assert history.lines[0]["reason"] == reason
    assert all(char.isprintable() or char == "\n" for char in said)
    assert len(said.splitlines()) == 3


@pytest.mark.parametrize("damage", [b"\xff\xfe\n", b"{}\n", b"[1]\n", b'{"what": \n', b"5\n"])
def test_a_damaged_line_is_told_before_anything_is_locked(study: Path, damage: bytes) -> None:
    call("lock", study)
    lock = (study.parent / "study.lock").read_bytes()
    with (study.parent / HISTORY).open("ab") as file:
        file.write(damage)
    result = call("lock", study)

    assert result.exit_code == 1
    assert "a line of the history is damaged" in result.output
    assert (study.parent / "study.lock").read_bytes() == lock


def test_a_line_that_was_cut_is_not_made_part_of_the_next(study: Path) -> None:
    record(study.parent, "run", "SMALL")
    with (study.parent / HISTORY).open("a", encoding="utf-8") as file:
        file.write('{"what": "ru')
    assert record(study.parent, "run", "SMALL")

    assert len((study.parent / HISTORY).read_text(encoding="utf-8").splitlines()) == 3


def test_a_qualification_leaves_a_line(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(study.parent)
    result = call("qualify", "--method", "paired_t", "--out", tmp_path / "qualification")
    assert last_line(study)["what"] == "qualify", result.output
    assert "paired_t" in last_line(study)["verdict"] or last_line(study)["passed"]

    monkeypatch.chdir(tmp_path)
    call("qualify", "--method", "paired_t", "--study", study, "--out", tmp_path / "again")
    assert [line["what"] for line in read_history(study.parent).lines] == ["qualify", "qualify"]


def test_lines_without_a_digest_of_their_own_stand_before_those_that_have_one(study: Path) -> None:
    """A history that an earlier version began goes on, and its last line is sealed."""
    call("lock", study)
    call("run", study, "--quiet")
    file = study.parent / HISTORY
    first, second = file.read_text(encoding="utf-8").splitlines()
    old = {name: value for name, value in json.loads(first).items() if name != "line_sha256"}
    file.write_text(json.dumps(old, sort_keys=True) + "\n", encoding="utf-8")
    call("run", study, "--quiet")

    assert read_history(study.parent).broken_at is None
    edit(file, ('"what": "run"', '"what": "verify"'))
    assert read_history(study.parent).broken_at == 2
    assert "line_sha256" in second


@needs_tools
def test_a_signature_without_its_line_is_told(study: Path, anna, signers) -> None:
    call("run", study, "--quiet")
    run = study.parent / "results" / "SMALL"
    call("sign", run, "--meaning", "reviewed", "--key", anna.path, "--signers", signers)
    options = ("--signers", signers, "--require", "reviewed")
    assert "has no line of the signature" not in call("verify", run, *options).output
    file = study.parent / HISTORY
    first = file.read_text(encoding="utf-8").splitlines(keepends=True)[0]
    file.write_text(first, encoding="utf-8")
    result = call("verify", run, *options)

    assert "history.jsonl has no line of the signature" in result.output
    assert result.exit_code == 0


def test_answers_that_came_after_the_run_are_told(study: Path) -> None:
    call("run", study, "--quiet")
    run, rounds = study.parent / "results" / "SMALL", study.parent / "queries-answered"
    rounds.mkdir()
    (rounds / "may.csv").write_text("query,answer\n", encoding="utf-8")
    result = call("verify", run)

    assert "new: input queries-answered/may.csv" in result.output
    assert result.exit_code == 1


def test_a_damaged_history_hides_no_change_of_the_run(study: Path) -> None:
    call("run", study, "--quiet")
    run = study.parent / "results" / "SMALL"
    with (run / "tables" / "results.csv").open("ab") as file:
        file.write(b"1\n")
    damaged = (study.parent / HISTORY).read_bytes() + b"{}\n"
    (study.parent / HISTORY).write_bytes(damaged)
    result = call("verify", run)
    in_json = json.loads(call("verify", run, "--json").stdout)

    assert result.exit_code == 1
    assert "changed: output tables/results.csv" in result.output
    assert "a line of the history is damaged" in result.output
    assert (in_json["status"], in_json["runs"]) == ("changed", None)
    assert [change["name"] for change in in_json["changes"]] == ["tables/results.csv"]
    assert [problem["line"] for problem in in_json["history_problems"]] == [2]
    assert (study.parent / HISTORY).read_bytes() == damaged
