"""What a declaration does to the wide view before anything else: recoding, or refusing what the data do not settle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.derive.settings import owner_options
from dermoutcomes.derive.wide import READ, of_owner, spread
from dermoutcomes.errors import PluginError, Problem

if TYPE_CHECKING:
    from typing import Any

    from dermoutcomes.declare import Instrument, Scale
    from dermoutcomes.study import Study

__all__ = ["prepare"]

KEY = ["measurement", "occurrence"]


def prepare(observations: pl.DataFrame, owner: Instrument | Scale, study: Study) -> tuple[pl.DataFrame, list[Problem]]:
    """The observations with the owner's recoding, and what it refused.

    All files of one `[[sources]]` entry are judged together, with that entry's options. Only `value` changes; text, cell and id
    stay, so that a recoded value still leads to what the export says.
    """
    if owner.prepare is None:
        return observations, []
    options = owner_options(study, owner)
    mine = of_owner(observations, owner.name, READ)
    entries = {number: options.entry(number) for number in mine["source"].unique().drop_nulls().to_list()}
    mine = mine.with_columns(entry=pl.col("source").replace_strict(entries, default=0, return_dtype=pl.Int32))
    recoded, problems = [], []
    for (entry,), part in mine.partition_by("entry", as_dict=True, maintain_order=True).items():
        try:
            recoded.append(_recoded(part.drop("entry"), owner, options.values[int(entry)]))
        except ValueError as error:
            problems.append(_refused(error, owner, study, int(entry)))
    return (_replaced(observations, pl.concat(recoded)) if recoded else observations), problems


def _refused(error: ValueError, owner: Instrument | Scale, study: Study, entry: int) -> Problem:
    specs = study.sources.get(owner.name, ())
    file = (specs[entry].file or specs[entry].files) if specs else None
    return Problem(str(error), file=file, path=f"sources.{owner.name}[{entry + 1}]", code="prepare")


def _recoded(part: pl.DataFrame, owner: Instrument | Scale, options: Any) -> pl.DataFrame:
    """Columns id, code and value of what observations become."""
    assert owner.prepare is not None
    before = spread(part, ids=False)
    after = owner.prepare(before, options)
    _whole(before, after, owner.name)
    codes = [code for code in part["code"].unique().sort() if code in after.columns]
    long = after.unpivot([*codes], index=KEY, variable_name="code", value_name="recoded").with_columns(pl.col("recoded").cast(pl.Float64))
    joined = part.select("id", "code", *KEY).join(long, on=[*KEY, "code"], how="inner", maintain_order="left")
    return joined.select("id", "code", pl.when(pl.col("recoded").is_finite()).then("recoded"))


def _whole(before: pl.DataFrame, after: pl.DataFrame, owner: str) -> None:
    """PluginError unless `prepare` gave back the rows and keys that it got."""
    if after.height != before.height or not set(KEY) <= set(after.columns):
        raise PluginError(f"{owner}: prepare must give back every row of the wide view with its columns {KEY[0]!r} and {KEY[1]!r}; "
                          f"it got {before.height} rows and gave {after.height}")


def _replaced(observations: pl.DataFrame, recoded: pl.DataFrame) -> pl.DataFrame:
    """The observations with new values; id and code are the key, since settings of a whole source share a cell."""
    code = pl.col("measure").str.replace(r"^[^.]*\.", "")
    joined = observations.with_columns(code=code).join(recoded.with_columns(changed=True), on=["id", "code"], how="left", maintain_order="left")
    return joined.with_columns(value=pl.when("changed").then("recoded").otherwise("value")).select(observations.columns)
