"""Libraries that panic at a broken file, where others raise an error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO

__all__ = ["panics_as_errors"]

STANDARD_ERROR = 2


@contextmanager
def panics_as_errors() -> Iterator[None]:
    """Give a panic of a library in Rust as a ValueError, which says what the panic said.

    Its class has no home to import it from, and is no Exception, so that `except` passes it by. All
    else passes, an interrupt of the user's too. A library also writes of its panic to standard
    error, from a thread of its own: what a user would read twice, and with addresses in memory, is
    left out.
    """
    with _standard_error_held_back() as held:
        try:
            yield
        except BaseException as error:
            if type(error).__name__ != "PanicException":
                raise
            held.truncate(0)
            said = (str(error).strip().splitlines() or ["no reason is given"])[0]
            raise ValueError(f"what it says of its own parts cannot be ({said})") from error


@contextmanager
def _standard_error_held_back() -> Iterator[IO[bytes]]:
    """What is written to standard error comes after all is done, as far as it stands in the file."""
    with TemporaryFile() as held:
        try:
            kept = os.dup(STANDARD_ERROR)
        except OSError:  # A program without a terminal may have none.
            yield held
            return
        if sys.stderr is not None:
            sys.stderr.flush()
        os.dup2(held.fileno(), STANDARD_ERROR)
        try:
            yield held
        finally:
            if sys.stderr is not None:
                sys.stderr.flush()
            os.dup2(kept, STANDARD_ERROR)
            os.close(kept)
            held.seek(0)
            while part := held.read(1 << 16):
                os.write(STANDARD_ERROR, part)
