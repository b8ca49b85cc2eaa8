"""A scored form as its parts are told: results by name and label, bands, responders, questions."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from dermoutcomes.declare.forms.scale_form import BandTable, NamedResponder
    from dermoutcomes.scoring.form_score import FormFinding, FormScore, Scored

__all__ = ["JudgedResponder", "ResultLine", "ScoreSheet", "score_sheet"]


@frozen(eq=False)
class ResultLine:
    """One result: the name that programs know it by, its label, and the table it is told under.

    `baseline`, `change` and `percent` are None where the form has no other from before treatment.
    A `grade` has no zero that a share could be taken of.
    """

    code: str
    name: str
    label: str
    group: str | None
    value: Fraction | None
    baseline: Fraction | None = None
    change: Fraction | None = None
    percent: Fraction | None = None
    is_grade: bool = False


@frozen(eq=False)
class JudgedResponder:
    """A named responder with its answer, or why it has none."""

    responder: NamedResponder
    answer: bool | None
    reason: str | None


@frozen(eq=False)
class ScoreSheet:
    """All that a scored form has to say, in the order in which it is told.

    `entries` is the key of a diary's list and how many of them count; `findings` are those of each
    occasion, which has no name where there is one form. `chosen` is the responder that is meant
    where none is named.
    """

    results: tuple[ResultLine, ...]
    main: ResultLine | None
    compared: bool
    variant: str | None
    entries: tuple[str, int] | None
    bands: tuple[tuple[BandTable, str | None], ...]
    usual_band: tuple[BandTable, str | None] | None
    responders: tuple[JudgedResponder, ...]
    chosen: JudgedResponder | None
    missing: tuple[str, ...]
    findings: tuple[tuple[str, FormFinding], ...]


def score_sheet(scored: Scored) -> ScoreSheet:
    """What a form of a scale as data has to say."""
    form, post = scored.scale.form, scored.post
    assert form is not None
    results = tuple(_result_lines(scored))
    bands = tuple((table, post.bands[table.name]) for table in form.band_tables)
    responders = tuple(
        JudgedResponder(one, scored.responders[one.name], scored.unjudged.get(one.name))
        for one in form.responders
    )
    return ScoreSheet(
        results=results,
        main=next((line for line in results if line.code == form.main), None),
        compared=scored.baseline is not None,
        variant=_variant(scored),
        entries=(form.rows.key, post.n_entries)
        if form.rows is not None and post.n_entries is not None
        else None,
        bands=bands,
        usual_band=next(
            (pair for pair in bands if pair[0].default and pair[0].of == form.main), None
        ),
        responders=responders,
        chosen=next((one for one in responders if one.responder.name == scored.chosen), None),
        missing=post.missing,
        findings=tuple(_findings(scored)),
    )


def _result_lines(scored: Scored) -> Iterator[ResultLine]:
    scale, form, baseline = scored.scale, scored.scale.form, scored.baseline
    assert form is not None
    for code in scored.post.scores if baseline is None else scored.changes:
        parameter = scale.parameter(code)
        change, percent = scored.changes.get(code, (None, None))
        yield ResultLine(
            code,
            form.names.get(code, code),
            code if parameter is None else parameter.label,
            form.groups.get(code),
            _number(scored.post, code),
            None if baseline is None else _number(baseline, code),
            change,
            percent,
            parameter is not None and parameter.scale_type in ("ordinal", "nominal"),
        )


def _number(part: FormScore, code: str) -> Fraction | None:
    value = part.scores.get(code, part.values.get(code))
    return value if isinstance(value, Fraction) else None


def _variant(scored: Scored) -> str | None:
    """The variant that the form was scored by."""
    form, number = scored.scale.form, scored.post.values.get("variant")
    names = [*form.variants] if form is not None else []
    return names[int(number) - 1] if names and isinstance(number, Fraction) else None


def _findings(scored: Scored) -> Iterator[tuple[str, FormFinding]]:
    occasions = {"": scored.post}
    if scored.baseline is not None:
        occasions = {"baseline": scored.baseline, "post": scored.post}
    for occasion, part in occasions.items():
        yield from ((occasion, finding) for finding in part.findings)
