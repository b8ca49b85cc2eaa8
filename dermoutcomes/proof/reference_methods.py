"""The reference methods that plugins register."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dermoutcomes.declare import ReferenceMethod
from dermoutcomes.errors import PluginError, blamed
from dermoutcomes.registry.soundness import faults

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry

__all__ = ["reference_methods"]


def reference_methods(registry: Registry) -> Mapping[str, ReferenceMethod]:
    """Every reference method by name, sorted.

    Raises PluginError for a plugin that returns something else, or a name used twice.
    """
    methods_by_name: dict[str, ReferenceMethod] = {}
    owners: dict[str, str] = {}
    for implementation in registry.hook.register_reference_methods.get_hookimpls():
        plugin = implementation.plugin_name
        with blamed(f"the plugin {plugin!r}: register_reference_methods()"):
            methods = list(implementation.function())
        for method in methods:
            _check(plugin, method, owners, registry)
            methods_by_name[method.name], owners[method.name] = method, plugin
    return dict(sorted(methods_by_name.items()))


def _check(plugin: str, method: object, owners: Mapping[str, str], registry: Registry) -> None:
    who = f"the plugin {plugin!r}"
    if not isinstance(method, ReferenceMethod):
        raise PluginError(
            f"{who} returned {type(method).__name__} from register_reference_methods(); expected "
            "ReferenceMethod"
        )
    if problems := list(faults(method)):
        raise PluginError(f"{who} returned a faulty reference method: {'; '.join(problems)}")
    if method.name in owners:
        raise PluginError(
            f"two plugins declare the reference method {method.name!r}: {owners[method.name]!r} "
            f"and {plugin!r}; rename one"
        )
    known = {*registry.analyses, *registry.adjustments, *registry.imputations, *registry.poolings}
    if unknown := sorted(set(method.analyses) - known):
        raise PluginError(
            f"{who}: the reference method {method.name!r} proves {', '.join(unknown)}, which no "
            "plugin declares"
        )
