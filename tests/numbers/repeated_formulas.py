"""Formulas of several occasions of the same subjects, in NumPy and SciPy alone."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
from scipy import linalg, stats

from .within_formulas import Stats, mean

Matrix = np.ndarray


def friedman(values: Matrix) -> dict[str, Stats]:
    """Friedman's test of complete values (subjects, occasions), W, and Iman and Davenport's F."""
    n, k = values.shape
    found = stats.friedmanchisquare(*np.round(values, 10).T)
    chi = float(found.statistic)
    ranks = stats.rankdata(np.round(values, 10), axis=1)
    f, df = (n - 1) * chi / (n * (k - 1) - chi), (k - 1, (n - 1) * (k - 1))
    apart = ((ranks.sum(axis=0) - n * (k + 1) / 2) ** 2).sum()
    return {
        "friedman": {"statistic": chi, "df": k - 1, "p_value": stats.chi2.sf(chi, k - 1)},
        "kendall_w": {"estimate": chi / (n * (k - 1))},
        "kendall_w_uncorrected": {"estimate": 12 * apart / (n**2 * (k**3 - k))},
        "iman_davenport": {
            "statistic": f,
            "df_num": df[0],
            "df_den": df[1],
            "p_value": stats.f.sf(f, *df),
        },
    }


def mean_ranks(values: Matrix) -> list[float]:
    """The mean rank of each occasion."""
    return list(stats.rankdata(np.round(values, 10), axis=1).mean(axis=0))


def against_first(values: Matrix) -> list[Stats]:
    """Signed-rank tests of each later occasion with the first, normal, adjusted as Holm did."""
    said = []
    for later in values.T[1:]:
        d = np.round(later - values[:, 0], 10)
        d = d[d != 0]
        ranks = stats.rankdata(abs(d))
        away = ranks[d > 0].sum() - ranks.sum() / 2
        z = (away - 0.5 * np.sign(away)) / sqrt((ranks**2).sum() / 4)
        said.append(
            {"n": len(d), "statistic": ranks[d > 0].sum(), "p_value": 2 * stats.norm.sf(abs(z))}
        )
    largest = 0.0
    for place, row in enumerate(sorted(said, key=lambda row: row["p_value"])):
        largest = max(largest, min(1.0, (len(said) - place) * row["p_value"]))
        row["p_adjusted"] = largest
    return said


def anova(values: Matrix) -> dict[str | None, Stats]:
    """One group over occasions: level = statistics (None: Greenhouse and Geisser's again)."""
    n, k = values.shape
    grand, of_occasion, of_subject = values.mean(), values.mean(axis=0), values.mean(axis=1)
    ss = n * ((of_occasion - grand) ** 2).sum()
    left = values - of_occasion - of_subject[:, None] + grand
    error, subjects = (left**2).sum(), k * ((of_subject - grand) ** 2).sum()
    df, f = (k - 1, (n - 1) * (k - 1)), (ss / (k - 1)) / (error / ((n - 1) * (k - 1)))
    contrasts = linalg.null_space(np.ones((1, k)))
    covariance = contrasts.T @ np.cov(values.T) @ contrasts
    box = np.trace(covariance) ** 2 / ((k - 1) * np.trace(covariance @ covariance))
    huynh = (n * (k - 1) * box - 2) / ((k - 1) * (n - 1 - (k - 1) * box))
    levels = {
        "sphericity assumed": 1.0,
        "Greenhouse-Geisser": box,
        "Huynh-Feldt": huynh,
        "Huynh-Feldt-Lecoutre": huynh,
    }
    said: dict[str | None, Stats] = {}
    for level, epsilon in levels.items():
        cut = min(1.0, epsilon)
        said[level] = {
            "statistic": f,
            "df_num": cut * df[0],
            "df_den": cut * df[1],
            "p_value": stats.f.sf(f, cut * df[0], cut * df[1]),
        }
        if level != "sphericity assumed":
            said[level]["rm_anova_epsilon"] = epsilon
    chosen = {
        name: value
        for name, value in said["Greenhouse-Geisser"].items()
        if name != "rm_anova_epsilon"
    }
    said[None] = {
        **chosen,
        "rm_anova_sum_of_squares": ss,
        "rm_anova_error_sum_of_squares": error,
        "rm_anova_partial_eta_squared": ss / (ss + error),
        "rm_anova_generalised_eta_squared": ss / (ss + error + subjects),
    }
    said["Mauchly"], said["Pillai"] = mauchly(covariance, n - 1), hotelling(values @ contrasts)
    return said


def mauchly(covariance: Matrix, df: int) -> Stats:
    """Mauchly's W with p as R's mauchly.test has it: 3 (d + 1) where Anderson has 3 d."""
    d = len(covariance)
    w = np.linalg.det(covariance) / (np.trace(covariance) / d) ** d
    rho, freedom = 1 - (2 * d**2 + d + 2) / (6 * d * df), d * (d + 1) / 2 - 1
    second = (
        (d + 2)
        * (d - 1)
        * (d - 2)
        * (2 * d**3 + 6 * d**2 + 3 * (d + 1) + 2)
        / (288 * (d * df * rho) ** 2)
    )
    z = -df * rho * np.log(w)
    first, after = stats.chi2.sf(z, freedom), stats.chi2.sf(z, freedom + 4)
    return {"statistic": w, "df": freedom, "p_value": first + second * (after - first)}


def hotelling(contrasts: Matrix) -> Stats:
    """That all contrasts are zero: Hotelling's T²; Pillai's trace is T² / (T² + n - 1)."""
    n, d = contrasts.shape
    centre = contrasts.mean(axis=0)
    t2 = n * centre @ np.linalg.solve(np.cov(contrasts.T), centre)
    f = t2 * (n - d) / (d * (n - 1))
    return {
        "rm_anova_pillai_trace": t2 / (t2 + n - 1),
        "statistic": f,
        "df_num": d,
        "df_den": n - d,
        "p_value": stats.f.sf(f, d, n - d),
    }


def area(times: Sequence[float], rows: Sequence[Sequence[float]], missing: int) -> Stats:
    """The mean area under straight lines between changes from the first occasion, and its test."""
    areas = [float(np.trapezoid(np.subtract(row, row[0]), times)) for row in rows]
    of = mean(areas)
    t, df = of["estimate"] / of["std_error"], len(areas) - 1
    return {
        "n": len(areas),
        "n_missing": missing,
        **of,
        "statistic": t,
        "df": df,
        "p_value": 2 * stats.t.sf(abs(t), df),
    }


def cochran(rows: Sequence[Sequence[bool]]) -> Stats:
    """Cochran's Q of complete answers."""
    table = np.array(rows, dtype=float)
    k, columns, own = table.shape[1], table.sum(axis=0), table.sum(axis=1)
    q = k * (k - 1) * ((columns - columns.mean()) ** 2).sum() / (own * (k - own)).sum()
    return {"statistic": q, "df": k - 1, "p_value": stats.chi2.sf(q, k - 1)}
