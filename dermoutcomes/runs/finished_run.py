"""A finished run: its folder opened again, with its tables and its manifest."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import polars as pl
from attrs import evolve, field, frozen

from dermoutcomes.digests import file_digest
from dermoutcomes.errors import RunFolderError
from dermoutcomes.runs.run_folder import MANIFEST, mend
from dermoutcomes.runs.table_store import read_table
from dermoutcomes.tables import SCHEMAS, empty

if TYPE_CHECKING:
    from dermoutcomes.registry.plugin_choice import PluginChoice
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

T = TypeVar("T")

__all__ = ["Run", "open_run", "read_manifest", "run_digests"]

# Without these a run can be neither opened nor verified.
REQUIRED_PARTS = ("study_file", "lock", "inputs", "outputs")
# What other parts are, where a manifest has them: earlier programs wrote fewer.
TABLES = ("own_plugins", "steps", "versions", "plugin_choice", "options")
DIGESTS = ("inputs", "outputs", "own_plugins")
# The largest file of a table, in bytes, that is held after it was read: a report, a workbook and tables
# as text ask for the same ones. Larger ones take memory, and are few.
KEPT = 2**20


@frozen(eq=False)
class Run:
    """A finished run: its tables as Polars frames, its manifest, its study and the registry.

    `manifest` is as `manifest.json` of `folder` has it.
    """

    folder: Path
    manifest: Mapping[str, Any]
    study: Study
    registry: Registry
    _made: dict[Hashable, Any] = field(factory=dict, init=False, repr=False)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What was made first of this run for this key, by whichever report asked for it."""
        if key not in self._made:
            self._made[key] = make()
        value: T = self._made[key]
        return value

    def table(self, name: str) -> pl.DataFrame:
        """A table by name; one without a source is empty with its full schema.

        Raises KeyError for an unknown name.
        """
        if name not in SCHEMAS:
            raise KeyError(f"no table {name!r}; the tables are {', '.join(SCHEMAS)}")
        path = self._table_path(name)
        if not path.is_file():
            return empty(name)
        if path.stat().st_size > KEPT:
            return read_table(path)
        # A copy shares the columns: what one who has it adds to it, the next one does not see.
        return self.once(("table", name), lambda: read_table(path)).clone()

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables that the run has."""
        return tuple(name for name in SCHEMAS if self._table_path(name).is_file())

    @property
    def digests(self) -> dict[str, str]:
        """`record_sha256`, as every foot shows it, and `manifest_sha256` of the manifest's bytes."""
        return run_digests(self.folder)

    def _table_path(self, name: str) -> Path:
        return self.folder / "tables" / f"{name}.parquet"

    def __repr__(self) -> str:
        results, claims = self.table("results").height, self.table("claims").height
        return f"<Run of {self.study.id}: {results} results, {claims} claims, in {self.folder}>"

    def _repr_html_(self) -> str:
        from html import escape

        info = self.study.study
        origin = (
            ""
            if info.data_origin == "collected"
            else f" <strong>Data: {escape(info.data_origin)}.</strong>"
        )
        claims = "".join(
            f"<tr><td>{escape(row['text'])}</td><td>{escape(row['verdict'])}</td>"
            f"<td>{escape(row['reason'] or '')}</td></tr>"
            for row in self.table("claims").iter_rows(named=True)
        )
        results, findings = self.table("results").height, self.table("findings").height
        return (
            f"<p><em>{escape(info.title)}</em> ({escape(info.id)}).{origin}</p>"
            "<table><thead><tr><th>Claim</th><th>Verdict</th><th>Why</th></tr></thead>"
            f"<tbody>{claims}</tbody></table>"
            f"<p>{results} results, {findings} findings in "
            f"<code>{escape(str(self.folder))}</code></p>"
        )


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a run folder, put back first where a crash left its place empty.

    Raises RunFolderError for what is none, and for a manifest that is not what a run writes.
    """
    # A folder that cannot be written is read as it is.
    with suppress(OSError):
        mend(folder)
    if not (folder / MANIFEST).is_file():
        raise RunFolderError(f"{folder} is not a run folder: it has no {MANIFEST}")
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise RunFolderError(f"{folder / MANIFEST} is damaged: {error}") from error
    if not isinstance(content, dict) or not all(
        isinstance(content.get(part), dict) for part in REQUIRED_PARTS
    ):
        raise RunFolderError(
            f"{folder / MANIFEST} is damaged: it lacks {', '.join(REQUIRED_PARTS)}"
        )
    if damaged := _damaged_parts(content):
        raise RunFolderError(
            f"{folder / MANIFEST} is damaged: {', '.join(damaged)} is not what a run writes"
        )
    return content


def _damaged_parts(manifest: Mapping[str, Any]) -> list[str]:
    """The parts of a manifest that are no tables, or not of what they should be."""
    damaged = [name for name in TABLES if not isinstance(manifest.get(name, {}), dict)]
    whole = {name: manifest.get(name, {}) for name in DIGESTS if name not in damaged}
    damaged += [
        name
        for name, digests in whole.items()
        if any("\0" in path or not isinstance(digest, str) for path, digest in digests.items())
    ]
    steps = manifest.get("steps", {})
    if "steps" not in damaged and not all(isinstance(step, dict) for step in steps.values()):
        damaged.append("steps")
    return damaged


def run_digests(folder: Path) -> dict[str, str]:
    """What names a run: `record_sha256` and `manifest_sha256`.

    The first is what its manifest says of it before anything was made for people, as every foot
    shows it; the second is that of the bytes of the manifest. Raises RunFolderError for what is no
    run folder.
    """
    record = read_manifest(folder).get("record_sha256")
    return {
        **({"record_sha256": str(record)} if record else {}),
        "manifest_sha256": file_digest(folder / MANIFEST),
    }


def open_run(folder: Path | str, *, local_code: bool = False) -> Run:
    """A run folder opened again, with the study file and plugins that it was made with.

    No code of the folder runs: a study's own plugins in Python are left out of the registry unless
    `local_code` asks for them, and then only where each is still the one that the run had. Raises
    RunFolderError for what is no run folder and for a plugin that was altered, StudyError where
    the study cannot be understood without its own code, and whatever loading its study raises.
    """
    from dermoutcomes.registry.loading import load_registry
    from dermoutcomes.study.load import load_study
    from dermoutcomes.study.plugin_choice import study_choice
    from dermoutcomes.study.scale_names.named_rules import with_named_rules

    path = Path(folder)
    manifest = read_manifest(path)
    study = load_study(path / "study" / manifest["study_file"]["name"])
    choice = study_choice(study, _recorded_choice(manifest.get("plugin_choice", {})))
    registry = load_registry(_own_plugins(study, manifest, local_code=local_code), choice)
    return Run(path, manifest, with_named_rules(study, registry), registry)


def _own_plugins(
    study: Study, manifest: Mapping[str, Any], *, local_code: bool
) -> tuple[Path, ...]:
    """The study's own plugin files that may be loaded: those in TOML, and code that is asked for.

    Raises RunFolderError for one that is not as the run had it.
    """
    from dermoutcomes.study.paths import plugin_files

    files = [path for path in plugin_files(study) if local_code or path.suffix != ".py"]
    hashes = manifest.get("own_plugins", {})
    for path in files:
        name = path.relative_to(study.folder).as_posix()
        if file_digest(path) != hashes.get(name):
            raise RunFolderError(
                f"{path} is not the plugin that the run had: it was altered, and is not loaded"
            )
    return tuple(files)


def _recorded_choice(record: Mapping[str, Any]) -> PluginChoice:
    """The choice of plugins of a run, less what was left out and is no longer installed."""
    from dermoutcomes.registry.entry_points import installed_names
    from dermoutcomes.registry.plugin_choice import PluginChoice

    choice = PluginChoice.from_record(record)
    return evolve(choice, without=set(choice.without) & set(installed_names()))
