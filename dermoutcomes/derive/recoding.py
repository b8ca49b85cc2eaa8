"""What a declaration does to the wide view before anything else: recoding, or refusing what the data do not settle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.derive.numbering import DERIVED, number
from dermoutcomes.derive.source_options import NO_ENTRIES, owner_options
from dermoutcomes.derive.wide_view import ABOUT, READ, of_owner, spread
from dermoutcomes.errors import PluginError, Problem, blamed
from dermoutcomes.tables import conform

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from dermoutcomes.declare import Instrument, Scale
    from dermoutcomes.study import Study

__all__ = ["prepare"]

KEY = ["measurement", "occurrence"]


def prepare(
    observations: pl.DataFrame,
    owner: Instrument | Scale,
    study: Study,
    entries: Mapping[int, int] = NO_ENTRIES,
) -> tuple[pl.DataFrame, list[Problem]]:
    """The observations with the owner's recoding, and what it refused. `entries` is source number = position of its entry.

    All files of one `[[sources]]` entry are judged together, with that entry's options. Of what was read only `value` changes; text,
    cell and id stay, so that a recoded value still leads to what the export says. Declared codes that the recoding adds (a rating as it
    was recorded) become observations whose parents are the values of their measurement.
    """
    if owner.prepare is None:
        return observations, []
    options = owner_options(study, owner, entries)
    mine = of_owner(observations, owner.name, READ)
    entries = {
        number: options.entry(number) for number in mine["source"].unique().drop_nulls().to_list()
    }
    mine = mine.with_columns(
        entry=pl.col("source").replace_strict(entries, default=0, return_dtype=pl.Int32)
    )
    recoded, added, problems = [], [], []
    for (entry,), part in mine.partition_by("entry", as_dict=True, maintain_order=True).items():
        try:
            after = _after(part.drop("entry"), owner, options.values[int(entry)])
        except ValueError as error:
            problems.append(_refused(error, owner, study, int(entry)))
        else:
            recoded.append(_recoded(part, after))
            added.append(_added(part, after, owner))
    if not recoded:
        return observations, problems
    new = conform(pl.concat(added), "observations", study.id)
    return pl.concat([_replaced(observations, pl.concat(recoded)), new]).sort(
        "id", maintain_order=True
    ), problems


def _refused(error: ValueError, owner: Instrument | Scale, study: Study, entry: int) -> Problem:
    specs = study.sources.get(owner.name, ())
    file = (specs[entry].file or specs[entry].files) if specs else None
    return Problem(str(error), file=file, path=f"sources.{owner.name}[{entry + 1}]", code="prepare")


def _after(part: pl.DataFrame, owner: Instrument | Scale, options: Any) -> pl.DataFrame:
    """The wide view of a source as the owner recodes it."""
    assert owner.prepare is not None
    before = spread(part, ids=False)
    with blamed(f"{owner.name}: prepare", ValueError):
        after = owner.prepare(before, options)
        _whole(before, after, owner.name)
    return after


def _recoded(part: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Columns id, code and value of what observations become."""
    codes = [code for code in part["code"].unique().sort() if code in after.columns]
    long = after.unpivot(
        [*codes], index=KEY, variable_name="code", value_name="recoded"
    ).with_columns(pl.col("recoded").cast(pl.Float64))
    joined = part.select("id", "code", *KEY).join(
        long, on=[*KEY, "code"], how="inner", maintain_order="left"
    )
    return joined.select("id", "code", pl.when(pl.col("recoded").is_finite()).then("recoded"))


def _added(part: pl.DataFrame, after: pl.DataFrame, owner: Instrument | Scale) -> pl.DataFrame:
    """Observations of the declared codes that no cell of this source holds."""
    read = set(part["code"])
    kinds = {
        parameter.code: parameter.kind
        for parameter in owner.parameters
        if parameter.code in after.columns and parameter.code not in read
    }
    turn = (pl.col("measurement").rank("dense").over("source", "row") - 1).alias("turn")
    wide = after.filter(pl.col("occurrence") == 0).with_columns(turn)
    long = wide.unpivot([*kinds], index=[*ABOUT, "turn"], variable_name="code", value_name="value")
    long = long.with_columns(pl.col("value").cast(pl.Float64)).filter(pl.col("value").is_finite())
    parents = (
        part.filter(pl.col("occurrence") == 0, pl.col("kind").is_in(["value", "item"]))
        .group_by("measurement")
        .agg(parents=pl.col("id").sort())
    )
    numbered = number(long, owner, DERIVED).join(
        parents, on="measurement", how="left", maintain_order="left"
    )
    units = {parameter.code: parameter.unit for parameter in owner.parameters}
    return numbered.select(
        "id",
        *ABOUT,
        "value",
        "parents",
        (pl.lit(f"{owner.name}.") + pl.col("code")).alias("measure"),
        pl.col("code").replace_strict(kinds, default=None, return_dtype=pl.String).alias("kind"),
        pl.col("code").replace_strict(units, default=None, return_dtype=pl.String).alias("unit"),
    )


def _whole(before: pl.DataFrame, after: pl.DataFrame, owner: str) -> None:
    """PluginError unless `prepare` gave back the rows and keys that it got."""
    if after.height != before.height or not set(KEY) <= set(after.columns):
        raise PluginError(
            f"{owner}: prepare must give back every row of the wide view with its columns {KEY[0]!r} and {KEY[1]!r}; "
            f"it got {before.height} rows and gave {after.height}"
        )


def _replaced(observations: pl.DataFrame, recoded: pl.DataFrame) -> pl.DataFrame:
    """The observations with new values; id and code are the key, since settings of a whole source share a cell."""
    code = pl.col("measure").str.replace(r"^[^.]*\.", "")
    joined = observations.with_columns(code=code).join(
        recoded.with_columns(changed=True), on=["id", "code"], how="left", maintain_order="left"
    )
    return joined.with_columns(value=pl.when("changed").then("recoded").otherwise("value")).select(
        observations.columns
    )
