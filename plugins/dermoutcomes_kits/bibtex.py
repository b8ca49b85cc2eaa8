"""References as BibTeX, read from citations in the style of the AMA."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dermoutcomes import Reference

__all__ = ["bibtex"]

# "Holm S. A simple … procedure. Scand J Stat 1979;6:65-70."
ARTICLE = re.compile(
    r"(?P<authors>[^.]+)\. (?P<title>.+[^.])[.?] (?P<journal>[^.;]+) (?P<year>\d{4});"
    r"(?P<volume>[^:(;]+)(?:\((?P<number>[^)]+)\))?:(?P<pages>[\w.-]+?)\.?"
)
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
# A family name and initials, as "van der Pols JC".
PERSON = re.compile(r"(?P<family>.+?) (?P<initials>[A-Z]{1,4}(?:-[A-Z])?)")
SIGNS = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def bibtex(references: Iterable[Reference]) -> str:
    """An entry a reference, in their order.

    A citation that is not of an article in a journal is an entry `misc` with the citation whole.
    """
    taken: set[str] = set()
    return "\n".join(_entry(reference, taken) for reference in references)


def _entry(reference: Reference, taken: set[str]) -> str:
    article = ARTICLE.fullmatch(reference.citation.strip())
    if article is not None:
        kind = "article"
        fields = {
            "author": _authors(article["authors"]),
            "title": f"{{{_plain(article['title'])}}}",
            "journal": _plain(article["journal"]),
            "year": article["year"],
            "volume": _plain(article["volume"].strip()),
            "number": _plain(article["number"] or ""),
            "pages": _plain(article["pages"]).replace("-", "--"),
        }
    else:
        years = YEAR.findall(reference.citation)
        kind = "misc"
        fields = {
            "title": f"{{{_plain(reference.citation.strip())}}}",
            "year": years[-1] if years else "",
        }
    # A DOI is an address, and its signs are its own; braces alone would end the field.
    fields["doi"] = re.sub(r"[{}\s]", "", reference.doi or "")
    fields["note"] = _plain(reference.note or "")
    key = _key(reference.citation, fields["year"], taken)
    lines = [f"  {name} = {{{text}}}," for name, text in fields.items() if text]
    return "\n".join([f"@{kind}{{{key},", *lines, "}", ""])


def _authors(text: str) -> str:
    """As "Holm, S and others"; a name without initials is one of a body, and kept whole."""
    names = []
    for name in text.split(", "):
        person = PERSON.fullmatch(name)
        if name in ("et al", "et al."):
            names.append("others")
        elif person is not None:
            names.append(f"{_plain(person['family'])}, {person['initials']}")
        else:
            names.append(f"{{{_plain(name)}}}")
    return " and ".join(names)


def _key(citation: str, year: str, taken: set[str]) -> str:
    """First word and year, as "holm1979"; a letter behind what is taken."""
    word = re.sub(r"[^a-z]", "", citation.split(maxsplit=1)[0].lower()) or "source"
    key = next(name for name in _names(f"{word}{year}") if name not in taken)
    taken.add(key)
    return key


def _names(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}{letter}" for letter in "bcdefghijklmnopqrstuvwxyz")
    number = 1
    while True:
        number += 1
        yield f"{name}-{number}"


def _plain(text: str) -> str:
    """Text whose signs mean nothing to TeX."""
    return "".join(SIGNS.get(sign, sign) for sign in " ".join(text.split()))
