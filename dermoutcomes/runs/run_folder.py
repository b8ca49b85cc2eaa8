"""The run folder while it is written, and the only code that writes.

A run is written into a folder beside the last good one, which is replaced when all is there.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow.parquet as pq
from attrs import frozen

from dermoutcomes.digests import file_digest
from dermoutcomes.errors import RunFolderError
from dermoutcomes.runs.run_lock import lock, unlock
from dermoutcomes.study.paths import PREVIOUS_RUN
from dermoutcomes.tables import conform, empty
from dermoutcomes.work_note import note_end_of_path, note_path

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["LOG", "MANIFEST", "RunFolder", "StepRecord", "final_place", "mend", "writing_below"]

MANIFEST = "manifest.json"
LOG = "run.log.json"
QUERIES = "queries.csv"
# Between the name of a run folder and the process that writes it.
STAGED = ".new-"
# What systems and office programs put beside files by themselves; nobody's work is in it.
OF_SYSTEMS = (".DS_Store", "._*", "Thumbs.db", "desktop.ini", "~$*", ".~lock.*")
# So many files are named before the rest is counted.
FILES_NAMED = 5
# Rows that a reader takes at a time; few of raw curves, which hold thousands of samples a row.
ROW_GROUP, ROW_GROUPS = 100_000, {"curves": 500}


@frozen
class StepRecord:
    """What a finished step left on the record.

    `name` is its key and `sha256` the digest of its output. With it the run is at `position`, from
    1, of `steps` that were handed on together, where one that reads many files counts as many;
    `shown` says whether the user wants to see progress.
    """

    name: str
    sha256: str
    rows: int = 0
    position: int = 0
    steps: int = 0
    shown: bool = False


@frozen
class RunFolder:
    """A run being written: `staging` until `publish`, `place` afterwards.

    A killed run leaves `place` as it was. Each method that writes raises RunFolderError where the
    system refuses (no permission, disk full, read-only).
    """

    place: Path
    staging: Path
    study: str

    @classmethod
    def start(cls, place: Path, study: str) -> RunFolder:
        """A new run folder beside `place`.

        Raises RunFolderError where it cannot be written, where another run is writing it, where
        `place` holds something else than a run, where its `queries.csv` was edited, and where
        files were added to it or to the run before it, which a new run would remove.
        """
        place = _with_name(place)
        with writing_below(place):
            place.parent.mkdir(parents=True, exist_ok=True)
            _refuse_other_files(place)
            _refuse_edited_queries(place)
            _refuse_signed(place)
            for run in (place, _previous_place(place)):
                _refuse_added_files(run)
            lock(place)
        folder = cls(place, place.with_name(f".{place.name}{STAGED}{os.getpid()}"), study)
        note_path(folder.staging)
        try:
            folder._prepare()
        except BaseException:
            folder.abandon()
            raise
        return folder

    def _prepare(self) -> None:
        with writing_below(self.place):
            mend(self.place)
            _remove_staging_of_killed_runs(self.place)
            for name in ("tables", "steps"):
                (self.staging / name).mkdir(parents=True)

    def table_path(self, name: str) -> Path:
        """Where a table is while the run is being written."""
        return self.staging / "tables" / f"{name}.parquet"

    def write_table(self, name: str, frame: pl.DataFrame, *, whole: bool = True) -> pl.DataFrame:
        """`frame` conformed to its schema and written; the conformed frame comes back.

        A table that is not yet `whole` will be written again.
        """
        conformed = conform(frame, name, self.study, whole=whole)
        with writing_below(self.place):
            _write_parquet(conformed.to_arrow(), self.table_path(name))
        return conformed

    def write_batches(self, name: str, frames: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """Frames that follow each other in key order, conformed and written as they come back.

        A batch is written when the caller asks for the next, so that one is in memory at a time.
        """
        schema = empty(name).to_arrow().schema
        with (
            writing_below(self.place),
            pq.ParquetWriter(self.table_path(name), schema, compression="zstd") as writer,
        ):
            for frame in frames:
                conformed = conform(frame, name, self.study, whole=True)
                for rows in conformed.iter_slices(ROW_GROUPS.get(name, ROW_GROUP)):
                    writer.write_table(rows.to_arrow())
                yield conformed

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
        """Digest of every file written so far, by its path in the run folder.

        Steps, manifest and log are not outputs.
        """
        return {name: file_digest(self.staging / name) for name in sorted(self.files())}

    def files(self) -> set[str]:
        """The files of `outputs`, without their digests."""
        files = (path for path in self.staging.rglob("*") if path.is_file())
        names = {path.relative_to(self.staging).as_posix() for path in files}
        return {
            name for name in names if not name.startswith("steps/") and name not in (MANIFEST, LOG)
        }

    def publish(self) -> Path:
        """The finished folder in its place; the run before it is kept beside it."""
        with writing_below(self.place):
            shutil.rmtree(self.staging / "steps", ignore_errors=True)
            _flush(self.staging)
            previous = _previous_place(self.place)
            if self.place.exists():
                if previous.exists():
                    shutil.rmtree(previous)
                self.place.rename(previous)
        self._put_in_place(previous)
        note_end_of_path(self.staging)
        unlock(self.place)
        return self.place

    def _put_in_place(self, previous: Path) -> None:
        """Rename what was written to its place; where that fails, put the run before it back."""
        try:
            self.staging.rename(self.place)
            _flush_folder(self.place.parent)
        except OSError as error:
            if not previous.exists() or self.place.exists():
                raise RunFolderError(
                    f"cannot write the run folder {self.place}: {error.strerror or error}"
                ) from error
            try:
                previous.rename(self.place)
            except OSError:
                raise RunFolderError(
                    f"cannot write the run folder {self.place}: {error.strerror or error}. The "
                    f"last good run stands in {previous}: the next command puts it back, or "
                    f"rename it to {self.place.name}"
                ) from error
            raise RunFolderError(
                f"cannot write the run folder {self.place}: {error.strerror or error}. The run "
                "that was there is back in its place"
            ) from error

    def abandon(self) -> None:
        """Remove what was written; what was there before is untouched."""
        shutil.rmtree(self.staging, ignore_errors=True)
        note_end_of_path(self.staging)
        unlock(self.place)


def _flush(folder: Path) -> None:
    """Have the system write every file of a folder to its disk, and the folders' lists of names.

    A rename that the disk knows before the bytes would leave a run of empty files after a power
    cut.
    """
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    for path in (*(path for path in folder.rglob("*") if path.is_dir()), folder):
        _flush_folder(path)


def _flush_folder(folder: Path) -> None:
    """Have the system write a folder's list of names; Windows has no such call."""
    if os.name == "nt":  # pragma: no cover - not run on Linux
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def final_place(staging: Path) -> Path:
    """Where a run that is written in `staging` will stand."""
    return staging.with_name(staging.name[1:].rpartition(STAGED)[0])


def _write_parquet(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression="zstd")


def _with_name(place: Path) -> Path:
    """The folder by a path that ends in its name, unlike `.` and `..`."""
    return place if place.name not in ("", "..") else place.resolve()


def _previous_place(place: Path) -> Path:
    return place.with_name(place.name + PREVIOUS_RUN)


def mend(place: Path) -> None:
    """Put the last good run back where a crash fell between the two renames of `publish`."""
    place = _with_name(place)
    previous = _previous_place(place)
    if not place.exists() and previous.exists():
        previous.rename(place)


def _remove_staging_of_killed_runs(place: Path) -> None:
    """Remove what killed runs were writing: while the lock is held, nobody else writes here.

    Locks of versions that wrote a file for each process are removed with it.
    """
    for staging in place.parent.glob(f".{place.name}{STAGED}*"):
        shutil.rmtree(staging, ignore_errors=True)
    for former in place.parent.glob(f".{place.name}.lock-*"):
        former.unlink(missing_ok=True)


def _refuse_other_files(place: Path) -> None:
    """Never replace a folder that is no run folder: `--out ~/Desktop` must not cost a desktop."""
    if place.exists() and not place.is_dir():
        raise RunFolderError(f"{place} is a file; name a folder that the run may write")
    if place.is_dir() and any(place.iterdir()) and not (place / MANIFEST).is_file():
        raise RunFolderError(
            f"{place} holds files but no {MANIFEST}, so it is not a run folder and is left alone; "
            "name a new or an empty folder"
        )


def _refuse_edited_queries(place: Path) -> None:
    """Never replace questions that somebody has written answers into: a run does not read them."""
    path = place / QUERIES
    written = (_written_outputs(place) or {}).get(QUERIES)
    if path.is_file() and written is not None and file_digest(path) != written:
        raise RunFolderError(
            f"{path} was edited after the run that wrote it, and a new run would replace it; "
            "move it beside the study file as queries-answered.csv (or .xlsx), where answers are "
            "read, or delete it if nothing in it is wanted"
        )


def _refuse_signed(place: Path) -> None:
    """Never replace a run that somebody signed: what was signed has to be there to be verified."""
    signatures = place.with_name(f"{place.name}.signatures")
    if (place / MANIFEST).is_file() and any(signatures.glob("*.json")):
        raise RunFolderError(
            f"{place} is signed, and a new run would replace it; write this one elsewhere with "
            f"--out FOLDER, or move {place.name} and {signatures.name} away together"
        )


def _refuse_added_files(place: Path) -> None:
    """Never remove files that somebody put into a run folder: only what a run wrote is replaced."""
    outputs = _written_outputs(place)
    if outputs is None:
        return
    names = (path.relative_to(place) for path in sorted(place.rglob("*")) if path.is_file())
    added = [
        name.as_posix()
        for name in names
        if name.as_posix() not in (*outputs, MANIFEST, LOG)
        and not any(fnmatch(name.name, pattern) for pattern in OF_SYSTEMS)
    ]
    if added:
        more = len(added) - FILES_NAMED
        raise RunFolderError(
            f"{place} holds files that no run wrote, and a new run would remove them: "
            + ", ".join(added[:FILES_NAMED])
            + (f" and {more} more" if more > 0 else "")
            + "; expected a folder with the files of a run alone: move them elsewhere or delete them"
        )


def _written_outputs(place: Path) -> dict[str, str] | None:
    """Digest of each file that the run in `place` wrote.

    None where there is no run, or where its manifest is damaged: it has no say in what was written.
    """
    try:
        manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        return dict(manifest["outputs"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


@contextmanager
def writing_below(place: Path) -> Iterator[None]:
    """Turn the system's refusals (no permission, disk full, read-only) into one sentence.

    Raises RunFolderError, which names the folder, for any OSError inside.
    """
    try:
        yield
    except OSError as error:
        raise RunFolderError(
            f"cannot write the run folder {place}: {error.strerror or error}. "
            "What was there before is untouched"
        ) from error
