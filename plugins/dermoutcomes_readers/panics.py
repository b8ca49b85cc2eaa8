"""Libraries that panic at a broken file, where others raise an error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["panics_as_errors"]


@contextmanager
def panics_as_errors() -> Iterator[None]:
    """Give a panic of a library in Rust as a ValueError, which says what the panic said.

    Its class has no home to import it from, and is no Exception, so that `except` passes it by. All
    else passes, an interrupt of the user's too.
    """
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise ValueError(str(error)) from error
