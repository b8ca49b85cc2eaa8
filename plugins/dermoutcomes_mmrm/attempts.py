"""Fitting with the structures that were prespecified, one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from dermoutcomes_mmrm.fit import CollinearError, Fit, NotConvergedError, NoVarianceError, fit
from dermoutcomes_mmrm.model import columns_of
from dermoutcomes_mmrm.model_options import CODES, MmrmOptions
from dermoutcomes_mmrm.record_roles import Setting, UnfitError
from dermoutcomes_mmrm.structures import STRUCTURES

__all__ = ["Attempted", "attempted"]


class Attempted(NamedTuple):
    """The model that was fitted, and what each structure before it failed for."""

    fit: Fit
    failures: tuple[str, ...]

    @property
    def warning(self) -> str | None:
        """That a fallback was used, and why."""
        return (
            f"fallback: {self.fit.structure.name} was used; {'; '.join(self.failures)}."
            if self.failures
            else None
        )


def attempted(setting: Setting, options: MmrmOptions) -> Attempted:
    """The first structure that converges. Raises UnfitError."""
    failures: list[str] = []
    for code in dict.fromkeys(CODES[name] for name in (options.covariance, *options.fallback)):
        try:
            _refuse_more_parameters_than_data(setting, code)
            return Attempted(
                fit(setting.data, setting.terms, code, reml=options.estimation == "REML"),
                tuple(failures),
            )
        except NotConvergedError as error:
            failures.append(f"{STRUCTURES[code].name}: {error}")
        except CollinearError as error:
            raise UnfitError(
                f"collinear: {_named(setting, error.columns)} cannot be told from the other terms "
                "of the model."
            ) from None
        except NoVarianceError:
            raise UnfitError(
                "no_variance: The model's means reproduce every value, so nothing tells how sure "
                "they are."
            ) from None
    raise UnfitError(
        "no_convergence: No covariance structure of the list could be fitted "
        f"({'; '.join(failures)})."
    )


def _refuse_more_parameters_than_data(setting: Setting, code: str) -> None:
    data = setting.data
    df = int((~np.isnan(data.outcome)).sum()) - len(columns_of(setting.terms, data.factors))
    n_parameters = STRUCTURES[code].n_parameters(len(data.visits)) * len(data.groups)
    if df < n_parameters:
        raise NotConvergedError(
            f"{n_parameters} covariance parameters are more than {max(df, 0)} residual degrees of "
            "freedom can tell"
        )


def _named(setting: Setting, positions: Iterable[int]) -> str:
    columns = columns_of(setting.terms, setting.data.factors)
    return ", ".join(columns[position].name for position in positions)
