"""Kappa on a scale of which some grades were never given, by scikit-learn and statsmodels."""

import numpy as np
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa


def evaluate(values, first, second):
    """Kappa without weights and with both, their standard errors, and what it would be on the grades given alone."""
    places = {value: place for place, value in enumerate(values)}
    table = np.zeros((len(values), len(values)))
    for one, other in zip(first, second, strict=True):
        table[places[one], places[other]] += 1
    given = sorted({*first, *second})
    result = {"n": len(first)}
    for name, weights in (("unweighted", None), ("linear", "linear"), ("quadratic", "quadratic")):
        score = cohen_kappa_score(first, second, labels=values, weights=weights)
        whole = cohens_kappa(table, wt=weights)
        alone = cohen_kappa_score(first, second, labels=given, weights=weights)
        result[name] = {
            "kappa": float(score),
            "statsmodels": float(whole.kappa),
            "se": float(whole.std_kappa),
            "of_given_alone": float(alone),
        }
    return result
