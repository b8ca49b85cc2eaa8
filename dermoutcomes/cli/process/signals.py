"""Signals that ask a command to end: it removes what it had begun, as after Ctrl-C."""

from __future__ import annotations

import signal
from types import FrameType
from typing import NoReturn

__all__ = ["end_as_interrupted"]


def end_as_interrupted() -> None:
    """Have SIGTERM and SIGHUP do what Ctrl-C does.

    The system's own way is to end the process as it stands, and with number 1 of a container, whose
    signals have no such way, not at all. A signal that whoever started the command has it ignore (nohup) stays ignored.
    """
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - what a handler gets
    raise KeyboardInterrupt
