"""Guesses of the treatment against the arm, with the indices that the analysis `blinding` found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from dermoutcomes.report import (
    Column,
    Rich,
    Row,
    Table,
    TableSpec,
    by,
    estimate,
    foot,
    percent,
    population,
    rich,
    shown,
)

if TYPE_CHECKING:
    from dermoutcomes import TableChoice
    from dermoutcomes.report import Material, Outline

__all__ = ["blinding", "blinding_shell"]

Result: TypeAlias = "Mapping[str, Any]"
ANALYSIS = "blinding"
GUESS, BANG, JAMES, UNSURE = "guess", "bang", "james", "unsure"
CELLS = ("estimate", "conf_low", "conf_high")
BOTH = "Both arms"
WORDS = {
    "n": "Answered",
    "n_missing": "Not answered",
    BANG: "Bang's index: 0 is chance, 1 all right",
    JAMES: "James's index: 1 nobody knows, 0 all right",
}
TOO_EARLY = (
    "Right guesses in the active arm alone can come from an effect that is felt, and need not be a "
    "fault of the blinding."
)


def blinding_shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:  # noqa: ARG001
    """The table of each column of guesses that an analysis names, without numbers."""
    for spec in outline.study.analyses.values():
        if spec.use != ANALYSIS:
            continue
        for column in spec.options.get("guesses") or ():
            table = _spec(outline, column)
            blank = ((),) * (len(table.columns) - 1)
            words = (*WORDS.values(), *(_answer(outline, arm) for arm in _answers(outline)))
            yield table.filled(Row((rich(one), *blank)) for one in words)


def blinding(material: Material, choice: TableChoice) -> Iterator[Table]:  # noqa: ARG001
    """A table a column of guesses: answers by arm, then the index of each arm and that of both."""
    names = [
        name for name in material.study.analyses if material.study.analyses[name].use == ANALYSIS
    ]
    results = [row for row in material.results if row["analysis"] in names]
    columns = dict.fromkeys(
        str(row["level"]).partition("=")[0] for row in results if row["level"] is not None
    )
    for column in columns:
        own = [row for row in results if str(row["level"]).partition("=")[0] == column]
        rows = [*_answer_rows(material, own, column), *_index_rows(material, own)]
        yield _spec(material, column).filled(
            rows, population=population(material, own), remarks=(TOO_EARLY,)
        )


def _answer_rows(material: Material, results: Sequence[Result], column: str) -> Iterator[Row]:
    guesses = [row for row in results if row["term"] == GUESS]
    for stat in ("n", "n_missing"):
        of_all = {
            row["group"]: row for row in guesses if (row["level"], row["stat"]) == (column, stat)
        }
        cells = [rich(shown(material, of_all.get(arm))) for arm in material.study.arms]
        yield Row((rich(WORDS[stat]), *cells, ()))
    by_level = by(guesses, "level")
    for answer in _answers(material):
        own = by_level.get((f"{column}={answer}",), [])
        stats = {(row["group"], row["stat"]): row for row in own}
        cells = [
            _share(material, stats.get((arm, "n")), stats.get((arm, "denominator")))
            for arm in material.study.arms
        ]
        yield Row((rich(_answer(material, answer)), *cells, ()))


def _index_rows(material: Material, results: Sequence[Result]) -> Iterator[Row]:
    for term in (BANG, JAMES):
        stats: dict[str | None, dict[str, Result]] = {}
        for row in results:
            if row["term"] == term and row["stat"] in CELLS:
                stats.setdefault(row["group"], {})[row["stat"]] = row
        cells = [estimate(material, stats.get(arm, {})) for arm in material.study.arms]
        yield Row((rich(WORDS[term]), *cells, estimate(material, stats.get(None, {}))))


def _share(material: Material, count: Result | None, of: Result | None) -> Rich:
    part = shown(material, count)
    if part is None or count is None or of is None or not count["value"]:
        return rich(part)
    style, whole = material.style, of["value"]
    words = percent(100 * count["value"] / whole, style.percent_decimals(whole))
    return rich(part, f" ({style.written(words)})")


def _answers(outline: Outline) -> tuple[str, ...]:
    return (*outline.study.arms, UNSURE)


def _answer(outline: Outline, answer: str) -> str:
    return "Does not know" if answer == UNSURE else f"Guesses {outline.arm_name(answer)}"


def _spec(outline: Outline, column: str) -> TableSpec:
    heads = (*map(outline.arm_name, outline.study.arms), BOTH)
    return TableSpec(
        f"Blinding: {outline.column_name(column)}",
        (Column("Answer"), *(Column(head, "r") for head in heads)),
        foot(outline),
    )
