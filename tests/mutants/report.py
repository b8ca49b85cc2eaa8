"""What became of each fault, in words and as JSON that a later run can take up again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .faults import Fault, planted

KILLED, SURVIVED, UNREACHED, UNDECIDED = "killed", "survived", "unreached", "undecided"
WORDS = {
    SURVIVED: "no test fails",
    UNREACHED: "no test reaches it",
    UNDECIDED: "no test failed until the time was up",
}


@dataclass(frozen=True)
class Outcome:
    """A fault, its room and what the tests said of it.

    `equivalent` is written by a person: why no input could tell the fault from the program.
    """

    room: str
    fault: Fault
    outcome: str
    killer: str | None
    reaching: int
    ran: int
    left: int
    seconds: float
    old_line: str
    new_line: str
    equivalent: str = ""

    @property
    def excused(self) -> bool:
        """Whether it survived because there is nothing to see."""
        return bool(self.equivalent) and self.outcome != KILLED


def changed_lines(source: bytes, fault: Fault) -> tuple[str, str]:
    """The first source line that the fault changes, before and after."""
    before, after = source.decode().splitlines(), planted(source, fault).decode().splitlines()
    at = next(
        (
            number
            for number, (old, new) in enumerate(zip(before, after, strict=False))
            if old != new
        ),
        fault.line - 1,
    )
    return before[at].strip(), after[at].strip() if at < len(after) else ""


def share(outcomes: Iterable[Outcome]) -> str:
    """How many were killed of those that are not equivalent, such as `7 of 8, 88 %`."""
    listed = [one for one in outcomes if not one.excused]
    killed = sum(one.outcome == KILLED for one in listed)
    return f"{killed} of {len(listed)}, {round(100 * killed / len(listed))} %" if listed else "none"


def in_words(
    outcomes: Sequence[Outcome], gone: Sequence[Fault] = (), before: Sequence[Outcome] = ()
) -> str:
    """The share of every room and in all, then the survivors with their lines."""
    rooms = sorted({one.room for one in outcomes})
    sides = sorted({room.split("/")[0] for room in rooms})
    shares = [(room, [one for one in outcomes if one.room == room]) for room in rooms]
    shares += [(side, [one for one in outcomes if one.room.startswith(side)]) for side in sides]
    shares += [("in all", list(outcomes)), *([("in all, before", list(before))] if before else [])]
    width = max(len(name) for name, _ in shares)
    lines = ["Faults that the tests see", ""]
    lines += [f"{name:{width}}  {share(listed)}" for name, listed in shares]
    survivors = [one for one in outcomes if one.outcome != KILLED]
    lines += _section(
        "Survivors", (line for one in survivors if not one.excused for line in _shown(one))
    )
    lines += _section(
        "Equivalent", (line for one in survivors if one.excused for line in _shown(one))
    )
    lines += _section(
        "No longer in the program",
        (f"{_place(fault)}: {fault.old} -> {fault.new}" for fault in gone),
    )
    return "\n".join(lines) + "\n"


def _section(title: str, lines: Iterable[str]) -> list[str]:
    listed = list(lines)
    return ["", title, "", *listed] if listed else []


def _shown(one: Outcome) -> list[str]:
    why = one.equivalent or f"{WORDS[one.outcome]} ({one.ran} run, {one.left} left)"
    return [f"{_place(one.fault)}: {why}", f"  - {one.old_line}", f"  + {one.new_line}"]


def _place(fault: Fault) -> str:
    return f"{fault.file}:{fault.line}  {fault.kind} in {fault.function}"


def write(
    path: Path, about: dict[str, Any], outcomes: Iterable[Outcome], gone: Iterable[Fault]
) -> None:
    """The outcomes as JSON."""
    content = {
        **about,
        "faults": [asdict(one) for one in outcomes],
        "gone": [asdict(fault) for fault in gone],
    }
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read(path: Path) -> list[Outcome]:
    """The outcomes of an earlier run.

    Raises:
        ValueError: the file is not one that `--json` wrote.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return [Outcome(**{**one, "fault": Fault(**one["fault"])}) for one in content["faults"]]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: not the JSON of an earlier run ({error!r})") from error
