"""The R, Q, F and U values.

What each is, its range on the face with a 2 mm probe, which way is better, and how sure that is.
"""

from __future__ import annotations

from functools import partial

import polars as pl

from dermoutcomes import Parameter
from dermoutcomes_cutometer.references import (
    AGEING_2008,
    ALGEBRA,
    FACE_SITES,
    FATIGUE,
    FIRMNESS_60,
    FIRST_CYCLE,
    KERSCHER_2022,
    OHSHIMA,
    PROTOCOL,
    Q_SET,
)

MOST_CYCLES = 10
R0, R1, R3, R5, R6, R7, R8 = (pl.col(f"r{number}") for number in (0, 1, 3, 5, 6, 7, 8))

DISPUTED = "The literature disagrees on which way is better: "
R0_CAUTION = (
    DISPUTED
    + "a lower R0 is read as firmer, yet it was unrelated to age in 75 women and fell with age in "
    "60; softening by moisture raises it."
)
R3_CAUTION = (
    DISPUTED
    + "it is lowered together with R0, was unchanged with age in one study and fell in another. R3 "
    "is the last height, not the growth over the cycles: report R9 beside it wherever tiring is "
    "claimed."
)
R8_CAUTION = (
    DISPUTED
    + "it falls with age, but a firmer skin has a lower R0 and therefore a lower R8 too; R2 is the "
    "clearer measure."
)
R9_CAUTION = "A small difference of two larger values, and therefore noisy."
RELATIVE_CAUTION = (
    "It can rise while R3 falls: where R0 halves and R9 does not, the skin tires more for its "
    "height."
)
Q0_CAUTION = "It is R0 in another scale: the two are one finding."
F3_CAUTION = DISPUTED + "it is lower in aged skin, yet a lower value is also read as firmer."
F4_CAUTION = DISPUTED + "a lower F4 is read as firmer, yet it fell with age in 60 women."
F_UNVERIFIED = (
    " In the scaling of the device's software; the exact definition could not be checked against "
    "the maker's."
)
# The names and the identities are read in papers, how the maker splits the release is not.
Q_UNVERIFIED = " How the device's software computes it could not be checked against the maker's."


def quotient(over: pl.Expr, under: pl.Expr) -> pl.Expr:
    """`over / under`, null where the divisor is not above zero."""
    return pl.when(under > 0).then(over / under)


def _with_r6(expr: pl.Expr) -> pl.Expr:
    """`expr`, null where R6 is below zero, which no curve can give."""
    return pl.when(R6 >= 0).then(expr)


# What can be at all is wider than what is plausible: an opening of 8 mm lifts no skin by 10 mm.
# A height, an area and what they are divided by are not below zero; the upper bounds are a habit of
# ours, and what is outside them stays. What is a difference may be negative by noise.
length = partial(
    Parameter,
    unit="mm",
    low=0.0,
    minimum=0.0,
    maximum=10.0,
    minimum_is="definition",
    maximum_is="assumed",
    decimals=3,
)
ratio = partial(
    Parameter,
    minimum=0.0,
    maximum=1.5,
    minimum_is="definition",
    maximum_is="assumed",
    decimals=3,
)
area = partial(Parameter, minimum=0.0, minimum_is="definition", decimals=2, verified=False)

R_SET = (
    length(
        "r0",
        "R0, maximum amplitude (firmness)",
        low=0.05,
        high=0.8,
        caution=R0_CAUTION,
        definition="Uf of cycle 1: greatest height in the first suction. Lower is read as firmer.",
        not_independent_of=("r3", "r9", "q0", "uf"),
        references=(KERSCHER_2022, FACE_SITES, FIRMNESS_60),
    ),
    length(
        "r1",
        "R1, residual deformation",
        high=0.4,
        improves="down",
        references=(ALGEBRA,),
        definition="Uf - Ua of cycle 1: height left at the end of the first release. R1 = R0 - R8.",
    ),
    ratio(
        "r2",
        "R2, gross elasticity",
        low=0.3,
        high=1.0,
        improves="up",
        expr=quotient(R8, R0),
        definition="Ua / Uf of cycle 1. R2 = R8 / R0, between 0 and 1.",
        references=(AGEING_2008, OHSHIMA, ALGEBRA),
    ),
    length(
        "r3",
        "R3, last maximum amplitude (tiring)",
        low=0.05,
        high=0.8,
        caution=R3_CAUTION,
        definition="Uf of the last cycle: greatest height in the last suction.",
        not_independent_of=("r0", "r9", "q0"),
        references=(KERSCHER_2022, FATIGUE, OHSHIMA),
    ),
    length(
        "r4",
        "R4, last minimum amplitude",
        high=0.4,
        improves="down",
        definition="Height left at the end of the last release.",
        references=(AGEING_2008, FATIGUE),
    ),
    ratio(
        "r5",
        "R5, net elasticity",
        low=0.2,
        high=1.5,
        maximum=5.0,
        improves="up",
        definition="Ur / Ue of cycle 1. May pass 1 by noise; rests on the 0.1 s point.",
        references=(PROTOCOL, AGEING_2008, Q_SET),
    ),
    ratio(
        "r6",
        "R6, viscoelastic to elastic extension",
        low=0.1,
        high=2.0,
        maximum=20.0,
        improves="down",
        definition="Uv / Ue of cycle 1. R6 = (R0 - Ue) / Ue.",
        references=(AGEING_2008, ALGEBRA),
    ),
    ratio(
        "r7",
        "R7, biological elasticity",
        low=0.1,
        high=0.9,
        improves="up",
        expr=_with_r6(R5 / (1 + R6)),
        definition="Ur / Uf of cycle 1. R7 = R5 / (1 + R6).",
        references=(AGEING_2008, OHSHIMA, ALGEBRA),
    ),
    length(
        "r8",
        "R8, total recovery",
        high=0.8,
        improves="up",
        caution=R8_CAUTION,
        expr=R0 - R1,
        definition="Ua of cycle 1: fall from the greatest height to the end of the release. R8 = "
        "R0 - R1.",
        not_independent_of=("ua",),
        references=(OHSHIMA, ALGEBRA),
    ),
    length(
        "r9",
        "R9, growth over the cycles (tiring)",
        low=-0.02,
        high=0.2,
        minimum=-10.0,
        minimum_is="assumed",
        improves="down",
        caution=R9_CAUTION,
        expr=R3 - R0,
        definition="R3 - R0: growth of the greatest height from the first to the last cycle.",
        not_independent_of=("r0", "r3"),
        references=(FATIGUE, ALGEBRA),
    ),
    ratio(
        "relative_tiring",
        "R9 / R0, growth over the cycles relative to the first",
        low=-0.1,
        high=1.0,
        minimum=-10.0,
        minimum_is="assumed",
        maximum=10.0,
        improves="down",
        expr=quotient(R3 - R0, R0),
        caution=RELATIVE_CAUTION,
        references=(ALGEBRA,),
        definition="(R3 - R0) / R0. Where R0 and R3 fall together it says whether skin tires less "
        "for its height.",
    ),
)

Q_VALUES = (
    Parameter(
        "q0",
        "Q0, maximum recovery area",
        low=1.0,
        high=400.0,
        minimum=0.0,
        minimum_is="definition",
        decimals=1,
        caution=Q0_CAUTION,
        definition="Uf times the number of samples in the release: 200 R0 for 2 s at 100 Hz."
        + Q_UNVERIFIED,
        verified=False,
        not_independent_of=("r0", "r3"),
        references=(ALGEBRA,),
    ),
    ratio(
        "q1",
        "Q1, overall elasticity",
        low=0.0,
        high=1.0,
        improves="up",
        definition="Recovered area over Q0. Q1 = Q2 + Q3." + Q_UNVERIFIED,
        verified=False,
        references=(Q_SET, ALGEBRA),
    ),
    ratio(
        "q2",
        "Q2, elastic recovery",
        low=0.0,
        high=1.0,
        improves="up",
        definition="Recovery at the inflection, held over the release, over Q0." + Q_UNVERIFIED,
        verified=False,
        references=(Q_SET,),
    ),
    ratio(
        "q3",
        "Q3, viscoelastic recovery",
        low=-0.05,
        high=1.0,
        minimum=-1.0,
        minimum_is="assumed",
        improves="up",
        expr=pl.col("q1") - pl.col("q2"),
        definition="The rest of the recovered area over Q0. Q3 = Q1 - Q2." + Q_UNVERIFIED,
        verified=False,
        references=(Q_SET, FIRST_CYCLE, ALGEBRA),
    ),
)

F_SET = (
    area(
        "f0",
        "F0",
        improves="down",
        references=(FATIGUE,),
        definition="Area between the first suction curve and its greatest height." + F_UNVERIFIED,
    ),
    area(
        "f1",
        "F1",
        improves="down",
        references=(FATIGUE,),
        definition="Area below the first release curve." + F_UNVERIFIED,
    ),
    area(
        "f2",
        "F2",
        improves="down",
        references=(FATIGUE,),
        definition="Area between the greatest height and the upper envelope of repeated cycles."
        + F_UNVERIFIED,
    ),
    area(
        "f3",
        "F3",
        caution=F3_CAUTION,
        references=(FATIGUE, OHSHIMA),
        definition="Area between the upper and the lower envelope of repeated cycles."
        + F_UNVERIFIED,
    ),
    area(
        "f4",
        "F4",
        caution=F4_CAUTION,
        references=(FIRMNESS_60,),
        definition="Area below the upper envelope of ten cycles." + F_UNVERIFIED,
    ),
)

U_SET = (
    length(
        "ue",
        "Ue, immediate distension",
        high=0.8,
        expr=_with_r6(R0 / (1 + R6)),
        definition="Height 0.1 s after the start of suction. From a table: R0 / (1 + R6).",
        references=(PROTOCOL, Q_SET, ALGEBRA),
    ),
    length(
        "uv",
        "Uv, delayed distension",
        high=0.8,
        expr=_with_r6(R0 * R6 / (1 + R6)),
        definition="Uf - Ue. From a table: R0 R6 / (1 + R6).",
        references=(PROTOCOL, ALGEBRA),
    ),
    length(
        "uf",
        "Uf, final distension",
        low=0.05,
        high=0.8,
        expr=1 * R0,
        definition="Greatest height in the first suction; the same as R0.",
        not_independent_of=("r0",),
        references=(PROTOCOL,),
    ),
    length(
        "ur",
        "Ur, immediate retraction",
        high=0.8,
        expr=R7 * R0,
        definition="Fall in the first 0.1 s of the release. From a table: R7 R0.",
        references=(PROTOCOL, Q_SET, ALGEBRA),
    ),
    length(
        "ua",
        "Ua, total retraction",
        high=0.8,
        expr=1 * R8,
        definition="Fall from Uf to the end of the release; the same as R8.",
        not_independent_of=("r8",),
        references=(PROTOCOL, ALGEBRA),
    ),
)

NOISE = length(
    "noise",
    "Noise of the curve",
    high=0.01,
    decimals=4,
    improves="down",
    references=(PROTOCOL,),
    definition="Standard deviation of the heights in the last 0.2 s of the first suction about "
    "their straight line; from curves.",
)

OF_A_CYCLE = {
    "uf": (
        "greatest height",
        "Greatest height of this suction above the start of cycle 1; from curves.",
    ),
    "ue": ("immediate distension", "Rise in the first 0.1 s of this suction; from curves."),
    "ur": ("immediate retraction", "Fall in the first 0.1 s of this release; from curves."),
    "ua": (
        "total retraction",
        "Fall from the greatest height to the end of this release; from curves.",
    ),
}


def _of_cycle(code: str, cycle: int) -> Parameter:
    label, definition = OF_A_CYCLE[code]
    return length(
        f"{code}_cycle_{cycle}",
        f"Cycle {cycle}: {label}",
        definition=definition,
        references=(FIRST_CYCLE,),
    )


# Those of the first cycle are ue, uf, ur and ua themselves.
CYCLES = tuple(_of_cycle(code, cycle) for cycle in range(2, MOST_CYCLES + 1) for code in OF_A_CYCLE)
VALUES = (*R_SET, *Q_VALUES, *F_SET, *U_SET, NOISE, *CYCLES)
