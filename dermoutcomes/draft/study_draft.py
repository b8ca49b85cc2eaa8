"""A study file in the making: its keys with their evidence, its choices, and what is left open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

if TYPE_CHECKING:
    from dermoutcomes.draft.files.lab_folder import Unread
    from dermoutcomes.draft.plan.participants import DraftArm
    from dermoutcomes.draft.plan.visit_order import DraftVisit

__all__ = ["Answer", "Key", "Question", "Section", "StudyDraft"]


@frozen
class Key:
    """A key of the study file, its value, and the evidence for it.

    A `choice` is no reading of the files but a decision: it is written only where it is accepted.
    """

    name: str
    value: Any
    because: str = ""
    choice: bool = False


@frozen
class Answer:
    """An answer to choose: the keys that it writes, with their values, and what they mean."""

    keys: Mapping[str, Any]
    meaning: str = ""


@frozen
class Question:
    """What nobody but the study knows.

    `id` names it, `words` ask, and one of `answers` can be chosen. A question without answers is
    settled by writing `example`, keys with values as they could be, by hand.
    """

    id: str
    words: str
    answers: tuple[Answer, ...] = ()
    example: Mapping[str, Any] = field(factory=dict)


@define(eq=False)
class Section:
    """A table of the study file: its head as [visits], its lines, and what it is about.

    A section that is `withheld` for a reason is written as comments, and the reason asks.
    """

    head: str
    lines: list[Key | Question] = field(factory=list)
    comment: str = ""
    array: bool = False
    withheld: str = ""

    def key_lines(self) -> Iterator[Key]:
        """The keys among its lines."""
        yield from (line for line in self.lines if isinstance(line, Key))


@define(eq=False)
class StudyDraft:
    """A draft: the sections of the study file in order, and what was left unread or unused.

    `unknown_measures` are words of long tables for what no known device or scale measures, and
    `rows` the filled rows below the header, by file and sheet.
    """

    folder: str
    sections: list[Section] = field(factory=list)
    visits: Sequence[DraftVisit] = ()
    arms: Sequence[DraftArm] = ()
    unread: Sequence[Unread] = ()
    unused: Mapping[str, tuple[str, ...]] = field(factory=dict)
    words_not_understood: Sequence[str] = ()
    unknown_measures: Sequence[str] = ()
    rows: Mapping[tuple[str, str | None], int] = field(factory=dict)

    def questions(self) -> Iterator[Question]:
        """Everything that is left open, in the order of the file."""
        for section in self.sections:
            if section.withheld:
                yield Question(section.head, section.withheld)
                continue
            yield from (line for line in section.lines if isinstance(line, Question))

    def settle(self, answers: Mapping[str, Answer]) -> None:
        """Put answers in the place of their questions, by the ids of these."""
        for section in self.sections:
            section.lines = [
                settled
                for line in section.lines
                for settled in (
                    _keys_of(answers[line.id])
                    if isinstance(line, Question) and line.id in answers
                    else [line]
                )
            ]

    def choices(self) -> list[Key]:
        """The choices that could be accepted, each once, in the order of the file."""
        of_sections = (line for section in self.sections for line in section.key_lines())
        once: list[Key] = []
        for line in of_sections:
            if line.choice and line not in once:
                once.append(line)
        return once

    def accept(self, choices: Sequence[Key] | None = None) -> None:
        """Take these choices, or all that are sure enough to describe the data."""
        taken = self.choices() if choices is None else choices
        for section in self.sections:
            section.lines = [
                Key(line.name, line.value, f"{line.because} (accepted)".strip())
                if isinstance(line, Key) and line in taken
                else line
                for line in section.lines
            ]


def _keys_of(answer: Answer) -> list[Key]:
    return [Key(name, value, "as answered") for name, value in answer.keys.items()]
