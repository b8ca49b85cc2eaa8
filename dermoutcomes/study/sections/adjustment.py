"""What adjusts an analysis: factors in levels, and what becomes of subjects without a level."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from dermoutcomes.declare import option

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "BLANK_RULES",
    "BLANK_SCHEMA",
    "LEAVE_OUT",
    "OF_NUMBERS",
    "OWN_LEVEL",
    "Factor",
    "fitting_rules",
    "parse_blank",
]

LEAVE_OUT, OWN_LEVEL = "leave_out", "own_level"
# One number of all arms together: what a blank number may count as.
OF_NUMBERS = ("mean", "median")
BLANK_RULES: tuple[str, ...] = (LEAVE_OUT, OWN_LEVEL, *OF_NUMBERS)
_RULE = {"enum": [*BLANK_RULES]}
BLANK_SCHEMA = {"anyOf": [_RULE, {"type": "object", "additionalProperties": _RULE}]}

_LEVEL = {"anyOf": [{"type": "string"}, {"type": "integer"}]}
POOL_SCHEMA = {
    "type": "object",
    "additionalProperties": {"type": "array", "items": _LEVEL, "minItems": 1},
}


def parse_pool(value: Any) -> Mapping[str, tuple[str, ...]]:
    """Pooled level = the levels that it takes the place of; numbers of centres are names too."""
    expected = 'a table of lists, as { other = ["Bonn", "Kiel"] } or { other = [3, 7] }'
    if not isinstance(value, Mapping):
        raise ValueError(expected)  # noqa: TRY004 - its words are what was expected
    pool: dict[str, tuple[str, ...]] = {}
    for name, levels in value.items():
        if not isinstance(levels, (list, tuple)) or not levels:
            raise ValueError(expected)
        if any(isinstance(level, bool) or not isinstance(level, (str, int)) for level in levels):
            raise ValueError(expected)
        pool[str(name)] = tuple(str(level) for level in levels)
    return pool


@frozen
class Factor:
    """`[factors]`: a stratum or covariate in levels, made from columns of the list of subjects.

    Its levels are names, also where the file has them as numbers. Analyses, subgroups and
    populations name it as they name a column.
    """

    column: str | None = option(
        None, "Subject column that holds its levels; the factor's own name unless stated."
    )
    randomised: str | None = option(
        None, "Subject column with the level that was used in randomising, which decides."
    )
    recorded: str | None = option(
        None,
        "Subject column with the level as it was recorded beside `randomised`; subjects of whom "
        "the two differ are a finding, counted by arm beside the verdict.",
    )
    pool: Mapping[str, tuple[str, ...]] = option(
        {},
        "Pooled level = the levels that it takes the place of, fixed before the data: "
        '{ other = ["Bonn", "Kiel"] }.',
        parse=parse_pool,
        schema=POOL_SCHEMA,
    )
    smallest_stratum: int | None = option(
        None,
        "Fewest subjects of a level, all that were allocated counted, whatever was read of them.",
        at_least=1,
    )
    pool_small: str | None = option(
        None,
        "Level that those take the place of that have fewer subjects than `smallest_stratum`, or "
        "nobody in one of the arms. Unless stated they stay, and are a finding.",
    )
    id: str = field(default="", metadata={"key": True})

    @property
    def source(self) -> str:
        """The subject column that decides."""
        return self.randomised or self.column or self.id

    @property
    def is_plain(self) -> bool:
        """Whether it is a column as it stands, whose numbers are names."""
        changes = (self.recorded, self.smallest_stratum, self.pool_small)
        return self.source == self.id and not self.pool and changes == (None, None, None)


def parse_blank(value: Any) -> str | Mapping[str, str]:
    """A rule for all columns, or subject column = its rule."""
    rules = " or ".join(f'"{rule}"' for rule in BLANK_RULES)
    expected = f'{rules}, or one for each column, as {{ site = "own_level", age = "mean" }}'
    if isinstance(value, str) and value in BLANK_RULES:
        return value
    if isinstance(value, Mapping) and all(rule in BLANK_RULES for rule in value.values()):
        return {str(column): str(rule) for column, rule in value.items()}
    raise ValueError(expected)


def fitting_rules(kind: pl.DataType) -> tuple[str, ...]:
    """The rules for blanks of a column of that type: words have no mean, and numbers no level."""
    import polars as pl

    if kind == pl.String:
        return (LEAVE_OUT, OWN_LEVEL)
    return (LEAVE_OUT, *OF_NUMBERS) if kind.is_numeric() else (LEAVE_OUT,)
