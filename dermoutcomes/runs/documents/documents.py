"""The documents that a study asks for, in its formats: made once, written in every format."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import define, evolve, frozen

from dermoutcomes.digests import file_digest
from dermoutcomes.errors import PluginError, blamed
from dermoutcomes.options.parsing import resolve_options
from dermoutcomes.report import (
    Document,
    Drawings,
    Evidence,
    Figure,
    Material,
    Page,
    Table,
)
from dermoutcomes.report.blocks import Link, parts_of
from dermoutcomes.report.documents.link_places import places_elsewhere, sections_of_results
from dermoutcomes.report.documents.numbering import BY_ICH, StudyNumbers
from dermoutcomes.report.documents.single_tables import (
    document_of_plan,
    documents_of_every_study,
)
from dermoutcomes.report.evidence.evidence import found_anew
from dermoutcomes.report.figures.drawing import drawn_anew
from dermoutcomes.runs.canonical_text import canonical
from dermoutcomes.runs.documents.run_to_report import run_to_report
from dermoutcomes.runs.run_folder import MANIFEST, final_place, writing_below

if TYPE_CHECKING:
    from dermoutcomes.declare import DocumentPlan, Format
    from dermoutcomes.report.documents.document import NamedBlock
    from dermoutcomes.runs.opening import OpenStudy

__all__ = ["FOLDER", "INDEX", "DocumentWriter", "asked_documents", "write_documents"]

FOLDER, INDEX = "report", "index.json"
# Where tables and figures stand below the folder of reports.
PLACES = {"table": "tables", "figure": "figures"}
OUTPUTS = {"path": pl.String, "sha256": pl.String}
# Tables that say nothing of what a result rests on.
NO_EVIDENCE = ("hypotheses", "claims", "findings", "ledger")


@frozen
class Output:
    """A line of the index: what it is, its number and population, its files, and its results."""

    id: str
    kind: str
    title: str
    number: str | None
    population: str
    formats: tuple[str, ...]
    paths: tuple[str, ...]
    results: tuple[str, ...]

    def row(self) -> dict[str, Any]:
        """As the index has it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "title": self.title,
            "number": self.number,
            "population": self.population,
            "formats": list(self.formats),
            "paths": list(self.paths),
            "results": list(self.results),
        }


def asked_documents(opened: OpenStudy) -> tuple[str, ...]:
    """The documents that the study lists, or those that every run gets."""
    declared = opened.registry.documents
    listed = opened.study.outputs.documents
    if listed is None:
        return tuple(name for name, plan in declared.items() if plan.always)
    return tuple(name for name in listed if name in declared)


def write_documents(
    opened: OpenStudy,
    staging: Path,
    names: Iterable[str],
    digests: Mapping[str, str],
    program: str,
) -> pl.DataFrame:
    """Write the named documents about the run in `staging`, and the index of what was written.

    `digests` are those of the manifest and of the tables that they rest on (`table:NAME`). What
    comes back has a row a file: `path` in the run folder and `sha256`. Raises PluginError for a
    document or format that fails, and for two outputs at one path.
    """
    run = run_to_report(opened, staging, digests[MANIFEST])
    manifest, material = run.manifest, Material.of_run(run)
    page = Page(
        Drawings(
            material.origin[0] if material.origin else "",
            material.style,
            opened.cache.drawing if opened.cache else drawn_anew,
        ),
        opened.study.id,
        manifest["record_sha256"],
        program,
        material.origin,
        str(run.study.study.data_cut or ""),
        Evidence(material, _kept_evidence(opened, digests)) if material.options.evidence else None,
    )
    writer = DocumentWriter(opened, staging / FOLDER, page, final_place(staging))
    writer.write([opened.registry.documents[name] for name in names], material)
    writer.write_index()
    rows = [(path.relative_to(staging).as_posix(), file_digest(path)) for path in writer.files]
    return pl.DataFrame(sorted(set(rows)), schema=OUTPUTS, orient="row")


def _kept_evidence(
    opened: OpenStudy, digests: Mapping[str, str]
) -> Callable[[str, Callable[[], bytes]], bytes]:
    """What has the evidence of earlier runs, by all that evidence rests on beside its results.

    Of the study that is all but title and claims, of the tables all but those of decisions and
    findings.
    """
    cache = opened.cache
    if cache is None:
        return found_anew
    tables = {
        name: sha256
        for name, sha256 in digests.items()
        if name.startswith("table:") and name.partition(":")[2] not in NO_EVIDENCE
    }
    study = evolve(opened.study, study=evolve(opened.study.study, title=""), claims={})
    rests_on = canonical([study, tables])
    return lambda results, find: cache.evidence(f"{rests_on}\n{results}", find)


@define(eq=False, slots=False)
class DocumentWriter:
    """Writes documents below `folder`, each item once, and keeps what it wrote."""

    opened: OpenStudy
    folder: Path
    page: Page
    place: Path

    def __attrs_post_init__(self) -> None:
        self.outputs: dict[str, Output] = {}
        self.owners: dict[Path, str] = {}
        # Name of a document = the places in it to which others link.
        self.linked_from: dict[str, set[Link]] = {}
        # Name of a document and id of a result = the section of it in which that stands.
        self.headings: dict[tuple[str, str], str] = {}

    @property
    def files(self) -> list[Path]:
        """Everything that was written."""
        return [*self.owners]

    @cached_property
    def formats(self) -> tuple[Format, ...]:
        """The formats of the study, and those that are always written."""
        declared = self.opened.registry.formats
        always = (name for name, written in declared.items() if written.always)
        names = dict.fromkeys((*self.opened.study.outputs.document_formats, *always))
        return tuple(declared[name] for name in names if name in declared)

    def write(self, plans: Iterable[DocumentPlan], material: Material) -> None:
        """Documents with their tables and figures; all are made first, since they link to others."""
        made = [(plan, self._made(plan, material)) for plan in plans]
        self._note_links({plan.name: one[0] for plan, one in made if not plan.many})
        own = self._numbered({plan.name: one[0] for plan, one in made if not plan.many}, material)
        for plan, documents in made:
            item = own.get(plan.name)
            self.write_made(plan, (item,) if item else documents, self._formats_of(plan))
            self._write_beside(plan, material)

    def _note_links(self, documents: Mapping[str, Document]) -> None:
        """What documents link to in others, and the headings over it."""
        sections = {name: sections_of_results(one.sections) for name, one in documents.items()}
        for document in documents.values():
            for name, place in places_elsewhere(document.sections):
                places = self.linked_from.setdefault(name, set())
                places.add(place)
                heading = sections.get(name, {}).get(place.target)
                if place.kind == "result" and heading is not None:
                    self.headings[name, place.target] = heading
                    places.add(Link("section", heading))

    def _numbered(
        self, documents: Mapping[str, Document], material: Material
    ) -> Mapping[str, Document]:
        """Documents by the name of their plan, under the numbers that the study asks for.

        Those of a clinical study report are counted through the documents that every run gets,
        asked for or not, so that no number rests on what else is written. Many of one kind have
        numbers of their own, if any: each would begin anew.
        """
        if self.opened.study.outputs.numbering != BY_ICH:
            return documents
        declared = self.opened.registry.documents
        names = [name for name, plan in declared.items() if plan.always and not plan.many]
        is_made = all(name in documents for name in names)
        every = (
            [documents[name] for name in names] if is_made else documents_of_every_study(material)
        )
        others = [document for name, document in documents.items() if name not in names]
        numbers = StudyNumbers.of(material, every, others)
        return {name: numbers.given(document) for name, document in documents.items()}

    def _made(self, plan: DocumentPlan, material: Material) -> tuple[Document, ...]:
        with blamed(f"the document {plan.name!r}"):
            if not plan.many:
                return (document_of_plan(material, plan),)
            return tuple(plan.make(material, self._options(plan)))

    def _write_beside(self, plan: DocumentPlan, material: Material) -> None:
        if plan.beside is None:
            return
        with blamed(f"the document {plan.name!r}"):
            texts = plan.beside(material, self._options(plan))
        for name, text in texts.items():
            self._text_beside(plan, name, text)

    def _text_beside(self, plan: DocumentPlan, name: str, text: str) -> None:
        if Path(name).name != name:
            raise PluginError(
                f"the document {plan.name!r} names a file beside it {name!r}; expected a name "
                "without a folder"
            )
        folder = self.folder / plan.name
        path = folder / name
        self._claim(path, f"a file beside the document {plan.name!r}")
        with writing_below(self.place):
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        self.outputs[f"file:{plan.name}/{name}"] = Output(
            f"{plan.name}/{name}",
            "file",
            f"{plan.label}: {name}",
            None,
            "",
            (path.suffix.lstrip("."),),
            (path.relative_to(self.folder.parent).as_posix(),),
            (),
        )

    def write_made(
        self, plan: DocumentPlan, documents: Iterable[Document], formats: tuple[Format, ...]
    ) -> None:
        """Documents that a plan made."""
        folder = self.folder / plan.name if plan.many else self.folder
        own_kinds = {written.of for written in formats}
        for document in documents:
            stem = document.name if plan.many else plan.name
            self._item(document, "document", stem, folder, formats, document.title)
            for name, block in document.named_blocks:
                if block.kind not in own_kinds:
                    self._block(name, block)

    def _formats_of(self, plan: DocumentPlan) -> tuple[Format, ...]:
        """The study's formats of documents, of those that the plan names; where none is, all of these.

        A plan of tables, a document each, may name formats of tables too.
        """
        if not plan.formats:
            return tuple(written for written in self.formats if written.of == "document")
        own = tuple(written for written in self.formats if written.name in plan.formats)
        declared = self.opened.registry.formats
        return own or tuple(declared[name] for name in plan.formats if name in declared)

    def _block(self, name: str, block: NamedBlock) -> None:
        formats = tuple(written for written in self.formats if written.of == block.kind)
        if name not in self.outputs and formats:
            folder = self.folder / PLACES[block.kind]
            self._item(block, block.kind, name, folder, formats, block.caption)

    def _item(
        self,
        item: Document | NamedBlock,
        kind: str,
        stem: str,
        folder: Path,
        formats: Iterable[Format],
        title: str,
    ) -> None:
        paths = []
        linked_from = frozenset(self.linked_from.get(stem, ()))
        page = evolve(self.page, linked_from=linked_from, headings=self.headings)
        for written in formats:
            content = _content(item, written)
            if content is None:
                continue
            path = folder / f"{stem}.{written.name}"
            self._claim(path, f"the {kind} {stem!r}")
            with blamed(f"the format {written.name!r}"), writing_below(self.place):
                folder.mkdir(parents=True, exist_ok=True)
                written.write(content, path, page, self._options(written))
            if not path.is_file():
                raise PluginError(
                    f"the format {written.name!r} did not write {path.name}, as it was asked to"
                )
            paths.append((written.name, path.relative_to(self.folder.parent).as_posix()))
        self.outputs[stem if kind != "document" else f"{kind}:{stem}"] = Output(
            stem,
            kind,
            title,
            getattr(item, "number", None),
            item.foot.population if isinstance(item, Table | Figure) else "",
            tuple(name for name, _ in paths),
            tuple(path for _, path in paths),
            tuple(_results(item)),
        )

    def _options(self, declared: DocumentPlan | Format) -> Any:
        given = self.opened.study.outputs.options_of(declared.name)
        return resolve_options(given, declared.options, f"outputs.options.{declared.name}")

    def _claim(self, path: Path, owner: str) -> None:
        if path in self.owners:
            raise PluginError(
                f"two outputs at {path.relative_to(self.folder.parent)}: {self.owners[path]} and "
                f"{owner}; one of the two needs another name"
            )
        self.owners[path] = owner

    def write_index(self) -> None:
        """The index of every output, in the order in which they were written."""
        path = self.folder / INDEX
        self._claim(path, "the index")
        rows = [output.row() for output in self.outputs.values()]
        with writing_below(self.place):
            self.folder.mkdir(parents=True, exist_ok=True)
            path.write_text(
                json.dumps({"outputs": rows}, indent=1, ensure_ascii=False) + "\n",
                encoding="utf-8",
                newline="\n",
            )


def _content(item: Document | NamedBlock, written: Format) -> Document | NamedBlock | None:
    """What a format writes of an item: of a document that is one table or figure, that.

    None where it has none of them.
    """
    if not isinstance(item, Document) or written.of == "document":
        return item
    blocks = [block for _, block in item.named_blocks if block.kind == written.of]
    return blocks[0] if len(blocks) == 1 else None


def _results(item: Document | NamedBlock) -> Iterator[str]:
    """The ids of the results that an item shows, each once, in the order in which it shows them."""
    if isinstance(item, Figure):
        yield from dict.fromkeys(item.results)
    elif isinstance(item, Document):
        blocks = [block for _, block in item.named_blocks]
        yield from dict.fromkeys(result for block in blocks for result in _results(block))
    else:
        yield from dict.fromkeys(part.result for part in parts_of(item) if part.result)
