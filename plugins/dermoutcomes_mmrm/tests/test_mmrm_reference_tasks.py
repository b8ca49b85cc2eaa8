"""Reference cases through a task and the declared analysis.

What a study prints is what was compared.
"""

from __future__ import annotations

import polars as pl
import pytest

from dermoutcomes import Task
from dermoutcomes.proof.cases import cases_of
from dermoutcomes.study import Comparison
from dermoutcomes.tables import conform
from dermoutcomes_mmrm import register_analyses
from dermoutcomes_mmrm.model_options import MmrmOptions
from dermoutcomes_mmrm.reference import REFERENCE_METHODS

(MMRM,) = register_analyses()
CASES = {case.id.removeprefix("mmrm/"): case for case in cases_of(REFERENCE_METHODS[0])}
# Case, how it adjusts for baseline, what stratifies, and how its levels are named in the file.
ARMS = [
    ("syn_twoarm_A", "by visit", ("SITE",)),
    ("syn_twoarm_B", "by visit", ("SITE",)),
    ("syn_twoarm_A_simple", "common", ()),
    ("cdisc_adas", "common", ()),
]
DF = {"satterthwaite": "satterthwaite", "kenward-roger": "kr", "kenward-roger-linear": "krl"}


def records_of(case, subject, arm, visit, value):
    """The case's rows as records of an endpoint whose analysed change is the case's outcome."""
    table = pl.read_csv(case.data, infer_schema_length=0, null_values=["", "NA"])
    if "DTYPE" in table.columns:
        table = table.filter(
            pl.col("DTYPE").fill_null("") != "LOCF",
            pl.col("AVISITN").cast(pl.Float64) > 0,
            pl.col("ANL01FL") == "Y",
            pl.col("EFFFL") == "Y",
        )
    change = pl.col("CHG").cast(pl.Float64)
    rows = table.filter(change.is_not_null()).select(
        subject=subject,
        arm=arm,
        visit=visit,
        reference_visit=pl.lit("baseline"),
        base=pl.col("BASE").cast(pl.Float64),
        change=change,
        value=pl.col(value).cast(pl.Float64),
    )
    extra = table.select(
        pl.col(subject).alias("subject"), *(name for name in ("SITE",) if name in table.columns)
    ).unique("subject")
    return conform(rows, "endpoints", "S").join(extra, on="subject", how="left")


def found_of(task, **options):
    return {
        (stat.term, stat.stat, stat.comparison or stat.level, stat.group, stat.visit): stat.value
        for stat in MMRM.run(task, MmrmOptions(**options))
        if not (stat.comparison and stat.level)
    }


@pytest.mark.parametrize("df", DF)
@pytest.mark.parametrize(("name", "baseline", "strata"), ARMS)
def test_arms_of_a_study_are_those_of_the_reference(name, baseline, strata, df):
    case, arm, visit = CASES[name], CASES[name].spec["arm"], CASES[name].spec["visit"]
    arms, visits = (tuple(case.spec["factor_levels"][key]) for key in (arm, visit))
    records = records_of(case, "USUBJID", arm, visit, "AVAL")
    comparisons = {
        f"{one} {at}": Comparison((at,), (one, arms[0])) for at in visits for one in arms[1:]
    }
    task = Task(
        "t",
        "mmrm",
        {},
        records,
        records.select("subject").unique(),
        comparisons,
        "parallel",
        visits=visits,
        arms=arms,
        reference_arm=arms[0],
        strata=strata,
    )
    found = found_of(task, df=df, baseline=baseline)

    for row in case.result[f"contrasts_{DF[df]}"]:
        one = row["contrast"].removesuffix(f" - {arms[0]}")
        ours = [
            found["ls_mean_difference", stat, f"{one} {row[visit]}", one, row[visit]]
            for stat in ("estimate", "std_error", "df", "p_value", "conf_low")
        ]
        assert ours == pytest.approx(
            [row[key] for key in ("estimate", "se", "df", "p", "lower")], rel=1e-7
        )
    for row in case.result[f"lsmeans_{DF[df]}"]:
        ours = [
            found["ls_mean", stat, None, row[arm], row[visit]]
            for stat in ("estimate", "std_error", "conf_high")
        ]
        assert ours == pytest.approx([row[key] for key in ("estimate", "se", "upper")], rel=1e-7)
    assert [
        found["model", stat, None, None, None]
        for stat in ("mmrm_minus2_loglik", "aic", "bic", "mmrm_aicc")
    ] == pytest.approx(
        [case.result[key] for key in ("minus2_loglik", "aic", "bic", "aicc")], rel=1e-9
    )
    if df != "kenward-roger":
        suffix = {
            "satterthwaite": ("F_satterthwaite", "den_df_satterthwaite"),
            "kenward-roger-linear": ("F_krl", "den_df_krl"),
        }[df]
        assert [
            found["type_3", stat, "arm:visit", None, None] for stat in ("statistic", "df_den")
        ] == pytest.approx(
            [case.result["type3"][f"{arm}:{visit}"][key] for key in suffix], rel=1e-7
        )


@pytest.mark.parametrize("name", ["synA_R0_single_arm", "synB_CM_AU_single_arm"])
def test_one_group_of_a_study_is_that_of_the_reference(name):
    case = CASES[name]
    measure = name[5:].removesuffix("_single_arm")
    table = pl.read_csv(case.data, infer_schema_length=None).filter(
        (pl.col("PARAMCD") == measure) & pl.col("AVAL").is_not_null()
    )
    visits = tuple(case.spec["visit_levels"])
    base = table.filter(pl.col("VISIT") == visits[0]).select(
        "USUBJID", base=pl.col("AVAL").cast(pl.Float64)
    )
    rows = table.join(base, on="USUBJID", how="left").select(
        subject="USUBJID",
        visit="VISIT",
        reference_visit=pl.lit("baseline"),
        value=pl.col("AVAL").cast(pl.Float64),
        base="base",
        change=pl.col("AVAL").cast(pl.Float64) - pl.col("base"),
    )
    records = conform(rows, "endpoints", "S")
    comparisons = {visit: Comparison((visit, "baseline")) for visit in visits[1:]}
    task = Task(
        "t",
        "mmrm",
        {},
        records,
        records.select("subject").unique(),
        comparisons,
        "single-arm",
        visits=visits,
    )
    found = found_of(task, df="satterthwaite")

    for row in case.result["contrasts_satterthwaite"]:
        visit = row["contrast"].removesuffix(f" - {visits[0]}")
        ours = [
            found["ls_mean_difference", stat, visit, None, visit]
            for stat in ("estimate", "std_error", "df", "p_value")
        ]
        assert ours == pytest.approx([row[key] for key in ("estimate", "se", "df", "p")], rel=1e-7)
