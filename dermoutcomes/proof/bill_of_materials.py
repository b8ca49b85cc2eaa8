"""The packages that are installed here against the bill of materials that the program comes with.

The bill (CycloneDX, `dermoutcomes.cdx.json`) names each package that a run needs, with its version, the
SHA-256 of its archives, and for the platforms that it was made on one digest of the files in them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from importlib import metadata
from pathlib import Path, PurePosixPath

from attrs import frozen

from dermoutcomes.number_text import count_words

__all__ = [
    "BILL",
    "FILES_OF",
    "Materials",
    "Package",
    "bill_of_materials",
    "digest_of_files",
    "installed_materials",
    "tag_of",
]

BILL = "dermoutcomes.cdx.json"
# The property of a component that has the digest of its files, before the tag of its wheel.
FILES_OF = "dermoutcomes:files-sha256:"
# What an installer adds to the files of a wheel, and lists among them.
OF_INSTALLERS = ("INSTALLER", "REQUESTED", "RECORD", "direct_url.json", "uv_cache.json")
CODE = (".py", ".so", ".pyd", ".dll", ".dylib")
# So many files of a package are named.
FILES_NAMED = 5


@frozen
class Package:
    """One package: its version in the bill and here, and what differs of its files.

    `altered` differ from what the installer recorded or are gone; `added` is code beside them that
    no installer recorded; `as_listed` says whether the files are those of the bill, None where the
    bill does not know this platform or has another version.
    """

    name: str
    listed: str
    installed: str | None
    files: int = 0
    altered: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    as_listed: bool | None = None

    @property
    def is_changed(self) -> bool:
        """Whether files are other than they were installed, or than the bill says."""
        return bool(self.altered or self.added) or self.as_listed is False

    @property
    def words(self) -> str | None:
        """What differs in a sentence; None where nothing does."""
        if self.installed is None:
            return f"{self.name} {self.listed} is not installed"
        parts = []
        if self.installed != self.listed:
            parts.append(f"is {self.installed} here and {self.listed} in the bill of materials")
        if self.altered:
            parts.append(f"has files that differ from what was installed: {_few(self.altered)}")
        if self.added:
            parts.append(f"has code beside it that nobody installed: {_few(self.added)}")
        if self.as_listed is False:
            parts.append("has other files than the bill of materials lists for this platform")
        return f"{self.name} {'; '.join(parts)}" if parts else None


@frozen
class Materials:
    """The packages of the bill of materials, as they are here."""

    packages: tuple[Package, ...] = ()

    @property
    def is_changed(self) -> bool:
        """Whether files of any package were changed after it was installed."""
        return any(package.is_changed for package in self.packages)

    @property
    def differences(self) -> tuple[str, ...]:
        """A sentence for each package that is not as the bill says."""
        return tuple(words for package in self.packages if (words := package.words))

    @property
    def words(self) -> str:
        """The finding in words."""
        if not self.packages:
            return "no bill of materials came with this installation"
        alike = len(self.packages) - len(self.differences)
        files = sum(package.files for package in self.packages)
        by_bill = sum(package.as_listed is True for package in self.packages)
        return (
            f"{alike} of {count_words(len(self.packages), 'package')} as in the bill of materials; "
            f"{count_words(files, 'file')} compared with what the installer recorded, those of "
            f"{count_words(by_bill, 'package')} with the bill itself"
        )


def bill_of_materials() -> Mapping[str, object]:
    """The bill that came with the program: in the wheel, or at the root of a checkout.

    Empty where none is there.
    """
    package = Path(__file__).parents[1]
    for path in (package / "_bundled" / BILL, package.parent / BILL):
        if path.is_file():
            bill: Mapping[str, object] = json.loads(path.read_text(encoding="utf-8"))
            return bill
    return {}


def installed_materials(bill: Mapping[str, object] | None = None) -> Materials:
    """Every package of the bill as it is installed here. Reads all their files."""
    components = (bill_of_materials() if bill is None else bill).get("components", ())
    assert isinstance(components, Iterable)
    return Materials(tuple(_package(component) for component in components))


def _package(component: Mapping[str, object]) -> Package:
    name, version = str(component["name"]), str(component["version"])
    try:
        distribution = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return Package(name, version, None)
    recorded = dict(_recorded(distribution))
    altered = tuple(
        path for path, digest in recorded.items() if _digest(distribution, path) != digest
    )
    return Package(
        name,
        version,
        distribution.version,
        len(recorded),
        altered,
        tuple(_added(distribution)),
        _as_listed(component, distribution) if distribution.version == version else None,
    )


def _recorded(distribution: metadata.Distribution) -> Iterator[tuple[str, str]]:
    """Path and SHA-256 (base64, as in RECORD) of each file that the installer recorded."""
    for file in distribution.files or ():
        if file.hash is not None and file.hash.mode == "sha256" and file.suffix != ".pyc":
            yield file.as_posix(), file.hash.value


def _digest(distribution: metadata.Distribution, path: str) -> str | None:
    place = Path(str(distribution.locate_file(path)))
    if not place.is_file():
        return None
    with place.open("rb") as file:
        digest = sha256()
        while part := file.read(1 << 20):
            digest.update(part)
    return base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()


def _added(distribution: metadata.Distribution) -> Iterator[str]:
    """Code in the package's own folders that its record does not have."""
    files = [file.as_posix() for file in distribution.files or ()]
    known = set(files)
    folders = {PurePosixPath(name).parts[0] for name in files if "/" in name}
    for folder in sorted(folders):
        place = Path(str(distribution.locate_file(folder)))
        # Scripts of all packages lie in one folder, in which code of others is none that was added.
        if folder in ("..", "bin") or not (place / "__init__.py").is_file():
            continue
        for path in sorted(place.rglob("*")):
            name = path.relative_to(place.parent).as_posix()
            if path.suffix in CODE and name not in known and path.is_file():
                yield name


def _as_listed(component: Mapping[str, object], distribution: metadata.Distribution) -> bool | None:
    properties = component.get("properties", ())
    assert isinstance(properties, Iterable)
    listed = {one["name"]: one["value"] for one in properties}.get(FILES_OF + tag_of(distribution))
    return None if listed is None else listed == digest_of_files(distribution)


def tag_of(distribution: metadata.Distribution) -> str:
    """The first tag of the wheel that was installed, as cp311-cp311-manylinux_2_17_x86_64."""
    words = (distribution.read_text("WHEEL") or "").splitlines()
    return next((line.partition(":")[2].strip() for line in words if line.startswith("Tag:")), "")


def digest_of_files(distribution: metadata.Distribution) -> str:
    """One digest of the paths and digests of a wheel's files, without what installers add."""
    lines = sorted(
        f"{path},{digest}"
        for path, digest in _recorded(distribution)
        if not path.startswith("../") and PurePosixPath(path).name not in OF_INSTALLERS
    )
    return sha256("\n".join(lines).encode()).hexdigest()


def _few(names: tuple[str, ...]) -> str:
    more = len(names) - FILES_NAMED
    return ", ".join(names[:FILES_NAMED]) + (f" and {more} more" if more > 0 else "")
