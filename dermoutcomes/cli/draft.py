"""The command that drafts a study file from a folder of exports."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dermoutcomes.cli.terminal import (
    EXIT_STOPPED,
    exit_on_error,
    print_findings,
    print_problems,
)
from dermoutcomes.number_text import count_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from dermoutcomes.draft.study_draft import Answer, Key, StudyDraft

__all__ = ["draft"]

STUDY_FILE = "study.toml"
LEAVE_ALL = "q"


@click.command(short_help="Draft a study file from a folder of exports.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--accept",
    is_flag=True,
    help="Take what is sure enough to describe the data, and ask nothing.",
)
def draft(*, folder: Path, accept: bool) -> None:
    """Draft FOLDER/study.toml from the exports in FOLDER, and check it.

    Every guess is written with what it was taken from, every doubt as a line to settle. What no
    file says is never guessed. On a terminal the open questions are asked; Enter leaves one open.
    A study file that is there already is left alone.

    Ends with 0 when the file was written, whatever is left to settle in it, and with 1 when it was
    not.
    """
    with exit_on_error():
        from dermoutcomes.draft.drafting import draft_of_folder
        from dermoutcomes.draft.study_text import study_text
        from dermoutcomes.registry.loading import load_registry

        path = folder / STUDY_FILE
        _refuse_to_replace(path)
        try:
            with _progress() as looked_at:
                drafted = draft_of_folder(folder, load_registry(), looked_at)
            _refuse_to_write(folder)
            if accept:
                drafted.accept()
            elif sys.stdin.isatty() and sys.stdout.isatty():
                _ask(drafted)
        except (click.Abort, KeyboardInterrupt):
            click.echo("\nstopped; nothing was written", err=True)
            sys.exit(EXIT_STOPPED)
        _write(path, study_text(drafted))
    click.echo(f"written to {click.format_filename(path)}, with the data at hand\n")
    _check(path, drafted)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
    """A bar of the files that are looked at, on a terminal alone."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=1, label="Looking at files", file=sys.stderr) as bar:

        def looked_at(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        yield looked_at


def _refuse_to_replace(path: Path) -> None:
    from dermoutcomes.errors import Problem, StudyError

    if os.path.lexists(path):
        raise StudyError(
            Problem(
                "the folder has a study file, which is left alone",
                path="FOLDER",
                found=str(path),
                expected="a folder without one: move or rename it to draft another, or run "
                f"dermoutcomes check {_typed(path)}",
            )
        )


def _refuse_to_write(folder: Path) -> None:
    """Before anybody answers questions: whether the answers can be written."""
    from dermoutcomes.errors import Problem, StudyError

    if not os.access(folder, os.W_OK):
        raise StudyError(
            Problem(
                "no file can be written to the folder",
                path="FOLDER",
                found=str(folder),
                expected="a folder that you may write to: copy the exports into one",
            )
        )


def _write(path: Path, text: str) -> None:
    """Write the study file; one that appeared meanwhile is left alone."""
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        _refuse_to_replace(path)


def _ask(drafted: StudyDraft) -> None:
    """Ask what is open and can be chosen, in the order of the file, and settle it."""
    asked = [question for question in drafted.questions() if question.answers]
    choices = drafted.choices()
    if not asked and not choices:
        return
    click.echo(
        "What no file says. Enter leaves a question open, as a line of the study file; "
        f"{LEAVE_ALL} leaves all others open.\n"
    )
    # Polars takes over the interrupt so that reading a line goes on behind it; Ctrl-C is to end it.
    if hasattr(signal, "siginterrupt"):
        signal.siginterrupt(signal.SIGINT, True)
    drafted.accept(_accepted(choices))
    answers: dict[str, Answer] = {}
    for question in asked:
        click.echo(f"{question.id}: {question.words}")
        for number, answer in enumerate(question.answers, 1):
            click.echo(f"  {number}  {_answer_words(answer)}")
        numbers = [str(number) for number in range(1, len(question.answers) + 1)]
        reply = _reply("  which", numbers)
        if reply == LEAVE_ALL:
            break
        if reply:
            answers[question.id] = question.answers[int(reply) - 1]
    drafted.settle(answers)


def _accepted(choices: list[Key]) -> list[Key]:
    """The choices that the person takes, each asked once for all endpoints."""
    from dermoutcomes.draft.study_text import key_line

    accepted = []
    for choice in choices:
        click.echo(f"All endpoints: {choice.because}")
        click.echo(f"  y  {key_line(choice.name, choice.value)}")
        reply = _reply("  take it", ["y"])
        if reply == LEAVE_ALL:
            break
        if reply:
            accepted.append(choice)
    return accepted


def _answer_words(answer: Answer) -> str:
    from dermoutcomes.draft.study_text import key_line

    keys = ", ".join(key_line(name, value) for name, value in answer.keys.items())
    return keys + (f"  ({' '.join(answer.meaning.split())})" if answer.meaning else "")


def _reply(prompt: str, replies: list[str]) -> str:
    reply: str = click.prompt(
        prompt,
        type=click.Choice(["", *replies, LEAVE_ALL]),
        default="",
        show_choices=False,
        show_default=False,
    )
    return reply


def _check(path: Path, drafted: StudyDraft) -> None:
    """The first look at the data, and what `check` has to say of the draft."""
    from dermoutcomes.draft.glance import GLANCE_TABLES, glance_lines
    from dermoutcomes.draft.sections.study_sections import ONE_STUDY
    from dermoutcomes.errors import StudyError
    from dermoutcomes.runs.pipeline import Options, check

    for question in drafted.questions():
        if question.id == ONE_STUDY:
            click.echo(f"{question.words}\n")
    still_open = "the study file is written, with these to settle in it"
    try:
        checked = check(path, Options(progress=True), tables=GLANCE_TABLES)
    except StudyError as error:
        click.echo("To settle before anything can be read:\n")
        print_problems(error.problems, still_open)
        return
    for line in glance_lines(drafted, checked.study, checked.registry, checked.tables):
        click.echo(line)
    click.echo()
    print_findings(checked.findings)
    if checked.problems:
        click.echo("To settle in the study file:\n")
        print_problems(checked.problems, still_open)
    open_questions = sum(1 for _ in drafted.questions())
    click.echo(
        f"{count_words(open_questions, 'line')} to settle, marked `# ?` in {path.name}; then: "
        f"dermoutcomes check {_typed(path)} and dermoutcomes run {_typed(path)}"
    )


def _typed(path: Path) -> str:
    """A path as it is typed into a terminal, in quotes where a blank or sign would end it."""
    text = click.format_filename(path)
    if re.fullmatch(r"[\w./\\:~+@%,-]+", text):
        return text
    quote = "'" if re.search(r'[$`"!]', text) else '"'
    return f"{quote}{text}{quote}"
