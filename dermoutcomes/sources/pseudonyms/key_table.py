"""The table of ids and pseudonyms: drawn at random, kept by the site, used again for later exports."""

from __future__ import annotations

import csv
import io
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from attrs import define, field

from dermoutcomes.errors import Problem, StudyError

__all__ = ["KeyTable"]

COLUMNS = ("subject", "pseudonym")
# Without letters and digits that are taken for each other.
SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 7
FIRST = "P"


@define(eq=False)
class KeyTable:
    """Id = pseudonym. Nothing of an id is in its pseudonym: it is drawn, not computed."""

    path: Path
    pseudonyms: dict[str, str] = field(factory=dict)

    @classmethod
    def read(cls, path: Path) -> KeyTable:
        """The table at `path`, empty where there is none. Raises StudyError for what is none."""
        if not path.exists():
            return cls(path)
        try:
            rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise _no_table(path, str(error)) from error
        pairs = [tuple(row) for row in rows[1:] if row]
        ids, drawn = ([pair[at] for pair in pairs if len(pair) == 2] for at in (0, 1))
        whole = all(len(pair) == 2 and all(pair) for pair in pairs)
        if not rows or tuple(rows[0]) != COLUMNS or not whole:
            raise _no_table(path, ", ".join(rows[0]) if rows else "an empty file")
        if len({*ids}) != len(ids) or len({*drawn}) != len(drawn):
            raise _no_table(path, "an id or a pseudonym that stands there twice")
        return cls(path, dict(zip(ids, drawn, strict=True)))

    def add(self, ids: Iterable[str], *, keep_order: bool) -> None:
        """Draw a pseudonym for each id that has none.

        With `keep_order` pseudonyms are in the order of their ids. Raises StudyError where that
        cannot be, since the table has some already.
        """
        new = sorted({*ids} - self.pseudonyms.keys())
        if keep_order and new and self.pseudonyms:
            raise StudyError(
                Problem(
                    "the order of ids cannot be kept by a table that has some already",
                    str(self.path),
                    found=f"{len(self.pseudonyms)} ids, and {len(new)} new ones",
                    expected="a new table, or the command without --keep-order",
                    code="key-table",
                )
            )
        taken = {*self.pseudonyms.values(), *self.pseudonyms, *new}
        drawn = list[str]()
        while len(drawn) < len(new):
            sign = FIRST + "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
            if sign not in taken:
                taken.add(sign)
                drawn.append(sign)
        self.pseudonyms |= dict(zip(new, sorted(drawn) if keep_order else drawn, strict=True))

    def write(self) -> None:
        """Write the table, for the eyes of its owner alone, whole or not at all."""
        stream = io.StringIO(newline="")
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerows([COLUMNS, *sorted(self.pseudonyms.items())])
        beside = self.path.with_name(f".{self.path.name}-{os.getpid()}")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(stream.getvalue())
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)


def _no_table(path: Path, found: str) -> StudyError:
    return StudyError(
        Problem(
            "this is no table of pseudonyms",
            str(path),
            path="--key",
            found=found,
            expected=f"the columns {' and '.join(COLUMNS)} as this command wrote them, or a name "
            "that is not taken",
            code="key-table",
        )
    )
