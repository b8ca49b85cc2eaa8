"""The battery of an instrument, and what it shares with that of a scale.

Codes, bounds, units, derived values, checks and curves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import exp
from string import Formatter
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl
import polars.selectors as cs

from dermoutcomes.errors import StudyError
from dermoutcomes.tables import SCHEMAS, empty
from dermoutcomes.testing.contracts.declaration import NAME, DeclarationContract
from dermoutcomes.testing.forms import constant_for_a_blank, plausible_measurement, spread
from dermoutcomes.testing.grids import ABOUT, TEXT, codes_in, grid, missing, row

if TYPE_CHECKING:
    from dermoutcomes.declare import Check, Instrument, Parameter

__all__ = ["InstrumentContract", "OwnerContract"]

WHOLE = "__whole"
NOISE = 1e-6

# A code stands beside these columns, so it cannot have their names.
RESERVED = frozenset({*SCHEMAS["observations"].names, *ABOUT, "occurrence", "turn", "code"})


class OwnerContract(DeclarationContract):
    """What instruments and scales share.

    `plausible` is one measurement as it might be, code = value: no check may fire on it. Without it
    one is built from the declared ranges. `compares_measurements` names the checks that look at several measurements
    on purpose, each with the reason.
    """

    plausible: Mapping[str, float] | None = None
    compares_measurements: ClassVar[Mapping[str, str]] = {}

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

    def test_kinds_are_stated_of_bounds_that_there_are(self) -> None:
        for parameter in self.declaration.parameters:
            for name in ("minimum", "maximum"):
                assert (
                    getattr(parameter, f"{name}_is") is None or getattr(parameter, name) is not None
                ), f"{parameter.code}: {name}_is without a {name}"

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

    def test_its_derived_values_look_at_one_measurement_alone(self) -> None:
        for parameter, expr in self.derived():
            frame = grid(self.declaration, codes_in(expr))
            assert of_one_row(frame, expr.cast(pl.Float64)), (
                f"{parameter.code} depends on other measurements or on their order; each row is a "
                "measurement of its own"
            )

    def test_a_blank_does_not_count_as_a_number(self) -> None:
        for parameter, expr in self.derived():
            for code in sorted(codes_in(expr)):
                constant = constant_for_a_blank(self.declaration, expr, code)
                assert constant is None, (
                    f"{parameter.code} takes a missing {code} as {constant:g}: missing is never a "
                    "number"
                )

    def test_its_checks_are_named_once_and_say_what_they_need(self) -> None:
        names = [check.name for check in self.declaration.checks]
        codes = {parameter.code for parameter in self.declaration.parameters} | set(ABOUT)

        assert sorted(name for name in set(names) if names.count(name) > 1) == []
        for check in self.declaration.checks:
            assert NAME.match(check.name)
            assert check.label.strip(), check.name
            assert codes_in(check.problem) <= {need.removesuffix(TEXT) for need in check.needs}, (
                f"{check.name}: needs lacks a code"
            )
            assert {need.removesuffix(TEXT) for need in check.needs} <= codes, (
                f"{check.name} needs what is not declared, so it is never made"
            )

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

    def test_its_checks_look_at_one_measurement_alone(self) -> None:
        names = {check.name for check in self.declaration.checks}
        assert set(self.compares_measurements) <= names, "compares_measurements names no check"
        assert all(reason.strip() for reason in self.compares_measurements.values()), (
            "compares_measurements needs the reason why a check looks at other measurements"
        )
        for check in self.declaration.checks:
            if check.name in self.compares_measurements:
                continue
            frame = grid(self.declaration, codes_in(check.problem))
            assert of_one_row(frame, check.problem.fill_null(value=False)), (
                f"{check.name} depends on other measurements or on their order"
            )

    def test_its_checks_do_not_fire_on_every_value(self) -> None:
        for check in self.declaration.checks:
            frame = self.unremarkable(codes_in(check.problem))
            assert (
                frame.is_empty()
                or not frame.select(check.problem.fill_null(value=False).all())[0, 0]
            ), f"{check.name} fires on whatever is measured"

    def unremarkable(self, codes: set[str]) -> pl.DataFrame:
        """Measurements that have all of `codes`; of one code those in its plausible range."""
        if len(codes) != 1:
            frame = grid(self.declaration, codes)
            plain = frame.filter(pl.all_horizontal(pl.col(code).is_not_null() for code in codes))
            return plain if codes else frame.clear()
        parameter = self.declaration.parameter(next(iter(codes)))
        if parameter is None or parameter.texts is not None:
            return missing(self.declaration, 0)
        low = parameter.minimum if parameter.low is None else parameter.low
        high = parameter.maximum if parameter.high is None else parameter.high
        values = parameter.values or spread(low, high)
        return pl.concat([row(self.declaration, {parameter.code: value}) for value in values])

    def plausible_values(self) -> Mapping[str, float]:
        """The plausible measurement that is given, or one within the declared ranges."""
        if self.plausible is not None:
            return self.plausible
        built = plausible_measurement(self.declaration)
        assert built is not None, (
            "of hundreds of measurements within the declared ranges each is asked about by a check "
            "or gives a derived value outside its range; mend those, or state `plausible`"
        )
        return built

    def test_its_checks_do_not_fire_on_a_plausible_measurement(self) -> None:
        frame = row(self.declaration, self.plausible_values()).with_columns(
            replicate=pl.lit(1, dtype=pl.Int32)
        )

        assert [check.name for check in self.declaration.checks if _fires(check, frame)] == []

    def test_a_plausible_measurement_lies_within_its_ranges(self) -> None:
        plausible = self.plausible_values()
        assert plausible, "nothing is measured"
        for code, value in plausible.items():
            parameter = self.declaration.parameter(code)
            assert parameter is not None, f"{code} is not declared"
            assert parameter.low is None or value >= parameter.low, code
            assert parameter.high is None or value <= parameter.high, code
            assert parameter.values is None or value in parameter.values, code

    def test_its_messages_name_only_its_codes(self) -> None:
        known = {parameter.code for parameter in self.declaration.parameters} | set(ABOUT)
        for check in self.declaration.checks:
            fields = list(Formatter().parse(check.message))
            named = {name for _, name, _, _ in fields if name is not None}
            assert named <= known, f"{check.name}: {sorted(named - known)}"
            assert not any(form or kind for _, _, form, kind in fields), (
                f"{check.name}: a code stands alone in its braces; values are shown to six digits"
            )

    def test_its_messages_name_what_their_checks_need(self) -> None:
        for check in self.declaration.checks:
            known = {*check.needs, *(need.removesuffix(TEXT) for need in check.needs), *ABOUT}
            named = {name for _, name, _, _ in Formatter().parse(check.message) if name}
            assert named <= known, (
                f"{check.name} speaks of {sorted(named - known)}, which it does not need: data may "
                "lack it"
            )

    def test_it_prepares_each_measurement_by_itself(self) -> None:
        prepare = self.declaration.prepare
        given = [p.code for p in self.declaration.parameters if p.expr is None]
        if prepare is None or not given:
            return
        frame = grid(self.declaration, given)
        frame = frame.select(pl.exclude("measurement")).with_columns(
            measurement=pl.int_range(pl.len()).cast(frame.schema["measurement"])
        )

        def prepared(part: pl.DataFrame) -> pl.DataFrame:
            result: pl.DataFrame = prepare(part, self.parsed_options())
            return result.rename({"measurement": "id"})

        try:
            whole = prepared(frame)
        except (StudyError, ValueError):  # values that it must refuse
            return
        assert alike(whole, prepared(frame.reverse())), "prepare depends on the order of rows"
        for part in parts(frame):
            assert alike(whole, prepared(part)), "prepare depends on other rows"

    def test_it_prepares_missing_values_without_inventing_any(self) -> None:
        prepare = self.declaration.prepare
        if prepare is None:
            return
        before = missing(self.declaration, 3)
        after = prepare(before, self.parsed_options())

        assert after.height == before.height
        assert set(ABOUT) <= set(after.columns)
        assert after.select(cs.float()).null_count().row(0) == (3,) * after.select(cs.float()).width


def of_one_row(frame: pl.DataFrame, expr: pl.Expr) -> bool:
    """Whether an expression gives a row the same, whatever stands beside it and in any order."""
    frame = frame.with_row_index("id")

    def tried(part: pl.DataFrame) -> pl.DataFrame:
        return part.with_columns(value=expr).select("id", "value")

    whole = tried(frame)
    others = [frame, frame.reverse(), pl.concat([frame, frame]), *parts(frame)]
    return all(alike(whole, tried(part)) for part in others)


def parts(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """A few rows of a frame one by one, and each second row."""
    height = frame.height
    yield from (frame[place : place + 1] for place in sorted({*range(0, height, height // 8 + 1)}))
    yield frame.gather_every(2)


def alike(whole: pl.DataFrame, part: pl.DataFrame) -> bool:
    """Whether `part` says of its ids what `whole` says of them, but for the noise of arithmetic.

    No column says nothing.
    """
    part, whole = _with_columns_of(part, whole), _with_columns_of(whole, part)
    both = part.join(whole, on="id", how="left", suffix=WHOLE)
    return all(_equal(both[name], both[name + WHOLE]) for name in part.columns if name != "id")


def _with_columns_of(frame: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(
        pl.lit(False if dtype == pl.Boolean else None, dtype=dtype).alias(name)
        for name, dtype in other.schema.items()
        if name not in frame.columns
    )


def _equal(one: pl.Series, other: pl.Series) -> bool:
    if one.dtype != other.dtype:
        return False
    same = one.eq_missing(other)
    if one.dtype.is_float():
        near = (one - other).abs() <= NOISE * pl.select(
            pl.max_horizontal(one.abs(), 1.0)
        ).to_series()
        same = same | near.fill_null(value=False)
    return same.all()


def _fires(check: Check, frame: pl.DataFrame) -> bool:
    return bool(
        frame.select(check.problem.fill_null(value=False).any().alias("problem"))["problem"][0]
    )


def _curve(height: float, length: int) -> list[float]:
    """Two cycles of suction and release, as raw curves are recorded, in steps of 0.1 s."""
    return [
        height
        * (
            1 - exp(-(place % 20 + 1) / 3)
            if place % 40 < 20
            else 0.3 + 0.7 * exp(-(place % 20) / 3)
        )
        for place in range(length)
    ]


# Of several heights and lengths, one of them twice, one without a sample.
CURVES = pl.Series(
    [_curve(0.4, 50), _curve(0.1, 50), _curve(0.3, 80), [], _curve(0.2, 50), _curve(0.4, 50)],
    dtype=pl.List(pl.Float32),
)


class InstrumentContract(OwnerContract):
    """The battery of an instrument.

    Set `instrument`, and where you can `plausible` and `options`.
    """

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

    def test_the_values_of_a_curve_are_its_own(self) -> None:
        whole = self.computed(CURVES)
        if whole is None:
            return
        ids = list(range(1, len(CURVES) + 1))
        assert sorted(whole["id"]) == ids, "a row a curve, whatever can be had of it"
        again = self.computed(CURVES)
        assert again is not None
        assert alike(whole, again), "the same curves give other values when they come again"
        orders = [ids[::-1], ids[::2], *([one] for one in ids)]
        for order in orders:
            part = self.computed(CURVES.gather([one - 1 for one in order]), order)
            assert part is not None
            assert sorted(part["id"]) == sorted(order), "a row a curve, whatever stands beside it"
            assert alike(whole, part), "the values of a curve depend on other curves or their order"

    def computed(self, samples: pl.Series, ids: list[int] | None = None) -> pl.DataFrame | None:
        """What the instrument's method makes of these curves.

        None where it has none, or asks for options that are not given.
        """
        if self.instrument.curves is None:
            return None
        height = len(samples)
        schema: Any = {
            name: kind for name, kind in empty("curves").schema.items() if name != "study"
        }
        frame = pl.DataFrame(
            {
                "id": pl.Series(ids or range(1, height + 1), dtype=pl.Int64),
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
