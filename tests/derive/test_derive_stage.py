"""Derived values: wide view, recoding, expressions, curves."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes.declare import CurveMethod, Instrument, Parameter, Scale, option
from dermoutcomes.derive.curve_values import curve_values
from dermoutcomes.derive.derive_stage import derive
from dermoutcomes.derive.expressions import evaluate
from dermoutcomes.derive.wide_view import COMPUTED, wide
from dermoutcomes.errors import PluginError, StudyError
from dermoutcomes.registry.registry import Registry
from dermoutcomes.study import Source, Study, StudyInfo
from dermoutcomes.tables import conform
from dermoutcomes.testing import random_examples

R0, R1 = pl.col("r0"), pl.col("r1")


def probe(**more: Any) -> Instrument:
    parameters = (
        Parameter("r2", "R2", expr=pl.col("r8") / R0),
        Parameter("r0", "R0", "mm"),
        Parameter("r1", "R1", "mm"),
        Parameter("r8", "R8", "mm", expr=R0 - R1),
        Parameter("angle", "Angle", expr=R0 * 2, when="reduced"),
        Parameter("probe_mm", "Probe", "mm", kind="setting"),
        Parameter("serial", "Serial", kind="setting"),
    )
    return Instrument("probe", "Probe", parameters, **more)


def a_study(**more: Any) -> Study:
    return Study(study=StudyInfo(id="S", title="A study", design="single-arm"), **more)


def cell(source: int, row: int, column: int) -> int:
    return (source << 40) | (row << 14) | column


def reading(
    row: int, measurement: int | None = None, owner: str = "probe", column: int = 1, **codes: Any
) -> list[dict[str, Any]]:
    """One row of an export: an observation a code."""
    rows = []
    for place, (code, value) in enumerate(codes.items(), column):
        kind = "setting" if code in ("probe_mm", "serial") else "value"
        number = (
            {"text": value, "value": None}
            if isinstance(value, str)
            else {"value": value, "text": None}
        )
        rows.append(
            {
                "id": cell(1, row, place),
                "measurement": measurement or cell(1, row, column),
                "subject": "01",
                "visit": "W0",
                "measure": f"{owner}.{code}",
                "kind": kind,
                "source": 1,
                "row": row,
                "column": place,
                **number,
            }
        )
    return rows


def table(*rows: list[dict[str, Any]]) -> pl.DataFrame:
    flat = [row for part in rows for row in part]
    return conform(pl.DataFrame(flat, infer_schema_length=None), "observations", "S")


def values(observations: pl.DataFrame, measure: str) -> list[float | None]:
    return observations.filter(pl.col("measure") == measure).sort("id")["value"].to_list()


def test_wide_has_a_row_a_measurement_and_a_column_a_code() -> None:
    frame = wide(
        table(reading(2, r0=0.3, r1=0.1, serial="A7"), reading(3, r0=0.4)), "probe", ids=True
    )

    assert frame["r0"].to_list() == [0.3, 0.4]
    assert frame["r1"].to_list() == [0.1, None]
    assert frame["serial__text"].to_list() == ["A7", None]
    assert frame["r1__id"].to_list() == [cell(1, 2, 2), None]
    assert frame["row"].to_list() == [2, 3]


def test_wide_takes_the_first_of_two_values_of_a_measurement() -> None:
    rows = table(reading(2, r0=0.3), reading(3, measurement=cell(1, 2, 1), r0=0.9))

    assert wide(rows, "probe")["r0"].to_list() == [0.3]


def test_wide_of_nothing_is_empty() -> None:
    assert wide(table(reading(2, r0=0.3)), "other").height == 0


def test_derived_values_follow_their_needs_and_name_their_parents() -> None:
    observations, findings = derive(
        a_study(), Registry.of(probe()), table(reading(2, r0=0.4, r1=0.1))
    )
    r8 = observations.row(by_predicate=pl.col("measure") == "probe.r8", named=True)
    r2 = observations.row(by_predicate=pl.col("measure") == "probe.r2", named=True)

    assert (r8["value"], r8["unit"], r8["kind"], r8["column"]) == (
        pytest.approx(0.3),
        "mm",
        "score",
        None,
    )
    assert r8["parents"] == [cell(1, 2, 1), cell(1, 2, 2)]
    assert r8["id"] == cell(1, 2, 8192 + 3)
    assert r2["value"] == pytest.approx(0.75)
    assert r2["parents"] == sorted([cell(1, 2, 1), r8["id"]])
    assert values(observations, "probe.angle") == []
    assert findings.is_empty()


def test_what_was_read_is_never_replaced() -> None:
    observations, _ = derive(
        a_study(),
        Registry.of(probe()),
        table(reading(2, r0=0.4, r1=0.1, r8=0.25), reading(3, r0=0.4, r1=0.1)),
    )

    assert values(observations, "probe.r8") == [0.25, pytest.approx(0.3)]
    assert values(observations, "probe.r2") == [pytest.approx(0.625), pytest.approx(0.75)]


def test_a_division_by_zero_is_a_finding_and_no_value() -> None:
    observations, findings = derive(
        a_study(), Registry.of(probe()), table(reading(2, r0=0.0, r1=0.1))
    )

    assert values(observations, "probe.r2") == []
    assert findings.select("check", "measure", "row").rows() == [("not_computable", "probe.r2", 2)]


def test_measurements_side_by_side_in_a_row_have_ids_of_their_own() -> None:
    rows = table(
        reading(2, r0=0.4, r1=0.1), reading(2, column=3, measurement=cell(1, 2, 3), r0=0.2, r1=0.1)
    )
    observations, _ = derive(a_study(), Registry.of(probe()), rows)

    assert observations["id"].is_unique().all()
    assert values(observations, "probe.r8") == [pytest.approx(0.3), pytest.approx(0.1)]


def test_parameters_that_need_each_other_are_an_error_that_names_both() -> None:
    ring = Instrument(
        "ring",
        "Ring",
        (Parameter("a", "A", expr=pl.col("b")), Parameter("b", "B", expr=pl.col("a"))),
    )
    with pytest.raises(PluginError, match=r"'ring.a', 'ring.b'"):
        derive(a_study(), Registry.of(ring), table(reading(2, owner="ring", a=1.0)))


def test_a_blank_item_is_null_for_the_score_even_where_nobody_answered_it() -> None:
    items = [Parameter(f"i{n}", f"Item {n}", kind="item") for n in (1, 2, 3)]
    present = pl.sum_horizontal(pl.col(f"i{n}").is_not_null() for n in (1, 2, 3))
    total = pl.when(present >= 2).then(pl.sum_horizontal("i1", "i2", "i3"))
    scale = Scale("form", "Form", (*items, Parameter("total", "Total", kind="score", expr=total)))
    observations, _ = derive(
        a_study(),
        Registry.of(scale),
        table(reading(2, owner="form", i1=2.0, i2=1.0), reading(3, owner="form", i1=2.0)),
    )

    assert values(observations, "form.total") == [3.0]


@frozen
class Coding:
    """How ratings are coded."""

    coding: str = option("auto", "The coding.", choices=("auto", "plus"))


def recode(frame: pl.DataFrame, options: Coding) -> pl.DataFrame:
    if options.coding == "auto":
        raise ValueError("the ratings fit two codings; say which in options.coding")
    return frame.with_columns(rating=3 - pl.col("rating"))


RATING = Scale(
    "global",
    "Global",
    (Parameter("rating", "Rating", kind="item"),),
    prepare=recode,
    options=Coding,
)


def test_a_declaration_recodes_its_values_and_keeps_their_cells() -> None:
    study = a_study(
        sources={"global": (Source(file="g.csv", options={"coding": "plus", "sheet_words": 1}),)}
    )
    rows = table(
        reading(2, owner="global", rating=2.0),
        reading(3, measurement=cell(1, 2, 1), owner="global", rating=1.0),
    )
    observations, _ = derive(study, Registry.of(RATING), rows)

    assert values(observations, "global.rating") == [1.0, 2.0]
    assert observations["id"].to_list() == rows["id"].to_list()


def test_a_refused_coding_names_the_source() -> None:
    study = a_study(sources={"global": (Source(file="g.csv"),)})
    with pytest.raises(StudyError, match="fit two codings") as caught:
        derive(study, Registry.of(RATING), table(reading(2, owner="global", rating=2.0)))
    assert caught.value.problems[0].file == "g.csv"
    assert caught.value.problems[0].path == "sources.global[1]"


def test_a_declared_code_that_a_recoding_adds_is_kept_and_leads_back() -> None:
    recorded = Parameter("recorded", "As recorded", "AU", kind="item")

    def kept(frame: pl.DataFrame, options: Any) -> pl.DataFrame:
        return frame.with_columns(
            recorded=pl.col("rating"),
            undeclared=1.0,
            rating=pl.when(pl.col("rating") < 5).then(4 - pl.col("rating")),
        )

    scale = Scale("global", "Global", (*RATING.parameters, recorded), prepare=kept)
    rows = table(
        reading(2, owner="global", rating=1.0),
        reading(3, owner="global", rating=9.0),
        reading(4, owner="global", rating=None),
    )
    observations, _ = derive(a_study(), Registry.of(scale), rows)
    added = observations.filter(measure="global.recorded")

    assert values(observations, "global.rating") == [3.0, None, None]
    assert added["value"].to_list() == [1.0, 9.0]
    assert added["parents"].to_list() == [[cell(1, 2, 1)], [cell(1, 3, 1)]]
    assert added["kind"].unique().to_list() == ["item"]
    assert added["unit"].unique().to_list() == ["AU"]
    assert observations["id"].is_unique().all()
    assert set(observations["measure"]) == {"global.rating", "global.recorded"}


def test_a_recoding_that_loses_rows_is_an_error_of_the_plugin() -> None:
    lossy = Scale(
        "global", "Global", RATING.parameters, prepare=lambda frame, options: frame.head(0)
    )
    with pytest.raises(PluginError, match="1 rows and gave 0"):
        derive(a_study(), Registry.of(lossy), table(reading(2, owner="global", rating=2.0)))


def from_samples(curves: pl.DataFrame, options: Any) -> pl.DataFrame:
    top = pl.col("samples").list.max().cast(pl.Float64)
    return curves.select(
        "id",
        r0=top,
        r1=pl.when(top < 9).then(1.0).otherwise(float("nan")),
        check_clipped=top >= 9,
        message_clipped=pl.format("the curve touches {}", top),
    )


def some_curves(count: int, *, beside: bool = False) -> pl.DataFrame:
    rows = [
        {
            "id": cell(2, 1 if beside else n + 1, n if beside else 1),
            "measurement": cell(2, n + 1, 1),
            "instrument": "probe",
            "subject": "01",
            "visit": "W0",
            "source": 2,
            "row": 1 if beside else n + 1,
            "samples": [0.0, float(n + 2)],
        }
        for n in range(count)
    ]
    return conform(pl.DataFrame(rows), "curves", "S")


def test_curves_become_values_findings_and_derived_values() -> None:
    device = probe(curves=CurveMethod(from_samples, {"clipped": "error"}))
    observations, findings = derive(
        a_study(), Registry.of(device), table(reading(2, r0=0.3)), some_curves(8)
    )
    computed = observations.filter(pl.col("kind") == "computed")

    assert computed.filter(pl.col("measure") == "probe.r0")["value"].to_list() == [
        float(n + 2) for n in range(8)
    ]
    assert computed.filter(pl.col("measure") == "probe.r8")["value"].to_list() == [
        float(n + 1) for n in range(7)
    ]
    assert computed.filter(pl.col("measure") == "probe.r0")["parents"].to_list()[0] == [
        cell(2, 1, 1)
    ]
    assert findings.select("check", "severity", "row").rows() == [
        ("probe.clipped", "error", 8),
        ("not_computable", "warning", 8),
    ]
    assert findings["message"][0] == "the curve touches 9.0"
    assert wide(observations, "probe")["source"].to_list() == [1]
    assert wide(observations, "probe", COMPUTED).height == 8


def test_batches_change_nothing_and_curves_side_by_side_keep_apart(tmp_path: Any) -> None:
    device = Registry.of(probe(curves=CurveMethod(from_samples)))
    curves = some_curves(9, beside=True)
    curves.write_parquet(tmp_path / "curves.parquet")
    whole = pl.concat([values for values, _ in curve_values(device, curves, a_study())])
    cut = pl.concat(
        [
            values
            for values, _ in curve_values(
                device, pl.scan_parquet(tmp_path / "curves.parquet"), a_study(), batch=2
            )
        ]
    )

    assert cut.sort("id").equals(whole.sort("id"))
    assert whole["id"].is_unique().all()


def test_a_method_that_returns_what_it_did_not_declare_is_named() -> None:
    device = probe(curves=CurveMethod(lambda curves, options: curves.select("id", wrong=1.0)))
    with pytest.raises(PluginError, match=r"probe: .*'wrong'"):
        derive(a_study(), Registry.of(device), table(reading(2, r0=0.3)), some_curves(2))


@settings(deadline=None, max_examples=random_examples(30))
@given(
    st.lists(st.tuples(st.floats(0.01, 5), st.floats(0, 5)), min_size=1, max_size=6), st.randoms()
)
def test_the_order_of_rows_never_matters(pairs: list[tuple[float, float]], random: Any) -> None:
    rows = table(*(reading(n + 2, r0=r0, r1=r1) for n, (r0, r1) in enumerate(pairs)))
    shuffled = rows.sample(fraction=1, shuffle=True, seed=random.randrange(1000))
    straight, mixed = (
        derive(a_study(), Registry.of(probe()), frame)[0] for frame in (rows, shuffled)
    )

    assert mixed.equals(straight)
    assert values(straight, "probe.r8") == [r0 - r1 for r0, r1 in pairs]


def test_evaluate_works_on_any_frame_with_code_columns() -> None:
    frame = pl.DataFrame(
        {"subject": ["01", "02"], "r0": [0.4, 0.0], "r1": [0.1, 0.2], "r2": [9.0, 9.0]}
    )

    assert evaluate(frame, probe(), ["r2"]).to_dict(as_series=False) == {
        "subject": ["01", "02"],
        "r0": [0.4, 0.0],
        "r1": [0.1, 0.2],
        "r2": [pytest.approx(0.75), None],
    }
    assert evaluate(frame, probe(), ["angle"])["angle"].to_list() == [0.8, 0.0]
    assert evaluate(frame.drop("r1"), probe(), ["r8"])["r8"].to_list() == [None, None]
