"""Runs of six studies, kept and compared: shows that a change of the program's form moved no number.

    python tests/determinism/same_numbers.py keep FOLDER      runs the studies and keeps what they wrote
    python tests/determinism/same_numbers.py compare FOLDER   runs them again and says what differs

The studies are both examples, the three protocols beside them, and the published data of psoriasis where
DERMOUTCOMES_PUBLISHED_DATA names their folder. Tables are compared by the SHA-256 of their files; where that
differs, column by column, with the largest relative move of each. Of the report the digests and versions are
masked, as they change with every edit of the program.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType, ModuleType

import polars as pl

from dermoutcomes.runs.pipeline import Options, run

TESTS = Path(__file__).resolve().parents[1]
EXAMPLES = TESTS.parent / "examples"
PROTOCOLS = ("split_face", "atopic_dermatitis", "claims_test")
# Whole, and as the report shortens them, in its tables and in the source line of each.
DIGEST = re.compile(rb'[0-9a-f]{64}|(?:(?<=class="code">)|(?<=record ))[0-9a-f]{16}(?=[<.])')
VERSION = re.compile(rb"\b\d+\.\d+\.\d+(?:\.?[a-z]+\d+)?\b")
# What names a row of a table, for saying which rows came or went.
KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"results": ("endpoint", "analysis", "term", "stat"), "findings": ("check", "severity")}
)


def module(path: Path) -> ModuleType:
    """A script beside the tests, which are no package."""
    spec = importlib.util.spec_from_file_location(f"same_numbers_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def studies(scratch: Path) -> Iterator[tuple[str, Path]]:
    """Name and study file of each study, data included."""
    for name in ("bcs_trial", "cdisc_pilot"):
        yield name, EXAMPLES / name / "study.toml"
    simulate: Mapping[str, Callable[[Path], None]] = module(
        TESTS / "protocols" / "simulated_trials.py"
    ).TRIALS
    for name in PROTOCOLS:
        shutil.copytree(TESTS / "protocols" / name, scratch / name)
        simulate[name](scratch / name / "data")
        yield name, scratch / name / "study.toml"
    psoriasis = module(TESTS / "examples" / "test_psoriasis.py")
    if psoriasis.FOLDER:
        (scratch / "psoriasis").mkdir()
        yield "psoriasis", psoriasis.write_study(scratch / "psoriasis")


def keep(folder: Path) -> None:
    """The run folders of all studies, below `folder`."""
    with tempfile.TemporaryDirectory() as scratch:
        for name, study in studies(Path(scratch)):
            run(study, Options(out=folder / name))


def digests(run: Path) -> dict[str, str]:
    """Path of a table, the queries or the report = its SHA-256; the report's with digests and versions masked."""
    files = [
        *sorted(run.glob("tables/*.parquet")),
        run / "queries.csv",
        run / "report" / "annex.html",
    ]
    return {
        file.relative_to(run).as_posix(): sha256(_content(file)).hexdigest()
        for file in files
        if file.is_file()
    }


def _content(file: Path) -> bytes:
    content = file.read_bytes()
    return (
        VERSION.sub(b"VERSION", DIGEST.sub(b"DIGEST", content))
        if file.suffix == ".html"
        else content
    )


def compare(before: Path, after: Path) -> Iterator[str]:
    """One line a difference between two folders of runs."""
    for kept in sorted(path for path in before.iterdir() if path.is_dir()):
        old, new = digests(kept), digests(after / kept.name)
        for path in sorted(old.keys() | new.keys()):
            if old.get(path) == new.get(path):
                continue
            place = f"{kept.name}: {path}"
            if path not in old or path not in new:
                yield f"{place}: only {'after' if path in new else 'before'}"
            elif path.endswith(".parquet"):
                yield from _moves(
                    place, pl.read_parquet(kept / path), pl.read_parquet(after / kept.name / path)
                )
            else:
                yield f"{place}: other bytes"


def _moves(place: str, old: pl.DataFrame, new: pl.DataFrame) -> Iterator[str]:
    """The columns of a table that moved, or the rows that came and went."""
    if set(old.columns) != set(new.columns):
        yield f"{place}: other columns: {sorted(set(old.columns) ^ set(new.columns))}"
    if old.height != new.height:
        yield f"{place}: {old.height} rows became {new.height}"
        yield from _rows(place, old, new)
        return
    for column in (column for column in old.columns if column in new.columns):
        if old[column].dtype != new[column].dtype:
            yield f"{place}: {column} is {new[column].dtype}, was {old[column].dtype}"
        elif not old[column].equals(new[column], null_equal=True):
            yield f"{place}: {column}: {_largest(old[column], new[column])}"


def _rows(place: str, old: pl.DataFrame, new: pl.DataFrame) -> Iterator[str]:
    key = KEYS.get(place.rpartition("/")[2].removesuffix(".parquet"))
    if key is None:
        return
    counts = (
        old.group_by(key)
        .len("before")
        .join(new.group_by(key).len("after"), on=key, how="full", coalesce=True, nulls_equal=True)
        .fill_null(0)
        .filter(pl.col("before") != pl.col("after"))
        .sort(key)
    )
    for row in counts.iter_rows():
        yield f"{place}: {' '.join(map(str, row[:-2]))}: {row[-2]} rows became {row[-1]}"


def _largest(old: pl.Series, new: pl.Series) -> str:
    moved = int((old.ne_missing(new)).sum())
    if not old.dtype.is_float():
        return f"{moved} values differ"
    part = ((new - old).abs() / old.abs()).filter(old.is_not_null() & new.is_not_null())
    return f"{moved} values differ, by at most {part.max()} of themselves"


def main() -> int:
    """Status 0 where nothing differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("what", choices=("keep", "compare"))
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    if arguments.what == "keep":
        keep(arguments.folder)
        return 0
    with tempfile.TemporaryDirectory() as again:
        keep(Path(again))
        differences = list(compare(arguments.folder, Path(again)))
    print("\n".join(differences) if differences else "nothing differs")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
