"""Every benchmark, one after the other, as a table of ratios.

    python benchmarks/run.py            # some minutes
    python benchmarks/run.py --quick    # a look: fewer runs, fewer curves, fewer files

Run it with the interpreter of an environment that has the program and its `bench` extra. Times are CPU seconds of whole processes,
since a clock on the wall also counts what else the machine does; what is compared runs in turn.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import sources
from measuring import in_turn, program

HERE = Path(__file__).parent
STUDY = HERE.parent / "examples" / "bcs_trial"
WORKBOOK = ', "workbook"'
REPORTS = 'reports = ["report", "annex", "csv", "workbook"]'
ALL_FORMATS = '"html", "docx", "pdf", "rtf", "xlsx", "svg", "png"'
Row = tuple[str, str, str, str]


def bcs(times: int) -> Iterator[Row]:
    """The BCS study from files to report, by the program and by hand."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "bcs_trial"
        shutil.copytree(STUDY, folder, ignore=shutil.ignore_patterns("results", "__pycache__"))
        plain = folder / "without_workbook.toml"
        plain.write_text(
            (folder / "study.toml").read_text(encoding="utf-8").replace(WORKBOOK, ""),
            encoding="utf-8",
        )
        run = [program("dermoutcomes"), "run", "--quiet"]
        found = in_turn(
            {
                "by hand": [
                    sys.executable,
                    str(HERE / "bcs_by_hand.py"),
                    str(folder / "data"),
                    str(folder / "by_hand"),
                ],
                "program": [*run, str(folder / "study.toml"), "--out", str(folder / "out")],
                "program, no workbook": [*run, str(plain), "--out", str(folder / "plain")],
                "imports by hand": [
                    sys.executable,
                    "-c",
                    "import pandas, pingouin, matplotlib.pyplot",
                ],
            },
            times,
        )
    by_hand = found["by hand"]
    for case, cost in found.items():
        yield (
            f"BCS study, {case}",
            f"{cost.cpu_s:.2f} s, {cost.peak_mb:.0f} MB",
            f"{cost.cpu_s / by_hand.cpu_s:.2f} of the time",
            f"{cost.peak_mb / by_hand.peak_mb:.2f} of the memory",
        )


def formats(times: int) -> Iterator[Row]:
    """Report and annex of the BCS study in every format, beside the same in HTML alone."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "bcs_trial"
        shutil.copytree(STUDY, folder, ignore=shutil.ignore_patterns("results", "__pycache__"))
        text = (folder / "study.toml").read_text(encoding="utf-8")
        if REPORTS not in text:
            raise SystemExit(f"{STUDY / 'study.toml'} does not say {REPORTS}")
        run = [program("dermoutcomes"), "run", "--quiet"]
        commands = {}
        for case, names in (("in HTML", '"html"'), ("in all formats", ALL_FORMATS)):
            study = folder / f"{case.replace(' ', '_')}.toml"
            lines = f'reports = ["report", "annex"]\nformats = [{names}]'
            study.write_text(text.replace(REPORTS, lines), encoding="utf-8")
            commands[case] = [*run, str(study), "--out", str(folder / study.stem)]
        cost = in_turn(commands, times)
    alone = cost["in HTML"]
    for case, own in cost.items():
        yield (
            f"report and annex, {case}",
            f"{own.cpu_s:.2f} s, {own.peak_mb:.0f} MB",
            f"{own.cpu_s / alone.cpu_s:.2f} of HTML alone",
            "",
        )


def help_text(times: int) -> Iterator[Row]:
    """The command line's help, beside an interpreter that does nothing."""
    found = in_turn(
        {"help": [program("dermoutcomes"), "--help"], "nothing": [sys.executable, "-c", ""]}, times
    )
    yield (
        "dermoutcomes --help",
        f"{found['help'].cpu_s:.2f} s",
        f"{found['nothing'].cpu_s:.2f} s of it the interpreter",
        "aim: 0.2 s",
    )


def raw_curves(count: int) -> Iterator[Row]:
    """Curves to values, against a group-by, and memory for ten times as many."""
    import curves

    with tempfile.TemporaryDirectory() as name:
        few, many = Path(name) / "few.parquet", Path(name) / "many.parquet"
        curves.write_curves(few, count)
        curves.write_curves(many, 10 * count)
        one, pandas, ten = (
            curves.measured(*case) for case in (("ours", few), ("pandas", few), ("ours", many))
        )
    yield (
        f"{count:,} curves to values",
        f"{one['cpu_s']:.2f} s, {one['peak_mb']:.0f} MB",
        f"{count / one['cpu_s']:,.0f} curves a second",
        f"{pandas['cpu_s'] / one['cpu_s']:.0f} times a group-by",
    )
    yield (
        "the same by group-by",
        f"{pandas['cpu_s']:.2f} s, {pandas['peak_mb']:.0f} MB",
        f"{count / pandas['cpu_s']:,.0f} curves a second",
        "",
    )
    yield (
        "ten times the curves",
        f"{ten['cpu_s']:.2f} s, {ten['peak_mb']:.0f} MB",
        f"{100 * (ten['peak_mb'] / one['peak_mb'] - 1):+.0f} % memory",
        "aim: below +20 %",
    )


def many_files(files: int, times: int) -> Iterator[Row]:
    """Exports read, against a loop over read_csv."""
    with tempfile.TemporaryDirectory() as name:
        sources.write_exports(Path(name), files, sources.ROWS)
        found = sources.compared(Path(name), times)
    for case, cost in found.items():
        rows = files * sources.ROWS
        yield (
            f"{files} files of {sources.ROWS:,} rows, {case}",
            f"{cost.cpu_s:.2f} s, {cost.peak_mb:.0f} MB",
            f"{rows / cost.cpu_s:,.0f} rows a second",
            f"{cost.cpu_s / found['pandas'].cpu_s:.1f} of pandas' time",
        )


def main() -> None:
    """Print a row a case as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    times = 1 if quick else 5
    print("| what | CPU, peak memory | | |\n|---|---|---|---|")
    # Curves last: the memory of what is imported for them would be counted with that of later processes.
    for rows in (
        bcs(times),
        formats(min(times, 3)),
        help_text(times),
        many_files(20 if quick else 200, min(times, 3)),
        raw_curves(2_000 if quick else 20_000),
    ):
        for row in rows:
            print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
