"""Workbooks that are zip files, and what the standard library raises at one that is damaged."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import BadZipFile, ZipFile

__all__ = ["opened_archive"]

# A part above both is no sheet that a person filled, but would fill the memory of the machine.
MOST_BYTES, MOST_TIMES_SMALLER = 1 << 28, 100


@contextmanager
def opened_archive(path: Path) -> Iterator[ZipFile]:
    """The zip file, open. Raises BadZipFile for whatever is damaged in it, also while it is read.

    A name that is no text, a way of packing that nobody has, a part that ends too early: each has
    an error of its own kind in the standard library, and none of them says that the file is broken.
    A part that is packed to less than a hundredth of more than 256 MB is refused before it is read.
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
    for part in book.infolist():
        is_tiny = part.file_size > MOST_TIMES_SMALLER * part.compress_size
        if part.file_size > MOST_BYTES and is_tiny:
            raise BadZipFile(
                f"the part {part.filename} of {part.compress_size / 1e6:.1f} MB would unpack to "
                f"{part.file_size / 1e6:.0f} MB"
            )
