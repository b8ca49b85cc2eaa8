"""The names that the packages export, with signature and docstring.

For the page of the reference and for the file that tests hold.
"""

# ruff: noqa: INP001 - a script, not a package

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from pathlib import PurePath
from typing import Any, ForwardRef, get_origin

import attrs

__all__ = ["PACKAGES", "golden", "page", "public_packages"]

# Those that export names so far: a package without `__all__` has none.
PACKAGES = ("dermoutcomes", "dermoutcomes.stats", "dermoutcomes.report", "dermoutcomes.testing")
# What is no class or function has no docstring of its own.
VALUES = {
    "__version__": "The version of this installation.",
    "__plugin_api__": "The newest version of the plugin API that this installation can use; what a plugin written for it states.",
    "REFUSALS": "Code = sentence of every result that is refused, since it cannot be true or is not declared.",
    "BASELINE": "What a change is counted from, as a reference visit.",
    "NO_DIRECTION": "Code and sentence of a one-sided p-value for which `tail_of` gives no tail.",
    "RECORD_KEY": "Columns of a record on whom and where: what the two values of a change share.",
    "ModelTerm": "The variables whose product a term is; the intercept is the product of none.",
    "Rich": "A text in its parts, each with what it shows.",
    "Tail": "To which side a test looks: `two-sided`, `greater` or `less`.",
    "Block": "What a section is made of.",
    "LAYOUT_WORDS": "Words that every format sets around a document: heads of the claims, leads of the front.",
}
WIDTH = 96


def public_packages() -> tuple[str, ...]:
    """The packages that export names."""
    return tuple(name for name in PACKAGES if hasattr(import_module(name), "__all__"))


def golden() -> str:
    """Every name of every package with its parameters, and the methods, properties and attributes of its classes."""
    return "".join(
        f"{line}\n"
        for package in public_packages()
        for name in sorted(import_module(package).__all__)
        for line in _lines(package, name)
    )


def page() -> Iterator[str]:
    """The page of the reference: each name under its package."""
    yield from (", ".join(f"[{name}](#{name.replace('.', '')})" for name in public_packages()), "")
    for package in public_packages():
        yield from (f"## {package}", "", _sentence(import_module(package)), "")
        for name in sorted(import_module(package).__all__):
            yield from _entry(package, name)


def _lines(package: str, name: str) -> Iterator[str]:
    value = getattr(import_module(package), name)
    yield _wrapped(f"{package}.{_head(name, value)}")
    yield from (_wrapped(f"{package}.{name}.{member}") for member, _ in _members(value))


def _entry(package: str, name: str) -> Iterator[str]:
    value = getattr(import_module(package), name)
    own = str(getattr(_function(value), "__module__", "")).startswith("dermoutcomes")
    # Of what another library made, as the mark of a hook, its first sentence says enough.
    text = VALUES.get(name) or (inspect.getdoc(_function(value)) if own else _sentence(value))
    assert text, f"{package}.{name} has no docstring: the reference has nothing to say of it"
    fields = inspect.isclass(value) and value.__module__.startswith("dermoutcomes.declare.")
    declared = fields and attrs.has(value) and name in import_module("dermoutcomes.declare").__all__
    if declared:
        # The page of hooks has the whole of a declaration, with its fields.
        text = f"{_sentence(value)} [Every field](hooks.md#{name.lower()})."
    yield from (
        f"### `{name}`",
        "",
        "```text",
        _wrapped(_head(name, value)),
        "```",
        "",
        text,
        "",
    )
    members = [f"- `{member}`" + (f": {said}" if said else "") for member, said in _members(value)]
    yield from ((*members, "") if members else ())


def _head(name: str, value: Any) -> str:
    """The name as it is called, or with its type where it is no class or function."""
    if get_origin(value) is not None:
        return f"{name}: type"
    function = _function(value)
    if not callable(function):
        return f"{name}: {type(value).__name__}"
    if not function.__module__.startswith("dermoutcomes"):
        return name
    if inspect.isclass(value) and not any("__init__" in vars(cls) for cls in _own(value)):
        return name
    signature = inspect.signature(function)
    if inspect.isclass(value):
        signature = signature.replace(return_annotation=signature.empty)
    if function is not value:
        return f"{name}: fixture -> {_type(signature.return_annotation)}"
    return f"{name}{_signature(signature)}"


def _own(cls: type) -> list[type]:
    """The class and its bases, those of this project alone."""
    return [base for base in cls.__mro__ if base.__module__.startswith("dermoutcomes")]


def _function(value: Any) -> Any:
    """The function of a pytest fixture; anything else as it is."""
    wrapped = getattr(value, "_get_wrapped_function", None)
    return wrapped() if wrapped else inspect.unwrap(value) if callable(value) else value


def _signature(signature: inspect.Signature) -> str:
    parameters = [
        parameter.replace(annotation=_Words(_type(parameter.annotation)))
        if parameter.annotation is not parameter.empty
        else parameter
        for parameter in signature.parameters.values()
    ]
    parameters = [
        parameter.replace(default=_Words(_default(parameter.default)))
        if parameter.default is not parameter.empty
        else parameter
        for parameter in parameters
    ]
    returned = signature.return_annotation
    shown = signature.replace(
        parameters=parameters,
        return_annotation=returned
        if returned is signature.empty
        else _Words("None" if returned is None else _type(returned)),
    )
    return str(shown)


class _Words:
    """Text that is shown without quotes."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def _type(annotation: Any) -> str:
    if isinstance(annotation, ForwardRef):
        return annotation.__forward_arg__
    return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)


def _default(value: Any) -> str:
    """A default as it is written, with … for what is made anew for each object or has fields of its own."""
    if value is attrs.NOTHING:
        return "…"
    if attrs.has(type(value)):
        return f"{type(value).__name__}(…)"
    if isinstance(value, PurePath):
        return f"Path({value.as_posix()!r})"
    named = inspect.isclass(value) or inspect.isroutine(value)
    return str(value.__qualname__) if named else repr(value)


def _members(value: Any) -> Iterator[tuple[str, str]]:
    """What a class has beside its fields, with the first sentence on it; not the tests of a battery."""
    if not inspect.isclass(value):
        return
    fields = {field.name for field in attrs.fields(value)} if attrs.has(value) else set()
    annotations = {
        name: kind
        for cls in reversed(_own(value))
        for name, kind in inspect.get_annotations(cls).items()
    }
    for name in sorted({*dir(value), *annotations}):
        if name.startswith(("_", "test_")) or name in fields:
            continue
        member = inspect.getattr_static(value, name, None)
        home = getattr(_function(getattr(member, "__func__", member)), "__module__", "") or ""
        if isinstance(member, (property, cached_property)):
            yield f"{name}: property", _sentence(member)
        elif name in annotations:
            yield f"{name}: {_type(annotations[name])}", ""
        elif inspect.isroutine(member) and home.startswith("dermoutcomes"):
            bound = getattr(value, name)
            yield f"{name}{_signature(inspect.signature(bound))}", _sentence(bound)


def _sentence(value: Any) -> str:
    """The first sentence of the docstring, in one line."""
    text = " ".join((inspect.getdoc(_function(value)) or "").partition("\n\n")[0].split())
    return match[0] if (match := re.match(r".*?\.(?=\s|$)", text)) else text


def _wrapped(head: str) -> str:
    """A call in one line where it is short, else a line a parameter."""
    if len(head) <= WIDTH:
        return head
    name, _, rest = head.partition("(")
    parts, depth, start = [], 0, 0
    for position, sign in enumerate(rest):
        depth += (sign in "([{") - (sign in ")]}")
        if (sign == "," and depth == 0) or depth < 0:
            parts.append(rest[start:position].strip())
            start = position + 1
        if depth < 0:
            break
    lines = "".join(f"    {part},\n" for part in parts if part)
    return f"{name}(\n{lines}){rest[start:]}"
