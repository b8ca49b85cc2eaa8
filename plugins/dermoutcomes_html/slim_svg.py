"""A drawing as it stands in a page: the same picture in fewer letters."""

from __future__ import annotations

import re

__all__ = ["slim_svg"]

# Vega draws each group with a frame before and behind it; one without colour is not seen.
FRAME = re.compile(r'<path class="(?:background|foreground)"(?![^>]*(?:fill|stroke)=)[^>]*/>')
CLASS = re.compile(r'(<g) class="mark-[^"]*"')
# A subject's line has three groups of its own, which move nothing.
GROUPS = re.compile(r'<g transform="translate\(0,0\)"><g><g>(<path [^>]*/>)</g></g></g>')
# A point as two arcs around its middle.
POINT = re.compile(
    r'<path transform="translate\((?P<x>-?[\d.]+),(?P<y>-?[\d.]+)\)" '
    r'd="M(?P<r>[\d.]+),0A(?P=r),(?P=r),0,1,1,-(?P=r),0A(?P=r),(?P=r),0,1,1,(?P=r),0"'
    r"(?P<look>[^>]*)/>"
)
STROKE = re.compile(r' stroke-[a-z]+="[^"]*"')
OPAQUE = re.compile(r' opacity="1"(?=[^<>]*>)')
# Inside a tag; a thousandth of a point is less than any screen or printer shows.
LONG_NUMBER = re.compile(r"-?\d+\.\d{4,}(?=[^<>]*>)")
DECIMALS = 3


def slim_svg(svg: str) -> str:
    """The drawing without what is not seen: frames, classes, groups and strokes without colour.

    Words inside are as they were.
    """
    for pattern, kept in ((FRAME, ""), (CLASS, r"\1"), (GROUPS, r"\1"), (OPAQUE, "")):
        svg = pattern.sub(kept, svg)
    return LONG_NUMBER.sub(_short, POINT.sub(_circle, svg))


def _short(number: re.Match[str]) -> str:
    return f"{round(float(number[0]), DECIMALS):.{DECIMALS}f}".rstrip("0").rstrip(".")


def _circle(point: re.Match[str]) -> str:
    look = point["look"]
    if " stroke=" not in look:
        look = STROKE.sub("", look)
    return f'<circle cx="{point["x"]}" cy="{point["y"]}" r="{point["r"]}"{look}/>'
