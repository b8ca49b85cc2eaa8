"""Who improved, by SciPy's exact binomial test."""

from scipy.stats import binomtest


def evaluate(now, before, better, no_effect, confidence, alpha):
    """Counts of the three, the exact interval, and the smallest number told from no effect."""
    sign = 1 if better == "up" else -1
    improved = sum(sign * (x - y) > 1e-9 for x, y in zip(now, before, strict=True))
    worse = sum(sign * (x - y) < -1e-9 for x, y in zip(now, before, strict=True))
    n = len(now)
    limits = binomtest(improved, n).proportion_ci(confidence, method="exact")
    enough = [
        k
        for k in range(n + 1)
        if binomtest(k, n, no_effect, alternative="greater").pvalue <= alpha / 2
    ]
    return {
        "improved": improved,
        "unchanged": n - improved - worse,
        "worse": worse,
        "ci": [float(limits.low), float(limits.high)],
        "needed": min(enough) if enough else "NA",
    }
