"""What tests of the record share: the command line, programs, and keys of persons."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from attrs import frozen
from click.testing import CliRunner, Result

from dermoutcomes.cli import main

needs_tools = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None or shutil.which("openssl") is None,
    reason="ssh-keygen or openssl is not on PATH",
)


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)])


def run_program(*command: object) -> None:
    subprocess.run([*map(str, command)], check=True, capture_output=True)


@frozen
class Key:
    """A key of a person: its private half, and its line in a list of allowed signers."""

    path: Path
    name: str

    def line(self, options: str = "") -> str:
        public = self.path.with_suffix(".pub").read_text(encoding="utf-8").split()[:2]
        return " ".join(filter(None, [self.name, options, *public])) + "\n"


def edit(file: Path, *changes: tuple[str, str]) -> None:
    text = file.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    file.write_text(text, encoding="utf-8")


def make_key(folder: Path, name: str) -> Key:
    """A key of that name in the folder, made where it is not there yet."""
    path = folder / f"key of {name.partition('@')[0]}"
    if not path.exists():
        run_program("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path)
    return Key(path, name)
