"""The syntax of a formula in a plugin file: characters → the steps of a calculation.

A formula is arithmetic over the values of one measurement. Its grammar is closed: what is no
number, text, code, operator or call is refused with its place, so that no formula can look at
another row.

    either     := both ("or" both)*
    both       := negation ("and" negation)*
    negation   := "not" negation | comparison
    comparison := sum (("=" | "<>" | "<" | "<=" | ">" | ">=") sum | "is" "not"? "null")?
    sum        := product (("+" | "-") product)*
    product    := signed (("*" | "/") signed)*
    signed     := ("-" | "+") signed | value
    value      := number | 'text' | code | name "(" either ("," either)* ")" | case | "(" either ")"
    case       := "case" ("when" either "then" either)+ ("else" either)? "end"
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import isfinite
from typing import NamedTuple

__all__ = [
    "CODE",
    "MOST_NESTED",
    "MOST_STEPS",
    "NUMBER",
    "TEXT",
    "FormulaError",
    "Step",
    "steps_of",
]

MOST_STEPS = 500
MOST_NESTED = 30
# Names of steps that are no operator and no function.
NUMBER, TEXT, CODE = "a number", "a text", "a code"

WORDS = ("and", "or", "not", "is", "null", "case", "when", "then", "else", "end")
TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![A-Za-z0-9_.]))
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | "(?P<quoted>[^"]+)"
      | '(?P<text>(?:[^']|'')*)'
      | (?P<sign><>|!=|<=|>=|==|[-+*/()=<>,])
      | (?P<end>$)
    )""",
    re.VERBOSE,
)
# Other spellings of a sign.
SPELLINGS = {"!=": "<>", "==": "="}
COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
# What a reader of SQL would write, and what says it here.
ADVICE = {
    "over": "it looks at other rows, and a formula works on the values of one measurement",
    "between": "write a >= 1 and a <= 3",
    "in": "write a = 1 or a = 3",
    "like": "compare a text with = or <>",
    ",": "a decimal sign is a point",
}


class FormulaError(ValueError):
    """What is wrong with a formula, as a sentence, and what to write instead."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class Step(NamedTuple):
    """One value of a calculation, made of the values of earlier steps.

    `name` is an operator, a function in lower case, or NUMBER, TEXT or CODE, of which `value` is
    the number, the text or the name. `needs` are the numbers of the steps that it is made of;
    those of "case" are condition, value, condition, value, and so on, then the value of "else"
    where there is one. `place` counts characters from 1.
    """

    name: str
    needs: tuple[int, ...] = ()
    value: float | str | None = None
    place: int = 1


class _Token(NamedTuple):
    kind: str
    text: str
    place: int

    def __str__(self) -> str:
        return "the end" if self.kind == "end" else repr(self.text)


def steps_of(formula: str) -> tuple[Step, ...]:
    """The steps of a formula, in the order of calculation; the last one is its value.

    Raises FormulaError for what is no formula, has more than MOST_STEPS steps, or nests brackets,
    functions and signs deeper than MOST_NESTED. A chain as `a + b + c` is no nesting.
    """
    parser = _Parser(list(_tokens(formula)))
    parser.either()
    if parser.next.kind != "end":
        raise parser.unexpected("an operator, or the end")
    return tuple(parser.steps)


def _tokens(formula: str) -> Iterator[_Token]:
    position = 0
    while True:
        match = TOKEN.match(formula, position)
        if match is None:
            place = position + len(formula[position:]) - len(formula[position:].lstrip()) + 1
            raise FormulaError(f"{formula[place - 1]!r} (character {place}) has no meaning here")
        kind = str(match.lastgroup)
        yield _Token(kind, match[kind], match.start(kind) + 1)
        if kind == "end":
            return
        position = match.end()


class _Parser:
    """Reads tokens from left to right; each method reads one rule of the grammar.

    A method returns the number of the step that holds the value of what it read.
    """

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.position = 0
        self.nested = 0
        self.steps: list[Step] = []

    @property
    def next(self) -> _Token:
        return self.tokens[self.position]

    def unexpected(self, expected: str) -> FormulaError:
        token = self.next
        return FormulaError(
            f"{token} (character {token.place}) stands where {expected} is expected",
            ADVICE.get(token.text.lower()),
        )

    def _is(self, *words: str) -> bool:
        kind, text, _ = self.next
        return kind in ("name", "sign") and text.lower() in words

    def _take(self, *words: str) -> str | None:
        """The next token, as it is spelt in the grammar, where it is one of `words`."""
        if not self._is(*words):
            return None
        text = self.next.text.lower()
        self.position += 1
        return SPELLINGS.get(text, text)

    def _require(self, word: str) -> None:
        if self._take(word) is None:
            raise self.unexpected(repr(word))

    @contextmanager
    def _deeper(self) -> Iterator[None]:
        self.nested += 1
        if self.nested > MOST_NESTED:
            raise FormulaError(
                f"the formula is nested more than {MOST_NESTED} deep",
                "derive a parameter from a part of it, and use that",
            )
        yield
        self.nested -= 1

    def _add(
        self, name: str, *needs: int, value: float | str | None = None, place: int | None = None
    ) -> int:
        if len(self.steps) == MOST_STEPS:
            raise FormulaError(
                f"the formula has more than {MOST_STEPS} values and operators",
                "derive a parameter from a part of it, and use that",
            )
        self.steps.append(Step(name, needs, value, self.next.place if place is None else place))
        return len(self.steps) - 1

    def _chain(self, part: Callable[[], int], *operators: str) -> int:
        value = part()
        while True:
            place = self.next.place
            operator = self._take(*operators)
            if operator is None:
                return value
            value = self._add(operator, value, part(), place=place)

    def either(self) -> int:
        return self._chain(self._both, "or")

    def _both(self) -> int:
        return self._chain(self._negation, "and")

    def _negation(self) -> int:
        place = self.next.place
        if self._take("not") is None:
            return self._comparison()
        with self._deeper():
            return self._add("not", self._negation(), place=place)

    def _comparison(self) -> int:
        value, place = self._sum(), self.next.place
        if self._take("is"):
            is_present = self._take("not")
            self._require("null")
            is_blank = self._add("any_missing", value, place=place)
            return self._add("not", is_blank, place=place) if is_present else is_blank
        operator = self._take(*COMPARISONS, *SPELLINGS)
        if operator is None:
            return value
        value = self._add(operator, value, self._sum(), place=place)
        if self._is(*COMPARISONS, *SPELLINGS):
            raise FormulaError(
                f"{self.next} (character {self.next.place}) compares what is compared already",
                "write a < b and b < c",
            )
        return value

    def _sum(self) -> int:
        return self._chain(self._product, "+", "-")

    def _product(self) -> int:
        return self._chain(self._signed, "*", "/")

    def _signed(self) -> int:
        place = self.next.place
        sign = self._take("-", "+")
        if sign is None:
            return self._value()
        with self._deeper():
            value = self._signed()
        return self._add("negative", value, place=place) if sign == "-" else value

    def _value(self) -> int:
        kind, text, place = self.next
        if self._is("case"):
            with self._deeper():
                return self._case()
        if self._take("("):
            with self._deeper():
                value = self.either()
                self._require(")")
            return value
        if kind in ("sign", "end") or self._is(*WORDS):
            raise self.unexpected("a number, a code or a function")
        self.position += 1
        if kind == "number":
            return self._number(text, place)
        if kind == "text":
            return self._add(TEXT, value=text.replace("''", "'"), place=place)
        if kind == "name" and self._take("("):
            with self._deeper():
                return self._call(text.lower(), place)
        return self._add(CODE, value=text, place=place)

    def _number(self, text: str, place: int) -> int:
        value = float(text)
        if not isfinite(value):
            raise FormulaError(f"{text} (character {place}) is larger than any number here")
        return self._add(NUMBER, value=value, place=place)

    def _call(self, name: str, place: int) -> int:
        if self._is("*"):
            raise FormulaError(
                f"{name}(*) (character {place}) counts rows, and a formula works on the values of "
                "one measurement",
                "name the codes: count(a, b)",
            )
        values = [] if self._is(")") else [self.either()]
        while self._take(","):
            values.append(self.either())
        self._require(")")
        return self._add(name, *values, place=place)

    def _case(self) -> int:
        place = self.next.place
        self._require("case")
        values: list[int] = []
        while not values or self._is("when"):
            self._require("when")
            values.append(self.either())
            self._require("then")
            values.append(self.either())
        if self._take("else"):
            values.append(self.either())
        self._require("end")
        return self._add("case", *values, place=place)
