"""Raw curves: long samples, a row a curve with a column a sample, or a column of lists → one row a curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

