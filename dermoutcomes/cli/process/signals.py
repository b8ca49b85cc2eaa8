"""Signals that ask a command to end: it removes what it had begun, as after Ctrl-C."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import click

__all__ = ["ends_as_interrupted"]

ASKING = ("SIGTERM", "SIGHUP")


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
    try:
        yield
    except KeyboardInterrupt:
        _ignore(*numbers, signal.SIGINT)
        click.echo("Aborted!", err=True)
        sys.exit(1)
    finally:
        _ignore(*numbers, signal.SIGINT)


def _ignore(*numbers: signal.Signals) -> None:
    for number in numbers:
        signal.signal(number, signal.SIG_IGN)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - what a handler gets
    raise KeyboardInterrupt
