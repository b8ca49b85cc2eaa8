"""Entries of the ledger, which the stages make; added up to accounts, which must balance."""

from __future__ import annotations

from functools import cache
from itertools import repeat
from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes.tables.conform import empty, fitted
from dermoutcomes.tables.ledger_table import ENTRIES, PLACE, STAGES, TOLD_BY
from dermoutcomes.tables.table_rows import varying

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

__all__ = ["EntryRows", "accounts", "entries", "imbalances", "no_entries", "with_told"]

# How many subjects an entry names.
NAMED = 5
WORDS = ("reason", "detail")
# Of more units than this a query of Polars counts quicker than a loop.
FEW = 2_000
# What tells entries of one account apart, and those of one ledger.
KIND = ("entry", *WORDS)
ENTRY = ("stage", *PLACE, *KIND)
# The columns of units that are looked at.
COUNTED = frozenset((*PLACE, *WORDS, "subject", "n"))


def no_entries() -> pl.DataFrame:
    """The table without an entry, and without the name of the study."""
    return _no_entries().clone()


@cache
def _no_entries() -> pl.DataFrame:
    return fitted(empty("ledger"), "ledger")


def entries(
    units: pl.DataFrame, stage: str, entry: str, **same: str | int | pl.Expr | None
) -> pl.DataFrame:
    """Entries of one kind (opening, gain, loss, closing) counted from `units`, a row a unit.

    Columns that say where (source, measure, endpoint, comparison, population, visit, arm) tell
    accounts apart, `reason` and `detail` entries of one; each may be given as `same` too, as a word
    for all units or an expression. A column `subject` says whose a unit is, a column `n` how many
    units a row stands for.
    """
    if not units.height:
        return no_entries()
    given = {
        name: word if isinstance(word, pl.Expr) else pl.lit(word) for name, word in same.items()
    }
    asked = {root for word in given.values() for root in word.meta.root_names()}
    own = {name for name in (*PLACE, *WORDS) if name not in given}
    # First by what the units have themselves: an expression that makes a word is asked once a kind
    # instead of once a unit.
    kinds = _kinds(units, [name for name in units.columns if name in asked | own])
    frame = kinds.with_columns(**given)
    # A key more, since units without a place are a group too.
    group = [*(name for name in (*PLACE, *WORDS) if name in frame.columns), "_all"]
    counts = [pl.col("n").sum()]
    if "_subjects" in frame.columns:
        subject = pl.col("_subjects").explode(empty_as_null=False, keep_nulls=False)
        counts += [
            subject.n_unique().alias("n_subjects"),
            subject.unique().sort().head(NAMED).alias("subjects"),
        ]
    counted = frame.with_columns(_all=pl.lit(0)).group_by(group, maintain_order=True).agg(counts)
    return fitted(counted.with_columns(stage=pl.lit(stage), entry=pl.lit(entry)), "ledger")


def _kinds(units: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """The units that have the same in all columns `by`, in the order of the first of each.

    `n` says how many they are, `_subjects` whose where the units say that.
    """
    columns = list(dict.fromkeys((*by, *(["subject"] if "subject" in units.columns else []))))
    if "n" in units.columns:
        counted = units.select(*columns, "n")
    else:
        one = pl.lit(1, dtype=pl.Int64)
        counted = _runs(units.with_columns(n=one).select(*columns, "n"), columns)
    added = [pl.col("n").sum()]
    if "subject" in columns:
        added.append(pl.col("subject").drop_nulls().unique().alias("_subjects"))
    keys = varying(counted, by)
    alike = [pl.col(name).first() for name in by if name not in keys]
    kinds = counted.with_columns(_all=pl.lit(0)).group_by(keys or ["_all"], maintain_order=True)
    return kinds.agg(*alike, *added).select(*by, *(each.meta.output_name() for each in added))


def _runs(units: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """Single units, each run of those that have the same as one row, where most are in one.

    Rows of a file stand by subject, and runs are counted in a fifth of the time of their rows.
    """
    if units.height <= FEW or not columns:
        return units
    differs = pl.any_horizontal(pl.col(columns).ne_missing(pl.col(columns).shift()))
    begins = units.select(differs | (pl.int_range(pl.len()) == 0)).to_series()
    if begins.sum() > units.height / 2:
        return units
    starts = begins.arg_true().cast(pl.Int64)
    return units.filter(begins).with_columns(n=starts.shift(-1, fill_value=units.height) - starts)


class EntryRows:
    """The entries of one step, counted one kind after the other and made one table at the end.

    A study has thousands of kinds of a few units each: a table and a query for each took longer
    than the analysis that they are about.
    """

    def __init__(self) -> None:
        self._rows: list[tuple[Any, ...]] = []

    def count(
        self,
        units: pl.DataFrame | Sequence[Mapping[str, Any]],
        stage: str,
        entry: str,
        **same: str | int | None,
    ) -> None:
        """Count entries of one kind from `units`, as `entries` does."""
        if isinstance(units, pl.DataFrame):
            if units.height > FEW:
                self._rows += entries(units, stage, entry, **same).rows()
                return
            columns = {name: units[name].to_list() for name in units.columns if name in COUNTED}
        else:
            names = [name for name in (units[0] if units else ()) if name in COUNTED]
            columns = {name: [unit[name] for unit in units] for name in names}
        keys = [name for name in (*PLACE, *WORDS) if name in columns and name not in same]
        subjects = columns.get("subject")
        groups: dict[tuple[Any, ...], tuple[list[int], set[str]]] = {}
        for key, n, subject in zip(
            zip(*(columns[name] for name in keys), strict=True) if keys else repeat(()),
            columns.get("n") or repeat(1),
            subjects or repeat(None, len(units)),
            strict=False,
        ):
            numbers, named = groups.setdefault(key, ([], set()))
            numbers.append(n)
            if subject is not None:
                named.add(subject)
        for key, (numbers, named) in groups.items():
            place = {**dict(zip(keys, key, strict=True)), **same}
            self.add(stage, entry, sum(numbers), None if subjects is None else named, **place)

    def add(
        self,
        stage: str,
        entry: str,
        n: int,
        subjects: Collection[str] | None = None,
        **place: str | int | None,
    ) -> None:
        """Add one entry: how many units there are, and whose where they are somebody's."""
        named = None if subjects is None else sorted(subjects)
        row = {
            **place,
            "stage": stage,
            "entry": entry,
            "n": n,
            "n_subjects": None if named is None else len(named),
            "subjects": None if named is None else named[:NAMED],
        }
        self._rows.append(tuple(map(row.get, _no_entries().columns)))

    def add_rows(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Add entries that were counted before."""
        self._rows += rows

    def rows_by(self, column: str) -> dict[str, list[tuple[Any, ...]]]:
        """The entries of each value of a column, in the order in which they were counted."""
        place = _no_entries().columns.index(column)
        parts: dict[str, list[tuple[Any, ...]]] = {}
        for row in self._rows:
            parts.setdefault(row[place], []).append(row)
        return parts

    def table(self) -> pl.DataFrame:
        """The entries in the order in which they were counted."""
        if not self._rows:
            return no_entries()
        return pl.DataFrame(self._rows, schema=_no_entries().schema, orient="row")


def accounts(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The entries of all stages as one ledger, in the order of the data: equal entries are added.

    Of entries that were added subjects are counted only where all of them are named, since files
    may share some. An account that opened or closed with nothing says so.
    """
    n_subjects, named = pl.col("n_subjects"), pl.col("subjects")
    # Numbers of subjects cannot be added, as one subject may be in several files.
    added = (
        pl.concat([no_entries(), *parts])
        .group_by(ENTRY)
        .agg(
            pl.col("n").sum(),
            pl.len().alias("_parts"),
            n_subjects.max().alias("_most"),
            n_subjects.is_not_null().any().alias("_of_subjects"),
            named.explode(empty_as_null=False, keep_nulls=False).unique().sort().alias("_named"),
        )
    )
    single, all_named = pl.col("_parts") == 1, pl.col("_most") <= NAMED
    counted = added.with_columns(
        n_subjects=pl.when(single).then("_most").when(all_named).then(pl.col("_named").list.len()),
        subjects=pl.when("_of_subjects").then(pl.col("_named").list.head(NAMED)),
    )
    return _in_order(_with_both_ends(fitted(counted, "ledger")))


def _with_both_ends(ledger: pl.DataFrame) -> pl.DataFrame:
    """The ledger with an opening and a closing of every account, of nothing where none was made."""
    place = ["stage", *PLACE]
    ends = pl.DataFrame({"entry": [ENTRIES[0], ENTRIES[-1]]})
    absent = (
        ledger.select(place)
        .unique()
        .join(ends, how="cross")
        .join(ledger, on=[*place, "entry"], how="anti", nulls_equal=True)
    )
    return pl.concat([ledger, fitted(absent.with_columns(n=pl.lit(0)), "ledger")])


def _in_order(ledger: pl.DataFrame) -> pl.DataFrame:
    """The ledger with the names of its accounts, sorted and numbered."""
    ranks = {
        name: pl.col(name).replace_strict(
            {word: rank for rank, word in enumerate(words)}, return_dtype=pl.Int32
        )
        for name, words in (("stage", STAGES), ("entry", ENTRIES))
    }
    rows = ledger.with_columns(account=_account()).sort(
        ranks["stage"], *PLACE, ranks["entry"], *WORDS, nulls_last=True
    )
    return rows.with_columns(line=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))


def _account() -> pl.Expr:
    """The name of an account, as `cells:3:cutometer.r0`."""
    of_hypothesis = pl.when(pl.col("comparison").is_not_null()).then(
        pl.format("{}.{}", "endpoint", "comparison")
    )
    parts = [
        pl.col("stage"),
        pl.col("source").cast(pl.String),
        pl.col("measure"),
        pl.coalesce(of_hypothesis, "endpoint"),
        pl.col("visit"),
        pl.col("arm"),
    ]
    return pl.concat_str(parts, separator=":", ignore_nulls=True)


def with_told(ledger: pl.DataFrame, findings: pl.DataFrame) -> pl.DataFrame:
    """The ledger with `told`: of each loss, whether there are findings of its reason, or of the check behind it.

    Of a file's rows and cells they are findings about that file, of records about that visit and,
    where they name a subject, about each of the subjects that the loss names.
    """
    losses = ledger.filter(pl.col("entry") == "loss")
    also = pl.col("reason").replace_strict(TOLD_BY, default=[], return_dtype=pl.List(pl.String))
    checks = losses.select(
        "line",
        "source",
        "visit",
        # A detail may name several checks.
        check=pl.concat_list("reason", also, pl.col("detail").fill_null("").str.split(", ")),
    ).explode("check", empty_as_null=False, keep_nulls=False)
    found = findings.select("check", "subject", found_in="source", found_at="visit").unique()
    # A finding about a setting, or about a subject as a whole, may name no visit.
    same_file = pl.col("source").is_null() | (pl.col("source") == pl.col("found_in"))
    same_visit = (pl.col("visit") == pl.col("found_at")).fill_null(value=True)
    about = checks.join(found, on="check").filter(same_file, same_visit)
    of_all = about.filter(pl.col("source").is_not_null() | pl.col("subject").is_null())
    # What another subject lacks at that visit says nothing of this one.
    named = losses.select("line", subject="subjects").explode(
        "subject", empty_as_null=False, keep_nulls=False
    )
    untold = named.join(about, on=["line", "subject"], how="anti")
    by_subject = about.join(untold, on="line", how="anti")
    told = pl.concat([of_all["line"], by_subject["line"]])
    is_loss = pl.col("entry") == "loss"
    return ledger.with_columns(told=pl.when(is_loss).then(pl.col("line").is_in(told.implode())))


# Closings are counted from what is left and losses from what was dropped: were one worked out from
# the other, every account would balance and show nothing.
def imbalances(ledger: pl.DataFrame) -> pl.DataFrame:
    """The accounts that do not balance: account, opening, gain, loss, closing and `unexplained`.

    The last is what was lost without a reason; below zero, what was counted twice.
    """
    sums = [
        pl.col("n").filter(pl.col("entry") == entry).sum().cast(pl.Int64).alias(entry)
        for entry in ENTRIES
    ]
    opening, gain, loss, closing = map(pl.col, ENTRIES)
    return (
        ledger.group_by("account", maintain_order=True)
        .agg(sums)
        .with_columns(unexplained=opening + gain - loss - closing)
        .filter(pl.col("unexplained") != 0)
    )
