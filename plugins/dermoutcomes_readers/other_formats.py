"""Files that hold no table that can be read: what they are, and how to get one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

__all__ = ["advise"]

PICTURE = (
    "a picture has no numbers to read: export the measurements of the program that took it "
    "as CSV or .xlsx"
)
PAGES = (
    "it is a document for people: ask for the table behind it, or copy the table into a workbook "
    "and save it as .xlsx"
)
ARCHIVE = "unpack it, and name the files that are in it"
DATABASE = "open it in its program and export each table as CSV or .xlsx"
ULTRASOUND = (
    "it holds a raw signal of the device: its program writes the measurements of the same save "
    "into a text file (.cmf), which can be read"
)
R_OBJECT = 'in R, write.csv(data, "data.csv", row.names = FALSE) writes it as CSV'

# What a file begins with. A container of several formats is told apart by its suffix first.
BY_FIRST_BYTES: Mapping[bytes, str] = MappingProxyType(
    {
        b"\x89PNG": PICTURE,
        b"\xff\xd8\xff": PICTURE,
        b"GIF8": PICTURE,
        b"BM": PICTURE,
        b"II*\x00": PICTURE,
        b"MM\x00*": PICTURE,
        b"%PDF": PAGES,
        b"{\\rtf": PAGES,
        b"\x1f\x8b": ARCHIVE,
        b"7z\xbc\xaf": ARCHIVE,
        b"Rar!": ARCHIVE,
        b"SQLite format 3": DATABASE,
        b"\x00\x01\x00\x00Standard": DATABASE,
        b"RDX": R_OBJECT,
    }
)
BY_SUFFIX: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            (".bmp", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".dcm", ".heic"), PICTURE
        ),
        **dict.fromkeys((".pdf", ".doc", ".docx", ".odt", ".rtf", ".ppt", ".pptx"), PAGES),
        **dict.fromkeys((".zip", ".gz", ".7z", ".rar", ".tar"), ARCHIVE),
        **dict.fromkeys((".mdb", ".accdb", ".db", ".sqlite"), DATABASE),
        **dict.fromkeys((".crf", ".tcd", ".txd"), ULTRASOUND),
        **dict.fromkeys((".rds", ".rda", ".rdata"), R_OBJECT),
        ".pzfx": "in Prism, File > Export writes each data table as CSV",
        ".pzf": "in Prism, File > Export writes each data table as CSV",
        ".prism": "in Prism, File > Export writes each data table as CSV",
        ".jmp": "in JMP, File > Save As writes it as CSV or .xlsx",
        ".numbers": "in Numbers, File > Export To writes it as CSV or .xlsx",
        ".sas7bcat": "it holds the formats of SAS and no data: name the data set (.sas7bdat), and "
        "say what its codes mean in the source, or export it from SAS with the formats applied",
        ".spv": "it holds output of SPSS: save the data (.sav), which can be read",
        ".mtw": "in Minitab, File > Save Worksheet As writes it as CSV or .xlsx",
    }
)


def advise(path: Path, head: bytes) -> str | None:
    """How to export instead what no reader knows; None for a format of which nothing is known."""
    by_suffix = BY_SUFFIX.get(path.suffix.lower())
    if by_suffix is not None:
        return by_suffix
    return next(
        (advice for start, advice in BY_FIRST_BYTES.items() if head.startswith(start)), None
    )
