"""What a form holds: nested items → the value of each code, and what does not fit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from dermoutcomes.conditions import exact
from dermoutcomes.errors import Problem, did_you_mean, one_of
from dermoutcomes.registry.forms.scale_text import allowed_words

if TYPE_CHECKING:
    from dermoutcomes.declare import Parameter, Scale
    from dermoutcomes.declare.forms.scale_form import ScaleForm

__all__ = ["FormValues", "form_values", "option_values"]

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
TRUTHS = {"yes": 1, "true": 1, "no": 0, "false": 0}


@frozen(eq=False)
class FormValues:
    """The codes of one form as numbers, and under `CODE__text` the words of those that have some.

    `entries` has the values of each entry of a list of rows, None for one that was left out.
    `outside` are the codes whose value the scale does not have, with that value, `several` those
    of which the higher of several answers was taken, with all of them in words.
    """

    values: dict[str, Fraction | str | None] = field(factory=dict)
    entries: list[dict[str, Fraction | str | None] | None] | None = None
    outside: dict[str, str] = field(factory=dict)
    several: dict[str, str] = field(factory=dict)


def form_values(
    scale: Scale, form: ScaleForm, items: Mapping[str, Any], path: str, problems: list[Problem]
) -> FormValues:
    """The values of a form's items; `problems` gets what is no item or no answer.

    Keys of regions are nested or joined with an underscore, in any case; a region or an item that
    is null was not rated.
    """
    result = FormValues()
    rows = form.rows
    lists = [key for key in items if rows is not None and key.casefold() == rows.key.casefold()]
    # A list is several answers to one question for these codes, and numbered items for all others.
    listed = [code.casefold() for code in form.two_answers]
    others = {key: content for key, content in items.items() if key not in lists}
    places = dict[str, str]()
    for name, raw, place in _flat(others, path, listed):
        code = _code(scale, form, name, raw, place, problems)
        if code is not None and code in places:
            problems.append(
                Problem(
                    f"{code} is answered twice",
                    path=place,
                    found=f"also {places[code]}",
                    expected="each item once, under one spelling of its key",
                )
            )
        elif code is not None:
            places[code] = place
            _add_value(scale, form, code, raw, place, result, problems)
    entries = None
    for key in lists:
        entries = _entries(scale, form, items[key], f"{path}.{key}", problems, result)
        # The number of entries is a code too, which a form may state beside them.
        problems += _number_problems(result, f"n_{key.casefold()}", len(entries), path)
    return evolve(result, entries=entries)


def _number_problems(result: FormValues, code: str, number: int, path: str) -> Iterator[Problem]:
    """A stated number of entries that the list of them does not have."""
    stated = result.values.get(code)
    if isinstance(stated, Fraction) and stated != number:
        yield Problem(
            "the list has another number of entries than the form says",
            path=f"{path}.{code}",
            found=f"{stated}, and {number} in the list",
            expected=f"{number}, or no {code}: it is counted",
        )


def _entries(
    scale: Scale,
    form: ScaleForm,
    content: Any,
    path: str,
    problems: list[Problem],
    result: FormValues,
) -> list[dict[str, Fraction | str | None] | None]:
    assert form.rows is not None
    if not isinstance(content, Sequence) or isinstance(content, str):
        problems.append(
            Problem(
                "entries are a list",
                path=path,
                found=repr(content),
                expected="a list with one entry each, null for one that was left out",
            )
        )
        return []
    # Without `most`, a scale with a fixed number of entries takes no more than those.
    most = form.rows.most or form.rows.expected
    if most is not None and len(content) > most:
        problems.append(
            Problem(
                "more entries than the scale has",
                path=path,
                found=f"{len(content)} entries",
                expected=f"at most {most}",
            )
        )
    entries = list[dict[str, Fraction | str | None] | None]()
    for number, entry in enumerate(content, 1):
        place = f"{path}[{number}]"
        if entry is None:
            entries.append(None)
            continue
        # An entry names its items, or gives its answers in their order; one alone needs no list.
        if isinstance(entry, Mapping):
            named = entry
        else:
            answers = entry if isinstance(entry, (list, tuple)) else [entry]
            named = dict(zip(form.rows.items, answers, strict=False))
            if len(answers) != len(form.rows.items):
                problems.append(
                    Problem(
                        "an entry has another number of answers",
                        path=place,
                        found=str(len(answers)),
                        expected=f"{len(form.rows.items)}: {', '.join(form.rows.items)}",
                    )
                )
        # Values of its own for each entry: codes of two entries are the same and would overwrite.
        part = FormValues()
        for name, raw, inner in _flat(named, place):
            code = _code(scale, form, name, raw, inner, problems)
            if code is not None:
                _add_value(scale, form, code, raw, inner, part, problems)
        entries.append(part.values)
        result.outside.update(
            {f"{form.rows.key}[{number}].{code}": text for code, text in part.outside.items()}
        )
    return entries


def _flat(
    items: Mapping[str, Any], path: str, listed: Sequence[str] = (), before: str = ""
) -> Iterator[tuple[str, Any, str]]:
    """Each key of nested tables and lists, joined by underscores, its value and where it stands.

    A list of answers to one of the codes `listed` stays one.
    """
    for key, value in items.items():
        name, place = f"{before}{key}", f"{path}.{key}"
        if isinstance(value, Mapping):
            yield from _flat(value, place, listed, f"{name}_")
        elif isinstance(value, (list, tuple)) and name.casefold() not in listed:
            numbered = {str(number): part for number, part in enumerate(value, 1)}
            yield from _flat(numbered, place, listed, f"{name}_")
        else:
            yield name, value, place


def _code(
    scale: Scale, form: ScaleForm, name: str, raw: Any, place: str, problems: list[Problem]
) -> str | None:
    """The code of a key, or None for a region that is null as a whole."""
    codes = {parameter.code.casefold(): parameter.code for parameter in scale.parameters}
    code = codes.get(name.casefold())
    if code is not None and code not in form.region_items:
        return code
    if raw is None and name.casefold() in {region.code.casefold() for region in form.regions}:
        return None
    known = [code for code in codes.values() if code not in form.region_items]
    if form.rows is not None:
        known.append(form.rows.key)
    problems.append(
        Problem(
            f"the scale {scale.name} has no item {name!r}",
            path=place,
            found=repr(name),
            expected=one_of(tuple(known), 60),
            hint=did_you_mean(name, known),
            code="unknown-item",
        )
    )
    return None


def _add_value(
    scale: Scale,
    form: ScaleForm,
    code: str,
    raw: Any,
    place: str,
    result: FormValues,
    problems: list[Problem],
) -> None:
    parameter = scale.parameter(code)
    assert parameter is not None
    if isinstance(raw, (list, tuple)):
        raw = _higher(parameter, form, raw, result)
    number, word = _read(form, code, raw)
    if word is not None:
        result.values[f"{code}__text"] = word
    if number is None and raw is not None and not (isinstance(raw, str) and not raw.strip()):
        words = [*form.answers.get(code, ())]
        problems.append(
            Problem(
                f"{code} has no answer {raw!r}",
                path=place,
                found=repr(raw),
                expected=allowed_words(parameter)
                + (f", or {one_of(tuple(words))}" if words else ""),
                hint=did_you_mean(str(raw), words),
                code="unknown-answer",
            )
        )
    # A word of the scale has the number that the scale gives it, and cannot be outside.
    elif number is not None and word is None and not _is_allowed(parameter, number):
        result.outside[code] = str(raw)
        number = None
    result.values[code] = number


def _higher(parameter: Parameter, form: ScaleForm, raw: Sequence[Any], result: FormValues) -> Any:
    """The higher of several answers to one question, or the first of them that is none."""
    answers = [(answer, _read(form, parameter.code, answer)[0]) for answer in raw]
    numbers = [number for _, number in answers if number is not None]
    # One that is no answer is told rather than the higher of the others taken.
    for answer, number in answers:
        if number is None or not _is_allowed(parameter, number):
            return answer
    if len(numbers) > 1:
        result.several[parameter.code] = " and ".join(str(answer) for answer in raw)
    return max(answers, key=lambda pair: pair[1] or 0)[0] if answers else None


def _read(form: ScaleForm, code: str, raw: Any) -> tuple[Fraction | None, str | None]:
    """A cell as a number, and the word of the scale that it was."""
    # Before the numbers: in Python true is an int.
    if isinstance(raw, bool):
        return Fraction(int(raw)), None
    if isinstance(raw, (int, float)):
        return exact(raw), None
    if not isinstance(raw, str):
        return None, None
    text = raw.strip()
    words = {word.casefold(): word for word in form.answers.get(code, {})}
    word = words.get(text.casefold())
    if word is not None:
        return exact(form.answers[code][word]), word
    if NUMBER.fullmatch(text):
        return Fraction(text), None
    truth = TRUTHS.get(text.casefold())
    return (None if truth is None else Fraction(truth)), None


def _is_allowed(parameter: Parameter, number: Fraction) -> bool:
    if parameter.values is not None and number not in [exact(value) for value in parameter.values]:
        return False
    low, high = parameter.minimum, parameter.maximum
    return (low is None or number >= exact(low)) and (high is None or number <= exact(high))


def outside_words(scale: Scale, code: str) -> str:
    """What a code may be, in words, for a value that it is not."""
    parameter = scale.parameter(code.rpartition(".")[2])
    return allowed_words(parameter) if parameter is not None else "a value of the scale"


def option_values(
    scale: Scale, form: ScaleForm, params: Mapping[str, Any], path: str, problems: list[Problem]
) -> dict[str, Fraction]:
    """The options of a scale as a form states them, with the defaults of all others."""
    options = {option.name: option for option in form.options}
    values = {name: exact(option.default) for name, option in options.items()}
    for name, raw in params.items():
        problem = next(_option_problems(scale, options, name, raw, f"{path}.{name}"), None)
        if problem is not None:
            problems.append(problem)
        else:
            values[name] = exact(raw)
    return values


def _option_problems(
    scale: Scale, options: Mapping[str, Any], name: str, raw: Any, path: str
) -> Iterator[Problem]:
    if name not in options:
        yield Problem(
            f"the scale {scale.name} has no option {name!r}",
            path=path,
            found=repr(name),
            expected=one_of(tuple(options)) if options else "no params",
            hint=did_you_mean(name, options),
        )
        return
    allowed = options[name].values
    is_number = isinstance(raw, (int, float)) and not isinstance(raw, bool)
    if not is_number or (allowed and raw not in allowed):
        yield Problem(
            "not a valid value",
            path=path,
            found=repr(raw),
            expected=one_of(tuple(f"{value:g}" for value in allowed)) if allowed else "a number",
        )
