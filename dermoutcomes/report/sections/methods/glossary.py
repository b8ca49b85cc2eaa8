"""The signs and abbreviations of the tables, said once."""

from __future__ import annotations

from dermoutcomes.report.blocks import Pairs, Section, rich

__all__ = ["glossary_section"]

ENTRIES = (
    (
        "CI",
        (
            "Confidence interval, at the level in the foot of the table. It is an interval for the "
            "mean or difference, not for a person."
        ),
    ),
    (
        "n",
        (
            "Records with a value. Under a table, subjects and records are counted apart: two cheeks "
            "are two records of one subject."
        ),
    ),
    (
        "Missing",
        "Records that were expected and have no value. A missing value is never counted as zero.",
    ),
    (
        "SD, SE, CV",
        (
            "Standard deviation; standard error of the mean; coefficient of variation, the SD in "
            "percent of the mean."
        ),
    ),
    ("pp", "Percentage points: the difference of two percentages."),
    ("Q1, Q3", "Quartiles: a quarter of the values lies below Q1, a quarter above Q3."),
    (
        "P",
        (
            "How often chance alone would give a result at least as far from no effect. It says "
            "nothing about the size of an effect."
        ),
    ),
    ("Adjusted P", "P made larger so that the whole family keeps the study's error rate."),
    (
        "main, sensitivity",
        (
            "The analysis that decides, named beforehand; others of the same question, which decide "
            "nothing."
        ),
    ),
    (
        "not computed",
        (
            "The statistic could not be had; the sentence in the table says why. Nothing was put in "
            "its place."
        ),
    ),
    (
        "confirmatory, exploratory",
        "Fixed before the data and adjusted in its family; anything else.",
    ),
    ("a, b, c", "Letters in a table point to the notes under it."),
)


def glossary_section() -> Section:
    """The last section of the page."""
    return Section(
        "glossary",
        "Signs and abbreviations",
        (Pairs(tuple((term, rich(text)) for term, text in ENTRIES), look="glossary"),),
    )
