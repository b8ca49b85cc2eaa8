"""What is said beside a verdict: of the ledger, of values that cannot be, of strata and of warnings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.quality.checks.people.strata import differing_words
from dermoutcomes.results.one_arm_strata import one_arm_sentences, without_one_arm
from dermoutcomes.tables import empty
from dermoutcomes.tables.ledger import imbalances

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from dermoutcomes.study import Study

__all__ = ["balance_caution", "cautions"]

FAULT = "This is a fault of the program, not of the study: please report it."
# What stands before each sentence of a warning: "small_counts: ".
CODE = re.compile(r"(?:^|(?<=\. ))[a-z_]+: ")


def cautions(
    study: Study,
    claims: pl.DataFrame,
    tables: Mapping[str, pl.DataFrame],
    lock_note: Callable[[str], str | None],
) -> list[str | None]:
    """What is said beside each verdict.

    Of the ledger, of values that cannot be, of strata, of the deciding numbers, of the lock.
    """
    ledger = tables["ledger"]
    unbalanced = balance_caution(ledger)
    told = []
    for claim, hypotheses in claims.select("claim", "hypotheses").iter_rows():
        # Two comparisons of one endpoint take the same values out: told once.
        endpoints = dict.fromkeys(name.partition(".")[0] for name in hypotheses or ())
        taken_out = (_taken_out(study, ledger, name) for name in endpoints)
        strata = dict.fromkeys(
            words for name in hypotheses or () for words in _strata_words(study, name, tables)
        )
        warned = (
            words for name in hypotheses or () for words in _warning_words(study, name, tables)
        )
        parts = (unbalanced, *taken_out, *strata, *warned, lock_note(f"claims.{claim}"))
        told.append(" ".join(filter(None, parts)) or None)
    return told


def balance_caution(ledger: pl.DataFrame) -> str | None:
    """What is said of a ledger that does not balance, with the first account; None of one that does."""
    unbalanced = imbalances(ledger)
    if not unbalanced.height:
        return None
    more = unbalanced.height - 1
    others = f", and {more} more account{'s' if more > 1 else ''}" if more else ""
    return f"The ledger does not balance ({_gap(unbalanced.row(0, named=True))}{others}). {FAULT}"


def _gap(row: Mapping[str, Any]) -> str:
    unexplained = row["unexplained"]
    words = "lost without a reason" if unexplained > 0 else "counted twice"
    return f"{row['account']}: {abs(unexplained)} of {row['opening'] + row['gain']} {words}"


def _taken_out(study: Study, ledger: pl.DataFrame, name: str) -> str | None:
    """How many values of an endpoint cannot be, at which visits and in which arms.

    With the subjects who have no baseline for it.
    """
    of_endpoint = ledger.filter(pl.col("endpoint") == name, pl.col("reason") == "impossible")
    values = of_endpoint.filter(pl.col("stage") == "readings")
    number = int(values["n"].sum())
    if not number:
        return None
    places = "; ".join(
        f"{place or 'no visit'}: {n}" for place, n in values.select("detail", "n").iter_rows()
    )
    endpoint = study.endpoints[name]
    baseline = (endpoint.baseline.visits or ()) if endpoint.baseline else ()
    without = of_endpoint.filter(
        pl.col("stage") == "records", pl.col("visit").is_in(list(baseline))
    )
    people = sorted({person for names in without["subjects"].to_list() for person in names or ()})
    # An account of the ledger counts all subjects and names a few of them.
    more = int(without["n_subjects"].sum()) - len(people)
    named = ", ".join(people) + (f" and {more} more" if more > 0 else "")
    lost = f" Without a baseline for it: {named}." if people else ""
    noun = "value that cannot be was" if number == 1 else "values that cannot be were"
    return (
        f"{number} {noun} taken out of {endpoint.name} ({places}); "
        f"the analysis of all numeric values stands beside the main one.{lost}"
    )


def _strata_words(
    study: Study, hypothesis: str, tables: Mapping[str, pl.DataFrame]
) -> Iterator[str]:
    """What is said of the strata of a hypothesis.

    Levels that were recorded otherwise than randomised, and strata with one arm alone.
    """
    endpoint, _, comparison = hypothesis.partition(".")
    for name in study.endpoints[endpoint].strata:
        factor = study.factors.get(name)
        words = differing_words(study, factor, tables) if factor is not None else None
        if words:
            yield f"{words}."
    main = tables.get("results", empty("results")).filter(
        pl.col("analysis_role") == "main",
        pl.col("endpoint") == endpoint,
        pl.col("comparison") == comparison,
    )
    yield from one_arm_sentences(main["warning"].to_list())


def _warning_words(
    study: Study, hypothesis: str, tables: Mapping[str, pl.DataFrame]
) -> Iterator[str]:
    """What the analysis itself warns of in the numbers that decide a hypothesis, each once.

    Strata of one arm have words of their own, and that sides or areas are clustered is no doubt.
    """
    endpoint, _, comparison = hypothesis.partition(".")
    deciding = tables.get("hypotheses", empty("hypotheses")).filter(hypothesis=hypothesis)
    warnings = tables.get("results", empty("results")).filter(
        pl.col("id").is_in(deciding["evidence"].explode().implode()),
        pl.col("stat").is_in(["estimate", "p_value"]),
        pl.col("warning").is_not_null(),
    )["warning"]
    named = study.endpoints[endpoint].name
    compared = study.comparisons[comparison].label
    label = f"{named}, {compared}" if compared else named
    for text in dict.fromkeys(warnings):
        words = CODE.sub("", without_one_arm(text))
        if words and not text.startswith("clustered:"):
            yield f"{label}: {words}"
