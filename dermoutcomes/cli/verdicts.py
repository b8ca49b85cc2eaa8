"""Verdicts on the terminal, with all that stands beside each.

Of a run without claims, the main results.
"""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from dermoutcomes.runs.finished_run import Run

__all__ = ["print_main_results", "print_verdicts"]

VERDICT_WIDTH = 26
NARROWEST, WIDEST = 60, 110
NO_COMPARISON = "Nothing is compared, and nothing is claimed: the tables describe."


def print_verdicts(claims: list[dict[str, Any]], run: Run) -> None:
    """Each claim with its verdict, then why, how many of how many, and what speaks against it."""
    for claim in claims:
        _print_wrapped(claim["verdict"].upper(), claim["text"])
        for line in _lines(claim, run):
            _print_wrapped("", line)


def _lines(claim: Mapping[str, Any], run: Run) -> Iterator[str]:
    from dermoutcomes.decisions.claim_basis import basis_words
    from dermoutcomes.report.words.loss_words import lost_words

    yield claim["reason"]
    if basis := basis_words(claim, lost_words(claim, run.table("ledger"), run.study.arms)):
        yield f"{basis}."
    for sentence in claim["against"] or ():
        yield f"- {sentence}"
    if claim["caution"]:
        yield claim["caution"]


def print_main_results(run: Run) -> None:
    """The main result of each hypothesis of a study without claims.

    Where there are primary endpoints, theirs alone.
    """
    from dermoutcomes.decisions.hypotheses import decide
    from dermoutcomes.decisions.verdict_text import effect_text, hypothesis_label
    from dermoutcomes.quality.lost_ends import undecided_without_ends

    study = run.study
    undecided = undecided_without_ends(study, run.table("ledger"))
    hypotheses = decide(study, run.registry, run.table("results"), lambda _item: False, undecided)
    primary = [item for item in hypotheses if study.endpoints[item.endpoint].role == "primary"]
    sizes = dict(run.table("hypotheses").select("hypothesis", "n").iter_rows())
    if not hypotheses:
        click.echo(f"  {NO_COMPARISON}")
    for hypothesis in primary or hypotheses:
        effect = effect_text(study, hypothesis) or hypothesis.reason or "no result"
        n = f", n = {sizes[hypothesis.name]}" if sizes.get(hypothesis.name) is not None else ""
        _print_wrapped("MAIN RESULT", f"{hypothesis_label(study, hypothesis)}: {effect}{n}.")


def _print_wrapped(head: str, text: str) -> None:
    """A line with its head in a column of its own, wrapped to the width of the terminal."""
    columns = min(max(shutil.get_terminal_size((100, 24)).columns, NARROWEST), WIDEST)
    indent = " " * (VERDICT_WIDTH + 3)
    first = f"  {head:<{VERDICT_WIDTH}} "
    further = f"{indent}  " if text.startswith("- ") else indent
    click.echo(
        textwrap.fill(
            text,
            columns,
            initial_indent=first,
            subsequent_indent=further,
            break_long_words=False,
            break_on_hyphens=False,
        )
    )
