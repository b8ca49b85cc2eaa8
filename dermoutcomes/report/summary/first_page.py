"""The first page: what the data are, the design, the primary result, verdicts, safety, the lock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dermoutcomes.report.blocks import Pairs, Paragraph, Part, Rich, Section, rich
from dermoutcomes.report.documents.front import events_fact, lock_fact, subjects_fact
from dermoutcomes.report.feet import bare_foot
from dermoutcomes.report.sections.claims import hypothesis_text, test_text
from dermoutcomes.report.sections.methods.methods import DESIGNS
from dermoutcomes.report.summary.threats import deciding_hypotheses, threats
from dermoutcomes.report.table import Row, Table, TableSpec, columns
from dermoutcomes.report.words.fixed_sentences import VERDICT_LEGEND

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Outline

__all__ = ["design_sentence", "first_page_section", "hypothesis_sentence"]

NO_CLAIM = "The study makes no claim; nothing here is a verdict."
NO_THREAT = "None that the data or the study file show."


def first_page_section(material: Material) -> Section:
    """The study in a few lines, then a row a claim."""
    pairs = tuple((term, text) for term, text in _lines(material) if text)
    verdicts = _verdicts(material) if material.study.claims else Paragraph(rich(NO_CLAIM))
    return Section("glance", "At a glance", (Pairs(pairs, look="definition glance"), verdicts))


def _lines(material: Material) -> Iterator[tuple[str, Rich]]:
    yield "Data", rich(_data(material))
    yield "Design and control", rich(design_sentence(material))
    yield "Subjects", rich(_sentence(subjects_fact(material)))
    deciding = deciding_hypotheses(material)
    for number, row in enumerate(deciding):
        head = "Primary result" if len(deciding) == 1 else f"Primary result {number + 1}"
        yield head, hypothesis_sentence(material, row)
    if counted := Counter(row["verdict"] for row in material.rows("claims")):
        ordered = [verdict for verdict in VERDICT_LEGEND if verdict in counted]
        words = ", ".join(f"{counted[verdict]} {verdict}" for verdict in ordered)
        yield "Verdicts", rich(f"{words}; each claim below.")
    yield "Deaths and adverse events", rich(_sentence(_safety(material)))
    yield "Fixed before the data", rich(_sentence(lock_fact(material)))
    largest = next(iter(threats(material)), None)
    yield (
        "Largest threat to validity",
        rich(Part(f"{largest.name}. "), largest.sentence) if largest else rich(NO_THREAT),
    )


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:].rstrip('.')}." if words else ""


def _data(material: Material) -> str:
    info = material.study.study
    parts = [
        material.origin[1] if material.origin else "Collected for this study.",
        "The codes of arms are dummy codes." if info.dummy_codes else "",
        f"Data cut: {info.data_cut.isoformat()}." if info.data_cut else "",
    ]
    return " ".join(filter(None, parts))


def design_sentence(material: Material) -> str:
    """Design, arms and control, and whether sides were allocated at random, in a sentence."""
    info = material.study.study
    words = DESIGNS.get(info.design, info.design)
    arms = [
        f"{material.arm_name(name)}{' (control)' if arm.reference else ''}"
        for name, arm in material.study.arms.items()
    ]
    randomised = {True: "; sides allocated at random", False: "; sides not allocated at random"}
    sides = randomised.get(info.sides_randomised, "")  # type: ignore[arg-type]
    control = (
        f": {', '.join(arms)}" if arms else "; no control group" if material.single_arm else ""
    )
    return _sentence(f"{words}{control}{sides}")


def hypothesis_sentence(material: Material, row: dict[str, Any]) -> Rich:
    """A hypothesis with estimate, interval, direction, how many it is of, and the P that decided."""
    size = f"; {row['n']} of {row['n_of']} subjects" if row["n"] is not None and row["n_of"] else ""
    tested = row["p_value"] is not None
    return rich(
        hypothesis_text(material, row["hypothesis"], row),
        size,
        *(("; ", test_text(material, row)) if tested else ()),
        ".",
    )


def _safety(material: Material) -> str:
    """Deaths, then how many had events of each kind."""
    deaths = _deaths(material)
    return f"{deaths}; adverse events: {events_fact(material)}" if deaths else events_fact(material)


def _deaths(material: Material) -> str:
    """Subjects who died by any list that tells; nothing where none does."""
    study = material.study
    died: set[str] = set()
    told = False
    for table, column in (("events", "fatal"), ("milestones", "death")):
        if table in study.sources:
            frame = material.frame(table)
            told = told or frame[column].null_count() < frame.height or not frame.height
            died.update(frame.filter(frame[column].fill_null(value=False))["subject"].drop_nulls())
    if not told:
        return "deaths: no list tells"
    return f"{len(died)} death{'' if len(died) == 1 else 's'}"


def _verdicts(material: Material) -> Table:
    order = {name: number for number, name in enumerate(material.study.claims)}
    rows = sorted(material.rows("claims"), key=lambda row: order.get(row["claim"], len(order)))
    return verdicts_spec(material).filled(tuple(_verdict(row) for row in rows))


def verdicts_spec(outline: Outline) -> TableSpec:
    """A claim with its verdict, how many it rests on, and the open errors that touch it."""
    heads = ("Claim", "Verdict", "Analysed", "Open errors")
    remark = "Analysed: subjects behind the verdict, of those of its population."
    return TableSpec("Claims and verdicts", columns(heads, "llrr"), bare_foot(outline, remark))


def _verdict(row: dict[str, Any]) -> Row:
    look, sign, _ = VERDICT_LEGEND.get(row["verdict"], ("void", "\u2013", ""))
    size = f"{row['n']} of {row['n_of']}" if row["n"] is not None and row["n_of"] else "\u2013"
    errors = "\u2013" if row["open_errors"] is None else str(row["open_errors"])
    verdict = Part(f"{sign} {row['verdict']}", look=f"verdict {look}")
    return Row((rich(row["text"]), rich(verdict), rich(size), rich(errors)))
