"""Sources: that they belong to a table, an instrument or a scale, and speak of what these have."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dermoutcomes.declare import Instrument
from dermoutcomes.options.key_path import child, element
from dermoutcomes.options.parsing import option_names, parse_options
from dermoutcomes.study.checks.measures import OWNERS
from dermoutcomes.study.declared_names import undeclared_name
from dermoutcomes.study.names import problem_at, unknown_name
from dermoutcomes.study.patterns import BRACES, FIELDS
from dermoutcomes.study.scale_names.versions import is_of_version
from dermoutcomes.study.sections.source import LIMITS, MARKS
from dermoutcomes.study.source_names import (
    VERSION,
    X_SETTINGS,
    assignable_names,
    column_names,
    setting_codes,
)
from dermoutcomes.vocabulary import FRAMEWORK

if TYPE_CHECKING:
    from dermoutcomes.declare import Scale
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Source, Study

__all__ = ["source_problems"]


def source_problems(study: Study, registry: Registry) -> Iterator[Problem]:
    """Sources that nothing declares, and keys and options that their owner does not have."""
    known = (*FRAMEWORK, *registry.instruments, *registry.scales)
    for name, specs in study.sources.items():
        path = child("sources", name)
        if name not in known:
            yield undeclared_name(
                registry,
                OWNERS,
                "table, instrument or scale",
                name,
                known,
                path,
                "install or name the plugin that declares it",
            )
            continue
        for spec in specs:
            source_path = element(path, spec.position)
            yield from _names(registry, spec, source_path)
            yield from _patterns(spec, source_path)
            yield from _signs(spec, source_path)
            yield from _beside_numbers(spec, source_path)
            yield from _readers(registry, spec, source_path)
            yield from _curves(registry, spec, source_path)
            yield from _conversion(registry, spec, source_path)
            yield from _version(registry, spec, source_path)
            yield from _invalid(spec, source_path)
            yield from _options(registry, spec, source_path)


def _names(registry: Registry, spec: Source, path: str) -> Iterator[Problem]:
    owner = registry.owner(spec.name)
    columns = column_names(spec.name, owner, spec.holds)
    assignable = assignable_names(spec.name, owner, spec.holds)
    if columns is None or assignable is None:
        return
    # What holds for every row is the key `version` of the source, and no unit is of it.
    fixed = tuple(name for name in assignable if name != VERSION or _has_code(owner, VERSION))
    of_keys = {"columns": columns, "constants": fixed, "values": assignable, "units": fixed}
    for key, known in of_keys.items():
        for name in getattr(spec, key):
            if name not in known:
                yield unknown_name("column", name, known, child(child(path, key), name))
    yield from _recoded_measures(owner, spec, path)
    if "measure" in spec.columns and "value" not in spec.columns:
        yield problem_at(
            "a long table has a column of measures and one of values",
            child(path, "columns"),
            found=list(spec.columns),
            expected="columns.value, the export's column with the numbers",
        )


def _has_code(owner: Instrument | Scale | None, code: str) -> bool:
    return owner is not None and owner.parameter(code) is not None


def _recoded_measures(
    owner: Instrument | Scale | None, spec: Source, path: str
) -> Iterator[Problem]:
    """Words of the export that `values.measure` gives a meaning that its owner does not have."""
    recoded = spec.values.get("measure")
    if owner is None or not isinstance(recoded, Mapping):
        return
    codes = tuple(parameter.code for parameter in owner.parameters)
    known = {*codes, *(f"{owner.name}.{code}" for code in codes)}
    known |= {parameter.label for parameter in owner.parameters}
    measure_path = child(child(path, "values"), "measure")
    for theirs, ours in recoded.items():
        if str(ours) not in known:
            yield unknown_name("measure", str(ours), codes, child(measure_path, theirs))


def _patterns(spec: Source, path: str) -> Iterator[Problem]:
    for key in ("headers", "file_name", "sheet_name", "blocks"):
        pattern: str | None = getattr(spec, key)
        if pattern is None:
            continue
        names = BRACES.findall(pattern)
        own = column_names(spec.name, None) or () if spec.name in FRAMEWORK else ()
        known = tuple(dict.fromkeys((*FIELDS, *own)))
        for name in names:
            if name not in known:
                yield unknown_name("name for braces", name, known, child(path, key))
        if not names or len(set(names)) < len(names):
            yield problem_at(
                "a pattern has names in braces, each once",
                child(path, key),
                found=pattern,
                expected='a pattern as "{visit}_{measure}" or "{subject}_{visit}.csv"',
            )
    if spec.sheet_name is not None and spec.sheet is not None:
        yield problem_at(
            "one sheet is named, and the pattern of several",
            child(path, "sheet"),
            found=spec.sheet,
            expected="sheet for one sheet, or sheet_name for a sheet a visit or a subject",
        )
    if spec.sheet_name is not None and spec.blocks is not None:
        yield problem_at(
            "titles of blocks are stated beside names of sheets",
            child(path, "blocks"),
            found=spec.blocks,
            expected="sheet_name for a sheet each, or blocks for blocks of one sheet",
        )
    if spec.subjects_by == "row" and "subject" in spec.columns:
        yield problem_at(
            "rows are subjects by their order, and a column has their ids",
            child(path, "subjects_by"),
            found=spec.subjects_by,
            expected="columns.subject alone, wherever there are ids",
        )
    if spec.visits_by != "id" and not _has_column(
        spec, "date" if spec.visits_by == "date" else "day"
    ):
        yield problem_at(
            f"rows find their visit by {spec.visits_by}, and no column has it",
            child(path, "visits_by"),
            found=spec.visits_by,
            expected=f"columns.{spec.visits_by}, the export's column",
        )


def _has_column(spec: Source, name: str) -> bool:
    accepted = {"date": ("date", "taken_at", "time"), "day": ("day",)}[name]
    patterns = "".join(filter(None, (spec.headers, spec.file_name, spec.sheet_name, spec.blocks)))
    return any(column in spec.columns or f"{{{column}}}" in patterns for column in accepted)


def _signs(spec: Source, path: str) -> Iterator[Problem]:
    if spec.thousands == spec.decimal:
        yield problem_at(
            "the decimal and the thousands sign are the same",
            child(path, "thousands"),
            found=spec.thousands,
            expected="two signs that differ",
        )
    if spec.encoding is not None and not _is_encoding(spec.encoding):
        yield problem_at(
            "there is no such encoding",
            child(path, "encoding"),
            found=spec.encoding,
            expected="utf-8, cp1252 or utf-16",
        )
    if spec.data_from is not None and _last_header(spec.header) >= spec.data_from:
        yield problem_at(
            "the data begin after the header",
            child(path, "data_from"),
            found=spec.data_from,
            expected=f"a row after {_last_header(spec.header)}",
        )


def _beside_numbers(spec: Source, path: str) -> Iterator[Problem]:
    """What signs of limits and marks stand for."""
    limits, marks = child(path, "limits"), child(path, "marks")
    words = ", ".join(f'"{word}"' for word in LIMITS)
    for cell, stated in spec.limits.items():
        is_sign = cell in ("<", ">")
        fits = isinstance(stated, (int, float)) and not isinstance(stated, bool)
        if not fits and stated not in (LIMITS if is_sign else ("missing",)):
            yield problem_at(
                f"a {'limit' if is_sign else 'cell at a limit'} does not stand for this",
                child(limits, cell),
                found=stated,
                expected=f"{words} or a number" if is_sign else '"missing" or a number',
            )
    for mark, stated in spec.marks.items():
        if stated not in MARKS:
            yield problem_at(
                "a mark does not say this",
                child(marks, mark),
                found=stated,
                expected=", ".join(f'"{word}"' for word in MARKS),
            )
        if stated == "below_limit" and "<" not in spec.limits:
            yield problem_at(
                "a mark says that the number is a limit, and nothing says what a limit stands for",
                child(limits, "<"),
                found=f"marks = {{ {mark!r} = 'below_limit' }}",
                expected=f"{words} or a number",
            )
        if not mark.strip() or any(sign.isdigit() for sign in mark):
            yield problem_at(
                "a mark stands beside a number, and is none",
                child(marks, mark),
                found=mark,
                expected='a mark as "*" or "#"',
            )


def _is_encoding(name: str) -> bool:
    try:
        codecs.lookup(name)
    except (LookupError, ValueError):
        return False
    return True


def _last_header(header: tuple[int, ...] | int | None) -> int:
    return header if isinstance(header, int) else max(header, default=0) if header else 0


def _readers(registry: Registry, spec: Source, path: str) -> Iterator[Problem]:
    if spec.reader is not None and spec.reader not in registry.readers:
        yield undeclared_name(
            registry, ("readers",), "reader", spec.reader, registry.readers, child(path, "reader")
        )


def _curves(registry: Registry, spec: Source, path: str) -> Iterator[Problem]:
    owner = registry.owner(spec.name)
    if spec.holds == "curves" and (not isinstance(owner, Instrument) or owner.curves is None):
        yield problem_at(
            f"{spec.name!r} has no curves", child(path, "holds"), found="curves", expected="values"
        )


def _version(registry: Registry, spec: Source, path: str) -> Iterator[Problem]:
    """Forms of another version than the scale's, or of what has none."""
    if spec.version is None:
        return
    scale = registry.scales.get(spec.name)
    if scale is None and spec.name in registry.instruments:
        return
    if scale is None:
        yield problem_at(
            f"{spec.name!r} is no scale and no instrument, and has no version",
            child(path, "version"),
            found=spec.version,
            expected="no version",
        )
    elif not is_of_version(scale, spec.version):
        own = f"the scale's own version ({scale.version})" if scale.version else "no version"
        yield problem_at(
            f"the forms are of another version than the scale {spec.name!r}",
            child(path, "version"),
            found=spec.version,
            expected=f"{own}, or a scale of the version of the forms in a file that [study] "
            "plugins names",
        )


def _conversion(registry: Registry, spec: Source, path: str) -> Iterator[Problem]:
    if spec.conversion is None:
        return
    owner = registry.scales.get(spec.name)
    if owner is None or owner.form is None or not owner.form.conversions:
        yield problem_at(
            f"nothing of {spec.name!r} is converted by a table",
            child(path, "conversion"),
            found=spec.conversion,
            expected="no conversion",
        )


def _invalid(spec: Source, path: str) -> Iterator[Problem]:
    """Only rows of values can be marked as no reading."""
    if spec.invalid and (spec.name in FRAMEWORK or spec.holds == "curves"):
        yield problem_at(
            "rows of values can be marked as no reading, and this source has none",
            child(path, "invalid"),
            found=str(spec.invalid),
            expected="where, with the rows that count",
        )


def _options(registry: Registry, spec: Source, path: str) -> Iterator[Problem]:
    """Options of the owner and of the reader, and settings of the device, all under `options`."""
    options_path = child(path, "options")
    owner = registry.owner(spec.name)
    of_owner = owner.options if owner else None
    readers = [reader for name, reader in registry.readers.items() if spec.reader in (None, name)]
    settings = setting_codes(owner)
    steps = tuple(X_SETTINGS) if spec.holds == "curves" else ()
    known = (
        *(option_names(of_owner) if of_owner else ()),
        *settings,
        *steps,
        *(name for reader in readers for name in option_names(reader.options)),
    )
    for name, value in spec.options.items():
        if name not in known:
            yield unknown_name(
                f"option or setting of {spec.name!r}",
                name,
                tuple(dict.fromkeys(known)),
                child(options_path, name),
            )
        elif name in settings and not isinstance(value, (int, float, str)):
            yield problem_at(
                "a setting is a number or a text", child(options_path, name), found=value
            )
    if of_owner is not None:
        yield from _owner_option_problems(of_owner, spec.options, options_path)


def _owner_option_problems(cls: type, options: Mapping[str, Any], path: str) -> Iterable[Problem]:
    option_problems: list[Problem] = []
    owner_options = option_names(cls)
    parse_options(
        {name: value for name, value in options.items() if name in owner_options},
        cls,
        path=path,
        problems=option_problems,
    )
    return option_problems
