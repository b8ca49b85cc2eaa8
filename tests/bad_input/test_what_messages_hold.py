"""Every message holds what a user needs, so that an update cannot take it away: a place, what was found, what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from attrs import frozen

from .golden import read_golden

MESSAGES = read_golden()
SEVERITY = re.compile(r"^(error|warning|note): ", re.MULTILINE)
# Where to look: a file with its line, a folder, a key of the study, a subject, or the plugin that is to blame.
PLACE = re.compile(
    r"""[\w/-]+\.(toml|lock|csv|py|json|docx)\b | \bFOLDER\b | ^\.\ is | \[[a-z_]+\.\S+\] | \bS\d+\b | '(own|SMALL)'
        | \bown(\.\w+)?\b | \bresults/\w+ | study_loaded | step_finished | covariates\ and\ strata\ of\ \w+
        | ^nothing\ of\ this\ name""",
    re.VERBOSE,
)
# What was found: said as such, quoted, counted, or named by what went wrong.
FOUND = re.compile(
    r"""found[: ] | '[^']+' | "[^"]+" | \d | \b[A-Z]\w+(Error|Exit)\b | \b(missing|does\ not|is\ not|nothing|empty|lacks|damaged
        |no\ such|holds|is\ a\ (file|folder)|exists|refuses|edited|another|expects|no\ reading|subject)\b""",
    re.VERBOSE,
)
# What to do: what is expected, or a thing to do about it.
ADVICE = re.compile(
    r"""\bexpected\b | hint: | did\ you\ mean | ;\ (name|read|wait|take)\b | :\ (decide|look)\b | say\ which\ is\ meant: | \bUninstall\b
        | cells\ are\ missing | does\ a\ cell\ hold | there\ is\ one\ of""",
    re.VERBOSE | re.IGNORECASE,
)
# The failure of somebody's code, whose own words and line are all that there is to say.
RAISED = re.compile(r"\b[A-Z]\w+(Error|Exit): .+ \(own\.py, line \d+\)$", re.MULTILINE)
# A finding of a check ends with the check's name; a problem that stops the command has the key of the study before its words.
FINDING = re.compile(r"^(?!\S+: \[).* \[[a-z_.0-9]+\]$")
COUNT = re.compile(r"^(\d+) problems?; nothing was written or replaced$", re.MULTILINE)
# Messages without advice, and why they stand: the test below names one that has got some, so that the list only shrinks.
WITHOUT_ADVICE = {
    "a plugin that registers nothing": "the names that it lacks are told",
    "an analysis that gives nothing": "a failure of the plugin, without a line of it",
    "an adjustment that decides nothing": "the hypothesis is told",
    "a check that needs a column that it does not name": "the columns that there are are told",
    "a reporter that writes elsewhere": "the file is told",
    "an instrument whose preparation refuses the data": "the plugin's own words",
    "an instrument whose preparation gives something else": "a failure of the plugin, without a line of it",
    "a damaged lock": "the place and the parser's words are told",
    "a file where the results belong": "the system's own words",
    "a folder that is not a run folder": "the file that it lacks is told",
    "a damaged manifest": "the parts that it lacks are told",
}


@frozen
class Message:
    """One message of a case: its severity, and its words with the lines that belong to it."""

    case: str
    severity: str
    words: str

    @property
    def finds(self) -> bool:
        """Whether it is a finding of a check."""
        return FINDING.match(self.words.splitlines()[0]) is not None


def messages() -> Iterator[Message]:
    for case, text in MESSAGES.items():
        starts = [*SEVERITY.finditer(text)]
        ends = [*(start.start() for start in starts), len(text)][1:]
        for start, end in zip(starts, ends, strict=False):
            yield Message(case, start.group(1), own_lines(text[start.end() : end]))


def own_lines(words: str) -> str:
    """The first line and those that are indented below it; what a command says afterwards is not of the message."""
    first, *more = words.splitlines()
    return "\n".join(
        [
            first,
            *(
                line
                for line in more
                if line.startswith("    ") and not line.lstrip().startswith("…")
            ),
        ]
    )


ALL = list(messages())


def test_most_cases_have_a_message() -> None:
    assert len(ALL) >= len(MESSAGES) > 100


@pytest.mark.parametrize(
    ("what", "rule"), [("place", PLACE), ("finding", FOUND)], ids=["place", "finding"]
)
def test_every_message_has_it(what: str, rule: re.Pattern[str]) -> None:
    assert [
        f"{message.case}: no {what} in {message.words!r}"
        for message in ALL
        if not rule.search(message.words)
    ] == []


def test_every_message_says_what_to_do() -> None:
    silent = [
        message
        for message in ALL
        if not ADVICE.search(message.words) and not RAISED.search(message.words)
    ]

    assert [
        f"{message.case}: {message.words!r}"
        for message in silent
        if message.case not in WITHOUT_ADVICE
    ] == []
    assert sorted(set(WITHOUT_ADVICE) - {message.case for message in silent}) == [], (
        "these have advice now"
    )


def test_what_is_unknown_is_told_with_what_there_is() -> None:
    # What there is of that kind, or, with a word that is nearly right, the one that was probably meant.
    unknown = [
        message
        for message in ALL
        if re.search(r"unknown key|there is no \w+ '|no such|is declared", message.words)
    ]

    assert len(unknown) > 15
    assert [message.words for message in unknown if "expected" not in message.words] == []


def test_a_problem_of_the_study_file_has_its_line_and_key() -> None:
    keys = [
        message
        for message in ALL
        if message.words.startswith("study.toml:") and "[" in message.words.splitlines()[0]
    ]

    assert len(keys) > 40
    assert [
        message.words
        for message in keys
        if not re.match(r"study\.toml:(\d+:\d+:)? ?\[", message.words)
        and "TOML" not in message.words
    ] == []


def test_a_finding_names_its_check() -> None:
    findings = [
        message
        for message in ALL
        if message.severity != "error" or re.match(r"\w+\.csv:\d+(:\d+)?: (?!\[)", message.words)
    ]

    assert len(findings) > 40
    assert [message.words for message in findings if not message.finds] == []


@pytest.mark.parametrize("case", [case for case, text in MESSAGES.items() if COUNT.search(text)])
def test_a_command_that_stops_counts_its_problems(case: str) -> None:
    count = COUNT.search(MESSAGES[case])
    problems = [
        message
        for message in ALL
        if message.case == case and message.severity == "error" and not message.finds
    ]

    assert count is not None
    assert int(count.group(1)) == len(problems)


# How many messages have it today. A new message may add to them; an update that takes one away must lower it here, in sight.
AT_LEAST = {"found": 71, "expected": 117, "hint:": 39, "did you mean": 16}


@pytest.mark.parametrize("part", AT_LEAST)
def test_no_update_takes_a_part_away_unseen(part: str) -> None:
    assert sum(part in message.words.lower() for message in ALL) >= AT_LEAST[part]


@pytest.mark.parametrize(
    ("rule", "poor"),
    [
        (PLACE, "the value is not valid\n    found:    4\n    expected: text"),
        (FOUND, "study.toml: [study.alpha] please change the value\n    expected: a probability"),
        (
            ADVICE,
            'study.toml:9:8: [visits.W4.at] not a valid value\n    found:    "4 weeks" (text)',
        ),
        (
            ADVICE,
            "corneometer.csv:2:7: S1, W0: a text stands where a number belongs (found 'dry') [not_a_number]",
        ),
    ],
    ids=["no place", "nothing found", "a problem without advice", "a finding without advice"],
)
def test_a_poor_message_is_seen(rule: re.Pattern[str], poor: str) -> None:
    assert not rule.search(poor)
