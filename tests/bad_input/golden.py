"""The messages that users read, in one text file: a header, then for each case a line of `# ` and its name, and the words."""

from __future__ import annotations

import re
from pathlib import Path

GOLDEN = Path(__file__).with_name("messages.txt")
HEADER = """\
#: What users read where something is wrong, as `pytest tests/bad_input --update-messages` writes it; never edited by hand.
#: A message that changes is read by a second pair of eyes, and the body of the commit says why the new words are better.
"""


def read_golden() -> dict[str, str]:
    """Words by case, in the file's order."""
    found = re.split(
        r"^# (.+)\n",
        GOLDEN.read_text(encoding="utf-8") if GOLDEN.is_file() else "",
        flags=re.MULTILINE,
    )
    return {
        name: words.strip("\n") + "\n" for name, words in zip(found[1::2], found[2::2], strict=True)
    }


def write_golden(name: str, words: str, order: tuple[str, ...]) -> None:
    """Replace the words of one case; cases that are no more are dropped."""
    held = {**read_golden(), name: words.strip("\n") + "\n"}
    messages = [f"# {case}\n{held[case]}" for case in order if case in held]
    GOLDEN.write_text("\n".join([HEADER, *messages]), encoding="utf-8")
