"""Signals that ask a command to end: it removes what it had begun, as after Ctrl-C."""

from __future__ import annotations

import _thread
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import click

__all__ = ["ends_as_interrupted"]

ASKING = ("SIGTERM", "SIGHUP")
SOON = 0.01


@contextmanager
def ends_as_interrupted() -> Iterator[None]:
    """Have SIGTERM and SIGHUP do what Ctrl-C does inside the block, with one word wherever it comes.

    The system's own way is to end the process as it stands, and with number 1 of a container, whose
    signals have no such way, not at all. A signal that whoever started the command has it ignore
    (nohup) stays ignored. After the block all of them are: nothing is left that they could end.
    """
    numbers = [getattr(signal, name) for name in ASKING if hasattr(signal, name)]
    for number in numbers:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _interrupt)
    hook, sys.unraisablehook = sys.unraisablehook, _again
    try:
        yield
    except KeyboardInterrupt:
        _ignore(*numbers, signal.SIGINT)
        click.echo("Aborted!", err=True)
        sys.exit(1)
    finally:
        _ignore(*numbers, signal.SIGINT)
        sys.unraisablehook = hook


def _again(lost: sys.UnraisableHookArgs) -> None:
    """Interrupt once more where Python lost an interrupt, as in a callback of its import system."""
    if issubclass(lost.exc_type, KeyboardInterrupt):
        # A little later: here it would be lost again.
        later = threading.Timer(SOON, _thread.interrupt_main)
        later.daemon = True
        later.start()
    else:
        sys.__unraisablehook__(lost)


def _ignore(*numbers: signal.Signals) -> None:
    for number in numbers:
        signal.signal(number, signal.SIG_IGN)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - what a handler gets
    raise KeyboardInterrupt
