"""What a scored form has to say, as plain data and as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from dermoutcomes.scoring.form_score import number_text

if TYPE_CHECKING:
    from dermoutcomes.scoring.form_score import FormScore, Scored

__all__ = ["as_data", "as_lines", "plain"]


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
    scale, form, post = scored.scale, scored.scale.form, scored.post
    data: dict[str, Any] = {"scale": scale.name, "version": scale.version or None}
    if scored.told is not None:
        return {**data, **scored.told, "error": scored.told.get("error")}
    assert form is not None
    if scored.baseline is None:
        for code, value in post.scores.items():
            _place(data, form.groups, code)[form.names.get(code, code)] = plain(value)
    else:
        data |= {
            form.names.get(code, code): {
                "baseline": plain(_fraction(scored.baseline.values.get(code))),
                "post": plain(_fraction(post.values.get(code))),
                "abs": plain(change),
                "pct": plain(percent),
            }
            for code, (change, percent) in scored.changes.items()
        }
        change, percent = scored.changes.get(form.main, (None, None))
        drop = None if change is None else -change
        data |= {"change": plain(change), "drop": plain(drop), "pct_change": plain(percent)}
    if form.variants:
        number = post.values.get("variant")
        data["variant"] = (
            [*form.variants][int(number) - 1] if isinstance(number, Fraction) else None
        )
    if post.n_entries is not None and form.rows is not None:
        data[f"n_{form.rows.key}"] = post.n_entries
    data |= post.bands
    default = next((t for t in form.band_tables if t.default and t.of == form.main), None)
    if default is not None:
        data["band"] = post.bands[default.name]
    data |= scored.responders
    if scored.chosen is not None:
        data["responder"] = scored.responders[scored.chosen]
    data |= {"n_missing": len(post.missing), "missing": [*post.missing]}
    if scored.unjudged:
        data["not_judged"] = scored.unjudged
    findings = [*_findings(scored)]
    data["error"] = next((row["check"] for row in findings if row["severity"] == "error"), None)
    data["findings"] = findings
    return data


def _place(data: dict[str, Any], groups: Mapping[str, str], code: str) -> dict[str, Any]:
    """The table under which a score is told."""
    group = groups.get(code)
    if group is None:
        return data
    inner: dict[str, Any] = data.setdefault(group, {})
    return inner


def _fraction(value: Fraction | str | None) -> Fraction | None:
    return value if isinstance(value, Fraction) else None


def _findings(scored: Scored) -> Iterator[dict[str, str]]:
    occasions: dict[str, FormScore] = {"": scored.post}
    if scored.baseline is not None:
        occasions = {"baseline": scored.baseline, "post": scored.post}
    for name, part in occasions.items():
        for finding in part.findings:
            row = {
                "check": finding.check,
                "severity": finding.severity,
                "measure": f"{scored.scale.name}.{finding.measure}",
                "message": finding.message,
            }
            yield {"occasion": name, **row} if name else row


def as_lines(title: str, scored: Scored) -> Iterator[str]:
    """A scored form as lines of text."""
    scale, form, post = scored.scale, scored.scale.form, scored.post
    version = f" ({scale.version})" if scale.version else ""
    yield f"{title}: {scale.label}{version}"
    if scored.told is not None:
        yield from (_line(name, _words(value)) for name, value in scored.told.items())
        return
    assert form is not None
    labels = {parameter.code: parameter.label for parameter in scale.parameters}
    if scored.baseline is None:
        for code, value in post.scores.items():
            yield _line(labels.get(code, code), _number_words(value))
    else:
        for code, (change, percent) in scored.changes.items():
            ends = [
                _number_words(_fraction(part.values.get(code))) for part in (scored.baseline, post)
            ]
            moved = "" if change is None else f", change {_number_words(change)}"
            parameter = scale.parameter(code)
            # Grades have no zero to take a share of.
            is_grade = parameter is not None and parameter.scale_type in ("ordinal", "nominal")
            share = "" if percent is None or is_grade else f" ({float(percent):.1f} %)"
            yield _line(labels.get(code, code), f"{ends[0]} to {ends[1]}{moved}{share}")
    for table in form.band_tables:
        band = post.bands[table.name]
        doubt = "" if table.verified else " [unverified bands]"
        yield _line(f"band ({table.label or table.name})", f"{band or 'none'}{doubt}")
    for responder in form.responders:
        answer = scored.responders[responder.name]
        words = {True: "yes", False: "no", None: "not judged"}[answer]
        reason = scored.unjudged.get(responder.name)
        doubt = "" if responder.verified else " [unverified]"
        yield _line(responder.label, f"{words}{f': {reason}' if reason else ''}{doubt}")
    yield _line("left blank", ", ".join(post.missing) or "nothing")
    for row in _findings(scored):
        yield _line(row["severity"], row["message"])


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
