"""How a file of values is laid out.

Which column is the subject, the visit …, and which cells are values of which code.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cache
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING

from attrs import field, frozen

from dermoutcomes.errors import did_you_mean, nearest, one_of
from dermoutcomes.sources.cells.recoding import SIDES
from dermoutcomes.sources.columns import (
    add_ambiguous_column,
    fold,
    header_text,
    mapped_column,
    mapped_names,
)
from dermoutcomes.sources.header import Column, Header, split_unit
from dermoutcomes.sources.wide.header_fields import header_fields
from dermoutcomes.sources.wide.role_headers import RoleHeader, is_role_pattern, role_headers
from dermoutcomes.sources.workbooks.name_patterns import name_fields
from dermoutcomes.study.patterns import match_pattern, pattern_fields
from dermoutcomes.study.source_names import (
    LONG_TABLE_COLUMNS,
    MEASUREMENT_FIELDS,
    ROLES,
    VERSION,
    column_names,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from dermoutcomes.declare import Instrument, Parameter, Scale
    from dermoutcomes.sources.reading_context import MeasurementContext, ReadingContext

__all__ = [
    "Layout",
    "ValueColumn",
    "constants_of_source",
    "fields_of_file_name",
    "header_names",
    "known_headers",
    "value_layout",
    "version_column",
]


@frozen(eq=False)
class ValueColumn:
    """A column of values: its code, and the fields that its header gives (visit, side …)."""

    column: Column
    code: str
    fields: tuple[tuple[str, str], ...] = ()


@frozen(eq=False)
class Layout:
    """Where everything stands.

    `roles` are the columns of subject, visit and so on; `values` those of values. `long` has the
    columns of measure, value, unit and text where each row holds one value. `file_name` and
    `constants` are what the file's name and the source say of every row. `version` is the column of
    the version that a row is of. `role_headers` are the columns of roles that stand beside some of
    the wide columns, as a date a visit.
    """

    roles: Mapping[str, Column]
    values: tuple[ValueColumn, ...]
    long: Mapping[str, Column] = field(default=MappingProxyType({}))
    file_name: Mapping[str, str] = field(default=MappingProxyType({}))
    constants: Mapping[str, str] = field(default=MappingProxyType({}))
    version: Column | None = None
    role_headers: Mapping[str, tuple[RoleHeader, ...]] = field(default=MappingProxyType({}))

    @property
    def role_columns(self) -> tuple[Column, ...]:
        """All columns that say who, when, where or by whom."""
        beside = chain.from_iterable(self.role_headers.values())
        return (*self.roles.values(), *(header.column for header in beside))

    @property
    def positions(self) -> tuple[int, ...]:
        """The positions of all columns that are read."""
        columns = (
            *self.role_columns,
            *self.long.values(),
            *(value.column for value in self.values),
            *filter(None, [self.version]),
        )
        return tuple(column.position for column in columns)


def header_names(context: MeasurementContext, names: Iterable[str]) -> Callable[[str], bool]:
    """Whether a cell can be part of the header.

    A column that the source maps, one of `names`, a code or a label. Codes in the cells of a long
    table are no names of columns.
    """
    codes = {} if "value" in context.spec.columns else context.measure_words
    known = {fold(name) for name in (*mapped_names(context.spec.columns), *names, *codes)}
    pattern = context.spec.headers
    closed = {"measure": codes} if pattern and "{measure}" in pattern else {}

    @cache
    def is_known(cell: str) -> bool:
        bare = split_unit(cell)[0]
        return (
            fold(cell) in known
            or fold(bare) in known
            or bool(closed and pattern and match_pattern(pattern, bare, closed, closed))
        )

    return is_known


def known_headers(context: MeasurementContext) -> Callable[[str], bool]:
    """The same for a file of values."""
    return header_names(context, (*ROLES, "measure", "value"))


def value_layout(context: MeasurementContext) -> Layout:
    """The layout of a file.

    Raises StudyError with every column that is missing, ambiguous or unknown. A column is taken
    once, and the source's own words come first: what `columns` maps, then our names for roles, then
    the pattern of `headers` or else codes and labels.
    """
    header, words = context.header, context.measure_words
    patterns = {
        name: str(theirs)
        for name, theirs in context.spec.columns.items()
        if name in ROLES and is_role_pattern(context, name, theirs)
    }
    mapped = _mapped_columns(context, besides=patterns)
    free = _without(header.columns, mapped.values())
    file_name, constants = fields_of_file_name(context), constants_of_source(context)

    roles = {name: column for name, column in mapped.items() if name in ROLES}
    named_elsewhere = {*roles, *patterns, *file_name, *constants}
    roles |= _columns_by_role(
        context, free, [name for name in MEASUREMENT_FIELDS if name not in named_elsewhere]
    )

    long = {name: column for name, column in mapped.items() if name in LONG_TABLE_COLUMNS}
    if "value" in long:
        long |= _columns_by_role(
            context, free, [name for name in LONG_TABLE_COLUMNS if name not in long]
        )

    version = mapped.pop(VERSION) if VERSION in mapped and VERSION not in words else None
    values = [
        ValueColumn(column, words[name])
        for name, column in mapped.items()
        if name not in {*ROLES, *LONG_TABLE_COLUMNS}
    ]
    taken = (
        *roles.values(),
        *long.values(),
        *(value.column for value in values),
        *filter(None, [version]),
    )
    free = _without(free, taken)
    if context.spec.headers:
        values += _columns_by_pattern(context, free)
    else:
        # Beside a column of values only settings have columns of their own.
        codes = {
            word: code
            for word, code in words.items()
            if "value" not in long or context.is_setting(code)
        }
        values += _columns_by_code(free, codes, {value.code for value in values})
    if "value" in long and "measure" not in long:
        values.append(ValueColumn(long["value"], _single_code(context)))
        long = {}

    beside = {
        name: role_headers(context, name, pattern, [dict(value.fields) for value in values])
        for name, pattern in patterns.items()
    }
    version = version or version_column(_without(free, (value.column for value in values)))
    _refuse_shared_columns(context, values)
    _refuse_without_subject_or_values(context, {**roles, **file_name, **constants}, values, long)
    context.raise_problems()
    in_order = sorted(values, key=lambda value: value.column.position)
    return Layout(roles, tuple(in_order), long, file_name, constants, version, beside)


def _without(columns: Iterable[Column], taken: Iterable[Column]) -> list[Column]:
    """The named columns whose position none of `taken` has."""
    positions = {position for column in taken for position in column.positions}
    return [column for column in columns if column.name and column.position not in positions]


def _mapped_columns(context: MeasurementContext, besides: Container[str]) -> dict[str, Column]:
    """The columns that the source maps by name, `besides` those of which it has a pattern."""
    known = column_names(context.file.name, context.owner) or ()
    columns: dict[str, Column] = {}
    for name, theirs in context.spec.columns.items():
        if name not in known:
            context.add_problem(
                f"{context.owner.name} has no {name!r}",
                f"columns.{name}",
                in_file=False,
                expected=one_of(known, 40),
                hint=did_you_mean(name, [*known, *context.measure_words]),
            )
        elif name not in besides and (column := mapped_column(context, name, theirs)):
            columns[name] = column
    return columns


def version_column(free: Iterable[Column]) -> Column | None:
    """The one column that is called version; of two none is meant."""
    columns = [column for column in free if fold(column.bare) == VERSION]
    return columns[0] if len(columns) == 1 else None


def _columns_by_role(
    context: MeasurementContext, free: Iterable[Column], names: Iterable[str]
) -> dict[str, Column]:
    """Columns that bear our own name."""
    columns: dict[str, Column] = {}
    for name in names:
        spellings = (name, name.replace("_", " "))
        candidates = tuple(column for column in free if fold(column.bare) in spellings)
        if len(candidates) > 1:
            add_ambiguous_column(context, name, candidates)
        elif candidates:
            columns[name] = candidates[0]
    return columns


def _columns_by_code(
    columns: Iterable[Column], words: Mapping[str, str], mapped: set[str]
) -> Iterator[ValueColumn]:
    """Columns that bear a code or a label of the owner, where the source does not map that code."""
    folded = {fold(word): code for word, code in words.items()}
    for column in columns:
        code = folded.get(fold(column.name)) or folded.get(fold(column.bare))
        if code and code not in mapped:
            yield ValueColumn(column, code)


def _columns_by_pattern(
    context: MeasurementContext, columns: Iterable[Column]
) -> Iterator[ValueColumn]:
    """Columns whose header fits the source's pattern."""
    pattern, words = str(context.spec.headers), context.measure_words
    names = pattern_fields(pattern, f"{context.file.setting}.headers")
    single = None if "measure" in names else _single_code(context)
    folded = {fold(word): code for word, code in words.items()}
    for column in columns:
        fields = header_fields(context, column, names, words)
        if fields:
            code = single
            if code is None:
                word = fields.pop("measure")
                code = words.get(word) or folded[fold(word)]
            yield ValueColumn(column, code, tuple(sorted(fields.items())))


def _single_code(context: MeasurementContext) -> str:
    """The code that every value has where no column or header names it; "" beside a problem."""
    word, words = context.spec.constants.get("measure"), context.measure_words
    if word is not None:
        if str(word) not in words:
            context.add_problem(
                f"{context.owner.name} has no {word!r}",
                "constants.measure",
                in_file=False,
                expected=one_of(context.codes),
                hint=did_you_mean(str(word), words),
            )
        return words.get(str(word), "")
    readings = _readings(context.owner)
    if len(readings) == 1:
        return readings[0].code
    codes = [parameter.code for parameter in readings]
    example = codes[0] if codes else "code"
    context.add_problem(
        "nothing says what is measured",
        "constants.measure",
        in_file=False,
        expected=f'measure = "{example}" under constants, {one_of(codes)}',
    )
    return ""


def _readings(owner: Instrument | Scale) -> list[Parameter]:
    """What an export can hold a value of: no setting, and nothing that a formula computes."""
    return [
        parameter
        for parameter in owner.parameters
        if parameter.kind in ("value", "item", "score") and parameter.expr is None
    ]


def constants_of_source(context: ReadingContext) -> dict[str, str]:
    """The source's constants that say of every row to which measurement it belongs."""
    constants = context.spec.constants
    return {name: str(value) for name, value in constants.items() if name in ROLES}


def fields_of_file_name(context: ReadingContext) -> dict[str, str]:
    """What the file's name says of every row, and that of its sheet, by the source's patterns.

    With slashes in it the pattern takes in folders. A name that does not fit is a problem.
    """
    pattern, file = context.spec.file_name, context.file
    of_sheet = {} if file.sheet is None else name_fields(context, file.sheet) or {}
    if pattern is None:
        return of_sheet
    pattern_fields(pattern, f"{file.setting}.file_name")
    name = "/".join(file.relative.split("/")[-(pattern.count("/") + 1) :])
    known = {"visit": context.visit_words, "side": {**SIDES, **context.recoding("side")}}
    for candidate in (name, name.removesuffix(file.path.suffix)):
        if fields := match_pattern(pattern, candidate, known):
            return {**fields, **of_sheet}
    context.add_problem(
        "the file's name does not fit the pattern",
        "file_name",
        found=name,
        expected=pattern,
        hint="leave the file out of `files`, or widen the pattern",
    )
    return {}


def _refuse_shared_columns(context: MeasurementContext, values: list[ValueColumn]) -> None:
    """A column is the value of one code, and no two columns are the same value."""
    by_position: dict[int, list[ValueColumn]] = {}
    by_value: dict[tuple[str, tuple[tuple[str, str], ...]], list[ValueColumn]] = {}
    for value in values:
        by_position.setdefault(value.column.position, []).append(value)
        by_value.setdefault((value.code, value.fields), []).append(value)
    for position, shared in sorted(by_position.items()):
        if len(shared) > 1:
            codes = one_of([value.code for value in shared])
            context.add_problem(
                "two codes are mapped to one column",
                "columns",
                line=context.header.line,
                column=position,
                found=f"{shared[0].column.name!r} for {codes}",
                expected="a column for each code",
            )
    for (code, _), shared in by_value.items():
        if len(shared) > 1:
            columns = dict.fromkeys(value.column for value in shared)
            add_ambiguous_column(context, code, tuple(columns))


def _refuse_without_subject_or_values(
    context: MeasurementContext,
    roles: Iterable[str],
    values: list[ValueColumn],
    long: Mapping[str, Column],
) -> None:
    """A file must say whose values it holds, and hold some."""
    header, spec = context.header, context.spec
    in_headers = {name for value in values for name, _ in value.fields}
    # A column that the source maps and the file does not have is told already.
    by_row = spec.subjects_by == "row"
    if by_row and "subject" in {*roles, *in_headers}:
        context.add_problem(
            "rows are subjects by their order, and the file says who they are",
            "subjects_by",
            line=header.line,
            found=header_text(header),
            expected="ids, wherever there are some: leave subjects_by out",
        )
    if not by_row and "subject" not in {*roles, *in_headers, *spec.columns}:
        context.add_problem(
            "no column says who the subject is",
            "columns.subject",
            line=header.line,
            found=header_text(header),
            expected='a column named "subject", or columns.subject = "their word"; where the order of '
            'rows is all that there is, subjects_by = "row"',
            code="missing_column",
        )
    if not values and "value" not in long and not context.problems:
        headers = (
            f"headers like {spec.headers!r}"
            if spec.headers
            else 'headers = "…" with a pattern such as "{visit}_{measure}"'
        )
        context.add_problem(
            f"the file fits no mapping: no column is a value of {context.owner.name}",
            "columns",
            line=header.line,
            found=header_text(header),
            code="no_mapping",
            expected=f"{one_of(context.codes, 20)}, or {headers}",
            hint=_nearest_columns(header, context.owner),
        )


def _nearest_columns(header: Header, owner: Instrument | Scale) -> str | None:
    """Which columns the codes of the owner could be, as keys to write."""
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
