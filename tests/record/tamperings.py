"""What somebody may do to a study after its run, and by what `verify` notices it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from attrs import frozen

from dermoutcomes.runs.record.history import HISTORY, record
from dermoutcomes.runs.record.manifest import record_digest

from .signing_kit import Key, call, edit, run_program

__all__ = [
    "DIGESTS",
    "HISTORIES",
    "NOT",
    "SIGNATURES",
    "STAMPS",
    "TAMPERINGS",
    "WORDS",
    "Place",
    "Tampering",
    "append",
    "changed_file",
    "edit_file",
    "in_run",
    "link",
    "remove",
    "rename_in_run",
    "swap",
    "write",
]

# What notices: files that are hashed again; the chain of the history; the signature and what it
# signs. Or nothing can, and the page says why.
DIGESTS, HISTORIES, SIGNATURES, STAMPS = "digests", "history", "signature", "time stamp"
NOT = "nothing"
# Said, with exit status 0: it may also have been so from the beginning.
WORDS = "words"


@frozen
class Place:
    """A study that was locked, run and signed, and keys that a forger may have."""

    study: Path
    stranger: Key

    @property
    def folder(self) -> Path:
        return self.study.parent

    @property
    def run(self) -> Path:
        return self.folder / "results" / "SMALL"

    @property
    def signatures(self) -> Path:
        return self.run.with_name("SMALL.signatures")

    @property
    def statement(self) -> Path:
        (path,) = self.signatures.glob("*.json")
        return path

    def file(self, name: str) -> Path:
        return self.folder / name

    def output(self, name: str) -> Path:
        return self.run / name

    def manifest(self) -> dict:
        return dict(json.loads((self.run / "manifest.json").read_text(encoding="utf-8")))

    def write_manifest(self, content: dict) -> None:
        """The manifest with a record that fits it again, as whoever knows how would write it."""
        content["record_sha256"] = record_digest(content)
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        (self.run / "manifest.json").write_text(text, encoding="utf-8")


@frozen
class Tampering:
    """What is done, by what it is noticed, and the words that `verify` then says.

    Where nothing notices it, `words` are the reason why nothing can.
    """

    what: str
    by: str
    words: str
    do: Callable[[Place], object]


def changed_file(name: str) -> str:
    """What `verify` says of a file with other bytes."""
    return f"changed: {name}"


def edit_file(name: str, before: str, after: str) -> Callable[[Place], object]:
    return lambda place: edit(place.folder / name, (before, after))


def in_run(name: str, before: str, after: str) -> Callable[[Place], object]:
    return lambda place: edit(place.run / name, (before, after))


def append(name: str, text: str) -> Callable[[Place], object]:
    def do(place: Place) -> None:
        with place.file(name).open("a", encoding="utf-8", newline="") as file:
            file.write(text)

    return do


def _without_line(name: str, number: int) -> Callable[[Place], object]:
    def do(place: Place) -> None:
        lines = place.file(name).read_text(encoding="utf-8").splitlines(keepends=True)
        del lines[number - 1]
        place.file(name).write_text("".join(lines), encoding="utf-8")

    return do


def write(name: str, content: bytes = b"") -> Callable[[Place], object]:
    def do(place: Place) -> None:
        place.file(name).parent.mkdir(parents=True, exist_ok=True)
        place.file(name).write_bytes(content)

    return do


def remove(name: str) -> Callable[[Place], object]:
    def do(place: Place) -> None:
        path = place.file(name)
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return do


def swap(one: str, other: str) -> Callable[[Place], object]:
    def do(place: Place) -> None:
        first, second = place.file(one).read_bytes(), place.file(other).read_bytes()
        place.file(one).write_bytes(second)
        place.file(other).write_bytes(first)

    return do


def link(name: str) -> Callable[[Place], object]:
    """The same bytes elsewhere, and a link to them in their place."""

    def do(place: Place) -> None:
        path, elsewhere = place.file(name), place.folder.with_name("elsewhere")
        shutil.move(path, elsewhere)
        path.symlink_to(elsewhere)

    return do


def _flip_a_bit(name: str) -> Callable[[Place], object]:
    def do(place: Place) -> None:
        content = bytearray(place.file(name).read_bytes())
        content[len(content) // 2] ^= 1
        place.file(name).write_bytes(content)

    return do


def _input_with_its_digest(place: Place) -> None:
    edit(
        place.file("corneometer.csv"),
        ("S1,W4,2024-04-01,cheek,left,1,", "S1,W4,2024-04-01,cheek,left,1,9"),
    )
    content = place.manifest()
    content["inputs"]["corneometer.csv"] = _digest(place.file("corneometer.csv"))
    place.write_manifest(content)


def _output_with_its_digest(place: Place) -> None:
    path = place.output("tables/results.csv")
    path.write_text(path.read_text(encoding="utf-8-sig") + "\n", encoding="utf-8")
    content = place.manifest()
    content["outputs"]["tables/results.csv"] = _digest(path)
    place.write_manifest(content)


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _run_again_otherwise(place: Place) -> None:
    """Another run of another plan, whole, in the place of the one that was signed."""
    edit(place.study, ("min = 1", "min = 2"))
    kept = place.signatures.rename(place.folder / "kept")
    assert call("run", place.study, "--quiet").exit_code == 0
    kept.rename(place.signatures)


def _signed_by_a_stranger(place: Place) -> None:
    shutil.rmtree(place.signatures)
    call("sign", place.run, "--meaning", "reviewed", "--key", place.stranger.path)


def _with_the_strangers_signature(place: Place) -> None:
    place.statement.with_name(f"{place.statement.name}.sig").unlink()
    run_program(
        *("ssh-keygen", "-Y", "sign", "-f", place.stranger.path),
        *("-n", "dermoutcomes-run", place.statement),
    )


def _with_a_list_of_signers(place: Place) -> None:
    _signed_by_a_stranger(place)
    for folder in (place.folder, place.run.parent, place.signatures):
        (folder / "allowed_signers").write_text(place.stranger.line(), encoding="utf-8")


def _rename_the_statement(place: Place) -> None:
    statement = place.statement
    for path in list(place.signatures.glob(f"{statement.name}*")):
        path.rename(path.with_name(path.name.replace(statement.stem, "approved")))


def _statement(before: str, after: str) -> Callable[[Place], object]:
    return lambda place: edit(place.statement, (before, after))


def _remove_beside_the_statement(suffix: str) -> Callable[[Place], object]:
    return lambda place: place.statement.with_name(place.statement.name + suffix).unlink()


def _remove_the_statement(place: Place) -> None:
    place.statement.unlink()


def _stamp_of_the_lock(content: bytes) -> Callable[[Place], object]:
    def do(place: Place) -> None:
        for folder in (place.folder, place.signatures):
            for path in folder.glob("study.lock.*.tsr"):
                path.write_bytes(content)

    return do


def _stamps_exchanged(place: Place) -> None:
    (of_lock,) = place.signatures.glob("study.lock.*.tsr")
    (of_signature,) = place.signatures.glob("*.sig.tsr")
    kept = of_lock.read_bytes()
    of_lock.write_bytes(of_signature.read_bytes())
    of_signature.write_bytes(kept)


def _move_lines(place: Place) -> None:
    path = place.file(HISTORY)
    first, second, *rest = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([second, first, *rest]), encoding="utf-8")


def _cut_the_history(place: Place) -> None:
    path = place.file(HISTORY)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text(lines[0], encoding="utf-8")


def _last_line_without_its_digest(place: Place) -> None:
    path = place.file(HISTORY)
    *before, last = path.read_text(encoding="utf-8").splitlines()
    content = json.loads(last)
    del content["line_sha256"]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    path.write_text("\n".join([*before, text, ""]), encoding="utf-8")


def _history_written_anew(place: Place) -> None:
    """A history with a chain that holds, of whoever knows how it is made."""
    place.file(HISTORY).unlink()
    for what in ("lock", "run", "sign"):
        record(place.folder, what, "SMALL", note="as it should have been")


def _set_times_back(place: Place) -> None:
    for path in (place.file("corneometer.csv"), place.output("tables/results.csv")):
        os.utime(path, (0, 0))


def rename_in_run(before: str, after: str) -> Callable[[Place], object]:
    return lambda place: (place.run / before).rename(place.run / after)


def _tried_in_a_copy(place: Place) -> None:
    copy = place.folder.with_name("a copy of the study")
    shutil.copytree(place.folder, copy, ignore=shutil.ignore_patterns("*.signatures"))
    edit(copy / "study.toml", ("min = 1", "min = 2"))
    assert call("run", copy / "study.toml", "--quiet").exit_code == 0


def _tamperings() -> Iterator[Tampering]:
    run, report = "results/SMALL", "report/report.html"
    changed, added, missing = "changed: {}", "added: output {}", "missing: {}"

    # Inputs.
    readings = changed.format("input corneometer.csv")
    yield Tampering(
        "a reading is altered", DIGESTS, readings, edit_file("corneometer.csv", "43.7", "44.7")
    )
    yield Tampering(
        "a row is taken out of an export", DIGESTS, readings, _without_line("corneometer.csv", 5)
    )
    yield Tampering(
        "a row is added to an export",
        DIGESTS,
        readings,
        append("corneometer.csv", "S1,W4,,,,,,\n"),
    )
    yield Tampering(
        "a blank is added behind the last row", DIGESTS, readings, append("corneometer.csv", " ")
    )
    yield Tampering(
        "the line ends of an export are others",
        DIGESTS,
        readings,
        edit_file("corneometer.csv", "\n", "\n\n"),
    )
    yield Tampering("an export is emptied", DIGESTS, readings, write("corneometer.csv"))
    yield Tampering(
        "an export is removed",
        DIGESTS,
        missing.format("input corneometer.csv"),
        remove("corneometer.csv"),
    )
    yield Tampering(
        "an export becomes a folder",
        DIGESTS,
        missing.format("input corneometer.csv"),
        lambda place: (remove("corneometer.csv")(place), place.file("corneometer.csv").mkdir()),
    )
    yield Tampering(
        "two exports swap their names", DIGESTS, readings, swap("corneometer.csv", "subjects.csv")
    )
    yield Tampering(
        "a subject's age is altered",
        DIGESTS,
        changed.format("input subjects.csv"),
        edit_file("subjects.csv", "S1,f,43", "S1,f,34"),
    )
    yield Tampering(
        "a file is added that a pattern reads",
        DIGESTS,
        "new: input further/list2.csv",
        write("further/list2.csv", b"subject,exposure\n"),
    )
    yield Tampering(
        "an export is replaced by a link to the same bytes",
        NOT,
        "the bytes are those that were read, wherever they stand",
        link("corneometer.csv"),
    )
    yield Tampering(
        "times of files are set back",
        NOT,
        "nothing rests on them: files are known by their bytes",
        _set_times_back,
    )

    # Study file, lock and plugins.
    study = changed.format("input study.toml")
    yield Tampering(
        "a title in the study file is altered",
        DIGESTS,
        study,
        edit_file("study.toml", "six people", "some people"),
    )
    yield Tampering(
        "an analysis in the study file is altered",
        DIGESTS,
        study,
        edit_file("study.toml", '"paired_t"', '"wilcoxon_signed_rank"'),
    )
    yield Tampering(
        "a comment is added to the study file", DIGESTS, study, append("study.toml", "# fine\n")
    )
    yield Tampering(
        "the study file is removed",
        DIGESTS,
        "no folder beside the run has study.toml",
        remove("study.toml"),
    )
    lock = changed.format("input study.lock")
    yield Tampering(
        "a date in the lock is altered",
        DIGESTS,
        lock,
        edit_file("study.lock", "locked = 20", "locked = 19"),
    )
    yield Tampering(
        "the lock is removed", DIGESTS, missing.format("input study.lock"), remove("study.lock")
    )
    yield Tampering(
        "the study is locked again after its run",
        DIGESTS,
        lock,
        lambda place: call("lock", place.study),
    )
    yield Tampering(
        "a plugin of the study is altered",
        DIGESTS,
        changed.format("input own.toml"),
        append("own.toml", "# other\n"),
    )
    yield Tampering(
        "a plugin of the study is removed",
        DIGESTS,
        missing.format("input own.toml"),
        remove("own.toml"),
    )

    # Outputs.
    yield Tampering(
        "a bit of a table is flipped",
        DIGESTS,
        changed.format("output tables/results.parquet"),
        _flip_a_bit(f"{run}/tables/results.parquet"),
    )
    yield Tampering(
        "a bit of the table of claims is flipped",
        DIGESTS,
        changed.format("output tables/claims.parquet"),
        _flip_a_bit(f"{run}/tables/claims.parquet"),
    )
    yield Tampering(
        "a number in the results as CSV is altered",
        DIGESTS,
        changed.format("output tables/results.csv"),
        in_run("tables/results.csv", "0.95", "0.99"),
    )
    yield Tampering(
        "a word in the report is altered",
        DIGESTS,
        changed.format(f"output {report}"),
        in_run(report, "Hydration", "Moisture"),
    )
    yield Tampering(
        "a script is added to the report",
        DIGESTS,
        changed.format(f"output {report}"),
        in_run(report, "</body>", "<script>1</script></body>"),
    )
    yield Tampering(
        "the report is removed",
        DIGESTS,
        missing.format(f"output {report}"),
        remove(f"{run}/{report}"),
    )
    yield Tampering(
        "the report is renamed",
        DIGESTS,
        added.format("report/final.html"),
        rename_in_run(report, "report/final.html"),
    )
    yield Tampering(
        "the report is emptied",
        DIGESTS,
        changed.format(f"output {report}"),
        write(f"{run}/{report}"),
    )
    yield Tampering(
        "the list of documents is altered",
        DIGESTS,
        changed.format("output report/index.json"),
        in_run("report/index.json", "report", "other"),
    )
    yield Tampering(
        "a question to the site is altered",
        DIGESTS,
        changed.format("output queries.csv"),
        append(f"{run}/queries.csv", "x\n"),
    )
    yield Tampering(
        "two tables swap their names",
        DIGESTS,
        changed.format("output tables/claims.parquet"),
        swap(f"{run}/tables/claims.parquet", f"{run}/tables/results.parquet"),
    )
    yield Tampering(
        "a file is added to the run",
        DIGESTS,
        added.format("notes.txt"),
        write(f"{run}/notes.txt", b"mine"),
    )
    yield Tampering(
        "a hidden file is added to the run",
        DIGESTS,
        added.format("tables/.old"),
        write(f"{run}/tables/.old", b"x"),
    )
    yield Tampering(
        "a folder with a file is added to the run",
        DIGESTS,
        added.format("other/page.html"),
        write(f"{run}/other/page.html", b"x"),
    )
    yield Tampering(
        "an output is replaced by a link to the same bytes",
        DIGESTS,
        "a link: output queries.csv",
        link(f"{run}/queries.csv"),
    )
    yield Tampering(
        "a folder of outputs is replaced by a link to the same files",
        DIGESTS,
        "a link: output report",
        link(f"{run}/report"),
    )
    yield Tampering(
        "the copy of the study file in the run is altered",
        DIGESTS,
        changed.format("output study/study.toml"),
        append(f"{run}/study/study.toml", "#\n"),
    )
    yield Tampering(
        "the copy of the lock in the run is altered",
        DIGESTS,
        changed.format("output study/study.lock"),
        append(f"{run}/study/study.lock", "#\n"),
    )
    yield Tampering(
        "an empty folder is added to the run",
        NOT,
        "nothing stands in it, and nobody can read it",
        lambda place: (place.run / "empty").mkdir(),
    )
    yield Tampering(
        "the log of the run (when, where) is altered",
        NOT,
        "it differs from run to run and is in no digest; when a run was there is said by signature and time stamp",
        in_run("run.log.json", '"finished"', '"Finished"'),
    )

    # The manifest, and whole runs.
    yield Tampering(
        "a digest in the manifest is altered",
        DIGESTS,
        changed.format("output manifest.json"),
        in_run("manifest.json", '"alpha": 0.05', '"alpha": 0.06'),
    )
    yield Tampering(
        "the manifest is removed", DIGESTS, "is not a run folder", remove(f"{run}/manifest.json")
    )
    yield Tampering(
        "the manifest is cut",
        DIGESTS,
        "manifest.json is damaged",
        write(f"{run}/manifest.json", b"{"),
    )
    yield Tampering(
        "an export is altered, and its digest and the record in the manifest with it",
        SIGNATURES,
        "of another run",
        _input_with_its_digest,
    )
    yield Tampering(
        "an output is altered, and its digest in the manifest with it",
        SIGNATURES,
        "of another run",
        _output_with_its_digest,
    )
    yield Tampering(
        "the manifest is written anew with other blanks",
        SIGNATURES,
        "of another run",
        lambda place: (place.run / "manifest.json").write_text(
            json.dumps(place.manifest()), encoding="utf-8"
        ),
    )
    yield Tampering(
        "a run of another plan takes the place of the one that was signed",
        SIGNATURES,
        "of another run",
        _run_again_otherwise,
    )

    # Signatures and time stamps.
    forged = "it is no signature of this statement"
    yield Tampering(
        "the meaning of a signature is altered",
        SIGNATURES,
        forged,
        _statement('"reviewed"', '"approved"'),
    )
    yield Tampering(
        "the date of a signature is altered",
        SIGNATURES,
        forged,
        _statement('"date": "20', '"date": "19'),
    )
    yield Tampering(
        "the statement names another run",
        SIGNATURES,
        forged,
        _statement('"manifest_sha256": "', '"manifest_sha256": "0'),
    )
    yield Tampering(
        "the statement is no JSON any more",
        SIGNATURES,
        "it is no statement on a run",
        _statement("{", "["),
    )
    yield Tampering(
        "the signature of a statement is removed",
        SIGNATURES,
        "its signature (.sig) is missing",
        _remove_beside_the_statement(".sig"),
    )
    yield Tampering(
        "the statement is removed and its signature is not",
        SIGNATURES,
        "is there without its statement",
        _remove_the_statement,
    )
    yield Tampering(
        "all signatures are removed",
        SIGNATURES,
        "not signed: no allowed signer signed as 'reviewed'",
        remove(f"{run}.signatures"),
    )
    yield Tampering(
        "the run is signed by somebody else",
        SIGNATURES,
        "do not have its key",
        _signed_by_a_stranger,
    )
    yield Tampering(
        "the statement of one key is signed by another",
        SIGNATURES,
        "it was signed by SHA256:",
        _with_the_strangers_signature,
    )
    yield Tampering(
        "a list of allowed signers is put beside the forged signature",
        SIGNATURES,
        "do not have its key",
        _with_a_list_of_signers,
    )
    yield Tampering(
        "the statement is renamed", SIGNATURES, "the file was renamed", _rename_the_statement
    )
    yield Tampering(
        "the page of signatures is altered",
        SIGNATURES,
        "signed.html is not what these signatures",
        edit_file(f"{run}.signatures/signed.html", "reviewed", "approved"),
    )
    yield Tampering(
        "the stamp of the lock is damaged",
        STAMPS,
        "not valid: it is no time stamp",
        _stamp_of_the_lock(b"x"),
    )
    yield Tampering(
        "stamps of lock and signature are exchanged",
        SIGNATURES,
        "it is the stamp of another file",
        _stamps_exchanged,
    )
    yield Tampering(
        "the stamp of a signature is removed",
        SIGNATURES,
        "signed.html is not what these signatures",
        _remove_beside_the_statement(".sig.tsr"),
    )
    yield Tampering(
        "the stamp of a signature and the page that shows it are removed",
        NOT,
        "nothing else says that there was one: who needs stamps looks for the words `time stamp` in "
        "the line of the signature",
        lambda place: (
            _remove_beside_the_statement(".sig.tsr")(place),
            (place.signatures / "signed.html").unlink(),
        ),
    )

    # The history.
    yield Tampering(
        "a line of the history is altered",
        HISTORIES,
        "the chain is broken at line 1",
        edit_file(HISTORY, '"what": "lock"', '"what": "Lock"'),
    )
    yield Tampering(
        "the last line of the history is altered",
        HISTORIES,
        "the chain is broken at line 3",
        edit_file(HISTORY, '"meaning": "reviewed"', '"meaning": "approved"'),
    )
    yield Tampering(
        "blanks are put into the last line of the history",
        HISTORIES,
        "the chain is broken at line 3",
        edit_file(HISTORY, '"what": "sign"}', '"what": "sign" }'),
    )
    yield Tampering(
        "the digest of its own is taken out of the last line of the history",
        HISTORIES,
        "the chain is broken at line 3",
        _last_line_without_its_digest,
    )
    yield Tampering(
        "a line of the history is taken out",
        HISTORIES,
        "the chain is broken at line 2",
        _without_line(HISTORY, 2),
    )
    yield Tampering(
        "lines of the history are exchanged",
        HISTORIES,
        "the chain is broken at line 1",
        _move_lines,
    )
    yield Tampering(
        "a line of the history is damaged",
        HISTORIES,
        "a line of the history is damaged",
        append(HISTORY, "x\n"),
    )
    yield Tampering(
        "the last lines of the history are cut off",
        SIGNATURES,
        "when it was signed, and has 1",
        _cut_the_history,
    )
    yield Tampering(
        "the history is removed", SIGNATURES, "when it was signed, and has 0", remove(HISTORY)
    )
    yield Tampering(
        "the history is written anew, with a chain that holds",
        SIGNATURES,
        "is not what it was when it was signed",
        _history_written_anew,
    )
    yield Tampering(
        "a line is added to the history by hand",
        NOT,
        "whoever may run the program may add lines, and a chain that is made rightly shows no hand",
        lambda place: record(place.folder, "verify", "SMALL"),
    )
    yield Tampering(
        "another plan is tried in a copy of the study",
        NOT,
        "the copy has a history of its own; nothing in the study was touched",
        _tried_in_a_copy,
    )


TAMPERINGS = tuple(_tamperings())
