"""Rubin's rules through a study: standard error, degrees of freedom, interval and p of the pooled row.

Each imputation that the table of records holds is fitted here by least squares of NumPy, and pooled by the formulas of Barnard and
Rubin (Biometrika 1999;86:948-955) as they are printed. So it is the way from the filled records to the table of results that is held;
the formulas themselves are held to R's mice by the cases of rubin_pool.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.stats import t

import dermoutcomes
from dermoutcomes.testing.studies import write_study

from .studies.of_gaps import of_imputations

M = 12


def fits(records):
    """Estimate and variance of the difference of arms in each imputation, adjusted for baseline; residual df."""
    found = []
    for number in range(1, M + 1):
        rows = records.filter(imputation=number).sort("subject")
        x = np.column_stack([np.ones(rows.height), rows["arm"] == "active", rows["base"]])
        beta, rest, *_ = np.linalg.lstsq(x, rows["change"].to_numpy(), rcond=None)
        df = rows.height - x.shape[1]
        found.append((beta[1], float(rest[0]) / df * np.linalg.inv(x.T @ x)[1, 1], df))
    return np.array(found)


def pooled(found):
    """Mean, standard error, Barnard and Rubin's degrees of freedom, limits at 95% and p."""
    q, u, complete = found[:, 0], found[:, 1].mean(), found[0, 2]
    between = (1 + 1 / M) * q.var(ddof=1)
    total, gamma = u + between, between / (u + between)
    old = (M - 1) / gamma**2
    observed = (complete + 1) / (complete + 3) * complete * (1 - gamma)
    df, error = 1 / (1 / old + 1 / observed), total**0.5
    half = t.ppf(0.975, df) * error
    return {
        "estimate": q.mean(),
        "std_error": error,
        "df": df,
        "conf_low": q.mean() - half,
        "conf_high": q.mean() + half,
        "p_value": 2 * t.sf(abs(q.mean() / error), df),
        "lambda": gamma,
    }


@pytest.mark.parametrize("study", list(of_imputations()), ids=lambda study: study.name)
def test_pooled_rows_are_rubins_of_the_filled_records(study, tmp_path):
    toml = study.toml.replace("m = 200", f"m = {M}")
    assert toml != study.toml
    run = dermoutcomes.run(write_study(tmp_path, toml, study.files))
    at_week = run.table("endpoints").filter(
        handling="filled", visit="W24", reference_visit="baseline", used=True
    )
    row = {"analysis": "ancova", "term": "adjusted_difference", "comparison": "active"}
    results = run.table("results").filter(
        pl.col("level").is_null(), pl.col("subgroup").is_null(), handling="filled", **row
    )
    said = dict(results.select("stat", "value").iter_rows())
    expected = pooled(fits(at_week))

    assert at_week["imputation"].n_unique() == M
    assert expected["lambda"] > 0.001
    assert {name: said[name] for name in expected} == pytest.approx(expected, rel=1e-8)
