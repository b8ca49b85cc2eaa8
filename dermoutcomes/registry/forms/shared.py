"""What several entries of a folder say alike, as the climate of a room: in a file of its own.

shares = ["room"]        in [instruments.NAME]: parameters and checks of shared/room.toml
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import tomli

from dermoutcomes.errors import Problem, did_you_mean, one_of

__all__ = ["with_shared"]

PARTS = ("parameters", "checks")


def with_shared(
    content: Mapping[str, Any], folder: Path, problems: list[Problem]
) -> dict[str, Any]:
    """The content of an entry, with what it shares behind what is its own."""
    instruments = content.get("instruments")
    if not isinstance(instruments, Mapping):
        return dict(content)
    whole = {
        name: _with_parts(table, folder, f"instruments.{name}", problems)
        if isinstance(table, Mapping) and "shares" in table
        else table
        for name, table in instruments.items()
    }
    return {**content, "instruments": whole}


def _with_parts(
    table: Mapping[str, Any], folder: Path, path: str, problems: list[Problem]
) -> dict[str, Any]:
    own = {name: value for name, value in table.items() if name != "shares"}
    for name in _names(table["shares"], folder, f"{path}.shares", problems):
        shared = tomli.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
        for part in PARTS:
            both = sorted({*own.get(part, {})} & {*shared.get(part, {})})
            if both:
                problems.append(
                    Problem(
                        f"shared/{name}.toml has the same {part}",
                        path=f"{path}.{part}",
                        found=", ".join(both),
                        expected="each in one of the two files",
                    )
                )
            own[part] = {**own.get(part, {}), **shared.get(part, {})}
    return own


def _names(shares: Any, folder: Path, path: str, problems: list[Problem]) -> Iterator[str]:
    known = tuple(sorted(file.stem for file in folder.glob("*.toml")))
    if not isinstance(shares, list):
        problems.append(
            Problem("not a list of names", path=path, found=repr(shares), expected='["NAME"]')
        )
        return
    for name in shares:
        if name in known:
            yield name
            continue
        problems.append(
            Problem(
                f"the folder shared/ has no file {str(name) + '.toml'!r}",
                path=path,
                found=repr(name),
                expected=one_of(known) if known else "no `shares`: there is no such folder",
                hint=did_you_mean(str(name), known),
            )
        )
