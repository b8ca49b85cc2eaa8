"""A scale's text as a declaration: all that its tables say, judged together."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import evolve

from dermoutcomes.conditions import parse_condition
from dermoutcomes.declare import Check, Parameter, Scale
from dermoutcomes.declare.forms.scale_form import (
    Conversion,
    FormCheck,
    FormOption,
    FormRows,
    ImportantChange,
    NamedResponder,
    Region,
    ScaleForm,
    WorkedCase,
)
from dermoutcomes.errors import Problem, did_you_mean, one_of
from dermoutcomes.registry.forms.bands import band_table
from dermoutcomes.registry.forms.expansion import (
    VARIANT,
    Written,
    in_region,
    items_of,
    weight_of,
    written_parameters,
)
from dermoutcomes.registry.forms.form_preparation import options_class, preparation
from dermoutcomes.registry.forms.texts import SINGLE_FORM_COLUMNS

if TYPE_CHECKING:
    from dermoutcomes.conditions import Condition

__all__ = ["Formula", "allowed_words", "cases_of", "check_of", "scale_of"]

# Where in a formula the fault stands.
PLACE = re.compile(r" \(character \d+\)")
Formula = Callable[[str, Collection[str], str, list[Problem]], pl.Expr | None]


def scale_of(
    text: Any,
    path: str,
    problems: list[Problem],
    fields: Mapping[str, Any],
    parameter_fields: Callable[[Any, str], Mapping[str, Any]],
    expression: Formula,
) -> Scale:
    """The scale that a text declares; `problems` gets all that is wrong with it.

    `fields` and `parameter_fields` give what every declaration says of itself and `expression`
    reads a formula.
    """
    written = [*written_parameters(text, path, problems), *_settings(text, path)]
    codes = [part.code for part in written]
    problems += _code_problems(codes, path)
    parameters = tuple(
        _parameter(part, codes, parameter_fields, expression, problems) for part in written
    )
    main = text.main or _first_score(parameters)
    form = _form(text, main, written, path, problems)
    problems += _name_problems(form, codes, path)
    # After the form: a conversion is judged by its formulas and options.
    form = evolve(form, conversions=dict(_conversions(written, form, expression, problems)))
    # A check of several measures is one declaration each, and a name may stand once.
    names = [check.name for check in form.checks]
    checks = tuple(
        check_of(
            check,
            f"{check.name}_{check.measure}" if names.count(check.name) > 1 else check.name,
            codes,
            path,
            expression,
            problems,
        )
        for check in form.checks
    )
    # `Scale.bands` are what a study gets unasked: a score has one table there, its default.
    bands = {table.of: table.bands for table in form.band_tables if table.default and table.bands}
    return Scale(
        name=text.id,
        parameters=parameters,
        bands=bands,
        checks=tuple(check for check in checks if check is not None),
        options=options_class(text.id, form),
        prepare=preparation(form),
        form=form,
        **fields,
    )


def _settings(text: Any, path: str) -> Iterator[Written]:
    """The codes of options and of the variant, which are settings of a form."""
    of_forms = text.rows.fewest_by if text.rows is not None else None
    for number in text.options.values():
        # How many entries a form needs: a study says that in its endpoint, and no export has it.
        if number.id == of_forms:
            continue
        place = f"{path}.options.{number.id}"
        yield Written(number.id, number.label, None, None, place, values=number.values)
    if text.variants:
        cases = " ".join(
            f"when {condition} then {number}"
            for number, condition in enumerate(text.variants.values(), 1)
        )
        label = "Variant of the scale"
        yield Written(VARIANT, label, None, f"case {cases} end", f"{path}.variants")


def _parameter(
    part: Written,
    codes: Collection[str],
    parameter_fields: Callable[[Any, str], Mapping[str, Any]],
    expression: Formula,
    problems: list[Problem],
) -> Parameter:
    others = [code for code in codes if code != part.code]
    expr = None
    if part.formula is not None:
        unread = list[Problem]()
        expr = expression(part.formula, others, part.path, unread)
        problems += _as_written(part, unread)
    # An option or the variant, which has no text of its own: a setting as the source states it.
    if part.text is None:
        return Parameter(
            part.code,
            part.label,
            kind="value",
            scale_type="nominal",
            decimals=0,
            expr=expr,
            values=part.values or None,
            definition=f"{part.label}, as the source states it.",
        )
    fields = {**parameter_fields(part.text, part.path), "label": part.label}
    # The item of no region yet, in a file with a row a region: no score is made of it, and nothing
    # lacks where a file has columns of regions instead.
    if part.is_template:
        fields["kind"] = "value"
    if part.text.answers:
        fields["texts"] = tuple(part.text.answers)
    parameter = Parameter(code=part.code, expr=expr, **fields)
    words = f"{parameter.label}: {allowed_words(parameter)}."
    return parameter if parameter.definition else evolve(parameter, definition=words)


def _formula_key(text: Any) -> str:
    """The key of a parameter that says how it is made."""
    return "over_regions" if text.over_regions else "formula"


def _as_written(part: Written, unread: list[Problem]) -> Iterator[Problem]:
    """Problems of a formula at the key where it stands, with the text that stands there."""
    key = _formula_key(part.text) if part.text is not None else "formula"
    stated = getattr(part.text, key, None) or part.formula
    path = part.path if part.text is None else f"{part.path}.{key}"
    for problem in unread:
        # The place in the formula is that of the one that is made of all regions.
        message = PLACE.sub("", problem.message) if key == "over_regions" else problem.message
        yield evolve(problem, message=message, path=path, found=repr(stated))


def allowed_words(parameter: Parameter) -> str:
    """What a parameter may be, in words."""
    if parameter.values is not None:
        return one_of(tuple(f"{value:g}" for value in parameter.values), 30).replace("'", "")
    low, high = parameter.minimum, parameter.maximum
    if low is None and high is None:
        return "a number"
    if low is None or high is None:
        return f"at least {low:g}" if low is not None else f"at most {high:g}"
    return f"a number from {low:g} to {high:g}"


def _first_score(parameters: tuple[Parameter, ...]) -> str:
    scores = [parameter.code for parameter in parameters if parameter.kind == "score"]
    return "total" if "total" in scores or not scores else scores[0]


def _form(
    text: Any, main: str, written: list[Written], path: str, problems: list[Problem]
) -> ScaleForm:
    # A scale without variants has one of no name, so that weights are always by variant.
    variants = [*text.variants] or [""]
    return ScaleForm(
        main=main,
        formulas={part.code: part.formula for part in written if part.formula is not None},
        answers={
            part.code: part.text.answers
            for part in written
            if part.text is not None and part.text.answers
        },
        regions=tuple(
            Region(
                region.id,
                region.label or region.id,
                {variant: str(weight_of(region, variant)) for variant in variants},
                region.words,
            )
            for region in text.regions.values()
        ),
        region_items=tuple(part.code for part in written if part.is_template),
        variants=text.variants,
        options=tuple(
            _option(number, f"{path}.options.{number.id}", problems)
            for number in text.options.values()
        ),
        rows=_rows(text.rows),
        groups={part.code: part.text.group for part in written if part.text and part.text.group},
        names={part.code: part.text.told_as for part in written if part.text and part.text.told_as},
        blanks={part.code: part.text.blank for part in written if part.text and part.text.blank},
        band_tables=tuple(
            band_table(table, main, f"{path}.bands.{table.id}", problems)
            for table in text.bands.values()
        ),
        responders=tuple(
            _responder(responder, f"{path}.responders.{responder.id}", problems)
            for responder in text.responders.values()
        ),
        important_changes=tuple(
            ImportantChange(
                change.id,
                change.of or main,
                change.points,
                change.percent,
                change.label,
                change.source,
                change.verified,
                change.worsening,
            )
            for change in text.important_changes.values()
        ),
        checks=(
            *(
                check
                for check_text in text.checks.values()
                for check in _form_checks(text, check_text, main)
            ),
            *_disagreements(written, problems),
        ),
        cases=tuple(cases_of(text.cases)),
        response_name=text.response_name,
        other_names=text.other_names,
        two_answers=tuple(part.code for part in written if part.text and part.text.two_answers),
        subject_columns=text.subject_columns,
        licence_line=text.licence_line,
    )


def _conversions(
    written: Sequence[Written], form: ScaleForm, expression: Formula, problems: list[Problem]
) -> Iterator[tuple[str, Conversion]]:
    options = [number.name for number in form.options]
    for part in written:
        text = part.text.conversion if part.text is not None else None
        if text is None:
            continue
        path = f"{part.path}.conversion"
        if text.of not in form.formulas or part.formula is not None:
            problems.append(
                Problem(
                    "a conversion is of a score with a formula, and has none itself",
                    path=f"{path}.of",
                    found=text.of,
                    expected=one_of(tuple(form.formulas)) if form.formulas else "a formula",
                    hint=did_you_mean(text.of, form.formulas),
                )
            )
        lowest = expression(text.lowest, options, f"{path}.lowest", problems)
        highest = expression(text.highest, options, f"{path}.highest", problems)
        yield part.code, Conversion(text.of, lowest, highest)


def cases_of(texts: Any) -> Iterator[WorkedCase]:
    """The worked cases of a list in a file."""
    return (
        WorkedCase(case.id, case.items, case.expected, case.params, case.source) for case in texts
    )


def _option(number: Any, path: str, problems: list[Problem]) -> FormOption:
    responders = {}
    for value, name in number.responders.items():
        try:
            responders[float(value)] = name
        except ValueError:
            problems.append(
                Problem(
                    "not a valid key",
                    path=f"{path}.responders",
                    found=repr(value),
                    expected='a number in quotes, as "50"',
                )
            )
    return FormOption(number.id, number.label, number.default, number.values, responders)


def _rows(text: Any) -> FormRows | None:
    if text is None:
        return None
    return FormRows(
        text.key,
        text.items,
        text.counts,
        text.take,
        text.expected,
        text.fewest,
        text.window,
        text.most,
        text.every,
        text.fewest_by,
    )


def _responder(text: Any, path: str, problems: list[Problem]) -> NamedResponder:
    return NamedResponder(
        text.id,
        text.label or text.id,
        tuple(_conditions(text.meets, f"{path}.meets", problems)),
        tuple(_conditions(text.among, f"{path}.among", problems)),
        text.default,
        text.source,
        text.verified,
    )


def _conditions(
    texts: Mapping[str, Any], path: str, problems: list[Problem]
) -> Iterator[tuple[str, Condition]]:
    for code, conditions in texts.items():
        for column in SINGLE_FORM_COLUMNS:
            stated = getattr(conditions, column)
            if stated is None:
                continue
            condition = _comparison(column, stated)
            if condition is not None:
                yield code, condition
                continue
            problems.append(
                Problem(
                    "not a valid condition",
                    path=f"{path}.{code}.{column}",
                    found=repr(stated),
                    expected='a comparison with a number, as "<= -75"',
                )
            )


def _comparison(column: str, stated: str) -> Condition | None:
    """A comparison with a number; None for what is none."""
    try:
        condition = parse_condition(column, stated)
    except ValueError:
        return None
    return condition if isinstance(condition.value, float) else None


def _form_checks(scale: Any, text: Any, main: str) -> Iterator[FormCheck]:
    """A check, once for each code that its `item` stands for, or once in each region."""
    if text.each_region:
        repeated = [part.id for part in scale.parameters.values() if part.each_region]
        for region in scale.regions.values():
            message = text.message.replace("{region}", region.label or region.id)
            for code in repeated:
                message = message.replace(f"{{{code}}}", f"{{{region.id}_{code}}}")
            yield FormCheck(
                text.id,
                in_region(text.problem, region.id, repeated),
                in_region(text.measure or main, region.id, repeated),
                text.severity,
                message,
                text.expected,
            )
        return
    if not text.items:
        measure = text.measure or main
        yield FormCheck(text.id, text.problem, measure, text.severity, text.message, text.expected)
        return
    from dermoutcomes.registry.forms.expansion import NAMES

    labels = _labels(scale, text.items)
    for code in items_of(scale, text.items):
        problem = NAMES.sub(
            lambda match, code=code: code if match[0] == "item" else match[0],  # type: ignore[misc]
            text.problem,
        )
        message = text.message.replace("{item}", f"{{{code}}}").replace("{label}", labels[code])
        yield FormCheck(text.id, problem, code, text.severity, message, text.expected)


def _labels(scale: Any, items: Sequence[str]) -> dict[str, str]:
    """Items by code in words, with the region where one stands in each."""
    labels = dict[str, str]()
    for item in items:
        part = scale.parameters.get(item)
        label = part.label if part is not None and part.label else item
        places = [""] if part is None or not part.each_region else [*scale.regions]
        for place in places:
            region = scale.regions[place].label or place if place else ""
            labels[f"{place}_{item}" if place else item] = f"{region}: {label}".lstrip(": ")
    return labels


def _disagreements(written: list[Written], problems: list[Problem]) -> Iterator[FormCheck]:
    """Scores that a form states and its items do not give, to the last digit that is shown.

    A formula that cannot be read is told once, where it stands.
    """
    unread = {problem.path for problem in problems}
    for part in written:
        if part.text is not None and f"{part.path}.{_formula_key(part.text)}" in unread:
            continue
        if part.text is None or part.formula is None or part.text.kind != "score":
            continue
        if part.text.when == "reduced":
            continue
        half_digit = f"{0.5 / 10**part.text.decimals:.{part.text.decimals + 1}f}"
        yield FormCheck(
            f"{part.code}_disagrees",
            # Of a total with two digits more than are shown, a hair is no disagreement.
            f"abs({part.code} - ({part.formula})) > {half_digit} + 0.000000001",
            part.code,
            "warning",
            f"{part.code} is {{{part.code}}} on the form, and its items give another number: look "
            "at both",
            "the score of the items",
        )


def check_of(
    check: FormCheck,
    name: str,
    codes: Collection[str],
    path: str,
    expression: Formula,
    problems: list[Problem],
) -> Check | None:
    """The check that a text declares; `problems` gets what is wrong with its formula."""
    problem = expression(check.problem, codes, f"{path}.checks.{check.name}.problem", problems)
    if problem is None:
        return None
    names = [name.removesuffix("__text") for name in problem.meta.root_names()]
    return Check(
        name,
        check.name.replace("_", " "),
        problem == 1,
        tuple(dict.fromkeys(names)),
        severity=check.severity,
        measure=check.measure,
        expected=check.expected,
        message=check.message,
    )


def _code_problems(codes: list[str], path: str) -> Iterator[Problem]:
    for code in dict.fromkeys(code for code in codes if codes.count(code) > 1):
        yield Problem(
            f"two parameters are named {code!r} once regions are written out",
            path=f"{path}.parameters",
            found=code,
            expected="another name for one of them",
        )


def _name_problems(form: ScaleForm, codes: Collection[str], path: str) -> Iterator[Problem]:
    """Codes and responders that are named and not declared."""
    # Each key that names a parameter with its place, so that all slips are told in one way.
    named = [
        *((table.of, f"bands.{table.name}.of") for table in form.band_tables),
        *((change.of, f"important_changes.{change.name}.of") for change in form.important_changes),
        *(
            (code, f"responders.{responder.name}")
            for responder in form.responders
            for code, _ in (*responder.meets, *responder.among)
        ),
        *((code, "subject_columns") for code in form.subject_columns),
        *((code, f"parameters.{score}.blank") for score, code in form.blanks.items()),
        *((code, "rows.items") for code in (form.rows.items if form.rows else ())),
        *([(form.rows.counts, "rows.counts")] if form.rows else ()),
    ]
    for code, place in named:
        if code not in codes:
            yield Problem(
                f"no parameter is named {code!r}",
                path=f"{path}.{place}",
                found=code,
                expected=one_of(tuple(codes)),
                hint=did_you_mean(code, codes),
            )
    options = [number.name for number in form.options]
    if form.rows is not None and form.rows.fewest_by not in (None, *options):
        yield Problem(
            f"no option is named {form.rows.fewest_by!r}",
            path=f"{path}.rows.fewest_by",
            found=repr(form.rows.fewest_by),
            expected=one_of(tuple(options)) if options else "a table [options.NAME]",
            hint=did_you_mean(str(form.rows.fewest_by), options),
        )
    names = [responder.name for responder in form.responders]
    yield from (
        Problem(
            f"a responder and an important change have one name, {change.name!r}",
            path=f"{path}.important_changes.{change.name}",
            found=change.name,
            expected="a name of its own: a study names both as its responder",
        )
        for change in form.important_changes
        if change.name in names
    )
    for number in form.options:
        for name in number.responders.values():
            if name not in names:
                yield Problem(
                    f"no responder is named {name!r}",
                    path=f"{path}.options.{number.name}.responders",
                    found=name,
                    expected=one_of(tuple(names)) if names else "a table [responders.NAME]",
                    hint=did_you_mean(name, names),
                )
