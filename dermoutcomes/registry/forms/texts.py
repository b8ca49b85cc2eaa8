"""The tables of a scale or an instrument in a plugin file, as they are written there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from attrs import frozen

from dermoutcomes.declare import option
from dermoutcomes.registry.forms.missing_rules import RULES

__all__ = [
    "INSTRUMENT_KEYS",
    "PARAMETER_KEYS",
    "SCALE_KEYS",
    "SINGLE_FORM_COLUMNS",
    "OutcomeSetText",
    "RangeText",
]

SINGLE_FORM_COLUMNS = ("value", "base", "change", "pct_change")
Numbers = tuple[float, ...]
Codes = tuple[str, ...]


def _key(text: str = "") -> Any:
    from attrs import field

    return field(default=text, metadata={"key": True})


@frozen(kw_only=True)
class RegionText:
    """A region or side."""

    id: str = _key()
    label: str = option("", "Its name in words; the key unless given.")
    weight: float | None = option(None, "Its weight, where the scale has no variants.")
    weights: Mapping[str, float] = option({}, "Its weight in each variant.")
    words: Codes = option((), "Further words for it in a file with a row a region.")


@frozen(kw_only=True)
class BandText:
    """One band."""

    name: str = option(help="What it is called; empty where its source gives it no name.")
    from_: float | None = option(None, "It begins with this score.")
    above: float | None = option(None, "It begins above this score.")
    to: float | None = option(None, "It ends with this score.")
    below: float | None = option(None, "It ends below this score.")


@frozen(kw_only=True)
class BandTableText:
    """A named table of bands."""

    id: str = _key()
    of: str | None = option(None, "The score; the main one unless given.")
    label: str = option("", "What the table is called.")
    default: bool = option(False, "Whether it is the usual table of its score.")
    bands: tuple[BandText, ...] = option(help="The bands, from the lowest.")
    source: str = option("", "Where it was published, with the page.")
    verified: bool = option(True, "Whether that source was read.")


@frozen(kw_only=True)
class ConditionText:
    """Conditions on one code, as `value = "<= 2"` or `pct_change = "<= -75"`."""

    value: str | None = option(None, "On the score itself.")
    base: str | None = option(None, "On the score before treatment.")
    change: str | None = option(None, "On score minus baseline.")
    pct_change: str | None = option(None, "On the change in percent of the baseline.")


@frozen(kw_only=True)
class ResponderText:
    """A named responder."""

    id: str = _key()
    label: str = option("", "What it is called; its key unless given.")
    meets: Mapping[str, ConditionText] = option(help="Conditions by code; all must hold.")
    among: Mapping[str, ConditionText] = option({}, "Who can be judged, as conditions by code.")
    default: bool = option(False, "Whether `responder` alone means this one.")
    source: str = option("", "Where it was published, with the page.")
    verified: bool = option(True, "Whether that source was read.")


@frozen(kw_only=True)
class ImportantChangeText:
    """A change of a person that matters."""

    id: str = _key()
    of: str | None = option(None, "The score; the main one unless given.")
    points: float | None = option(None, "The change in points.")
    percent: float | None = option(None, "The change in percent of the baseline.")
    label: str = option("", "In words, as the anchor.")
    source: str = option(help="Where it was published, with the page.")
    verified: bool = option(True, "Whether that source was read.")
    worsening: bool = option(False, "Whether it is a change for the worse.")


@frozen(kw_only=True)
class FormOptionText:
    """A number that a study or a form may choose."""

    id: str = _key()
    label: str = option(help="What it is, in words.")
    default: float = option(help="What it is where nothing is said.")
    values: Numbers = option((), "What it may be; any number unless given.")
    responders: Mapping[str, str] = option({}, "The named responder of each value.")


@frozen(kw_only=True)
class RowsText:
    """Entries that one score rests on: the days of a diary, the nails of two hands."""

    key: str = option(help="The key of their list in a form.")
    items: Codes = option(help="What each entry holds, in its order.")
    counts: str = option(help="The code that an entry must have, to count.")
    take: Literal["mean", "sum"] = option("mean", "What is made of the entries.")
    expected: int | None = option(None, "How many there should be.")
    most: int | None = option(None, "How many there can be, where fewer are no gap.")
    every: bool = option(False, "Whether there is no score where a listed entry does not count.")
    fewest: int = option(1, "How many are needed.", at_least=1)
    fewest_by: str | None = option(None, "The option that says how many are needed.")
    window: tuple[int, int] | None = option(None, "The days of a study that a visit takes.")


@frozen(kw_only=True)
class CheckText:
    """A rule over one form or reading."""

    id: str = _key()
    problem: str = option(help="A formula that is true where the rule is broken.")
    items: Codes = option((), "Codes that `item` in the formula stands for, one after the other.")
    each_region: bool = option(False, "Whether it is tried in each region, with its codes.")
    measure: str | None = option(None, "The code that the finding is about.")
    severity: Literal["note", "warning", "error"] = option("warning", "How grave it is.")
    message: str = option(help="What is asked, with codes in braces.")
    expected: str = option("", "What was expected.")


@frozen(kw_only=True)
class ConversionText:
    """A score that a file of the study has for each whole value of another."""

    of: str = option(help="The score that is converted.")
    lowest: str = option(help="A formula over options: the value at which the table begins.")
    highest: str = option(help="A formula over options: the value at which the table ends.")


@frozen(kw_only=True)
class CaseText:
    """A worked form."""

    id: str = option(help="What it is called.")
    items: Mapping[str, Any] = option(help="The form, regions nested.")
    expected: Mapping[str, Any] = option(help="Its scores, bands and responders.")
    params: Mapping[str, Any] = option({}, "Options of the scale.")
    source: str = option("", "Who worked it out, and where it was published.")


@frozen(kw_only=True)
class CaseFile:
    """A file of worked cases, `[[cases]]` each."""

    cases: tuple[CaseText, ...] = option((), "The worked forms.")


@frozen(kw_only=True)
class RangeText:
    """What is plausible at some places or with some settings."""

    low: float | None = option(None, "The least that is plausible.")
    high: float | None = option(None, "The most that is plausible.")
    locations: Codes = option((), "The places that it holds for; any unless given.")
    settings: Mapping[str, float] = option({}, "The settings that it holds for, as probe_mm = 2.")
    population: str = option("", "Who was measured.")
    source: str = option("", "Where it was published, with the page.")
    verified: bool = option(True, "Whether that source was read.")


# Keys of [instruments.NAME] beside those of every declaration, with type and default.
INSTRUMENT_KEYS: Mapping[str, tuple[Any, Any]] = {"checks": (Mapping[str, CheckText], {})}


@frozen(kw_only=True)
class CoreDomainText:
    """A domain of a core outcome set."""

    id: str = _key()
    label: str = option("", "What it is called; its key unless given.")
    measures: Codes = option((), "The measures that were agreed on, as `scale.total`.")
    choice: Literal["all", "one"] = option(
        "all", "Whether all belong to the set, or one is chosen."
    )
    without: Codes = option((), "Instruments that were agreed on and are no entry here.")
    note: str = option("", "What else was agreed, as the age that an instrument is for.")


@frozen(kw_only=True)
class OutcomeSetText:
    """A core outcome set."""

    id: str = _key()
    label: str = option(help="What it is called.")
    disease: str = option(help="What it is for.")
    version: str = option(help="Which of its versions this is.")
    status: str = option(help="How far the agreement has come.")
    domains: Mapping[str, CoreDomainText] = option(help="The domains, in their order.")
    references: Codes = option(help="Where it was agreed on.")


# Keys of [scales.NAME] beside those of every declaration, with type and default.
SCALE_KEYS: Mapping[str, tuple[Any, Any]] = {
    "main": (str | None, None),
    "regions": (Mapping[str, RegionText], {}),
    "variants": (Mapping[str, str], {}),
    "options": (Mapping[str, FormOptionText], {}),
    "rows": (RowsText | None, None),
    "bands": (Mapping[str, BandTableText], {}),
    "responders": (Mapping[str, ResponderText], {}),
    "important_changes": (Mapping[str, ImportantChangeText], {}),
    "checks": (Mapping[str, CheckText], {}),
    "cases": (tuple[CaseText, ...], ()),
    "response_name": (str | None, None),
    "other_names": (Codes, ()),
    "subject_columns": (Mapping[str, str], {}),
    "licence_line": (str, ""),
}
# Keys of a parameter of a scale beside those of every parameter.
PARAMETER_KEYS: Mapping[str, tuple[Any, Any]] = {
    "formula": (str | None, None),
    "each_region": (bool, False),
    "over_regions": (str | None, None),
    "sum": (Codes, ()),
    "missing": (Literal[tuple(RULES)], "none"),
    "at_least": (float | None, None),
    "count_answers": (str | None, None),
    "answers": (Mapping[str, float], {}),
    "two_answers": (Literal["", "higher"], ""),
    "group": (str, ""),
    "told_as": (str, ""),
    "conversion": (ConversionText | None, None),
    "blank": (str | None, None),
}
