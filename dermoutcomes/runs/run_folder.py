"""The run folder, and the only code that writes: into a folder beside the last good one, which is replaced when all is there."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow.parquet as pq
from attrs import evolve, frozen

from dermoutcomes.digests import file_digest
from dermoutcomes.errors import RunFolderError
from dermoutcomes.tables import SCHEMAS, conform, empty

if TYPE_CHECKING:
    import pyarrow as pa

    from dermoutcomes.registry.plugin_choice import PluginChoice
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = [
    "MANIFEST",
    "Run",
    "RunFolder",
    "StepRecord",
    "open_run",
    "place_of",
    "read_manifest",
    "writing_below",
]

MANIFEST = "manifest.json"
# Between the name of a run folder and the process that writes it.
STAGED = ".new-"
# A reader takes a row group at a time: raw curves hold thousands of samples a row.
MOST_ROWS, GROUP_ROWS = 100_000, {"curves": 500}
# What must be in it for a run to be opened or verified.
PARTS = ("study_file", "lock", "inputs", "outputs")


@frozen
class StepRecord:
    """What a finished step left on the record; `shown` says whether the user wants to see progress."""

    name: str
    sha256: str
    rows: int = 0
    position: int = 0
    steps: int = 0
    shown: bool = False


@frozen
class RunFolder:
    """A run being written: `staging` until `publish`, `place` afterwards. A killed run leaves `place` as it was."""

    place: Path
    staging: Path
    study: str

    @classmethod
    def start(cls, place: Path, study: str) -> RunFolder:
        """A new run folder beside `place`. Raises RunFolderError where it cannot be written or another run is writing it."""
        place = named(place)
        with writing_below(place):
            place.parent.mkdir(parents=True, exist_ok=True)
            _refuse_a_stranger(place)
            _claim(_lock(place))
        begun = cls(place, place.with_name(f".{place.name}{STAGED}{os.getpid()}"), study)
        try:
            begun._prepare()
        except BaseException:
            begun.abandon()
            raise
        return begun

    def _prepare(self) -> None:
        with writing_below(self.place):
            mend(self.place)
            _sweep(self.place)
            for name in ("tables", "steps"):
                (self.staging / name).mkdir(parents=True)

    def table_path(self, name: str) -> Path:
        """Where a table is while the run is being written."""
        return self.staging / "tables" / f"{name}.parquet"

    def write_table(self, name: str, frame: pl.DataFrame, *, whole: bool = True) -> pl.DataFrame:
        """`frame` conformed to its schema and written; the conformed frame comes back.

        A table that is not yet `whole` will be written again.
        """
        shaped = conform(frame, name, self.study, whole=whole)
        with writing_below(self.place):
            _write_parquet(shaped.to_arrow(), self.table_path(name))
        return shaped

    def write_batches(self, name: str, frames: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """Frames that follow each other in key order, conformed and written one by one as they come back."""
        schema = empty(name).to_arrow().schema
        with (
            writing_below(self.place),
            pq.ParquetWriter(self.table_path(name), schema, compression="zstd") as writer,
        ):
            for frame in frames:
                shaped = conform(frame, name, self.study, whole=True)
                writer.write_table(
                    shaped.to_arrow(), row_group_size=GROUP_ROWS.get(name, MOST_ROWS)
                )
                yield shaped

    def write_json(self, name: str, content: Mapping[str, Any]) -> None:
        """A JSON file with sorted keys."""
        self.write_text(
            name, json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        )

    def write_text(self, name: str, text: str) -> None:
        """A UTF-8 file with Unix line ends."""
        self.write_bytes(name, text.encode("utf-8"))

    def write_bytes(self, name: str, content: bytes) -> None:
        """A file as it is."""
        with writing_below(self.place):
            path = self.staging / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def outputs(self) -> dict[str, str]:
        """Digest of every file written so far, by its path in the run folder; steps, manifest and log are not outputs."""
        files = sorted(path for path in self.staging.rglob("*") if path.is_file())
        names = {path: path.relative_to(self.staging).as_posix() for path in files}
        return {
            name: file_digest(path)
            for path, name in names.items()
            if not name.startswith("steps/") and name not in (MANIFEST, "run.log.json")
        }

    def publish(self) -> Path:
        """The finished folder in its place; the one before it is kept as `<name>.previous`."""
        with writing_below(self.place):
            shutil.rmtree(self.staging / "steps", ignore_errors=True)
            previous = self.place.with_name(f"{self.place.name}.previous")
            if self.place.exists():
                if previous.exists():
                    shutil.rmtree(previous)
                self.place.rename(previous)
            self.staging.rename(self.place)
            _lock(self.place).unlink(missing_ok=True)
        return self.place

    def abandon(self) -> None:
        """Remove what was begun; what was there before is untouched."""
        shutil.rmtree(self.staging, ignore_errors=True)
        _lock(self.place).unlink(missing_ok=True)


def place_of(staging: Path) -> Path:
    """Where a run that is written in `staging` will stand."""
    return staging.with_name(staging.name[1:].rpartition(STAGED)[0])


def _write_parquet(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression="zstd")


def named(place: Path) -> Path:
    """The folder by a path that ends in its name, unlike `.` and `..`."""
    return place if place.name not in ("", "..") else place.resolve()


def mend(place: Path) -> None:
    """Put the last good run back where a crash fell between moving it away and moving the new one in."""
    place = named(place)
    previous = place.with_name(f"{place.name}.previous")
    if not place.exists() and previous.exists():
        previous.rename(place)


def _sweep(place: Path) -> None:
    """Remove what killed runs left behind."""
    for left in place.parent.glob(f".{place.name}{STAGED}*"):
        if not _alive(left.name.rpartition("-")[2]):
            shutil.rmtree(left, ignore_errors=True)


def _refuse_a_stranger(place: Path) -> None:
    """Never replace a folder that is not a run folder: `--out ~/Desktop` must not cost the user a desktop."""
    if place.exists() and not place.is_dir():
        raise RunFolderError(f"{place} is a file; name a folder that the run may write")
    if place.is_dir() and any(place.iterdir()) and not (place / MANIFEST).is_file():
        raise RunFolderError(
            f"{place} holds files but no {MANIFEST}, so it is not a run folder and is left alone; name a new or an empty folder"
        )


def _lock(place: Path) -> Path:
    return place.with_name(f".{place.name}.lock")


def _claim(lock: Path) -> None:
    # Linked, not opened: the lock is never there without its owner's number, so that no second run can take it for a dead one's.
    mine = lock.with_name(f"{lock.name}-{os.getpid()}")
    mine.write_text(str(os.getpid()), encoding="utf-8")
    try:
        for _ in range(2):
            try:
                _link(mine, lock)
            except FileExistsError:
                _take_over(lock)
            else:
                return
    finally:
        mine.unlink()
    raise RunFolderError(f"cannot lock {lock}; remove it if no run is going on")


def _link(mine: Path, lock: Path) -> None:
    """A second name for the file, or, on a disk that has no such thing, a copy; FileExistsError where the name is taken."""
    try:
        os.link(mine, lock)
    except FileExistsError:
        raise
    except OSError:
        with lock.open("x", encoding="utf-8") as file:
            file.write(mine.read_text(encoding="utf-8"))


def _take_over(lock: Path) -> None:
    """Remove a dead run's lock. RunFolderError where the run is alive."""
    try:
        owner = lock.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return
    if _alive(owner):
        raise RunFolderError(
            f"another run (process {owner}) is writing {lock.name[1:-5]!r}; wait for it, or give this one --out FOLDER"
        )
    lock.unlink(missing_ok=True)


def _alive(process: str) -> bool:
    if not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


@contextmanager
def writing_below(place: Path) -> Iterator[None]:
    """Turn the system's refusals (no permission, disk full, read-only) into one sentence that names the folder."""
    try:
        yield
    except OSError as error:
        raise RunFolderError(
            f"cannot write the run folder {place}: {error.strerror or error}. What was there before is untouched"
        ) from error


@frozen(eq=False)
class Run:
    """A finished run: its tables as Polars frames, its manifest, and, right after a run, the study and the registry."""

    folder: Path
    manifest: Mapping[str, Any]
    study: Study
    registry: Registry

    def table(self, name: str) -> pl.DataFrame:
        """A table by name; one without a source is empty with its full schema. Raises KeyError for an unknown name."""
        if name not in SCHEMAS:
            raise KeyError(f"no table {name!r}; the tables are {', '.join(SCHEMAS)}")
        path = self.folder / "tables" / f"{name}.parquet"
        return pl.read_parquet(path) if path.is_file() else empty(name)

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables that the run has."""
        return tuple(
            name for name in SCHEMAS if (self.folder / "tables" / f"{name}.parquet").is_file()
        )

    def __repr__(self) -> str:
        return f"<Run of {self.study.id}: {self.table('results').height} results, {self.table('claims').height} claims, in {self.folder}>"

    def _repr_html_(self) -> str:
        from html import escape

        info = self.study.study
        rows = "".join(
            f"<tr><td>{escape(row['text'])}</td><td>{escape(row['verdict'])}</td><td>{escape(row['reason'] or '')}</td></tr>"
            for row in self.table("claims").iter_rows(named=True)
        )
        origin = (
            ""
            if info.data_origin == "collected"
            else f" <strong>Data: {escape(info.data_origin)}.</strong>"
        )
        return (
            f"<p><em>{escape(info.title)}</em> ({escape(info.id)}).{origin}</p><table><thead><tr><th>Claim</th><th>Verdict</th><th>Why</th></tr></thead>"
            f"<tbody>{rows}</tbody></table><p>{self.table('results').height} results, {self.table('findings').height} findings in "
            f"<code>{escape(str(self.folder))}</code></p>"
        )


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a run folder. Raises RunFolderError for what is none, and for a manifest that is not what a run writes."""
    mend(folder)
    if not (folder / MANIFEST).is_file():
        raise RunFolderError(f"{folder} is not a run folder: it has no {MANIFEST}")
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise RunFolderError(f"{folder / MANIFEST} is damaged: {error}") from error
    whole = isinstance(content, dict) and all(isinstance(content.get(part), dict) for part in PARTS)
    if not whole:
        raise RunFolderError(f"{folder / MANIFEST} is damaged: it lacks {', '.join(PARTS)}")
    return dict(content)


def open_run(folder: Path | str) -> Run:
    """A run folder opened again, with the study file and plugins that it was made with. RunFolderError if it is none."""
    from dermoutcomes.registry.loading import load_registry
    from dermoutcomes.study.load import load_study
    from dermoutcomes.study.paths import plugin_files
    from dermoutcomes.study.plugin_choice import study_choice

    place = Path(folder)
    content = read_manifest(place)
    study = load_study(place / "study" / content["study_file"]["name"])
    choice = study_choice(study, _recorded_choice(content.get("plugin_choice", {})))
    return Run(place, content, study, load_registry(plugin_files(study), choice))


def _recorded_choice(record: Mapping[str, Any]) -> PluginChoice:
    """The choice of plugins that a run was made with, less what was left out and is no longer installed."""
    from dermoutcomes.registry.entry_points import installed_names
    from dermoutcomes.registry.plugin_choice import PluginChoice

    choice = PluginChoice.recorded(record)
    return evolve(choice, without=set(choice.without) & set(installed_names()))
