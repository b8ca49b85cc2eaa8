"""Words of events, treatments, milestones and deviations that may be another one, typed otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.errors import lone_nearest
from dermoutcomes.number_text import count_words
from dermoutcomes.quality.checks.people.similar_words import ALIKE, denies, letters, similar_word
from dermoutcomes.sources.cells.recoding import SEVERITIES, recoding
from dermoutcomes.sources.framework.deaths import DEATH_WORDS
from dermoutcomes.sources.framework.events import ACTIONS
from dermoutcomes.tables.findings import listed, no_findings, remarks

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from dermoutcomes.declare import NoOptions
    from dermoutcomes.quality.check_data import StudyData

__all__ = ["similar_row_words"]

# Table = its columns of words that tables count apart, with how alike two words are that may be
# one. Names of organ classes and coded terms resemble each other by themselves: of these one letter
# in ten, or case and signs alone (1).
COLUMNS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "events": {
            "severity": ALIKE,
            "action": ALIKE,
            "outcome": ALIKE,
            "category": ALIKE,
            "body_system": 0.9,
            "preferred_term": 1,
        },
        "exposures": {"treatment": ALIKE, "batch": ALIKE},
        "milestones": {"milestone": ALIKE, "class": ALIKE},
        "deviations": {"category": ALIKE},
    }
)
# The words of a column that the program knows by themselves.
KNOWN: Mapping[str, Collection[str]] = MappingProxyType(
    {"severity": SEVERITIES, "action": tuple(dict.fromkeys(ACTIONS.values()))}
)
# On no record of an endpoint and in no claim.
NOTES = ("deviations",)


def similar_row_words(data: StudyData, _: NoOptions) -> pl.DataFrame:
    """Words of a column that may be one the program knows, or a usual one of the column.

    One finding a word. A severity or an action is held to the program's words however often it
    stands there; any other word where it is in one or two rows and a fifth of those of the other
    at most, or differs in case, blanks and signs only. A word that the source recodes to itself,
    or that the study names, is a word of its own.
    """
    findings = [
        _finding(data, table, name, word, other)
        for table, columns in COLUMNS.items()
        for name, alike in columns.items()
        for word, other in _similar(data, table, name, alike)
    ]
    return pl.concat([no_findings(), *findings])


def _similar(data: StudyData, table: str, name: str, alike: float) -> Iterator[tuple[str, str]]:
    """Each doubtful word of a column with the word that it is like."""
    cells = data.table(table)[name].drop_nulls()
    sizes: dict[str, int] = dict(cells.value_counts().sort(name).iter_rows())
    own, known = _words_of_study(data, table, name), _known(data, name)
    for word in sizes:
        if letters(word) in own:
            continue
        asked = [one for one in known if not denies(word, one)]
        other = lone_nearest(word, asked, ALIKE) or similar_word(
            word, sizes, alike=alike, cut=False
        )
        if other is not None and other != word:
            yield word, other


def _known(data: StudyData, name: str) -> list[str]:
    """Words of a column for which the program, or an intercurrent event of the study, waits."""
    waited = {event.class_ for event in data.study.intercurrent.values() if event.class_}
    return sorted(waited) if name == "class" else [*KNOWN.get(name, ())]


def _words_of_study(data: StudyData, table: str, name: str) -> set[str]:
    """Words that mean themselves: the program's, those that a source recodes to, the study's."""
    study = data.study
    words = {*KNOWN.get(name, ())}
    if name == "outcome":
        words |= {*DEATH_WORDS}
    if table == "milestones":
        words |= {event.milestone for event in study.intercurrent.values()} | {*study.milestones}
        words |= {event.class_ for event in study.intercurrent.values() if event.class_}
    if name == "treatment":
        words |= {*study.treatments, *study.arms}
        words |= {session.treatment for session in study.sessions.values() if session.treatment}
    for source in study.sources.get(table, ()):
        words |= {*recoding(source, name).values()}
    return {letters(word) for word in words}


def _finding(data: StudyData, table: str, name: str, word: str, other: str) -> pl.DataFrame:
    rows = data.table(table).filter(pl.col(name) == word).sort("source", "row")
    n_other = int((data.table(table)[name] == other).sum())
    places = [f"{who or '?'} (row {row})" for who, row in rows.select("subject", "row").iter_rows()]
    beside = count_words(n_other, "row") if n_other else "a word that the study waits for"
    key = f'values.{name} = {{ "{word}" ='
    return remarks(
        rows.head(1).select(
            "source", "row", subject=pl.col("subject") if rows.height == 1 else pl.lit(None)
        ),
        severity="note" if table in NOTES else "warning",
        message=f"{word!r} is a word of its own in the column {name} of {table} "
        f"({listed(places)}), written like {other!r} ({beside})",
        found=word,
        expected=f'one word for one thing: in sources.{table} {key} "{other}" }} if they are one, '
        f'{key} "{word}" }} if they are two',
    )
