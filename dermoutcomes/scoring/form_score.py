"""One form, or one before and one after treatment → scores, bands, responders, and what lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from dermoutcomes.conditions import exact
from dermoutcomes.derive import expressions
from dermoutcomes.errors import Problem, StudyError
from dermoutcomes.registry.forms.expansion import VARIANT
from dermoutcomes.scoring.exact_formula import calculate
from dermoutcomes.scoring.form_values import FormValues, form_values, option_values, outside_words
from dermoutcomes.study.scale_names.versions import is_of_version

if TYPE_CHECKING:
    from dermoutcomes.conditions import Condition
    from dermoutcomes.declare import Parameter, Scale
    from dermoutcomes.declare.forms.scale_form import BandTable, NamedResponder, ScaleForm
    from dermoutcomes.scoring.licensed_table import LicensedTable

__all__ = ["FormFinding", "FormScore", "Scored", "number_text", "score_form", "with_version_judged"]

BASELINE, POST = "baseline", "post"


@frozen
class FormFinding:
    """What a form is asked about: the check, how grave, of which code, and the words."""

    check: str
    severity: str
    measure: str
    message: str


@frozen(eq=False)
class FormScore:
    """What one form gives.

    `scores` has each derived code, None where it cannot be had, `bands` each table's band,
    `missing` the items that were left blank and are part of a score.
    """

    scores: dict[str, Fraction | None]
    values: dict[str, Fraction | str | None]
    bands: dict[str, str | None]
    missing: tuple[str, ...]
    findings: tuple[FormFinding, ...]
    n_entries: int | None = None


@frozen(eq=False)
class Scored:
    """A scored form, with what was there before treatment where the form has both.

    `responders` is None where it cannot be said, and then `unjudged` says why. `told` is what a
    scale in Python says of the form, in place of all else.
    """

    scale: Scale
    post: FormScore
    baseline: FormScore | None = None
    responders: dict[str, bool | None] = field(factory=dict)
    unjudged: dict[str, str] = field(factory=dict)
    changes: dict[str, tuple[Fraction | None, Fraction | None]] = field(factory=dict)
    chosen: str | None = None
    told: Mapping[str, Any] | None = None


def score_form(
    scale: Scale,
    items: Any,
    params: Mapping[str, Any] | None = None,
    path: str = "items",
    table: LicensedTable | None = None,
) -> Scored:
    """The scores of a form: `items` by key, regions nested, or `baseline` and `post` of them.

    `params` are options of the scale, `table` converts its raw scores. Raises StudyError with all that is no item, no answer or no
    option. A value that the scale does not have is a finding, and the score is then not had.
    """
    problems = list[Problem]()
    form = scale.form
    if form is None and scale.score is None:
        raise StudyError(
            Problem(
                f"the scale {scale.name} says nothing of single forms",
                path="scale",
                found=scale.name,
                expected="a scale that is declared in TOML, with formulas of its scores",
            )
        )
    if not isinstance(items, Mapping):
        raise StudyError(
            Problem("a form is a table", path=path, found=repr(items), expected="item = answer")
        )
    if form is None:
        return _scored_in_python(scale, items, params or {}, path)
    options = option_values(scale, form, params or {}, f"{path} params", problems)
    occasions = _occasions(scale, form, items)
    parts = {
        name: form_values(scale, form, part, f"{path}{'.' + name if name else ''}", problems)
        for name, part in occasions.items()
    }
    if problems:
        raise StudyError(problems)
    scores = {name: _scored(scale, form, part, options, table) for name, part in parts.items()}
    post, baseline = scores.get(POST) or scores[""], scores.get(BASELINE)
    return _compared(scale, form, post, baseline, options)


def with_version_judged(scored: Scored, version: str | None) -> Scored:
    """A scored form with an error where it says that it is of another version of the scale."""
    scale = scored.scale
    if version is None or is_of_version(scale, version):
        return scored
    own = f"{scale.name} ({scale.version})" if scale.version else scale.name
    finding = FormFinding(
        "other_version",
        "error",
        "version",
        f"the form is of version {version}, and its scores are those of {own}: expected a form of "
        "that version, or a scale of the form's own version, in a file that --plugin names",
    )
    return evolve(scored, post=evolve(scored.post, findings=(finding, *scored.post.findings)))


def _scored_in_python(
    scale: Scale, items: Mapping[str, Any], params: Mapping[str, Any], path: str
) -> Scored:
    assert scale.score is not None
    try:
        told = scale.score(items, params)
    except ValueError as error:
        raise StudyError(
            Problem(
                f"the scale {scale.name} does not score this form: {error}",
                path=path,
                found=", ".join([*items, *params]) or "nothing",
                expected=f"a form of the scale {scale.name}",
            )
        ) from error
    return Scored(scale, FormScore({}, {}, {}, (), ()), told=told)


def _occasions(scale: Scale, form: ScaleForm, items: Mapping[str, Any]) -> dict[str, Any]:
    """The form, or those before and after treatment: a bare number is the main score."""
    if POST not in items or BASELINE not in items or scale.parameter(POST) is not None:
        return {"": items}
    extra = {key: value for key, value in items.items() if key not in (BASELINE, POST)}
    occasions = {}
    for name in (BASELINE, POST):
        part = items[name]
        # What is said once, as the age, is of both.
        content = part if isinstance(part, Mapping) else {form.main: part}
        occasions[name] = {**extra, **content}
    return occasions


def _scored(
    scale: Scale,
    form: ScaleForm,
    given: FormValues,
    options: Mapping[str, Fraction],
    table: LicensedTable | None,
) -> FormScore:
    # Formulas see options as codes; a form that states one as an item has the last word.
    values: dict[str, Fraction | str | None] = {**options, **given.values}
    n_entries = None
    if given.entries is not None:
        n_entries, taken = _taken(scale, form, given.entries, options)
        values |= taken
    _derive(scale, form, values, reduced=given.entries is not None)
    # A value that the scale does not have is no blank: no rule on blanks may fill it.
    for code in _resting_on(scale, form, given.outside):
        values[code] = None
    about_table = list[FormFinding]()
    if table is not None:
        about_table += _convert(scale, table, values, options)
        # What formulas make of a converted score.
        _derive(scale, form, values, reduced=given.entries is not None)
    scores = {
        parameter.code: _number(values.get(parameter.code))
        for parameter in scale.parameters
        if parameter.kind == "score"
        and (parameter.code in form.formulas or (table and parameter.code in form.conversions))
    }
    # A scale that makes no score is told by its items.
    scores = scores or {code: _number(values.get(code)) for code in _items(scale, form)}
    # A total that was given is one too.
    if form.main in values:
        scores.setdefault(form.main, _number(values[form.main]))
    return FormScore(
        scores,
        values,
        {table.name: _band(table, values.get(table.of)) for table in form.band_tables},
        _missing(scale, form, given),
        (*_findings(scale, form, values, given), *about_table),
        n_entries,
    )


def _convert(
    scale: Scale,
    table: LicensedTable,
    values: dict[str, Fraction | str | None],
    options: Mapping[str, Fraction],
) -> Iterator[FormFinding]:
    """Add what the table of the licence gives; what was given stays, and a difference is told."""
    for code, of, score in table.scores(values, options):
        raw, stated = _number(values.get(of)), _number(values.get(code))
        if raw is not None and score is None:
            yield FormFinding(
                "not_computable",
                "warning",
                code,
                f"{scale.name}.{code} cannot be had: {table.path.name} has no score for {of} = "
                f"{number_text(raw)}",
            )
        elif stated is not None and score is not None and stated != score:
            yield FormFinding(
                f"{code}_disagrees",
                "warning",
                code,
                f"{code} is {number_text(stated)} on the form, and {table.path.name} gives "
                f"{number_text(score)} for {of} = {number_text(raw or Fraction(0))}: look at both",
            )
        if stated is None:
            values[code] = score


@lru_cache(maxsize=512)
def _in_order(scale: Scale) -> tuple[Parameter, ...]:
    """The derived parameters in their order, found once for all forms of a file."""
    return expressions.in_order(scale)


@lru_cache(maxsize=8192)
def _needs(scale: Scale, parameter: Parameter) -> tuple[str, ...]:
    return expressions.needs(parameter, scale)


def _derive(
    scale: Scale, form: ScaleForm, values: dict[str, Fraction | str | None], *, reduced: bool
) -> None:
    """Add what formulas give, each after those that it needs; what was given stays."""
    for parameter in _in_order(scale):
        if values.get(parameter.code) is not None or f"{parameter.code}__text" in values:
            continue
        # Scores of an entry were derived in it: only those of all entries together are left.
        if reduced and parameter.when != "reduced":
            continue
        values[parameter.code] = calculate(form.formulas[parameter.code], values)


def _taken(
    scale: Scale,
    form: ScaleForm,
    entries: list[dict[str, Fraction | str | None] | None],
    options: Mapping[str, Fraction],
) -> tuple[int, dict[str, Fraction | str | None]]:
    """How many entries count, and the mean or sum of each code over them."""
    assert form.rows is not None
    complete = []
    for entry in entries:
        if entry is not None:
            _derive(scale, form, entry, reduced=False)
            if entry.get(form.rows.counts) is not None:
                complete.append(entry)
    count = len(complete)
    fewest = options[form.rows.fewest_by] if form.rows.fewest_by else form.rows.fewest
    values: dict[str, Fraction | str | None] = {f"n_{form.rows.key}": Fraction(count)}
    # A mean over some entries only is not the scale's where it asks for each.
    if form.rows.every and count < len(entries):
        return count, values
    codes = dict.fromkeys(code for entry in complete for code in entry)
    for code in codes:
        parameter = scale.parameter(code)
        numbers = [entry.get(code) for entry in complete]
        if parameter is None or parameter.when == "reduced" or count < fewest:
            continue
        known = [number for number in numbers if isinstance(number, Fraction)]
        # No mean of fewer entries than count: a blank in one makes the code blank.
        if len(known) == count:
            total = sum(known, Fraction(0))
            values[code] = total / count if form.rows.take == "mean" else total
    return count, values


def _resting_on(scale: Scale, form: ScaleForm, codes: Iterable[str]) -> set[str]:
    """The derived codes that rest on any of these, at any remove."""
    # Codes of an entry stand as `rows[2].code`.
    spoilt = {code.rpartition(".")[2] for code in codes}
    derived = _in_order(scale) if spoilt else ()
    return {
        parameter.code for parameter in derived if spoilt & set(_all_needs(scale, form, parameter))
    }


def _all_needs(scale: Scale, form: ScaleForm, parameter: Parameter) -> Iterator[str]:
    for code in _needs(scale, parameter):
        yield code
        part = scale.parameter(code)
        if part is not None and code in form.formulas:
            yield from _all_needs(scale, form, part)


def _number(value: Fraction | str | None) -> Fraction | None:
    return value if isinstance(value, Fraction) else None


def _band(table: BandTable, value: Fraction | str | None) -> str | None:
    """The band that a score is in; None without a score, outside all bands, or in one of no name."""
    if not isinstance(value, Fraction):
        return None
    return next((band.label for band in table.bands if band.holds(value)), None) or None


def _missing(scale: Scale, form: ScaleForm, given: FormValues) -> tuple[str, ...]:
    """The items that scores rest on and that have no value, nor one to be derived from."""
    if given.entries is not None:
        assert form.rows is not None
        expected = form.rows.expected or len(given.entries)
        blanks = [
            f"{form.rows.key}[{number}]"
            for number in range(1, expected + 1)
            if number > len(given.entries)
            or (entry := given.entries[number - 1]) is None
            or entry.get(form.rows.counts) is None
        ]
        return tuple(blanks)
    if not any(parameter.code in form.formulas for parameter in scale.parameters):
        return tuple(
            code
            for code in _items(scale, form)
            if code not in given.outside and given.values.get(code) is None
        )
    main = scale.parameter(form.main)
    if main is None or given.values.get(form.main) is not None:
        return ()
    if form.main not in form.formulas:
        return () if form.main in given.outside else (form.main,)
    values = dict(given.values)
    _derive(scale, form, values, reduced=False)
    # A score of several answers that can make up for each other lacks none of them in particular:
    # the scale says which item is told as blank.
    if form.main in form.blanks:
        unanswered = values.get(form.main) is None and not given.outside
        return (form.blanks[form.main],) if unanswered else ()
    return tuple(dict.fromkeys(_blank_items(scale, form, main, values, given.outside)))


def _items(scale: Scale, form: ScaleForm) -> Iterator[str]:
    """The items of a form, those of each region under its name."""
    return (
        parameter.code
        for parameter in scale.parameters
        if parameter.kind == "item" and parameter.code not in form.region_items
    )


def _blank_items(
    scale: Scale,
    form: ScaleForm,
    parameter: Parameter,
    values: Mapping[str, Any],
    outside: Mapping[str, str],
) -> Iterator[str]:
    """The items without a value among what a score is made of, at any remove."""
    for code in _needs(scale, parameter):
        part = scale.parameter(code)
        if part is None or code in outside or values.get(code) is not None:
            continue
        if part.kind == "item" or code in form.blanks:
            yield form.blanks.get(code, code)
        elif code in form.formulas:
            yield from _blank_items(scale, form, part, values, outside)


def _findings(
    scale: Scale,
    form: ScaleForm,
    values: Mapping[str, Fraction | str | None],
    given: FormValues,
) -> Iterable[FormFinding]:
    for code, text in given.outside.items():
        yield FormFinding(
            "outside_coding",
            "error",
            code,
            f"{code} is {text}, which the scale does not have; expected "
            f"{outside_words(scale, code)}. It is not used",
        )
    for code, answers in given.several.items():
        yield FormFinding(
            "two_answers",
            "warning",
            code,
            f"{code} has the answers {answers}, of which the higher counts: look at the form",
        )
    for check in form.checks:
        if calculate(check.problem, values) == 1:
            yield FormFinding(
                check.name, check.severity, check.measure, _message(check.message, values)
            )
    if given.entries is not None:
        yield from _entry_disagreements(scale, form, values, given)


def _entry_disagreements(
    scale: Scale,
    form: ScaleForm,
    values: Mapping[str, Fraction | str | None],
    given: FormValues,
) -> Iterable[FormFinding]:
    """Scores that a form states beside its entries, which give another to the last digit shown."""
    for parameter in scale.parameters:
        code, stated = parameter.code, _number(given.values.get(parameter.code))
        if stated is None or parameter.when != "reduced" or code not in form.formulas:
            continue
        # Without the stated value, or a formula that falls back on it would agree with itself.
        own = calculate(form.formulas[code], {**values, code: None})
        if own is not None and abs(own - stated) > Fraction(1, 2 * 10**parameter.decimals):
            yield FormFinding(
                f"{code}_disagrees",
                "warning",
                code,
                f"{code} is {number_text(stated)} on the form, and its entries give "
                f"{number_text(own)}: look at both",
            )


def _message(message: str, values: Mapping[str, Fraction | str | None]) -> str:
    for code, value in values.items():
        if value is not None:
            shown = number_text(value) if isinstance(value, Fraction) else value
            message = message.replace(f"{{{code}}}", shown)
    return message


def number_text(number: Fraction) -> str:
    """A fraction as the shortest decimal that reads as it."""
    return str(number.numerator) if number.denominator == 1 else repr(float(number))


def _compared(
    scale: Scale,
    form: ScaleForm,
    post: FormScore,
    baseline: FormScore | None,
    options: Mapping[str, Fraction],
) -> Scored:
    responders, unjudged = dict[str, bool | None](), dict[str, str]()
    for responder in form.responders:
        answer = _responds(responder, post, baseline)
        if isinstance(answer, bool):
            responders[responder.name] = answer
        else:
            responders[responder.name], unjudged[responder.name] = None, answer
    changes = {}
    if baseline is not None:
        for code in dict.fromkeys([*post.scores, *_compared_items(scale, form, post, baseline)]):
            changes[code] = _change(
                _number(post.values.get(code)), _number(baseline.values.get(code))
            )
    chosen = next((responder.name for responder in form.responders if responder.default), None)
    for option in form.options:
        # An option that chose a rule of the form (50 or 75 percent) says which responder is meant.
        chosen = option.responders.get(float(options[option.name]), chosen)
    return Scored(scale, post, baseline, responders, unjudged, changes, chosen)


def _compared_items(
    scale: Scale, form: ScaleForm, post: FormScore, baseline: FormScore
) -> list[str]:
    """Codes beside scores that both forms have: counts, as of lesions; not what the form is by."""
    settings = {VARIANT, *(option.name for option in form.options)}
    return [
        parameter.code
        for parameter in scale.parameters
        if parameter.kind in ("item", "value")
        and parameter.code not in form.region_items
        and parameter.code not in settings
        and _number(post.values.get(parameter.code)) is not None
        and _number(baseline.values.get(parameter.code)) is not None
    ]


def _change(
    value: Fraction | None, base: Fraction | None
) -> tuple[Fraction | None, Fraction | None]:
    """Change, and change in percent: none of a baseline of 0."""
    if value is None or base is None:
        return None, None
    return value - base, 100 * (value - base) / base if base else None


def _responds(responder: NamedResponder, post: FormScore, baseline: FormScore | None) -> bool | str:
    """Whether all conditions hold; where it cannot be said, why."""
    if responder.needs_baseline and baseline is None:
        return "needs a form from before treatment (keys baseline and post)"
    for code, condition in responder.among:
        holds = _holds(condition, code, post, baseline)
        if not isinstance(holds, bool):
            return holds
        if not holds:
            return f"outside its definition: {code} {condition} is not met"
    answers = [_holds(condition, code, post, baseline) for code, condition in responder.meets]
    # One condition that fails settles it, an unknown one leaves the others to do so.
    if False in answers:
        return False
    return next((answer for answer in answers if isinstance(answer, str)), True)


def _lack(form: FormScore, code: str) -> str:
    return "cannot be had" if code in form.scores else "was left blank"


def _holds(
    condition: Condition, code: str, post: FormScore, baseline: FormScore | None
) -> bool | str:
    """Whether a condition holds, without a division: 100 value <= (100 + limit) base."""
    value = _number(post.values.get(code))
    base = _number(baseline.values.get(code)) if baseline is not None else None
    if condition.column != "base" and value is None:
        return f"{code} {_lack(post, code)}"
    if condition.column != "value" and base is None:
        assert baseline is not None
        return f"{code} {_lack(baseline, code)} before treatment"
    if condition.column == "value":
        assert value is not None
        return condition.holds(value)
    assert base is not None
    if condition.column == "base":
        return condition.holds(base)
    assert value is not None
    if condition.column == "change":
        return condition.holds(value - base)
    if base <= 0:
        size = "0" if base == 0 else "below 0"
        return f"{code} was {size} before treatment, and has no change in percent"
    limit = exact(condition.value)
    return evolve(condition, value=0).holds(100 * value - (100 + limit) * base)
