"""What can go wrong, and how it is said.

A problem says where it is, what was found and expected, and the nearest known name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from difflib import SequenceMatcher, get_close_matches
from pathlib import Path
from traceback import extract_tb

from attrs import evolve, frozen

from dermoutcomes.look_alikes import other_alphabet
from dermoutcomes.number_text import numbers_in

__all__ = [
    "CombinedError",
    "DermOutcomesError",
    "PluginError",
    "Problem",
    "RunFolderError",
    "StudyError",
    "blamed",
    "combined",
    "did_you_mean",
    "is_panic",
    "lone_nearest",
    "nearest",
    "one_of",
    "what_failed",
    "within_length",
]

CORE = Path(__file__).parent
STANDARD_LIBRARY = Path(extract_tb.__code__.co_filename).parent

# A name, key or cell of a damaged file may be a megabyte.
LONGEST = 2000


def within_length(text: str) -> str:
    """A text that a person can read: of a longer one the first and last letters, and how many."""
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST // 2]} … {text[-LONGEST // 10 :]} ({len(text):,} characters)"


@frozen
class Problem:
    """One thing that is wrong: its place, what stands there and what should.

    `file`, `path` (the key in the study file), `line` and `column` are the place; `hint` names the
    nearest valid thing, or what to do; `code` is for programs.
    """

    message: str
    file: str | None = None
    path: str | None = None
    line: int | None = None
    column: int | None = None
    found: str | None = None
    expected: str | None = None
    hint: str | None = None
    code: str = "invalid"

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterable[str]:
        place = ":".join(
            str(part) for part in (self.file, self.line, self.column) if part is not None
        )
        dotted = f"[{within_length(self.path)}] " if self.path else ""
        yield f"{place + ': ' if place else ''}{dotted}{within_length(self.message)}"
        if self.found is not None:
            yield f"    found:    {within_length(self.found)}"
        if self.expected is not None:
            yield f"    expected: {self.expected}"
        if self.hint is not None:
            yield f"    hint:     {self.hint}"

    def within(self, file: str) -> Problem:
        """The same problem, said to be in `file` where it names none."""
        return self if self.file else evolve(self, file=file)


class DermOutcomesError(Exception):
    """The root of every error that this package raises on purpose."""


class StudyError(DermOutcomesError):
    """The study file or its data cannot be used; `problems` lists all that was found."""

    def __init__(self, problems: Problem | str | Iterable[Problem]) -> None:
        if isinstance(problems, str):
            problems = Problem(problems)
        self.problems: tuple[Problem, ...] = (
            (problems,) if isinstance(problems, Problem) else tuple(problems)
        )
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)

    def __reduce__(self) -> tuple[type[StudyError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


class PluginError(DermOutcomesError):
    """A plugin cannot be used; the message names it and what to write instead.

    `problems` are those of a file, each with its place, of which the message is made.
    """

    def __init__(self, message: str = "", problems: Iterable[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class RunFolderError(DermOutcomesError):
    """The run folder cannot be written or read; what was there before is untouched."""


class CombinedError(DermOutcomesError):
    """Errors of several kinds at once; `errors` lists them."""

    def __init__(self, errors: tuple[Exception, ...]) -> None:
        self.errors = errors
        super().__init__(errors)

    def __str__(self) -> str:
        return "\n".join(dict.fromkeys(str(error) for error in self.errors))


def combined(errors: Sequence[Exception]) -> Exception:
    """All errors as one, in their order.

    StudyErrors become one with the problems of each. Errors of several kinds become a
    CombinedError; a single one of another kind stays as it is.
    """
    problems = [
        problem for error in errors if isinstance(error, StudyError) for problem in error.problems
    ]
    others = [error for error in errors if not isinstance(error, StudyError)]
    if not others:
        return StudyError(dict.fromkeys(problems))
    if len(others) == 1 and not problems:
        return others[0]
    of_the_study = [StudyError(dict.fromkeys(problems))] if problems else []
    return CombinedError((*of_the_study, *others))


@contextmanager
def blamed(what: str, *passing: type[Exception]) -> Iterator[None]:
    """Turn an error of a plugin's function into a PluginError with what failed, how and where.

    Errors of ours pass, and those of the kinds `passing`. A plugin that would end the program is
    stopped too.
    """
    pass_on: tuple[type[BaseException], ...] = (DermOutcomesError, *passing)
    try:
        yield
    except pass_on:
        raise
    except BaseException as error:
        if not isinstance(error, (Exception, SystemExit)) and not is_panic(error):
            raise
        raise PluginError(f"{what} failed: {what_failed(error)}") from error


def is_panic(error: BaseException) -> bool:
    """Whether a library in Rust gave up: each has a class of its own for it, and none is an Exception."""
    return type(error).__name__ == "PanicException"


def what_failed(error: BaseException) -> str:
    """An error of a plugin in one line: kind, words, and the line of its code where it arose."""
    frames = extract_tb(error.__traceback__)
    foreign = [frame for frame in frames if not _is_ours_or_a_library(frame.filename)]
    place = f" ({Path(foreign[-1].filename).name}, line {foreign[-1].lineno})" if foreign else ""
    words = " ".join(str(error).split())
    return f"{type(error).__name__}{': ' + words if words else ''}{place}"


def _is_ours_or_a_library(file: str) -> bool:
    path = Path(file)
    library = (
        not path.is_absolute()
        or {"site-packages", "dist-packages"} & set(path.parts)
        or path.is_relative_to(STANDARD_LIBRARY)
    )
    return path.is_relative_to(CORE) or (
        bool(library) and not any(part.startswith("dermoutcomes_") for part in path.parts)
    )


def nearest(name: str, known: Iterable[str], alike: float = 0.6) -> str | None:
    """The known name that `name` was probably meant to be, or None.

    It is at least so much `alike`, from 0 (nothing in common) to 1 (the same).
    """
    by_fold = {candidate.casefold(): candidate for candidate in sorted(known)}
    matches = get_close_matches(name.casefold(), by_fold, n=1, cutoff=alike)
    return by_fold[matches[0]] if matches else None


def lone_nearest(name: str, known: Iterable[str], alike: float = 0.6) -> str | None:
    """The nearest known name.

    None where another is as near: of two nobody can say which is meant.

    A name with other numbers is another thing, however near it is spelt.
    """
    numbers = numbers_in(name)
    candidates = [
        candidate for candidate in known if not numbers or numbers_in(candidate) == numbers
    ]
    by_fold = {candidate.casefold(): candidate for candidate in sorted(candidates)}
    matches = get_close_matches(name.casefold(), by_fold, n=2, cutoff=alike)
    ratios = [SequenceMatcher(None, match, name.casefold()).ratio() for match in matches]
    return None if not matches or len(set(ratios)) < len(ratios) else by_fold[matches[0]]


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """The hint that names the nearest known name, or None."""
    near = nearest(name, known)
    if not near:
        return None
    letter = other_alphabet(name) or other_alphabet(near)
    return f"did you mean {near!r}?" + (f" {letter}" if letter else "")


def one_of(known: Sequence[str], at_most: int = 12) -> str:
    """`known` as words for a message: all of them, or the first few and how many more there are."""
    shown = ", ".join(repr(name) for name in known[:at_most])
    more = len(known) - at_most
    return (
        f"one of {shown}" + (f" (and {more} more)" if more > 0 else "")
        if known
        else "nothing: none is known"
    )
