"""Forms with blank items, where the score that an endpoint rests on is made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.derive.expressions import needs
from dermoutcomes.tables.findings import no_findings, remarks
from dermoutcomes.tables.table_rows import words_in_full

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dermoutcomes.declare import NoOptions, Scale
    from dermoutcomes.quality.check_data import StudyData

__all__ = ["blank_items"]

# So many blank items of a score are a finding each; more are one an item, since the cause is one.
MOST_BLANKS, EXAMPLES = 20, 3
# From so many forms on, a visit itself tells which items are asked there.
ENOUGH_FORMS = 3
PLACE = ("subject", "visit", "timepoint", "location", "side", "replicate")


def blank_items(data: StudyData, _options: NoOptions) -> pl.DataFrame:
    """Blank items of forms that have others, where a main endpoint is their score.

    An item that half the forms of a visit or more lack is not asked there, and what stands in a
    cell that is told already is no blank. A finding each; of more than twenty of a score one an
    item, with three examples and the count.
    """
    told = [no_findings()]
    for measure in _scores(data):
        blanks = _blanks(data, measure)
        several = blanks.height > MOST_BLANKS
        told.append(_findings(data, measure, _once_an_item(blanks) if several else blanks))
    return pl.concat(told)


def _scores(data: StudyData) -> Iterator[str]:
    """The measures of main endpoints (`Study.main_endpoints`) that are made of items, each once."""
    measures = dict.fromkeys(
        endpoint.measure
        for name, endpoint in data.study.endpoints.items()
        if name in data.study.main_endpoints and endpoint.measure is not None
    )
    for measure in measures:
        name, _, code = measure.partition(".")
        if (scale := data.registry.scales.get(name)) and _items(scale, code):
            yield measure


def _items(scale: Scale, score: str) -> Mapping[str, str]:
    """The items that a score is made of, at whatever remove: code and label."""
    codes, items = [score], dict[str, str]()
    for code in codes:
        parameter = scale.parameter(code)
        if parameter is None:
            continue
        if parameter.kind == "item" and parameter.expr is None:
            items[code] = parameter.label
        codes += [need for need in needs(parameter, scale) if need not in codes]
    return items


def _blanks(data: StudyData, measure: str) -> pl.DataFrame:
    """The blank items of the forms of a score, a row each.

    Its cell is known where one column of the file has that item at that visit.
    """
    name, _, score = measure.partition(".")
    items = _items(data.registry.scales[name], score)
    answers = words_in_full(
        data.observations.filter(
            pl.col("owner") == name,
            pl.col("code").is_in(list(items)),
            pl.col("value").is_not_null() | pl.col("text").is_not_null(),
        )
    )
    forms = answers.unique("measurement", keep="first", maintain_order=True)
    asked = pl.DataFrame({"code": list(items), "label": list(items.values())})
    cells = (
        forms.select("measurement", "source", "row", *PLACE)
        .join(asked, how="cross", maintain_order="left")
        .with_columns(measure=pl.format(f"{name}.{{}}", "code"))
        .join(
            answers.select("measurement", "code", answered=pl.lit(value=True)).unique(),
            on=["measurement", "code"],
            how="left",
            maintain_order="left",
        )
    )
    return (
        _not_told(data, cells.filter(_is_asked(), pl.col("answered").is_null()))
        .join(_columns(answers), on=["source", "code", "visit"], how="left", nulls_equal=True)
        .with_columns(scored=pl.col("measurement").is_in(_scored(data, measure).implode()))
        .sort("source", "row", "code")
    )


def _is_asked() -> pl.Expr:
    """Whether most forms of a visit, or of the study where the visit has few, have the item."""
    answered = pl.col("answered").is_not_null()
    at_visit = answered.mean().over("code", "visit")
    few = pl.len().over("code", "visit") < ENOUGH_FORMS
    return pl.when(few).then(answered.mean().over("code")).otherwise(at_visit) > 0.5


def _not_told(data: StudyData, cells: pl.DataFrame) -> pl.DataFrame:
    """Without the cells of which reading has told already, as of a word or an error there."""
    place = ["source", "row", "measure", "visit"]
    told = data.table("findings").select(place).drop_nulls("row")
    return cells.join(told, on=place, how="anti", nulls_equal=True, maintain_order="left")


def _columns(answers: pl.DataFrame) -> pl.DataFrame:
    """The column of an item in a file, where it has one alone at that visit."""
    columns = answers.group_by("source", "code", "visit").agg(
        pl.col("column").first(), n=pl.col("column").n_unique()
    )
    return columns.filter(pl.col("n") == 1).drop("n")


def _scored(data: StudyData, measure: str) -> pl.Series:
    """The forms that have the score all the same."""
    rows = data.observations.filter(pl.col("measure") == measure, pl.col("value").is_not_null())
    return rows["measurement"].unique()


def _once_an_item(blanks: pl.DataFrame) -> pl.DataFrame:
    """The first blank of each item, of which `label` names three and their count."""
    example = pl.concat_str("subject", "visit", separator=" ", ignore_nulls=True)
    words = pl.format(
        "{} ({} forms, as {})", "label", pl.len(), example.head(EXAMPLES).str.join(", ")
    )
    return blanks.with_columns(label=words.over("code")).unique(
        "code", keep="first", maintain_order=True
    )


def _findings(data: StudyData, measure: str, blanks: pl.DataFrame) -> pl.DataFrame:
    parameter = data.registry.parameter(measure)
    score = parameter.label if parameter else measure
    scale = data.registry.scales[measure.partition(".")[0]]
    what = (
        pl.when("scored")
        .then(pl.lit("is computed without it"))
        .otherwise(pl.lit("cannot be computed"))
    )
    return remarks(
        blanks,
        message=pl.format(
            "{} is blank, though other items of the form are not: {} {}",
            "label",
            pl.lit(score),
            what,
        ),
        found="blank",
        expected=f"an answer; of blank items the scale says: {scale.missing_items}",
    )
