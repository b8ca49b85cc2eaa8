"""The ratings of a group, as one form: grades, responders and their share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from dermoutcomes_gais.coding import CODINGS, only_coding

# Names by which codings are called elsewhere.
OTHER_NAMES = {
    "1_best": "one_best",
    "1_to_5": "one_best",
    "plus3_to_minus1": "signed",
    "seven_grade_plus3_to_minus3": "seven",
}
RESPONDERS = ("observed", "non_responder")
IMPROVED = 3


def score(items: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """`ratings` of a group, or one `rating` → how many improved at least.

    `params` has `coding`, auto unless given, and `missing`: "observed" leaves missing ratings out
    of the share, "non_responder" counts them as not improved. The result has `n` the ratings that
    the share is of, `responders` those of grade 3 or better, `rate`, `n_missing`, and in `recoded`
    each grade, 1 the best. A number outside the coding has no grade: `error` is then
    "outside_coding", and nothing is counted.

    Raises ValueError, with what to write, for other keys, words, and ratings that settle no coding.
    """
    ratings = _ratings(items)
    missing = _choice(params, "missing", RESPONDERS, RESPONDERS[0])
    codings = ("auto", *CODINGS, *OTHER_NAMES)
    coding = _choice(params, "coding", codings, "auto")
    if unknown := set(params) - {"coding", "missing"}:
        raise ValueError(f"no option {min(unknown)!r}. Write coding or missing")
    numbers = sorted({rating for rating in ratings if rating is not None})
    if coding == "auto" and numbers:
        coding = _settled(numbers)
    # Without any rating every coding says the same.
    grades = CODINGS[OTHER_NAMES.get(coding, coding)] if numbers else CODINGS["one_best"]
    recoded = [None if rating is None else grades.get(rating) for rating in ratings]
    outside = [rating for rating in numbers if rating not in grades]
    known = [grade for grade in recoded if grade is not None]
    n = len(ratings) if missing == "non_responder" else len(known)
    responders = sum(grade <= IMPROVED for grade in known)
    is_counted = not outside
    return {
        "coding": OTHER_NAMES.get(coding, coding),
        "missing_as": missing,
        "n": n if is_counted else None,
        "responders": responders if is_counted else None,
        "rate": float(Fraction(responders, n)) if n and is_counted else None,
        "n_missing": ratings.count(None),
        "recoded": [None if grade is None else int(grade) for grade in recoded],
        "grades": {str(int(grade)): count for grade, count in sorted(Counter(known).items())},
        "outside": [f"{rating:g}" for rating in outside],
        "error": None if is_counted else "outside_coding",
    }


def _ratings(items: Mapping[str, Any]) -> list[float | None]:
    keys = [key for key in ("ratings", "rating") if key in items]
    if len(keys) != 1 or len(items) != 1:
        raise ValueError("a form has one key: ratings, a list, or rating, one number")
    given = items[keys[0]]
    listed = given if isinstance(given, Sequence) and not isinstance(given, str) else [given]
    ratings = [*map(_rating, listed)]
    if not ratings:
        raise ValueError("the list of ratings is empty")
    return ratings


def _rating(given: Any) -> float | None:
    if given is None or (isinstance(given, str) and not given.strip()):
        return None
    try:
        return float("no number" if isinstance(given, bool) else given)
    except (TypeError, ValueError):
        raise ValueError(f"{given!r} is no rating. Write a number, or null for none") from None


def _settled(numbers: Sequence[float]) -> str:
    try:
        return only_coding(numbers)
    except ValueError as error:
        raise ValueError(str(error).replace("options.coding", "coding in params")) from None


def _choice(params: Mapping[str, Any], key: str, choices: Sequence[str], usual: str) -> str:
    chosen = params.get(key, usual)
    if chosen not in choices:
        words = ", ".join(f'"{choice}"' for choice in choices)
        raise ValueError(f"{key} = {chosen!r} is not known. Write one of {words}")
    return str(chosen)
