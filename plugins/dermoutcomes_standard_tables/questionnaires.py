"""Questionnaires and ratings: completion, floor and ceiling of scores, and highest answers of items."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

from dermoutcomes.report import Column, Rich, Row, Table, TableSpec, bare_foot, percent, rich
from dermoutcomes_standard_tables.arms import ArmColumns, arm_columns, planned_columns

if TYPE_CHECKING:
    from dermoutcomes import Parameter, Scale, TableChoice
    from dermoutcomes.report import Material, Outline

__all__ = ["questionnaires", "questionnaires_shell"]

# Answers of an item that can be counted one by one.
MOST_ANSWERS = 12
COMPLETION = "Shares are of the subjects of the column, whether the visit was due for them or not."
OF_SCORES = (
    "Shares are of the subjects with a value. Values at an end of the scale hide what lies beyond."
)
OF_ITEMS = "Shares are of the subjects who answered the item: k of n."
RECEIVED, COMPLETE = "Any answer", "All items answered"


@frozen
class Forms:
    """The answers of a scale in one role of rater, with the columns in which subjects are counted."""

    scale: Scale
    role: str | None
    answers: pl.DataFrame
    across: ArmColumns

    @property
    def title(self) -> str:
        """The scale, with the role where it is rated in several."""
        return f"{self.scale.label}{f', {self.role}' if self.role else ''}"

    def at(self, visit: str) -> pl.DataFrame:
        """The answers of a visit."""
        return self.answers.filter(pl.col("visit") == visit)

    def shares(self, rows: pl.DataFrame, of: pl.DataFrame) -> tuple[Rich, ...]:
        """Subjects of `rows` among those of `of`, in each column."""
        some, every = set(rows["subject"]), set(of["subject"])
        cells = []
        for members in self.across.subjects.values():
            n, base = len(members & some), len(members & every)
            cells.append(rich(self._words(n, base) if base else ""))
        return tuple(cells)

    def _words(self, n: int, base: int) -> str:
        style = self.across.style
        share = percent(100 * n / base, style.percent_decimals(base))
        return f"{n} of {base} ({style.written(share)})"


def questionnaires_shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:
    """The lines of completion of each scale that the study reads, and no number."""
    heads = planned_columns(outline, choice)
    blank = ((),) * len(heads)
    for name, scale in outline.registry.scales.items():
        if name not in outline.study.sources:
            continue
        rows: list[Row] = []
        words = (RECEIVED, *([COMPLETE] if _items(scale) else []))
        for visit in choice.visits or outline.study.visit_order:
            rows.append(Row((rich(outline.visit_name(visit)),), look="group"))
            rows += [Row((rich(word), *blank), look="inset") for word in words]
        yield _spec(outline, "Completion", scale.label, heads, COMPLETION).filled(rows)


def questionnaires(material: Material, choice: TableChoice) -> Iterator[Table]:
    """Of each scale, and of each role in which it is rated: up to three tables by visit."""
    across = arm_columns(material, choice)
    for forms in _forms(material, across):
        present = set(forms.answers["visit"])
        order = choice.visits or sorted(present, key=material.visit_rank)
        visits = [visit for visit in order if visit in present]
        for title, foot, lines in (
            ("Completion", COMPLETION, _completion),
            ("Floor and ceiling", OF_SCORES, _ends),
            ("Highest answers", OF_ITEMS, _highest_answers),
        ):
            rows: list[Row] = []
            for visit in visits:
                own = list(lines(forms, visit))
                if own:
                    rows += [Row((rich(material.visit_name(visit)),), look="group"), *own]
            if rows:
                spec = _spec(material, title, forms.title, across.columns, foot)
                yield spec.filled(rows, n=across.n)


def _forms(material: Material, across: ArmColumns) -> Iterator[Forms]:
    observations = material.frame("observations").filter(
        pl.col("value").is_not_null(),
        pl.col("visit").is_not_null(),
        ~pl.col("invalid").fill_null(value=False),
        pl.col("kind").is_in(["item", "score", "value"]),
    )
    for name, scale in material.registry.scales.items():
        own = observations.filter(pl.col("measure").str.starts_with(f"{name}."))
        own = own.with_columns(code=pl.col("measure").str.strip_prefix(f"{name}."))
        roles = own["rater_role"].unique(maintain_order=True).to_list()
        for role in roles:
            answers = own.filter(pl.col("rater_role").eq_missing(pl.lit(role, dtype=pl.String)))
            yield Forms(scale, role if len(roles) > 1 else None, answers, across)


def _items(scale: Scale) -> tuple[Parameter, ...]:
    return tuple(item for item in scale.parameters if item.kind == "item")


def _completion(forms: Forms, visit: str) -> Iterator[Row]:
    at_visit, across = forms.at(visit), forms.across
    yield Row((rich(RECEIVED), *across.counts(at_visit["subject"])), look="inset")
    codes = [item.code for item in _items(forms.scale)]
    answered = at_visit.filter(pl.col("code").is_in(codes))
    # A form is one measurement: items of two half forms of a visit make no whole one.
    whole = answered.group_by("subject", "measurement").agg(pl.col("code").n_unique())
    if answered.height:
        complete = whole.filter(pl.col("code") == len(codes))["subject"]
        yield Row((rich(COMPLETE), *across.counts(complete)), look="inset")
    for score in forms.scale.parameters:
        scored = at_visit.filter(pl.col("code") == score.code)["subject"]
        if score.kind == "score" and forms.answers["code"].is_in([score.code]).any():
            yield Row((rich(f"Scored: {score.label}"), *across.counts(scored)), look="inset")


def _ends(forms: Forms, visit: str) -> Iterator[Row]:
    """Subjects whose score is the least or the greatest that it can be."""
    at_visit = forms.at(visit)
    for score in forms.scale.parameters:
        own = at_visit.filter(pl.col("code") == score.code)
        if score.kind == "item" or not own.height:
            continue
        for words, end in (("least", score.minimum), ("greatest", score.maximum)):
            if end is not None:
                cells = forms.shares(own.filter(pl.col("value") == end), own)
                yield Row((rich(f"{score.label}: {words} ({end:g})"), *cells), look="inset")


def _highest_answers(forms: Forms, visit: str) -> Iterator[Row]:
    """The highest answer of each item, then the two highest; which of them is good, the item says."""
    at_visit = forms.at(visit)
    for item in _items(forms.scale):
        own, answers = at_visit.filter(pl.col("code") == item.code), _answers(item)
        if not own.height or len(answers) < 3:
            continue
        for top in (answers[-1:], answers[-2:]):
            words = " or ".join(f"{answer:g}" for answer in top)
            cells = forms.shares(own.filter(pl.col("value").is_in(top)), own)
            yield Row((rich(f"{item.label}: {words}"), *cells), look="inset")


def _answers(item: Parameter) -> list[float]:
    """Every answer that an item can have, ascending; none where they cannot be counted."""
    if item.values or item.labels:
        return sorted(item.values or item.labels)
    low, high = item.minimum, item.maximum
    if low is None or high is None or high - low >= MOST_ANSWERS:
        return []
    whole = float(low).is_integer() and float(high).is_integer()
    return [float(answer) for answer in range(int(low), int(high) + 1)] if whole else []


def _spec(
    outline: Outline, title: str, scale: str, across: tuple[Column, ...], foot: str
) -> TableSpec:
    heads = (Column("Visit"), *across)
    return TableSpec(f"{title}: {scale}", heads, bare_foot(outline, foot))
