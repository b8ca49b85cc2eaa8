"""A copy of a study whose exports, names of files and study file have other ids of subjects.

Ids are replaced where the study reads them, and wherever else a whole cell is an id that no other
word of the study can be. An id inside a longer text is told and left: what else such a text says of
a person, nobody but a person can judge.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli
from attrs import define, field, frozen

from dermoutcomes.errors import Problem, StudyError
from dermoutcomes.sources.pseudonyms.id_places import IdCell, IdPlaces, id_places, word_alone
from dermoutcomes.sources.pseudonyms.key_table import KeyTable
from dermoutcomes.sources.subjects.listed_subjects import ListedSubjects
from dermoutcomes.sources.workbooks.sheets import files_and_sheets
from dermoutcomes.study.load import load_study
from dermoutcomes.study.paths import plugin_files

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["PseudonymousCopy", "pseudonymise"]

# What stands between words of a text.
BETWEEN_WORDS = re.compile(r"[\s,;:()\[\]{}\"'!?]+")
PLACES_NAMED = 3
SHORTEST_NUMBER = 5
SUBJECT = "subject"


@frozen
class PseudonymousCopy:
    """What was written: the study file, how many ids and cells were replaced, and what is left.

    `told` are sentences on what a person has to look at before the copy is sent.
    """

    study_file: Path
    subjects: int
    cells: int
    files: int
    told: tuple[str, ...]


def pseudonymise(
    study: Study, registry: Registry, out: Path, key: Path, *, keep_order: bool = False
) -> PseudonymousCopy:
    """Write a copy of the study and all that it reads to `out`, with other ids.

    The table at `key` is read, and gets the ids that it has not. Raises StudyError, before anything
    is written, for files of formats that cannot be written and for ids that cannot be replaced, all
    at once.
    """
    _refuse_places(study, out, key)
    copy = _Copy.of(study, registry, KeyTable.read(key), keep_order=keep_order)
    staging = out.with_name(f".{out.name}-{os.getpid()}")
    try:
        copy.write(staging)
        copy.prove(staging)
        copy.table.write()
        if out.is_dir():
            out.rmdir()
        staging.rename(out)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return PseudonymousCopy(
        out / study.path.name,
        len(copy.ids),
        copy.replaced,
        copy.files,
        tuple(copy.sentences()),
    )


def _refuse_places(study: Study, out: Path, key: Path) -> None:
    """StudyError where the copy would hide something, or take the table of ids with it."""
    problems = []
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        problems.append(
            Problem(
                "the copy needs a folder of its own",
                str(out),
                found="a file or a folder with files",
                expected="a name that is not taken, or an empty folder",
                code="pseudonymise",
            )
        )
    if out.resolve().is_relative_to(study.folder.resolve()):
        problems.append(
            Problem(
                "the copy would stand inside the study",
                str(out),
                expected=f"a folder that is not below {study.folder}",
                code="pseudonymise",
            )
        )
    if key.resolve().is_relative_to(out.resolve()):
        problems.append(
            Problem(
                "the table of ids would be sent with the copy",
                str(key),
                path="--key",
                expected="a file that stays with the site, outside of the copy's folder",
                code="pseudonymise",
            )
        )
    if problems:
        raise StudyError(problems)


@define(eq=False)
class _Copy:
    """The places of all ids, what takes the place of each, and what was found on the way."""

    study: Study
    registry: Registry
    places: tuple[IdPlaces, ...]
    listed: ListedSubjects
    table: KeyTable
    ids: frozenset[str]
    prefixes: Mapping[str, str]
    words: Mapping[str, str]
    replaced: int = 0
    files: int = 0
    in_texts: dict[str, list[str]] = field(factory=dict)
    left: list[str] = field(factory=list)

    @classmethod
    def of(cls, study: Study, registry: Registry, table: KeyTable, *, keep_order: bool) -> _Copy:
        """The places and pseudonyms of a study. Raises StudyError for what cannot be replaced."""
        places = tuple(_all_places(study, registry))
        lists = [place for place in places if place.file.name == "subjects"]
        listed = ListedSubjects(
            tuple(dict.fromkeys(cell.id for place in lists for cell in place.cells.values())),
            len(frozenset().union(*(place.sites for place in lists))) > 1,
        )
        same = listed.as_listed(_raw_ids(places))
        ids = frozenset(same.get(raw, raw) for raw in _raw_ids(places))
        table.add(ids, keep_order=keep_order)
        prefixes = {
            same.get(cell.id, cell.id): cell.before
            for place in places
            for cell in place.cells.values()
            if cell.before
        }
        copy = cls(study, registry, places, listed, table, ids, prefixes, {})
        copy.words = dict(copy._distinctive(same))
        copy._refuse_in_study_file()
        return copy

    def pseudonym(self, raw: str) -> str:
        """What takes the place of an id, whole."""
        same = self.listed.as_listed([raw]).get(raw, raw)
        return self.prefixes.get(same, "") + self.table.pseudonyms[same]

    def _distinctive(self, same: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Words that are an id wherever they stand, with their pseudonyms."""
        taken = {*_other_words(self.study, self.registry)}
        recoded = {
            str(theirs).strip(): str(ours)
            for specs in self.study.sources.values()
            for spec in specs
            for theirs, ours in dict(spec.values.get(SUBJECT) or {}).items()
        }
        meanings = {
            **{raw: raw for raw in (*self.ids, *same)},
            **{theirs: ours for theirs, ours in recoded.items() if ours in {*self.ids, *same}},
        }
        for word, meaning in sorted(meanings.items()):
            if _is_distinctive(word) and word.casefold() not in taken:
                yield word, self.pseudonym(meaning)

    def _refuse_in_study_file(self) -> None:
        """StudyError where the study file has ids that cannot be told from other words."""
        problems = [
            Problem(
                "the study file names an id that any number or word could be",
                self.study.path.name,
                path=key,
                found=word,
                expected="ids with letters and digits, or no ids in the study file: they are not "
                "replaced there where they cannot be told from other words",
                code="pseudonymise",
            )
            for key, word in _ids_in_sources(self.study)
            if word in self.ids and word not in self.words
        ]
        if problems:
            raise StudyError(problems)

    def write(self, folder: Path) -> None:
        """Write the copy into a new folder."""
        folder.mkdir(parents=True)
        by_path: dict[str, list[IdPlaces]] = {}
        for place in self.places:
            by_path.setdefault(place.file.relative, []).append(place)
        names = {relative: self._new_name(parts) for relative, parts in by_path.items()}
        for relative, parts in by_path.items():
            self._write(folder / names[relative], self._rewritten(parts))
        for name in self._companions():
            content = (self.study.folder / name).read_bytes()
            self._tell_text(name, content)
            self._write(folder / name, content)
        text = self._study_text({old: new for old, new in names.items() if old != new})
        self._write(folder / self.study.path.name, text.encode())
        self._copy_lock(folder)

    def _write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.files += 1

    def _rewritten(self, parts: list[IdPlaces]) -> bytes:
        """One file with other ids: those of all entries of the study that read it."""
        cells = {place: cell for part in parts for place, cell in part.cells.items()}
        sheets = {
            part.file.sheet: self._with_pseudonym(part.file.sheet, part.of_sheet)
            for part in parts
            if part.file.sheet is not None and part.of_sheet is not None
        }
        first = parts[0]

        def replace(table: str, line: int, column: int, text: str) -> str | None:
            if not line:
                return sheets.get(table)
            cell = cells.get((table, line, column))
            new = self.words.get(text.strip()) if cell is None else self._of_cell(cell, text)
            if new is None:
                self._tell_words(f"{first.file.relative}, row {line}, column {column}", text)
                return None
            self.replaced += 1
            return new

        assert first.reader.rewrite is not None
        return first.reader.rewrite(first.file.path, first.options, replace)

    def _of_cell(self, cell: IdCell, text: str) -> str:
        """What takes the place of a cell with an id."""
        if cell.word:
            return word_alone(cell.word).sub(self.pseudonym(cell.id), text, count=1)
        if cell.before:
            return self.table.pseudonyms[self.listed.as_listed([cell.id]).get(cell.id, cell.id)]
        return self.pseudonym(cell.id)

    def _new_name(self, parts: list[IdPlaces]) -> str:
        """The name of a file with the pseudonym of the id in it."""
        relative = parts[0].file.relative
        of_name = next((part.of_name for part in parts if part.of_name), None)
        folder, slash, name = relative.rpartition("/")
        if of_name is not None:
            if of_name in folder and of_name not in name:
                folder = self._with_pseudonym(folder, of_name)
            else:
                name = self._with_pseudonym(name, of_name)
        return self._with_words(folder) + slash + self._with_words(name)

    def _with_pseudonym(self, text: str, raw: str) -> str:
        """A name with the pseudonym where the id stands by itself."""
        return word_alone(raw).sub(self.pseudonym(raw), text, count=1)

    def _with_words(self, text: str) -> str:
        """A text with a pseudonym for each word that is an id wherever it stands."""
        for word, new in sorted(self.words.items(), key=lambda pair: (-len(pair[0]), pair[0])):
            if word in text:
                text = word_alone(word).sub(new, text)
        return text

    def _study_text(self, names: Mapping[str, str]) -> str:
        text = self.study.text
        for old, new in names.items():
            text = text.replace(f'"{old}"', f'"{new}"').replace(f"'{old}'", f"'{new}'")
        return self._with_words(text)

    def _companions(self) -> list[str]:
        """Files beside the exports, and the study's own plugins."""
        companions = (
            name
            for specs in self.study.sources.values()
            for spec in specs
            for name in spec.companion_files.values()
        )
        own = (path.relative_to(self.study.folder).as_posix() for path in plugin_files(self.study))
        return sorted({*companions, *own})

    def _copy_lock(self, folder: Path) -> None:
        lock = self.study.path.with_suffix(".lock")
        if not lock.is_file():
            return
        text = lock.read_text(encoding="utf-8")
        if self._with_words(text) != text:
            self.left.append(
                f"{lock.name} names ids and is not copied: a run of the copy is exploratory"
            )
            return
        self._write(folder / lock.name, lock.read_bytes())

    def _tell_words(self, place: str, text: str) -> None:
        for word in BETWEEN_WORDS.split(text):
            found = word if word in self.words else word.rstrip(".")
            if found in self.words:
                self.in_texts.setdefault(place.partition(",")[0], []).append(place)
                return

    def _tell_text(self, name: str, content: bytes) -> None:
        text = content.decode("utf-8", "replace")
        if self._with_words(text) != text:
            self.left.append(f"{name} holds ids and is copied as it is")

    def sentences(self) -> Iterator[str]:
        """What a person has to look at before the copy is sent."""
        for file, places in self.in_texts.items():
            shown = "; ".join(place.partition(", ")[2] for place in places[:PLACES_NAMED])
            more = f" and {len(places) - PLACES_NAMED} more" if len(places) > PLACES_NAMED else ""
            yield f"{file}: ids inside longer texts are left as they are ({shown}{more})"
        yield from self.left
        answers = [path.name for path in sorted(self.study.folder.glob("queries-answered*"))]
        if answers:
            yield f"{', '.join(answers)}: answers of the site are not copied"

    def prove(self, folder: Path) -> None:
        """Read the copy as the study is read. Raises StudyError where its ids are others."""
        copy = load_study(folder / self.study.path.name)
        found = _raw_ids(tuple(_all_places(copy, self.registry)))
        expected = {self.pseudonym(one) for one in self.ids}
        if found != expected:
            wrong = sorted(found ^ expected)
            raise StudyError(
                Problem(
                    "the ids in the copy are not the pseudonyms, and it was not written",
                    self.study.path.name,
                    found=", ".join(wrong[:PLACES_NAMED])
                    + (f" and {len(wrong) - PLACES_NAMED} more" if len(wrong) > 3 else ""),
                    expected=f"{len(expected)} pseudonyms and no other id",
                    code="pseudonymise",
                )
            )


def _all_places(study: Study, registry: Registry) -> Iterator[IdPlaces]:
    """The places of ids in all files. Raises StudyError with the problems of all."""
    problems: list[Problem] = []
    files, _ = files_and_sheets(study, registry)
    for file in files:
        try:
            places = id_places(study, registry, file)
        except StudyError as error:
            problems += error.problems
            continue
        if places.reader.rewrite is None:
            problems.append(
                Problem(
                    f"files read as {places.reader.label} cannot be written with other ids",
                    file.relative,
                    path=file.setting,
                    expected="the export as delimited text, .xlsx, Parquet, Arrow, JSON, or a file of "
                    "SPSS, Stata or SAS transport (.sav, .dta, .xpt)",
                    code="pseudonymise",
                )
            )
        problems += _unknown_places(places)
        yield places
    if problems:
        raise StudyError(problems)


def _unknown_places(places: IdPlaces) -> Iterator[Problem]:
    """Ids that stand where they cannot be replaced: in tables side by side, and in stored names."""
    file, spec = places.file, places.file.spec
    if spec.blocks is not None:
        yield Problem(
            "ids in blocks beside each other are not replaced",
            file.relative,
            path=f"{file.setting}.blocks",
            found=spec.blocks,
            expected="an export with a column for the subject",
            code="pseudonymise",
        )
    if places.unplaced_headers:
        yield Problem(
            "ids in headers that stand in no single cell are not replaced",
            file.relative,
            path=f"{file.setting}.headers",
            found=", ".join(places.unplaced_headers[:PLACES_NAMED]),
            expected="the export as delimited text or .xlsx, with the whole id in a cell of its header",
            code="pseudonymise",
        )


def _raw_ids(places: Iterable[IdPlaces]) -> frozenset[str]:
    ids = set[str]()
    for place in places:
        ids |= {cell.id for cell in place.cells.values()}
        ids |= {*filter(None, (place.of_name, place.of_sheet, place.constant))}
    return frozenset(ids)


def _is_distinctive(word: str) -> bool:
    """Whether a word that is an id can hardly be anything else.

    That is one of letters and digits, of numbers with signs between, or a long number.
    """
    letters, digits = re.search(r"[^\W\d_]", word), re.findall(r"\d+", word)
    return bool(digits) and (
        bool(letters) or len(digits) > 1 or len("".join(digits)) >= SHORTEST_NUMBER
    )


def _other_words(study: Study, registry: Registry) -> Iterator[str]:
    """What visits, arms and measures are called: an id that is called so is no word alone."""
    for name in study.sources:
        owner = registry.owner(name)
        for parameter in owner.parameters if owner is not None else ():
            yield parameter.code.casefold()
    named: tuple[Mapping[str, Any], ...] = (study.visits, study.arms, study.sessions)
    for items in named:
        for name, item in items.items():
            yield name.casefold()
            for word in (getattr(item, "label", None), *getattr(item, "aliases", ())):
                if word:
                    yield str(word).casefold()


def _ids_in_sources(study: Study) -> Iterator[tuple[str, str]]:
    """The keys of the study file that may name ids, with each word."""
    written = tomli.loads(study.text).get("sources", {})
    for name, entries in written.items():
        for number, entry in enumerate(entries, 1):
            place = f"sources.{name}[{number}]"
            for theirs, ours in dict(entry.get("values", {}).get(SUBJECT, {})).items():
                yield f"{place}.values.subject", str(theirs)
                yield f"{place}.values.subject", str(ours)
            if SUBJECT in entry.get("constants", {}):
                yield f"{place}.constants.subject", str(entry["constants"][SUBJECT])
            theirs = entry.get("columns", {}).get(SUBJECT, SUBJECT)
            for key in ("where", "invalid"):
                for column, words in dict(entry.get(key, {})).items():
                    if column == theirs or column.casefold() == SUBJECT:
                        for word in words if isinstance(words, list) else [words]:
                            yield f"{place}.{key}", str(word)
