"""What investigator and subject say: GAIS against the photograph of W0, and the study's own questionnaire."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from bcs_simulation.people import People
from bcs_simulation.scenarios import Scenario
from bcs_simulation.skin import Skin, subject_means

RATERS = ("investigator", "subject")
RATED_VISITS = ("W4", "W12", "W24")
ASKED_VISITS = ("W0", "W12", "W24")
ITEMS = ("firm", "smooth", "moist", "rested", "content")
SHARED, OWN, CHANGE = (
    0.68,
    0.58,
    0.22,
)  # shares of the impression: common, of each rater, of the change in R0; assumed


@dataclass(frozen=True)
class Ratings:
    """`gais`: subject x rated visit x rater, NaN where there was no visit. `items`: subject x asked visit x item."""

    gais: np.ndarray
    items: np.ndarray


def ratings(scenario: Scenario, who: People, readings: Skin, seed: int) -> Ratings:
    """Ratings whose counts are the scenario's where the sample is conditioned, and drawn with its shares elsewhere."""
    rng = np.random.default_rng([seed, 3])
    impression = _impression(scenario, readings, rng)
    counts = (scenario.gais_investigator, scenario.gais_subject)
    gais = np.full(impression.shape, np.nan)
    for visit in range(3):
        present = who.present[:, visit + 1]
        for rater in range(2):
            grade = _exactly if scenario.conditioned else _about
            gais[present, visit, rater] = grade(
                impression[present, visit, rater], counts[rater][visit]
            )
    return Ratings(gais, _items(scenario, who, impression, rng))


def _impression(scenario: Scenario, readings: Skin, rng: np.random.Generator) -> np.ndarray:
    """A standard normal score for every subject, visit and rater; more is better."""
    count = scenario.subjects
    fall = -np.log(subject_means(readings.r0)[:, 1:] / subject_means(readings.r0)[:, :1])
    fall = (fall - fall.mean(axis=0)) / fall.std(axis=0)
    lasting = rng.normal(0, 0.8, (count, 1)) + rng.normal(0, 0.6, (count, 3))
    score = (
        CHANGE * fall[..., None]
        + SHARED * lasting[..., None]
        + OWN * rng.normal(0, 1, (count, 3, 2))
    )
    scaled: np.ndarray = score / np.sqrt(CHANGE**2 + SHARED**2 + OWN**2)
    return scaled


def _exactly(score: np.ndarray, counts: tuple[float, ...]) -> np.ndarray:
    """Grades by rank: the best impression has the best grade, and each grade is given as often as stated."""
    grades = np.repeat(np.arange(1, 6), [int(count) for count in counts]).astype(float)
    given = np.empty(len(score))
    given[np.argsort(-score, kind="stable")] = grades
    return given


def _about(score: np.ndarray, counts: tuple[float, ...]) -> np.ndarray:
    """Grades by fixed thresholds, so that each grade has the share of its count in the long run."""
    shares = np.cumsum(counts)[:-1] / sum(counts)
    limits = [NormalDist().inv_cdf(min(max(share, 1e-9), 1 - 1e-9)) for share in shares]
    return 1.0 + np.searchsorted(limits, -score, side="right")


def _items(
    scenario: Scenario, who: People, impression: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    count = scenario.subjects
    content = rng.normal(0, 0.5, (count, 1, 1)) + rng.normal(0, 0.25, (1, 1, len(ITEMS)))
    level = (
        np.array(scenario.questionnaire)[None, :, None]
        + content
        + rng.normal(0, 0.6, (count, 3, len(ITEMS)))
    )
    level[:, 1:] += 0.25 * impression[:, 1:, 1, None]
    answers = np.clip(np.round(level), 1, 5)
    answers[~who.present[:, [0, 2, 3]]] = np.nan
    return answers
