"""The text of a drafted study file: every guess with its evidence, every doubt a line to settle."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from dermoutcomes.draft.study_draft import Key, Question, Section, StudyDraft
from dermoutcomes.draft.toml_values import key_name, toml_value

if TYPE_CHECKING:
    from dermoutcomes.draft.files.folder import Unread

__all__ = ["study_text"]

WIDTH = 96
FIRST_LINE = (
    "# Drafted by dermoutcomes from the files of this folder, WITH THE DATA AT HAND: a lock made now "
    "is after the data."
)
EXPLANATION = (
    "Behind each key stands what it was taken from. A line that begins with `# ?` asks what no file "
    "says: write the line below it as it is right, without its `#`."
)


def study_text(draft: StudyDraft) -> str:
    """The study file as text."""
    lines = [*_wrapped(FIRST_LINE[2:]), *_wrapped(EXPLANATION), ""]
    for section in draft.sections:
        lines += [*_section_lines(section), ""]
    lines += [*_left_over(draft)]
    return "\n".join(lines).rstrip() + "\n"


def _section_lines(section: Section) -> Iterator[str]:
    if section.comment:
        yield from _wrapped(section.comment)
    yield f"[[{section.head}]]" if section.array else f"[{section.head}]"
    for line in section.lines:
        yield from _question_lines(line) if isinstance(line, Question) else _key_lines(line)


def _key_lines(key: Key) -> Iterator[str]:
    text = f"{key_name(key.name)} = {toml_value(key.value)}"
    comment = f"# {key.because}" if key.because else ""
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
    for value, meaning in question.answers:
        text = f"# {key_name(question.name)} = {toml_value(value)}"
        yield f"{text}  # {meaning}" if meaning else text
    if question.example:
        yield from (f"# {line}" for line in question.example.splitlines())


def _left_over(draft: StudyDraft) -> Iterator[str]:
    if draft.words_not_understood:
        yield from _wrapped(
            "Words in columns of numbers or dates, which are no reading; where one means "
            "`not measured`, write it in `missing` of its source: "
            + "; ".join(draft.words_not_understood)
        )
    for table, columns in draft.unused.items():
        yield from _wrapped(f"Not used of {table}: {', '.join(columns)}")
    yield from _unread_lines(draft.unread)


def _unread_lines(unread: Iterable[Unread]) -> Iterator[str]:
    for file in unread:
        yield from _wrapped(f"Not read: {file.path}: {file.because}")


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent="# ",
        subsequent_indent="#   ",
        break_long_words=False,
        break_on_hyphens=False,
    )
