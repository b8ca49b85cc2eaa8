"""The ids of the table of subjects, and which of them a file means by another way of writing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import polars as pl
from attrs import frozen

from dermoutcomes.look_alikes import in_latin_letters
from dermoutcomes.tables import empty

__all__ = ["ListedSubjects", "listed_subjects", "numbers_of", "same_numbers"]

LEADING_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
# Signs that are easily taken for another when an id is typed by hand.
LOOKS_LIKE = str.maketrans({"o": "0", "i": "1", "l": "1", "|": "1"})
BETWEEN = re.compile(r"[\s._/-]+")


@frozen(eq=False, slots=False)
class ListedSubjects:
    """The ids as the table of subjects writes them, and whether they are of several sites."""

    ids: tuple[str, ...] = ()
    several_sites: bool = False

    @cached_property
    def known(self) -> frozenset[str]:
        """The ids, to look whether one is among them."""
        return frozenset(self.ids)

    @cached_property
    def _by_numbers(self) -> Mapping[str, list[str]]:
        groups: dict[str, list[str]] = {}
        for listed in self.ids:
            groups.setdefault(numbers_of(listed), []).append(listed)
        return groups

    def as_listed(self, ids: Iterable[str]) -> dict[str, str]:
        """Each of `ids` that is not listed as written and equals one listed id as numbers: that id.

        The same number at two sites is two people: where the list has several sites, an id that
        has no part for its site is compared as written only.
        """
        return {
            written: same[0]
            for written in sorted(set(ids) - self.known)
            if len(same := self.equal_as_numbers(written)) == 1
            and (not self.several_sites or _has_site(written))
        }

    def equal_as_numbers(self, written: str) -> list[str]:
        """The listed ids that differ from `written` in leading zeros only."""
        return self._by_numbers.get(numbers_of(written), [])

    def likely(self, written: str) -> str | None:
        """The one listed id that looks like `written`: a letter O for a zero, another case.

        Of several none, and never one with another number: that is another person.
        """
        looks = _looks(written)
        alike = [listed for listed in self.ids if _looks(listed) == looks]
        return alike[0] if len(alike) == 1 else None


def listed_subjects(subjects: pl.DataFrame | None) -> ListedSubjects:
    """Those of a table of subjects; nobody where there is none."""
    frame = empty("subjects") if subjects is None else subjects
    sites = frame["site"].drop_nulls().n_unique() if "site" in frame.columns else 0
    ids = frame["subject"].drop_nulls().unique(maintain_order=True)
    return ListedSubjects(tuple(ids.to_list()), sites > 1)


def numbers_of(written: str) -> str:
    """An id without the zeros before its numbers: what 01 and 1 have in common."""
    return LEADING_ZEROS.sub("", written)


def same_numbers(ids: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Ids that are equal but for leading zeros, case, blanks and look-alike letters, each group sorted."""
    groups: dict[str, list[str]] = {}
    for written in sorted(set(ids)):
        latin = numbers_of(in_latin_letters(written))
        groups.setdefault("".join(latin.casefold().split()), []).append(written)
    yield from (tuple(group) for group in groups.values() if len(group) > 1)


def _has_site(written: str) -> bool:
    return len(re.findall(r"\d+", written)) > 1


def _looks(written: str) -> str:
    return numbers_of(BETWEEN.sub("", written.casefold()).translate(LOOKS_LIKE))
