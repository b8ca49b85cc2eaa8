"""Simulate the BCS study: `python simulate.py --scenario published --out data`. Every value is made up; the seed fixes all of them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from bcs_simulation import dirt, events, exports
from bcs_simulation.origin import origin_files
from bcs_simulation.people import CREAM_W12, HAEMATOMA_W12, WASHED_W4, people
from bcs_simulation.ratings import ratings
from bcs_simulation.readings import OUTSIDE, capacitances, suctions
from bcs_simulation.scenarios import SCENARIOS, SIDES, VISITS, Scenario
from bcs_simulation.skin import skin

SEED = 34


def study_files(scenario: Scenario, seed: int) -> Iterator[exports.File]:
    """All files of one simulated study."""
    who = people(scenario, seed)
    truth = skin(scenario, who, seed)
    given = ratings(scenario, who, truth, seed)
    taken = suctions(who, truth, seed)
    hydration = capacitances(who, truth, seed)
    mistakes = dirt.plant(taken, truth, who)
    signed = dirt.signed_rating(given)
    yield from (
        exports.subjects_file(who),
        exports.exposures_file(who),
        exports.milestones_file(who),
    )
    yield from exports.cutometer_files(who, taken)
    yield from exports.curve_files(who, taken, seed)
    yield exports.corneometer_file(who, hydration)
    yield exports.gais_file(who, given, signed)
    yield exports.questionnaire_file(who, given)
    yield exports.events_file(events.HEADER, events.adverse_events(who, seed))
    yield exports.planted_file(
        mistakes, exports.cutometer_lines(taken), who, _elsewhere(who.ids, signed)
    )
    yield from origin_files(scenario.name, seed)


def _elsewhere(ids: tuple[str, ...], signed: tuple[int, str]) -> Iterator[list[object]]:
    """Mistakes outside the Cutometer's tables."""
    yield [
        "gais.csv",
        2 + 2 * signed[0],
        signed[1],
        ids[signed[0]],
        signed[1],
        "",
        "+2 in a file of 1 to 5",
        "plus_sign",
    ]
    for subject, visit, temperature, humidity in OUTSIDE:
        for check, wrong in (
            ("corneometer.room_temperature", not 20 <= temperature <= 22),
            ("corneometer.room_humidity", not 40 <= humidity <= 60),
        ):
            if wrong:
                yield [
                    "corneometer.csv",
                    "",
                    "",
                    ids[subject],
                    VISITS[visit],
                    "",
                    f"{temperature} °C, {humidity:.0f} % RH",
                    check,
                ]
    yield [
        "corneometer.csv",
        "",
        "",
        ids[WASHED_W4],
        VISITS[1],
        "",
        "washed two hours before",
        "corneometer.hours_since_wash",
    ]
    yield [
        "cutometer/W12.csv",
        "",
        "",
        ids[HAEMATOMA_W12],
        VISITS[2],
        SIDES[0],
        "cheek not read because of a haematoma",
        "missing_side",
    ]
    yield [
        "corneometer.csv",
        "",
        "",
        ids[CREAM_W12],
        VISITS[2],
        "",
        "not read because of a cream",
        "missed_visit",
    ]


def main() -> None:
    """Write the study that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", choices=sorted(SCENARIOS), default="published")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "data")
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    exports.write(study_files(SCENARIOS[asked.scenario], asked.seed), asked.out)


if __name__ == "__main__":
    main()
