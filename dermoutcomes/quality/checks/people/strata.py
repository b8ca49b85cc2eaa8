"""Strata and covariates: blank, recorded otherwise than randomised, too small, made of numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.number_text import count_words
from dermoutcomes.quality.checks.plan import used_columns
from dermoutcomes.sources.framework.factors import differing, level_sizes, pooled_by_name
from dermoutcomes.stats.analysis_records import level_names
from dermoutcomes.study.sections.adjustment import fitting_rules
from dermoutcomes.tables.findings import listed, no_findings, remarks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dermoutcomes.declare import NoOptions
    from dermoutcomes.quality.check_data import StudyData
    from dermoutcomes.study import Endpoint, Factor, Study

__all__ = [
    "blank_stratum",
    "differing_words",
    "named",
    "numbered_covariate",
    "small_strata",
    "strata_differ",
    "worded_covariate",
]

MOST_SUBJECTS = 20
# Names of columns whose numbers are names: of places and people, and of what is numbered as such.
# A number with something behind it, and a code, of which zeros are a part.
WITH_TAIL = r"^[+-]?\d+(?:[.,]\d+)?\s*[^\d\s]+$"
CODE = r"^0\d"
# So many levels may be meant as levels, though each has a number.
FEW_LEVELS = 5
NUMBERED = re.compile(
    r"(^|[^a-z])(site|centre|center|clinic|hospital|zentrum|pr[üu]fzentrum|centro|klinik|investigator"
    r"|pr[üu]fer|rater|operator|country|land|region|batch|block|kit|room|family|stratum|code|id|nr"
    r"|no|number|nummer)(s|id|nr|no|code|number)?([^a-z]|$)",
    re.IGNORECASE,
)


def named(subjects: Iterable[str]) -> str:
    """All of them, or of more than twenty three examples."""
    ids = list(subjects)
    shown = ids if len(ids) <= MOST_SUBJECTS else ids[:3]
    more = len(ids) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def blank_stratum(data: StudyData, _options: NoOptions) -> pl.DataFrame:
    """A finding an endpoint and column of strata or covariates that subjects with readings lack.

    Until the endpoint says what happens to them with `blank`, the analyses that use the column
    leave them out, all alike. None where no analysis of the endpoint uses it.
    """
    subjects = data.table("subjects")
    rows = []
    for name, endpoint in data.study.endpoints.items():
        own = data.observations.filter(pl.col("measure") == (endpoint.measure or ""))
        seen = subjects.filter(pl.col("subject").is_in(own["subject"].unique().implode()))
        for column in used_columns(data.study, data.registry, name):
            # A rule that does not fit the column is refused where records are made.
            if column not in seen.columns or endpoint.blank_rule(column) is not None:
                continue
            blank = seen.filter(pl.col(column).is_null()).sort("subject")
            if blank.height:
                rules = fitting_rules(seen.schema[column])
                arms = _by_arm(data, blank)
                rows.append(_blank_row(endpoint, column, blank, seen.height, arms, rules))
    if not rows:
        return no_findings()
    return remarks(
        pl.DataFrame(rows), message=pl.col("message"), found="blank", expected=pl.col("expected")
    )


def _by_arm(data: StudyData, subjects: pl.DataFrame) -> str:
    """How many of the subjects are in each arm, in words; "" where no arm is only theirs.

    Blanks of one arm alone bias a comparison, whatever becomes of them.
    """
    allocated = data.table("allocations").drop_nulls("arm").select("subject", "arm").unique()
    of_arms = subjects.select("subject").join(allocated, on="subject")
    counts = dict(of_arms.group_by("arm").agg(pl.len()).iter_rows())
    if data.study.study.design != "parallel" or not counts:
        return ""
    words = (
        f"{counts.get(name, 0)} of {arm.label or name}" for name, arm in data.study.arms.items()
    )
    return f" ({', '.join(words)})"


def _blank_row(
    endpoint: Endpoint,
    column: str,
    blank: pl.DataFrame,
    n: int,
    arms: str,
    rules: tuple[str, ...],
) -> dict[str, str | None]:
    answers = " or ".join(f'"{rule}"' for rule in rules)
    have = "has" if blank.height == 1 else "have"
    return {
        "measure": endpoint.measure,
        "message": f"{blank.height} of {n} subjects {have} no {column}, by which {endpoint.id} is "
        f"adjusted{arms}: {named(blank['subject'].to_list())}; the analyses that use it leave "
        "them out",
        "expected": f"{column} of these subjects as it was in randomising, or endpoints."
        f"{endpoint.id}.blank = {answers}",
    }


def strata_differ(data: StudyData, _options: NoOptions) -> pl.DataFrame:
    """A finding each factor of which subjects have another level recorded than randomised."""
    subjects = data.table("subjects")
    rows = []
    for factor in _used_factors(data.study):
        people = differing(factor, subjects)
        if not people.height:
            continue
        levels = people.select(pl.format("{} ({}, {})", "subject", "randomised", "recorded"))
        rows.append(
            {
                "subject": people["subject"][0] if people.height == 1 else None,
                "message": f"{differing_words(data.study, factor, data.tables)}: "
                f"{named(levels.to_series())}",
                "found": f"{people.height} in {factor.recorded}",
                "expected": f"{factor.recorded} as it was, which changes no result: {factor.id} is "
                f"what {factor.randomised} says",
            }
        )
    return _findings(rows)


def differing_words(study: Study, factor: Factor, tables: Mapping[str, pl.DataFrame]) -> str | None:
    """How many subjects have another level recorded than randomised, of which arms; None of none."""
    subjects = tables.get("subjects")
    people = differing(factor, subjects) if subjects is not None else pl.DataFrame()
    if subjects is None or not people.height:
        return None
    arms = ""
    allocations = tables.get("allocations")
    if study.study.design == "parallel" and allocations is not None:
        allocated = allocations.drop_nulls("arm").select("subject", "arm").unique()
        of_arms = people.join(allocated, on="subject").group_by("arm").len()
        counts = dict(of_arms.iter_rows())
        arms = (
            " ("
            + ", ".join(
                f"{counts.get(name, 0)} of {arm.label or name}" for name, arm in study.arms.items()
            )
            + ")"
        )
    have = "has" if people.height == 1 else "have"
    return (
        f"{people.height} of {subjects.height} subjects {have} another {factor.id} recorded "
        f"({factor.recorded}) than randomised ({factor.randomised}), which decides{arms}"
    )


def _used_factors(study: Study) -> Iterator[Factor]:
    """The factors that endpoints name as strata or covariates."""
    used = {
        name
        for endpoint in study.endpoints.values()
        for name in (*endpoint.strata, *endpoint.covariates)
    }
    yield from (factor for name, factor in study.factors.items() if name in used)


def small_strata(data: StudyData, _options: NoOptions) -> pl.DataFrame:
    """A finding each factor with levels that are small by its rule, or that nobody is in.

    A note where the study pools them; a warning where they stay, or where a pooled level is still
    small; and a warning of levels under `pool` that no subject has.
    """
    subjects, allocations = data.table("subjects"), data.table("allocations")
    rows: list[dict[str, str | None]] = []
    for factor in _used_factors(data.study):
        if factor.source not in subjects.columns:
            continue
        rows += _levels_of_nobody(factor, subjects)
        if factor.smallest_stratum is None and factor.pool_small is None:
            continue
        levels = subjects.select("subject", level=pooled_by_name(factor))
        small = level_sizes(data.study, factor, levels, allocations).filter("small")
        pooled = factor.pool_small
        if small.height:
            rows.append(_small_row(factor, small))
        if small.height and pooled is not None:
            after = subjects.select("subject", level=pl.col(factor.id))
            still = level_sizes(data.study, factor, after, allocations).filter(
                "small", pl.col("level") == pooled
            )
            if still.height:
                rows.append(_still_small_row(factor, still))
    return _findings(rows)


def _levels_of_nobody(factor: Factor, subjects: pl.DataFrame) -> Iterator[dict[str, str | None]]:
    held = subjects.select(level_names(factor.source)).to_series().drop_nulls().unique().sort()
    for pooled, levels in factor.pool.items():
        if absent := [level for level in levels if level not in held]:
            yield {
                "severity": "warning",
                "message": f"no subject has {factor.source} = {' or '.join(map(repr, absent))}, "
                f"which factors.{factor.id}.pool puts into {pooled!r}",
                "found": named(held),
                "expected": f"levels that {factor.source} has, under factors.{factor.id}.pool",
            }


def _small_row(factor: Factor, small: pl.DataFrame) -> dict[str, str | None]:
    words = [
        f"{level} ({by_arm or n})"
        for level, n, by_arm in small.select("level", "n", "by_arm").rows()
    ]
    rule = (
        f"fewer than {factor.smallest_stratum} subjects, or nobody in one of the arms"
        if factor.smallest_stratum
        else "nobody in one of the arms"
    )
    levels = ", ".join(f'"{level}"' for level in small["level"])
    stay = factor.pool_small is None
    return {
        "severity": "warning" if stay else "note",
        "message": f"levels of {factor.id} with {rule}: {named(words)}; "
        + (
            "they stay as they are" if stay else f"they count as {factor.pool_small!r}, by the rule"
        ),
        "found": f"{count_words(small.height, 'level')} with "
        + count_words(int(small["n"].sum()), "subject"),
        "expected": f'factors.{factor.id}.pool_small = "other", or pool = {{ other = [{levels}] }}, '
        "stated before the data are known"
        if stay
        else "nothing more",
    }


def _still_small_row(factor: Factor, still: pl.DataFrame) -> dict[str, str | None]:
    level, n, by_arm = still.select("level", "n", "by_arm").row(0)
    return {
        "severity": "warning",
        "message": f"the level {level!r}, into which factors.{factor.id}.pool_small puts small "
        f"ones, is small itself: {by_arm or n}",
        "found": str(n),
        "expected": f"levels that are pooled with larger ones, as factors.{factor.id}.pool can say",
    }


def worded_covariate(data: StudyData, _options: NoOptions) -> pl.DataFrame:
    """A finding each covariate that is words, though most of its cells are numbers.

    One cell that is none, as "7O" or "unknown", makes a level of each number. So does a unit behind
    all of them; of few levels, as "5 mg" and "10 mg", nothing is said.
    """
    subjects = data.table("subjects")
    decimals = {spec.decimal for spec in data.study.sources.get("subjects", ())}
    plain = rf"^[+-]?\d+(?:[{''.join(sorted(decimals)) or '.'}]\d+)?$"
    rows: dict[str, dict[str, str | None]] = {}
    for name, endpoint in data.study.endpoints.items():
        for column in endpoint.covariates:
            is_words = column in subjects.columns and subjects.schema[column] == pl.String
            if column in rows or column in data.study.factors or not is_words:
                continue
            cells = subjects.select("subject", level=column).drop_nulls()
            level = pl.col("level")
            # Codes with leading zeros, as "07", are meant as words.
            if cells.select(level.str.contains(CODE).any()).item():
                continue
            others = cells.filter(~level.str.contains(plain))
            with_tail = others.filter(level.str.contains(WITH_TAIL))
            mostly = 2 * others.height < cells.height
            all_units = with_tail.height == cells.height and cells["level"].n_unique() > FEW_LEVELS
            if not others.height or not (mostly or all_units):
                continue
            shown = [f"{subject}: {word}" for subject, word in others.iter_rows()]
            first = others["level"][0]
            rows[column] = {
                "measure": endpoint.measure,
                "message": f"the covariate {column} of {name} counts as words, with "
                f"{cells['level'].n_unique()} levels: {others.height} of {cells.height} cells are "
                f"no plain number ({listed(shown)})",
                "found": first,
                "expected": f'units.{column} or decimal in the source of subjects, missing = ["{first}"] '
                f'or values.{column} = {{ "{first}" = … }} there, or [factors.{column}] for a level '
                "each",
            }
    return _findings([*rows.values()])


def numbered_covariate(data: StudyData, _options: NoOptions) -> pl.DataFrame:
    """A finding each covariate whose numbers look like names, as those of centres.

    As a number it is one slope: centre 3 would be three times as far from nobody as centre 1.
    """
    subjects = data.table("subjects")
    rows: dict[str, dict[str, str | None]] = {}
    for name, endpoint in data.study.endpoints.items():
        for column in endpoint.covariates:
            if column in rows or column not in subjects.columns or not NUMBERED.search(column):
                continue
            values = subjects[column].drop_nulls()
            if not values.len() or not values.dtype.is_numeric() or (values % 1 != 0).any():
                continue
            levels = subjects.select(level_names(column)).to_series().drop_nulls()
            counts = levels.value_counts(sort=False).sort("count", column, descending=[True, False])
            held = ", ".join(f"{level} ({n})" for level, n in counts.head(5).iter_rows())
            rows[column] = {
                "measure": endpoint.measure,
                "message": f"the covariate {column} of {name} holds numbers that look like names "
                f"of {column}s, and counts as a quantity: one slope over them",
                "found": held,
                "expected": f"[factors.{column}] for a level each, or [quality] off = "
                '["numbered_covariate"] if they are a quantity',
            }
    return _findings([*rows.values()])


def _findings(rows: list[dict[str, str | None]]) -> pl.DataFrame:
    if not rows:
        return no_findings()
    words = ("subject", "measure", "severity", "message", "found", "expected")
    frame = pl.DataFrame(rows, schema=dict.fromkeys(words, pl.String))
    return remarks(frame)
