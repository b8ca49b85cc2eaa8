"""Findings about records that are lost and that nothing else tells of, from the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.number_text import count_words
from dermoutcomes.quality.check_stage import with_further
from dermoutcomes.quality.lost_ends import end_words, lost_ends
from dermoutcomes.tables.findings import counted, no_findings, remarks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dermoutcomes.study import Endpoint, Study

__all__ = ["with_lost_records"]

CHECK = "lost_records"
NAMED = 5
# What `among` may ask of a record, as numbers.
NUMBERS = ("value", "base", "change", "pct_change")
OF_ENDS = pl.col("reason") == "no_end"
# The parts of what a reason is told with.
SEVERITY, WORDS, SETTLED = range(3)
# Reasons that a study may have to settle: what is wrong, and what settles it. What is explained, as
# by a milestone or by the study's own rules, is a line of the ledger and no finding.
ASKED: Mapping[str, tuple[str, str, str]] = {
    "no_reference": (
        "warning",
        "without a baseline to compare with",
        'a baseline, or analyse = "value" in the endpoint',
    ),
    "no_value": (
        "warning",
        "of subjects who were seen, without this value",
        "a value, or a missed visit",
    ),
    "too_few_replicates": ("warning", "with too few replicates", "replicates.min of the endpoint"),
    "too_few_days": ("warning", "with too few days", "days.min of the endpoint"),
    "one_side": ("warning", "with one side alone", "sides.if_one_missing of the endpoint"),
    "one_location": ("warning", "without one of their places", "location of the endpoint"),
    "no_majority": ("warning", "without a majority of raters", "rater.combine of the endpoint"),
    "not_computable": (
        "warning",
        "that cannot be computed from what was read",
        "all that they are made of",
    ),
    "no_start": ("warning", "without a start of observation", "event.start of the endpoint"),
    # What settles it is said for each endpoint.
    "no_end": ("warning", "without an end of observation", ""),
    "ended_before_start": (
        "warning",
        "whose observation ended before its start",
        "dates in their order",
    ),
    "missed": ("note", "of visits that were missed", "a milestone, where the subject had left"),
}


def with_lost_records(study: Study, findings: pl.DataFrame, ledger: pl.DataFrame) -> pl.DataFrame:
    """The findings, and behind them one for each reason that costs an endpoint records and is not told yet.

    Of main endpoints (`Study.named_main_endpoints`); of subjects without an end of observation all endpoints are
    told, with counts by arm, and it is an error where the endpoint decides, or any claim rests on it.
    Findings that were there keep their numbers.
    """
    findings = with_further(study, findings, _among_of_nobody(study, ledger))
    losses = _by_reason(_untold_losses(study, ledger))
    if not losses.height:
        return findings
    told = remarks(
        losses.with_columns(measure=_of_endpoint(study, lambda endpoint: endpoint.measure)),
        CHECK,
        severity=_severity(study),
        message=_message(study, ledger),
        found=_first_subjects(),
        expected=_what_settles(study),
    )
    return with_further(study, findings, told)


def _untold_losses(study: Study, ledger: pl.DataFrame) -> pl.DataFrame:
    """The ledger's losses of records that a study may have to settle and no finding tells of."""
    return ledger.filter(
        pl.col("stage") == "records",
        pl.col("entry") == "loss",
        ~pl.col("told"),
        pl.col("reason").is_in(list(ASKED)),
        # What a part of a responder loses is told of the whole, whose records it costs.
        pl.col("endpoint").is_in(sorted(study.named_main_endpoints)) | OF_ENDS,
    )


def _by_reason(losses: pl.DataFrame) -> pl.DataFrame:
    """One row an endpoint and reason, with its visits and subjects."""
    return losses.group_by("endpoint", "reason", maintain_order=True).agg(
        pl.col("n").sum(),
        visits=pl.col("visit").drop_nulls().unique(maintain_order=True).str.join(", "),
        subjects=pl.col("subjects").explode(empty_as_null=False, keep_nulls=False).unique().sort(),
    )


def _message(study: Study, ledger: pl.DataFrame) -> pl.Expr:
    """How many records of which endpoint are lost, at which visits, and why."""
    at_visits = pl.when(pl.col("visits") != "").then(pl.format(" at {}", "visits"))
    by_arm = pl.col("endpoint").replace_strict(
        {name: f" ({ends.by_arm})" for name, ends in lost_ends(ledger).items()},
        default="",
        return_dtype=pl.String,
    )
    return pl.format(
        "{}: {}{} {} not analysed, {}{}",
        _of_endpoint(study, lambda endpoint: endpoint.name),
        counted("n", "record"),
        at_visits.fill_null(""),
        pl.when(pl.col("n") == 1).then(pl.lit("is")).otherwise(pl.lit("are")),
        _asked(WORDS),
        pl.when(OF_ENDS).then(by_arm).otherwise(pl.lit("")),
    )


def _severity(study: Study) -> pl.Expr:
    return pl.when(OF_ENDS).then(_severity_of_ends(study)).otherwise(_asked(SEVERITY))


def _what_settles(study: Study) -> pl.Expr:
    """What to look up, or the key to write."""
    ends = _of_endpoint(study, end_words)
    return pl.when(OF_ENDS).then(ends).otherwise(_asked(SETTLED))


def _first_subjects() -> pl.Expr:
    subjects = pl.col("subjects").list
    more = pl.when(subjects.len() > NAMED).then(pl.lit(", …")).otherwise(pl.lit(""))
    return subjects.head(NAMED).list.join(", ") + more


def _asked(part: int) -> pl.Expr:
    """That part of what a reason is told with."""
    return pl.col("reason").replace_strict({name: parts[part] for name, parts in ASKED.items()})


def _of_endpoint(study: Study, value: Callable[[Endpoint], str | None]) -> pl.Expr:
    """A text of the endpoint of each row; null in rows of no endpoint."""
    return pl.col("endpoint").replace_strict(
        {name: value(endpoint) for name, endpoint in study.endpoints.items()},
        default=None,
        return_dtype=pl.String,
    )


def _among_of_nobody(study: Study, ledger: pl.DataFrame) -> pl.DataFrame:
    """A finding each endpoint of which `among` takes no record, by what was measured.

    What it asks of subjects and places is told by the checks of the data.
    """
    n, entry = pl.col("n"), pl.col("entry")
    is_lost = (entry == "loss") & (pl.col("reason") == "among").fill_null(value=False)
    counts = (
        ledger.filter(pl.col("stage") == "records", pl.col("endpoint").is_in([*study.endpoints]))
        .group_by("endpoint", maintain_order=True)
        .agg(
            kept=n.filter(entry == "closing").sum(),
            lost=n.filter(is_lost).sum(),
            conditions=pl.col("detail").filter(is_lost).drop_nulls().unique(maintain_order=True),
        )
        .filter(pl.col("kept") == 0, pl.col("lost") > 0)
    )
    rows = []
    for name, _, number, conditions in counts.iter_rows():
        endpoint = study.endpoints[name]
        measured = [text.removesuffix(".0") for text in conditions if text.split(" ")[0] in NUMBERS]
        if measured:
            rows.append(
                {
                    "measure": endpoint.measure,
                    "severity": "error" if name in study.main_endpoints else "warning",
                    "message": f"{endpoint.name}: none of its {count_words(number, 'record')} has "
                    f"{' and '.join(measured)}, which `among` asks for: nothing is analysed",
                    "found": count_words(number, "record"),
                    "expected": f"a condition under endpoints.{name}.among that records meet",
                }
            )
    if not rows:
        return no_findings()
    return remarks(pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String)), CHECK)


def _severity_of_ends(study: Study) -> pl.Expr:
    """How grave a lost end of observation is, by endpoint."""
    graded = {
        **dict.fromkeys(study.endpoints, "note"),
        **dict.fromkeys(study.main_endpoints, "warning"),
        # Of a claim that explores too: above 5 % without an end it has no verdict.
        **dict.fromkeys(study.deciding_endpoints | study.claimed_endpoints, "error"),
    }
    return pl.col("endpoint").replace_strict(graded, return_dtype=pl.String)
