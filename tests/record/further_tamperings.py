"""More of what somebody may do to a study after its run, of the kinds of `tamperings`."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from .tamperings import (
    DIGESTS,
    HISTORIES,
    HISTORY,
    NOT,
    SIGNATURES,
    TAMPERINGS,
    WORDS,
    Place,
    Tampering,
    changed_file,
    edit_file,
    in_run,
    link,
    remove,
    rename_in_run,
    swap,
    write,
)

__all__ = ["ALL_TAMPERINGS"]


def _bytes(name: str, change: Callable[[bytes], bytes]) -> Callable[[Place], object]:
    """A file of the study with other bytes."""
    return lambda place: place.file(name).write_bytes(change(place.file(name).read_bytes()))


def _move(before: str, after: str) -> Callable[[Place], object]:
    def do(place: Place) -> None:
        place.file(after).parent.mkdir(parents=True, exist_ok=True)
        place.file(before).rename(place.file(after))

    return do


def _copy(before: str, after: str) -> Callable[[Place], object]:
    def do(place: Place) -> None:
        place.file(after).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(place.file(before), place.file(after))

    return do


def _hard_link(name: str) -> Callable[[Place], object]:
    """The same bytes, in a file that has a second name elsewhere."""

    def do(place: Place) -> None:
        other = place.folder.with_name("elsewhere")
        shutil.copyfile(place.file(name), other)
        place.file(name).unlink()
        os.link(other, place.file(name))

    return do


def _lines(name: str, change: Callable[[list[str]], list[str]]) -> Callable[[Place], object]:
    def do(place: Place) -> None:
        path = place.file(name)
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(change(lines)), encoding="utf-8", newline="")

    return do


def _manifest(change: Callable[[dict], object]) -> Callable[[Place], object]:
    """The manifest with other content and a record that fits it."""

    def do(place: Place) -> None:
        content = place.manifest()
        change(content)
        place.write_manifest(content)

    return do


def _without_output(place: Place) -> None:
    content = place.manifest()
    del content["outputs"]["queries.csv"]
    (place.run / "queries.csv").unlink()
    place.write_manifest(content)


def _beside_statement(change: Callable[[Path], object]) -> Callable[[Place], object]:
    return lambda place: change(place.statement)


def _signatures_as_a_link(place: Place) -> None:
    other = place.folder.with_name("signatures elsewhere")
    place.signatures.rename(other)
    place.signatures.symlink_to(other)


def _statement_content(change: Callable[[dict], object]) -> Callable[[Place], object]:
    def do(place: Place) -> None:
        content = json.loads(place.statement.read_text(encoding="utf-8"))
        change(content)
        place.statement.write_text(json.dumps(content), encoding="utf-8")

    return do


def _first_line_of_another_study(lines: list[str]) -> list[str]:
    other = json.loads(lines[0]) | {"study": "OTHER"}
    return [json.dumps(other, sort_keys=True) + "\n", *lines]


def _inputs_and_plan() -> Iterator[Tampering]:
    readings = changed_file("input corneometer.csv")
    content: dict[str, Callable[[Place], object]] = {
        "a decimal sign in an export is another": edit_file("corneometer.csv", "43.7", "43,7"),
        "a date in an export is altered": edit_file("corneometer.csv", "2024-04-01", "2024-04-02"),
        "a column of an export has another name": edit_file(
            "corneometer.csv", "hydration", "Hydration"
        ),
        "a mark of the order of bytes is put before an export": _bytes(
            "corneometer.csv", lambda content: b"\xef\xbb\xbf" + content
        ),
        "an export is cut in its middle": _bytes(
            "corneometer.csv", lambda content: content[: len(content) // 2]
        ),
        "zeros are put behind an export": _bytes(
            "corneometer.csv", lambda content: content + bytes(512)
        ),
        "an export has zeros in place of its bytes": _bytes(
            "corneometer.csv", lambda content: bytes(len(content))
        ),
        "lines of an export are in another order": _lines(
            "corneometer.csv", lambda lines: [lines[0], *reversed(lines[1:])]
        ),
        "ends of lines of an export are those of Windows": _bytes(
            "corneometer.csv", lambda content: content.replace(b"\n", b"\r\n")
        ),
    }
    for what, do in content.items():
        yield Tampering(what, DIGESTS, readings, do)
    missing = "missing: input corneometer.csv"
    yield Tampering(
        "an export has another name", DIGESTS, missing, _move("corneometer.csv", "Corneometer.csv")
    )
    yield Tampering(
        "an export is moved into a folder",
        DIGESTS,
        missing,
        _move("corneometer.csv", "old/corneometer.csv"),
    )
    yield Tampering(
        "answers of the site are put beside the study",
        DIGESTS,
        "new: input queries-answered.csv",
        write("queries-answered.csv", b"query,answer\n"),
    )
    yield Tampering(
        "a copy of an export stands beside it, which nothing reads",
        NOT,
        "no source of the study names it",
        _copy("corneometer.csv", "corneometer (copy).csv"),
    )
    yield Tampering(
        "an export is replaced by a file with the same bytes and a second name",
        NOT,
        "the bytes are those that were read, wherever they stand",
        _hard_link("corneometer.csv"),
    )

    study = changed_file("input study.toml")
    plan = {
        "the role of an endpoint is altered": ('role = "primary"', 'role = "secondary"'),
        "the window of a visit is altered": ('"+7 d"', '"+70 d"'),
        "the words of a claim are altered": ("Hydration rose", "Hydration fell"),
        "what is done about replicates is altered": ("planned = 2", "planned = 1"),
        "blanks in the study file are others": (" = ", "  =  "),
    }
    for what, (before, after) in plan.items():
        yield Tampering(what, DIGESTS, study, edit_file("study.toml", before, after))
    yield Tampering(
        "the study file has another name",
        DIGESTS,
        "no folder beside the run has study.toml",
        _move("study.toml", "plan.toml"),
    )
    yield Tampering(
        "the lock is emptied", DIGESTS, changed_file("input study.lock"), write("study.lock")
    )
    yield Tampering(
        "a second study file stands beside the first",
        NOT,
        "the run names the study file that it read",
        _copy("study.toml", "other.toml"),
    )


def _outputs() -> Iterator[Tampering]:
    run = "results/SMALL"
    results = changed_file("output tables/results.csv")
    for what, change in {
        "a line is taken out of the results as CSV": lambda content: content[
            : content.rstrip().rindex(b"\n") + 1
        ],
        "a blank line is put behind the results as CSV": lambda content: content + b"\n",
        "the results as CSV are zeros of the same length": lambda content: bytes(len(content)),
    }.items():
        yield Tampering(what, DIGESTS, results, _bytes(f"{run}/tables/results.csv", change))
    yield Tampering(
        "a sign that nobody sees is put into the report",
        DIGESTS,
        changed_file("output report/report.html"),
        in_run("report/report.html", "Hydration", "Hydration\u200b"),
    )
    yield Tampering(
        "an output has a name in capitals",
        DIGESTS,
        "missing: output queries.csv",
        rename_in_run("queries.csv", "QUERIES.csv"),
    )
    yield Tampering(
        "an output becomes a folder",
        DIGESTS,
        "missing: output queries.csv",
        lambda place: (
            (place.run / "queries.csv").unlink(),
            (place.run / "queries.csv").mkdir(),
        ),
    )
    added = {
        "a file with a blank behind its name": "tables/results.csv ",
        "a file with a line end in its name": "tables/results\n.csv",
        "a file with a sign that turns the text in its name": "tables/\u202evsc.stluser",
        "what a computer notes of a folder": "tables/.DS_Store",
    }
    for what, name in added.items():
        yield Tampering(
            f"{what} is added to the run", DIGESTS, "added: output", write(f"{run}/{name}", b"x")
        )
    yield Tampering(
        "a link that leads to itself is added to the run",
        DIGESTS,
        "loop",
        lambda place: (place.run / "loop").symlink_to("loop"),
    )
    yield Tampering(
        "a link to a folder elsewhere is added to the run",
        DIGESTS,
        "a link: output other",
        lambda place: (place.run / "other").symlink_to(place.folder.parent),
    )
    yield Tampering(
        "a pipe is added to the run",
        DIGESTS,
        "pipe",
        lambda place: os.mkfifo(place.run / "pipe"),
    )
    yield Tampering(
        "an output is replaced by a file with the same bytes and a second name",
        NOT,
        "the bytes are those that were written, wherever they stand",
        _hard_link(f"{run}/queries.csv"),
    )
    another = "of another run"
    yield Tampering(
        "an output is removed, from the manifest too", SIGNATURES, another, _without_output
    )
    yield Tampering(
        "the manifest forgets an input",
        SIGNATURES,
        another,
        _manifest(lambda content: content["inputs"].pop("subjects.csv")),
    )
    yield Tampering(
        "the seed in the manifest is altered",
        SIGNATURES,
        another,
        _manifest(lambda content: content.update(seed=7)),
    )
    yield Tampering(
        "ends of lines of the manifest are those of Windows",
        SIGNATURES,
        another,
        _bytes(f"{run}/manifest.json", lambda content: content.replace(b"\n", b"\r\n")),
    )
    yield Tampering(
        "the manifest names a file outside of the run",
        DIGESTS,
        "outside: output ../../study.toml",
        _manifest(lambda content: content["outputs"].update({"../../study.toml": "0" * 64})),
    )


def _signatures_and_history() -> Iterator[Tampering]:
    yield Tampering(
        "the statement is written anew with other blanks",
        SIGNATURES,
        "its bytes are not as the program writes a statement",
        _statement_content(lambda content: None),
    )
    yield Tampering(
        "the statement says that the history had no line",
        SIGNATURES,
        "its bytes are not as the program writes a statement",
        _statement_content(lambda content: content.update(history=None)),
    )
    yield Tampering(
        "the statement is emptied",
        SIGNATURES,
        "it is no statement on a run",
        _beside_statement(lambda path: path.write_bytes(b"")),
    )
    yield Tampering(
        "a signature is copied under a second name",
        SIGNATURES,
        "the file was renamed",
        _beside_statement(
            lambda path: (
                shutil.copyfile(path, path.with_name("0123456789abcdef.json")),
                shutil.copyfile(f"{path}.sig", path.with_name("0123456789abcdef.json.sig")),
            )
        ),
    )
    yield Tampering(
        "the signature is cut",
        SIGNATURES,
        "not valid",
        _beside_statement(lambda path: Path(f"{path}.sig").write_bytes(b"-----BEGIN SSH")),
    )
    yield Tampering(
        "the signature has more behind it",
        SIGNATURES,
        "not valid",
        _beside_statement(
            lambda path: Path(f"{path}.sig").write_bytes(
                Path(f"{path}.sig").read_bytes() + b"-----END SSH SIGNATURE-----\n"
            )
        ),
    )
    yield Tampering(
        "the folder of signatures has another name",
        SIGNATURES,
        "not signed: no allowed signer signed as 'reviewed'",
        _move("results/SMALL.signatures", "results/SMALL.signed"),
    )
    yield Tampering(
        "the folder of signatures is a link to the same files",
        NOT,
        "the bytes are those that were signed, wherever they stand",
        _signatures_as_a_link,
    )

    for what, line, change in (
        ("a line of the history stands twice", 2, lambda lines: [lines[0], *lines]),
        ("the first line of the history is taken out", 1, lambda lines: lines[1:]),
        ("a line of another study is put before the history", 1, _first_line_of_another_study),
    ):
        words = f"the chain is broken at line {line}"
        yield Tampering(what, HISTORIES, words, _lines(HISTORY, change))
    yield Tampering(
        "the time of a run in the history is altered",
        HISTORIES,
        "the chain is broken at line 2",
        _lines(HISTORY, lambda lines: [lines[0], lines[1].replace('"20', '"19'), *lines[2:]]),
    )
    yield Tampering(
        "the user in the last line of the history is another",
        HISTORIES,
        "the chain is broken at line 3",
        _lines(HISTORY, lambda lines: [*lines[:2], lines[2].replace('"user": "', '"user": "dr. ')]),
    )
    yield Tampering(
        "ends of lines of the history are those of Windows",
        HISTORIES,
        "the chain is broken at line 1",
        _bytes(HISTORY, lambda content: content.replace(b"\n", b"\r\n")),
    )
    yield Tampering(
        "a blank line is put into the history",
        HISTORIES,
        "a line of the history is damaged",
        _lines(HISTORY, lambda lines: [lines[0], "\n", *lines[1:]]),
    )
    yield Tampering(
        "the last line of the history, of the signature, is taken out",
        WORDS,
        "has no line of the signature",
        _lines(HISTORY, lambda lines: lines[:-1]),
    )
    yield Tampering(
        "the history is a link to the same lines",
        NOT,
        "the lines are those that were written, wherever they stand",
        link(HISTORY),
    )
    yield Tampering(
        "history and lock swap their names",
        HISTORIES,
        "a line of the history is damaged",
        swap(HISTORY, "study.lock"),
    )
    yield Tampering(
        "the history becomes a folder",
        HISTORIES,
        "the history is no file",
        lambda place: (remove(HISTORY)(place), place.file(HISTORY).mkdir()),
    )


ALL_TAMPERINGS = (*TAMPERINGS, *_inputs_and_plan(), *_outputs(), *_signatures_and_history())
