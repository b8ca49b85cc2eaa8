"""Signatures of a run: what is signed, whose it is, and every forgery that came to mind."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dermoutcomes.runs.record.history import HISTORY, read_history
from dermoutcomes.runs.signatures.statement import (
    parse_statement,
    render_statement,
    signatures_folder,
    statement_name,
)

from .signing_kit import Key, call, edit, needs_tools, run_program

pytestmark = needs_tools


@pytest.fixture
def run(study: Path) -> Path:
    """The folder of a run of a locked study."""
    assert call("lock", study).exit_code == 0
    assert call("run", study, "--quiet").exit_code == 0
    return study.parent / "results" / "SMALL"


@pytest.fixture
def signed(run: Path, anna: Key, signers: Path) -> Path:
    """A statement that Anna signed as reviewed."""
    return sign(run, anna, "reviewed", "--signers", signers)


def sign(run: Path, key: Key, meaning: str, *more: object) -> Path:
    before = set(signatures_folder(run).glob("*.json"))
    result = call("sign", run, "--meaning", meaning, "--key", key.path, *more)
    assert result.exit_code == 0, result.output
    (path,) = set(signatures_folder(run).glob("*.json")) - before
    return path


def verified(run: Path, *options: object) -> tuple[int, dict]:
    result = call("verify", run, "--json", *options)
    return result.exit_code, json.loads(result.stdout)


def states(content: dict) -> list[tuple[str, str]]:
    return [(one["state"], one["why"]) for one in content["signatures"]]


def test_a_signed_run_says_who_meant_what_and_when(run, signed, signers) -> None:
    result = call("verify", run, "--signers", signers, "--require", "reviewed")
    statement = parse_statement(signed.read_bytes())

    assert result.exit_code == 0, result.output
    assert f"signed: 'reviewed', {statement.date:%Y-%m-%d %H:%M:%S} UTC" in result.output
    assert "by anna@clinic.example (key SHA256:" in result.output
    assert statement.looked_at == "inputs and outputs"
    assert (statement.history.lines, statement.history.runs) == (2, 1)
    assert [line["what"] for line in read_history(run.parent.parent).lines][:3] == [
        "lock",
        "run",
        "sign",
    ]


def test_a_signed_run_lies_beside_its_signatures_as_it_was(run, signed) -> None:
    assert verified(run)[1]["changes"] == []


def test_two_signers_are_two_signatures(run, signed, signers, new_key) -> None:
    bert = new_key("bert@clinic.example")
    signers.write_text(signers.read_text(encoding="utf-8") + bert.line(), encoding="utf-8")
    sign(run, bert, "approved", "--signers", signers)
    status, content = verified(
        run, "--signers", signers, "--require", "reviewed", "--require", "approved"
    )

    assert status == 0
    # Both may be of one second.
    assert {one["signer"]: one["statement"]["meaning"] for one in content["signatures"]} == {
        "anna@clinic.example": "reviewed",
        "bert@clinic.example": "approved",
    }
    assert content["signed_page"] == "as it was made"
    page = signed.with_name("signed.html").read_text(encoding="utf-8")
    # Names of rows are words that a reader has, and a printed page has no half of a table.
    assert [name for name in re.findall("<th>([^<]*)</th>", page) if "_" in name] == []
    assert "<th>Record, SHA-256</th>" in page
    assert "break-inside: avoid" in page
    assert "anna@clinic.example" in page
    assert "bert@clinic.example" in page


def test_without_allowed_signers_a_signature_is_of_an_unknown_key(run, signed) -> None:
    status, content = verified(run)

    assert (status, states(content)) == (
        0,
        [("of an unknown key", "no allowed signers were named")],
    )


def test_an_allowed_signers_file_in_what_was_sent_is_not_believed(run, anna, new_key) -> None:
    forger = new_key("forger@clinic.example")
    path = sign(run, forger, "approved")
    for place in (path.parent, run.parent, run.parent.parent):
        (place / "allowed_signers").write_text(forger.line(), encoding="utf-8")

    assert verified(run)[1]["signatures"][0]["signer"] is None


def test_another_meaning_is_no_signature(run, signed, signers) -> None:
    edit(signed, ('"reviewed"', '"approved"'))
    status, content = verified(run, "--signers", signers)
    ((state, why),) = states(content)

    assert (status, state) == (1, "not valid")
    assert why.startswith("it is no signature of this statement")


def test_bytes_that_are_not_canonical_are_no_statement(run, signed, anna, signers) -> None:
    text = signed.read_text(encoding="utf-8")
    twice = text.replace('"meaning": "reviewed"', '"meaning": "draft",\n  "meaning": "reviewed"')
    signed.write_text(twice, encoding="utf-8")
    signed.with_name(f"{signed.name}.sig").unlink()
    run_program("ssh-keygen", "-Y", "sign", "-f", anna.path, "-n", "dermoutcomes-run", signed)
    status, content = verified(run, "--signers", signers)

    assert (status, states(content)) == (
        1,
        [("not valid", "its bytes are not as the program writes a statement")],
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content + b"-----END SSH SIGNATURE-----\n",
        lambda content: content + "\u00a0".encode(),
        lambda content: content + content,
        lambda content: b"\n" + content,
    ],
    ids=["a second end", "a sign behind the end", "twice", "a line before"],
)
def test_a_file_with_more_than_a_signature_is_none(run, signed, signers, change) -> None:
    signature = Path(f"{signed}.sig")
    signature.write_bytes(change(signature.read_bytes()))
    code, content = verified(run, "--signers", signers)

    assert code == 1
    why = "it is no signature of this statement: more or less than a signature stands there"
    assert states(content) == [("not valid", why)]


def test_a_signature_of_another_run_is_told(study, run, signed, signers) -> None:
    edit(study, ("min = 1", "min = 2"))
    call("run", study, "--quiet", "--out", study.parent / "results" / "again")
    other = study.parent / "results" / "again"
    shutil.copytree(signatures_folder(run), signatures_folder(other))
    status, content = verified(other, "--signers", signers, "--require", "reviewed")
    ((state, why),) = states(content)

    assert (status, state) == (1, "of another run")
    assert why.startswith("it signs the manifest ")
    assert content["not_signed"] == ["reviewed"]


def test_another_key_is_no_allowed_signer(run, signed, signers, new_key) -> None:
    signers.write_text(new_key("carl@clinic.example").line(), encoding="utf-8")
    status, content = verified(run, "--signers", signers)

    assert (status, states(content)) == (
        1,
        [("not valid", "the allowed signers in allowed_signers do not have its key")],
    )


def test_a_statement_that_names_another_key_is_not_valid(run, signed, signers, new_key) -> None:
    bert = new_key("bert@clinic.example")
    signers.write_text(signers.read_text(encoding="utf-8") + bert.line(), encoding="utf-8")
    signed.with_name(f"{signed.name}.sig").unlink()
    run_program("ssh-keygen", "-Y", "sign", "-f", bert.path, "-n", "dermoutcomes-run", signed)
    status, content = verified(run, "--signers", signers)
    ((state, why),) = states(content)

    assert (status, state) == (1, "not valid")
    assert why.startswith("it was signed by SHA256:")


def test_a_signature_for_another_purpose_is_none_of_a_run(run, signed, anna, signers) -> None:
    signed.with_name(f"{signed.name}.sig").unlink()
    run_program("ssh-keygen", "-Y", "sign", "-f", anna.path, "-n", "git", signed)
    status, content = verified(run, "--signers", signers)

    assert (status, states(content)[0][0]) == (1, "not valid")


def test_a_key_that_ran_out_before_is_not_valid_and_one_that_runs_out_later_is(
    run, signed, signers, anna
) -> None:
    signers.write_text(anna.line('valid-before="20200101"'), encoding="utf-8")
    status, content = verified(run, "--signers", signers)
    assert status == 1
    assert states(content)[0][1].startswith("key has expired")

    signers.write_text(anna.line('valid-after="20200101",valid-before="20990101"'), "utf-8")
    assert verified(run, "--signers", signers)[0] == 0


def test_an_old_signature_outlives_its_key(run, signed, signers, anna) -> None:
    statement = parse_statement(signed.read_bytes())
    day_after = statement.date.replace(year=statement.date.year + 1)
    signers.write_text(anna.line(f'valid-before="{day_after:%Y%m%d}"'), encoding="utf-8")

    assert verified(run, "--signers", signers)[0] == 0


def test_a_revoked_key_is_told_whatever_the_day(run, signed, signers, anna, tmp_path) -> None:
    revoked = tmp_path / "revoked"
    shutil.copy(f"{anna.path}.pub", revoked)
    status, content = verified(run, "--signers", signers, "--revoked", revoked)

    assert (status, states(content)) == (1, [("not valid", "the key is revoked in revoked")])


def test_a_renamed_statement_says_what_it_said(run, signed, signers) -> None:
    renamed = signed.with_name("approved-by-the-head.json")
    signed.rename(renamed)
    signed.with_name(f"{signed.name}.sig").rename(renamed.with_name(f"{renamed.name}.sig"))
    _, content = verified(run, "--signers", signers)

    (one,) = content["signatures"]
    assert (one["state"], one["statement"]["meaning"]) == ("valid", "reviewed")
    assert one["notes"] == [f"the file was renamed: it was written as {signed.name}"]


def test_a_statement_without_its_signature_and_one_without_its_statement_are_told(
    run, signed, signers
) -> None:
    signature = signed.with_name(f"{signed.name}.sig")
    kept = signature.read_bytes()
    signature.unlink()
    assert states(verified(run, "--signers", signers)[1]) == [
        ("not valid", "its signature (.sig) is missing")
    ]

    signature.write_bytes(kept)
    signed.unlink()
    status, content = verified(run, "--signers", signers)
    assert (status, content["signature_problems"]) == (
        1,
        [f"{signature.name} is there without its statement"],
    )


def test_an_edited_page_is_told_and_written_anew(run, signed, signers) -> None:
    page = signed.with_name("signed.html")
    edit(page, ("reviewed", "approved"))
    status, content = verified(run, "--signers", signers)
    assert (status, content["signed_page"]) == (1, "changed")

    assert call("verify", run, "--signers", signers, "--write-page").exit_code == 0
    assert verified(run, "--signers", signers)[0] == 0
    assert "approved" not in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("meaning", ["", "  ", "a\nb", "a\x1b[31m", "\u202eb", "x" * 201])
def test_a_meaning_that_no_page_can_show_is_refused(run, anna, meaning) -> None:
    result = call("sign", run, "--meaning", meaning, "--key", anna.path)

    assert result.exit_code == 1
    assert "a meaning is one line of text" in result.output
    assert not signatures_folder(run).exists()


def test_markup_in_a_meaning_and_in_a_name_is_text(run, anna, signers) -> None:
    signers.write_text(anna.line().replace(anna.name, '"<b>anna</b>"'), encoding="utf-8")
    meaning = "<script>alert('x')</script> & \"read\""
    path = sign(run, anna, meaning, "--signers", signers)
    page = path.with_name("signed.html").read_text(encoding="utf-8")

    assert "<script" not in page
    assert "<b>anna" not in page
    assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt; &amp; &quot;read&quot;" in page
    assert verified(run, "--signers", signers)[0] == 0


def test_a_forged_statement_with_control_characters_rules_no_terminal(
    run, signed, anna, signers
) -> None:
    from attrs import evolve

    content = render_statement(
        evolve(parse_statement(signed.read_bytes()), meaning="reviewed\x1b[2J\nsigned: 'approved'")
    )
    path = signed.with_name(statement_name(content))
    path.write_bytes(content)
    run_program("ssh-keygen", "-Y", "sign", "-f", anna.path, "-n", "dermoutcomes-run", path)
    result = call("verify", run, "--signers", signers, "--require", "approved", "--write-page")

    assert result.exit_code == 1
    assert "\x1b" not in result.output
    assert not any(line.startswith("signed: 'approved'") for line in result.output.splitlines())
    assert "\x1b" not in signed.with_name("signed.html").read_text(encoding="utf-8")


def test_a_run_that_was_altered_is_not_signed(run, anna) -> None:
    (run / "queries.csv").write_text("edited", encoding="utf-8")
    result = call("sign", run, "--meaning", "reviewed", "--key", anna.path)

    assert result.exit_code == 1
    assert "changed: output queries.csv" in result.output
    assert not signatures_folder(run).exists()


def test_a_signed_run_is_not_replaced(study, run, signed) -> None:
    result = call("run", study, "--quiet")
    assert result.exit_code == 1
    assert "is signed, and a new run would replace it" in result.output
    assert "--out FOLDER" in result.output
    assert verified(run)[0] == 0


def test_lines_taken_from_the_end_of_the_history_are_noticed(study, run, anna, signers) -> None:
    for _ in range(2):
        call("run", study, "--quiet")
    sign(run, anna, "reviewed", "--signers", signers)
    file = study.parent / HISTORY
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[:2]), encoding="utf-8")
    status, content = verified(run, "--signers", signers)

    assert (status, content["history_broken_at"]) == (1, None)
    assert states(content) == [
        ("not valid", "the history had 4 lines when it was signed, and has 2")
    ]


def test_a_history_that_was_written_anew_is_noticed(study, run, signed, signers) -> None:
    (study.parent / HISTORY).unlink()
    for _ in range(4):
        call("verify", run)
    status, content = verified(run, "--signers", signers)

    assert status == 1
    assert states(content)[0][1].startswith("line 2 of the history is not what it was")


@pytest.mark.parametrize("content", ["{", "[]", '{"format": 2}', "", "5", '{"format": 1}'])
def test_a_damaged_statement_is_told(run, signed, signers, content) -> None:
    signed.write_text(content, encoding="utf-8")
    status, found = verified(run, "--signers", signers)

    assert (status, states(found)[0][0]) == (1, "not valid")


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ('"lines": 2', '"lines": "2"', "it is no statement on a run"),
        ('"lines": 2', '"lines": -1', "it is no statement on a run"),
        ('"broken_at": null', '"broken_at": []', "it is no statement on a run"),
        ('"date": "20', '"date": "90', "it is dated in the future"),
    ],
)
def test_a_statement_that_the_program_would_not_write_is_told_though_it_is_signed(
    run, signed, anna, signers, before, after, why
) -> None:
    edit(signed, (before, after))
    signed.with_name(f"{signed.name}.sig").unlink()
    run_program("ssh-keygen", "-Y", "sign", "-f", anna.path, "-n", "dermoutcomes-run", signed)
    status, content = verified(run, "--signers", signers)

    assert status == 1
    assert states(content)[0][1].startswith(why)


@pytest.mark.parametrize("content", ["", "[[history]]\n", "history = 5\n", "x"])
def test_a_copy_of_the_lock_that_is_none_is_a_change_and_no_fault(
    run, signed, signers, content
) -> None:
    (run / "study" / "study.lock").write_text(content, encoding="utf-8")
    result = call("verify", run, "--signers", signers)

    assert result.exit_code == 1
    assert "changed: output study/study.lock" in result.output


def test_no_ssh_keygen_on_path_says_how_to_get_it(run, anna, monkeypatch) -> None:
    monkeypatch.setenv("PATH", "")
    result = call("sign", run, "--meaning", "reviewed", "--key", anna.path)

    assert result.exit_code == 1
    assert "need the program ssh-keygen, which is not on PATH" in result.output
    assert "on Windows, Settings, Optional features, OpenSSH Client" in result.output


def test_no_ssh_keygen_is_needed_where_nothing_is_signed(run, monkeypatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert call("verify", run).exit_code == 0


@pytest.mark.parametrize("what", ["missing", "text", "other"])
def test_what_is_no_key_is_told(run, tmp_path, new_key, what) -> None:
    file = tmp_path / "no_key"
    if what == "text":
        file.write_text("no key", encoding="utf-8")
    elif what == "other":
        # The public half of a key whose private half nobody here has.
        key = new_key("gone@clinic.example")
        shutil.copy(f"{key.path}.pub", file)
        key.path.unlink()
    result = call("sign", run, "--meaning", "reviewed", "--key", file)

    assert result.exit_code == 1
    assert "--key" in result.output
    assert not signatures_folder(run).exists()


def test_a_list_without_signers_is_told(run, signed, tmp_path) -> None:
    empty = tmp_path / "empty"
    empty.write_text("# nobody\n", encoding="utf-8")
    result = call("verify", run, "--signers", empty)

    assert result.exit_code == 1
    assert "no allowed signer stands in this file" in result.output


def test_a_signed_and_stamped_run_is_verified_where_only_its_folder_is(
    study, anna, signers, server, authority, tmp_path
) -> None:
    assert call("lock", study, "--timestamp", server).exit_code == 0
    assert call("run", study, "--quiet").exit_code == 0
    run = study.parent / "results" / "SMALL"
    sign(run, anna, "reviewed", "--signers", signers, "--timestamp", server)

    elsewhere = tmp_path / "another machine"
    (elsewhere / "home").mkdir(parents=True)
    for folder in (run, signatures_folder(run)):
        shutil.copytree(folder, elsewhere / folder.name)
    shutil.copy(signers, elsewhere / "my_signers")
    shutil.copy(authority / "ca.pem", elsewhere / "roots.pem")
    shutil.rmtree(study.parent)
    command = [
        *(sys.executable, "-m", "dermoutcomes", "verify", "SMALL", "--without-inputs"),
        *("--signers", "my_signers", "--tsa-roots", "roots.pem", "--require", "reviewed"),
    ]
    environment = {
        "HOME": str(elsewhere / "home"),
        "PATH": "/usr/bin:/bin",
        "XDG_CACHE_HOME": str(elsewhere / "home"),
    }
    result = subprocess.run(
        command, cwd=elsewhere, env=environment, capture_output=True, text=True, check=False
    )

    assert result.returncode == 0, result.stdout + result.stderr
    assert "unchanged: every output is as it was written" in result.stdout
    assert "inputs not looked at" in result.stdout
    assert "time stamp of the lock: " in result.stdout
    assert "signed: 'reviewed'" in result.stdout
    assert result.stdout.count("UTC, verified") == 2

    (elsewhere / "SMALL" / "queries.csv").write_text("edited", encoding="utf-8")
    altered = subprocess.run(
        command, cwd=elsewhere, env=environment, capture_output=True, text=True, check=False
    )
    assert altered.returncode == 1
    assert "changed: output queries.csv" in altered.stdout


def test_stamps_of_others_and_by_others_do_not_count(
    study, run, anna, signers, server, authority, tmp_path
) -> None:
    path = sign(run, anna, "reviewed", "--signers", signers, "--timestamp", server)
    stamp = path.with_name(f"{path.name}.sig.tsr")
    roots = ("--signers", signers, "--tsa-roots", authority / "ca.pem")
    assert verified(run, *roots)[0] == 0

    stranger = tmp_path / "stranger.pem"
    run_program(
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Stranger"),
        *("-keyout", tmp_path / "stranger.key", "-out", stranger),
    )
    status, content = verified(run, "--signers", signers, "--tsa-roots", stranger)
    assert (status, states(content)) == (
        1,
        [("not valid", "its time stamp: stranger.pem does not vouch for it")],
    )

    other = sign(run, anna, "approved", "--timestamp", server)
    shutil.copy(other.with_name(f"{other.name}.sig.tsr"), stamp)
    assert sorted(states(verified(run, *roots)[1])) == [
        ("not valid", "its time stamp: it is the stamp of another file"),
        ("valid", ""),
    ]
    stamp.write_bytes(b"no stamp")
    assert sorted(states(verified(run, *roots)[1])) == [
        ("not valid", "its time stamp: it is no time stamp that was granted"),
        ("valid", ""),
    ]


def test_a_lost_key_cannot_sign_into_the_past_where_stamps_are_asked_for(
    run, anna, signers, server, authority
) -> None:
    """The statement says a day before the key ran out, the stamp the day on which it was signed."""
    from attrs import evolve

    path = sign(run, anna, "reviewed", "--timestamp", server)
    statement = parse_statement(path.read_bytes())
    for file in path.parent.iterdir():
        file.unlink()
    content = render_statement(evolve(statement, date=statement.date.replace(year=2020)))
    forged = path.with_name(statement_name(content))
    forged.write_bytes(content)
    run_program("ssh-keygen", "-Y", "sign", "-f", anna.path, "-n", "dermoutcomes-run", forged)
    from dermoutcomes.runs.signatures.timestamps import ask_for_stamp

    signature = forged.with_name(f"{forged.name}.sig")
    signature.with_name(f"{signature.name}.tsr").write_bytes(
        ask_for_stamp(signature.read_bytes(), server)
    )
    signers.write_text(anna.line('valid-before="20210101"'), encoding="utf-8")
    status, content = verified(run, "--signers", signers, "--tsa-roots", authority / "ca.pem")

    assert status == 1
    assert states(content)[0][1].startswith("key has expired")


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/", "file:///etc/hostname", "nowhere"])
def test_a_server_that_gives_no_stamp_leaves_a_lock_and_words(study, address) -> None:
    result = call("lock", study, "--timestamp", address)

    assert result.exit_code == 1
    assert "the server gave no time stamp" in result.output
    assert "the lock is written and has no time stamp" in result.output
    assert (study.parent / "study.lock").is_file()


def test_a_server_that_gives_no_stamp_leaves_no_signature(run, anna) -> None:
    result = call(
        *("sign", run, "--meaning", "reviewed", "--key", anna.path),
        *("--timestamp", "http://127.0.0.1:9/"),
    )

    assert result.exit_code == 1
    assert not signatures_folder(run).exists()


def test_a_key_with_a_passphrase_that_nobody_types_ends_in_words(run, tmp_path) -> None:
    key = tmp_path / "locked"
    run_program("ssh-keygen", "-q", "-t", "ed25519", "-N", "long words", "-f", key)
    result = subprocess.run(
        [
            *(sys.executable, "-m", "dermoutcomes", "sign", run),
            *("--meaning", "reviewed", "--key", key),
        ],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )

    assert result.returncode == 1
    assert "ssh-keygen did not sign" in result.stderr
    assert not signatures_folder(run).exists()
