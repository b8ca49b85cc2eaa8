"""Files of SAS, SPSS and Stata, read by pyreadstat: values, their labels, and what is missing."""

from __future__ import annotations

import io
import re
import struct
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from attrs import field, frozen

from dermoutcomes import CodedColumn, Match, Problem, RawTable, Reader, StudyError, coded_table
from dermoutcomes_readers.encodings import odd_word
from dermoutcomes_readers.statistical_dates import SAS, SPSS, STATA, date_text, kind_of_format
from dermoutcomes_readers.value_labels import LabelOptions

__all__ = ["FORMATS", "READERS", "Format", "values_of_tables"]

SAV, ENCRYPTED = (b"$FL2", b"$FL3"), b"ENCRYPTEDSAV"
DTA = b"<stata_dta>"
# Older files of Stata: the release, the order of bytes, a 1 and a 0.
OLD_DTA = tuple(
    bytes((release, order, 1, 0)) for release in (*range(108, 116), 104, 105) for order in (1, 2)
)
# Where later ones state how many columns and rows they have.
STATA_SIZE = re.compile(rb"<K>(.{2,4}?)</K><N>(.{4,8}?)</N>", re.DOTALL)
SIZE_OF_HEAD = 512
SAS7BDAT = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
XPT, MEMBER, RECORD = b"HEADER RECORD*******LIB", b"HEADER RECORD*******MEMB", 80
LIBRARY_RECORDS = 3
# Where the records of columns begin in a file of SPSS, and the record behind the last.
SAV_HEADER, SAV_END = 176, 999
# Where such a file says how it packs cells, and how many rows it has (-1: it does not know).
SAV_PACKING, SAV_ROWS = 72, 80
# How many cells of 8 bytes a byte can stand for: as they are, packed, and packed again by zlib.
CELLS_A_BYTE = MappingProxyType({0: 1 / 8, 1: 1, 2: 1032})
# How many rows a table has, which the eighth version of transport files says.
OBSERVATIONS = re.compile(rb"HEADER RECORD\*{7}OBSV8 +HEADER RECORD!{7} *(\d+)")
# How texts are written in a file that does not say it.
USUAL_ENCODING = "WINDOWS-1252"
# What the library calls encodings that Python has under another name.
NAMES_HERE = MappingProxyType({"mac-roman": "MACINTOSH"})


@frozen(eq=False)
class Format:
    """A format: its name in messages, the function of pyreadstat, and how its dates are written.

    `says_encoding` where a file names the encoding of its texts, `has_missing` where the function
    can give the values that are declared missing.
    """

    name: str
    label: str
    suffixes: tuple[str, ...]
    function: str
    dates: MappingProxyType[str, str]
    is_known: Callable[[bytes], bool]
    says_encoding: bool = True
    has_missing: bool = True
    tables: Callable[[bytes, Path], Iterator[bytes]] = field(
        default=lambda content, path: iter((content,))  # noqa: ARG005 - one table, as a rule
    )

    def recognise(self, path: Path, head: bytes) -> Match | None:
        """A file is known by its first bytes; the suffix alone is a weak sign."""
        if self.is_known(head):
            return Match(1.0, f"the first bytes of a {self.label}")
        return Match(0.3, f"the suffix {path.suffix}") if self.has_suffix(path) else None

    def has_suffix(self, path: Path) -> bool:
        """Whether the name of a file ends as those of this format do."""
        return path.suffix.lower() in self.suffixes

    def read(self, path: Path, options: LabelOptions) -> Mapping[str, RawTable]:
        """The tables of a file by name; rows are numbered from 1.

        Raises StudyError for a file that is cut short, protected, of another format or in another
        encoding than it says.
        """
        tables: dict[str, RawTable] = {}
        for values, metadata in values_of_tables(path.read_bytes(), path, self, options):
            table = _table(values, metadata, path, self, options)
            if table.name in tables:
                raise StudyError(
                    _problem(
                        path,
                        f"two tables of the file are called {table.name!r}",
                        expected="a name for each table, by which `sheet` asks for it",
                        hint="export each into a file of its own",
                    )
                )
            tables[table.name] = table
        return tables


def values_of_tables(
    content: bytes, path: Path, form: Format, options: LabelOptions
) -> Iterator[tuple[dict[str, list[Any]], Any]]:
    """The columns of each table of a file as they are stored, with what the library says of them.

    Raises StudyError as `Format.read` does.
    """
    _refuse_other_format(content, path, form)
    for part in form.tables(content, path):
        values, metadata = _parsed(part, path, form, options.encoding)
        rows = max(map(len, values.values()), default=0)
        stated = OBSERVATIONS.search(part) if part.startswith(XPT) else None
        if stated and int(stated[1]) != rows:
            raise StudyError(_cut_short(path, form.label, f"{int(stated[1])} rows"))
        yield values, metadata


def _table(
    values: dict[str, list[Any]], metadata: Any, path: Path, form: Format, options: LabelOptions
) -> RawTable:
    if not values:
        raise StudyError(
            _problem(
                path,
                f"the {form.label} has no columns",
                expected="a column for each thing that was asked or measured",
                hint="it may be damaged, or the wrong file of a folder: export it again",
                code="empty_file",
            )
        )
    # Every variable of these formats has a name: the library gives None where its bytes are damaged.
    nameless = [number for number, name in enumerate(values, 1) if not name]
    if nameless:
        raise StudyError(
            _problem(
                path,
                f"a column of the {form.label} has no name",
                found=f"column {nameless[0]} of {len(values)}",
                expected="a name for each column",
                hint="the file is damaged: export it again",
            )
        )
    columns = [_column(name, cells, metadata, form) for name, cells in values.items()]
    name = metadata.table_name or path.stem
    rows = max(map(len, values.values()))
    return coded_table(name, columns, range(1, rows + 1), options.labels)


def _column(name: str, stored: list[Any], metadata: Any, form: Format) -> CodedColumn:
    """A column with its dates as texts, its labels, and which of its cells are declared missing."""
    kind = kind_of_format(metadata.original_variable_types.get(name), form.dates)
    labels = metadata.variable_value_labels.get(name, {})
    ranges = metadata.missing_ranges.get(name, ())
    letters = {*metadata.missing_user_values.get(name, ())}
    is_text = metadata.readstat_variable_types.get(name) == "string"
    # Of a column of texts a letter is a text; of one of numbers SAS and Stata say why by it.
    missing = [
        row
        for row, value in enumerate(stored)
        if _is_between(value, ranges) or (not is_text and value in letters)
    ]
    absent = {*missing}
    cells = [_cell(value, None if row in absent else kind) for row, value in enumerate(stored)]
    return CodedColumn(
        name,
        cells,
        metadata.column_names_to_labels.get(name) or "",
        {_code(code): word for code, word in labels.items()},
        missing,
    )


def _cell(value: Any, kind: str | None) -> float | str | None:
    if value is None or isinstance(value, str):
        return value
    number = _code(value)
    assert isinstance(number, float)
    return number + 0.0 if kind is None else date_text(number, kind)  # no -0


def _code(value: Any) -> float | str:
    return value if isinstance(value, str) else float(value)


def _is_between(value: Any, ranges: Any) -> bool:
    """Whether SPSS declares a value missing: it names values and ranges of them."""
    return value is not None and any(
        type(value) is type(one["lo"]) and one["lo"] <= value <= one["hi"] for one in ranges
    )


def _parsed(
    content: bytes, path: Path, form: Format, encoding: str | None
) -> tuple[dict[str, list[Any]], Any]:
    """Columns as pyreadstat gives them, and its metadata."""
    fallback = USUAL_ENCODING if encoding is None and not form.says_encoding else encoding
    for tried in dict.fromkeys((encoding, fallback)):
        try:
            values, metadata = _checked(content, path, form, tried)
        except UnicodeDecodeError as error:
            problem = _other_encoding(path, form, tried, error.object[:20])
            continue
        named = tried or metadata.file_encoding or USUAL_ENCODING
        if encoding is None and named == USUAL_ENCODING:
            _ask_for_encoding(values, metadata, path, form)
        return values, metadata
    raise StudyError(problem)


def _ask_for_encoding(
    values: Mapping[str, list[Any]], metadata: Any, path: Path, form: Format
) -> None:
    """StudyError where a word is none of Western Europe: it asks which encoding it is of.

    Programs write Windows-1252 into a file of another encoding, or nothing.
    """
    words = dict.fromkeys(
        text.strip()
        for text in _texts(values, metadata)
        if isinstance(text, str) and not text.isascii()
    )
    try:
        word = odd_word("\n".join(words).encode("cp1252"))
    except UnicodeEncodeError:  # It was UTF-8 after all.
        return
    if word is not None:
        _, found, keys = word
        raise StudyError(
            _problem(
                path,
                f"letters in a text of the {form.label} are none in Windows-1252, in which it is read",
                found=found,
                expected=keys,
                hint="or save the file again in a version that names its encoding",
            )
        )


def _texts(values: Mapping[str, list[Any]], metadata: Any) -> Iterator[Any]:
    """Names and labels of columns, labels of values, and cells."""
    yield from values
    yield from metadata.column_names_to_labels.values()
    for labels in metadata.variable_value_labels.values():
        yield from labels.values()
    for name, cells in values.items():
        if metadata.readstat_variable_types.get(name) == "string":
            yield from cells


def _checked(
    content: bytes, path: Path, form: Format, encoding: str | None
) -> tuple[dict[str, list[Any]], Any]:
    """The same. Raises StudyError for a text that is none in its encoding.

    The library cuts such a text, or leaves it blank, and says nothing: so its bytes are looked at,
    which ISO-8859-1 gives one by one.
    """
    values, metadata = _called(content, path, form, encoding)
    named = encoding or metadata.file_encoding
    kinds = metadata.readstat_variable_types
    texts = [name for name in values if kinds[name] == "string"]
    if not named or _is_of_one_byte(named) or (not texts and all(map(str.isascii, values))):
        return values, metadata
    # Names are texts too, and differ between the two: a column is known by its place.
    bytewise, _ = _called(content, path, form, "ISO-8859-1")
    names = dict(zip(values, bytewise, strict=True))
    cells = (text for name in texts for text in bytewise[names[name]])
    for text in (text for text in (*names.values(), *cells) if not text.isascii()):
        try:
            text.encode("iso-8859-1").decode(named)
        except UnicodeDecodeError as error:
            raise StudyError(_other_encoding(path, form, named, text)) from error
    return values, metadata


def _is_of_one_byte(encoding: str) -> bool:
    """Whether any bytes are a text in an encoding, or Python does not know it."""
    try:
        return len(bytes(range(160, 256)).decode(encoding, "ignore")) == 96
    except LookupError:
        return True


def _called(
    content: bytes, path: Path, form: Format, encoding: str | None, **further: Any
) -> tuple[dict[str, list[Any]], Any]:
    import pyreadstat

    if form.has_missing:
        further["user_missing"] = True
    try:
        with warnings.catch_warnings():
            # It renames the second of two columns of one name, and only warns.
            warnings.simplefilter("error", UserWarning)
            values, metadata = getattr(pyreadstat, form.function)(
                io.BytesIO(content),
                encoding=NAMES_HERE.get(encoding or "", encoding),
                output_format="dict",
                disable_datetime_conversion=True,
                **further,
            )
    except UserWarning as error:
        raise StudyError(_contradiction(path, form, str(error))) from error
    except UnicodeDecodeError:
        raise
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, OSError) as error:
        raise StudyError(_unreadable(path, form, error, encoding)) from error
    except (TypeError, MemoryError) as error:
        # Of a damaged file the library joins texts that it does not have, or asks for room for
        # rows without end.
        what = "what it says of its own parts cannot be"
        raise StudyError(_contradiction(path, form, what)) from error
    return {name: list(cells) for name, cells in values.items()}, metadata


def _contradiction(path: Path, form: Format, what: str) -> Problem:
    return _problem(
        path,
        f"the {form.label} contradicts itself: {what}",
        expected="a name and a type for each column",
        hint="it may be damaged: save or copy it again, or export it as CSV",
    )


def _unreadable(path: Path, form: Format, error: Exception, encoding: str | None) -> Problem:
    if "character set" in str(error):
        return _problem(
            path,
            "unknown text encoding",
            found=encoding,
            expected="utf-8, windows-1252, iso-8859-1 or another name of an encoding",
        )
    if "byte sequence" in str(error):
        return _other_encoding(path, form, encoding)
    return _problem(
        path,
        f"the {form.label} cannot be read: {error}",
        expected=f"a whole {form.label}",
        hint="it may be truncated, protected by a password, or of a kind that only its own program "
        "opens: save it again, or export it as CSV",
    )


def _other_encoding(
    path: Path, form: Format, encoding: str | None, found: object = None
) -> Problem:
    named = encoding or "that it names"
    return _problem(
        path,
        f"a text of the {form.label} is not written in the encoding {named}",
        found=None if found is None else repr(found),
        expected="the encoding in which the file was saved",
        hint='encoding = "windows-1252" in the source is that of most files from Western Europe',
    )


def _refuse_other_format(content: bytes, path: Path, form: Format) -> None:
    if ENCRYPTED in content[:32]:
        raise StudyError(
            _problem(
                path,
                "the file is protected by a password",
                expected="a file without a password",
                hint="open it in SPSS and save it without encryption, or export it as CSV",
            )
        )
    if form.is_known(content):
        return
    other = next((other for other in FORMATS if other.is_known(content)), None)
    message, expected = f"the file is no {form.label}", f"a whole {form.label}"
    if other is None:
        problem = _problem(
            path,
            message,
            found=f"first bytes {content[:8]!r}",
            expected=expected,
            hint="it may be truncated, or another file under this name",
        )
    else:
        problem = _problem(
            path,
            message,
            found=other.label,
            expected=expected,
            hint=f'write reader = "{other.name}" in the source, or leave `reader` out',
            code="other_format",
        )
    raise StudyError(problem)


def _problem(path: Path, message: str, *, code: str = "unreadable_file", **about: Any) -> Problem:
    return Problem(message, file=path.name, code=code, **about)


def _sound(content: bytes, path: Path) -> Iterator[bytes]:
    """A file of SPSS whose dictionary of columns can be what it says: the library crashes at others.

    Looked at are the widths of columns, which columns have labels, where each record ends, and
    whether as many rows as it states can stand in so few bytes: the library would look for them.
    """
    order = "<" if content[64:68] in (b"\x02\0\0\0", b"\x03\0\0\0") else ">"

    def number(place: int) -> int:
        return int(struct.unpack_from(f"{order}i", content, place)[0])

    place, columns, further = SAV_HEADER, 0, 0
    try:
        while (kind := number(place)) != SAV_END:
            end = _end_of_record(content, place, kind, number)
            if kind == 2:
                columns, further = columns + 1, _further_parts(number(place + 4), further)
            else:
                _refuse_missing_parts(further)
            if kind == 4:
                _refuse_absent_columns(map(number, range(place + 8, end, 4)), columns)
            place = end
        _refuse_missing_parts(further)
        rows, packing = number(SAV_ROWS), number(SAV_PACKING)
    except (struct.error, ValueError, IndexError) as error:
        raise StudyError(
            _problem(
                path,
                "the SPSS file cannot be read: its dictionary of columns is broken",
                expected="a whole SPSS file",
                hint="it may be truncated or damaged: save or copy it again, or export it as CSV",
            )
        ) from error
    if rows * columns > len(content) * CELLS_A_BYTE.get(packing, 1):
        raise StudyError(_cut_short(path, "SPSS file", f"{rows} rows"))
    yield content


def _further_parts(width: int, expected: int) -> int:
    """How many parts of 8 bytes of a text come next: those of -1, and as many as it is wide."""
    if (width == -1) != (expected > 0):
        raise ValueError("a text of more or fewer parts than it is wide")
    return expected - 1 if width == -1 else max(-(-width // 8) - 1, 0)


def _refuse_missing_parts(further: int) -> None:
    if further:
        raise ValueError("a last text of fewer parts than it is wide")


def _refuse_absent_columns(labelled: Iterable[int], columns: int) -> None:
    if any(not 1 <= column <= columns for column in labelled):
        raise ValueError("labels of a column that is absent")


def _end_of_record(content: bytes, place: int, kind: int, number: Callable[[int], int]) -> int:
    """Where a record of the dictionary of a file of SPSS ends; ValueError for one that is none."""
    first = number(place + 4)
    if kind == 2:  # A column: its width, whether it has a label, how many missing values.
        missing = abs(number(place + 12))
        if not -1 <= first <= 255 or missing > 3 or number(place + 8) not in (0, 1):
            raise ValueError("a column that cannot be")
        label = number(place + 32) if number(place + 8) else None
        of_label = 0 if label is None else 4 + -(-label // 4) * 4
        if of_label < 0:
            raise ValueError("a label of less than nothing")
        return place + 32 + of_label + 8 * missing
    if first < 0:
        raise ValueError("less than nothing of something")
    if kind == 3:  # Labels of values: 8 bytes of the value, then a length and a text to 8 bytes.
        end = place + 8
        for _ in range(first):
            end += 8 + -(-(content[end + 8] + 1) // 8) * 8
        return end
    if kind == 4:  # The columns of the labels before.
        return place + 8 + 4 * first
    if kind == 6:  # Lines of a document.
        return place + 8 + 80 * first
    if kind == 7 and number(place + 8) >= 0 and number(place + 12) >= 0:  # Anything else.
        return place + 16 + number(place + 8) * number(place + 12)
    raise ValueError("a record of no kind")


def _whole(content: bytes, path: Path) -> Iterator[bytes]:
    """A file of Stata, which says where it ends; what is behind that end is never looked for."""
    if content.startswith(DTA) and b"</stata_dta>" not in content[-64:]:
        raise StudyError(_cut_short(path, "Stata file", "the mark of its end"))
    columns, rows = _size_of_stata(content)
    # A cell has a byte at least. The library asks for memory for as many rows as are stated.
    if rows * columns > len(content):
        raise StudyError(_cut_short(path, "Stata file", f"{rows} rows"))
    yield content


def _size_of_stata(content: bytes) -> tuple[int, int]:
    """How many columns and rows a file of Stata states; none where it does not, which is told."""
    if not content.startswith(DTA):
        order: Literal["little", "big"] = "little" if content[1] == 2 else "big"
        return int.from_bytes(content[4:6], order), int.from_bytes(content[6:10], order)
    order = "little" if b"<byteorder>LSF<" in content[:SIZE_OF_HEAD] else "big"
    stated = STATA_SIZE.search(content[:SIZE_OF_HEAD])
    if stated is None:
        return 0, 0
    return int.from_bytes(stated[1], order), int.from_bytes(stated[2], order)


def _members(content: bytes, path: Path) -> Iterator[bytes]:
    """Each data set of a transport file as a file of its own.

    The library would read the further ones as rows of the first.
    """
    if len(content) % RECORD:
        raise StudyError(_cut_short(path, "SAS transport file", f"whole records of {RECORD} bytes"))
    library = content[: LIBRARY_RECORDS * RECORD]
    starts = [
        start
        for start in range(len(library), len(content), RECORD)
        if content.startswith(MEMBER, start)
    ]
    if not starts:
        raise StudyError(_cut_short(path, "SAS transport file", "a table in it"))
    for start, end in zip(starts, [*starts[1:], len(content)], strict=True):
        yield library + content[start:end]


def _cut_short(path: Path, label: str, expected: str) -> Problem:
    return _problem(
        path,
        f"the {label} is not whole",
        expected=expected,
        hint="it may be truncated: export or copy it again",
    )


FORMATS = (
    Format(
        "spss",
        "SPSS file",
        (".sav", ".zsav"),
        "read_sav",
        SPSS,
        lambda head: head.startswith(SAV) or ENCRYPTED in head[:32],
        tables=_sound,
    ),
    Format(
        "stata",
        "Stata file",
        (".dta",),
        "read_dta",
        STATA,
        lambda head: head.startswith((DTA, *OLD_DTA)),
        says_encoding=False,
        tables=_whole,
    ),
    Format(
        "sas",
        "SAS file",
        (".sas7bdat",),
        "read_sas7bdat",
        SAS,
        lambda head: head.startswith(SAS7BDAT),
    ),
    Format(
        "sas_transport",
        "SAS transport file",
        (".xpt", ".xport"),
        "read_xport",
        SAS,
        lambda head: head.startswith(XPT),
        says_encoding=False,
        has_missing=False,
        tables=_members,
    ),
)
READERS = tuple(
    Reader(
        form.name,
        f"{form.label} ({', '.join(form.suffixes)})",
        form.suffixes,
        form.recognise,
        form.read,
        LabelOptions,
    )
    for form in FORMATS
)
