"""A scored form written as plain data and as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from dermoutcomes.scoring.form_score import number_text
from dermoutcomes.scoring.score_sheet import score_sheet

if TYPE_CHECKING:
    from dermoutcomes.scoring.form_score import Scored
    from dermoutcomes.scoring.score_sheet import JudgedResponder, ResultLine, ScoreSheet

__all__ = ["as_data", "as_lines", "plain"]

ANSWERS = {True: "yes", False: "no", None: "not judged"}


def plain(number: Fraction | None) -> int | float | None:
    """A fraction as a whole number, or as the float nearest to it."""
    if number is None:
        return None
    return number.numerator if number.denominator == 1 else float(number)


def as_data(scored: Scored) -> dict[str, Any]:
    """Scores, bands and responders by name, then what lacks and what is asked.

    With a form from before treatment each score is a table of `baseline`, `post`, `abs` and `pct`;
    `change`, `drop` (its opposite) and `pct_change` are of the main score.
    `band` is the band of the main score in its usual table, `responder` the usual one or the one
    that an option chose, `error` the first finding that is an error.
    """
    scale = scored.scale
    data: dict[str, Any] = {"scale": scale.name, "version": scale.version or None}
    if scored.told is not None:
        return {**data, **scored.told, "error": scored.told.get("error")}
    sheet = score_sheet(scored)
    data |= _change_data(sheet) if sheet.compared else _score_data(sheet)
    if scale.form is not None and scale.form.variants:
        data["variant"] = sheet.variant
    if sheet.entries is not None:
        key, number = sheet.entries
        data[f"n_{key}"] = number
    # Names of tables and responders are keys beside `band` and `responder`, which are the usual
    # ones.
    data |= {table.name: band for table, band in sheet.bands}
    if sheet.usual_band is not None:
        data["band"] = sheet.usual_band[1]
    data |= {one.responder.name: one.answer for one in sheet.responders}
    if sheet.chosen is not None:
        data["responder"] = sheet.chosen.answer
    data |= {"n_missing": len(sheet.missing), "missing": [*sheet.missing]}
    reasons = {one.responder.name: one.reason for one in sheet.responders if one.reason}
    if reasons:
        data["not_judged"] = reasons
    findings = [
        {
            **({"occasion": occasion} if occasion else {}),
            "check": finding.check,
            "severity": finding.severity,
            "measure": f"{scale.name}.{finding.measure}",
            "message": finding.message,
        }
        for occasion, finding in sheet.findings
    ]
    errors = (finding.check for _, finding in sheet.findings if finding.severity == "error")
    return {**data, "error": next(errors, None), "findings": findings}


def _score_data(sheet: ScoreSheet) -> dict[str, Any]:
    """Scores by name, those of a group in a table of it."""
    data: dict[str, Any] = {}
    for line in sheet.results:
        table = data if line.group is None else data.setdefault(line.group, {})
        table[line.name] = plain(line.value)
    return data


def _change_data(sheet: ScoreSheet) -> dict[str, Any]:
    """Scores before and after treatment by name, and the change of the main one."""
    main = sheet.main
    change, percent = (None, None) if main is None else (main.change, main.percent)
    return {
        **{
            line.name: {
                "baseline": plain(line.baseline),
                "post": plain(line.value),
                "abs": plain(line.change),
                "pct": plain(line.percent),
            }
            for line in sheet.results
        },
        "change": plain(change),
        "drop": None if change is None else plain(-change),
        "pct_change": plain(percent),
    }


def as_lines(title: str, scored: Scored) -> Iterator[str]:
    """A scored form as lines of text."""
    scale = scored.scale
    version = f" ({scale.version})" if scale.version else ""
    yield f"{title}: {scale.label}{version}"
    if scored.told is not None:
        yield from (_line(name, _words(value)) for name, value in scored.told.items())
        return
    sheet = score_sheet(scored)
    for line in sheet.results:
        words = _change_words(line) if sheet.compared else _number_words(line.value)
        yield _line(line.label, words)
    for table, band in sheet.bands:
        doubt = "" if table.verified else " [unverified bands]"
        yield _line(f"band ({table.label or table.name})", f"{band or 'none'}{doubt}")
    yield from (_line(one.responder.label, _answer_words(one)) for one in sheet.responders)
    yield _line("left blank", ", ".join(sheet.missing) or "nothing")
    yield from (_line(finding.severity, finding.message) for _, finding in sheet.findings)


def _change_words(line: ResultLine) -> str:
    moved = "" if line.change is None else f", change {_number_words(line.change)}"
    share = ""
    if line.percent is not None and not line.is_grade:
        share = f" ({float(line.percent):.1f}%)"
    return f"{_number_words(line.baseline)} to {_number_words(line.value)}{moved}{share}"


def _answer_words(one: JudgedResponder) -> str:
    reason = f": {one.reason}" if one.reason else ""
    doubt = "" if one.responder.verified else " [unverified]"
    return f"{ANSWERS[one.answer]}{reason}{doubt}"


def _line(word: str, fact: str) -> str:
    return f"  {word}: {fact}"


def _words(value: Any) -> str:
    """A value of a scale in Python, in words."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_words(part)}" for name, part in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_words, value)) or "nothing"
    return "none" if value is None else str(value)


def _number_words(value: Fraction | None) -> str:
    return "cannot be had" if value is None else number_text(value)
