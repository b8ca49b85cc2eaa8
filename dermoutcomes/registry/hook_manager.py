"""The hooks of a plugin: which names count, whether they can be called, and in which order."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from typing import Any

import pluggy

from dermoutcomes.declare import hooks as hookspecs
from dermoutcomes.errors import PluginError, blamed, nearest, one_of
from dermoutcomes.registry.forms.entry_folder import is_unread
from dermoutcomes.registry.registry import KINDS
from dermoutcomes.registry.soundness import faults

__all__ = ["EVENT_HOOKS", "PROOF_HOOK", "HookManager", "hookimpl"]

hookimpl = pluggy.HookimplMarker("dermoutcomes")
# Asked for when numbers are proven, never when a study is run: see dermoutcomes.proof.
PROOF_HOOK = "register_reference_methods"
REGISTRATION_HOOKS = (*(f"register_{kind}" for kind in KINDS), PROOF_HOOK)
EVENT_HOOKS = ("study_loaded", "step_finished")


class HookManager(pluggy.PluginManager):
    """The plugins of one registry, by name.

    Takes every public function named like a hook for one, marked or not, so that a forgotten mark
    is not silently nothing.
    """

    def __init__(self) -> None:
        super().__init__("dermoutcomes")
        self.add_hookspecs(hookspecs)

    def parse_hookimpl_opts(self, plugin: object, name: str) -> Any:
        """How a hook is marked, by default where it is not."""
        options = super().parse_hookimpl_opts(plugin, name)
        if options is None and _is_hook(name) and inspect.isroutine(getattr(plugin, name, None)):
            return {
                "wrapper": False,
                "hookwrapper": False,
                "optionalhook": False,
                "tryfirst": False,
                "trylast": False,
                "specname": None,
            }
        return options

    def add(self, plugin: object, name: str) -> None:
        """Register a plugin. Raises PluginError for an unknown hook, wrong arguments, or none."""
        hooks = [hook for hook in dir(plugin) if not hook.startswith("_") and _is_hook(hook)]
        _refuse_hooks(plugin, name, hooks)
        if (other := self.get_name(plugin)) is not None:
            raise PluginError(
                f"the plugin {name!r} is the same module as {other!r}; keep one of them"
            )
        try:
            self.register(plugin, name=name)
        except pluggy.PluginValidationError as error:
            raise PluginError(
                f"the plugin {name!r} has a hook with the wrong arguments: "
                f"{_argument_words(plugin, hooks)}"
            ) from error

    def drop(self, name: str) -> None:
        """Forget a plugin, which then is neither asked nor told."""
        if self.has_plugin(name):
            self.unregister(name=name)

    def hooks_of(self, name: str) -> tuple[str, ...]:
        """The names of a plugin's hooks, sorted."""
        callers = self.get_hookcallers(self.get_plugin(name)) or ()
        return tuple(sorted(caller.name for caller in callers))

    def declarations(self, name: str) -> Iterator[Any]:
        """All that a plugin declares.

        Raises PluginError for a hook that fails or returns what it may not.
        """
        for kind, cls in KINDS.items():
            hook = f"register_{kind}"
            for implementation in getattr(self.hook, hook).get_hookimpls():
                if implementation.plugin_name == name:
                    yield from _declarations_from(implementation.function, name, hook, cls)


def _is_hook(name: str) -> bool:
    return name.startswith("register_") or name in EVENT_HOOKS


def _refuse_hooks(plugin: object, name: str, hooks: list[str]) -> None:
    known_hooks = (*REGISTRATION_HOOKS, *EVENT_HOOKS)
    for unknown in (hook for hook in hooks if hook not in known_hooks):
        near = nearest(unknown, known_hooks)
        raise PluginError(
            f"the plugin {name!r} has an unknown hook {unknown!r}; expected {one_of(known_hooks)}"
            + (f". Did you mean {near!r}?" if near else "")
        )
    if not hooks:
        raise PluginError(
            f"the plugin {name!r} registers nothing: it has no function named {one_of(known_hooks)}"
        )
    for hook in hooks:
        if not inspect.isroutine(getattr(plugin, hook)):
            raise PluginError(
                f"the plugin {name!r}: {hook} is {type(getattr(plugin, hook)).__name__}; expected "
                "a function without arguments"
                if hook in REGISTRATION_HOOKS
                else f"the plugin {name!r}: {hook} is no function"
            )


def _argument_words(plugin: object, hooks: list[str]) -> str:
    """Each hook as it is written, and as it should be."""
    pairs = [
        (
            hook,
            *(
                list(inspect.signature(getattr(owner, hook)).parameters)
                for owner in (plugin, hookspecs)
            ),
        )
        for hook in hooks
    ]
    return "; ".join(
        f"{hook}({', '.join(found)}), expected {hook}({', '.join(expected)})"
        for hook, found, expected in pairs
        if not set(found) <= set(expected)
    )


def _declarations_from(function: Any, plugin: str, hook: str, cls: type) -> Iterator[Any]:
    with blamed(f"the plugin {plugin!r}: {hook}()"):
        declarations = function()
        if not isinstance(declarations, Iterable):
            raise PluginError(
                f"the plugin {plugin!r} returned {type(declarations).__name__} from {hook}(); "
                f"expected a list of {cls.__name__}"
            )
        declarations = list(declarations)
    for value in declarations:
        if not isinstance(value, cls):
            raise PluginError(
                f"the plugin {plugin!r} returned {type(value).__name__} from {hook}(); expected "
                f"{cls.__name__}"
            )
        # An entry of a catalogue is judged when it is read.
        if not is_unread(value) and (sentences := list(faults(value))):
            raise PluginError(
                f"the plugin {plugin!r} returned a faulty declaration from {hook}(): "
                f"{'; '.join(sentences)}"
            )
        yield value
