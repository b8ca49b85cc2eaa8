"""The batteries of instruments and scales: codes, bounds, units, derived values, checks, curves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from string import Formatter
from typing import TYPE_CHECKING, Any

import polars as pl
import polars.selectors as cs
import pytest

from dermoutcomes.errors import StudyError
from dermoutcomes.tables import SCHEMAS, empty
from dermoutcomes.testing.contracts.declaration import NAME, DeclarationContract
from dermoutcomes.testing.grids import ABOUT, codes_in, grid, missing, row

if TYPE_CHECKING:
    from dermoutcomes.declare import Check, Instrument, Parameter, Scale

__all__ = ["InstrumentContract", "OwnerContract", "ScaleContract"]

# A code stands beside these columns, so it cannot have their names.
RESERVED = frozenset({*SCHEMAS["observations"].names, *ABOUT, "occurrence", "turn", "code"})


class OwnerContract(DeclarationContract):
    """What instruments and scales share.

    `plausible` is one measurement as it might be, code = value: no check may fire on it. Without it that test is skipped.
    """

    plausible: Mapping[str, float] | None = None

    def derived(self) -> Iterator[tuple[Parameter, pl.Expr]]:
        """The parameters with an expression, and it."""
        yield from (
            (parameter, parameter.expr)
            for parameter in self.declaration.parameters
            if parameter.expr is not None
        )

    def test_its_codes_are_names_and_unique(self) -> None:
        codes = [parameter.code for parameter in self.declaration.parameters]

        assert codes, "no parameters"
        assert [code for code in codes if not NAME.match(code)] == [], (
            "codes are in small letters, digits and underscores"
        )
        assert sorted(code for code in set(codes) if codes.count(code) > 1) == []
        assert sorted(set(codes) & RESERVED) == [], (
            "these are columns of every measurement; choose other codes"
        )

    def test_its_parameters_say_what_they_are(self) -> None:
        parameters = self.declaration.parameters

        assert [parameter.code for parameter in parameters if not parameter.label.strip()] == []
        assert [
            parameter.code for parameter in parameters if not parameter.definition.strip()
        ] == [], "parameters without a definition"

    def test_it_names_its_sources(self) -> None:
        assert self.declaration.references, f"{self.declaration.name} cites nothing"

    def test_its_bounds_are_in_order(self) -> None:
        for parameter in self.declaration.parameters:
            bounds = [
                value
                for value in (parameter.minimum, parameter.low, parameter.high, parameter.maximum)
                if value is not None
            ]
            assert bounds == sorted(bounds), f"{parameter.code}: minimum <= low <= high <= maximum"

    def test_its_values_lie_within_its_bounds(self) -> None:
        for parameter in self.declaration.parameters:
            allowed = [
                *(parameter.values or ()),
                *([] if parameter.neutral is None else [parameter.neutral]),
            ]
            assert all(
                parameter.minimum is None or value >= parameter.minimum for value in allowed
            ), parameter.code
            assert all(
                parameter.maximum is None or value <= parameter.maximum for value in allowed
            ), parameter.code
            assert parameter.values is None or set(parameter.labels) <= set(parameter.values), (
                f"{parameter.code}: a label without a value"
            )

    def test_its_units_are_known(self) -> None:
        from dermoutcomes.sources.cells.units import parse_unit

        for parameter in self.declaration.parameters:
            parse_unit(parameter.unit)

    def test_its_cross_references_exist(self) -> None:
        codes = {parameter.code for parameter in self.declaration.parameters}
        for parameter in self.declaration.parameters:
            assert set(parameter.not_independent_of) <= codes - {parameter.code}, parameter.code
        for check in self.declaration.checks:
            assert check.measure is None or check.measure in codes, check.name

    def test_its_derived_values_use_only_its_codes(self) -> None:
        codes = {parameter.code for parameter in self.declaration.parameters}
        for parameter, expr in self.derived():
            assert codes_in(expr), f"{parameter.code} is derived from nothing"
            assert codes_in(expr) <= codes, f"{parameter.code} uses what is not declared"

    def test_its_derived_values_need_each_other_in_some_order(self) -> None:
        from dermoutcomes.derive.expressions import in_order

        assert len(in_order(self.declaration)) == len(list(self.derived()))

    def test_its_derived_values_are_numbers_or_missing(self) -> None:
        for parameter, expr in self.derived():
            values = grid(self.declaration, codes_in(expr)).select(
                expr.cast(pl.Float64).alias("value")
            )["value"]
            assert values.is_finite().all(), (
                f"{parameter.code} gives NaN or infinity; guard the divisor with pl.when"
            )

    def test_nothing_in_gives_nothing_out(self) -> None:
        for parameter, expr in self.derived():
            [value] = missing(self.declaration).select(expr.cast(pl.Float64).alias("value"))[
                "value"
            ]
            assert value is None, (
                f"{parameter.code} is {value} where everything is missing: missing is never zero"
            )

    def test_its_checks_are_named_once_and_say_what_they_need(self) -> None:
        names = [check.name for check in self.declaration.checks]

        assert sorted(name for name in set(names) if names.count(name) > 1) == []
        for check in self.declaration.checks:
            assert NAME.match(check.name)
            assert check.label.strip(), check.name
            assert codes_in(check.problem) <= {
                need.removesuffix("__text") for need in check.needs
            }, f"{check.name}: needs lacks a code"

    def test_its_checks_are_true_or_false(self) -> None:
        for check in self.declaration.checks:
            result = grid(self.declaration, codes_in(check.problem)).select(
                check.problem.alias("problem")
            )["problem"]
            assert result.dtype == pl.Boolean, f"{check.name} is no condition"

    def test_its_checks_do_not_fire_on_what_is_missing(self) -> None:
        for check in self.declaration.checks:
            assert not _fires(check, missing(self.declaration)), (
                f"{check.name} takes a missing value for a wrong one"
            )

    def test_its_checks_do_not_fire_on_a_plausible_measurement(self) -> None:
        if self.plausible is None:
            pytest.skip("no plausible measurement is given")
        frame = row(self.declaration, self.plausible).with_columns(
            replicate=pl.lit(1, dtype=pl.Int32)
        )

        assert [check.name for check in self.declaration.checks if _fires(check, frame)] == []

    def test_a_plausible_measurement_lies_within_its_ranges(self) -> None:
        if self.plausible is None:
            pytest.skip("no plausible measurement is given")
        for code, value in self.plausible.items():
            parameter = self.declaration.parameter(code)
            assert parameter is not None, f"{code} is not declared"
            assert parameter.low is None or value >= parameter.low, code
            assert parameter.high is None or value <= parameter.high, code

    def test_its_messages_name_only_its_codes(self) -> None:
        known = {parameter.code for parameter in self.declaration.parameters} | set(ABOUT)
        for check in self.declaration.checks:
            named = {name for _, name, _, _ in Formatter().parse(check.message) if name}
            assert named <= known, f"{check.name}: {sorted(named - known)}"

    def test_it_prepares_missing_values_without_inventing_any(self) -> None:
        prepare = self.declaration.prepare
        if prepare is None:
            return
        before = missing(self.declaration, 3)
        after = prepare(before, self.parsed_options())

        assert after.height == before.height
        assert set(ABOUT) <= set(after.columns)
        assert after.select(cs.float()).null_count().row(0) == (3,) * after.select(cs.float()).width


def _fires(check: Check, frame: pl.DataFrame) -> bool:
    return bool(
        frame.select(check.problem.fill_null(value=False).any().alias("problem"))["problem"][0]
    )


class InstrumentContract(OwnerContract):
    """The battery of an instrument. Set `instrument`, and where you can `plausible` and `options`."""

    instrument: Instrument

    @property
    def declaration(self) -> Instrument:
        """The instrument."""
        return self.instrument

    def test_curves_that_hold_nothing_give_no_values(self) -> None:
        result = self.computed(
            pl.Series([[], [0.0] * 50, [float("nan")] * 50, None], dtype=pl.List(pl.Float32))
        )
        if result is None:
            return
        assert result.height == 4
        assert sorted(result["id"]) == [1, 2, 3, 4]
        assert result.select(cs.float().is_finite().all()).row(0) in (
            (True,) * len(result.select(cs.float()).columns),
            (),
        )

    def test_no_curves_give_no_rows(self) -> None:
        result = self.computed(pl.Series([], dtype=pl.List(pl.Float32)))
        assert result is None or result.height == 0

    def test_curves_give_only_its_codes_and_checks(self) -> None:
        result = self.computed(pl.Series([[0.0] * 50], dtype=pl.List(pl.Float32)))
        if result is None:
            return
        codes = {parameter.code for parameter in self.instrument.parameters}
        assert [
            name
            for name in result.columns
            if name != "id" and name not in codes and not name.startswith(("check_", "message_"))
        ] == []
        assert all(
            result.schema[name] == pl.Boolean
            for name in result.columns
            if name.startswith("check_")
        )

    def computed(self, samples: pl.Series) -> pl.DataFrame | None:
        """What the instrument's method makes of these curves; None where it has none, or asks for options that are not given."""
        if self.instrument.curves is None:
            return None
        height = len(samples)
        schema: Any = {
            name: kind for name, kind in empty("curves").schema.items() if name != "study"
        }
        frame = pl.DataFrame(
            {
                "id": pl.Series(range(1, height + 1), dtype=pl.Int64),
                "instrument": [self.instrument.name] * height,
                "samples": samples,
                "x_first": [0.0] * height,
                "x_step": [0.1] * height,
            },
            schema_overrides=schema,
        )
        frame = frame.with_columns(
            pl.lit(None, dtype=kind).alias(name)
            for name, kind in schema.items()
            if name not in frame.columns
        )
        try:
            return self.instrument.curves.compute(frame.select(list(schema)), self.parsed_options())
        except (StudyError, ValueError):  # options that are needed are asked for
            return None


class ScaleContract(OwnerContract):
    """The battery of a scale. Set `scale`, and where you can `plausible` and `options`."""

    scale: Scale

    @property
    def declaration(self) -> Scale:
        """The scale."""
        return self.scale

    def test_it_says_what_happens_to_missing_items(self) -> None:
        assert self.scale.missing_items.strip()

    def test_its_bands_are_in_order_and_within_its_score(self) -> None:
        for code, bands in self.scale.bands.items():
            parameter = self.scale.parameter(code)
            assert parameter is not None, f"bands of {code}, which is not declared"
            assert [band.label for band in bands if band.low > band.high] == []
            assert [low.label for low, high in pairwise(bands) if low.high > high.low] == [], (
                "bands overlap"
            )
            assert parameter.minimum is None or bands[0].low >= parameter.minimum, code
            assert parameter.maximum is None or bands[-1].high <= parameter.maximum, code

    def test_a_scale_that_is_itself_a_change_says_what_no_change_is(self) -> None:
        if self.scale.relative:
            assert [
                parameter.code
                for parameter in self.scale.parameters
                if parameter.neutral is not None
            ], "no parameter has a neutral value"
