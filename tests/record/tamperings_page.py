"""The page of the documentation on what was tried to pass an altered run for the one that was."""

from __future__ import annotations

from .further_tamperings import ALL_TAMPERINGS
from .tamperings import DIGESTS, HISTORIES, NOT, SIGNATURES, STAMPS, WORDS

__all__ = ["PAGE", "written"]

PAGE = "docs/tamperings.md"
HEAD = """\
<!-- Written by `python -m tests.record`; change tests/record/tamperings.py and further_tamperings.py, not this page. -->
# Tamperings

What somebody may do to a study after its run, tried one by one on a small study that was locked, run, signed and stamped. A test does each and looks
at what `dermoutcomes verify RUN --signers FILE --tsa-roots FILE --require reviewed` says.

Noticed by *digests*: by hashing files again, without a signature. By the *history*: by its chain. By the *time stamp* of the lock. By the *signature*: by that, or by what it signs; without one such a
change is not seen. {noticed} of {all} are noticed. The others are in a table of their own, with the reason why nothing can.

## Noticed

| what is done | noticed by | `verify` says |
|---|---|---|
"""
OTHERS = """\

## Not noticed

| what is done | why nothing can notice it |
|---|---|
"""
NAMES = {DIGESTS: "digests", HISTORIES: "history", SIGNATURES: "signature", STAMPS: "time stamp"}
NAMES[WORDS] = "history, with exit status 0"


def written() -> str:
    """The page as it must be."""
    noticed = [one for one in ALL_TAMPERINGS if one.by != NOT]
    rows = "".join(f"| {one.what} | {NAMES[one.by]} | `{one.words}` |\n" for one in noticed)
    others = "".join(f"| {one.what} | {one.words} |\n" for one in ALL_TAMPERINGS if one.by == NOT)
    head = HEAD.replace("{noticed}", str(len(noticed))).replace("{all}", str(len(ALL_TAMPERINGS)))
    return f"{head}{rows}{OTHERS}{others}"
