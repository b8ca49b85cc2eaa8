"""`just mutants`: samples small faults, runs the tests that could see them, and tells which did."""

from __future__ import annotations

import argparse
import compileall
import py_compile
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from . import trial
from .faults import Fault, planted
from .reach import ROOT, Reach, copy_tree, recorded, search_path
from .report import (
    KILLED,
    SURVIVED,
    UNDECIDED,
    UNREACHED,
    Outcome,
    changed_lines,
    in_words,
    read,
    write,
)
from .rooms import CORE, PLUGINS, again, faults_by_room, room_of, sample


def main(arguments: Sequence[str] | None = None) -> int:
    """Zero when the run came to its end, whatever survived."""
    options = parsed(arguments)
    tree = options.tree.resolve()
    try:
        planned, gone = plan(tree, options)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    if options.list:
        print(
            "\n".join(
                f"{fault.file}:{fault.line}  {fault.kind}: {fault.old} -> {fault.new}"
                for _, fault in planned
            )
        )
        return 0
    reach = recorded(tree, options.cache or tree / ".mutants", options.processes)
    about = {
        "seed": options.seed,
        "sample": len(planned),
        "commit": commit(tree),
        "again": str(options.again or ""),
    }
    outcomes: list[Outcome] = []
    trial.preload()
    with workshop(tree) as copy:
        for number, (room, fault) in enumerate(planned, start=1):
            one = judged(copy, reach, room, fault, options.budget)
            outcomes.append(one)
            place = f"{number}/{len(planned)}  {one.outcome:9}  {one.seconds:5.1f} s"
            print(f"{place}  {fault.file}:{fault.line}", flush=True)
            if options.json:
                write(options.json, about, outcomes, gone)
        outcomes = confirmed(copy, reach, outcomes, options.budget)
    if options.json:
        write(options.json, about, outcomes, gone)
    print("\n" + in_words(outcomes, gone), end="")
    return 0


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(prog="just mutants", description=__doc__)
    parser.add_argument(
        "rooms",
        nargs="*",
        help="rooms to sample, such as quality or plugins/paired; all where none is named",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=1,
        help="the same seed samples the same faults of the same sources (1)",
    )
    parser.add_argument(
        "--sample", type=int, default=40, help="how many faults (40); each room has one at least"
    )
    parser.add_argument(
        "--again",
        type=Path,
        metavar="FILE",
        help="the faults of an earlier run, from its JSON, instead of a sample",
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="where to write what became of each fault"
    )
    parser.add_argument(
        "--budget", type=float, default=150.0, help="most seconds of tests for a fault (150)"
    )
    parser.add_argument(
        "--processes", type=int, default=2, help="processes that record what the tests reach (2)"
    )
    parser.add_argument("--list", action="store_true", help="only list the faults")
    parser.add_argument("--tree", type=Path, default=ROOT, help="another checkout to try")
    parser.add_argument(
        "--cache",
        type=Path,
        help="where the record of what the tests reach is kept (.mutants in the tree)",
    )
    return parser.parse_args(arguments)


def plan(tree: Path, options: argparse.Namespace) -> tuple[list[tuple[str, Fault]], list[Fault]]:
    """The faults to plant, with their rooms, and those of an earlier run that are gone."""
    if options.again:
        pairs, gone = again(tree, [fault for _, fault in read(options.again)])
        return [(room_of(Path(fault.file).parts), fault) for _, fault in pairs], gone
    drawn = sample(tree, faults_by_room(tree, options.rooms), options.sample, options.seed)
    return [(room, fault) for room, listed in drawn.items() for fault in listed], []


def judged(copy: Path, reach: Reach, room: str, fault: Fault, budget: float) -> Outcome:
    """Plants a fault in the copy, runs the tests that could see it, and mends the copy."""
    path = copy / fault.file
    source = path.read_bytes()
    tiers = reach.tiers(fault)
    total = sum(len(tier) for tier in tiers)
    ran, spent, killer = 0, 0.0, None
    path.write_bytes(planted(source, fault))
    try:
        for tier in tiers:
            if spent >= budget:
                break
            verdict = trial.run(
                copy, tier, search_path(copy), budget - spent, copy.parent / "output"
            )
            ran, spent, killer = ran + verdict.ran, spent + verdict.seconds, verdict.killer
            if killer is not None:
                break
    finally:
        path.write_bytes(source)
    outcome = (
        KILLED
        if killer is not None
        else UNREACHED
        if not tiers
        else SURVIVED
        if spent < budget
        else UNDECIDED
    )
    left = 0 if killer is not None else total - ran
    return Outcome(
        room,
        fault,
        outcome,
        killer,
        len(reach.reaching(fault)),
        ran,
        left,
        round(spent, 1),
        *changed_lines(source, fault),
    )


def confirmed(copy: Path, reach: Reach, outcomes: list[Outcome], budget: float) -> list[Outcome]:
    """The outcomes once every test that saw a fault has passed without one.

    What a test saw that fails by itself is judged anew, without that test.
    """
    killers = {
        one.killer.removesuffix(trial.LATE) for one in outcomes if one.killer
    } & reach.tests.keys()
    unsteady: set[str] = set()
    while asked := reach.in_order(killers - unsteady):
        verdict = trial.run(copy, asked, search_path(copy), 10 * budget, copy.parent / "output")
        if verdict.killer is None:
            break
        unsteady.add(verdict.killer.removesuffix(trial.LATE))
    steady = Reach(reach.tree, reach.cache, frozenset(unsteady))
    return [
        judged(copy, steady, one.room, one.fault, budget)
        if (one.killer or "").removesuffix(trial.LATE) in unsteady
        else one
        for one in outcomes
    ]


@contextmanager
def workshop(tree: Path) -> Iterator[Path]:
    """A copy of the tree to plant faults in, compiled so that a changed file is seen as changed."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder) / "tree"
        copy_tree(tree, copy)
        for name in (CORE, PLUGINS):
            compileall.compile_dir(
                copy / name, quiet=2, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH
            )
        yield copy


def commit(tree: Path) -> str:
    """The commit that the tree is at."""
    return subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=tree, check=True, capture_output=True, text=True
    ).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
