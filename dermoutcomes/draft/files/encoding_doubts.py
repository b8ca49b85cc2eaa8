"""A text whose encoding its reader asks for: read in the likeliest, which the draft then states."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from dermoutcomes.errors import StudyError

if TYPE_CHECKING:
    from dermoutcomes.declare import Reader

__all__ = ["asked_encoding"]

# The key that a refusal names; where several could be meant, the likeliest stands first.
KEY = re.compile(r'encoding = "([^"]+)"')


def asked_encoding(error: Exception, reader: Reader) -> str | None:
    """The encoding that the refusal of a file names first; None where it is refused for another reason."""
    if not isinstance(error, StudyError):
        return None
    if not any(option.name == "encoding" for option in attrs.fields(reader.options)):
        return None
    keys = (KEY.search(problem.expected or "") for problem in error.problems)
    return next((key[1] for key in keys if key), None)
