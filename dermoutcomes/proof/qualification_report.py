"""The dated report of a qualification: a page to sign, a table of differences, and JSON."""

from __future__ import annotations

import csv
import io
import json
from html import escape
from typing import TYPE_CHECKING, Any

import attrs
from attrs import field, frozen

from dermoutcomes.number_text import count_words
from dermoutcomes.proof.bill_of_materials import Materials
from dermoutcomes.proof.installed_files import Integrity
from dermoutcomes.proof.qualify import MethodResult, Qualification

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dermoutcomes.registry.registry import PluginInfo

__all__ = ["SETTLED", "Report", "verdict_words"]

STYLE = """
body { font: 11pt/1.4 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; font-size: 9pt; } th, td { border-bottom: 1px solid #ccc; padding: .25rem .5rem; text-align: left; vertical-align: top; }
td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; } thead { display: table-header-group; } tr { break-inside: avoid; }
.pass { color: #14532d; font-weight: 600; } .fail { color: #991b1b; font-weight: 600; } code { font-size: 8.5pt; overflow-wrap: anywhere; }
.sign td { height: 3rem; width: 33%; border: 1px solid #999; vertical-align: bottom; } @page { margin: 15mm; }
"""
PASSED, FAILED, UNANSWERED = "within tolerance", "differs", "fields not compared"
SETTLED = (
    'A case may leave a field out for a reason, as "left_out": {"field": "reason"} beside its '
    '"result"; a file of cases has the name of its method.'
)


@frozen
class Report:
    """What was found, where and when. `started` is a date and time in words, in UTC."""

    qualification: Qualification
    integrity: Integrity
    platform: Mapping[str, str]
    versions: Mapping[str, str]
    plugins: tuple[PluginInfo, ...]
    started: str
    materials: Materials = field(factory=Materials)

    @property
    def passed(self) -> bool:
        """Whether no number differs and no installed file was altered, of any package.

        Packages of another version than the bill of materials has are told: the numbers decide.
        """
        is_changed = self.integrity.altered or self.materials.is_changed
        return self.qualification.passed and not is_changed

    @property
    def verdict(self) -> str:
        """One sentence."""
        methods = self.qualification.methods
        cases, numbers = (
            sum(len(method.cases) for method in methods),
            sum(method.numbers for method in methods),
        )
        failed = [method.name for method in methods if method.differs]
        verdicts = [
            f"{len(failed)} differ ({', '.join(failed)})" if failed else "all within tolerance"
        ]
        fields = sum(len(method.unanswered) for method in methods)
        if fields:
            verdicts.append(f"{count_words(fields, 'field')} of the cases compared with nothing")
        if unread := self.qualification.unread:
            verdicts.append(f"{count_words(len(unread), 'case')} read by no method")
        return f"{len(methods)} methods, {cases} cases, {numbers} numbers: {'; '.join(verdicts)}"

    @property
    def not_compared(self) -> tuple[str, ...]:
        """What the cases hold and nothing was compared with, a sentence each."""
        sentences = [
            f"{method.name}: the field {path!r} is compared with nothing, in "
            f"{count_words(number, 'case')} ({_few(case.id for case in method.cases if path in case.unanswered)})"
            for method in self.qualification.methods
            for path, number in method.unanswered.items()
        ]
        sentences += [f"{case}: no method reads this case" for case in self.qualification.unread]
        return tuple(sentences)

    def as_json(self) -> str:
        """Everything but the single differences."""
        return (
            json.dumps(
                {
                    "passed": self.passed,
                    "verdict": self.verdict,
                    "started": self.started,
                    "platform": dict(self.platform),
                    "versions": dict(self.versions),
                    "installed_files": attrs.asdict(self.integrity),
                    "packages": [attrs.asdict(one) for one in self.materials.packages],
                    "plugins": [
                        {"name": one.name, "version": one.version, "sha256": one.sha256}
                        for one in self.plugins
                    ],
                    "methods": [_method(one) for one in self.qualification.methods],
                    "unread_cases": list(self.qualification.unread),
                    "files": dict(self.qualification.files),
                },
                indent=2,
                ensure_ascii=False,
            )
            + "\n"
        )

    def as_csv(self) -> str:
        """Every number that was compared, and every field compared with nothing, a row each."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(
            [
                "method",
                "case",
                "field",
                "ours",
                "reference",
                "absolute_difference",
                "relative_difference",
                "within",
            ]
        )
        for method in self.qualification.methods:
            for case in method.cases:
                writer.writerows(
                    [
                        method.name,
                        case.id,
                        difference.path,
                        difference.ours,
                        difference.reference,
                        difference.absolute,
                        difference.relative,
                        difference.within,
                    ]
                    for difference in case.differences
                )
                writer.writerows(
                    [method.name, case.id, path, "not compared", "", "", "", False]
                    for path in case.unanswered
                )
                if case.failure:
                    writer.writerow(
                        [method.name, case.id, "", f"failed: {case.failure}", "", "", "", False]
                    )
        return text.getvalue()

    def as_html(self) -> str:
        """The page to print and sign."""
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Qualification of dermoutcomes</title><style>{STYLE}</style></head><body>'
            + "".join(self._parts())
            + "</body></html>\n"
        )

    def _parts(self) -> Iterator[str]:
        mark = "pass" if self.passed else "fail"
        yield f"<h1>Qualification of dermoutcomes {escape(self.versions.get('dermoutcomes', ''))}</h1>"
        yield f'<p>{escape(self.started)}</p><p class="{mark}">{"PASSED" if self.passed else "NOT PASSED"}: {escape(self.verdict)}.</p>'
        yield (
            "<p>Each method was computed on this installation from stored inputs, and every number "
            "compared with the result of independent software. A difference is allowed up to the "
            "relative tolerance times the reference, and up to the absolute one where the "
            "reference is nearly zero.</p>"
        )
        yield "<h2>Installation</h2>" + f"<p>{escape(self.integrity.words)}.</p>"
        yield from (
            f"<p>Altered: <code>{escape(name)}</code></p>" for name in self.integrity.altered
        )
        yield f"<p>{escape(self.materials.words)}.</p>"
        yield from (f"<p>{escape(words)}.</p>" for words in self.materials.differences)
        yield _table(
            ("what", "version"),
            [[name, value] for name, value in {**self.platform, **self.versions}.items()],
        )
        yield "<h2>Operation</h2>" + _table(
            (
                "method",
                "proves",
                "cases",
                "numbers",
                "software",
                "tolerance",
                "largest relative",
                "largest near zero",
                "verdict",
            ),
            [_row(method) for method in self.qualification.methods],
        )
        yield from self._failures()
        if self.not_compared:
            yield "<h2>Compared with nothing</h2><p>" + escape(SETTLED) + "</p>"
            yield "<ul>" + "".join(f"<li>{escape(one)}</li>" for one in self.not_compared) + "</ul>"
        yield "<h2>Why no less is asked</h2>" + _table(
            ("method", "reason"), [[one.name, one.why] for one in self.qualification.methods]
        )
        yield "<h2>Plugins</h2>" + _table(
            ("plugin", "version", "SHA-256"),
            [[one.name, one.version, one.sha256] for one in self.plugins],
        )
        yield "<h2>Files of cases</h2>" + _table(
            ("file", "SHA-256"),
            [[name, digest] for name, digest in self.qualification.files.items()],
        )
        yield (
            '<h2>Signatures</h2><table class="sign"><tr><td>Performed by, date</td><td>Reviewed by, date</td><td>Approved by, date</td></tr></table>'
        )

    def _failures(self) -> Iterator[str]:
        rows = [
            [method.name, case.id, difference.path, difference.ours, difference.reference]
            for method in self.qualification.methods
            for case in method.cases
            for difference in case.beyond
        ]
        rows += [
            [method.name, case.id, case.failure, "", ""]
            for method in self.qualification.methods
            for case in method.cases
            if case.failure
        ]
        rows += [
            [method.name, case.id, "nothing was compared", "", ""]
            for method in self.qualification.methods
            for case in method.cases
            if not case.failure and not case.differences
        ]
        if rows:
            yield "<h2>Beyond tolerance</h2>" + _table(
                ("method", "case", "field", "ours", "reference"), rows
            )


def _method(method: MethodResult) -> dict[str, Any]:
    return {
        "method": method.name,
        "proves": list(method.analyses),
        "cases": len(method.cases),
        "numbers": method.numbers,
        "software": list(method.software),
        "relative": method.relative,
        "absolute": method.absolute,
        "largest_relative": method.largest_relative,
        "largest_absolute": method.largest_absolute,
        "passed": method.passed,
        "unanswered": dict(method.unanswered),
        "why": method.why,
    }


def _row(method: MethodResult) -> list[Any]:
    return [
        method.name,
        ", ".join(method.analyses),
        len(method.cases),
        method.numbers,
        ", ".join(method.software),
        f"{method.relative:g}; {method.absolute:g}"
        if method.relative or method.absolute
        else "stated by the case",
        f"{method.largest_relative:.1e}",
        f"{method.largest_absolute:.1e}",
        verdict_words(method),
    ]


def verdict_words(method: MethodResult) -> str:
    """The verdict on a method in words."""
    if method.differs:
        return FAILED
    return UNANSWERED if method.unanswered else PASSED


def _few(names: Iterable[str]) -> str:
    """The first three, and how many more."""
    first, more = (listed := list(names))[:3], len(listed) - 3
    return ", ".join(first) + (f" and {more} more" if more > 0 else "")


def _table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    top = "".join(f"<th>{escape(name)}</th>" for name in head)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{''.join('<tr>' + ''.join(map(_cell, row)) + '</tr>' for row in rows)}</tbody></table>"


def _cell(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f'<td class="n">{value}</td>'
    text = escape(str(value))
    if text in (PASSED, FAILED, UNANSWERED):
        return f'<td class="{"pass" if text == PASSED else "fail"}">{text}</td>'
    return f"<td><code>{text}</code></td>" if len(text) == 64 else f"<td>{text}</td>"
