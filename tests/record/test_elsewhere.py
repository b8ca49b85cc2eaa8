"""A signed and stamped run, verified by somebody else who has the run and its signatures alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from .signing_kit import Key, call, edit, needs_tools

pytestmark = needs_tools
COMMAND = "from dermoutcomes.cli import main; main()"
NOBODY = 65534


@pytest.fixture
def sent(study: Path, anna: Key, signers: Path, server: str, authority: Path) -> Iterator[Path]:
    """A folder with a run, its signatures, the list of signers and the root of the stamps."""
    run = study.parent / "results" / "SMALL"
    named = ("--signers", signers, "--timestamp", server)
    for command in (
        ("lock", study, "--timestamp", server),
        ("run", study, "--quiet"),
        ("sign", run, "--meaning", "reviewed", "--key", anna.path, *named),
    ):
        result = call(*command)
        assert result.exit_code == 0, result.output
    # pytest's own folders are closed to other users, and closed again by the next that begins.
    place = TemporaryDirectory()
    folder = Path(place.name)
    folder.chmod(0o755)
    for part in (run, run.with_name("SMALL.signatures")):
        shutil.copytree(part, folder / part.name)
    shutil.copy(signers, folder / "allowed_signers")
    shutil.copy(authority / "ca.pem", folder / "roots.pem")
    # Nothing of the study is left on this machine.
    shutil.rmtree(study.parent)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    yield folder
    place.cleanup()


@pytest.fixture
def elsewhere(sent: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`verify` by another user, where this one may be so, with no home and without a network."""
    as_other: list[str] = []
    if os.geteuid() == 0 and shutil.which("setpriv"):
        as_other = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    if os.geteuid() == 0 and shutil.which("unshare"):
        as_other = ["unshare", "--net", *as_other]

    def verify(*options: object) -> subprocess.CompletedProcess[str]:
        code = [sys.executable, "-c", COMMAND, "verify", str(sent / "SMALL"), *map(str, options)]
        return subprocess.run(
            [*as_other, *code],
            cwd="/",
            env={"PATH": os.environ["PATH"], "HOME": "/nowhere", "LANG": "C"},
            capture_output=True,
            text=True,
            check=False,
        )

    return verify


def test_run_signature_and_stamps_are_verified_where_nothing_of_the_study_is(
    sent: Path, elsewhere
) -> None:
    trusted = (
        *("--signers", sent / "allowed_signers", "--tsa-roots", sent / "roots.pem"),
        *("--require", "reviewed"),
    )
    done = elsewhere("--without-inputs", *trusted)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "unchanged: every output is as it was written" in done.stdout
    assert "inputs not looked at" in done.stdout
    assert "signed: 'reviewed'" in done.stdout
    assert "by anna@clinic.example" in done.stdout
    assert done.stdout.count(", verified") == 2, done.stdout

    # Without saying that no inputs are here, each of them is missing, and the words say what to do.
    alone = elsewhere(*trusted)
    assert alone.returncode == 1
    assert "missing: input corneometer.csv" in alone.stdout
    assert "name it with --inputs FOLDER" in alone.stdout

    edit(sent / "SMALL" / "tables" / "results.csv", ("0.95", "0.99"))
    altered = elsewhere("--without-inputs", *trusted)
    assert altered.returncode == 1
    assert "changed: output tables/results.csv" in altered.stdout


def test_nothing_is_written_where_the_run_was_sent(sent: Path, elsewhere) -> None:
    before = {path: path.stat().st_mtime_ns for path in sent.rglob("*")}
    elsewhere("--without-inputs", "--signers", sent / "allowed_signers")

    assert {path: path.stat().st_mtime_ns for path in sent.rglob("*")} == before
