"""Times to an event that leave something out, and dates after the data cut."""

from __future__ import annotations

from .case import Case, Edit, Told, both, in_study
from .studies import QUIET

CASES: dict[str, Case] = {}
RULE = 'event = { where = { term = "rash" } }'
READ = 'event = { table = "observations", where = { measure = "corneometer.hydration", value = "> 45" } }'


def rash(*days: str, rule: str = RULE, role: str = "secondary", milestone: str = "") -> Edit:
    """A time to a rash, of which S1 and others had one on the given days; and a milestone of S1."""
    milestones = '[[sources.milestones]]\nfile = "milestones.csv"\n\n' if milestone else ""
    return both(
        in_study(
            "[quality]",
            f'[[sources.events]]\nfile = "events.csv"\n\n{milestones}[endpoints.time]\n'
            f'label = "Time to a rash"\nrole = "{role}"\nkind = "time_to_event"\n{rule}\n'
            'analyses = ["kaplan_meier"]\n\n[quality]',
        ),
        lambda files: {
            **files,
            "events.csv": "subject,term,start_date\nS6,rash,2024-03-20\n"
            + "".join(f"S{number},rash,{day}\n" for number, day in enumerate(days, start=1)),
            **({"milestones.csv": f"subject,milestone,date\n{milestone}\n"} if milestone else {}),
        },
    )


def cut_on(day: str) -> Edit:
    return in_study('design = "single-arm"', f'design = "single-arm"\ndata_cut = {day}')


def durations(status: str) -> Edit:
    """A time to a rash as a file of durations states it: how that of S1 ended."""
    return both(
        in_study(
            "[quality]",
            '[[sources.durations]]\nfile = "durations.csv"\n\n[endpoints.time]\n'
            'label = "Time to a rash"\nrole = "primary"\nevent = { table = "durations" }\n'
            'analyses = ["kaplan_meier"]\n\n[quality]',
        ),
        lambda files: {
            **files,
            "durations.csv": f"subject,duration,status\nS1,40,{status}\n"
            + "".join(f"S{number},{10 * number},1\n" for number in range(2, 7)),
        },
    )


CASES |= {
    "a competing event of a file of durations": Case(
        QUIET,
        durations("competing"),
        (
            Told(
                "competing_event",
                "warning",
                "Time to a rash: 1 of 6 subjects died, or had another event",
                found="S1",
                expected="an event that holds deaths too, or a remark on the deaths beside the "
                "curves",
            ),
        ),
        durations("censored"),
    ),
    "events after the end of observation": Case(
        QUIET,
        rash("2024-05-28", "2024-06-10"),
        (
            Told(
                "event_after_end",
                "warning",
                (
                    "Time to a rash: 2 of 6 subjects had their first event after the end",
                    "and count as without it",
                ),
                found="S1 (event day 86, end day 85), S2 (event day 99, end day 85)",
                expected="an end after what was seen: endpoints.time.event.censor, or the dates of "
                "both",
            ),
        ),
        rash("2024-05-27", "2024-05-20"),
    ),
    "events after the end of an exploratory endpoint": Case(
        QUIET,
        rash("2024-05-28", role="exploratory"),
        (
            Told(
                "event_after_end",
                "note",
                "1 of 6 subjects",
                found="S1 (event day 86, end day 85)",
                expected="an end after what was seen: endpoints.time.event.censor, or the dates of "
                "both",
            ),
        ),
        rash("2024-05-27", role="exploratory"),
    ),
    "events before the start of observation": Case(
        QUIET,
        rash("2024-03-03"),
        (
            Told(
                "event_before_start",
                "note",
                "1 of 6 subjects had an event before the start",
                found="S1 (day -1)",
                expected="events from the start on (endpoints.time.event.start)",
            ),
        ),
        rash("2024-03-04"),
    ),
    "a death before the event could come": Case(
        QUIET,
        rash(milestone="S1,Death,2024-05-27"),
        (
            Told(
                "competing_event",
                "warning",
                ("Time to a rash: 1 of 6 subjects died", "They count as censored"),
                found="S1",
                expected="an event that holds deaths too, or a remark on the deaths beside the "
                "curves",
            ),
        ),
        # After the event a death competes with nothing.
        rash("2024-04-20", milestone="S1,Death,2024-05-27"),
    ),
    "an event that is seen at visits": Case(
        QUIET,
        rash(rule=READ),
        (
            Told(
                "interval_censored",
                "note",
                "the event is seen at a visit and came between that and the visit before",
                expected="visits as often in all arms",
            ),
        ),
        rash(),
    ),
    "readings after the data cut": Case(
        QUIET,
        cut_on("2024-05-26"),
        (
            Told(
                "after_data_cut",
                "warning",
                "24 rows of 6 subjects are dated after the data cut of 2024-05-26",
                file="readings.csv",
                row=10,
                found="S1, S2, S3, S4, S5, S6",
                expected="data_cut of [study] as it was, or where in the source, which takes the "
                "rows up to it",
            ),
        ),
        cut_on("2024-05-27"),
    ),
}
