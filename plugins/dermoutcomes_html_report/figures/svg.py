"""SVG elements as markup: every attribute and text is escaped, coordinates have one decimal."""

from __future__ import annotations

from markupsafe import Markup, escape

__all__ = [
    "ALARM",
    "COLOURS",
    "GRID",
    "INK",
    "PALE",
    "address",
    "drawing",
    "element",
    "label",
    "text_width",
]

INK, PALE, GRID, ALARM = "#1b2a38", "#51626f", "#d9dfe5", "#9b2c00"
# Eight colours that stay apart for colour-blind readers; the shapes of marks differ too.
COLOURS = ("#1f5a8a", "#b4531a", "#2f7d5b", "#7b4b94", "#8a6d00", "#2e7c92", "#8c2f4b", "#555555")
FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif"


def element(name: str, *children: Markup | str, **attributes: object) -> Markup:
    """One element; an attribute `stroke_width` is written `stroke-width`, None leaves it out."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_shown(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inside = Markup("").join(children)
    return Markup(f"<{name}{given}>{inside}</{name}>") if inside else Markup(f"<{name}{given}/>")  # noqa: S704 - all parts are escaped


def _shown(value: object) -> str:
    return f"{round(value, 1):g}" if isinstance(value, float) else str(value)


def drawing(
    key: str, width: float, height: float, title: str, description: str, *children: Markup
) -> Markup:
    """A picture with a title and a description for those who cannot see it.

    It scales with the page.
    """
    named = (
        element("title", title, id=f"{key}-title"),
        element("desc", description, id=f"{key}-desc"),
    )
    return element(
        "svg",
        *named,
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        role="img",
        aria_labelledby=f"{key}-title {key}-desc",
        font_family=FONT,
        font_size=11,
    )


def label(x: float, y: float, text: str, **attributes: object) -> Markup:
    """A text in ink; `anchor` is start, middle or end."""
    return element(
        "text",
        text,
        x=x,
        y=y,
        **{"fill": INK, "text_anchor": attributes.pop("anchor", None), **attributes},
    )


def text_width(text: str, size: float = 11) -> float:
    """About how wide a text will be: enough to keep legends apart in any font."""
    return 0.56 * size * len(text)


def address(result: str) -> str:
    """The id in the page under which a result stands."""
    return f"r-{result}"
