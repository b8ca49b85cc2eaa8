"""The list that goes to the site: one question a cell, with room for an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.quality.check_data import measure_labels
from dermoutcomes.quality.reading_faults import READING_FAULTS
from dermoutcomes.quality.site_queries.finding_keys import question_keys
from dermoutcomes.vocabulary import QUERY_STATES

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["ASKED", "QUERY_COLUMNS", "QUESTION_STATES", "queries"]

# Findings that a site is asked about: of a subject or a row, and no mere notes.
ASKED = (pl.col("severity") != "note") & (
    pl.col("subject").is_not_null() | pl.col("row").is_not_null()
)
# Of a question on the list; a finding has the first two, since of what is closed there is none.
QUESTION_STATES = (*QUERY_STATES, "closed")
QUERY_COLUMNS = (
    "query",
    "status",
    "study",
    "site",
    "subject",
    "visit",
    "location",
    "side",
    "replicate",
    "measure",
    "severity",
    "check",
    "found",
    "question",
    "file",
    "row",
    "column",
    "answer",
    "answered by",
    "date",
)


def queries(
    findings: pl.DataFrame,
    study: Study,
    registry: Registry,
    subjects: pl.DataFrame | None = None,
    answers: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """One row a cell of an export with findings, in the order of the findings, its gravest first.

    A finding without a cell is a row of its own. `query` names the question in every run; it
    changes with what stands in the cell. What is asked says which checks it is for and never what
    they expect: a site looks its documents up, and is not led to an answer. Visits, places and
    measures stand as they are called; the keys of the study are in the findings. `site` needs the
    table `subjects`.

    A question is open until all its findings are answered. What `answers` has of questions that are
    no longer asked, answered or not, follows as it was given back, with the status closed.
    """
    asked = findings.with_columns(query=question_keys(findings)).filter(ASKED).sort("id")
    rows = _one_a_cell(asked, registry).join(
        _sites(subjects), on="subject", how="left", maintain_order="left"
    )
    visits = {name: visit.name for name, visit in study.visits.items()}
    places = {name: place.label for name, place in study.locations.items()}
    blank = pl.lit(None, dtype=pl.String)
    rows = rows.with_columns(
        study=pl.lit(study.id),
        visit=pl.col("visit").replace(visits),
        location=pl.col("location").replace(places).str.replace_all("_", " ", literal=True),
        side=pl.col("side").str.replace_all("_", " ", literal=True),
        measure=pl.col("measure").replace(dict(measure_labels(registry))),
        found=pl.coalesce("found", pl.col("value").cast(pl.String)),
        question=pl.concat_str(
            _capital(pl.col("label")), pl.lit(". What do the source documents say?")
        ),
        **dict.fromkeys(("answered by", "date"), blank),
    ).select(QUERY_COLUMNS)
    return rows if answers is None else _with_given_back(rows, asked["query"], answers)


def _one_a_cell(asked: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """The gravest finding of each cell, with the checks, keys and answers of all of them."""
    cell = pl.when(pl.col("row").is_not_null(), pl.col("column") > 0)
    asked = asked.with_columns(
        cell=cell.then(pl.format("{}:{}:{}", "source", "row", "column")).otherwise("key"),
        label=pl.col("check").replace_strict(
            _labels(asked, registry), default=None, return_dtype=pl.String
        ),
    )
    apart = ("cell", "query", "check", "label", "answer", "status")
    gravest = pl.col("severity").replace_strict({"error": 0}, default=1, return_dtype=pl.Int8)
    all_answered = (pl.col("status") == "answered").fill_null(value=False).all()
    rows = asked.group_by("cell", maintain_order=True).agg(
        pl.all().exclude(apart).sort_by(gravest, "id").first(),
        pl.col("query").unique(maintain_order=True).str.join(" "),
        pl.col("check", "label").unique(maintain_order=True).str.join("; "),
        pl.col("answer").drop_nulls().unique(maintain_order=True).str.join("; "),
        status=pl.when(all_answered).then(pl.lit("answered")).otherwise(pl.lit("open")),
    )
    return rows.with_columns(answer=pl.when(pl.col("answer") != "").then("answer"))


def _with_given_back(rows: pl.DataFrame, asked: pl.Series, answers: pl.DataFrame) -> pl.DataFrame:
    """The questions with who answered them and when, and below them those that are closed."""
    answers = answers.with_row_index("place")
    keys = answers.with_columns(key=pl.col("query").str.split(" ")).explode("key")
    who = keys.filter(pl.col("answer").is_not_null()).select("key", "answered by", "date")
    signed = rows.select("query", key=pl.col("query").str.split(" ")).explode("key")
    signed = signed.join(who, on="key", maintain_order="left").drop("key")
    rows = rows.drop("answered by", "date").join(
        signed.unique("query", keep="first", maintain_order=True),
        on="query",
        how="left",
        maintain_order="left",
    )
    closed = (
        keys.filter(~pl.col("key").is_in(asked.implode()))
        .unique("key", keep="first", maintain_order=True)
        .drop("query")
        .group_by("place", maintain_order=True)
        .agg(pl.all().exclude("key").first(), query=pl.col("key").str.join(" "))
    )
    texts = pl.col(QUERY_COLUMNS).cast(pl.String)
    return pl.concat(
        [rows.select(texts), closed.with_columns(status=pl.lit("closed")).select(texts)]
    )


def _sites(subjects: pl.DataFrame | None) -> pl.DataFrame:
    if subjects is None or "site" not in subjects.columns:
        return pl.DataFrame(schema={"subject": pl.String, "site": pl.String})
    return subjects.select("subject", "site").unique("subject", keep="first", maintain_order=True)


def _labels(findings: pl.DataFrame, registry: Registry) -> dict[str, str]:
    """Check = what it looks at, in words that suggest no answer."""
    return {name: _label(name, registry) for name in findings["check"].unique().sort()}


def _label(check: str, registry: Registry) -> str:
    core = registry.checks.get(check)
    if core is not None:
        return core.asks or core.label
    if check in READING_FAULTS:
        # What follows is for whoever writes the study file: the key that settles it.
        return READING_FAULTS[check].partition(";")[0]
    owner = registry.owner(check.partition(".")[0])
    declared = {} if owner is None else {f"{owner.name}.{one.name}": one for one in owner.checks}
    return declared[check].label if check in declared else check.replace("_", " ")


def _capital(text: pl.Expr) -> pl.Expr:
    return text.str.slice(0, 1).str.to_uppercase() + text.str.slice(1)
