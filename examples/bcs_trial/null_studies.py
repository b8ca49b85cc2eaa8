"""Count false verdicts: simulate studies without an effect, decide their claims with the program itself, and count what it supports.

    python null_studies.py --studies 1000

Two worlds without an effect: `plain null` (nothing happens at all: what is left is the error rate of the tests) and `null` (nothing
happens, but the enrolment asks for R0 of 0.31 mm or more, and winter turns to summer: what one group cannot tell from an effect).
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).parent))

from bcs_simulation.people import People, people
from bcs_simulation.ratings import ASKED_VISITS, RATED_VISITS, RATERS, Ratings, ratings
from bcs_simulation.scenarios import NULL, PLAIN_NULL, SIDES, VISITS, WEEKS, Scenario
from bcs_simulation.skin import Skin, skin

from dermoutcomes import evaluate, load_registry, load_study
from dermoutcomes.tables import conform, empty

if TYPE_CHECKING:
    from dermoutcomes import Registry, Study

STUDY = Path(__file__).parent / "study.toml"
WORLDS = (PLAIN_NULL, NULL)
DAYS = {visit: 7 * week for visit, week in zip(VISITS, WEEKS, strict=True)}


def supported(
    study: Study, registry: Registry, scenario: Scenario, seeds: Iterable[int]
) -> Counter[str]:
    """Claim = in how many studies it was supported; "any primary claim" counts studies with at least one of the primary family."""
    counts: Counter[str] = Counter()
    for seed in seeds:
        tables = evaluate(study, registry, observed(study, scenario, seed), roles=("main",))
        held = {
            claim
            for claim, verdict in tables["claims"].select("claim", "verdict").iter_rows()
            if verdict.startswith("supported")
        }
        counts.update(held)
        counts["any primary claim"] += bool(held & primary_claims(study))
    return counts


def primary_claims(study: Study) -> set[str]:
    """Claims that rest on the primary family."""
    family = set(study.multiplicity["primary"].hypotheses)
    return {
        name
        for name, claim in study.claims.items()
        if claim.all_of and {part.hypothesis for part in claim.all_of} <= family
    }


def observed(study: Study, scenario: Scenario, seed: int) -> dict[str, pl.DataFrame]:
    """The tables of one simulated study as they would stand after reading, without mistakes in the files."""
    who = people(scenario, seed)
    truth = skin(scenario, who, seed)
    given = ratings(scenario, who, truth, seed)
    frames = [*_devices(who, truth), *_grades(who, given), _answers(who, given)]
    observations = (
        pl.concat(frames, how="diagonal_relaxed").drop_nulls("value").with_row_index("id", offset=1)
    )
    observations = observations.with_columns(
        pl.col("id").cast(pl.Int64),
        measurement=pl.col("id").cast(pl.Int64),
        day=pl.col("visit").replace_strict(DAYS, return_dtype=pl.Int32) + 1,
    )
    subjects = pl.DataFrame(
        {
            "subject": who.ids,
            "treated": True,
            "per_protocol": np.where(who.present.all(axis=1), "yes", "no"),
        }
    )
    return {
        "subjects": conform(subjects, "subjects", study.id),
        "observations": conform(observations, "observations", study.id),
        # Without the tables nobody would have looked for events; empty, there were none.
        "events": empty("events"),
        "milestones": empty("milestones"),
        "exposures": empty("exposures"),
    }


def _devices(who: People, truth: Skin) -> Iterator[pl.DataFrame]:
    values: Mapping[str, np.ndarray] = {
        "cutometer.r0": truth.r0,
        "cutometer.r3": truth.r0 + truth.r9,
        "cutometer.r9": truth.r9,
        "corneometer.hydration": truth.hydration,
    }
    subject, visit, side, replicate = (index.ravel() for index in np.indices(truth.r0.shape))
    present = who.present[subject, visit]
    places = {
        "subject": np.array(who.ids)[subject],
        "visit": np.array(VISITS)[visit],
        "side": np.array(SIDES)[side],
        "replicate": replicate + 1,
    }
    for measure, array in values.items():
        frame = pl.DataFrame({**places, "value": array.ravel()}).filter(pl.Series(present))
        yield frame.with_columns(
            measure=pl.lit(measure), kind=pl.lit("value"), location=pl.lit("cheek")
        )


def _grades(who: People, given: Ratings) -> Iterator[pl.DataFrame]:
    for position, role in enumerate(RATERS):
        yield _by_visit(who, RATED_VISITS, given.gais[:, :, position]).with_columns(
            measure=pl.lit("gais.rating"), rater_role=pl.lit(role)
        )


def _answers(who: People, given: Ratings) -> pl.DataFrame:
    return _by_visit(who, ASKED_VISITS, given.items.sum(axis=2)).with_columns(
        measure=pl.lit("bcs_questionnaire.total"),
        rater_role=pl.lit("subject"),
        kind=pl.lit("score"),
    )


def _by_visit(who: People, visits: tuple[str, ...], values: np.ndarray) -> pl.DataFrame:
    subject, visit = (index.ravel() for index in np.indices(values.shape))
    frame = pl.DataFrame(
        {
            "subject": np.array(who.ids)[subject],
            "visit": np.array(visits)[visit],
            "value": values.ravel(),
        }
    )
    return frame.with_columns(pl.col("value").fill_nan(None), kind=pl.lit("value"))


def opened() -> tuple[Study, Registry]:
    """The study of the example, and the registry with its own plugins."""
    study = load_study(STUDY)
    return study, load_registry([STUDY.parent / name for name in study.study.plugins])


def main() -> None:
    """Print a table of how often each claim was supported."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1, help="seed of the first study")
    asked = parser.parse_args()
    study, registry = opened()
    seeds = range(asked.seed, asked.seed + asked.studies)
    counts = [supported(study, registry, world, seeds) for world in WORLDS]
    print(
        f"| supported in, of {asked.studies} studies without an effect | "
        + " | ".join(world.name for world in WORLDS)
        + " |"
    )
    print("|---|" + "---|" * len(WORLDS))
    for claim in (*study.claims, "any primary claim"):
        print(f"| {claim} | " + " | ".join(str(count[claim]) for count in counts) + " |")


if __name__ == "__main__":
    main()
