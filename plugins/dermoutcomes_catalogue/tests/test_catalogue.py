"""Every entry of the catalogue: its battery, its worked cases, and forms of its lowest and highest answers."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import attrs
import polars as pl
import pytest
import tomli
from click.testing import CliRunner

import dermoutcomes_catalogue
from dermoutcomes import OutcomeSet, Scale
from dermoutcomes.cli import main
from dermoutcomes.conditions import exact
from dermoutcomes.derive.expressions import evaluate
from dermoutcomes.errors import Problem
from dermoutcomes.scoring.form_score import score_form
from dermoutcomes.scoring.form_values import form_values
from dermoutcomes.scoring.results import as_data
from dermoutcomes.scoring.worked_cases import differences, work_cases
from dermoutcomes.testing.batteries import contract_for
from dermoutcomes.testing.forms import given_codes, reachable, values_of
from dermoutcomes_catalogue import (
    register_instruments,
    register_outcome_sets,
    register_scales,
)

VECTORS = "DERMOUTCOMES_SCALE_VECTORS"
SCALES = {scale.name: scale for scale in register_scales()}
FEWEST_CASES = 4
# Results without a better side: a description of a person, the highest that a form could have, or
# a family whose members differ, so
# that the study states it.
NO_DIRECTION = {
    "carruthers": {"grade"},
    "face_q": {"raw_sum", "score"},
    "fitzpatrick_skin_type": {"skin_type"},
    "glogau": {"group"},
    "napsi": {"highest"},
    "rao_goldman": {"grade"},
    "sga_static": {"grade"},
    "sga_subject": {"grade"},
}
ENTRIES = [
    ("scales", *SCALES.items()),
    ("instruments", *((i.name, i) for i in register_instruments())),
    ("outcome_sets", *((one.name, one) for one in register_outcome_sets())),
]

globals().update(
    {
        battery.__name__: battery
        for kind, *entries in ENTRIES
        for _, declaration in entries
        if (battery := contract_for(kind, declaration))
    }
)


def few(forms: pl.DataFrame, most: int = 40) -> pl.DataFrame:
    """Some of many forms, from the first to the last."""
    return forms if forms.height <= most else forms.gather_every(forms.height // most + 1)


each_scale = pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES)


@each_scale
def test_worked_cases_hold(scale: Scale) -> None:
    results = work_cases(scale)

    assert len(results) >= FEWEST_CASES
    assert {case.id: case.differences for case in results if not case.holds} == {}


def test_check_of_a_file_works_the_cases_beside_its_folder(tmp_path: Path) -> None:
    folder = Path(dermoutcomes_catalogue.__file__).parent
    for part in ("scales", "cases"):
        (tmp_path / part).mkdir()
        text = (folder / part / "poem.toml").read_text(encoding="utf-8")
        (tmp_path / part / "poem.toml").write_text(text, encoding="utf-8")
    file = tmp_path / "scales" / "poem.toml"
    held = CliRunner().invoke(main, ["check", str(file)])

    cases = tmp_path / "cases" / "poem.toml"
    text = cases.read_text(encoding="utf-8")
    cases.write_text(text.replace("total = 28", "total = 27"), encoding="utf-8")
    not_held = CliRunner().invoke(main, ["check", str(file)])
    cases.write_text("cases = 3", encoding="utf-8")
    spoilt = CliRunner().invoke(main, ["check", str(file)])

    number = len(SCALES["poem"].form.cases)
    assert (held.exit_code, not_held.exit_code) == (0, 1)
    assert f"poem: {number} worked cases, {number} of them as expected" in held.output
    assert f"{number - 1} of them as expected" in not_held.output
    assert spoilt.exit_code != 0
    assert "cases/poem.toml" in spoilt.output + str(spoilt.exception)


@each_scale
def test_cases_have_names_of_their_own(scale: Scale) -> None:
    assert scale.form is not None
    assert [i for i, n in Counter(case.id for case in scale.form.cases).items() if n > 1] == []


@each_scale
def test_a_worked_case_fails_where_its_number_is_another(scale: Scale) -> None:
    assert scale.form is not None
    case, name = next(
        (case, name)
        for case in scale.form.cases
        for name, value in case.expected.items()
        if isinstance(value, (int, float)) and name not in {"n_missing", "pct_change"}
    )
    data = as_data(score_form(scale, case.items, case.params))
    wrong = not data[name] if isinstance(data[name], bool) else data[name] + 0.1

    assert [*differences(data, {name: wrong})] != []


@each_scale
def test_what_a_form_gives_is_what_a_study_gives(scale: Scale) -> None:
    """Fractions of one form and columns of a study, of the same formula, on many forms."""
    assert scale.form is not None
    parameters = {parameter.code: parameter for parameter in scale.parameters}
    for code in scale.form.formulas:
        parameter = parameters[code]
        if parameter.kind != "score" or parameter.when == "reduced":
            continue
        given = [one for one in given_codes(scale, code) if one != "variant"]
        frame = few(reachable(scale, code))
        columns = evaluate(frame, scale, [code])[code].to_list()
        assert any(value is not None for value in columns)
        for row, value in zip(frame.select(given).to_dicts(), columns, strict=True):
            score = score_form(scale, row).post.scores[code]
            assert (score is None) == (value is None), row
            assert score is None or abs(float(score) - value) < 1e-9, row


@each_scale
def test_a_study_needs_no_column_that_a_worked_form_leaves_out(scale: Scale) -> None:
    """A file has the columns of its form: scores that another column would add to are had."""
    assert scale.form is not None
    codes = [
        parameter.code
        for parameter in scale.parameters
        if parameter.code in scale.form.formulas
        and parameter.kind == "score"
        and parameter.when != "reduced"
    ]
    for case in scale.form.cases:
        if "baseline" in case.items:
            continue
        problems: list[Problem] = []
        given = form_values(scale, scale.form, case.items, "items", problems)
        if given.entries is not None or given.outside:
            continue
        assert problems == []
        options = {option.name: option.default for option in scale.form.options}
        columns = {**options, **case.params, **given.values}
        frame = pl.DataFrame(
            {
                code: pl.Series(
                    [value if value is None or isinstance(value, str) else float(value)]
                )
                for code, value in columns.items()
            }
        )
        made = [code for code in codes if code not in given.values]
        study = evaluate(frame, scale, made)
        scores = score_form(scale, case.items, case.params).post.scores
        for code in made:
            score, of_study = scores[code], study[code][0]
            assert (of_study is None) == (score is None), (case.id, code)
            assert score is None or abs(float(score) - of_study) < 1e-9, (case.id, code)


@each_scale
def test_bands_have_no_hole(scale: Scale) -> None:
    assert scale.form is not None
    for table in scale.form.band_tables:
        assert table.source
        for lower, upper in pairwise(table.bands):
            assert lower.high == upper.low
            assert lower.open_high != upper.open_low


@each_scale
def test_it_names_its_sources_licence_and_version(scale: Scale) -> None:
    assert scale.form is not None
    assert scale.conditions
    assert scale.version
    assert scale.licence
    assert scale.references
    told = [*scale.form.band_tables, *scale.form.responders, *scale.form.important_changes]
    assert [entry.name for entry in told if not entry.source] == []


def test_the_totals_have_no_tail() -> None:
    """0.1 x 3 + 0.2 x 1 in binary is 0.30000000000000004 and more: a form of each total there is."""
    easi = SCALES["easi"]
    frame = reachable(easi, "total")
    frame = frame.with_columns(total=values_of(easi, "total", frame).round(9))
    frame = frame.drop_nulls("total").unique("total", keep="first", maintain_order=True)
    codes = [code for code in given_codes(easi, "total") if code != "variant"]
    known = [score_form(easi, row).post.scores["total"] for row in frame.select(codes).to_dicts()]

    assert None not in known
    assert len(known) > 100
    assert all((total * 20).denominator == 1 for total in known)
    assert all(exact(float(total)) == total for total in known)
    assert {min(known), max(known)} == {Fraction(0), Fraction(72)}


def test_every_vector_at_hand_holds(capsys: pytest.CaptureFixture[str]) -> None:
    """The worked scores of a file of vectors, which is read in its place."""
    if not os.environ.get(VECTORS):
        pytest.skip(f"${VECTORS} does not name a file of worked scores")
    vectors = json.loads(Path(os.environ[VECTORS]).read_text(encoding="utf-8"))["vectors"]
    names = {
        alias.casefold(): scale
        for scale in SCALES.values()
        for alias in (scale.name, *(scale.form.further_names if scale.form is not None else ()))
    }
    faults, held, without = {}, 0, Counter[str]()
    for vector in vectors:
        scale = names.get(vector["scale"].casefold())
        if scale is None:
            without[vector["scale"]] += 1
            continue
        data = as_data(score_form(scale, vector["items"], vector.get("params")))
        wrong = [*differences(data, vector["expected"])]
        faults |= {vector["id"]: wrong} if wrong else {}
        held += not wrong
    with capsys.disabled():
        print(f"\nvectors: {held} held, {len(faults)} not held, {without.total()} without a scale")

    assert faults == {}
    assert held >= 39


def test_an_unread_entry_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    reads = []
    original = Path.read_bytes
    monkeypatch.setattr(
        Path, "read_bytes", lambda path: (reads.append(path.name), original(path))[1]
    )
    scales = {scale.name: scale for scale in register_scales()}
    assert reads == []

    assert scales["pasi"].label
    assert scales["pasi"].parameters
    assert attrs.evolve(scales["pasi"], label="another").label == "another"
    assert reads == ["pasi.toml"]


@each_scale
def test_each_result_has_a_direction_or_is_known_to_have_none(scale: Scale) -> None:
    assert scale.rater_roles
    assert scale.missing_items
    # A scale that makes no score has its items as results; a count of entries has no better side.
    kinds = {parameter.kind for parameter in scale.parameters}
    results = [
        parameter
        for parameter in scale.parameters
        if parameter.kind == ("score" if "score" in kinds else "item")
    ]
    without = {parameter.code for parameter in results if parameter.improves is None}

    assert {code for code in without if code[:2] != "n_"} == NO_DIRECTION.get(scale.name, set())


@pytest.mark.parametrize("outcome_set", register_outcome_sets(), ids=lambda one: one.name)
def test_measures_of_a_core_outcome_set_are_entries(outcome_set: OutcomeSet) -> None:
    measures = [name for domain in outcome_set.domains for name in domain.measures]

    unknown = [
        name
        for name in measures
        if (scale := SCALES.get(name.partition(".")[0])) is None
        or scale.parameter(name.partition(".")[2]) is None
    ]
    assert unknown == []


def test_what_is_said_to_be_missing_has_a_reason_and_no_entry() -> None:
    file = Path(dermoutcomes_catalogue.__file__).with_name("missing.toml")
    missing = tomli.loads(file.read_text(encoding="utf-8"))
    entries = {name for _, *of_kind in ENTRIES for name, _ in of_kind}
    names = [name for reasons in missing.values() for name in reasons]
    spelt = {re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") for name in names}

    assert {*missing} == {"scales", "instruments"}
    assert all(len(reason) > 10 for reasons in missing.values() for reason in reasons.values())
    assert spelt & entries == set()
    # An entry that a reason points to is there.
    pointed = re.findall(r"\(([a-z0-9_, ]+)\)", file.read_text(encoding="utf-8"))
    assert {name for words in pointed for name in words.split(", ")} <= entries


def test_what_is_missing_is_explained_with_its_reason() -> None:
    listed = CliRunner().invoke(main, ["explain", "missing"])
    asked = CliRunner().invoke(main, ["explain", "skindex"])

    file = Path(dermoutcomes_catalogue.__file__).with_name("missing.toml")
    missing = tomli.loads(file.read_text(encoding="utf-8"))
    assert listed.exit_code == 0
    for reasons in missing.values():
        for name, reason in reasons.items():
            assert f"    {name}: {reason}" in listed.output
    assert asked.exit_code != 0
    assert "Skindex-16, Skindex-29 is missing, since licensed" in asked.output


def test_what_a_core_outcome_set_lacks_is_no_entry() -> None:
    """An instrument that has got an entry is to leave `without`."""
    lacking = {
        name: outcome_set.name
        for outcome_set in register_outcome_sets()
        for domain in outcome_set.domains
        for name in domain.without
        if re.sub(r"[^a-z0-9]+", "_", name.lower()) in SCALES
    }
    assert lacking == {}
