"""The end of the program's own process: at once, without giving its memory back piece by piece."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["ends_at_once"]


@contextmanager
def ends_at_once() -> Iterator[None]:
    """Have the process end where the block exits with a number, once all is done and written.

    Before it ends, Python takes every object of it apart, which the system does for all of them
    together: 0.1 s after a small run, 0.25 s after one with documents. Functions that libraries
    registered for the end are called, and what was printed is handed on. Where a thread is still at
    work, where the exit says words, or where nothing can be printed any more, Python ends it.
    """
    try:
        yield
    except SystemExit as end:
        if not isinstance(end.code, int | None) or _others_work():
            raise
        atexit._run_exitfuncs()  # noqa: SLF001 - as Python calls them, which has no other name
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except OSError:
            raise end from None
        os._exit(end.code or 0)


def _others_work() -> bool:
    """Whether threads are at work beside this one that Python would wait for."""
    here = threading.current_thread()
    return any(not thread.daemon for thread in threading.enumerate() if thread is not here)
