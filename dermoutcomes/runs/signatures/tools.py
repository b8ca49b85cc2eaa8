"""Programs of the system that sign and verify: ssh-keygen and openssl, each asked for one thing."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence

from attrs import frozen

from dermoutcomes.errors import Problem, StudyError

__all__ = ["Answer", "ask"]

HOW_TO_GET = {
    "ssh-keygen": "it is part of OpenSSH 8.9 or later: `apt install openssh-client`, `brew install "
    "openssh`; on Windows, Settings, Optional features, OpenSSH Client",
    "openssl": "`apt install openssl`, `brew install openssl`; on Windows it comes with Git for "
    "Windows, in C:\\Program Files\\Git\\usr\\bin, which has to be on PATH",
}
LONGEST = 120
# While somebody types a passphrase or touches a token; otherwise.
PATIENCE, SECONDS = 300, 60


@frozen
class Answer:
    """What a program answered: whether it agreed, what it printed, and its complaints."""

    agreed: bool
    output: str
    complaints: str

    @property
    def words(self) -> str:
        """The first complaint, or the first line that it printed."""
        lines = [
            line.strip() for line in (*self.complaints.splitlines(), *self.output.splitlines())
        ]
        return next((line for line in lines if line), "no reason given")


def ask(program: str, *arguments: str, stdin: bytes | None = None) -> Answer:
    """Run a program; without `stdin` it may ask its user for a passphrase on the terminal.

    Raises StudyError where it is not on PATH, with how to get it, and where it does not answer.
    """
    path = shutil.which(program)
    if path is None:
        raise StudyError(
            Problem(
                f"signatures need the program {program}, which is not on PATH",
                expected=f"{program}, as the system or its packages have it",
                hint=HOW_TO_GET[program],
                code="sign-tool",
            )
        )
    # Words and dates in one language, whatever the system's is.
    environment = {**os.environ, "LC_ALL": "C", "LANG": "C"}
    try:
        done = _run([path, *arguments], stdin, environment)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise StudyError(
            Problem(f"{program} gave no answer", found=str(error)[:LONGEST], code="sign-tool")
        ) from error
    return Answer(
        done.returncode == 0,
        done.stdout.decode("utf-8", "replace"),
        done.stderr.decode("utf-8", "replace"),
    )


def _run(
    command: Sequence[str], stdin: bytes | None, environment: dict[str, str]
) -> subprocess.CompletedProcess[bytes]:
    """The program without a shell; what it is given are paths and words of this program."""
    if stdin is None:
        return subprocess.run(  # noqa: S603
            command, check=False, capture_output=True, env=environment, timeout=PATIENCE
        )
    return subprocess.run(  # noqa: S603
        command, check=False, capture_output=True, env=environment, timeout=SECONDS, input=stdin
    )
