"""What the numbers were made from: lock, inputs with digests, plugins, versions, seed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dermoutcomes.report.blocks import Block, Bullets, Paragraph, Part, Rich, Section, rich
from dermoutcomes.report.table import Row, Table, TableSpec, columns

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material

__all__ = ["lock_section", "lock_sentence", "provenance_section"]

LOCK = {
    "none": "Nothing was locked. Nothing shows that endpoints, families and claims were fixed before the data were seen, so everything here is "
    "exploratory.",
    "locked before data": "Endpoints, families and claims were locked before any outcome data were there.",
    "locked before unblinding": "Endpoints, families and claims were locked before any outcome data were there, or again when data were there and the arms unknown.",
    "locked after data": "The lock, or part of it, was written when outcome data were already there. What was locked then is exploratory.",
}
INPUTS = TableSpec("Input files", columns(("File", "SHA-256"), "ll"), look="hashes")
PLUGINS = TableSpec(
    "Plugins", columns(("Plugin", "Version", "Origin", "SHA-256 (first 16)"), "llll"), look="hashes"
)
SOFTWARE = TableSpec("Software", columns(("Package", "Version"), "ll"))
CHANGED = "Changed since the lock, so that what rests on it is exploratory:"
FORMAT_1 = (
    "The lock is of format 1: it does not hold how files are read (columns, aliases, recodings, "
    "marks of missing values) nor the bounds of values, so that nothing shows whether these were "
    "changed."
)
READING_CHANGED = "Of how files are read, changed since the lock:"
READING_COMPARED = (
    "The files were read by the rules of the lock and by those of today. Where a value, arm, visit "
    "or subject differs, what rests on it is exploratory."
)
READINGS = TableSpec(
    "Read by today's rules and by those of the lock",
    columns(("Source", "Newly read", "Changed", "First that differs"), "lrrl"),
)
PLUGINS_SINCE = "Not those of the lock, so that its rules were read by the plugins of today:"
UNCHANGED = "Nothing was changed since."
EARLIER = (
    "The first reading is dated {first}, before the day of the lock. That no file with outcomes was in its place then is what the lock says; "
    "that nobody had seen the values it cannot show."
)


def lock_sentence(state: str) -> str:
    """What the state of the lock says about endpoints, families and claims."""
    return LOCK.get(state, f"Lock: {state}.")


def lock_section(material: Material) -> Section:
    """What was fixed before the data, and what was changed since."""
    lock = material.manifest.get("lock") or {"state": "none"}
    state = str(lock.get("state", "none"))
    when = f" Last locked on {lock['locked']}." if lock.get("locked") else ""
    changes = tuple(_change(change) for change in lock.get("changes") or ())
    blocks: list[Block] = [
        Paragraph(
            rich(
                lock_sentence(state) + when,
                "" if changes or state == "none" else f" {UNCHANGED}",
            ),
            look="" if state == "locked before data" else "caution",
        )
    ]
    if changes:
        blocks += [Paragraph(rich(CHANGED)), Bullets(changes)]
    blocks += _reading_blocks(lock)
    first = _first_reading(material) if state == "locked before data" else None
    if first is not None and first < str(lock.get("locked", "")):
        blocks.append(Paragraph(rich(EARLIER.format(first=first)), look="caution"))
    return Section("lock", "What was fixed before the data", tuple(blocks))


def _reading_blocks(lock: Mapping[str, Any]) -> Iterator[Block]:
    """How files are read, beside the lock."""
    if lock.get("format") == 1:
        yield Paragraph(rich(FORMAT_1), look="caution")
    if reading_changes := tuple(_change(change) for change in lock.get("reading_changes") or ()):
        yield Paragraph(rich(READING_CHANGED))
        yield Bullets(reading_changes)
        yield Paragraph(rich(READING_COMPARED))
    if readings := lock.get("readings"):
        yield READINGS.filled(
            tuple(
                Row(
                    (
                        rich(Part(row["source"], look="code")),
                        rich(str(row["newly_read"])),
                        rich(str(row["changed"])),
                        rich(_example(row)),
                    )
                )
                for row in readings
            )
        )
    if plugins := lock.get("plugins"):
        yield Paragraph(rich(PLUGINS_SINCE))
        yield Bullets(
            tuple(
                rich(
                    Part(plugin["name"], look="code"),
                    f" ({plugin['at the lock']} at the lock, {plugin['now']} now"
                    f"{', with other code' if plugin['now'] == plugin['at the lock'] else ''})",
                )
                for plugin in plugins
            )
        )


def _example(reading: Mapping[str, Any]) -> str:
    if reading["state"] == "mapped":
        return "the rules of the lock read nothing of it"
    return str(reading["example"] or "")


def _first_reading(material: Material) -> str | None:
    """The day of the first dated reading; None where none is dated."""
    first: Any = material.frame("observations")["taken_at"].min()
    return None if first is None else str(first.date().isoformat())


def _change(change: Any) -> Rich:
    if isinstance(change, Mapping):
        what = f" was {change['what']}" if change.get("what") else ""
        rest = ", ".join(
            f"{key} {value}"
            for key, value in change.items()
            if key not in ("item", "what") and value
        )
        return rich(
            Part(str(change.get("item", "something")), look="code"),
            what,
            f" ({rest})" if rest else None,
        )
    return rich(str(change))


def provenance_section(material: Material) -> Section:
    """Where every number can be walked back to."""
    manifest = material.manifest
    blocks: list[Block] = [
        Paragraph(
            rich(
                f"Study file {_study_file(manifest)}. Seed {material.study.study.seed}. Every "
                "result has an id, which this page uses as its address (#r-…); tables/results.csv "
                "holds every digit, and the other tables lead from a result to its records, to the "
                "readings, to the file, row and column of the export."
            )
        )
    ]
    warnings = [str(text) for text in manifest.get("warnings") or ()]
    if warnings:
        blocks.append(Bullets(tuple(rich(text) for text in warnings), look="caution"))
    blocks += [
        table for table in (_inputs(manifest), _plugins(manifest), _versions(manifest)) if table
    ]
    return Section("provenance", "Provenance", tuple(blocks))


def _study_file(manifest: Mapping[str, Any]) -> str:
    file = manifest.get("study_file")
    if not isinstance(file, Mapping):
        return "study.toml"
    return f"{file.get('name', 'study.toml')} (SHA-256 {file.get('sha256', 'not on the record')})"


def _inputs(manifest: Mapping[str, Any]) -> Table | None:
    pairs = sorted(_named_digests(manifest.get("inputs") or {}))
    rows = tuple(Row((rich(name), rich(Part(sha256, look="code")))) for name, sha256 in pairs)
    return INPUTS.filled(rows) if rows else None


def _named_digests(
    inputs: Mapping[str, Any] | Iterable[Mapping[str, Any]],
) -> Iterator[tuple[str, str]]:
    """Inputs as name and digest, whether the record has them as a table or as a list."""
    for item in (
        inputs.items()
        if isinstance(inputs, Mapping)
        else ((entry.get("path"), entry.get("sha256")) for entry in inputs)
    ):
        yield str(item[0]), str(item[1])


def _plugins(manifest: Mapping[str, Any]) -> Table | None:
    plugins = sorted(manifest.get("plugins") or (), key=lambda plugin: str(plugin.get("name")))
    rows = tuple(
        Row(
            (
                rich(str(plugin.get("name"))),
                rich(str(plugin.get("version") or "")),
                rich(str(plugin.get("origin") or "")),
                rich(Part(str(plugin.get("sha256") or "")[:16], look="code")),
            )
        )
        for plugin in plugins
    )
    return PLUGINS.filled(rows) if rows else None


def _versions(manifest: Mapping[str, Any]) -> Table | None:
    rows = tuple(
        Row((rich(name), rich(str(version))))
        for name, version in sorted((manifest.get("versions") or {}).items())
    )
    return SOFTWARE.filled(rows) if rows else None
