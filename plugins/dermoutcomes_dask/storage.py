"""Shared storage: bytes of a run, by their digests, below an address that workers can read."""

from __future__ import annotations

from pathlib import Path

from attrs import define, field

from dermoutcomes import PluginError

__all__ = ["Storage", "read_address"]


@define(eq=False)
class Storage:
    """A folder of one run on shared storage, at `address`: what is put there is removed with it.

    `held` are the digests that it has.
    """

    address: str
    held: set[str] = field(factory=set)

    def put(self, path: Path, sha256: str) -> str:
        """The address of the bytes of a file. Raises PluginError where they cannot be written."""
        import fsspec

        address = f"{self.address}/{sha256}"
        if sha256 not in self.held:
            try:
                with fsspec.open(address, "wb", auto_mkdir=True) as file:
                    file.write(path.read_bytes())
            except (OSError, ValueError, ImportError) as error:
                raise PluginError(
                    f"{self.address} cannot be written ([outputs] options.dask.storage): {error}"
                ) from error
            self.held.add(sha256)
        return address

    def remove(self) -> None:
        """Remove what was put there."""
        import fsspec

        if self.held:
            system, place = fsspec.core.url_to_fs(self.address)
            system.rm(place, recursive=True)


def read_address(address: str) -> bytes:
    """The bytes at an address; OSError where there are none."""
    import fsspec

    with fsspec.open(address, "rb") as file:
        content: bytes = file.read()
    return content
