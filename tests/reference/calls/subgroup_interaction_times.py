"""Arm by level in Cox's model, by statsmodels: likelihood ratio tests."""

import numpy as np
from scipy.stats import chi2
from statsmodels.duration.hazard_regression import PHReg


def evaluate(time, event, arm, arms, level, strata, numbers, ties):
    """The tests of all arms and of each pair, `arms[0]` being the reference."""
    time, event, arm, level = (np.array(one) for one in (time, event, arm, level))
    strata = None if strata is None else np.array(strata)
    levels = sorted(set(level))[1:]
    # What strata say of the levels has no column.
    spanned = strata is not None and len(set(zip(strata, level, strict=True))) == len(set(strata))
    columns = [(arm == one) * 1.0 for one in arms[1:]] + [np.array(x) for x in numbers.values()]
    columns += [] if spanned else [(level == one) * 1.0 for one in levels]

    def of(one):
        return [(arm == one) * (level == two) * 1.0 for two in levels]

    def likelihood(more):
        """The log partial likelihood at its maximum; an error where the search does not end."""
        model = PHReg(time, np.column_stack([*columns, *more]), event, strata=strata, ties=ties)
        return model.fit(method="newton", maxiter=200, tol=1e-14, disp=0).llf

    full = likelihood([column for one in arms[1:] for column in of(one)])

    def test(nested, df):
        lost = 2 * (full - nested)
        return {"chi2": float(lost), "df": df, "p": float(chi2.sf(lost, df))}

    result = {"n": len(time), "events": int(sum(event))}
    result["all"] = test(likelihood([]), (len(arms) - 1) * len(levels))
    for second, first in ((a, b) for i, a in enumerate(arms) for b in arms[i + 1 :]):
        others = [one for one in arms if one not in (first, second)]
        nested = likelihood([column for one in others for column in of(one)])
        result[f"pairs.{first}.{second}".replace(" ", "_")] = test(nested, len(levels))
    return result
