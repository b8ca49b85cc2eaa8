"""How a file of values is laid out: which column is the subject, the visit …, and which cells are values of which code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from dermoutcomes.errors import Problem, StudyError, nearest, one_of
from dermoutcomes.sources.cells.recoding import SIDES, recoding
from dermoutcomes.sources.columns import ambiguous, fold, header_shown, matching, missing_column
from dermoutcomes.sources.header import Column, Header, split_unit
from dermoutcomes.sources.visits.visit_names import visit_words
from dermoutcomes.study.patterns import fields_of, take
from dermoutcomes.study.source_names import BY_NAME, LONG, ROLES, column_names
from dermoutcomes.words import SETTING_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from dermoutcomes.declare import Instrument, Parameter, Scale
    from dermoutcomes.sources.files import SourceFile
    from dermoutcomes.study import Study

__all__ = [
    "Layout",
    "ValueColumn",
    "known_names",
    "measure_words",
    "resolve",
    "said_elsewhere",
]


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@frozen(eq=False)
class ValueColumn:
    """A column of values: its code, and what its header says of the measurement (visit, side …)."""

    column: Column
    code: str
    says: tuple[tuple[str, str], ...] = ()


@frozen(eq=False)
class Layout:
    """Where everything stands. `long` has the places of measure, value, unit and text where each row holds one value."""

    roles: Mapping[str, Column]
    values: tuple[ValueColumn, ...]
    long: Mapping[str, Column] = field(factory=_nothing)
    named: Mapping[str, str] = field(factory=_nothing)
    constants: Mapping[str, str] = field(factory=_nothing)


def measure_words(file: SourceFile, owner: Instrument | Scale) -> Mapping[str, str]:
    """Word of an export → code: as the source recodes them, the codes themselves, `owner.code`, and labels that only one has."""
    words: dict[str, str] = {}
    labels = [fold(parameter.label) for parameter in owner.parameters]
    for parameter in owner.parameters:
        words |= {parameter.code: parameter.code, f"{owner.name}.{parameter.code}": parameter.code}
        if labels.count(fold(parameter.label)) == 1:
            words.setdefault(parameter.label, parameter.code)
    stated = recoding(file.spec, "measure")
    return {**words, **{theirs: words.get(ours, ours) for theirs, ours in stated.items()}}


def known_names(
    file: SourceFile, owner: Instrument | Scale | None, names: Iterable[str]
) -> Callable[[str], bool]:
    """Whether a cell can be part of the header: a column that the source maps, one of `names`, a code or a label."""
    codes = measure_words(file, owner) if owner and "value" not in file.spec.columns else {}
    wanted = {fold(name) for name in (*file.spec.columns.values(), *names, *codes)}
    pattern = file.spec.headers
    closed = {"measure": codes} if pattern and "{measure}" in pattern else {}

    @cache
    def known(cell: str) -> bool:
        bare = split_unit(cell)[0]
        return (
            fold(cell) in wanted
            or fold(bare) in wanted
            or bool(closed and pattern and take(pattern, bare, closed, closed))
        )

    return known


def resolve(study: Study, file: SourceFile, owner: Instrument | Scale, header: Header) -> Layout:
    """The layout of a file. Raises StudyError with every column that is missing, ambiguous or unknown, and the header found."""
    problems: list[Problem] = []
    words = measure_words(file, owner)
    stated = _stated(file, owner, header, words, problems)
    used = {column.position for column in stated.values()}
    free = [column for column in header.columns if column.position not in used and column.name]
    named, constants = said_elsewhere(study, file, problems)
    roles = {name: column for name, column in stated.items() if name in ROLES}
    roles |= _by_name(
        file,
        header,
        free,
        [name for name in BY_NAME if name not in {*roles, *named, *constants}],
        problems,
    )
    long = {name: column for name, column in stated.items() if name in LONG}
    long |= (
        _by_name(file, header, free, [name for name in LONG if name not in long], problems)
        if "value" in long
        else {}
    )
    values = [
        ValueColumn(column, words[name])
        for name, column in stated.items()
        if name not in {*ROLES, *LONG}
    ]
    taken = {
        column.position
        for column in (*roles.values(), *long.values(), *(value.column for value in values))
    }
    rest = [column for column in free if column.position not in taken]
    if file.spec.headers:
        values += _by_pattern(study, file, owner, rest, words, problems)
    else:
        codes = {
            word: code
            for word, code in words.items()
            if "value" not in long or _is_setting(owner, code)
        }
        values += _by_code(rest, codes, {value.code for value in values})
    if "value" in long and "measure" not in long:
        values.append(ValueColumn(long.pop("value"), _one_code(file, owner, words, problems)))
        long = {}
    _one_code_each(file, header, values, problems)
    _need(file, header, owner, roles, {**named, **constants}, values, long, problems)
    if problems:
        raise StudyError(problems)
    return Layout(
        roles,
        tuple(sorted(values, key=lambda value: value.column.position)),
        long,
        named,
        constants,
    )


def _stated(
    file: SourceFile,
    owner: Instrument | Scale,
    header: Header,
    words: Mapping[str, str],
    problems: list[Problem],
) -> dict[str, Column]:
    """The columns that the source maps by name."""
    found: dict[str, Column] = {}
    known = column_names(file.name, owner) or ()
    for name, theirs in file.spec.columns.items():
        if name not in known:
            near = nearest(name, (*known, *words))
            problems.append(
                Problem(
                    f"{owner.name} has no {name!r}",
                    path=f"{file.setting}.columns.{name}",
                    expected=one_of(known, 40),
                    hint=f"did you mean {near!r}?" if near else None,
                )
            )
            continue
        columns = matching(header.columns, theirs)
        if len(columns) == 1:
            found[name] = columns[0]
        else:
            problems.append(
                ambiguous(file, header, name, columns)
                if columns
                else missing_column(file, header, name, theirs)
            )
    return found


def _by_name(
    file: SourceFile,
    header: Header,
    free: Iterable[Column],
    names: Iterable[str],
    problems: list[Problem],
) -> dict[str, Column]:
    """Columns that bear our own name."""
    free, found = list(free), {}
    for name in names:
        columns = [column for column in free if fold(column.bare) in (name, name.replace("_", " "))]
        if len(columns) > 1:
            problems.append(ambiguous(file, header, name, tuple(columns)))
        elif columns:
            found[name] = columns[0]
    return found


def _by_code(
    columns: Iterable[Column], words: Mapping[str, str], have: set[str]
) -> Iterator[ValueColumn]:
    """Columns that bear a code or a label of the owner, where the source does not map that code."""
    folded = {fold(word): code for word, code in words.items()}
    for column in columns:
        code = folded.get(fold(column.name)) or folded.get(fold(column.bare))
        if code and code not in have:
            yield ValueColumn(column, code)


def _by_pattern(
    study: Study,
    file: SourceFile,
    owner: Instrument | Scale,
    columns: Iterable[Column],
    words: Mapping[str, str],
    problems: list[Problem],
) -> Iterator[ValueColumn]:
    """Columns whose header fits the source's pattern."""
    pattern = str(file.spec.headers)
    names = fields_of(pattern, f"{file.setting}.headers")
    known = {
        "measure": words,
        "visit": visit_words(study, file),
        "side": {**SIDES, **recoding(file.spec, "side")},
    }
    known |= {
        name: recoding(file.spec, name)
        for name in names
        if name not in known and recoding(file.spec, name)
    }
    # With nothing but a visit to go by, only known visits are visits: any text would fit.
    closed = {"measure", "side"} | (
        {"visit"} if "measure" not in names and not _has_words(pattern) else set()
    )
    code = None if "measure" in names else _one_code(file, owner, words, problems)
    for column in columns:
        says = take(pattern, column.name, known, closed) or take(
            pattern, column.bare, known, closed
        )
        if says:
            own = code or _meant(says.pop("measure"), words)
            yield ValueColumn(column, own, tuple(sorted(says.items())))


def _meant(word: str, words: Mapping[str, str]) -> str:
    return words.get(word) or {fold(known): code for known, code in words.items()}[fold(word)]


def _has_words(pattern: str) -> bool:
    inside, literal = False, ""
    for sign in pattern:
        inside = sign == "{" or (inside and sign != "}")
        literal += "" if inside else sign
    return any(sign.isalnum() for sign in literal)


def _one_code(
    file: SourceFile, owner: Instrument | Scale, words: Mapping[str, str], problems: list[Problem]
) -> str:
    """The code that every value has where no column or header names it."""
    stated = file.spec.constants.get("measure")
    if stated is not None:
        code = words.get(str(stated))
        if code is None:
            near = nearest(str(stated), words)
            problems.append(
                Problem(
                    f"{owner.name} has no {stated!r}",
                    path=f"{file.setting}.constants.measure",
                    expected=one_of([parameter.code for parameter in owner.parameters]),
                    hint=f"did you mean {near!r}?" if near else None,
                )
            )
        return code or ""
    readings = _readings(owner)
    if len(readings) != 1:
        problems.append(
            Problem(
                "nothing says what is measured",
                path=f"{file.setting}.constants.measure",
                expected=f'measure = "{readings[0].code if readings else "code"}" under constants, {one_of([p.code for p in readings])}',
            )
        )
        return ""
    return readings[0].code


def _readings(owner: Instrument | Scale) -> list[Parameter]:
    return [
        parameter
        for parameter in owner.parameters
        if parameter.kind in ("value", "item", "score") and parameter.expr is None
    ]


def said_elsewhere(
    study: Study, file: SourceFile, problems: list[Problem]
) -> tuple[dict[str, str], dict[str, str]]:
    """What the file's name says of every row, and what the source's constants do."""
    return _from_file_name(study, file, problems), {
        name: str(value) for name, value in file.spec.constants.items() if name in ROLES
    }


def _is_setting(owner: Instrument | Scale, code: str) -> bool:
    parameter = owner.parameter(code)
    return parameter is not None and parameter.kind in SETTING_KINDS


def _from_file_name(study: Study, file: SourceFile, problems: list[Problem]) -> dict[str, str]:
    """What the file's name says, by the source's pattern; with slashes in it the pattern takes in folders."""
    pattern = file.spec.file_name
    if pattern is None:
        return {}
    fields_of(pattern, f"{file.setting}.file_name")
    name = "/".join(file.relative.split("/")[-(pattern.count("/") + 1) :])
    known = {"visit": visit_words(study, file), "side": {**SIDES, **recoding(file.spec, "side")}}
    for candidate in (name, name.removesuffix(file.path.suffix)):
        says = take(pattern, candidate, known)
        if says:
            return says
    problems.append(
        Problem(
            "the file's name does not fit the pattern",
            file=file.relative,
            path=f"{file.setting}.file_name",
            found=name,
            expected=pattern,
            hint="leave the file out of `files`, or widen the pattern",
        )
    )
    return {}


def _one_code_each(
    file: SourceFile, header: Header, values: list[ValueColumn], problems: list[Problem]
) -> None:
    """A column is the value of one code, and no two columns are the same value."""
    places = [value.column.position for value in values]
    for place in sorted({place for place in places if places.count(place) > 1}):
        shared = [value for value in values if value.column.position == place]
        problems.append(
            Problem(
                "two codes are mapped to one column",
                file=file.relative,
                line=header.rows[-1] if header.rows else None,
                column=place,
                path=f"{file.setting}.columns",
                found=f"{shared[0].column.name!r} for {one_of([value.code for value in shared])}",
                expected="a column for each code",
            )
        )
    meant = [(value.code, value.says) for value in values]
    for code, says in dict.fromkeys(pair for pair in meant if meant.count(pair) > 1):
        problems.append(
            ambiguous(
                file,
                header,
                code,
                tuple(
                    dict.fromkeys(
                        value.column for value in values if (value.code, value.says) == (code, says)
                    )
                ),
            )
        )


def _need(
    file: SourceFile,
    header: Header,
    owner: Instrument | Scale,
    roles: Mapping[str, Column],
    said: Mapping[str, str],
    values: list[ValueColumn],
    long: Mapping[str, Column],
    problems: list[Problem],
) -> None:
    """A file must say whose values it holds, and hold some."""
    line = header.rows[-1] if header.rows else None
    in_headers = {part for value in values for part, _ in value.says}
    if "subject" not in {*roles, *said, *in_headers, *file.spec.columns}:
        problems.append(
            Problem(
                "no column says who the subject is",
                file=file.relative,
                line=line,
                path=f"{file.setting}.columns.subject",
                found=header_shown(header),
                expected='a column named "subject", or columns.subject = "their word"',
                code="missing_column",
            )
        )
    if not values and "value" not in long and not problems:
        headers = (
            f"headers like {file.spec.headers!r}"
            if file.spec.headers
            else 'headers = "…" with a pattern such as "{visit}_{measure}"'
        )
        problems.append(
            Problem(
                f"the file fits no mapping: no column is a value of {owner.name}",
                file=file.relative,
                line=line,
                path=f"{file.setting}.columns",
                found=header_shown(header),
                code="no_mapping",
                expected=f"{one_of([parameter.code for parameter in owner.parameters], 20)}, or {headers}",
                hint=_nearest_pairs(header, owner),
            )
        )


def _nearest_pairs(header: Header, owner: Instrument | Scale) -> str | None:
    names = [column.bare for column in header.columns if column.bare]
    words = {
        word: parameter.code
        for parameter in owner.parameters
        for word in (parameter.code, parameter.label)
    }
    pairs = {code: near for word, code in words.items() if (near := nearest(word, names))}
    return (
        "; ".join(f'columns.{code} = "{near}"?' for code, near in list(pairs.items())[:6]) or None
    )
