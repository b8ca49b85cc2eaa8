"""Values of options as a method sentence says them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

__all__ = ["in_words"]

WHOLE = {"log_rank": "log-rank", "log-log": "log-log", "kenward-roger-linear": "linear Kenward-Roger", "chi_square": "chi-square",
         "chi_square_yates": "chi-square (Yates)", "mantel_haenszel_continuity": "Mantel-Haenszel (continuity-corrected)",
         "pct_change": "percent change", "fisher_exact": "Fisher exact", "modridit": "modified ridit", "monte_carlo": "Monte Carlo", "hc3": "HC3",
         "bca": "BCa", "cs": "compound symmetry", "ar1": "AR(1)", "empirical-cr2": "empirical (CR2)", "empirical-cr3": "empirical (CR3)",
         "bh": "Benjamini-Hochberg"}
NAMES = frozenset((
    "agresti", "altman", "anderson", "barnard", "blom", "bonferroni", "breslow", "brookmeyer", "caffo", "carroll", "clopper",
    "crowley", "day", "derouen", "efron", "feldt", "fisher", "gart", "gehan", "geisser", "greenhouse", "greenland", "greenwood",
    "haenszel", "hochberg", "holm", "huynh", "jeffreys", "kauermann", "kenward", "koopman", "lecoutre", "mancl", "mantel",
    "mcnemar", "mee", "miettinen", "moses", "newcombe", "nurminen", "pearson", "peto", "poisson", "pratt", "prentice", "robins",
    "roger", "rubin", "sato", "satterthwaite", "sidak", "tarone", "tukey", "wald", "ware", "wilcox", "wilcoxon", "wilson", "woolf",
    "yates",
))


def in_words(value: object) -> str:
    """The value of an option as words: codes without underscores, names with capitals, yes and no, "not stated" for None."""
    if value is None:
        return "not stated"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return WHOLE.get(value) or _spelled(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{in_words(name)}: {in_words(part)}" for name, part in value.items())
    if isinstance(value, tuple | list):
        return ", ".join(map(in_words, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _spelled(code: str) -> str:
    """Parts of a code apart; names of authors that follow each other joined by a hyphen."""
    parts = [part for part in re.split(r"([_-])", code) if part]
    if not any(part in NAMES for part in parts):
        return code.replace("_", " ")
    words = [part.capitalize() if part in NAMES else part for part in parts if part not in "_-"]
    joined = words[0]
    for before, word in pairwise(words):
        both = before.casefold() in NAMES and word.casefold() in NAMES
        joined += f"{'-' if both else ' '}{word}"
    return joined
