"""What a verdict rests on: how many of how many subjects, and which open errors touch it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from attrs import evolve, frozen

from dermoutcomes.decisions.absence import counted_subjects
from dermoutcomes.decisions.cautions import cautions
from dermoutcomes.decisions.claims import NOT_EVALUABLE
from dermoutcomes.decisions.population_words import population_words
from dermoutcomes.derive.expressions import needs
from dermoutcomes.tables import empty
from dermoutcomes.vocabulary import BASELINE, FRAMEWORK, SETTING_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["basis_words", "with_basis"]

OPENING, CLOSING = "opening", "closing"
INSIDE_SUBJECTS = ("within-subject", "crossover")


@frozen
class _Basis:
    """What a verdict rests on: `n` of `n_of` subjects of a population, and errors that are open.

    `whom` says in a word whom the n is of. None where it is not known.
    """

    n: int | None = None
    n_of: int | None = None
    open_errors: int | None = None
    population: str | None = None
    whom: str | None = None


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
    are made in memory may have no findings: then nothing is known of open errors. `caution` is of a
    ledger that does not balance, and of what was done after the lock (`lock_note`).
    """
    ledger = tables.get("ledger", empty("ledger"))
    hypotheses, claims = decided["hypotheses"], decided["claims"]
    errors = _open_errors(study, tables) if "findings" in tables else None
    of_hypotheses = _bases_of_hypotheses(study, registry, hypotheses, ledger, errors)
    of_claims = [
        _basis_of_absence(study, claim, tables, errors)
        if claim["kind"] == "absence"
        else _basis_of_claim(study, claim, of_hypotheses, tables)
        for claim in claims.iter_rows(named=True)
    ]
    with_ledger = {**tables, "ledger": ledger, "hypotheses": hypotheses}
    sizes = ("n", "n_of", "open_errors")
    return {
        "hypotheses": _with_columns(
            hypotheses, [basis for basis, _ in of_hypotheses.values()], *sizes
        ),
        "claims": _with_columns(claims, of_claims, *sizes, "population", "whom").with_columns(
            caution=pl.Series(cautions(study, claims, with_ledger, lock_note), dtype=pl.String)
        ),
    }


def _bases_of_hypotheses(
    study: Study,
    registry: Registry,
    hypotheses: pl.DataFrame,
    ledger: pl.DataFrame,
    errors: pl.DataFrame | None,
) -> dict[str, tuple[_Basis, frozenset[int]]]:
    """Hypothesis = its basis, and the ids of the open errors that touch it."""
    sizes = _sizes(study, ledger, hypotheses)
    bases = {}
    for row in hypotheses.iter_rows(named=True):
        touching = (
            errors.filter(_touches(study, registry, row))["id"]
            if errors is not None and errors.height
            else ()
        )
        n, n_of = sizes.get(row["hypothesis"], (None, None))
        n_open = None if errors is None else len(touching)
        bases[row["hypothesis"]] = (
            _Basis(n, n_of, n_open, row["population"]),
            frozenset(touching),
        )
    return bases


def _basis_of_claim(
    study: Study,
    claim: Mapping[str, Any],
    of_hypotheses: Mapping[str, tuple[_Basis, frozenset[int]]],
    tables: Mapping[str, pl.DataFrame],
) -> _Basis:
    """The basis of its hypothesis with the smallest share, with the errors that touch any."""
    names = claim["hypotheses"]
    known = {name: of_hypotheses[name][0] for name in names}
    smallest = _smallest(known)
    # An error that touches two hypotheses of a claim is one error.
    errors = frozenset().union(*(of_hypotheses[name][1] for name in names))
    is_counted = bool(names) and all(basis.open_errors is not None for basis in known.values())
    n_open = len(errors) if is_counted else None
    if smallest is None:
        return _Basis(open_errors=n_open)
    population = known[smallest].population
    return evolve(
        known[smallest], open_errors=n_open, whom=_whom(study, smallest, population, tables)
    )


def _basis_of_absence(
    study: Study,
    claim: Mapping[str, Any],
    tables: Mapping[str, pl.DataFrame],
    errors: pl.DataFrame | None,
) -> _Basis:
    """It rests on events and on who was seen, and on no hypothesis."""
    of_framework = None if errors is None else errors.filter(pl.col("table").is_in(FRAMEWORK))
    n_open = None if of_framework is None else of_framework["id"].n_unique()
    if claim["verdict"] == NOT_EVALUABLE:
        return _Basis(open_errors=n_open)
    population = study.claims[claim["claim"]].population
    n = counted_subjects(study, population, tables).len()
    return _Basis(n, n, n_open, population, population_words(study, population, tables))


def _whom(
    study: Study, hypothesis: str, population: str | None, tables: Mapping[str, pl.DataFrame]
) -> str:
    """Whom the n of a hypothesis is of, in a word."""
    comparison = study.comparisons[hypothesis.partition(".")[2]]
    return population_words(study, population, tables, by_arm=comparison.arm is not None)


def _with_columns(frame: pl.DataFrame, bases: Sequence[_Basis], *names: str) -> pl.DataFrame:
    schema = {"population": pl.String, "whom": pl.String}
    return frame.with_columns(
        pl.Series(name, [getattr(basis, name) for basis in bases], dtype=schema.get(name, pl.Int64))
        for name in names
    )


def _sizes(
    study: Study, ledger: pl.DataFrame, hypotheses: pl.DataFrame
) -> dict[str, tuple[int, int]]:
    """Hypothesis = how many of how many subjects, of all arms compared.

    Arms between subjects have subjects of their own, arms inside subjects the same ones.
    """
    inside = study.study.design in INSIDE_SUBJECTS
    # Arms inside subjects name the same people: each row is all of them, and the arm with the
    # fewest analysed says how many stand behind the comparison. Arms of different people add up.
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


def _smallest(bases: Mapping[str, _Basis]) -> str | None:
    """The hypothesis of a claim of which the smallest share of subjects was analysed."""

    def share(name: str) -> float:
        basis = bases[name]
        return (basis.n or 0) / basis.n_of if basis.n_of else 0

    known = [name for name, basis in bases.items() if basis.n_of is not None]
    return min(known, key=share, default=None)


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
    # A finding may be about the instrument as a whole, which then is its measure.
    measures = [owner_name, *(f"{owner_name}.{name}" for name in (code, *inputs, *of_settings))]
    unnamed = pl.col("measure").is_null()
    about_it = pl.col("measure").is_in(measures) | (unnamed & (pl.col("table") == owner_name))
    about_everything = unnamed & (pl.col("table").is_null() | pl.col("table").is_in(tables))
    compared = study.comparisons[hypothesis["comparison"]].visit or ()
    baseline = (endpoint.baseline.visits or ()) if endpoint.baseline else ()
    # The word baseline of a comparison is no visit of a finding; the endpoint lists which visits
    # are.
    visits = {*compared, *baseline} - {BASELINE}
    at_visit = (
        pl.col("visit").is_null() | pl.lit(not compared) | pl.col("visit").is_in(sorted(visits))
    )
    # In Polars `is_in` of a blank is null, and null or false stays null: no touch.
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
