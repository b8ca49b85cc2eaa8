"""What a declaration does to values before all else: recoding, or refusing what is not settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.derive.source_options import NO_ENTRIES, owner_options
from dermoutcomes.derive.value_ids import DERIVED, with_ids
from dermoutcomes.derive.wide_view import ABOUT, READ, of_owner, spread
from dermoutcomes.errors import PluginError, Problem, blamed
from dermoutcomes.number_text import count_words
from dermoutcomes.tables import conform

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from dermoutcomes.declare import Instrument, Scale
    from dermoutcomes.study import Study

__all__ = ["prepare"]

KEY = ["measurement", "occurrence"]
# How many values a message names with their places.
MOST_VALUES = 8


def prepare(
    observations: pl.DataFrame,
    owner: Instrument | Scale,
    study: Study,
    entries: Mapping[int, int] = NO_ENTRIES,
) -> tuple[pl.DataFrame, list[Problem]]:
    """The observations with the owner's recoding, and what it refused.

    All files of one `[[sources]]` entry are judged together, with that entry's options: a coding is
    settled by all of them. Of what was read only `value` changes; text, cell and id stay, so that a
    recoded value still leads to what the export says. Declared codes that the recoding adds (a
    rating as it was recorded) become observations whose parents are the values of their
    measurement. `entries` has the index of the entry that each source belongs to.
    """
    if owner.prepare is None:
        return observations, []
    options = owner_options(study, owner, entries)
    own = of_owner(observations, owner.name, READ)
    sources = own["source"].unique().drop_nulls().to_list()
    own_entries = {source: options.entry(source) for source in sources}
    entry_of_source = pl.col("source").replace_strict(own_entries, default=0, return_dtype=pl.Int32)
    own = own.with_columns(entry_of_source.alias("entry"))

    values, additions, problems = [], [], []
    for (entry,), part in own.partition_by("entry", as_dict=True, maintain_order=True).items():
        try:
            view = _recoded_view(part.drop("entry"), owner, options.values[int(entry)])
        except ValueError as error:
            problems.append(_problem(error, owner, study, int(entry), part))
        else:
            values.append(_recoded_values(part, view))
            additions.append(_added_observations(part, view, owner))
    if not values:
        return observations, problems
    added = conform(pl.concat(additions), "observations", study.id)
    recoded = _with_values(observations, pl.concat(values))
    return pl.concat([recoded, added]).sort("id", maintain_order=True), problems


def _problem(
    error: ValueError, owner: Instrument | Scale, study: Study, entry: int, part: pl.DataFrame
) -> Problem:
    specs = study.sources.get(owner.name, ())
    file = (specs[entry].file or specs[entry].files) if specs else None
    return Problem(
        str(error),
        file=file,
        path=f"sources.{owner.name}[{entry + 1}]",
        found=_values_and_places(part),
        code="prepare",
    )


def _values_and_places(part: pl.DataFrame) -> str | None:
    """Each value that was read with its first cell, the rarest first: one alone may be a slip."""
    row, n = pl.col("row"), pl.col("n")
    counts = (
        part.filter(pl.col("kind").is_in(["value", "item"]))
        .drop_nulls(["value", "row"])
        .sort("source", "row")
        .group_by("value", maintain_order=True)
        .agg(pl.len().alias("n"), row.first(), pl.col("column").first(), pl.col("subject").first())
        .sort(n, "value")
    )
    named = [
        f"{value:g} ({count_words(n, 'time')}, {'first ' if n > 1 else ''}in row {row}, "
        f"column {column}, of {subject})"
        for value, n, row, column, subject in counts.head(MOST_VALUES).iter_rows()
    ]
    more = counts.height - MOST_VALUES
    return "; ".join([*named, *([f"and {more} more"] if more > 0 else [])]) or None


def _recoded_view(part: pl.DataFrame, owner: Instrument | Scale, options: Any) -> pl.DataFrame:
    """The wide view of a source as the owner recodes it.

    PluginError unless `prepare` gives back the rows and keys that it got.
    """
    assert owner.prepare is not None
    view = spread(part, ids=False)
    with blamed(f"{owner.name}: prepare", ValueError):
        recoded = owner.prepare(view, options)
        if recoded.height != view.height or not set(KEY) <= set(recoded.columns):
            raise PluginError(
                f"{owner.name}: prepare must give back every row of the wide view with its columns "
                f"{KEY[0]!r} and {KEY[1]!r}; it got {view.height} rows and gave {recoded.height}"
            )
    return recoded


def _recoded_values(part: pl.DataFrame, view: pl.DataFrame) -> pl.DataFrame:
    """Columns id, code and recoded: the new values of observations."""
    codes = [code for code in part["code"].unique().sort() if code in view.columns]
    recoded = pl.col("recoded")
    long = view.unpivot(codes, index=KEY, variable_name="code", value_name="recoded")
    joined = part.select("id", "code", *KEY).join(
        long.with_columns(recoded.cast(pl.Float64)),
        on=[*KEY, "code"],
        how="inner",
        maintain_order="left",
    )
    return joined.select("id", "code", pl.when(recoded.is_finite()).then(recoded))


def _added_observations(
    part: pl.DataFrame, view: pl.DataFrame, owner: Instrument | Scale
) -> pl.DataFrame:
    """Observations of the declared codes that no cell of this source holds."""
    codes_read = set(part["code"])
    parameters = {
        parameter.code: parameter
        for parameter in owner.parameters
        if parameter.code in view.columns and parameter.code not in codes_read
    }
    kinds = {code: parameter.kind for code, parameter in parameters.items()}
    units = {parameter.code: parameter.unit for parameter in owner.parameters}
    # An added code is of the measurement as a whole, which has several rows of the view where a
    # code stands several times in it: the first speaks for all.
    first, code, value = pl.col("occurrence") == 0, pl.col("code"), pl.col("value")
    turn = (pl.col("measurement").rank("dense").over("source", "row") - 1).alias("turn")
    values = (
        view.filter(first)
        .with_columns(turn)
        .unpivot(list(parameters), index=[*ABOUT, "turn"], variable_name="code", value_name="value")
        .with_columns(value.cast(pl.Float64))
        .filter(value.is_finite())
    )
    parents = (
        part.filter(first, pl.col("kind").is_in(["value", "item"]))
        .group_by("measurement")
        .agg(parents=pl.col("id").sort())
    )
    numbered = with_ids(values, owner, DERIVED)
    return numbered.join(parents, on="measurement", how="left", maintain_order="left").select(
        "id",
        *ABOUT,
        "value",
        "parents",
        (pl.lit(f"{owner.name}.") + code).alias("measure"),
        code.replace_strict(kinds, default=None, return_dtype=pl.String).alias("kind"),
        code.replace_strict(units, default=None, return_dtype=pl.String).alias("unit"),
    )


def _with_values(observations: pl.DataFrame, recoded: pl.DataFrame) -> pl.DataFrame:
    """The observations with new values.

    Id and code are the key together, since settings of a whole source share a cell.
    """
    code = pl.col("measure").str.replace(r"^[^.]*\.", "")
    joined = observations.with_columns(code=code).join(
        recoded.with_columns(changed=True), on=["id", "code"], how="left", maintain_order="left"
    )
    # `changed` and not a null in `recoded`: a value may be recoded to nothing.
    return joined.with_columns(value=pl.when("changed").then("recoded").otherwise("value")).select(
        observations.columns
    )
