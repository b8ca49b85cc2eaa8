"""What a mutated file is tried in: the study around it, its place there, and the command."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from attrs import frozen

from tests.readers.formats import FORMATS

from .small_studies import (
    ANSWERED,
    SIGNED,
    answered_study,
    format_of,
    readings_file,
    signed_study,
    small_study,
)
from .whole_study import MANIFEST, RUN, whole_run, whole_study

__all__ = ["CHECK", "READINGS", "Tried", "tried"]

CHECK = ("check", "study.toml")
READINGS = tuple(readings_file(name) for name in FORMATS)
VERIFY_SIGNED = (
    *("verify", "results/SMALL", "--signers", "allowed_signers"),
    *("--require", "reviewed"),
)


@frozen(eq=False)
class Tried:
    """Name = bytes of the study's files, the place of the one that is mutated, and the command.

    `is_sealed`: digests or signatures hold for the file, so that every other byte has to be told.
    """

    files: Mapping[str, bytes]
    place: str
    command: tuple[str, ...] = RUN
    is_sealed: bool = False

    @property
    def content(self) -> bytes:
        """The file as it is."""
        return self.files[self.place]


@cache
def tried(file: str) -> Tried:
    """The study around a file that is mutated."""
    if file == MANIFEST:
        return Tried(whole_run(), file, ("verify", "results/WINTER"), is_sealed=True)
    if file in READINGS:
        return Tried(small_study(format_of(file)), file)
    if file in ANSWERED:
        return Tried(answered_study(file), file)
    if file in SIGNED:
        files = signed_study()
        ends = file.removeprefix("statement")
        (place,) = (
            name
            for name in files
            if name.endswith(ends) and (name == file or ".signatures/" in name)
        )
        # A list of signers belongs to who verifies; blanks and remarks in it change nothing.
        return Tried(files, place, VERIFY_SIGNED, is_sealed=file != "allowed_signers")
    return Tried(whole_study(), file)
