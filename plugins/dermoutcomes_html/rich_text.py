"""The text of cells and sentences as HTML: the part of a page of which there is most.

A report and its annex have ten thousand cells, for which a macro of the template took half of the
time of their pages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dermoutcomes.report import Link, Part

__all__ = ["address", "href", "rich"]

# How the ids of what can be linked to begin.
PLACES = {"result": "r-", "section": "", "reference": "ref-"}


def address(result: str | None) -> str:
    """The id in the page under which a result stands."""
    return f"{PLACES['result']}{result}"


def href(link: Link) -> str:
    """Where a link leads: a place in the page, or what it names outside."""
    if link.kind in ("url", "file"):
        return link.target
    if link.kind == "elsewhere":
        document, _, place = link.target.partition("#")
        kind, _, target = place.partition(":")
        return f"{document}.html#{PLACES[kind]}{target}" if place else f"{document}.html"
    return f"#{PLACES[link.kind]}{link.target}"


def rich(parts: Iterable[Part], *, opens: bool) -> Markup:
    """Parts as text, links and numbers.

    Where the page `opens` evidence a number names its result, else it shows all its digits.
    """
    return Markup("".join(_part(part, opens=opens) for part in parts))  # noqa: S704 - all escaped


def _part(part: Part, *, opens: bool) -> str:
    text = escape(part.text)
    look = f' class="{escape(part.look)}"' if part.look else ""
    here = f' id="{escape(address(part.result))}"' if part.addressed else ""
    if part.link:
        return f'<a href="{escape(href(part.link))}"{look}{here}>{text}</a>'
    if not here and opens and part.result:
        here = f' data-r="{escape(part.result)}"'
    if part.value is not None:
        digits = repr(part.value)
        title = "" if opens else f' title="{digits}"'
        return f'<data value="{digits}"{title}{here}>{text}</data>'
    return f"<span{look}{here}>{text}</span>" if look or here else text
