"""Arm by level in a linear model, by statsmodels: nested models, and Wald tests with HC3."""

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from statsmodels.stats.anova import anova_lm


def evaluate(outcome, arm, arms, level, numbers, factors):
    """The F tests of all arms and of each pair, `arms[0]` being the reference."""
    data = pd.DataFrame({"outcome": outcome, "arm": arm, "level": level, **numbers, **factors})
    adjusted = " + ".join([*numbers, *(f"C({name})" for name in factors)])
    main = f"outcome ~ C(arm, Treatment('{arms[0]}')) + {adjusted} + C(level)"
    full = smf.ols(f"{main} + C(arm, Treatment('{arms[0]}')):C(level)", data).fit()
    robust = full.get_robustcov_results("HC3")
    names = [name for name in full.model.exog_names if ":C(level)" in name]
    levels = sorted(set(level))[1:]

    def without(columns):
        more = {f"x{i}": column for i, column in enumerate(columns)}
        formula = " + ".join([main, *more])
        return smf.ols(formula, data.assign(**more)).fit()

    def of(one):
        """The columns of an arm by level, as they stand in a model that keeps them."""
        return [(data["arm"] == one) * (data["level"] == two) * 1.0 for two in levels]

    def test(nested, contrast):
        table = anova_lm(nested, full)
        wald = robust.f_test(contrast)
        return {
            "F": float(table["F"].iloc[1]),
            "df": float(table["df_diff"].iloc[1]),
            "df_resid": float(table["df_resid"].iloc[1]),
            "p": float(table["Pr(>F)"].iloc[1]),
            "hc3": {"F": float(np.squeeze(wald.fvalue)), "p": float(wald.pvalue)},
        }

    def rows(one):
        """The places of the coefficients of an arm by level."""
        unit = np.eye(len(full.params))
        return [unit[full.model.exog_names.index(name)] for name in names if f"[T.{one}]" in name]

    result = {"n": int(full.nobs)}
    result["all"] = test(without([]), [row for one in arms[1:] for row in rows(one)])
    for second, first in ((a, b) for i, a in enumerate(arms) for b in arms[i + 1 :]):
        others = [one for one in arms if one not in (first, second)]
        nested = without([column for one in others for column in of(one)])
        base = rows(second) or np.zeros((len(levels), len(full.params)))
        contrast = np.array(rows(first)) - np.array(base)
        result[f"pairs.{first}.{second}".replace(" ", "_")] = test(nested, contrast)
    return result
