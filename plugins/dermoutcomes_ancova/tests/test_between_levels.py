"""Whether the effect of arms differs between levels of a subgroup, from a study file."""

from __future__ import annotations

import polars as pl
import pytest

from dermoutcomes import TableChoice, load_registry
from dermoutcomes.report import Material
from dermoutcomes.testing import run_study
from dermoutcomes_ancova.tests.test_ancova_study import STUDY, files

__all__ = ["run_study"]

SUBGROUP = '[subgroups]\nsex = { by = "sex", levels = { women = "female", men = "male" } }\n'
TERM = "subgroup_interaction"


def by_sex(study=STUDY, subgroup=SUBGROUP):
    text = study.replace('strata = ["site"]', 'strata = ["site"]\nsubgroups = ["sex"]')
    return text + subgroup


def of_sexes(sexes, n=45):
    """The study's files with a sex for each subject, by arm and number."""
    every = files(n)
    arms = every["allocations.csv"]["arm"].to_list()
    every["subjects.csv"] = every["subjects.csv"].with_columns(
        sex=pl.Series([sexes(arm, number) for number, arm in enumerate(arms)])
    )
    return every


def half(_arm, number):
    return "female" if number // 3 % 2 else "male"


def between_levels(run):
    """(comparison, stat) = value or error of the rows that compare levels."""
    rows = run.table("results").filter(term=TERM)
    return rows, {
        (row["comparison"], row["stat"]): row["error"] or row["value"]
        for row in rows.iter_rows(named=True)
    }


def test_each_comparison_and_all_arms_have_a_test_between_levels_and_none_within(run_study):
    rows, tests = between_levels(run_study(by_sex(), of_sexes(half)))

    assert set(rows["subgroup"]) == {"sex"}
    assert rows["subgroup_level"].to_list() == [None] * rows.height
    assert {name for name, _ in tests} == {"low", "high", None}
    # 45 records; arm 2, base, age, site, sex, and arm by sex 2, with the intercept.
    assert tests["low", "df_den"] == tests[None, "df_den"] == 45 - 9
    assert (tests["low", "df_num"], tests[None, "df_num"]) == (1, 2)
    assert all(0 < tests[name, "p_value"] < 1 for name in ("low", "high", None))
    assert set(rows["method"].str.contains("arm by level")) == {True}


def test_the_table_of_subgroups_shows_it_beside_the_factor(run_study):
    run = run_study(by_sex(), of_sexes(half))
    material = Material(run.study, run.registry, run.table, run.manifest)
    plan = load_registry().tables["subgroups"]
    (table,) = plan.fill(material, TableChoice(use="subgroups"))
    heads = [row for row in table.rows if row.look == "system"]
    shown = {part.result for row in heads for part in row.cells[-1]}
    tests = {
        row["id"] for row in material.results if row["term"] == TERM and row["stat"] == "p_value"
    }

    assert len(heads) == 2  # two comparisons, one factor
    assert len(shown) == 2
    assert shown < tests
    assert "P is that of the interaction" in " ".join(table.foot.remarks)


@pytest.mark.parametrize(
    ("sexes", "error"),
    [
        (
            lambda *_: "female",
            "one_level: Of the records in the model all are of the level 'women'",
        ),
        (
            lambda arm, number: "female" if arm == "low" else half(arm, number),
            "empty_cell: The arm 'low' has no record in the level 'men' of 'sex'.",
        ),
    ],
)
def test_levels_that_cannot_be_compared_are_errors(run_study, sexes, error):
    _, tests = between_levels(run_study(by_sex(), of_sexes(sexes)))

    assert tests["low", "p_value"].startswith(error)
    assert tests["high", "p_value"].startswith(error)


def test_a_value_in_two_levels_leaves_nothing_to_compare(run_study):
    subgroup = SUBGROUP.replace('men = "male"', 'all = ["female", "male"]')
    rows, _ = between_levels(run_study(by_sex(subgroup=subgroup), of_sexes(half)))

    assert rows.is_empty()


def test_a_subgroup_that_is_a_stratum_needs_no_columns_twice(run_study):
    text = by_sex(STUDY.replace('strata = ["site"]', 'strata = ["site", "sex"]'))
    text = text.replace('"sex"]', '"sex"]\nsubgroups = ["sex"]', 1)
    run = run_study(text, of_sexes(half))
    _, tests = between_levels(run)
    plain = between_levels(run_study(by_sex(), of_sexes(half)))[1]

    assert tests["low", "p_value"] == pytest.approx(plain["low", "p_value"], rel=1e-9)
