"""What exports call the visits of a study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dermoutcomes.sources.cells.recoding import recoding

if TYPE_CHECKING:
    from dermoutcomes.sources.files import SourceFile
    from dermoutcomes.study import Study

__all__ = ["visit_words"]


def visit_words(study: Study, file: SourceFile) -> Mapping[str, str]:
    """Word → visit id: ids before aliases before labels, and above all the words that the source recodes."""
    words = {name: name for name in study.visits}
    for name, visit in study.visits.items():
        for word in (*visit.aliases, *filter(None, [visit.label])):
            words.setdefault(word.strip(), name)
    return {
        **words,
        **{theirs: words.get(ours, ours) for theirs, ours in recoding(file.spec, "visit").items()},
    }
