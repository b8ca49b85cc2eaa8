"""Every declaration of the registry and its battery.

One test module so holds all of them, present and future.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dermoutcomes.registry.registry import KINDS
from dermoutcomes.testing.contracts.adjustments import AdjustmentContract
from dermoutcomes.testing.contracts.analyses import AnalysisContract
from dermoutcomes.testing.contracts.documents import DocumentContract, FormatContract
from dermoutcomes.testing.contracts.executors import ExecutorContract
from dermoutcomes.testing.contracts.figures import FigureContract
from dermoutcomes.testing.contracts.imputations import ImputationContract
from dermoutcomes.testing.contracts.instruments import InstrumentContract
from dermoutcomes.testing.contracts.poolings import PoolingContract
from dermoutcomes.testing.contracts.readers import ReaderContract
from dermoutcomes.testing.contracts.reporters import ReporterContract
from dermoutcomes.testing.contracts.scales import OutcomeSetContract, ScaleContract
from dermoutcomes.testing.contracts.sections import SectionContract
from dermoutcomes.testing.contracts.tables import TableContract

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.testing.contracts.declaration import DeclarationContract

__all__ = ["CONTRACTS", "all_batteries", "all_declarations", "contract_for"]

CONTRACTS: Mapping[str, tuple[type[DeclarationContract], str]] = {
    "readers": (ReaderContract, "reader"),
    "instruments": (InstrumentContract, "instrument"),
    "scales": (ScaleContract, "scale"),
    "outcome_sets": (OutcomeSetContract, "outcome_set"),
    "imputations": (ImputationContract, "imputation"),
    "poolings": (PoolingContract, "pooling"),
    "analyses": (AnalysisContract, "analysis"),
    "adjustments": (AdjustmentContract, "adjustment"),
    "reporters": (ReporterContract, "reporter"),
    "documents": (DocumentContract, "document"),
    "formats": (FormatContract, "format"),
    "sections": (SectionContract, "section"),
    "tables": (TableContract, "table"),
    "figures": (FigureContract, "figure"),
    "executors": (ExecutorContract, "executor"),
}


def all_declarations(registry: Registry | None = None) -> Iterator[tuple[str, Any]]:
    """(kind, declaration) of everything in the registry, sorted by kind and name.

    The registry is that of all installed plugins unless given.

    Raises PluginError where an installed plugin cannot be used: what it declares would be tested by
    nobody.
    """
    if registry is None:
        from dermoutcomes.registry.loading import load_registry

        registry = load_registry()
        registry.require_all()
    for kind in sorted(KINDS):
        for declaration in getattr(registry, kind).values():
            yield kind, declaration


def contract_for(kind: str, declaration: Any, **given: Any) -> type[DeclarationContract]:
    """The battery of one declaration, as a test class.

    `given` are further attributes of it (options, plausible, sample).
    """
    contract, attribute = CONTRACTS[kind]
    return type(f"Test_{kind}_{declaration.name}", (contract,), {attribute: declaration, **given})


def all_batteries(
    registry: Registry | None = None, given: Mapping[str, Mapping[str, Any]] | None = None
) -> dict[str, type[DeclarationContract]]:
    """Test classes of everything in the registry, by name.

    `globals().update(all_batteries())` in a test module has pytest run them.

    `given` holds further attributes by "kind.name" ("readers.delimited": {"sample": b"..."}).
    """
    classes = (
        contract_for(kind, declaration, **(given or {}).get(f"{kind}.{declaration.name}", {}))
        for kind, declaration in all_declarations(registry)
    )
    return {cls.__name__: cls for cls in classes}
