"""Every reference case computed on this installation: what a quality department asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import field, frozen

from dermoutcomes.digests import file_digest
from dermoutcomes.errors import Problem, StudyError, did_you_mean, one_of, what_failed
from dermoutcomes.proof.cases import cases_of, shipped, stored_in, unread
from dermoutcomes.proof.compare import Difference, compared, unanswered
from dermoutcomes.proof.reference_methods import reference_methods
from dermoutcomes.shortages import raise_shortage

if TYPE_CHECKING:
    from dermoutcomes.declare import ReferenceCase, ReferenceMethod
    from dermoutcomes.registry.registry import Registry

__all__ = ["CaseResult", "MethodResult", "Qualification", "measured", "qualify"]


@frozen
class CaseResult:
    """One case: its numbers against the reference, or what failed.

    `unanswered` are the fields of its result that are compared with nothing and that nobody left
    out for a reason.
    """

    id: str
    software: str
    differences: tuple[Difference, ...] = ()
    failure: str | None = None
    unanswered: tuple[str, ...] = ()

    @property
    def beyond(self) -> tuple[Difference, ...]:
        """The numbers that differ by more than is allowed."""
        return tuple(difference for difference in self.differences if not difference.within)

    @property
    def passed(self) -> bool:
        """Whether something was compared, nothing differs, and each field was compared."""
        return (
            self.failure is None
            and bool(self.differences)
            and not self.beyond
            and not self.unanswered
        )


@frozen
class MethodResult:
    """One method with all its cases."""

    name: str
    analyses: tuple[str, ...]
    relative: float
    absolute: float
    why: str
    cases: tuple[CaseResult, ...]

    @property
    def passed(self) -> bool:
        """Whether every case passed."""
        return all(case.passed for case in self.cases)

    @property
    def numbers(self) -> int:
        """How many numbers were compared."""
        return sum(len(case.differences) for case in self.cases)

    @property
    def unanswered(self) -> Mapping[str, int]:
        """Field = number of cases in which it is compared with nothing, in the cases' order."""
        return Counter(path for case in self.cases for path in case.unanswered)

    @property
    def differs(self) -> bool:
        """Whether a case failed, had nothing to compare, or has a number beyond its tolerance."""
        return any(
            case.failure is not None or not case.differences or case.beyond for case in self.cases
        )

    @property
    def software(self) -> tuple[str, ...]:
        """The programs, with versions, that the references come from.

        A program before its packages.
        """
        named = Counter(
            " ".join(part.split()[:2]).rstrip(",")
            for case in self.cases
            for part in case.software.split(";")
            if part.strip()
        )
        return tuple(sorted(named, key=lambda name: (not name.startswith(("R ", "SAS")), name)))

    @property
    def largest_relative(self) -> float:
        """The largest relative difference of references that are not nearly zero."""
        return max(
            (
                difference.relative
                for case in self.cases
                for difference in case.differences
                if difference.relative is not None
            ),
            default=0.0,
        )

    @property
    def largest_absolute(self) -> float:
        """The largest absolute difference of references that are nearly zero."""
        return max(
            (
                difference.absolute
                for case in self.cases
                for difference in case.differences
                if difference.relative is None
            ),
            default=0.0,
        )


@frozen
class Qualification:
    """The methods with their verdicts, and the SHA-256 of each file of cases and data read.

    `unread` are the cases of further folders that no method reads, as "file: id".
    """

    methods: tuple[MethodResult, ...]
    files: Mapping[str, str] = field(factory=dict)
    unread: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every case of every method passed, and every case was read."""
        return (
            bool(self.methods) and all(method.passed for method in self.methods) and not self.unread
        )


def qualify(
    registry: Registry, folders: Iterable[Path] = (), names: Iterable[str] = ()
) -> Qualification:
    """Every reference method (or those named) on its own cases and on those of `folders`.

    Raises StudyError for a name that no plugin declares, and for a folder without cases of any
    method or with a file of cases that cannot be read.
    """
    declared = reference_methods(registry)
    methods = {name: declared[name] for name in _known(names, declared)} if names else declared
    folders = tuple(folders)
    for folder in folders:
        if not any(True for method in declared.values() for _ in stored_in(folder, method)):
            raise StudyError(
                Problem(
                    "the folder holds no reference cases",
                    path="--cases",
                    found=str(folder),
                    expected='files named <method>.json, each with "cases"',
                )
            )
    results = tuple(
        result for method in methods.values() if (result := measured(method, folders)).cases
    )
    return Qualification(
        results,
        _digests([*{method.cases or shipped() for method in methods.values()}, *folders]),
        tuple(case for folder in folders for case in unread(folder, declared.values())),
    )


def measured(method: ReferenceMethod, folders: Iterable[Path] = ()) -> MethodResult:
    """One method on its own cases and on those of further folders."""
    cases = [*cases_of(method), *(case for folder in folders for case in stored_in(folder, method))]
    return MethodResult(
        method.name,
        method.analyses,
        method.relative,
        method.absolute,
        method.why,
        tuple(_result(method, case) for case in cases if case.id not in method.not_compared),
    )


def _result(method: ReferenceMethod, case: ReferenceCase) -> CaseResult:
    try:
        answers = method.compute(case)
        return CaseResult(
            case.id,
            case.software,
            tuple(compared(method, case, answers)),
            unanswered=tuple(unanswered(method, case, answers)),
        )
    except Exception as error:  # noqa: BLE001 - a case that fails is a finding about this installation, and the others still count
        raise_shortage(error)
        return CaseResult(case.id, case.software, failure=what_failed(error))


def _known(names: Iterable[str], known: Mapping[str, ReferenceMethod]) -> list[str]:
    names = list(names)
    if unknown := [name for name in names if name not in known]:
        raise StudyError(
            [
                Problem(
                    "no such reference method",
                    path="--method",
                    found=name,
                    expected=one_of(tuple(known)),
                    hint=did_you_mean(name, tuple(known)),
                )
                for name in unknown
            ]
        )
    return sorted(set(names))


def _digests(folders: Iterable[Path]) -> dict[str, str]:
    files = {
        file
        for folder in folders
        for directory in (folder, folder.parent / "data")
        for file in directory.glob("*")
        if file.is_file()
    }
    return {f"{file.parent.name}/{file.name}": file_digest(file) for file in sorted(files)}
