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
        before = read(options.again) if options.again else []
        planned, gone = plan(tree, options, before)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    if options.list:
        for fault in planned:
            print(f"{fault.file}:{fault.line}  {fault.kind}: {fault.old} -> {fault.new}")
        return 0
    reach = recorded(tree, options.cache or tree / ".mutants", options.processes)
    about = {"seed": options.seed, "sample": len(planned), "commit": commit(tree)}
    outcomes: list[Outcome] = []
    trial.preload()
    with workshop(tree) as copy:
        for number, (fault, equivalent) in enumerate(planned.items(), start=1):
            one = judged(copy, reach, fault, equivalent, options.budget)
            outcomes.append(one)
            place = f"{number}/{len(planned)}  {one.outcome:9}  {one.seconds:5.1f} s"
            print(f"{place}  {fault.file}:{fault.line}", flush=True)
            if options.json:
                write(options.json, about, outcomes, gone)
        outcomes = confirmed(copy, reach, outcomes, options.budget)
    if options.json:
        write(options.json, about, outcomes, gone)
    print("\n" + in_words(outcomes, gone, [one for one in before if one.fault not in gone]), end="")
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
        "--survivors", action="store_true", help="of those, only survivors that are not equivalent"
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


def plan(
    tree: Path, options: argparse.Namespace, before: Sequence[Outcome]
) -> tuple[dict[Fault, str], list[Fault]]:
    """The faults to plant, with why one is equivalent, and those that are gone."""
    if not options.again:
        drawn = sample(tree, faults_by_room(tree, options.rooms), options.sample, options.seed)
        return {fault: "" for listed in drawn.values() for fault in listed}, []
    wanted = {
        one.fault: one.equivalent
        for one in before
        if not (options.survivors and (one.outcome == KILLED or one.equivalent))
    }
    pairs, gone = again(tree, wanted)
    return {new: wanted[old] for old, new in pairs}, gone


def judged(copy: Path, reach: Reach, fault: Fault, equivalent: str, budget: float) -> Outcome:
    """Plants a fault in the copy, runs the tests that could see it, and mends the copy."""
    path = copy / fault.file
    source = path.read_bytes()
    path.write_bytes(planted(source, fault))
    try:
        verdict = tried(copy, reach.tiers(fault), budget)
    finally:
        path.write_bytes(source)
    return Outcome(
        room_of(fault.file),
        fault,
        said(verdict),
        verdict.killer,
        len(reach.reaching(fault)),
        verdict.ran,
        verdict.left,
        round(verdict.seconds, 1),
        *changed_lines(source, fault),
        equivalent,
    )


def tried(copy: Path, tiers: Sequence[Sequence[tuple[str, float]]], budget: float) -> trial.Verdict:
    """The verdict of all tiers, one after the other until a test fails or the time is up."""
    ran, spent, killer = 0, 0.0, None
    for tier in tiers:
        if killer is None and spent < budget:
            here = trial.run(copy, tier, search_path(copy), budget - spent, copy.parent / "output")
            ran, spent, killer = ran + here.ran, spent + here.seconds, here.killer
    left = sum(len(tier) for tier in tiers) - ran if spent >= budget else 0
    return trial.Verdict(killer, ran, left, spent)


def said(verdict: trial.Verdict) -> str:
    """The outcome in a word."""
    if verdict.killer is not None:
        return KILLED
    if verdict.left:
        return UNDECIDED
    return SURVIVED if verdict.ran else UNREACHED


def confirmed(copy: Path, reach: Reach, outcomes: list[Outcome], budget: float) -> list[Outcome]:
    """The outcomes once every test that saw a fault has passed without one.

    What a test saw that fails by itself is judged anew, without that test.

    Raises:
        RuntimeError: pytest cannot run the tests where there is no fault.
    """
    killers = {test_of(one) for one in outcomes} & reach.tests.keys()
    unsteady: set[str] = set()
    while asked := reach.in_order(killers - unsteady):
        verdict = tried(copy, [asked], 10 * budget)
        if verdict.killer is None:
            break
        failed = verdict.killer.removesuffix(trial.LATE)
        if failed not in killers - unsteady:
            raise RuntimeError(f"without a fault: {verdict.killer}")
        unsteady.add(failed)
    steady = Reach(reach.tree, reach.cache, frozenset(unsteady))
    return [
        judged(copy, steady, one.fault, one.equivalent, budget) if test_of(one) in unsteady else one
        for one in outcomes
    ]


def test_of(one: Outcome) -> str:
    """The test that saw a fault; empty where none did."""
    return (one.killer or "").removesuffix(trial.LATE)


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
