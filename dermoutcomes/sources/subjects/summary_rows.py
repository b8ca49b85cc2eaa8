"""Rows below the subjects that are no subject's: means, counts, a line to sign on."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.sources.columns import fold
from dermoutcomes.sources.together.rows_of_files import file_of
from dermoutcomes.tables.table_rows import varying

if TYPE_CHECKING:
    from dermoutcomes.sources.reading_context import MeasurementContext, ReadingContext
    from dermoutcomes.study import Source

__all__ = ["summary_words", "with_rows_of_nobody", "without_summary_rows"]

# Words that begin such a row whatever follows them: "Mittelwert W4", "Signature: ______".
AT_THE_START = re.compile(
    r"mittelwert|mittel\b|mean (value|of|sd|\()|average|median\b|durchschnitt|standard ?abw|"
    r"stabw|std\b|standard ?(dev|err)|geometric mean|moyenne|[ée]cart[- ]type|media aritm|"
    r"unterschrift|datum[ ,/]+unterschrift|signature\b|signatur\b|signed\b|investigator:|"
    r"pr[üu]fer:|summe\b|gesamt(summe|zahl|mittel)?\b|anzahl\b|grand total|total\b|sub-?total",
    re.IGNORECASE,
)
# Words that are such a row alone or with a sign behind: "Mean", "n = 12", "SD ±", "Max.". SD-01
# and N12 are ids.
ALONE = re.compile(
    r"(mean|mw|avg|sum|s\.?d\.?|s\.?e\.?m?\.?|n|min|max|minimum|maximum|cv|vk|var|varianz|"
    r"variance|count|q[13]|ø|∅|σ|∑|x̄)"
    r"\.?\s*((=|:|±|\(|\[|%|\+/-).*)?",
    re.IGNORECASE,
)
# Such a word may be a person's initials where ids are letters.
DIGIT = re.compile(r"\d")
MOST_ROWS = 20


def summary_words(ids: Iterable[str], people: Collection[str] = ()) -> list[str]:
    """Which of the ids of a file are words of summary rows, sorted.

    None that is known to be one of the `people`, and no short word where ids have no digits: SD
    may be somebody's initials.
    """
    names = set(ids)
    candidates = names.difference(people)
    short = {name for name in candidates if ALONE.fullmatch(name.strip())}
    others = names - short
    if short and 2 * sum(DIGIT.search(name) is not None for name in others) <= len(others):
        # "n = 12" is no id even so.
        short = {name for name in short if re.search(r"[=±ø∅σ∑]", name)}
    return sorted(short | {name for name in candidates if AT_THE_START.match(name.strip())})


def without_summary_rows(
    context: ReadingContext, rows: pl.DataFrame, people: Collection[str] = ()
) -> pl.DataFrame:
    """The rows (columns `subject` and `row`) of subjects.

    Without those that the source says are nobody's, and without those whose id is a word of a
    summary: these are a finding, one a file.
    """
    subject = pl.col("subject")
    stated = [fold(word) for spec in _of_same_file(context) for word in spec.not_subjects]
    folded = subject.str.replace_all(r"\s+", " ").str.strip_chars().str.to_lowercase()
    of_nobody = folded.is_in(stated).fill_null(value=False)
    left = rows.filter(~of_nobody) if stated else rows
    recoded = set(context.recoding("subject").values())
    known = {*people, *recoded}
    # What is a short word, and what somebody's initials, the other ids of the file say.
    of_files = left.select("subject", in_file=file_of())
    named = of_files.unique(["subject", *varying(of_files, ["in_file"])], maintain_order=True)
    ids = named.drop_nulls("subject").group_by("in_file", maintain_order=True).agg("subject")
    words = {number: summary_words(names, known) for number, names in ids.iter_rows()}
    if not any(words.values()):
        return left
    of_summaries = pl.DataFrame(
        [(number, word) for number, of_file in words.items() for word in of_file],
        schema={"in_file": pl.Int64, "subject": pl.String},
        orient="row",
    )
    left = left.with_columns(in_file=file_of())
    own = ["in_file", "subject"]
    summaries = left.join(of_summaries, on=own, how="semi", maintain_order="left")
    for one, of_file in context.each_file(
        summaries.unique(["subject", "row"], maintain_order=True).select("subject", "row")
    ):
        _tell_summary_rows(one, of_file, sorted({*of_file["subject"]}))
    return left.join(of_summaries, on=own, how="anti", maintain_order="left").drop("in_file")


def with_rows_of_nobody(context: MeasurementContext, texts: pl.DataFrame) -> pl.DataFrame:
    """The texts of measurements; of summary rows without a subject, as the ledger has them."""
    left = without_summary_rows(context, texts, context.listed.ids)
    if left.height == texts.height:
        return texts
    context.summary_rows = texts.join(left, on="row", how="anti")["row"].unique()
    is_summary = pl.col("row").is_in(context.summary_rows.implode())
    return texts.with_columns(subject=pl.when(~is_summary).then(pl.col("subject")))


def _tell_summary_rows(context: ReadingContext, rows: pl.DataFrame, words: list[str]) -> None:
    # A list of subjects that is the same file is asked about there, once.
    if len([*_of_same_file(context)]) > 1:
        return
    named = ", ".join(f"{word!r} (row {row})" for word, row in rows.head(MOST_ROWS).iter_rows()) + (
        f" and {rows.height - MOST_ROWS} more" if rows.height > MOST_ROWS else ""
    )
    quoted = ", ".join(f'"{word}"' for word in words)
    context.add_note(
        "summary_row",
        "error",
        row=int(rows["row"].sort()[0]),
        found=", ".join(words),
        message=f"below or between the subjects stand rows that look like nobody's: {named}; "
        "they are left out",
        expected=f"not_subjects = [{quoted}] in the source, or where one is a person "
        f'values.subject = {{ "{words[0]}" = "{words[0]}" }}',
    )


def _of_same_file(context: ReadingContext) -> Iterator[Source]:
    """The entry of the study file, and those by which the same file is the list of subjects."""
    yield context.spec
    if context.file.name != "subjects" and context.spec.file is not None:
        for spec in context.study.sources.get("subjects", ()):
            if spec.file == context.spec.file:
                yield spec
