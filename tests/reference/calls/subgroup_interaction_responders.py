"""Arm by level in a logistic regression, by statsmodels: likelihood ratio and Wald tests."""

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from scipy.stats import chi2


def evaluate(outcome, arm, arms, level, numbers, factors):
    """The tests of all arms and of each pair, `arms[0]` being the reference."""
    data = pd.DataFrame({"outcome": outcome, "arm": arm, "level": level, **numbers, **factors})
    adjusted = " + ".join([*numbers, *(f"C({name})" for name in factors)])
    main = f"outcome ~ C(arm, Treatment('{arms[0]}')) + {adjusted} + C(level)"

    def fit(formula, frame):
        return smf.logit(formula, frame).fit(method="newton", maxiter=200, tol=1e-14, disp=0)

    full = fit(f"{main} + C(arm, Treatment('{arms[0]}')):C(level)", data)
    names = [name for name in full.model.exog_names if ":C(level)" in name]
    levels = sorted(set(level))[1:]

    def without(columns):
        more = {f"x{i}": column for i, column in enumerate(columns)}
        return fit(" + ".join([main, *more]), data.assign(**more))

    def of(one):
        """The columns of an arm by level, as they stand in a model that keeps them."""
        return [(data["arm"] == one) * (data["level"] == two) * 1.0 for two in levels]

    def rows(one):
        """The places of the coefficients of an arm by level."""
        unit = np.eye(len(full.params))
        return [unit[full.model.exog_names.index(name)] for name in names if f"[T.{one}]" in name]

    def test(nested, contrast):
        wald = full.wald_test(np.array(contrast), use_f=False, scalar=True)
        lost, df = 2 * (full.llf - nested.llf), len(contrast)
        return {
            "df": df,
            "likelihood_ratio": {"chi2": lost, "p": float(chi2.sf(lost, df))},
            "wald": {"chi2": float(wald.statistic), "p": float(wald.pvalue)},
        }

    result = {"n": int(full.nobs)}
    result["all"] = test(without([]), [row for one in arms[1:] for row in rows(one)])
    for second, first in ((a, b) for i, a in enumerate(arms) for b in arms[i + 1 :]):
        others = [one for one in arms if one not in (first, second)]
        nested = without([column for one in others for column in of(one)])
        base = rows(second) or np.zeros((len(levels), len(full.params)))
        contrast = np.array(rows(first)) - np.array(base)
        result[f"pairs.{first}.{second}".replace(" ", "_")] = test(nested, contrast)
    return result
