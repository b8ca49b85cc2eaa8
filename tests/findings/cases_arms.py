"""Who has no arm or no stratum where it decides, and studies without a list of subjects."""

from __future__ import annotations

from collections.abc import Sequence

from .case import Case, Files, Told, as_it_is, both, in_study, replaced
from .studies import QUIET

CASES: dict[str, Case] = {}

STUDY = """\
[study]
id = "A"
title = "Two arms at two sites"
design = "parallel"

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }

[arms]
A = {}
B = { reference = true }

[comparisons]
w4 = { visit = ["W4", "baseline"], arm = ["A", "B"] }

[[sources.subjects]]
file = "subjects.csv"

[[sources.allocations]]
file = "allocations.csv"

[[sources.corneometer]]
file = "readings.csv"

[endpoints.hydration]
role = "primary"
measure = "corneometer.hydration"
baseline = { visits = ["W0"] }
compare = ["w4"]
strata = ["site"]
analyses = ["ancova"]
handling = ["observed"]

[quality]
off = ["sides_alike", "copied_down", "required_replicates", "unusual_visit", "missed_visit"]
"""
IDS = tuple(f"S{number}" for number in range(1, 5))
TWO_ARMS: Files = {
    "study.toml": STUDY,
    "subjects.csv": "subject,site\nS1,north\nS2,north\nS3,south\nS4,south\n",
    "allocations.csv": "subject,arm\nS1,A\nS2,B\nS3,A\nS4,B\n",
    "readings.csv": "subject,visit,location,hydration\n"
    + "".join(
        f"{subject},{visit},cheek,{40 + number + 3 * place}\n"
        for number, subject in enumerate(IDS)
        for place, visit in enumerate(("W0", "W4"))
    ),
}

PEOPLE = [f"S{number}" for number in range(1, 13)]


def of_sites(*sites: str) -> Files:
    """Twelve people in two arms, with the site of each."""
    return {
        "study.toml": STUDY,
        "subjects.csv": "subject,site\n"
        + "".join(f"{name},{site}\n" for name, site in zip(PEOPLE, sites, strict=True)),
        "allocations.csv": "subject,arm\n"
        + "".join(f"{name},{'AB'[place % 2]}\n" for place, name in enumerate(PEOPLE)),
        "readings.csv": "subject,visit,location,hydration\n"
        + "".join(
            f"{name},{visit},cheek,{40 + number + 3 * place}\n"
            for number, name in enumerate(PEOPLE)
            for place, visit in enumerate(("W0", "W4"))
        ),
    }


def of_pooled_sites(*sites: str) -> Files:
    """The same, stratified by a factor that pools some of the sites."""
    files = of_sites(*sites)
    factor = (
        '[factors.centre]\ncolumn = "site"\npool = { north = ["Lisbon", "Lisbn"] }\n\n[quality]\n'
    )
    study = str(files["study.toml"]).replace('["site"]', '["centre"]')
    study = study.replace("off = [", 'off = ["small_strata", ')
    return {**files, "study.toml": study.replace("[quality]\n", factor)}


def two_levels(told: Sequence[str], level: str, other: str, untold: Sequence[str]) -> Case:
    """The last of the subjects, or the last two, have a level like that of the first ones."""
    who = sorted(name for name, site in zip(PEOPLE, told, strict=True) if site == level)
    n = sum(site == other for site in told)
    return Case(
        of_sites(*told),
        as_it_is,
        (
            Told(
                "similar_levels",
                "warning",
                f"{level!r} is a level of site of its own ({', '.join(who)}), written like "
                f"{other!r} ({n} subjects)",
                subject=who[0] if len(who) == 1 else None,
                found=level,
                expected=f'one word a level: in sources.subjects values.site = {{ "{level}" = '
                f'"{other}" }} if they are one, values.site = {{ "{level}" = "{level}" }} if they '
                "are two",
            ),
        ),
        lambda files: {**files, "subjects.csv": of_sites(*untold)["subjects.csv"]},
    )


CASES |= {
    # A full stop, and the part of a name that is as long as others are.
    "a site with a full stop": two_levels(
        ["101"] * 6 + ["102"] * 5 + ["101."], "101.", "101", ["101"] * 6 + ["102"] * 6
    ),
    "a site that lost digits": two_levels(
        ["101"] * 7 + ["202"] * 4 + ["1"], "1", "101", ["1"] * 2 + ["10"] * 5 + ["2"] * 5
    ),
    "a site with a letter less": two_levels(
        ["Lisbon"] * 10 + ["Lisbn"] * 2, "Lisbn", "Lisbon", ["Lisbon"] * 9 + ["Lisbn"] * 3
    ),
    "the first letter of a site": two_levels(
        ["north"] * 10 + ["south", "n"], "n", "north", ["II"] * 10 + ["I", "III"]
    ),
    "two sites in other letters": two_levels(
        ["North"] * 7 + ["north"] * 5, "north", "North", ["North"] * 7 + ["south"] * 5
    ),
    "a site of a factor with a letter less": Case(
        of_pooled_sites(*["Lisbon"] * 6, *["Porto"] * 5, "Prto"),
        as_it_is,
        (
            Told(
                "similar_levels",
                "warning",
                "'Prto' is a level of site of its own (S12), written like 'Porto' (5 subjects)",
                subject="S12",
                found="Prto",
                expected='one word a level: in sources.subjects values.site = { "Prto" = "Porto" } '
                'if they are one, values.site = { "Prto" = "Prto" } if they are two',
            ),
        ),
        lambda files: {
            **files,
            "subjects.csv": of_sites(*["Lisbon"] * 6, *["Porto"] * 6)["subjects.csv"],
        },
    ),
    "a site that is recoded to itself": Case(
        of_sites(*["Niger"] * 2, *["Nigeria"] * 10),
        as_it_is,
        (
            Told(
                "similar_levels",
                "warning",
                "'Niger' is a level of site of its own (S1, S2), written like 'Nigeria'",
                found="Niger",
                expected='one word a level: in sources.subjects values.site = { "Niger" = '
                '"Nigeria" } if they are one, values.site = { "Niger" = "Niger" } if they are two',
            ),
        ),
        in_study(
            'file = "subjects.csv"\n',
            'file = "subjects.csv"\nvalues.site = { "Niger" = "Niger" }\n',
        ),
    ),
    "a subject without an arm": Case(
        TWO_ARMS,
        replaced("allocations.csv", "S4,B\n", ""),
        (
            Told(
                "no_arm",
                "error",
                "S4 was read after baseline and allocated to no arm",
                subject="S4",
                found="no arm",
                expected="a row in the source of allocations, or a population without it",
            ),
        ),
        # Who was read at baseline alone was perhaps never randomised.
        both(
            replaced("allocations.csv", "S4,B\n", ""),
            replaced("readings.csv", "S4,W4,cheek,46\n", ""),
        ),
    ),
    "a subject without a stratum": Case(
        TWO_ARMS,
        replaced("subjects.csv", "S2,north", "S2,"),
        (
            Told(
                "blank_stratum",
                "error",
                "1 of 4 subjects has no site, by which hydration is adjusted (0 of A, 1 of B): S2; the "
                "analyses that use it leave them out",
                measure="corneometer.hydration",
                found="blank",
                expected="site of these subjects as it was in randomising, or "
                'endpoints.hydration.blank = "leave_out" or "own_level"',
            ),
        ),
        both(
            replaced("subjects.csv", "S2,north", "S2,"),
            in_study('strata = ["site"]', 'strata = ["site"]\nblank = "leave_out"'),
        ),
    ),
    "a study without a list of subjects": Case(
        QUIET,
        in_study('[[sources.subjects]]\nfile = "subjects.csv"\n', ""),
        (
            Told(
                "no_subject_list",
                "note",
                "its people are the 6 subjects with a reading",
                found="6",
                expected="[[sources.subjects]] with the list of all who were enrolled",
            ),
        ),
        # A long file as a list: its rows of a subject are one.
        in_study('file = "subjects.csv"', 'file = "exposures.csv"'),
    ),
}

# One subject received another arm than it was allocated to.
SAFETY = """
[[sources.events]]
file = "events.csv"

[endpoints.first_event]
label = "First event"
role = "safety"
kind = "time_to_event"
improves = "up"
compare = ["ever"]
analyses = ["log_rank"]
event = { table = "events", start = "enrolment", censor = "end of study" }

[analyses.safety]
use = "adverse_events"

[quality]
"""
BY_BOTH: Files = {
    **TWO_ARMS,
    "study.toml": STUDY.replace("\n[quality]\n", SAFETY).replace(
        "[comparisons]\n", '[comparisons]\never = { arm = ["A", "B"] }\n'
    ),
    "subjects.csv": "subject,site,enrolled,ended\n"
    + "".join(
        f"{name},{site},2024-03-04,2024-04-08\n"
        for name, site in zip(IDS, ("north", "north", "south", "south"), strict=True)
    ),
    "events.csv": "subject,term,start_date\nS1,itch,2024-03-06\nS2,itch,2024-03-07\n",
    "allocations.csv": "subject,arm,arm_actual\nS1,A,B\nS2,B,B\nS3,A,A\nS4,B,B\n",
}
CASES |= {
    "safety by treatment received and as randomised": Case(
        BY_BOTH | {"allocations.csv": TWO_ARMS["allocations.csv"]},
        lambda files: {**files, "allocations.csv": BY_BOTH["allocations.csv"]},
        (
            Told(
                "two_kinds_of_arms",
                "warning",
                "safety is told by treatment received (analyses.safety) and as randomised "
                "(First event), and 1 subject received another arm than allocated to: S1",
                file="allocations.csv",
                row=2,
                found="by treatment received: analyses.safety; as randomised: "
                "endpoints.first_event",
                expected='one of the two: arm = "received" of the endpoint, or options.arm = '
                '"allocated" of the analysis',
            ),
        ),
        lambda files: {
            **files,
            "allocations.csv": BY_BOTH["allocations.csv"],
            "study.toml": str(files["study.toml"]).replace(
                'role = "safety"', 'role = "safety"\narm = "received"'
            ),
        },
    )
}
