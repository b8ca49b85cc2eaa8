"""One form of several rows of a file, a row a region, and what the table of subjects adds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.derive.numbering import DERIVED, with_ids
from dermoutcomes.derive.wide_view import ABOUT
from dermoutcomes.errors import Problem, StudyError, did_you_mean, one_of
from dermoutcomes.tables import conform
from dermoutcomes.tables.findings import no_findings, remarks

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
    names = observations["measure"].str.extract(r"^([^.]*)\.").unique().drop_nulls().sort()
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
        location=pl.when(~is_of_form).then("location"),
    ).select(observations.columns)


def with_subject_columns(
    study: Study, registry: Registry, observations: pl.DataFrame, subjects: pl.DataFrame | None
) -> pl.DataFrame:
    """The observations with what a scale takes from the table of subjects, as the age.

    A form that has the code keeps its own value.
    """
    if subjects is None or not subjects.height:
        return observations
    observations = conform(observations, "observations", study.id)
    added = [observations]
    for scale in _scales_with_forms(registry, observations):
        assert scale.form is not None
        own = observations.filter(pl.col("measure").str.starts_with(f"{scale.name}."))
        forms = own.unique("measurement", keep="first", maintain_order=True).with_columns(
            turn=(pl.col("measurement").rank("dense").over("source", "row") - 1)
        )
        for code, column in scale.form.subject_columns.items():
            parameter = scale.parameter(code)
            if column not in subjects.columns or parameter is None:
                continue
            measure = f"{scale.name}.{code}"
            has_own = own.filter(pl.col("measure") == measure).select("measurement")
            values = subjects.select("subject", value=pl.col(column).cast(pl.Float64, strict=False))
            rows = (
                forms.join(has_own, on="measurement", how="anti", maintain_order="left")
                .drop("value")
                .join(values, on="subject", how="left", maintain_order="left")
                .filter(pl.col("value").is_not_null())
                .with_columns(code=pl.lit(code))
            )
            with_values = with_ids(rows.drop("id"), scale, DERIVED).select(
                "id",
                *ABOUT,
                "value",
                measure=pl.lit(measure),
                kind=pl.lit(parameter.kind),
                unit=pl.lit(parameter.unit),
            )
            added.append(conform(with_values, "observations", study.id))
    return pl.concat(added).sort("id", maintain_order=True)
