"""TOML tables as attrs values: strictly, and every mistake reported."""

# ruff: noqa: DTZ001 - a TOML file has local times

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, Literal

import attrs
import jsonschema
import pytest
from attrs import field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes import option
from dermoutcomes.conditions import Conditions, parse_conditions
from dermoutcomes.errors import DermOutcomesError
from dermoutcomes.options.parsing import describe, json_schema, option_names, parse_options
from dermoutcomes.testing import random_examples


def to_upper(value):
    if not isinstance(value, str):
        raise ValueError("a text to write large")  # noqa: TRY004 - the word of a hook
    return value.upper()


@frozen
class Inner:
    size: int = option(help="How large.", at_least=1)
    name: str = field(default="", metadata={"key": True})
    position: int = field(default=0, metadata={"key": True})


@frozen
class Everything:
    """All types that an option can have."""

    text: str = option("t", "A text.")
    whole: int = option(1, "A whole number.", at_least=0, at_most=9)
    number: float = option(0.5, "A number.", at_least=0, at_most=1, unit="mm")
    flag: bool = option(False, "Yes or no.")
    day: date | None = option(None, "A day.")
    moment: datetime | None = option(None, "A moment.")
    clock: time | None = option(None, "A time.")
    kind: str = option("a", "One of two.", choices=("apple", "a"))
    mode: Literal["fast", "slow"] = option("fast", "Another way to say it.")
    maybe: int | None = option(None, "Perhaps.")
    words: tuple[str, ...] = option((), "Words.")
    pair: tuple[float, float] | None = option(None, "Two numbers.")
    table: Mapping[str, int] = option({}, "Names and numbers.")
    either: tuple[int, ...] | str | None = option(
        None, "A list or a text.", parse=lambda value: value
    )
    large: str | None = option(None, "Written large.", parse=to_upper)
    inner: Inner | None = option(None, "A table.")
    inners: tuple[Inner, ...] = option((), "Tables.")
    named: Mapping[str, Inner] = option({}, "Tables by name.")
    anything: Mapping[str, Any] = option({}, "Whatever.")
    class_: str | None = option(None, "A word that Python keeps.")


@frozen
class Needy:
    must: str = option(help="What must be there.")
    also: float = option(help="This too.", at_least=2)


@frozen
class Open:
    where: Conditions = field(
        default=Conditions(), metadata={"rest": True, "parse": parse_conditions}
    )
    id: str = field(default="", metadata={"key": True})


def parsed(table, cls=Everything):
    problems = []
    value = parse_options(table, cls, path="x", problems=problems)
    assert (value is None) == bool(problems)
    return value, [
        (problem.path, problem.found, problem.expected, problem.hint) for problem in problems
    ]


@pytest.mark.parametrize(
    ("table", "attribute", "value"),
    [
        ({"text": "é"}, "text", "é"),
        ({"number": 1}, "number", 1.0),
        ({"flag": True}, "flag", True),
        ({"day": date(2021, 3, 1)}, "day", date(2021, 3, 1)),
        ({"moment": datetime(2021, 3, 1, 9)}, "moment", datetime(2021, 3, 1, 9)),
        ({"clock": time(9)}, "clock", time(9)),
        ({"mode": "slow"}, "mode", "slow"),
        ({"maybe": 3}, "maybe", 3),
        ({"words": ["a", "b"]}, "words", ("a", "b")),
        ({"pair": [1, 2.5]}, "pair", (1.0, 2.5)),
        ({"table": {"a": 1}}, "table", {"a": 1}),
        ({"either": [1, 2]}, "either", (1, 2)),
        ({"either": "a"}, "either", "a"),
        ({"large": "a"}, "large", "A"),
        ({"inner": {"size": 2}}, "inner", Inner(2)),
        (
            {"inners": [{"size": 1}, {"size": 2}]},
            "inners",
            (Inner(1, "inners", 1), Inner(2, "inners", 2)),
        ),
        ({"named": {"b": {"size": 1}}}, "named", {"b": Inner(1, "b")}),
        ({"anything": {"a": [1, {"b": 2}]}}, "anything", {"a": [1, {"b": 2}]}),
        ({"class": "c"}, "class_", "c"),
    ],
)
def test_a_value_of_the_declared_type_is_taken(table, attribute, value):
    result, problems = parsed(table)

    assert problems == []
    assert getattr(result, attribute) == value
    assert type(getattr(result, attribute)) is type(value)


def test_a_table_that_says_nothing_gives_the_defaults():
    assert parsed({})[0] == Everything()


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({"text": 5}, ("x.text", "5", "text", 'write it in quotes: "5"')),
        (
            {"whole": "5"},
            (
                "x.whole",
                '"5" (text)',
                "a whole number, at least 0 and at most 9",
                "write 5 without quotes",
            ),
        ),
        ({"whole": True}, ("x.whole", "true", "a whole number, at least 0 and at most 9", None)),
        ({"whole": 1.0}, ("x.whole", "1.0", "a whole number, at least 0 and at most 9", None)),
        ({"whole": 10}, ("x.whole", "10", "a whole number, at least 0 and at most 9", None)),
        (
            {"number": "0,3"},
            (
                "x.number",
                '"0,3" (text)',
                "a number, at least 0 and at most 1",
                "write 0.3 without quotes",
            ),
        ),
        ({"number": float("nan")}, ("x.number", "nan", "a number, at least 0 and at most 1", None)),
        ({"number": float("inf")}, ("x.number", "inf", "a number, at least 0 and at most 1", None)),
        ({"number": -0.1}, ("x.number", "-0.1", "a number, at least 0 and at most 1", None)),
        ({"flag": 1}, ("x.flag", "1", "true or false", None)),
        (
            {"flag": "true"},
            ("x.flag", '"true" (text)', "true or false", "write true without quotes"),
        ),
        (
            {"day": datetime(2021, 3, 1, 9)},
            ("x.day", "2021-03-01 09:00:00", "a date, as 2021-03-15", None),
        ),
        ({"day": "2021-03-01"}, ("x.day", '"2021-03-01" (text)', "a date, as 2021-03-15", None)),
        (
            {"moment": date(2021, 3, 1)},
            ("x.moment", "2021-03-01", "a date with a time, as 2021-03-15T09:30:00", None),
        ),
        (
            {"kind": "appel"},
            ("x.kind", '"appel" (text)', "one of 'apple', 'a'", "did you mean 'apple'?"),
        ),
        (
            {"mode": "slwo"},
            ("x.mode", '"slwo" (text)', "one of 'fast', 'slow'", "did you mean 'slow'?"),
        ),
        ({"words": "a"}, ("x.words", '"a" (text)', "a list of texts", 'write ["a"]')),
        ({"words": ["a", 1]}, ("x.words[2]", "1", "text", 'write it in quotes: "1"')),
        ({"pair": [1]}, ("x.pair", "[1] (a list)", "a list of 2 numbers", None)),
        ({"table": [1]}, ("x.table", "[1] (a list)", "a table of whole numbers", None)),
        ({"table": {"a b": 1.5}}, ('x.table."a b"', "1.5", "a whole number", None)),
        ({"either": 5}, ("x.either", "5", "a list of whole numbers or text", None)),
        ({"either": [1, "a"]}, ("x.either[2]", '"a" (text)', "a whole number", None)),
        ({"large": 5}, ("x.large", "5", "a text to write large", None)),
        ({"inner": 5}, ("x.inner", "5", "a table", None)),
        (
            {"inner": [{"size": 1}]},
            (
                "x.inner",
                "[{ size = 1 }] (a list)",
                "a table",
                "write [x.inner], with one pair of brackets",
            ),
        ),
        (
            {"inners": {"size": 1}},
            (
                "x.inners",
                "{ size = 1 } (a table)",
                "a list of tables",
                "write [[x.inners]], with two pairs of brackets",
            ),
        ),
        (
            {"inners": [{"size": 1}, {"size": 0}]},
            ("x.inners[2].size", "0", "a whole number, at least 1", None),
        ),
        (
            {"named": {"b": {"size": "1"}}},
            (
                "x.named.b.size",
                '"1" (text)',
                "a whole number, at least 1",
                "write 1 without quotes",
            ),
        ),
        (
            {"anything": {"a": [float("nan")]}},
            ("x.anything.a", "[nan] (a list)", "any value", None),
        ),
    ],
)
def test_another_value_is_refused_with_what_was_expected(table, problem):
    assert parsed(table)[1] == [problem]


def test_an_integer_too_large_for_a_number_is_refused():
    assert parsed({"number": 10**400})[1][0][0] == "x.number"


def test_unknown_keys_name_the_nearest():
    _, problems = parsed({"txet": 1, "klass": 2, "zzz": 3})

    assert [(path, hint) for path, _, _, hint in problems] == [
        ("x.txet", "did you mean 'text'?"),
        ("x.klass", "did you mean 'class'?"),
        ("x.zzz", None),
    ]
    assert "'words'" in problems[0][2]


def test_missing_keys_are_all_named_with_their_help():
    _, problems = parsed({}, Needy)

    assert problems == [
        ("x.must", None, "text", "What must be there."),
        ("x.also", None, "a number, at least 2", "This too."),
    ]


def test_every_mistake_is_reported_never_only_the_first():
    _, problems = parsed(
        {"text": 5, "whole": "x", "inner": {"size": "x", "zise": 1}, "words": [1, 2], "unknown": 1}
    )

    assert [path for path, *_ in problems] == [
        "x.text",
        "x.whole",
        "x.words[1]",
        "x.words[2]",
        "x.inner.size",
        "x.inner.zise",
        "x.unknown",
    ]


def test_a_class_may_take_every_key_and_each_wrong_one_is_named():
    result, problems = parsed({"age": "< 40", "site": ["a", "b"]}, Open)
    wrong = parsed({"age": "< forty", "site": {}, "sex": "f"}, Open)[1]

    assert problems == []
    assert str(result.where) == "age < 40 and site = a or b"
    assert [path for path, *_ in wrong] == ["x.age", "x.site"]


def test_a_validator_of_the_class_speaks_for_the_table():
    @frozen
    class Ordered:
        low: int = 0
        high: int = attrs.field(default=1, validator=attrs.validators.ge(1))

    _, problems = parsed({"high": 0}, Ordered)

    assert len(problems) == 1
    assert problems[0][0] == "x"


def test_a_class_whose_types_cannot_be_resolved_says_what_to_do():
    @frozen
    class Unresolved:
        when: Absent = None  # noqa: F821

    with pytest.raises(
        DermOutcomesError, match=r"Unresolved cannot be resolved(.|\n)*TYPE_CHECKING"
    ):
        option_names(Unresolved)


def as_toml(value):
    """What a TOML reader would have given for the value."""
    if attrs.has(type(value)):
        return {
            name: as_toml(getattr(value, attribute.name))
            for attribute in attrs.fields(type(value))
            if not attribute.metadata.get("key")
            and (name := attribute.name.removesuffix("_"))
            and getattr(value, attribute.name) is not None
        }
    if isinstance(value, Mapping):
        return {key: as_toml(item) for key, item in value.items()}
    return [as_toml(item) for item in value] if isinstance(value, tuple) else value


texts = st.text(max_size=6)
inners = st.builds(Inner, size=st.integers(1, 10**9))
everything = st.builds(
    Everything,
    text=texts,
    whole=st.integers(0, 9),
    number=st.floats(0, 1),
    flag=st.booleans(),
    day=st.none() | st.dates(),
    moment=st.none() | st.datetimes(),
    clock=st.none() | st.times(),
    kind=st.sampled_from(("apple", "a")),
    mode=st.sampled_from(("fast", "slow")),
    maybe=st.none() | st.integers(),
    words=st.lists(texts, max_size=3).map(tuple),
    pair=st.none() | st.tuples(st.floats(-9, 9), st.floats(-9, 9)),
    table=st.dictionaries(texts, st.integers(), max_size=3),
    either=st.none() | texts | st.lists(st.integers(), max_size=3).map(tuple),
    large=st.none() | texts.map(str.upper).filter(lambda text: text == text.upper()),
    inner=st.none() | inners,
    inners=st.lists(inners, max_size=3).map(
        lambda items: tuple(
            attrs.evolve(item, name="inners", position=n) for n, item in enumerate(items, 1)
        )
    ),
    named=st.dictionaries(texts, inners, max_size=2).map(
        lambda items: {key: attrs.evolve(item, name=key) for key, item in items.items()}
    ),
    anything=st.dictionaries(texts, st.integers() | texts, max_size=2),
    class_=st.none() | texts,
)


@given(everything)
@settings(deadline=None, max_examples=random_examples(80))
def test_options_come_back_as_they_were_written(options):
    assert parsed(as_toml(options))[0] == options


def test_the_schema_of_a_class_is_a_schema_and_says_what_the_parser_says():
    schema = json_schema(Everything)

    jsonschema.Draft7Validator.check_schema(schema)
    assert schema["additionalProperties"] is False
    assert schema["properties"]["whole"] == {
        "description": "A whole number.",
        "type": "integer",
        "minimum": 0,
        "maximum": 9,
        "default": 1,
    }
    assert schema["properties"]["number"]["description"] == "A number. Unit: mm."
    assert schema["properties"]["kind"]["enum"] == ["apple", "a"]
    assert schema["properties"]["inner"]["$ref"] == "#/definitions/Inner"
    assert schema["definitions"]["Inner"]["required"] == ["size"]
    assert "required" not in schema
    assert json_schema(Needy)["required"] == ["must", "also"]
    assert set(schema["properties"]) == set(option_names(Everything))


SAMPLES = [
    {"text": "a"},
    {"text": 5},
    {"whole": 3},
    {"whole": 30},
    {"whole": "3"},
    {"number": 1},
    {"number": 2},
    {"flag": 1},
    {"kind": "apple"},
    {"kind": "pear"},
    {"mode": "slow"},
    {"mode": "slower"},
    {"words": ["a"]},
    {"words": "a"},
    {"words": [1]},
    {"pair": [1, 2]},
    {"pair": [1]},
    {"table": {"a": 1}},
    {"table": {"a": "b"}},
    {"inner": {"size": 1}},
    {"inner": {"size": 0}},
    {"inner": {"zise": 1}},
    {"inners": [{"size": 1}]},
    {"inners": {"size": 1}},
    {"named": {"a": {"size": 1}}},
    {"named": {"a": {}}},
    {"anything": {"a": {"b": [1]}}},
    {"class": "x"},
    {"class_": "x"},
]


@pytest.mark.parametrize("table", SAMPLES, ids=json.dumps)
def test_schema_and_parser_agree(table):
    valid = jsonschema.Draft7Validator(json_schema(Everything)).is_valid(table)

    assert valid == (parsed(table)[1] == [])


def test_a_description_has_every_key_in_words():
    rows = {row.name: row for row in describe(Everything)}

    assert (rows["number"].type, rows["number"].default, rows["number"].unit) == (
        "a number, at least 0 and at most 1",
        "0.5",
        "mm",
    )
    assert rows["kind"].choices == ("apple", "a")
    assert rows["either"].type == "a list of whole numbers or text"
    assert rows["inners"].type == "a list of tables"
    assert rows["inners[].size"].required
    assert rows["named.<id>.size"].help == "How large."
    assert "inner.name" not in rows
