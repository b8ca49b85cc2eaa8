"""The battery of a scale: scores over all allowed items, what blanks do, directions, bands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import fmean
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.testing.contracts.declaration import DeclarationContract
from dermoutcomes.testing.contracts.instruments import OwnerContract
from dermoutcomes.testing.forms import (
    constant_for_a_blank,
    effects,
    ends,
    given_codes,
    reachable,
    values_of,
)
from dermoutcomes.testing.grids import codes_in

if TYPE_CHECKING:
    from dermoutcomes.declare import OutcomeSet, Parameter, Scale

__all__ = ["OutcomeSetContract", "ScaleContract"]

HAIR = 1e-9
MEASURE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
NO_SCORE = "no score"
# Words of a rule that a blank counts as the lowest grade, unless they are denied.
AS_LOWEST = re.compile(r"(?<![\w.])(0|zero|lowest|minimum|absent|none)\b", re.IGNORECASE)
DENIED = re.compile(r"\b(never|not)\b[^.;]*\b(0|zero|lowest|minimum|absent|none)\b", re.IGNORECASE)
# Words that say that an item is turned on purpose.
TURNED = re.compile(r"revers|turned|invert|recod|opposite|subtract|minus|differ", re.IGNORECASE)


class ScaleContract(OwnerContract):
    """The battery of a scale. Set `scale`, and where you can `plausible` and `options`."""

    scale: Scale

    @property
    def declaration(self) -> Scale:
        """The scale."""
        return self.scale

    def scores(self) -> Iterator[Parameter]:
        """The derived parameters that are scores."""
        yield from (parameter for parameter, _ in self.derived() if parameter.kind == "score")

    def items(self) -> Iterator[Parameter]:
        """The items that are given."""
        yield from (
            parameter
            for parameter in self.scale.parameters
            if parameter.kind == "item" and parameter.expr is None
        )

    def test_it_says_what_happens_to_missing_items(self) -> None:
        assert self.scale.missing_items.strip()

    def test_its_scores_lie_within_their_range(self) -> None:
        for parameter, _ in self.derived():
            scores = self.possible(parameter.code) if self.bounded(parameter.code) else []
            if not scores:
                continue
            low, high = parameter.minimum, parameter.maximum
            assert low is None or scores[0] >= low - HAIR, (
                f"{parameter.code} goes down to {scores[0]:g}, and its minimum is {low:g}"
            )
            assert high is None or scores[-1] <= high + HAIR, (
                f"{parameter.code} goes up to {scores[-1]:g}, and its maximum is {high:g}"
            )

    def test_its_scores_reach_both_ends_of_their_range(self) -> None:
        for parameter in self.scores():
            scores = self.possible(parameter.code) if self.bounded(parameter.code) else []
            if not scores:
                continue
            low, high = parameter.minimum, parameter.maximum
            assert low is None or scores[0] <= low + HAIR, (
                f"{parameter.code} never reaches its minimum of {low:g}: the lowest is "
                f"{scores[0]:g}"
            )
            assert high is None or scores[-1] >= high - HAIR, (
                f"{parameter.code} never reaches its maximum of {high:g}: the highest is "
                f"{scores[-1]:g}"
            )

    def bounded(self, code: str) -> bool:
        """Whether it is known what every item of a score can be."""
        return ends(self.scale, code) is not None

    def test_its_items_each_move_a_score(self) -> None:
        derived = [parameter.code for parameter, _ in self.derived()]
        if not derived or self.scale.prepare is not None:  # what it prepares may use any of them
            return
        still = [
            item.code
            for item in self.items()
            if not item.texts and not any(effects(self.scale, code, item.code) for code in derived)
        ]
        assert still == [], (
            "these items move nothing that is derived; an item of no score is a value"
        )

    def test_its_items_move_a_score_to_the_side_that_is_declared(self) -> None:
        for score in self.scores():
            signs = {
                item.code: moves
                for item in self.items()
                if (moves := effects(self.scale, score.code, item.code))
                and (min(moves) >= 0 or max(moves) <= 0)
            }
            for code, moves in signs.items():
                turned = self.turned(score, code, signs)
                assert not turned, (
                    f"a higher {code} moves {score.code} {'up' if sum(moves) > 0 else 'down'}, "
                    f"{turned}"
                )

    def turned(self, score: Parameter, code: str, signs: Mapping[str, Sequence[float]]) -> str:
        """Why an item that moves a score this way is turned, in words; empty where it is not."""
        item = self.scale.parameter(code)
        assert item is not None
        upward = sum(signs[code]) > 0
        if item.improves is not None and score.improves is not None:
            same = item.improves == score.improves
            return "" if upward == same else "against what `improves` of both says"
        said = f"{item.label} {item.definition} {item.caution} {score.definition}"
        others = [moves for other, moves in signs.items() if other != code]
        if len(others) < 2 or TURNED.search(said):
            return ""
        against = all((sum(moves) > 0) != upward for moves in others)
        weight = abs(fmean(signs[code]))
        alike = all(abs(abs(fmean(moves)) - weight) < HAIR for moves in others)
        if against and alike:
            return "against all others, which weigh as much; where that is meant, say so in its definition or in `improves`"
        return ""

    def test_a_blank_item_does_what_its_rule_says(self) -> None:
        if self.scale.missing_items.strip().lower() != NO_SCORE:
            return
        for score in self.scores():
            for code in given_codes(self.scale, score.code):
                item = self.scale.parameter(code)
                if item is None or item.kind != "item" or not effects(self.scale, score.code, code):
                    continue
                frame = reachable(self.scale, score.code).with_columns(
                    pl.lit(None, dtype=pl.Float64).alias(code)
                )
                assert values_of(self.scale, score.code, frame).null_count() == frame.height, (
                    f"{score.code} is had without {code}, and `missing_items` says: {NO_SCORE}"
                )

    def test_a_blank_does_not_count_as_a_number(self) -> None:
        rule = self.scale.missing_items
        for parameter, expr in self.derived():
            for code in sorted(codes_in(expr)):
                constant = constant_for_a_blank(self.scale, expr, code)
                known = constant is None or (AS_LOWEST.search(rule) and not DENIED.search(rule))
                assert known, (
                    f"{parameter.code} takes a blank {code} as {constant:g}, which is not what "
                    f"`missing_items` says: {rule}"
                )

    def test_its_bands_are_in_order_and_within_its_score(self) -> None:
        for code, bands in self.scale.bands.items():
            parameter = self.scale.parameter(code)
            assert parameter is not None, f"bands of {code}, which is not declared"
            assert bands, f"{code} has no bands"
            assert [band.label for band in bands if band.low > band.high] == []
            assert [low.label for low, high in pairwise(bands) if low.high > high.low] == [], (
                "bands overlap"
            )
            assert parameter.minimum is None or bands[0].low >= parameter.minimum, code
            assert parameter.maximum is None or bands[-1].high <= parameter.maximum, code

    def test_every_score_has_one_band(self) -> None:
        for code, bands in self.scale.bands.items():
            for value in self.possible(code):
                names = [
                    band.label
                    for band in bands
                    if (value > band.low + HAIR if band.open_low else value >= band.low - HAIR)
                    and (value < band.high - HAIR if band.open_high else value <= band.high + HAIR)
                ]
                assert len(names) == 1, (
                    f"{code} of {value:g} has {'no band' if not names else ' and '.join(names)}"
                )

    def possible(self, code: str) -> list[float]:
        """The scores of the allowed items, with and without blanks, or the declared ones."""
        parameter = self.scale.parameter(code)
        if parameter is None:
            return []
        if parameter.expr is not None:
            scores = values_of(self.scale, code, reachable(self.scale, code)).round(9)
            return sorted(set(scores.drop_nulls()))
        if parameter.values is not None:
            return list(parameter.values)
        if parameter.minimum is None or parameter.maximum is None:
            return []
        whole = range(int(parameter.minimum), int(parameter.maximum) + 1)
        return [float(value) for value in whole if value >= parameter.minimum]

    def test_a_scale_that_is_itself_a_change_says_what_no_change_is(self) -> None:
        if self.scale.relative:
            assert [
                parameter.code
                for parameter in self.scale.parameters
                if parameter.neutral is not None
            ], "no parameter has a neutral value"


class OutcomeSetContract(DeclarationContract):
    """The battery of a core outcome set. Set `outcome_set`."""

    outcome_set: OutcomeSet

    @property
    def declaration(self) -> OutcomeSet:
        """The core outcome set."""
        return self.outcome_set

    def test_its_domains_have_names_of_their_own_and_labels(self) -> None:
        domains = self.outcome_set.domains
        names = [domain.name for domain in domains]

        assert domains, "a core outcome set has domains"
        assert len(set(names)) == len(names), "two domains have one name"
        assert [domain.name for domain in domains if not domain.label.strip()] == []

    def test_its_measures_are_written_as_a_study_writes_them(self) -> None:
        for domain in self.outcome_set.domains:
            assert [name for name in domain.measures if not MEASURE.fullmatch(name)] == [], (
                f"{domain.name}: a measure is written as owner.code"
            )
            agreed = [*domain.measures, *domain.without]
            assert len(set(agreed)) == len(agreed), f"{domain.name} has an instrument twice"
            assert domain.choice == "all" or len(agreed) > 1, (
                f"{domain.name}: one of a single instrument is no choice"
            )

    def test_it_says_for_what_and_where_it_was_agreed(self) -> None:
        for field in ("disease", "version", "status"):
            assert getattr(self.outcome_set, field).strip(), f"{field} is empty"
        assert self.outcome_set.references, "a core outcome set names where it was agreed on"
