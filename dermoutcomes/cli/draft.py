"""The command that drafts a study file from a folder of exports."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dermoutcomes.cli.terminal import exit_on_error, print_findings, print_problems

if TYPE_CHECKING:
    from dermoutcomes.draft.study_draft import Answer, StudyDraft

__all__ = ["draft"]

STUDY_FILE = "study.toml"


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
    file says is never guessed. A study file that is there already is left alone.
    """
    with exit_on_error():
        from dermoutcomes.draft.drafting import draft_of_folder
        from dermoutcomes.draft.study_text import study_text
        from dermoutcomes.registry.loading import load_registry

        path = folder / STUDY_FILE
        _refuse_to_replace(path)
        drafted = draft_of_folder(folder, load_registry())
        if accept:
            drafted.accept()
        elif sys.stdin.isatty() and sys.stdout.isatty():
            drafted.settle(_answers(drafted))
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(study_text(drafted))
    click.echo(f"written to {path}, with the data at hand\n")
    _check(path, drafted)


def _refuse_to_replace(path: Path) -> None:
    from dermoutcomes.errors import Problem, StudyError

    if path.exists():
        raise StudyError(
            Problem(
                "the folder has a study file, which is left alone",
                path="FOLDER",
                found=str(path),
                expected="a folder without one: move or rename it to draft another, or run "
                f"dermoutcomes check {path}",
            )
        )


def _answers(drafted: StudyDraft) -> dict[str, Answer]:
    """What the person at the terminal says to each question that has answers to choose from."""
    from dermoutcomes.draft.study_text import key_line

    answers = {}
    asked = [question for question in drafted.questions() if question.answers]
    if asked:
        click.echo(
            "What no file says. Enter leaves a question open, as a line of the study file.\n"
        )
    for question in asked:
        click.echo(f"{question.id}: {question.words}")
        for number, answer in enumerate(question.answers, 1):
            keys = ", ".join(key_line(name, value) for name, value in answer.keys.items())
            click.echo(f"  {number}  {keys}" + (f"  ({answer.meaning})" if answer.meaning else ""))
        choices = ["", *(str(number) for number in range(1, len(question.answers) + 1))]
        reply = click.prompt(
            "  which",
            type=click.Choice(choices),
            default="",
            show_choices=False,
            show_default=False,
        )
        if reply:
            answers[question.id] = question.answers[int(reply) - 1]
    return answers


def _check(path: Path, drafted: StudyDraft) -> None:
    """The first look at the data, and what `check` has to say of the draft."""
    from dermoutcomes.draft.glance import GLANCE_TABLES, glance_lines
    from dermoutcomes.errors import StudyError
    from dermoutcomes.runs.pipeline import check

    try:
        checked = check(path, tables=GLANCE_TABLES)
    except StudyError as error:
        click.echo("To settle before anything can be read:\n")
        print_problems(error.problems)
        return
    for line in glance_lines(drafted, checked.study, checked.registry, checked.tables):
        click.echo(line)
    click.echo()
    print_findings(checked.findings)
    if checked.problems:
        click.echo("To settle in the study file:\n")
        print_problems(checked.problems)
    open_questions = sum(1 for _ in drafted.questions())
    click.echo(
        f"{open_questions} lines to settle, marked `# ?` in {path.name}; then: dermoutcomes check "
        f"{path} and dermoutcomes run {path}"
    )
