"""The Global Aesthetic Improvement Scale.

One grade of change against a photograph from before treatment, in three codings.
"""

from __future__ import annotations

import polars as pl

from dermoutcomes import Check, Parameter, Reference, Scale, hookimpl
from dermoutcomes_gais.coding import GaisOptions, prepare
from dermoutcomes_gais.group import score

__plugin_api__ = 2

LABELS = {
    1.0: "very much improved",
    2.0: "much improved",
    3.0: "improved",
    4.0: "no change",
    5.0: "worse",
    6.0: "much worse",
    7.0: "very much worse",
}
ONE_BEST = Reference(
    "Global Aesthetic Improvement Scale, DocCheck Flexikon; bio-protocol minidetail 9989524.",
    note="Five grades, 1 the best.",
)
FIVE_GRADES = Reference("ClinicalTrials.gov NCT04520997.", note="Names of the five grades.")
SEVEN_GRADES = Reference(
    "ClinicalTrials.gov NCT05146999.",
    note="Seven grades from +3 to -3; a missing rating counted as no change there.",
)

RATING = Parameter(
    "rating",
    "Aesthetic improvement",
    minimum=1,
    maximum=7,
    scale_type="ordinal",
    improves="down",
    decimals=0,
    values=tuple(LABELS),
    labels=LABELS,
    neutral=4,
    references=(ONE_BEST, FIVE_GRADES, SEVEN_GRADES),
    definition="Grade of change against the photograph from before the first treatment, 1 very "
    "much improved to 5 worse (7 very much worse where seven grades were used), in "
    "whatever coding it was recorded.",
    caution="The treating investigator and the subject know what was done: their ratings carry "
    "their expectation.",
)
RECORDED = Parameter(
    "recorded",
    "Aesthetic improvement as recorded",
    minimum=-3,
    maximum=7,
    scale_type="ordinal",
    decimals=0,
    kind="item",
    definition="The number that the form holds, before its coding was read: 1 to 5 (1 the best), "
    "+3 to -1, or +3 to -3.",
)
OUTSIDE_CODING = Check(
    "outside_coding",
    "Rating outside its coding",
    pl.col("recorded").is_not_null() & pl.col("rating").is_null(),
    ("recorded", "rating"),
    severity="error",
    measure="recorded",
    expected="a number of the coding that the source states",
    message="{recorded} does not exist in the coding of this source, and is not used",
)

GAIS = Scale(
    "gais",
    "Global Aesthetic Improvement Scale",
    parameters=(RATING, RECORDED),
    checks=(OUTSIDE_CODING,),
    options=GaisOptions,
    conditions=("facial wrinkles", "facial volume loss", "scars"),
    prepare=prepare,
    score=score,
    relative=True,
    rater_roles=("investigator", "blinded evaluator", "photo evaluator", "subject"),
    missing_items='no score; a missing rating is not "no change"',
    cautions=(
        (
            "A rating is itself a change, without a baseline value; the photograph from before the "
            "first treatment stays its reference."
        ),
        "Ratings of the investigator and of the subject are two outcomes and are never pooled.",
        "Grades are ordered, not measured: count them; their mean says little.",
    ),
    licence="free: the names of the grades are generic; longer descriptors of the original "
    "publication are not included",
    references=(ONE_BEST, FIVE_GRADES, SEVEN_GRADES),
)


@hookimpl
def register_scales() -> list[Scale]:
    """The Global Aesthetic Improvement Scale."""
    return [GAIS]
