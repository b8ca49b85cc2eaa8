"""The notes that lie beside the data: that they are simulated, what was published, and what is assumed."""

from __future__ import annotations

from collections.abc import Iterator

from bcs_simulation.exports import File

README = """# Simulated data

**Every value in this folder is simulated. No subject exists.** Written by `simulate.py --scenario {scenario} --seed {seed}`.

Published, and taken over (Kerscher et al. 2021, J Drugs Dermatol 20(6):682, as tabled in PMC9248816; and for the scenario
`replication` Kerscher et al. 2022, doi 10.2147/CCID.S357810):

- 21 women, one group, both cheeks, sessions at weeks 0, 2, 4 and 12, last reading at week 24;
- mean R0 0.34 mm before and 0.16 mm at week 24, mean R3 0.39 mm and 0.20 mm;
- replication: 95 women, mean R0 0.40, 0.38 and 0.36 mm, mean R3 0.45, 0.42 and 0.40 mm at weeks 0, 12 and 24;
- coefficients of variation of the Corneometer's replicates between 5.6 and 9.2 %.

Assumed: everything else. That is the visit at week 4, all values between the first and the last visit, every standard deviation,
every other parameter of the Cutometer, the hydration, all ratings, the questionnaire, the adverse events, ages and histories, who
missed what, and every mistake in the files.

| file | what it looks like |
|---|---|
| `subjects.csv`, `exposures.csv`, `milestones.csv`, `adverse_events.csv` | exports of a data base: commas, decimal points, ISO dates |
| `cutometer/W??.csv` | R-table of the device, a file a visit: semicolons, decimal commas, code page 1252, three replicates a cheek |
| `curves/W??.csv` | raw curves behind it for three subjects at two visits: 100 Hz, five cycles, 2 s with and 2 s without vacuum |
| `corneometer.csv` | long table in German with the climate of the room: UTF-8 with byte order mark |
| `gais.csv` | ratings by investigator and subject, a column a visit; 1 is very much improved, 5 is worse |
| `questionnaire.csv` | the study's own five sentences, 1 to 5 |
| `planted.csv` | the mistakes that were put in on purpose, and the check that must find each |
"""
NEIGHBOUR = """Simulated: no subject exists. Written by `simulate.py --scenario {scenario} --seed {seed}`.
What is published and what is assumed stands in `../README.md`.
"""


def origin_files(scenario: str, seed: int) -> Iterator[File]:
    """A README for the folder and a note beside the files of each folder below it."""
    yield File("README.md", README.format(scenario=scenario, seed=seed).encode())
    for folder in ("cutometer", "curves"):
        yield File(f"{folder}/ORIGIN.md", NEIGHBOUR.format(scenario=scenario, seed=seed).encode())
