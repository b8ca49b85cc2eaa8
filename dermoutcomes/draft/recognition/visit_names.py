"""What a word for a visit says: its place in time, in English, German and French."""

from __future__ import annotations

import re
from functools import cache

from attrs import frozen

from dermoutcomes.draft.recognition.export_words import plain

__all__ = ["VisitName", "visit_name", "whole_visit_name"]

UNITS = {
    "min": ("min", "mins", "minute", "minutes", "minuten"),
    "h": ("h", "hr", "hrs", "hour", "hours", "std", "stunde", "stunden", "heure", "heures"),
    "d": ("d", "day", "days", "tag", "tage", "tagen", "jour", "jours", "j"),
    "w": ("w", "wk", "wks", "week", "weeks", "woche", "wochen", "semaine", "semaines", "s"),
    "mo": ("m", "mo", "mon", "month", "months", "monat", "monate", "monaten", "mois"),
    "y": ("y", "yr", "year", "years", "jahr", "jahre", "jahren", "an", "ans"),
}
DAYS = {"min": 1 / 1440, "h": 1 / 24, "d": 1.0, "w": 7.0, "mo": 30.4375, "y": 365.25}
UNIT_OF = {word: unit for unit, words in UNITS.items() for word in words}
UNIT = "|".join(sorted(UNIT_OF, key=len, reverse=True))
NUMBER = r"\d{1,4}(?:[.,]\d+)?"
TIMES = (
    re.compile(rf"(?:t|t ?\+|\+|after|nach|apres|at)?\s*(?P<number>{NUMBER})\s*(?P<unit>{UNIT})"),
    re.compile(rf"(?P<unit>{UNIT})\s*(?P<number>{NUMBER})"),
    re.compile(rf"t\s*(?P<number>{NUMBER})\s*(?P<unit>{UNIT})"),
)
# T28 d, and not Tag 28.
FROM_T = re.compile(r"t ?\+? ?\d")
PLAIN_TIME = re.compile(r"t\s*(\d{1,3})")
BASELINE = re.compile(
    r"baseline|base|bl|basis|basisvisite|basiswert|ausgangswert|ausgangsmessung|visite de base|"
    r"etat initial|base line|initial|pre|pre treatment|before treatment|vorher|avant"
)
AFTER = re.compile(r"post|post treatment|after|after treatment|nachher|apres|danach")
SCREENING = re.compile(r"screening|scr|screen|selection|vorvisite|voruntersuchung")
NUMBERED = re.compile(r"(?:v|vis|visit|visite|besuch|termin|kontrolle|session|sitzung)\s*(\d{1,2})")
OTHER = re.compile(
    r"unscheduled|unsched|ungeplant|non planifiee|early termination|et|eot|eos|end of study|"
    r"end of treatment|final visit|follow up|fu|abschluss|studienende|adverse events?"
)
BRACKETS = re.compile(r"^(?P<outside>.*?)\s*[\[(](?P<inside>[^)\]]+)[\])]\s*$")
# REDCap writes week_4_arm_1.
EVENT_ARM = re.compile(r"\s+arm\s+\d+$")


@frozen
class VisitName:
    """A visit by its word.

    `kind` is time, baseline, screening, number, after or other. `days` is the time that it says, none
    where it says none; `unit` is that of the word (min, h, d, w, mo, y, or t for T28 alone).
    """

    id: str
    kind: str
    days: float | None = None
    unit: str | None = None
    number: float | None = None


NAMED = (
    (BASELINE, VisitName("BL", "baseline")),
    (SCREENING, VisitName("SCR", "screening")),
    (AFTER, VisitName("POST", "after")),
)


@cache
def visit_name(word: str, unit: str | None = None) -> VisitName | None:
    """What a word says of its visit; of a bare number by the `unit` that its column is called by.

    Of a text with more in it (`visit 2 (T28)`, `V3 week 8`) the part that says most.
    """
    brackets = BRACKETS.match(word.strip())
    if brackets is not None:
        inside = visit_name(brackets["inside"], unit)
        outside = visit_name(brackets["outside"], unit)
        return inside if inside is not None and inside.kind != "number" else outside or inside
    return whole_visit_name(word, unit) or _of_parts(EVENT_ARM.sub("", plain(word)))


@cache
def whole_visit_name(word: str, unit: str | None = None) -> VisitName | None:
    """What a word says of its visit, all of it and nothing beside."""
    text = EVENT_ARM.sub("", plain(word))
    if unit in DAYS and re.fullmatch(rf"-?{NUMBER}", text):
        return _timed(float(text.replace(",", ".")), unit)
    for words, name in NAMED:
        if words.fullmatch(text):
            return name
    for shape in TIMES:
        match = shape.fullmatch(text)
        if match is not None:
            number = float(match["number"].replace(",", "."))
            return _timed(number, UNIT_OF[match["unit"]], from_t=FROM_T.match(text) is not None)
    if match := PLAIN_TIME.fullmatch(text):
        return VisitName(f"T{match[1]}", "time", float(match[1]), "t", float(match[1]))
    if match := NUMBERED.fullmatch(text):
        return VisitName(f"V{match[1]}", "number", number=float(match[1]))
    if unit == "visit" and re.fullmatch(r"\d{1,2}", text):
        return VisitName(f"V{text}", "number", number=float(text))
    if OTHER.fullmatch(text):
        return VisitName("".join(part.capitalize() for part in text.split()), "other")
    return None


def _timed(number: float, unit: str, *, from_t: bool = False) -> VisitName:
    written = f"{number:g}".replace(".", "_").replace("-", "minus")
    letter = {"min": "min", "h": "h", "d": "D", "w": "W", "mo": "M", "y": "Y"}[unit]
    short = unit in {"min", "h"}
    name = f"T{written}{letter}" if short or from_t else f"{letter}{written}"
    if unit == "t":
        name = f"T{written}"
    return VisitName(name, "time", number * DAYS[unit], unit, number)


def _of_parts(text: str) -> VisitName | None:
    """Of `visit 2 week 4` the part that says a time; of `baseline day 0` baseline."""
    prefix = NUMBERED.match(text)
    rest = text[prefix.end() :].strip() if prefix is not None else text
    if prefix is not None and rest and (name := visit_name(rest)) is not None:
        return name
    words = text.split()
    if len(words) < 2:
        return None
    candidates = [
        name
        for length in (2, 1)
        for start in range(len(words) - length + 1)
        if (name := _part(" ".join(words[start : start + length]))) is not None
    ]
    for kind in ("baseline", "screening", "time", "number"):
        for name in candidates:
            if name.kind == kind:
                return name
    return None


def _part(text: str) -> VisitName | None:
    """A part of a text, where it is no lone letter or number."""
    return None if len(text) == 1 or text.isdigit() else whole_visit_name(text)
