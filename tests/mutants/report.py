"""What became of each fault, in words and as JSON that a later run can take up again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
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
    """A fault, its room and what the tests said of it."""

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
    """How many of them were killed, such as `7 of 8, 88 %`."""
    listed = list(outcomes)
    killed = sum(one.outcome == KILLED for one in listed)
    return f"{killed} of {len(listed)}, {round(100 * killed / len(listed))} %" if listed else "none"


def in_words(outcomes: Sequence[Outcome], gone: Sequence[Fault]) -> str:
    """The share of every room and in all, then the survivors with their lines."""
    rooms = sorted({one.room for one in outcomes})
    width = max((len(room) for room in rooms), default=0)
    lines = ["Faults that the tests see", ""]
    lines += [
        f"{room:{width}}  {share(one for one in outcomes if one.room == room)}" for room in rooms
    ]
    lines += [
        "",
        *(
            f"{side:{width}}  {share(one for one in outcomes if one.room.startswith(side))}"
            for side in sorted({room.split("/")[0] for room in rooms})
        ),
    ]
    lines += [f"{'in all':{width}}  {share(outcomes)}"]
    survivors = [one for one in outcomes if one.outcome != KILLED]
    if survivors:
        lines += ["", "Survivors", ""]
    for one in survivors:
        fault = one.fault
        place = f"{fault.file}:{fault.line}  {fault.kind} in {fault.function}"
        lines.append(f"{place}: {WORDS[one.outcome]} ({one.ran} run, {one.left} left)")
        lines += [f"  - {one.old_line}", f"  + {one.new_line}"]
    if gone:
        lines += [
            "",
            "No longer in the program",
            "",
            *(
                f"{fault.file}:{fault.line}  {fault.function}: {fault.old} -> {fault.new}"
                for fault in gone
            ),
        ]
    return "\n".join(lines) + "\n"


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


def read(path: Path) -> list[tuple[str, Fault]]:
    """The faults of an earlier run, with their rooms.

    Raises:
        ValueError: the file is not one that `--json` wrote.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        names = {field.name for field in fields(Fault)}
        return [
            (
                one["room"],
                Fault(**{key: value for key, value in one["fault"].items() if key in names}),
            )
            for one in content["faults"]
        ]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: not the JSON of an earlier run ({error!r})") from error
