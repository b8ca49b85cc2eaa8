"""Files of forms: JSON, one form or many, and CSV, a form a row."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from dermoutcomes.errors import Problem, StudyError

if TYPE_CHECKING:
    from dermoutcomes.declare import Scale

__all__ = ["Form", "read_forms"]

# Columns of a file that say whose form it is; they are told beside its scores.
WHOSE = ("id", "subject", "visit", "date", "rater")
LISTS = ("forms", "vectors", "cases")
OCCASIONS = ("baseline", "post")


@frozen(eq=False)
class Form:
    """One form of a file: its items, options, the scale that it names, and whose it is."""

    title: str
    items: Mapping[str, Any]
    params: Mapping[str, Any] = field(factory=dict)
    scale: str | None = None
    whose: Mapping[str, str] = field(factory=dict)


def read_forms(path: Path, scale: Scale) -> tuple[Form, ...]:
    """The forms of a file.

    JSON holds the items of one form, a table with `items` (and `params`, `id`, `scale`), a list of
    either, or one under forms. CSV has a row a form and a column an item, `baseline_ITEM` and
    `post_ITEM` where a row has both. Raises StudyError for what is neither.
    """
    if path.suffix.casefold() == ".csv":
        return tuple(_csv_forms(path, scale))
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
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
    return tuple(_json_forms(content, path.name))


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
        if isinstance(items, Mapping):
            title = str(entry.get("id") or f"form {number}")
            yield Form(title, items, entry.get("params") or {}, entry.get("scale"))
        else:
            whose = {name: str(entry[name]) for name in WHOSE if name in entry}
            rest = {name: value for name, value in entry.items() if name not in whose}
            yield Form(whose.get("id") or f"form {number}", rest, whose=whose)


def _csv_forms(path: Path, scale: Scale) -> Iterator[Form]:
    text = path.read_text(encoding="utf-8-sig")
    first = text.splitlines()[0] if text.strip() else ""
    sign = max(",;\t", key=first.count)
    rows = csv.DictReader(io.StringIO(text), delimiter=sign)
    options = [option.name for option in scale.form.options] if scale.form is not None else []
    for number, row in enumerate(rows, 1):
        cells = {
            (name or "").strip(): None if cell is None or not cell.strip() else cell.strip()
            for name, cell in row.items()
            if name is not None
        }
        whose = {
            name: cell
            for name, cell in cells.items()
            if name.casefold() in WHOSE and scale.parameter(name) is None and cell is not None
        }
        items = dict[str, Any]()
        params = dict[str, Any]()
        for name, cell in cells.items():
            if name.casefold() in WHOSE and scale.parameter(name) is None:
                continue
            if name in options:
                params |= {} if cell is None else {name: _as_number(cell)}
                continue
            _set_item(items, name, cell, scale)
        title = ", ".join(whose.values()) or f"row {number}"
        yield Form(title, items, params, whose=whose)


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
    parts = name.split("_", 2)
    if rows is not None and parts[0] == rows.key and len(parts) > 1 and parts[1].isdigit():
        entries = items.setdefault(rows.key, [])
        entries += [None] * (int(parts[1]) - len(entries))
        if cell is not None:
            item = parts[2] if len(parts) == 3 else rows.items[0]
            entry = entries[int(parts[1]) - 1] or {}
            entries[int(parts[1]) - 1] = {**entry, item: cell}
        return
    items[name] = cell
