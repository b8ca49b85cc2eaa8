"""The rooms of the program, and a sample of faults drawn from each with a seed.

A room is a folder of `dermoutcomes/`, its loose modules together, or a plugin: whatever is there.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from math import sqrt
from pathlib import Path

from .faults import KINDS, Fault, compiles, faults_of

CORE = "dermoutcomes"
PLUGINS = "plugins"
# The room of the modules that lie in no folder of the core.
LOOSE = "(loose modules)"


def rooms(tree: Path) -> dict[str, list[str]]:
    """The source files of each room, as paths from the tree."""
    files: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted([*(tree / CORE).rglob("*.py"), *(tree / PLUGINS).rglob("*.py")]):
        parts = path.relative_to(tree).parts
        if "tests" not in parts[:-1]:
            files[room_of("/".join(parts))].append("/".join(parts))
    return dict(files)


def room_of(file: str) -> str:
    """The room that a source file is in, such as `dermoutcomes/quality` or `plugins/paired`."""
    parts = file.split("/")
    if parts[0] == CORE and len(parts) == 2:
        return f"{CORE}/{LOOSE}"
    return "/".join(parts[:2])


def faults_by_room(tree: Path, chosen: Iterable[str] = ()) -> dict[str, list[Fault]]:
    """Every fault of every room; `chosen` are rooms by full name or by its last part, else all.

    Raises:
        ValueError: a chosen room that does not exist.
    """
    known = rooms(tree)
    names = {
        name: [room for room in known if name in {room, room.split("/")[-1]}] for name in chosen
    }
    unknown = [name for name, matching in names.items() if not matching]
    if unknown:
        raise ValueError(
            f"no room is called {', '.join(unknown)}; there are {', '.join(sorted(known))}"
        )
    wanted = {room for matching in names.values() for room in matching} or set(known)
    return {
        room: [fault for file in known[room] for fault in faults_of(tree, file)]
        for room in sorted(wanted)
    }


def sample(
    tree: Path, faults: Mapping[str, list[Fault]], size: int, seed: int
) -> dict[str, list[Fault]]:
    """`size` faults of all kinds in turn, half of the core and half of the plugins where both are.

    Each room has one at least, a larger one more, with the square root of its faults.
    """
    sides = sorted({room.split("/")[0] for room in faults})
    halves = shares(dict.fromkeys(sides, 1.0), size)
    counts: dict[str, int] = {}
    for side in sides:
        counts |= shares(
            {
                room: sqrt(len(listed))
                for room, listed in faults.items()
                if listed and room.startswith(f"{side}/")
            },
            halves[side],
        )
    return {
        room: drawn(tree, faults[room], count, f"{seed} {room}") for room, count in counts.items()
    }


def shares(weights: Mapping[str, float], size: int) -> dict[str, int]:
    """`size` divided in proportion to the weights, one at least for each.

    What is left over goes to the largest remainders.
    """
    spare = max(0, size - len(weights))
    total = sum(weights.values())
    exact = {name: spare * weight / total for name, weight in weights.items()}
    whole = {name: int(value) for name, value in exact.items()}
    by_remainder = sorted(weights, key=lambda name: (whole[name] - exact[name], name))
    extra = set(by_remainder[: spare - sum(whole.values())])
    return {name: 1 + whole[name] + (name in extra) for name in weights}


def drawn(tree: Path, faults: Iterable[Fault], count: int, seed: str) -> list[Fault]:
    """`count` faults, whatever the order of the files; kinds take turns, so that all are met."""
    chance = random.Random(seed)
    waiting: dict[str, list[Fault]] = {kind: [] for kind in KINDS}
    for fault in sorted(faults, key=lambda fault: fault.identity):
        waiting[fault.kind].append(fault)
    for listed in waiting.values():
        chance.shuffle(listed)
    turns = [kind for kind in KINDS if waiting[kind]]
    chance.shuffle(turns)
    taken: list[Fault] = []
    while len(taken) < count and any(waiting[kind] for kind in turns):
        for kind in turns:
            one = next_that_compiles(tree, waiting[kind])
            if one is not None and len(taken) < count:
                taken.append(one)
    return taken


def next_that_compiles(tree: Path, waiting: list[Fault]) -> Fault | None:
    """Takes faults off the list until one gives a program that differs."""
    while waiting:
        fault = waiting.pop()
        if compiles((tree / fault.file).read_bytes(), fault):
            return fault
    return None


def again(tree: Path, wanted: Iterable[Fault]) -> tuple[list[tuple[Fault, Fault]], list[Fault]]:
    """The wanted faults with the same ones of another tree, in pairs, and those that are gone.

    The same is: in the same file and function the same piece of the same statement; else that, in
    whatever file it now is, if only one has it; else the same piece of the same function, its
    statement rewritten.
    """
    present = [fault for listed in faults_by_room(tree).values() for fault in listed]
    exact = {fault.identity: fault for fault in present}
    moved = grouped(present, lambda fault: (*fault.content, fault.nth))
    rewritten = grouped(
        present, lambda fault: (fault.file, fault.function, fault.kind, fault.old, fault.new)
    )
    pairs, gone = [], []
    for fault in wanted:
        places = [
            [exact[fault.identity]] if fault.identity in exact else [],
            moved.get((*fault.content, fault.nth), []),
            rewritten.get((fault.file, fault.function, fault.kind, fault.old, fault.new), []),
        ]
        found = next((place[0] for place in places if len(place) == 1), None)
        if found is None:
            gone.append(fault)
        else:
            pairs.append((fault, found))
    return pairs, gone


def grouped(
    faults: Iterable[Fault], key: Callable[[Fault], tuple[object, ...]]
) -> dict[tuple[object, ...], list[Fault]]:
    """The faults by a key of theirs."""
    groups: defaultdict[tuple[object, ...], list[Fault]] = defaultdict(list)
    for fault in faults:
        groups[key(fault)].append(fault)
    return groups
