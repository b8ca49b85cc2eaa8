"""What must hold for a declaration before a study can use it.

The contract classes of the test kit ask for far more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dermoutcomes.declare import DocumentPlan, Instrument, Scale, Section
from dermoutcomes.errors import one_of

__all__ = ["faults"]

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
# The name of a document is that of its file, and never part of a longer key.
FILE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


def faults(declaration: Any) -> Iterator[str]:
    """What is wrong with a declaration, a sentence each."""
    pattern = FILE_NAME if isinstance(declaration, DocumentPlan) else NAME
    if not isinstance(declaration.name, str) or not pattern.fullmatch(declaration.name):
        yield (
            f"the name {declaration.name!r} has other characters than letters, digits and "
            "underscores, so that no study can write it"
        )
    if isinstance(declaration, (Instrument, Scale)):
        yield from _code_faults(declaration)
    if isinstance(declaration, Section) and declaration.make is None:
        yield (
            f"the section {declaration.name!r} has no function `make`, so that nothing can stand "
            "in it"
        )


def _code_faults(owner: Instrument | Scale) -> Iterator[str]:
    codes = [parameter.code for parameter in owner.parameters]
    if not codes:
        yield f"{owner.name!r} has no parameters"
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield f"{owner.name!r} declares the code {code!r} twice"
    for code in codes:
        if not NAME.fullmatch(code):
            yield (
                f"{owner.name!r}: the code {code!r} has other characters than letters, digits and "
                "underscores"
            )
    for parameter in owner.parameters:
        if parameter.expr is not None:
            unknown = {
                name.removesuffix("__text") for name in parameter.expr.meta.root_names()
            } - set(codes)
            yield from (
                f"{owner.name + '.' + parameter.code!r} is derived from {name!r}, which "
                f"{owner.name!r} does not declare; expected {one_of(codes)}"
                for name in sorted(unknown)
            )
