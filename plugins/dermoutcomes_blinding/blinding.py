"""The analysis `blinding`: guesses of the treatment against the arm that was allocated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import polars as pl
from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes_blinding.indices import Index, bang, james

__all__ = ["BLINDING", "BlindingOptions"]

GUESS, BANG, JAMES = "guess", "bang", "james"
INDEX = ("estimate", "std_error", "conf_low", "conf_high", "conf_level")
UNSURE = "unsure"
TWO_ARMS = "The indices are of two arms, and the study has {}."
Answers = Mapping[str, Mapping[str, int]]


@frozen
class BlindingOptions:
    """Where the guesses stand, and which words say that somebody does not know."""

    guesses: tuple[str, ...] = option(
        (),
        "Columns of the subject table with a guess of the arm each, as of the subject and of the "
        "investigator. A guess is the name of an arm; values of the source gives other words theirs.",
    )
    unsure: tuple[str, ...] = option(
        ("don't know", "do not know", "dk", "unsure", "not sure", "no idea"),
        "Words for not knowing, whatever their case.",
    )


def blinding(task: Task, options: BlindingOptions) -> Iterator[Stat]:
    """Each column of guesses: answers by arm, the index of each arm, and that of both.

    A blank is missing; a word that is neither an arm nor one of not knowing leaves the column
    without an index.
    """
    if not options.guesses:
        yield Stat("n", term=GUESS).failed(
            "no_column", "The option guesses names no column of the subject table."
        )
    for column in options.guesses:
        template = Stat("n", level=column, label=column, unit="")
        if column not in task.subjects.columns:
            yield evolve(template, term=GUESS).failed(
                "no_column", f"The subject table has no column {column!r}."
            )
            continue
        yield from _of_column(task, options, column, template)


def _of_column(task: Task, options: BlindingOptions, column: str, template: Stat) -> Iterator[Stat]:
    meanings = {word.lower(): UNSURE for word in options.unsure}
    meanings |= {arm.lower(): arm for arm in task.arms}
    cells = _cells_by_arm(task, column)
    strange = sorted(
        {word for own in cells.values() for word in own if word and word.lower() not in meanings}
    )
    if strange:
        words = ", ".join(repr(word) for word in strange)
        yield evolve(template, term=GUESS).failed(
            "unknown_guess",
            f"{words}: neither an arm ({', '.join(task.arms)}) nor a word for not knowing; "
            f"values.{column} of the source, or the option unsure, says what it means.",
        )
        return
    answers: dict[str, dict[str, int]] = {}
    for arm, own in cells.items():
        given = [meanings[word.lower()] for word in own if word]
        answers[arm] = {guess: given.count(guess) for guess in (*task.arms, UNSURE)}
        of_arm = evolve(template, group=arm, n_subjects=len(own))
        yield from of_arm.rows(GUESS, n=len(given), n_missing=len(own) - len(given))
        for guess, count in answers[arm].items():
            yield from evolve(of_arm, level=f"{column}={guess}").rows(
                GUESS, n=count, denominator=len(given)
            )
    yield from _indices(task, answers, template)


def _cells_by_arm(task: Task, column: str) -> dict[str, list[str | None]]:
    """The answers of the subjects of each arm, as they were first allocated."""
    first = (
        task.tables["allocations"]
        .drop_nulls("arm")
        .sort("source", "row", maintain_order=True)
        .unique("subject", keep="first", maintain_order=True)
        .select("subject", "arm")
    )
    text = pl.col(column).cast(pl.String).str.strip_chars()
    told = task.subjects.select("subject", text.alias("answer")).join(
        first, on="subject", how="inner", maintain_order="left"
    )
    return {arm: told.filter(pl.col("arm") == arm)["answer"].to_list() for arm in task.arms}


def _indices(task: Task, answers: Answers, template: Stat) -> Iterator[Stat]:
    """Bang's index of each arm, and James's of both."""
    if len(task.arms) != 2:
        sentence = TWO_ARMS.format(len(task.arms))
        for row in template.rows(JAMES, **dict.fromkeys(INDEX)):
            yield row.failed("two_arms", sentence)
        return
    for arm, own in answers.items():
        [other] = [name for name in task.arms if name != arm]
        rows = evolve(template, group=arm, n_subjects=sum(own.values()))
        yield from _rows(
            task,
            rows,
            BANG,
            lambda own=own, arm=arm, other=other: bang(own[arm], own[other], own[UNSURE]),  # type: ignore[misc]
        )
    counts = [[answers[arm][guess] for arm in task.arms] for guess in task.arms]
    unsure = [answers[arm][UNSURE] for arm in task.arms]
    both = evolve(template, n_subjects=sum(map(sum, counts)) + sum(unsure))
    yield from _rows(task, both, JAMES, lambda: james(counts, unsure))


def _rows(task: Task, template: Stat, term: str, index: Callable[[], Index]) -> Iterator[Stat]:
    try:
        value = index()
    except ValueError as error:
        for row in template.rows(term, **dict.fromkeys(INDEX)):
            yield row.failed("no_index", f"{str(error).capitalize()}.")
        return
    yield from template.rows(term, estimate=value.estimate, std_error=value.std_error)
    try:
        low, high = value.interval(task.confidence)
    except ValueError as error:
        for row in template.rows(term, conf_low=None, conf_high=None):
            yield row.failed("no_spread", f"{str(error).capitalize()}.")
    else:
        yield from template.rows(term, conf_low=low, conf_high=high)
    yield from template.rows(term, conf_level=task.confidence)


BLINDING = Analysis(
    "blinding",
    "Blinding",
    blinding,
    endpoints="none",
    kinds=(),
    designs=("parallel",),
    reads=("allocations",),
    options=BlindingOptions,
    terms=(
        Term(GUESS, "Guess", ("n", "n_missing", "denominator"), scale="count"),
        Term(BANG, "Bang's blinding index", INDEX, scale="index", null=0.0),
        Term(JAMES, "James's blinding index", INDEX, scale="index"),
    ),
    method="Guesses of the treatment were held against the arm that was allocated. Bang's index of an "
    "arm is the share of right guesses less that of wrong ones (0 is chance, 1 all right); James's "
    "index of both arms is 1 where nobody knows and 0 where all guess right. Intervals are normal, "
    "with large-sample standard errors.",
    references=(
        Reference(
            "Bang H, Ni L, Davis CE. Assessment of blinding in clinical trials. Control Clin Trials "
            "2004;25:143-156.",
            "10.1016/j.cct.2003.10.016",
        ),
        Reference(
            "James KE, Bloch DA, Lee KK, Kraemer HC, Fuller RK. An index for assessing blindness in "
            "a multi-centre clinical trial. Stat Med 1996;15:1421-1434.",
            "10.1002/(SICI)1097-0258(19960715)15:13<1421::AID-SIM266>3.0.CO;2-H",
        ),
    ),
)
