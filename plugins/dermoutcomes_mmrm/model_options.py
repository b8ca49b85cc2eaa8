"""What a study may say of a repeated-measures model."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from dermoutcomes import option

__all__ = ["CODES", "MmrmOptions"]

# Names in words, and the codes of the R package mmrm (and, for SAS, of its TYPE=).
CODES = {
    "unstructured": "us",
    "heterogeneous-toeplitz": "toeph",
    "toeplitz": "toep",
    "heterogeneous-ante-dependence": "adh",
    "ante-dependence": "ad",
    "heterogeneous-ar1": "ar1h",
    "ar1": "ar1",
    "heterogeneous-compound-symmetry": "csh",
    "compound-symmetry": "cs",
    "us": "us",
    "un": "us",
    "toeph": "toeph",
    "toep": "toep",
    "adh": "adh",
    "ad": "ad",
    "ar1h": "ar1h",
    "csh": "csh",
    "cs": "cs",
}


def _structures(value: Any) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, (list, tuple)) or any(name not in CODES for name in names):
        raise ValueError(f"a list of covariance structures: {', '.join(CODES)}")
    return tuple(names)


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or any(not isinstance(name, str) for name in value):
        raise ValueError("a list of covariates or strata")
    return tuple(value)


LIST = {"type": "array", "items": {"type": "string"}}


@frozen
class MmrmOptions:
    """How the model is estimated, and what its inference rests on."""

    covariance: str = option("unstructured", "Covariance of the visits.", choices=CODES)
    fallback: tuple[str, ...] = option(
        (),
        "Structures tried in this order where the one before does not converge.",
        parse=_structures,
        schema={"type": "array", "items": {"enum": list(CODES)}},
    )
    per_arm: bool = option(False, "A covariance matrix of its own for each arm.")
    estimation: str = option(
        "REML", "Restricted or plain maximum likelihood.", choices=("REML", "ML")
    )
    df: str = option(
        "kenward-roger-linear",
        "Degrees of freedom, and with Kenward-Roger the small-sample standard errors.",
        choices=(
            "kenward-roger-linear",
            "kenward-roger",
            "satterthwaite",
            "between-within",
            "residual",
        ),
    )
    std_error: str = option(
        "model",
        "Standard errors of the model, or empirical ones (the latter with df between-within or "
        "residual).",
        choices=("model", "empirical", "empirical-cr2", "empirical-cr3"),
    )
    baseline: str = option(
        "by visit",
        "How arms are adjusted for baseline: a slope at each visit, one slope, or not.",
        choices=("by visit", "common", "none"),
    )
    by_visit: tuple[str, ...] = option(
        (), "Covariates and strata whose effect may differ by visit.", parse=_names, schema=LIST
    )
    type3_covariates: str = option(
        "mean",
        "Where covariates stand in Type III tests: at their means, or at zero as SAS has them.",
        choices=("mean", "zero"),
    )
