"""Every row of the table of speed and memory, measured in turn with what it stands beside.

    python benchmarks/run.py                        # all rows but those that need much memory or time
    python benchmarks/run.py --quick                # a look: one round, small sizes
    python benchmarks/run.py --only bcs,portfolio
    python benchmarks/run.py --large                # also 10 million readings, 6,300 subjects and growth
    python benchmarks/run.py --store now            # keep the figures and write docs/benchmarks.md anew

Run it with the interpreter of an environment that has the program and its `bench` extra. Times are
CPU seconds of whole processes with their children, but where two processes stand beside one: those
are seconds on the clock. What is compared runs in turn; a value is the median over the rounds. Each
first run is that of a user without any cache, in a folder of its own.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
from measuring import Cost, Pairs, cold_run, cost, new_folder, paired, program, run, script
from table import (
    ROWS,
    Figure,
    Stage,
    aim,
    cell,
    growth,
    store_figures,
    store_stages,
    verdict_of,
    write_page,
)

HERE = Path(__file__).parent
EXAMPLE = HERE.parent / "examples" / "bcs_trial"
COPIES = (1, 10, 30, 100, 300)


@attrs.frozen
class Sizes:
    """How much is measured."""

    rounds: int = 3
    registry: int = 1_000_000
    registry_large: int = 10_000_000
    files: tuple[int, int] = (200, 1_000)
    endpoints: int = 200
    resamples: int = 3_000_000
    curves: int = 100_000
    copies: tuple[int, ...] = COPIES


QUICK = Sizes(1, 20_000, 100_000, (10, 30), 20, 100_000, 2_000, (1, 3))


def figure(row: str, pairs: Pairs, case: str, beside: str | None, size: str = "") -> Figure:
    """The figure of a case beside another one, or alone, where its CPU seconds are the value."""
    ours = pairs.cost(case)
    if beside is None:
        return Figure(
            "", row, size, ours.cpu_s, ours.cpu_s, ours.peak_mb, None, None, len(pairs.rounds)
        )
    other = pairs.cost(beside)
    value = pairs.ratio(case, beside)
    return Figure(
        "",
        row,
        size,
        value,
        ours.cpu_s,
        ours.peak_mb,
        other.cpu_s,
        other.peak_mb,
        len(pairs.rounds),
    )


def bcs(sizes: Sizes) -> Iterator[Figure]:
    """The BCS study beside a script, with and without figures."""

    def one_round(folder: Path) -> Mapping[str, Cost]:
        subprocess.run(script("multiplied_bcs.py", folder / "bcs", 1), check=True)
        study = folder / "bcs" / "study.toml"
        bare = study.with_name("no_figures.toml")
        text = study.read_text(encoding="utf-8")
        bare.write_text(text.replace("[outputs]\n", "[outputs]\nfigures = []\n"), encoding="utf-8")
        by_hand = script("bcs_by_hand.py", folder / "bcs" / "data", folder / "by_hand")
        return {"program": cold_run(study), "script": cost(by_hand), "bare": cold_run(bare)}

    pairs = paired(one_round, sizes.rounds)
    yield figure("bcs", pairs, "program", "script")
    yield figure("bcs_no_figures", pairs, "bare", "script")


REPORTS = 'reports = ["report", "annex", "csv", "workbook"]'
ALL_FORMATS = '"html", "docx", "pdf", "rtf", "xlsx", "svg", "png"'


def formats(sizes: Sizes) -> Iterator[Figure]:
    """Report and annex of the BCS study in every format, beside the same in HTML alone."""

    def one_round(folder: Path) -> Mapping[str, Cost]:
        subprocess.run(script("multiplied_bcs.py", folder / "bcs", 1), check=True)
        text = (folder / "bcs" / "study.toml").read_text(encoding="utf-8")
        if REPORTS not in text:
            raise ValueError(f"the example does not say {REPORTS}")
        costs = {}
        for case, names in (("html", '"html"'), ("all", ALL_FORMATS)):
            study = folder / "bcs" / f"{case}.toml"
            asked = f'reports = ["report", "annex"]\nformats = [{names}]'
            study.write_text(text.replace(REPORTS, asked), encoding="utf-8")
            costs[case] = cold_run(study)
        return costs

    yield figure("formats", paired(one_round, sizes.rounds), "all", "html")


CHANGES = {
    "bcs_unchanged": ("", ""),
    "bcs_label": ('label = "Skin hydration"', 'label = "Hydration of the skin"'),
    "bcs_analysis": ("[analyses.sitting]\n", "[analyses.sitting_again]\n"),
    "bcs_claim": ('text = "Skin hydration improved"', 'text = "The skin got moister"'),
}


def again(sizes: Sizes) -> Iterator[Figure]:
    """The BCS study run a second time, as it is and after one change, beside the first run."""

    def one_round(folder: Path) -> Mapping[str, Cost]:
        subprocess.run(script("multiplied_bcs.py", folder / "bcs", 1), check=True)
        study, home = folder / "bcs" / "study.toml", folder / "home"
        costs = {"first": run(study, home)}
        text = study.read_text(encoding="utf-8")
        for name, (old, new) in CHANGES.items():
            if old and text.count(old) != 1:
                raise ValueError(f"the example has {old!r} {text.count(old)} times, not once")
            study.write_text(text.replace(old, new) if old else text, encoding="utf-8")
            costs[name] = run(study, home)
        return costs

    pairs = paired(one_round, sizes.rounds)
    for name in CHANGES:
        yield figure(name, pairs, name, "first")


def commands(sizes: Sizes) -> Iterator[Figure]:
    """Commands that need no data, by a user who has run the program once."""
    words = {
        "help": ("--help",),
        "explain": ("explain", "cutometer.r2"),
        "plugins": ("plugins",),
        "schema": ("schema",),
    }

    def one_round(folder: Path) -> Mapping[str, Cost]:
        rounds = [
            {
                name: cost([program("dermoutcomes"), *rest], folder / "home")
                for name, rest in words.items()
            }
            for _ in range(2)
        ]
        return rounds[-1]

    pairs = paired(one_round, sizes.rounds)
    for name in words:
        yield figure(name, pairs, name, None)


def registry_csv(sizes: Sizes) -> Iterator[Figure]:
    """A registry from a CSV."""
    yield _registry("registry_csv", sizes.registry, "csv", sizes.rounds)


def registry_parquet(sizes: Sizes) -> Iterator[Figure]:
    """A large registry from Parquet, once."""
    yield _registry("registry_parquet", sizes.registry_large, "parquet", 1)


def _registry(row: str, readings: int, form: str, rounds: int) -> Figure:
    seeds = iter(range(1, rounds + 1))

    def one_round(folder: Path) -> Mapping[str, Cost]:
        write = script("registry.py", "write", folder / "data", readings, form, next(seeds))
        subprocess.run(write, check=True)
        study = folder / "data" / "study.toml"
        ours = run(study, folder / "home")
        plain = script("registry.py", "plain", folder / "data")
        beside = cost(plain)
        printed = subprocess.run(plain, check=True, capture_output=True, text=True).stdout
        _compare(study.parent / "out" / "tables" / "results.csv", printed)
        return {"program": ours, "plain": beside}

    return figure(row, paired(one_round, rounds), "program", "plain", f"{readings:,} readings")


def _compare(results: Path, printed: str) -> None:
    """Refuse a comparison of two programs that do not come to the same estimates."""
    welch, _, adjusted = map(float, printed.split())
    with results.open(encoding="utf-8-sig", newline="") as file:
        estimates = {
            line["analysis"]: float(line["value"])
            for line in csv.DictReader(file)
            if line["stat"] == "estimate"
            and line["term"] in {"mean_difference", "adjusted_difference"}
        }
    for name, value in (("welch_t", welch), ("ancova", adjusted)):
        if abs(estimates[name] - value) > 1e-9:
            raise ValueError(f"{name}: {estimates[name]} here, {value} beside")


def multiplied(sizes: Sizes) -> Iterator[Figure]:
    """The BCS study with many subjects, once."""
    copies = sizes.copies[-1]
    stages, whole = staged(copies)
    STAGES[copies] = stages
    size = f"{21 * copies:,} subjects"
    # Each stage begins its peak anew, and the system's own figure is of the last one alone.
    peak_mb = max(whole.peak_mb, *(stage.peak_mb for stage in stages))
    yield Figure("", "bcs_multiplied", size, whole.cpu_s, whole.cpu_s, peak_mb, None, None, 1)


STAGES: dict[int, list[Stage]] = {}


def staged(copies: int) -> tuple[list[Stage], Cost]:
    """The stages of the BCS study with so many copies of its subjects, and the whole run."""
    with new_folder() as folder:
        subprocess.run(script("multiplied_bcs.py", folder / "bcs", copies), check=True)
        whole = run(folder / "bcs" / "stages.toml", folder / "home")
        figures = json.loads((folder / "bcs" / "stages.json").read_text(encoding="utf-8"))
    return [
        Stage("", stage, copies, cpu_s, figures["peak_mb"][stage])
        for stage, cpu_s in figures["cpu_s"].items()
    ], whole


def grown(sizes: Sizes) -> list[Stage]:
    """The stages at all sizes."""
    for copies in sizes.copies:
        if copies not in STAGES:
            STAGES[copies], _ = staged(copies)
    return [stage for copies in sizes.copies for stage in STAGES[copies]]


def many_files(sizes: Sizes) -> Iterator[Figure]:
    """What one more small file costs: the difference between many and few, by their number."""
    few, many = sizes.files

    def one_round(folder: Path) -> Mapping[str, Cost]:
        costs = {}
        for files in (few, many):
            subprocess.run(script("sources.py", "write", folder / str(files), files), check=True)
            costs[f"program {files}"] = run(folder / str(files) / "study.toml", folder / "home")
            costs[f"pandas {files}"] = cost(script("sources.py", "pandas", folder / str(files)))
        return costs

    pairs = paired(one_round, sizes.rounds)
    costs = {
        (who, files): pairs.cost(f"{who} {files}")
        for who in ("program", "pandas")
        for files in sizes.files
    }
    ms = {
        who: 1000 * (costs[who, many].cpu_s - costs[who, few].cpu_s) / (many - few)
        for who in ("program", "pandas")
    }
    ours, beside = costs["program", many], costs["pandas", many]
    size = f"{few:,} to {many:,} files of 40 rows; pandas {ms['pandas']:.1f} ms a file"
    yield Figure(
        "",
        "many_files",
        size,
        ms["program"],
        ours.cpu_s,
        ours.peak_mb,
        beside.cpu_s,
        beside.peak_mb,
        sizes.rounds,
    )


def portfolio(sizes: Sizes) -> Iterator[Figure]:
    """Many endpoints, against a loop."""

    def one_round(folder: Path) -> Mapping[str, Cost]:
        subprocess.run(script("portfolio.py", "write", folder, sizes.endpoints), check=True)
        return {
            "program": run(folder / "study.toml", folder / "home"),
            "loop": cost(script("portfolio.py", "scipy", folder)),
        }

    size = f"{sizes.endpoints} endpoints"
    yield figure("portfolio", paired(one_round, sizes.rounds), "program", "loop", size)


def bca(sizes: Sizes) -> Iterator[Figure]:
    """The interval as a whole analysis, against SciPy's alone: CPU seconds within one process."""
    words = script("resampling.py", "--json", "BCa of the mean", "--rounds", sizes.rounds)
    ms = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
    ours, beside = ms["ours, the analysis"], ms["scipy"]
    size = "10 endpoints of 21 subjects, 10,000 resamples"
    yield Figure("", "bca", size, ours / beside, ours / 1e3, None, beside / 1e3, None, sizes.rounds)


def processes(sizes: Sizes) -> Iterator[Figure]:
    """Two processes beside one, on much equal work and on the BCS study: seconds on the clock."""
    two = ("--executor", "processes", "--workers", "2")

    def equal_work(folder: Path) -> Mapping[str, Cost]:
        write = script("portfolio.py", "write", folder, 40, sizes.resamples)
        subprocess.run(write, check=True)
        return _beside_two(folder / "study.toml", folder, two)

    def small(folder: Path) -> Mapping[str, Cost]:
        subprocess.run(script("multiplied_bcs.py", folder / "bcs", 1), check=True)
        return _beside_two(folder / "bcs" / "study.toml", folder, two)

    for row, one_round in (("processes", equal_work), ("processes_small", small)):
        pairs = paired(one_round, sizes.rounds)
        one, two_processes = pairs.cost("one"), pairs.cost("two")
        size = f"{one.wall_s:.1f} s on the clock in one, {two_processes.wall_s:.1f} s in two"
        value = pairs.ratio("one", "two", "wall_s")
        peaks = (two_processes.cpu_s, two_processes.peak_mb, one.cpu_s, one.peak_mb)
        yield Figure("", row, size, value, *peaks, sizes.rounds)


def _beside_two(study: Path, folder: Path, two: tuple[str, ...]) -> Mapping[str, Cost]:
    # Else the second would take from the cache what the first did.
    return {
        "one": run(study, folder / "home-1", "--no-cache"),
        "two": run(study, folder / "home-2", "--no-cache", *two),
    }


def curves(sizes: Sizes) -> Iterator[Figure]:
    """Memory of many raw curves, against that of a fifth of them."""

    def one_round(folder: Path) -> Mapping[str, Cost]:
        costs = {}
        for case, count in (("all", sizes.curves), ("fifth", sizes.curves // 5)):
            subprocess.run(script("curve_files.py", folder / case, count), check=True)
            costs[case] = run(folder / case / "study.toml", folder / "home")
        return costs

    pairs = paired(one_round, 1)
    value = pairs.ratio("all", "fifth", "peak_mb")
    yield figure("curves", pairs, "all", "fifth", f"{sizes.curves:,} curves")._replace(value=value)


Measure = Callable[[Sizes], Iterator[Figure]]
MEASURES: dict[str, Measure] = {
    "bcs": bcs,
    "formats": formats,
    "again": again,
    "commands": commands,
    "registry_csv": registry_csv,
    "many_files": many_files,
    "portfolio": portfolio,
    "bca": bca,
    "processes": processes,
    "curves": curves,
}
LARGE: dict[str, Measure] = {"registry_parquet": registry_parquet, "bcs_multiplied": multiplied}


def main() -> None:
    """Print a row as soon as it is known; the exit status says nothing of what is reached."""
    asked = _asked()
    sizes = QUICK if asked.quick else Sizes()
    if asked.rounds:
        sizes = attrs.evolve(sizes, rounds=asked.rounds)
    measures = {**MEASURES, **(LARGE if asked.large or asked.only else {})}
    chosen = asked.only.split(",") if asked.only else list(measures)
    known = [*MEASURES, *LARGE, "growth"]
    if unknown := [name for name in chosen if name not in known]:
        sys.exit(f"not measured here: {', '.join(unknown)}; known: {', '.join(known)}")
    print("| what | against | figure | to reach | reached |\n|---|---|---|---|---|", flush=True)
    for name in chosen:
        for each in measures[name](sizes) if name != "growth" else ():
            row = ROWS[each.row]
            cells = (row.what, row.beside, cell(each), aim(row), verdict_of(each))
            print(f"| {' | '.join(cells)} |", flush=True)
            if asked.store:
                store_figures([each._replace(state=asked.store)])
    if asked.large or "growth" in chosen:
        stages = [each._replace(state=asked.store or "now") for each in grown(sizes)]
        print(f"\n{growth(stages)}")
        if asked.store:
            store_stages(stages)
    if asked.store:
        write_page()


def _asked() -> Any:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one round of small sizes")
    parser.add_argument("--large", action="store_true", help="also what needs much memory or time")
    parser.add_argument("--only", help="measures by name, with commas between them")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--store", choices=("before", "now"), help="keep the figures as this state")
    asked = parser.parse_args()
    if asked.quick and asked.store:
        parser.error("--quick measures other sizes than those of the page: it stores nothing")
    return asked


if __name__ == "__main__":
    main()
