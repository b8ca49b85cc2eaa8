"""Columns of the tables of results: records, tasks, statistics, hypotheses, claims."""

from __future__ import annotations

from dermoutcomes.tables.column import (
    FLAG,
    IDS,
    NAMES,
    REAL,
    SHORT,
    TEXT,
    WHOLE,
    Column,
    Columns,
)
from dermoutcomes.tables.ledger_table import LOSSES
from dermoutcomes.tables.source_tables import DAY, SUBJECT
from dermoutcomes.vocabulary import (
    ANALYSIS_ROLES,
    CLAIM_KINDS,
    DATA_ORIGINS,
    DIRECTIONS,
    ENDPOINT_ROLES,
    VERDICTS,
)

__all__ = ["CLAIMS", "ENDPOINTS", "HYPOTHESES", "RESULTS", "TASKS"]

N = Column(WHOLE, "Subjects behind the deciding row, as the ledger counts them.", at_least=0)
N_OF = Column(WHOLE, "Subjects of the population with a record there, analysed or not.", at_least=0)
OPEN_ERRORS = Column(
    WHOLE,
    "Findings of severity error that may change a deciding number and are not left out.",
    at_least=0,
)
EVIDENCE = Column(NAMES, "Ids of the results that it rests on.", null=False)

ENDPOINTS: Columns = {
    "id": Column(WHOLE, "Number of the record.", null=False, at_least=0),
    "endpoint": Column(TEXT, "Endpoint.", null=False),
    "handling": Column(TEXT, "How missing values are handled; `observed` fills none.", null=False),
    "imputation": Column(
        SHORT,
        "Number of the imputation, where missing values were filled several times; else 1.",
        null=False,
        at_least=1,
    ),
    "subject": SUBJECT,
    "arm": Column(TEXT, "Arm that was allocated to what the record is of."),
    "location": Column(TEXT, "Place on the body, where a record is of one."),
    "side": Column(TEXT, "Side of the body, where a record is of one."),
    "period": Column(TEXT, "Period of a crossover."),
    "rater": Column(TEXT, "Rater or role, where a record is of one."),
    "visit": Column(TEXT, "Visit; empty for a time to an event."),
    "timepoint": Column(TEXT, "Time within the visit."),
    "reference_visit": Column(
        TEXT, "What the change is counted from: `baseline`, or the visit of a comparison."
    ),
    "day": Column(SHORT, DAY),
    "value": Column(REAL, "Value at the visit."),
    "base": Column(REAL, "Value at the reference visit, of the sides that both have."),
    "change": Column(REAL, "`value` less `base`."),
    "pct_change": Column(REAL, "The change in percent of `base`."),
    "event": Column(FLAG, "Of a time to an event: whether it happened, or was censored."),
    "responder": Column(FLAG, "Whether the endpoint's condition of response holds."),
    "used": Column(FLAG, "Whether analyses use the record.", null=False),
    "reason": Column(
        TEXT, "Why it is not used: a [reason of the ledger](#reasons-of-the-ledger).", values=LOSSES
    ),
    "reason_detail": Column(
        TEXT, "What stood behind the reason: a check, a milestone, a strategy, a condition, an arm."
    ),
    "derivation": Column(TEXT, "How a value that was not observed came about."),
    "n_sides": Column(SHORT, "Sides that the value rests on.", at_least=0),
    "n_values": Column(SHORT, "Readings that the value rests on.", at_least=0),
    "populations": Column(NAMES, "Populations that the subject is in."),
    "observations": Column(IDS, "Ids of the readings that the value rests on."),
}

TASKS: Columns = {
    "task": Column(TEXT, "Key of the task.", null=False),
    "analysis": Column(TEXT, "Analysis, by the study's name for it.", null=False),
    "endpoints": Column(NAMES, "Endpoints that it is of.", null=False),
    "population": Column(TEXT, "Population."),
    "handling": Column(TEXT, "How missing values are handled.", null=False),
    "subgroup": Column(TEXT, "Subgroup factor."),
    "subgroup_level": Column(TEXT, "Level of the subgroup factor."),
    "comparisons": Column(NAMES, "Comparisons that were asked for.", null=False),
    "options": Column(TEXT, "Options with all defaults, as JSON.", null=False),
    "seed": Column(WHOLE, "Seed of its random steps.", null=False, at_least=0),
    "n_records": Column(WHOLE, "Records that it got.", null=False, at_least=0),
    "records": Column(IDS, "Their ids in `endpoints`.", null=False),
    "subjects": Column(NAMES, "Subjects that it is of.", null=False),
    "events": Column(
        IDS, "Ids in `events` of what it rests on, where it reads events.", null=False
    ),
    "observations": Column(
        IDS,
        "Ids in `observations` of what it rests on, where it reads them itself; those behind records "
        "stand in `endpoints`.",
        null=False,
    ),
}

RESULTS: Columns = {
    "id": Column(TEXT, "Hash of the key, never of the value: equal in every run.", null=False),
    "endpoint": Column(TEXT, "Endpoint, or several joined by `+`."),
    "analysis": Column(TEXT, "Analysis, by the study's name for it.", null=False),
    "population": Column(TEXT, "Population."),
    "handling": Column(TEXT, "How missing values are handled.", null=False),
    "comparison": Column(TEXT, "Comparison that it is of."),
    "group": Column(TEXT, "Arm that it is of, or the first of two."),
    "reference_group": Column(TEXT, "Arm that the first is compared with."),
    "visit": Column(TEXT, "Visit."),
    "reference_visit": Column(TEXT, "Visit that the visit is compared with."),
    "subgroup": Column(TEXT, "Subgroup factor."),
    "subgroup_level": Column(TEXT, "Level of the subgroup factor."),
    "term": Column(TEXT, "The quantity, such as `mean_difference`."),
    "level": Column(TEXT, "What the quantity is of: a category, an effect, another comparison."),
    "at": Column(REAL, "Where the quantity is taken, such as a day."),
    "stat": Column(
        TEXT, "The statistic of the quantity: [one of a list](#statistics).", null=False
    ),
    "value": Column(REAL, "The number; empty where `error` or `text` says why."),
    "text": Column(TEXT, "Words in place of a number, or beside it."),
    "unit": Column(TEXT, "Unit of the value; blank where it has none."),
    "label": Column(TEXT, "What the analysis says of the row."),
    "n_subjects": Column(WHOLE, "Subjects that it rests on.", at_least=0),
    "n_records": Column(WHOLE, "Records that it rests on.", at_least=0),
    "warning": Column(TEXT, "What limits it: a code, a colon, a sentence."),
    "error": Column(TEXT, "Why there is no value: a code, a colon, a sentence."),
    "task": Column(TEXT, "Key of the task that gave it.", null=False),
    "endpoint_role": Column(TEXT, "Role of the endpoint.", values=ENDPOINT_ROLES),
    "analysis_role": Column(
        TEXT, "Role of the analysis: `main` decides.", null=False, values=ANALYSIS_ROLES
    ),
    "method": Column(TEXT, "The sentence of the methods section."),
}

HYPOTHESES: Columns = {
    "hypothesis": Column(TEXT, "Name of it: endpoint and comparison.", null=False),
    "family": Column(TEXT, "Family that adjusts it."),
    "method": Column(TEXT, "Procedure of the family; empty where it is not adjusted."),
    "endpoint": Column(TEXT, "Endpoint.", null=False),
    "comparison": Column(TEXT, "Comparison.", null=False),
    "analysis": Column(TEXT, "Main analysis, which decides."),
    "population": Column(TEXT, "Main population."),
    "estimate": Column(REAL, "Estimate of the deciding term."),
    "conf_low": Column(REAL, "Lower end of its interval."),
    "conf_high": Column(REAL, "Upper end of its interval."),
    "p_value": Column(REAL, "Its own p-value.", at_least=0, at_most=1),
    "p_adjusted": Column(REAL, "Its p-value adjusted in the family.", at_least=0, at_most=1),
    "alpha": Column(REAL, "Level at which it was decided.", null=False, at_least=0, at_most=1),
    "rejected": Column(FLAG, "Whether there is an effect at that level; empty if undecided."),
    "direction": Column(
        TEXT,
        "Which way the estimate goes: better or worse, or up or down where neither is better.",
        values=DIRECTIONS,
    ),
    "confirmatory": Column(FLAG, "Whether it was fixed before the data.", null=False),
    "evidence": EVIDENCE,
    "n": N,
    "n_of": N_OF,
    "open_errors": OPEN_ERRORS,
    "reason": Column(TEXT, "Why it was decided so, or not at all.", null=False),
}

CLAIMS: Columns = {
    "claim": Column(TEXT, "Name of the claim.", null=False),
    "text": Column(TEXT, "The sentence.", null=False),
    "kind": Column(TEXT, "What it claims.", null=False, values=CLAIM_KINDS),
    "hypotheses": Column(NAMES, "Hypotheses that it rests on.", null=False),
    "verdict": Column(TEXT, "The verdict.", null=False, values=VERDICTS),
    "reason": Column(TEXT, "Why.", null=False),
    "population": Column(TEXT, "Population that `n_of` counts."),
    "whom": Column(TEXT, "What its subjects are: enrolled, randomised, treated."),
    "n": N,
    "n_of": N_OF,
    "open_errors": OPEN_ERRORS,
    "against": Column(NAMES, "What speaks against it in the same study, in sentences.", null=False),
    "caution": Column(
        TEXT,
        "What speaks against relying on the verdict, and what was read otherwise than at the lock.",
    ),
    "reported": Column(TEXT, "What was printed elsewhere; it decides nothing."),
    "evidence": EVIDENCE,
    "data_origin": Column(TEXT, "Where the data come from.", null=False, values=DATA_ORIGINS),
}
