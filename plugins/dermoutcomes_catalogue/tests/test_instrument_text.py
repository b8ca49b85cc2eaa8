"""What an instrument's file may say beside its parameters, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dermoutcomes import PluginError, instruments_in

PROBE = """
[instruments.probe]
label = "Probe"
{more}
[instruments.probe.parameters.depth]
unit = "mm"
low = 0
maximum = 9
{depth}
[instruments.probe.parameters.head]
kind = "setting"
{end}
"""
ROOM = """
[parameters.warmth]
kind = "circumstance"
[checks.warmth]
problem = "warmth > 22"
message = "the room was at {warmth}"
"""


def probe(folder: Path, more: str = "", depth: str = "", end: str = ""):
    (folder / "shared").mkdir()
    (folder / "shared" / "room.toml").write_text(ROOM)
    text = PROBE.format(more=more, depth=depth, end=end)
    (folder / "probe.toml").write_text(text)
    (instrument,) = instruments_in(folder)
    return instrument


def test_ranges_words_and_sources_of_numbers_are_read(tmp_path):
    instrument = probe(
        tmp_path,
        depth='words = ["Tiefe"]\nsources = { low = "Page 3" }\nunverified = ["maximum"]\n'
        'ranges = [{ settings = { head = 2 }, high = 3, source = "Page 4", verified = false }]',
    )
    depth = instrument.parameter("depth")

    assert depth.words == ("Tiefe",)
    assert (depth.sources, depth.unverified) == ({"low": "Page 3"}, ("maximum",))
    (own,) = depth.ranges
    assert (own.low, own.high, own.settings, own.verified) == (None, 3, {"head": 2}, False)


def test_a_check_is_a_formula_over_its_codes(tmp_path):
    instrument = probe(
        tmp_path,
        end='[instruments.probe.checks.deep]\nproblem = "depth > 2 * head"\nmessage = "{depth}"\n'
        'severity = "error"\nexpected = "less"',
    )
    (check,) = instrument.checks

    assert (check.name, check.measure, check.severity) == ("deep", "depth", "error")
    assert sorted(check.needs) == ["depth", "head"]


def test_what_several_entries_say_stands_in_one_file(tmp_path):
    instrument = probe(tmp_path, more='shares = ["room"]')

    assert [one.code for one in instrument.parameters] == ["depth", "head", "warmth"]
    assert [one.needs for one in instrument.checks] == [("warmth",)]


@pytest.mark.parametrize(
    ("where", "text", "words"),
    [
        ("more", 'shares = ["romo"]', ["'romo.toml'", "probe.shares", "did you mean 'room'?"]),
        ("more", 'shares = "room"', ["not a list of names"]),
        ("depth", "ranges = [{ settings = { head = 2 } }]", ["ranges[1]", "no end"]),
        ("depth", "ranges = [{ high = 2 }]", ["neither place nor setting", "locations = "]),
        ("depth", "ranges = [{ settings = { haed = 1 }, low = 0 }]", ["did you mean 'head'?"]),
        (
            "depth",
            'ranges = [{ locations = ["palm"], low = 3, high = 2 }]',
            ["ends below", "low = 3, high = 2"],
        ),
        ("depth", 'sources = { hihg = "p" }', ["depth.sources", "did you mean 'high'?"]),
        ("depth", 'sources = { high = "p" }', ["high is not stated", "high beside it"]),
        ("depth", 'unverified = ["improves"]', ["depth.unverified", "improves is not stated"]),
        (
            "end",
            '[instruments.probe.checks.deep]\nproblem = "dept > 2"\nmessage = "m"',
            ["checks.deep.problem", "did you mean 'depth'?"],
        ),
        (
            "end",
            '[instruments.probe.checks.deep]\nproblem = "depth > 2"\nmessage = "m"\nmeasure = "x"',
            ["checks.deep.measure", "'depth'", "'head'"],
        ),
        (
            "end",
            '[instruments.probe.checks.deep]\nproblem = "depth > 2"\nmessage = "m"\nitems = ["x"]',
            ["checks.deep.items", "names its codes in the formula"],
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path, where, text, words):
    with pytest.raises(PluginError) as caught:
        _ = probe(tmp_path, **{where: text}).parameters

    assert [word for word in words if word not in str(caught.value)] == []


def test_a_code_that_the_shared_file_has_too_is_refused(tmp_path):
    own = "[instruments.probe.parameters.warmth]"
    with pytest.raises(PluginError, match="same parameters"):
        _ = probe(tmp_path, more='shares = ["room"]', end=own).parameters
