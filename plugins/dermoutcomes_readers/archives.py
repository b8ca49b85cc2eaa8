"""Workbooks that are zip files, and what the standard library raises at one that is damaged."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from dermoutcomes import size_limits

__all__ = ["opened_archive"]

# A smaller part is unpacked however well it is packed.
ALWAYS_UNPACKED = 1 << 28


@contextmanager
def opened_archive(path: Path) -> Iterator[ZipFile]:
    """The zip file, open. Raises BadZipFile for whatever is damaged in it, also while it is read.

    A name that is no text, a way of packing that nobody has, a part that ends too early: each has
    an error of its own kind in the standard library, and none of them says that the file is broken.
    A part of more than 256 MB that is packed more tightly than the source allows, which no sheet
    is that a person filled, is refused before it is read.
    """
    try:
        with ZipFile(path) as book:
            _refuse_bomb(book)
            yield book
    except zlib.error as error:
        raise BadZipFile("a part of it cannot be unpacked") from error
    except EOFError as error:
        raise BadZipFile("a part of it ends too early") from error
    except UnicodeDecodeError as error:
        raise BadZipFile("the name of a part, or its text, is damaged") from error
    except RuntimeError as error:
        raise BadZipFile(
            f"a part of it is packed in another way than workbooks are: {error}"
        ) from (error)


def _refuse_bomb(book: ZipFile) -> None:
    limits = size_limits()
    for part in book.infolist():
        times = -(-part.file_size // max(part.compress_size, 1))
        if part.file_size > ALWAYS_UNPACKED and times > limits.times_packed:
            raise BadZipFile(
                f"the part {part.filename} of {part.compress_size / 1e6:.1f} MB would unpack to "
                f"{part.file_size / 1e6:.0f} MB; {limits.hint('times_packed', times)}"
            )
