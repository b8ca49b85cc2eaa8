"""The fonts that figures are drawn with: those that the drawing library holds, and the system's for other scripts.

The library looks up a font for every letter that it measures and draws. One that it holds in memory costs
nothing there, but a file of the system's is opened and mapped anew for each letter, which was half of the time
of a figure. The system's fonts win by name over those in memory, so they stay out until a text has a letter
that Liberation Sans has not.
"""

from __future__ import annotations

import os
import re
import sys
from functools import cache
from html import escape
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory

from dermoutcomes.shortages import refuse_to_draw

__all__ = ["FONT_FOLDER", "register_fonts"]

FONT_FOLDER = "fonts"
# Letters that no face of Liberation Sans lacks; some that it has are left out, which costs time only.
LATIN_GREEK_CYRILLIC = re.compile(
    r"[\t\n -~\u00a0-\u036f\u0384-\u038a\u038e-\u03a1\u03a3-\u03ce\u03d0-\u0513\u1ea0-\u1ef9"
    r"\u2000-\u2010\u2012-\u2022\u2026\u2030\u2032-\u2034\u2039\u203a\u2044\u2074-\u2079\u207f-\u2089"
    r"\u20ac\u2122\u2126\u2190-\u2195\u2202\u2206\u2211\u2212\u221a\u221e\u2248\u2260\u2264\u2265"
    r"\u25a0\u25a1\u25b2\u25bc\u25cb\u25cf]*"
)
# Which fonts the system has, as far as the drawing library asks for it on Linux.
FONTS_OF_SYSTEM = "FONTCONFIG_FILE"
NO_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{}</dir></fontconfig>
"""


def register_fonts(text: str) -> None:
    """Let the drawing library know the fonts that a drawing with this text needs.

    Raises ShortageError where the limits of the process leave no room to draw.
    """
    _register_own()
    if not LATIN_GREEK_CYRILLIC.fullmatch(text):
        _register_those_of_system()


@cache
def _register_own() -> None:
    refuse_to_draw()
    import vl_convert

    with as_file(files("dermoutcomes.report") / FONT_FOLDER) as folder:
        if not _is_system_kept_out():
            vl_convert.register_font_directory(str(folder))
            return
        with TemporaryDirectory(prefix="dermoutcomes-fonts-") as nowhere:
            settings = Path(nowhere) / "fonts.conf"
            # A list of no folders would mean those of every system: it names one without fonts.
            settings.write_text(NO_FONTS.format(escape(nowhere)), encoding="utf-8")
            os.environ[FONTS_OF_SYSTEM] = str(settings)
            try:
                # The first call looks what the system has, and never again.
                vl_convert.register_font_directory(str(folder))
            finally:
                del os.environ[FONTS_OF_SYSTEM]


def _is_system_kept_out() -> bool:
    """Where somebody says which fonts there are, that stands."""
    return sys.platform == "linux" and FONTS_OF_SYSTEM not in os.environ


@cache
def _register_those_of_system() -> None:
    import vl_convert

    if not _is_system_kept_out():
        return
    home = Path.home()
    data = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    own = os.environ.get("XDG_DATA_HOME") or str(home / ".local" / "share")
    for folder in (*(Path(each) / "fonts" for each in (*data.split(":"), own)), home / ".fonts"):
        if folder.is_dir():
            vl_convert.register_font_directory(str(folder))
