"""Strata and covariates: recorded otherwise, too small, made of numbers that are names."""

from __future__ import annotations

from .case import Case, Files, Told, both, in_study, replaced
from .cases_arms import TWO_ARMS

CASES: dict[str, Case] = {}

FACTOR = '[factors.centre]\nrandomised = "irt_site"\nrecorded = "site"\n\n'
TWO_COLUMNS: Files = {
    **TWO_ARMS,
    "study.toml": TWO_ARMS["study.toml"]
    .replace('strata = ["site"]', 'strata = ["centre"]')
    .replace("[[sources.subjects]]", f"{FACTOR}[[sources.subjects]]"),
    "subjects.csv": "subject,site,irt_site\nS1,north,north\nS2,north,north\nS3,south,south\n"
    "S4,south,south\n",
}
POOLING = "smallest_stratum = 2\n"
NUMBERED: Files = {
    **TWO_ARMS,
    "study.toml": TWO_ARMS["study.toml"].replace('strata = ["site"]', 'covariates = ["weight"]'),
    "subjects.csv": "subject,weight\nS1,1\nS2,1\nS3,2\nS4,2\n",
}

CLINICS = both(
    in_study('covariates = ["weight"]', 'covariates = ["clinic"]'),
    replaced("subjects.csv", "subject,weight", "subject,clinic"),
)


def weights(*cells: str):
    """The list of subjects with a weight of each."""
    lines = "".join(f"S{number},{cell}\n" for number, cell in enumerate(cells, 1))
    return lambda files: {**files, "subjects.csv": f"subject,weight\n{lines}"}


CASES |= {
    "a stratum recorded otherwise than randomised": Case(
        TWO_COLUMNS,
        replaced("subjects.csv", "S2,north,north", "S2,south,north"),
        (
            Told(
                "strata_differ",
                "warning",
                "1 of 4 subjects has another centre recorded (site) than randomised (irt_site), "
                "which decides (0 of A, 1 of B): S2 (north, south)",
                subject="S2",
                found="1 in site",
                expected="site as it was, which changes no result: centre is what irt_site says",
            ),
        ),
        # Capital letters are no difference, and what was not recorded is none.
        both(
            replaced("subjects.csv", "S2,north,north", "S2,North,north"),
            replaced("subjects.csv", "S4,south,south", "S4,,south"),
        ),
    ),
    "a level with fewer subjects than the rule asks for": Case(
        TWO_COLUMNS,
        in_study('recorded = "site"\n', 'recorded = "site"\nsmallest_stratum = 3\n'),
        (
            Told(
                "small_strata",
                "warning",
                "levels of centre with fewer than 3 subjects, or nobody in one of the arms: "
                "north (A 1, B 1), south (A 1, B 1); they stay as they are",
                found="2 levels with 4 subjects",
                expected='factors.centre.pool_small = "other", or pool = { other = ["north", '
                '"south"] }, stated before the data are known',
            ),
        ),
        in_study('recorded = "site"\n', f'recorded = "site"\n{POOLING}'),
    ),
    "a level that the rule pools": Case(
        TWO_COLUMNS,
        in_study(
            'recorded = "site"\n',
            'recorded = "site"\nsmallest_stratum = 3\npool_small = "other"\n',
        ),
        (
            Told(
                "small_strata",
                "note",
                "north (A 1, B 1), south (A 1, B 1); they count as 'other', by the rule",
                found="2 levels with 4 subjects",
                expected="nothing more",
            ),
        ),
        in_study('recorded = "site"\n', f'recorded = "site"\n{POOLING}pool_small = "other"\n'),
    ),
    "a pooled level that is small itself": Case(
        TWO_COLUMNS,
        both(
            in_study(
                'recorded = "site"\n',
                'recorded = "site"\nsmallest_stratum = 2\npool_small = "other"\n',
            ),
            replaced("subjects.csv", "S4,south,south", "S4,,west"),
            replaced("subjects.csv", "S3,south,south", "S3,north,north"),
        ),
        (
            Told(
                "small_strata",
                "note",
                "levels of centre with fewer than 2 subjects, or nobody in one of the arms: "
                "west (A 0, B 1); they count as 'other', by the rule",
                found="1 level with 1 subject",
                expected="nothing more",
            ),
            Told(
                "small_strata",
                "warning",
                "the level 'other', into which factors.centre.pool_small puts small ones, is small "
                "itself: A 0, B 1",
                found="1",
                expected="levels that are pooled with larger ones, as factors.centre.pool can say",
            ),
        ),
        in_study('recorded = "site"\n', f'recorded = "site"\n{POOLING}pool_small = "other"\n'),
    ),
    "a pool of levels that nobody has": Case(
        TWO_COLUMNS,
        in_study('recorded = "site"\n', 'recorded = "site"\npool = { rest = ["souht"] }\n'),
        (
            Told(
                "small_strata",
                "warning",
                "no subject has irt_site = 'souht', which factors.centre.pool puts into 'rest'",
                found="north, south",
                expected="levels that irt_site has, under factors.centre.pool",
            ),
        ),
        in_study('recorded = "site"\n', 'recorded = "site"\npool = { rest = ["south"] }\n'),
    ),
    "a factor that nothing names": Case(
        TWO_COLUMNS,
        in_study('strata = ["centre"]', 'strata = ["site"]'),
        (
            Told(
                "unused_adjustment",
                "warning",
                "the factor centre changes nothing: no endpoint, subgroup or population names it",
                found="centre",
                expected='strata = ["centre"] in an endpoint, or no such factor',
            ),
        ),
        in_study('strata = ["centre"]', 'covariates = ["centre"]'),
    ),
    "a word among the numbers of a covariate": Case(
        NUMBERED,
        weights("60", "61", "6O", "63"),
        (
            Told(
                "worded_covariate",
                "error",
                "the covariate weight of hydration counts as words, with 4 levels: 1 of 4 cells are "
                "no plain number (S3: 6O)",
                measure="corneometer.hydration",
                found="6O",
                expected='units.weight or decimal in the source of subjects, missing = ["6O"] or '
                'values.weight = { "6O" = … } there, or [factors.weight] for a level each',
            ),
        ),
        weights("60", "61", "60", "63"),
    ),
    "numbers of clinics as a covariate": Case(
        NUMBERED,
        CLINICS,
        (
            Told(
                "numbered_covariate",
                "error",
                "the covariate clinic of hydration holds numbers that look like names of clinics, "
                "and counts as a quantity: one slope over them",
                measure="corneometer.hydration",
                found="1 (2), 2 (2)",
                expected="[factors.clinic] for a level each, or [quality] off = "
                '["numbered_covariate"] if they are a quantity',
            ),
        ),
        both(CLINICS, in_study("[[sources.subjects]]", "[factors.clinic]\n\n[[sources.subjects]]")),
    ),
}
