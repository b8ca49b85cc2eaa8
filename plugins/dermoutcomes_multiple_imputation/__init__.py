"""Multiple imputation.

Missing values filled several times, so that what is not known stays in the standard error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dermoutcomes import Analysis, FigurePlan, Imputation, Pooling, ReferenceMethod, hookimpl
from dermoutcomes_multiple_imputation.imputation_methods import IMPUTATIONS
from dermoutcomes_multiple_imputation.rubin import RUBIN
from dermoutcomes_multiple_imputation.tipping_point import TIPPING_POINT

if TYPE_CHECKING:
    from dermoutcomes.report import Figure, Material

__all__ = ["register_analyses", "register_figures", "register_imputations", "register_poolings"]
__plugin_api__ = 2


@hookimpl
def register_imputations() -> Iterable[Imputation]:
    """What fills missing values several times."""
    return IMPUTATIONS


@hookimpl
def register_analyses() -> Iterable[Analysis]:
    """How far imputed values must be shifted until a difference is no longer significant."""
    return (TIPPING_POINT,)


@hookimpl
def register_poolings() -> Iterable[Pooling]:
    """Rubin's rules."""
    return (RUBIN,)


def draw_tipping_points(
    material: Material, name: str, results: Sequence[Mapping[str, Any]]
) -> Iterator[Figure]:
    """The difference of arms and its P over the shift of filled values."""
    from dermoutcomes_multiple_imputation.tipping_figure import tipping_figures

    yield from tipping_figures(material, name, results)


@hookimpl
def register_figures() -> Iterable[FigurePlan]:
    """Where a result tips, as a curve."""
    yield FigurePlan("tipping_point", "Tipping point", draw_tipping_points, rank=70)


@hookimpl
def register_reference_methods() -> Iterable[ReferenceMethod]:
    """What these numbers are held to."""
    from dermoutcomes_multiple_imputation.reference import REFERENCE_METHODS

    return REFERENCE_METHODS
