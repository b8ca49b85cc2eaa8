"""What stands beside a verdict: how many of how many it rests on, which open errors touch it, whether the ledger balances."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.decisions.absence import counted_subjects
from dermoutcomes.decisions.claims import NOT_EVALUABLE
from dermoutcomes.decisions.population_words import population_words
from dermoutcomes.derive.expressions import needs
from dermoutcomes.quality.checks.people.strata import differing_words
from dermoutcomes.results.one_arm_strata import one_arm_sentences, without_one_arm
from dermoutcomes.tables import empty
from dermoutcomes.tables.ledger import imbalances
from dermoutcomes.vocabulary import BASELINE, FRAMEWORK, SETTING_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["balance_caution", "basis_words", "with_basis"]

FAULT = "This is a fault of the program, not of the study: please report it."
OPENING, CLOSING = "opening", "closing"
# What stands before each sentence of a warning: "small_counts: ".
CODE = re.compile(r"(?:^|(?<=\. ))[a-z_]+: ")
INSIDE_SUBJECTS = ("within-subject", "crossover")


def with_basis(
    study: Study,
    registry: Registry,
    decided: Mapping[str, pl.DataFrame],
    tables: Mapping[str, pl.DataFrame],
    lock_note: Callable[[str], str | None],
) -> dict[str, pl.DataFrame]:
    """The tables `hypotheses` and `claims` with n, n_of, open_errors, and `caution` of claims.

    `n` of `n_of` subjects of the population are behind the deciding row, as the ledger counts them;
    of a claim that rests on several hypotheses those of which the smallest share is, and of one
    that no event occurred all of its population, among whom events were counted. Tables that
    are made in memory may have no findings: then nothing is known of open errors. `caution` is of a ledger that
    does not balance, and of what was done after the lock (`lock_note`).
    """
    ledger = tables.get("ledger", empty("ledger"))
    errors = _open_errors(study, tables)
    hypotheses = decided["hypotheses"]
    sizes = _sizes(study, ledger, hypotheses)
    touching = {
        row["hypothesis"]: errors.filter(_touches(study, registry, row))
        for row in hypotheses.iter_rows(named=True)
    }
    known = "findings" in tables
    none = (None, None)
    of_hypotheses = [
        (*sizes.get(name, none), errors_of.height if known else None)
        for name, errors_of in touching.items()
    ]
    populations = dict(hypotheses.select("hypothesis", "population").iter_rows())
    of_claims, people, whom = [], [], []
    of_framework = errors.filter(pl.col("table").is_in(FRAMEWORK))
    for claim, names, kind, verdict in (
        decided["claims"].select("claim", "hypotheses", "kind", "verdict").iter_rows()
    ):
        smallest = _smallest(names, sizes)
        size = sizes.get(smallest or "", none)
        people.append(populations[smallest] if smallest else None)
        whom.append(_whom(study, smallest, people[-1], tables) if smallest else None)
        ids = {item for name in names for item in touching[name]["id"]}
        # It rests on events and on who was seen, and on no hypothesis.
        if kind == "absence":
            ids = set(of_framework["id"])
            if verdict != NOT_EVALUABLE:
                people[-1] = study.claims[claim].population
                whom[-1] = population_words(study, people[-1], tables)
                size = (counted_subjects(study, people[-1], tables).len(),) * 2
        counted = known and (names or kind == "absence")
        of_claims.append((*size, len(ids) if counted else None))
    return {
        "hypotheses": _with_counts(hypotheses, of_hypotheses),
        "claims": _with_counts(decided["claims"], of_claims).with_columns(
            population=pl.Series(people, dtype=pl.String),
            whom=pl.Series(whom, dtype=pl.String),
            caution=pl.Series(
                _cautions(
                    study,
                    decided["claims"],
                    {**tables, "ledger": ledger, "hypotheses": hypotheses},
                    lock_note,
                ),
                dtype=pl.String,
            ),
        ),
    }


def _cautions(
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
    cautions = []
    for claim, hypotheses in claims.select("claim", "hypotheses").iter_rows():
        endpoints = dict.fromkeys(name.partition(".")[0] for name in hypotheses or ())
        taken_out = (_taken_out(study, ledger, name) for name in endpoints)
        strata = dict.fromkeys(
            words for name in hypotheses or () for words in _strata_words(study, name, tables)
        )
        warned = (
            words for name in hypotheses or () for words in _warning_words(study, name, tables)
        )
        parts = (unbalanced, *taken_out, *strata, *warned, lock_note(f"claims.{claim}"))
        cautions.append(" ".join(filter(None, parts)) or None)
    return cautions


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


def _whom(
    study: Study, hypothesis: str, population: str | None, tables: Mapping[str, pl.DataFrame]
) -> str:
    """Whom the n of a hypothesis is of, in a word."""
    comparison = study.comparisons[hypothesis.partition(".")[2]]
    return population_words(study, population, tables, by_arm=comparison.arm is not None)


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


def _with_counts(frame: pl.DataFrame, counts: list[tuple[int | None, ...]]) -> pl.DataFrame:
    """The frame with the counts of each row: n, n_of and open_errors."""
    columns = zip(*counts, strict=True) if counts else ((), (), ())
    return frame.with_columns(
        pl.Series(name, list(values), dtype=pl.Int64)
        for name, values in zip(("n", "n_of", "open_errors"), columns, strict=True)
    )


def _sizes(
    study: Study, ledger: pl.DataFrame, hypotheses: pl.DataFrame
) -> dict[str, tuple[int, int]]:
    """Hypothesis = how many of how many subjects, of all arms compared.

    Arms between subjects have subjects of their own, arms inside subjects the same ones.
    """
    inside = study.study.design in INSIDE_SUBJECTS
    of_arms = {
        OPENING: pl.Expr.max if inside else pl.Expr.sum,
        CLOSING: pl.Expr.min if inside else pl.Expr.sum,
    }
    hypothesis = pl.format("{}.{}", "endpoint", "comparison")
    # Subjects of no arm count among those that there are, and have nobody who is analysed.
    counted = ledger.filter(
        pl.col("stage") == "analysis",
        (pl.col("entry") == OPENING) | (pl.col("n") > 0) | pl.col("arm").is_not_null(),
    )
    sizes = counted.group_by(hypothesis.alias("hypothesis")).agg(
        of_arms[entry](pl.col("n").filter(pl.col("entry") == entry)).alias(entry)
        for entry in (OPENING, CLOSING)
    )
    known = sizes.join(hypotheses.select("hypothesis"), on="hypothesis", how="semi")
    return {name: (n or 0, n_of) for name, n_of, n in known.iter_rows()}


def _smallest(names: list[str], sizes: Mapping[str, tuple[int, int]]) -> str | None:
    """The hypothesis of a claim of which the smallest share of subjects was analysed."""

    def share(name: str) -> float:
        n, n_of = sizes[name]
        return n / n_of if n_of else 0

    return min((name for name in names if name in sizes), key=share, default=None)


def _open_errors(study: Study, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Findings of severity error that the study has not settled by leaving out what they are about.

    With `table`, what their file holds.
    """
    findings = tables.get("findings", empty("findings"))
    sources = tables.get("sources", empty("sources")).select("source", "table")
    settled = list(study.quality.leave_out)
    name = pl.col("check").str.replace(r"^[^.]*\.", "")
    return findings.filter(
        pl.col("severity") == "error",
        ~(pl.col("check").is_in(settled) | name.is_in(settled)),
    ).join(sources, on="source", how="left")


def _touches(study: Study, registry: Registry, hypothesis: Mapping[str, Any]) -> pl.Expr:
    """Whether a finding may change the number that decides a hypothesis.

    It is about the endpoint's measure or what that is computed from, about the instrument or scale
    as a whole or one of its settings, or about the framework; and about a visit that is compared,
    where it says which. Adverse events decide only endpoints that are times to one of them: a death
    that is not marked as serious leaves a score as it is.
    """
    endpoint = study.endpoints[hypothesis["endpoint"]]
    of_events = endpoint.event is not None and endpoint.event.table == "events"
    tables = [name for name in FRAMEWORK if of_events or name != "events"]
    owner_name, _, code = (endpoint.measure or "").partition(".")
    owner = registry.owner(owner_name)
    parameter = owner.parameter(code) if owner is not None else None
    inputs = needs(parameter, owner) if owner is not None and parameter is not None else ()
    of_settings = [
        other.code
        for other in (owner.parameters if owner is not None else ())
        if other.kind in SETTING_KINDS
    ]
    measures = [owner_name, *(f"{owner_name}.{name}" for name in (code, *inputs, *of_settings))]
    unnamed = pl.col("measure").is_null()
    about_it = pl.col("measure").is_in(measures) | (unnamed & (pl.col("table") == owner_name))
    about_everything = unnamed & (pl.col("table").is_null() | pl.col("table").is_in(tables))
    compared = study.comparisons[hypothesis["comparison"]].visit or ()
    baseline = (endpoint.baseline.visits or ()) if endpoint.baseline else ()
    visits = {*compared, *baseline} - {BASELINE}
    at_visit = (
        pl.col("visit").is_null() | pl.lit(not compared) | pl.col("visit").is_in(sorted(visits))
    )
    return ((about_it | about_everything) & at_visit).fill_null(value=False)


def basis_words(row: Mapping[str, Any], losses: str = "") -> str | None:
    """What stands beside a verdict: "17 of 21 enrolled (2 left out); 2 open errors touch it".

    None where nothing is known. `row` is one of `claims`, `losses` why the others are not there.
    """
    parts = []
    if row["n"] is not None and row["n_of"] is not None:
        why = f" ({losses})" if losses else ""
        parts.append(f"{row['n']} of {row['n_of']} {row['whom'] or 'subjects'}{why}")
    if row["open_errors"]:
        number = row["open_errors"]
        parts.append(f"{number} open error{'s touch' if number > 1 else ' touches'} it")
    return "; ".join(parts) or None


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
    more = int(without["n_subjects"].sum()) - len(people)
    named = ", ".join(people) + (f" and {more} more" if more > 0 else "")
    lost = f" Without a baseline for it: {named}." if people else ""
    noun = "value that cannot be was" if number == 1 else "values that cannot be were"
    return (
        f"{number} {noun} taken out of {endpoint.name} ({places}); "
        f"the analysis of all numeric values stands beside the main one.{lost}"
    )


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
