"""Files of forms: JSON, one form or many, and CSV, a form a row."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from dermoutcomes.errors import Problem, StudyError, did_you_mean, one_of

if TYPE_CHECKING:
    from dermoutcomes.declare import Scale
    from dermoutcomes.declare.forms.scale_form import ScaleForm

__all__ = ["Form", "read_forms"]

# Columns of a file that say whose form it is; they are told beside its scores.
WHOSE = ("id", "subject", "visit", "date", "rater")
# The column or key that says of which version of its scale a form is.
VERSION = "version"
# The column or key that says of which scale a form is, in a file of several.
SCALE = "scale"
# Keys under which a file of several forms may hold its list.
LISTS = ("forms", "vectors", "cases")
OCCASIONS = ("baseline", "post")
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
# Columns of a file with a row a region, as exports call them.
REGION_COLUMNS = ("region", "location", "site", "side", "area", "body_region")
# What a file says of whose form a row is of: the cells of these columns.
Whose = tuple[str | None, ...]


@frozen(eq=False)
class Form:
    """One form of a file: its items, options, the scale and version it names, and whose it is."""

    title: str
    items: Mapping[str, Any]
    params: Mapping[str, Any] = field(factory=dict)
    scale: str | None = None
    whose: Mapping[str, str] = field(factory=dict)
    version: str | None = None


def read_forms(path: Path, scale: Scale) -> tuple[Form, ...]:
    """The forms of a file.

    JSON holds the items of one form, a table with `items` (and `params`, `id`, `scale`), a list of
    either, or one under forms. CSV has a row a form and a column an item, `baseline_ITEM` and
    `post_ITEM` where a row has both; or a row a region, with a column that names it. Raises StudyError for what is neither.
    """
    suffix = path.suffix.casefold()
    if suffix in WORKBOOKS:
        raise StudyError(
            Problem(
                "forms are not read from a workbook",
                file=path.name,
                found=suffix,
                expected="a .csv with a column an item, saved from the sheet, or a .json",
            )
        )
    if suffix == ".csv":
        return tuple(_csv_forms(path, scale))
    repeated = list[str]()
    try:
        text = path.read_text(encoding="utf-8-sig")
        if not text.strip():
            raise StudyError(_empty_file(path.name, '{"ITEM": ANSWER, …}'))
        content = json.loads(text, object_pairs_hook=lambda pairs: _table(pairs, repeated))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise StudyError(
            Problem(
                f"the file is not valid JSON: {error}",
                file=path.name,
                line=getattr(error, "lineno", None),
                column=getattr(error, "colno", None),
                expected='{"ITEM": ANSWER, …}, or a .csv with a column an item',
            )
        ) from error
    if repeated:
        raise StudyError(
            [
                Problem(
                    f"{key!r} stands twice in one table of a form",
                    file=path.name,
                    found=repr(key),
                    expected="each item and region once: the forms do not say which answer counts",
                )
                for key in dict.fromkeys(repeated)
            ]
        )
    return tuple(_json_forms(content, path.name))


def _table(pairs: list[tuple[str, Any]], repeated: list[str]) -> dict[str, Any]:
    """A table of JSON; `repeated` gets keys that stand in it twice, of which JSON takes the last."""
    counts = Counter(key for key, _ in pairs)
    repeated += [key for key, number in counts.items() if number > 1]
    return dict(pairs)


def _empty_file(name: str, expected: str) -> Problem:
    return Problem("the file is empty", file=name, found="no form", expected=expected)


def _json_forms(content: Any, file: str) -> Iterator[Form]:
    entries = content
    if isinstance(content, Mapping):
        lists = [content[name] for name in LISTS if isinstance(content.get(name), list)]
        entries = lists[0] if lists else [content]
    if not isinstance(entries, list):
        raise StudyError(
            Problem(
                "the file holds no form",
                file=file,
                found=type(content).__name__,
                expected='{"ITEM": ANSWER, …}, or a list of such tables',
            )
        )
    problems = list[Problem]()
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, Mapping):
            problems.append(
                Problem(
                    "a form is a table",
                    file=file,
                    path=f"form {number}",
                    found=repr(entry),
                    expected='{"ITEM": ANSWER, …}',
                )
            )
    if problems:
        raise StudyError(problems)
    for number, entry in enumerate(entries, 1):
        items = entry.get("items")
        # A table with `items`, or else one whose keys are the items themselves.
        if isinstance(items, Mapping):
            title = str(entry.get("id") or f"form {number}")
            params, version = entry.get("params") or {}, entry.get(VERSION)
            yield Form(title, items, params, entry.get("scale"), version=_text(version))
        else:
            whose = {name: str(entry[name]) for name in WHOSE if name in entry}
            rest = {
                name: value
                for name, value in entry.items()
                if name not in whose and name != VERSION
            }
            title = whose.get("id") or f"form {number}"
            yield Form(title, rest, whose=whose, version=_text(entry.get(VERSION)))


def _text(value: Any) -> str | None:
    return None if value is None else str(value).strip() or None


def _csv_forms(path: Path, scale: Scale) -> Iterator[Form]:
    rows = _csv_rows(path)
    if (column := _region_column(rows[0], scale)) is not None:
        rows = _joined_regions(rows, column, scale, path.name)
    options = [option.name for option in scale.form.options] if scale.form is not None else []
    for number, cells in enumerate(rows, 1):
        whose = {
            name: cell
            for name, cell in cells.items()
            if name.casefold() in WHOSE and scale.parameter(name) is None and cell is not None
        }
        items = dict[str, Any]()
        params = dict[str, Any]()
        of_scale = _cell_of(cells, SCALE, scale)
        for name, cell in cells.items():
            if name.casefold() in (*WHOSE, VERSION, SCALE) and scale.parameter(name) is None:
                continue
            # In a file of several scales, items of the others are blank in a form of this one.
            if of_scale is not None and cell is None and scale.parameter(name) is None:
                continue
            if name in options:
                params |= {} if cell is None else {name: _as_number(cell)}
                continue
            _set_item(items, name, cell, scale)
        title = ", ".join(whose.values()) or f"row {number}"
        version = next((cell for name, cell in cells.items() if name.casefold() == VERSION), None)
        yield Form(title, items, params, of_scale, whose, version)


def _cell_of(cells: Mapping[str, str | None], column: str, scale: Scale) -> str | None:
    """The cell of a column that says something of the form, and is no item of the scale."""
    return next(
        (
            cell
            for name, cell in cells.items()
            if name.casefold() == column and scale.parameter(name) is None
        ),
        None,
    )


def _region_column(row: Mapping[str, str | None], scale: Scale) -> str | None:
    """The column that says which region a row is of, in a file with a row a region."""
    if scale.form is None or not scale.form.regions:
        return None
    return next(
        (
            name
            for name in row
            if name.casefold() in REGION_COLUMNS and scale.parameter(name.casefold()) is None
        ),
        None,
    )


def _joined_regions(
    rows: list[dict[str, str | None]], column: str, scale: Scale, file: str
) -> list[dict[str, str | None]]:
    """One row a form of rows of its regions: all that say the same of whose form it is.

    Raises StudyError for regions that the scale does not have, a region twice in one form, and
    regions of one form that say two things of what it has once, as an age.
    """
    assert scale.form is not None
    words = _region_words(scale.form)
    items = {code.casefold(): code for code in scale.form.region_items}
    joined = dict[Whose, dict[str, str | None]]()
    seen = dict[tuple[Whose, str], int]()
    problems = list[Problem]()
    for number, row in enumerate(rows, 1):
        whose = tuple(cell for name, cell in row.items() if name.casefold() in WHOSE)
        # Rows of one form need not stand together: an export may be sorted by region.
        whole = joined.setdefault(whose, {})
        region = words.get((row[column] or "").casefold())
        if region is None:
            problems.append(_no_region(scale, row[column], f"row {number}.{column}", words))
            continue
        if (whose, region) in seen:
            problems.append(_region_twice(region, f"row {number}.{column}", seen[whose, region]))
        seen[whose, region] = number
        of_region = {name: items[name.casefold()] for name in row if name.casefold() in items}
        whole |= {f"{region}_{code}": row[name] for name, code in of_region.items()}
        for name in (name for name in row if name not in {column, *of_region}):
            # What is said once a form (an age) may stand in each of its rows, and must be the same.
            if whole.setdefault(name, row[name]) != row[name]:
                problems.append(_two_values(name, f"row {number}.{name}", row[name], whole[name]))
    if problems:
        raise StudyError([problem.within(file) for problem in problems])
    return [*joined.values()]


def _region_words(form: ScaleForm) -> dict[str, str]:
    """Word of a file = code of its region."""
    return {
        word.casefold(): region.code
        for region in form.regions
        for word in (region.code, region.label, *region.words)
    }


def _no_region(scale: Scale, word: str | None, path: str, words: Mapping[str, str]) -> Problem:
    return Problem(
        f"the scale {scale.name} has no region {word!r}",
        path=path,
        found=repr(word),
        expected=one_of(tuple(dict.fromkeys(words.values())), 60),
        hint=did_you_mean(word or "", words),
    )


def _region_twice(region: str, path: str, first: int) -> Problem:
    return Problem(
        f"the region {region} stands twice in one form",
        path=path,
        found=f"also row {first}",
        expected="each region once a form; subject, visit, date or rater tell forms apart",
    )


def _two_values(name: str, path: str, value: str | None, before: str | None) -> Problem:
    return Problem(
        f"two rows of one form say two things of {name}",
        path=path,
        found=f"{value}, and {before} before it",
        expected="one value a form",
    )


def _csv_rows(path: Path) -> list[dict[str, str | None]]:
    """The rows of a CSV by the names of their columns, a blank cell as None.

    Raises StudyError for a file without a form, a column twice, and rows with more cells than
    there are columns.
    """
    text = path.read_text(encoding="utf-8-sig")
    if not text.strip():
        raise StudyError(
            _empty_file(path.name, "a row with the names of the items, and a row a form")
        )
    # The sign that stands in the first line most often parts its names.
    sign = max(",;\t", key=text.splitlines()[0].count)
    # A row of blank cells only, as spreadsheets leave at the end, is no form.
    header, *lines = [row for row in csv.reader(io.StringIO(text), delimiter=sign) if any(row)]
    names = [name.strip() for name in header]
    problems = [
        Problem(
            f"the column {name!r} stands twice",
            file=path.name,
            line=1,
            found=repr(name),
            expected="each item once: the file does not say which answer counts",
        )
        for name, number in Counter(name.casefold() for name in names if name).items()
        if number > 1
    ]
    problems += [
        Problem(
            "a row has more cells than there are columns",
            file=path.name,
            path=f"row {number}",
            found=f"{len(cells)} cells",
            expected=f"{len(names)}",
        )
        for number, cells in enumerate(lines, 1)
        if any(cell.strip() for cell in cells[len(names) :])
    ]
    if not lines:
        problems.append(
            Problem(
                "the file has names of columns and no form",
                file=path.name,
                found=", ".join(names),
                expected="a row a form",
            )
        )
    if problems:
        raise StudyError(problems)
    return [
        {
            name: cell.strip() or None
            # Spreadsheets leave out blank cells at the end of a row.
            for name, cell in zip_longest(names, cells[: len(names)], fillvalue="")
        }
        for cells in lines
    ]


def _as_number(cell: str) -> Any:
    try:
        return float(cell)
    except ValueError:
        return cell


def _set_item(items: dict[str, Any], name: str, cell: str | None, scale: Scale) -> None:
    """Put a cell where its column says: under an occasion, in a list of entries, or at the top."""
    occasion, _, rest = name.partition("_")
    rows = scale.form.rows if scale.form is not None else None
    if occasion in OCCASIONS and rest and scale.parameter(name) is None:
        items.setdefault(occasion, {})[rest] = cell
        return
    # `lesions_2_size` is the size of the second entry; `lesions_2` its only or first item.
    parts = name.split("_", 2)
    if rows is not None and parts[0] == rows.key and len(parts) > 1 and parts[1].isdigit():
        entries = items.setdefault(rows.key, [])
        # Columns may stand in any order, and an entry without any answer stays None: left out.
        entries += [None] * (int(parts[1]) - len(entries))
        if cell is not None:
            item = parts[2] if len(parts) == 3 else rows.items[0]
            entry = entries[int(parts[1]) - 1] or {}
            entries[int(parts[1]) - 1] = {**entry, item: cell}
        return
    items[name] = cell
