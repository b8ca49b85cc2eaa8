"""What is installed here: versions, platform, and whether the files are those that were shipped."""

from __future__ import annotations

import base64
import json
import platform
from collections.abc import Iterator
from hashlib import sha256
from importlib import metadata
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry

__all__ = ["Integrity", "integrity", "platform_of", "versions"]

NAME = "dermoutcomes"


@frozen
class Integrity:
    """Installed files against the hashes that the installer recorded.

    `checked` is how many were compared; `altered` names those that differ or are gone.
    """

    checked: int
    altered: tuple[str, ...]

    @property
    def words(self) -> str:
        """The finding in words."""
        if self.altered:
            return f"{len(self.altered)} of {self.checked} installed files differ from what was shipped"
        if not self.checked:
            return "installed from a checkout, so that there are no shipped files to compare with"
        return f"all {self.checked} installed files are as shipped"


def platform_of() -> dict[str, str]:
    """The machine, as far as numbers can depend on it; no name of host or user."""
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
    }


def versions(registry: Registry) -> dict[str, str]:
    """Distribution = version: this one, what it requires, and those of every plugin."""
    required = {
        NAME,
        *(_required(line) for line in metadata.requires(NAME) or () if "extra ==" not in line),
    }
    installed = {name: version for name in sorted(required) if (version := _version(name))}
    others = {
        plugin.origin.partition(" ")[0]: plugin.version
        for plugin in registry.plugins
        if plugin.version
    }
    return dict(sorted({**others, **installed}.items()))


def _required(line: str) -> str:
    return next(
        piece
        for piece in line.replace(";", " ")
        .replace("[", " ")
        .replace(">", " ")
        .replace("=", " ")
        .replace("<", " ")
        .split()
    )


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def integrity() -> Integrity:
    """Installed files against the installer's record (RECORD of the distribution, SHA-256).

    None of a checkout, which is worked on.
    """
    compared = [] if _is_checkout() else list(_comparisons())
    return Integrity(len(compared), tuple(name for name, same in compared if not same))


def _is_checkout() -> bool:
    origin = json.loads(metadata.distribution(NAME).read_text("direct_url.json") or "{}")
    return bool(origin.get("dir_info", {}).get("editable"))


def _comparisons() -> Iterator[tuple[str, bool]]:
    for file in metadata.files(NAME) or ():
        if file.hash is not None and file.hash.mode == "sha256" and file.suffix == ".py":
            place = file.locate()
            yield str(file), place.is_file() and _hash(place.read_bytes()) == file.hash.value  # type: ignore[attr-defined]


def _hash(content: bytes) -> str:
    return base64.urlsafe_b64encode(sha256(content).digest()).rstrip(b"=").decode()
