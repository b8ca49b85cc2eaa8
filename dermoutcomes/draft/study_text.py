"""The text of a drafted study file: every guess with its evidence, every doubt a line to settle."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve

from dermoutcomes.draft.files.lab_folder import unread_words
from dermoutcomes.draft.study_draft import Key, Question, Section, StudyDraft
from dermoutcomes.draft.toml_values import key_name, toml_value

__all__ = ["key_line", "study_text"]

WIDTH = 96
FIRST_LINE = (
    "Drafted by dermoutcomes from the files of this folder, WITH THE DATA AT HAND: a lock made now "
    "is after the data."
)
EXPLANATION = (
    "Behind or above each key stands what it was taken from. `# ?` asks what no file says: of the "
    "lines below it, take the `#` from the one that is right, or write it as it is right."
)
# Signs that no comment of TOML may hold, and those that no file of UTF-8 can.
NOT_IN_COMMENTS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")


def study_text(draft: StudyDraft) -> str:
    """The study file as text."""
    lines = [*_wrapped(FIRST_LINE), *_wrapped(EXPLANATION), ""]
    for section in draft.sections:
        lines += [*_section_lines(section), ""]
    lines += [*_left_over(draft)]
    return "\n".join(lines).rstrip() + "\n"


def key_line(name: str, value: Any) -> str:
    """A key and its value as a line of TOML."""
    return f"{key_name(name)} = {toml_value(value)}"


def _section_lines(section: Section) -> Iterator[str]:
    if section.withheld:
        yield from _wrapped(f"? {section.withheld}")
        whole = evolve(section, withheld="")
        yield from (line if line.startswith("#") else f"# {line}" for line in _section_lines(whole))
        return
    if section.comment:
        yield from _wrapped(section.comment)
    yield f"[[{section.head}]]" if section.array else f"[{section.head}]"
    for line in section.lines:
        yield from _question_lines(line) if isinstance(line, Question) else _key_lines(line)


def _key_lines(key: Key) -> Iterator[str]:
    text = key_line(key.name, key.value)
    comment = _comment(key.because)
    if key.choice:
        yield from _wrapped(f"? a choice: {key.because}")
        yield f"# {text}"
    elif comment and len(text) + len(comment) + 2 > WIDTH:
        yield from _wrapped(key.because)
        yield text
    else:
        yield f"{text}  {comment}".rstrip()


def _question_lines(question: Question) -> Iterator[str]:
    yield from _wrapped(f"? {question.words}")
    for answer in question.answers:
        *lines, last = _commented(answer.keys)
        yield from lines
        yield f"{last}  {_comment(answer.meaning)}".rstrip()
    yield from _commented(question.example)


def _commented(keys: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"# {key_line(name, value)}" for name, value in keys.items())


def _left_over(draft: StudyDraft) -> Iterator[str]:
    if draft.words_not_understood:
        yield from _wrapped(
            "Words in columns of numbers or dates, which are no reading; where one means "
            "`not measured`, write it in `missing` of its source: "
            + "; ".join(draft.words_not_understood)
        )
    if draft.unknown_measures:
        yield from _wrapped(
            "Words for what no device or scale that is known measures; their rows are left out: "
            + "; ".join(draft.unknown_measures)
        )
    for table, columns in draft.unused.items():
        yield from _wrapped(f"Not used of {table}: {', '.join(columns)}")
    for words in unread_words(draft.unread):
        yield from _wrapped(f"Not read: {words}")


def _comment(text: str) -> str:
    """A comment in one line, whatever signs and line breaks of cells are in it."""
    return f"# {NOT_IN_COMMENTS.sub(chr(0xFFFD), ' '.join(text.split()))}" if text else ""


def _wrapped(text: str) -> list[str]:
    """A comment in lines of which none is too long."""
    return textwrap.wrap(
        _comment(text).removeprefix("# "),
        WIDTH,
        initial_indent="# ",
        subsequent_indent="#   ",
        break_long_words=False,
        break_on_hyphens=False,
    )
