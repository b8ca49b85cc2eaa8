"""A check of the core.

A name, words for it, a severity, its settings and the function that finds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
from attrs import frozen

from dermoutcomes.declare import NoOptions
from dermoutcomes.declare.instruments import Severity

__all__ = ["CoreCheck"]


@frozen(eq=False)
class CoreCheck:
    """`find(data, options)` returns rows of `findings`; `data` is the study's `StudyData`.

    What has no severity there gets that of the check. `whole` says that a finding is about all
    measurements of its occasion (those that its columns do not exclude), not only about the one
    that it points to. `asks` is the label as the site is asked, where the label itself would
    suggest an answer.
    """

    name: str
    label: str
    severity: Severity
    find: Callable[[Any, Any], pl.DataFrame]
    options: type = NoOptions
    whole: bool = False
    asks: str | None = None
