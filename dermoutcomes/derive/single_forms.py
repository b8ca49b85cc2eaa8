"""One form of several rows of a file, a row a region, and what the table of subjects adds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.derive.value_ids import DERIVED, with_ids
from dermoutcomes.derive.wide_view import ABOUT
from dermoutcomes.errors import Problem, StudyError, did_you_mean, one_of
from dermoutcomes.tables import conform
from dermoutcomes.tables.findings import no_findings, remarks
from dermoutcomes.vocabulary import BIRTH_DATE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dermoutcomes.declare import Scale
    from dermoutcomes.declare.forms.scale_form import ScaleForm
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["forms_of_regions", "with_subject_columns"]

# What the rows of one form share, whatever their region.
FORM = (
    "subject",
    "visit",
    "timepoint",
    "day",
    "side",
    "period",
    "replicate",
    "rater",
    "rater_role",
)


def forms_of_regions(
    study: Study, registry: Registry, observations: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The observations with the rows of one form, a row a region, as one measurement.

    The code of a region's item takes the place of the item and its location, as if the file had a
    column each. A region that a form has twice begins another form, and is a finding. Raises
    StudyError, with every word, for a location that is no region of the scale.
    """
    findings, problems = [no_findings()], list[Problem]()
    for scale in _scales_with_forms(registry, observations):
        form = scale.form
        assert form is not None
        measures = {f"{scale.name}.{code}": code for code in form.region_items}
        is_part = pl.col("measure").is_in([*measures]) & pl.col("location").is_not_null()
        parts = observations.filter(is_part)
        if not parts.height:
            continue
        regions = _regions(form)
        words = parts["location"].unique().sort().to_list()
        unknown = [word for word in words if word.strip().casefold() not in regions]
        problems += (_unknown_region(scale, form, word) for word in unknown)
        # The other scales are looked at first, so that all unknown words are told at once.
        if unknown:
            continue
        named = {word: regions[word.strip().casefold()] for word in words}
        rows = _rows_of_forms(parts, named)
        findings.append(_repeated_regions(rows, scale))
        observations = _joined(observations, rows, measures, scale)
    if problems:
        raise StudyError(problems)
    return observations, conform(pl.concat(findings), "findings", study.id)


def _scales_with_forms(registry: Registry, observations: pl.DataFrame) -> list[Scale]:
    measures = observations.select(pl.col("measure").unique()).to_series()
    names = measures.str.extract(r"^([^.]*)\.").unique().drop_nulls().sort()
    scales = (registry.scales.get(name) for name in names)
    return [scale for scale in scales if scale is not None and scale.form is not None]


def _regions(form: ScaleForm) -> Mapping[str, str]:
    """Every word of a region, folded, and its code."""
    return {
        word.casefold(): region.code
        for region in form.regions
        for word in (region.code, region.code.replace("_", " "), region.label, *region.words)
    }


def _unknown_region(scale: Scale, form: ScaleForm, word: str) -> Problem:
    known = tuple(region.code for region in form.regions)
    return Problem(
        f"no region of the scale {scale.name} is called {word!r}",
        path=f"sources.{scale.name}",
        found=repr(word),
        expected=f'{one_of(known)}; in the source: values.location = {{ "{word}" = "REGION" }}',
        hint=did_you_mean(word, _regions(form)),
        code="region",
    )


def _rows_of_forms(parts: pl.DataFrame, regions: Mapping[str, str]) -> pl.DataFrame:
    """One row a measurement of a region: its region, the `turn` of its form, and the form's id."""
    rows = parts.unique("measurement", keep="first", maintain_order=True).with_columns(
        region=pl.col("location").replace_strict(regions, return_dtype=pl.String)
    )
    key = ["source", *FORM]
    # Ids rise with rows, so the first row of a region is of the first form (`turn` 1), a second of
    # the next. The smallest id of a form's rows is its id, as of any measurement.
    return rows.with_columns(
        turn=pl.col("measurement").rank("dense").over(*key, "region")
    ).with_columns(form=pl.col("measurement").min().over(*key, "turn"))


def _repeated_regions(rows: pl.DataFrame, scale: Scale) -> pl.DataFrame:
    again = rows.filter(pl.col("turn") > 1).select(
        "subject", "visit", "location", "side", "replicate", "source", "row", "id", "region"
    )
    return remarks(
        again.with_columns(measure=pl.lit(f"{scale.name}.") + pl.lit(scale.form.main)),  # type: ignore[union-attr]
        check="region_twice",
        severity="error",
        message=pl.format(
            "the region {} stands twice in this form; the first counts: look at both rows", "region"
        ),
        found=pl.col("region"),
        expected="one row a region",
    )


def _joined(
    observations: pl.DataFrame, rows: pl.DataFrame, measures: Mapping[str, str], scale: Scale
) -> pl.DataFrame:
    """The observations with the measurement of their form, and codes of regions."""
    of_form = rows.select("measurement", "region", "form")
    joined = observations.join(of_form, on="measurement", how="left", maintain_order="left")
    code = pl.col("measure").replace_strict(measures, default=None, return_dtype=pl.String)
    is_of_form = pl.col("form").is_not_null()
    in_region = is_of_form & code.is_not_null()
    measure = pl.concat_str(pl.lit(f"{scale.name}."), "region", pl.lit("_"), code)
    kinds = {f"{scale.name}.{parameter.code}": parameter.kind for parameter in scale.parameters}
    return joined.with_columns(
        measure=pl.when(in_region).then(measure).otherwise("measure"),
        kind=pl.when(in_region)
        .then(measure.replace_strict(kinds, default=None, return_dtype=pl.String))
        .otherwise("kind"),
        measurement=pl.coalesce("form", "measurement"),
        # A form of the whole body has no location: the region is in the code now.
        location=pl.when(~is_of_form).then("location"),
    ).select(observations.columns)


def with_subject_columns(
    study: Study, registry: Registry, observations: pl.DataFrame, subjects: pl.DataFrame | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The observations with what a scale takes from the table of subjects, as the age; findings.

    A form that has the code keeps its own value. The age of a subject whose `age` is blank, or
    where there is no such column, is that of the date of birth on the day of the form; where that
    cannot be had, a finding says so.
    """
    if subjects is None or not subjects.height:
        return observations, no_findings()
    observations = conform(observations, "observations", study.id)
    added, findings = [observations], [no_findings()]
    for scale in _scales_with_forms(registry, observations):
        assert scale.form is not None
        own = observations.filter(pl.col("measure").str.starts_with(f"{scale.name}."))
        forms = own.unique("measurement", keep="first", maintain_order=True).with_columns(
            # Forms side by side in one row of a file would get one id for their ages.
            turn=(pl.col("measurement").rank("dense").over("source", "row") - 1)
        )
        for code, column in scale.form.subject_columns.items():
            parameter = scale.parameter(code)
            if parameter is None or not {column, *_by_birth(column)} & {*subjects.columns}:
                continue
            measure = f"{scale.name}.{code}"
            has_own = own.filter(pl.col("measure") == measure).select("measurement")
            rows = (
                forms.join(has_own, on="measurement", how="anti", maintain_order="left")
                # The value of the reading that stands for its form gives way to the subject's.
                .drop("value")
                .join(
                    _values_of_subjects(subjects, column),
                    on="subject",
                    how="left",
                    maintain_order="left",
                )
                .with_columns(code=pl.lit(code))
                .with_columns(value=pl.coalesce("value", _full_years("birth", "taken_at")))
            )
            findings.append(_untold_ages(rows.filter(pl.col("value").is_null()), measure))
            rows = rows.filter(pl.col("value").is_not_null())
            with_values = with_ids(rows.drop("id"), scale, DERIVED).select(
                "id",
                *ABOUT,
                "value",
                measure=pl.lit(measure),
                kind=pl.lit(parameter.kind),
                unit=pl.lit(parameter.unit),
            )
            added.append(conform(with_values, "observations", study.id))
    return pl.concat(added).sort("id", maintain_order=True), conform(
        pl.concat(findings), "findings", study.id
    )


def _by_birth(column: str) -> tuple[str, ...]:
    """The column that stands in for a column of subjects: the date of birth for the age."""
    return (BIRTH_DATE,) if column == "age" else ()


def _values_of_subjects(subjects: pl.DataFrame, column: str) -> pl.DataFrame:
    """Columns subject, value and birth: the number of each subject, and its date of birth."""
    columns = dict(subjects.schema)
    value = pl.col(column) if column in columns else pl.lit(None)
    births = [name for name in _by_birth(column) if name in columns]
    birth = pl.col(births[0]).cast(pl.String) if births else pl.lit(None, pl.String)
    return subjects.select(
        "subject",
        value=value.cast(pl.Float64, strict=False),
        birth=birth.str.to_date("%Y-%m-%d", strict=False),
    )


def _full_years(birth: str, day: str) -> pl.Expr:
    """Whole years from a date of birth to a day, as a birthday counts; null before the birth."""
    born, now = pl.col(birth).dt, pl.col(day).dt
    # Months and days as one number; who was born on 29 February is a year older on 1 March.
    before_birthday = (now.month() * 100 + now.day()) < (born.month() * 100 + born.day())
    years = now.year() - born.year() - before_birthday.cast(pl.Int32)
    return pl.when(years >= 0).then(years).cast(pl.Float64)


def _untold_ages(rows: pl.DataFrame, measure: str) -> pl.DataFrame:
    """Findings for forms of subjects with a date of birth that gives no age at the form."""
    rows = rows.filter(pl.col("birth").is_not_null())
    undated = pl.col("taken_at").is_null()
    places = ("subject", "visit", "location", "side", "replicate", "source", "row", "taken_at")
    return remarks(
        rows.select(*places).with_columns(measure=pl.lit(measure)),
        check="not_computable",
        severity="warning",
        message=pl.when(undated)
        .then(pl.lit("the age cannot be had from the date of birth: the form has no date"))
        .otherwise(pl.lit("the age cannot be had: the date of birth lies after that of the form")),
        expected="a date of the form (columns.date) after the date of birth, or the age",
    )
