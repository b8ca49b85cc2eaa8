"""`python -m tests.record` writes the page on tamperings."""

from __future__ import annotations

from pathlib import Path

from .tamperings_page import PAGE, written

if __name__ == "__main__":
    (Path(__file__).resolve().parents[2] / PAGE).write_text(written(), encoding="utf-8")
