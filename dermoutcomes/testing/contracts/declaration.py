"""What holds for every declaration: its name, its words, its options."""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import attrs
import pytest

from dermoutcomes.errors import nearest, one_of

__all__ = ["DeclarationContract"]

NAME = re.compile(r"^[a-z][a-z0-9_]*$")


class DeclarationContract:
    """Every contract's root.

    `options` are the options with which the battery tries the declaration, as a study would write
    them.

    `not_applicable` names tests that do not apply to the declaration, each with the reason, which
    pytest shows with the test that it skips: `{"test_the_names_of_arms_do_not_matter": "Arms are
    ranked by their names, as the protocol says."}`.
    """

    options: Mapping[str, Any] = {}
    not_applicable: ClassVar[Mapping[str, str]] = {}
    name_pattern: ClassVar[re.Pattern[str]] = NAME

    def __init_subclass__(cls, **given: Any) -> None:
        super().__init_subclass__(**given)
        tests = [name for name in dir(cls) if name.startswith("test_")]
        for name, reason in vars(cls).get("not_applicable", {}).items():
            if name not in tests:
                near = nearest(name, tests)
                expected = (
                    f"; did you mean {near!r}?"
                    if near
                    else f"; expected {one_of(tests, len(tests))}"
                )
                raise TypeError(
                    f"{cls.__name__}.not_applicable: there is no test {name!r} in this "
                    f"battery{expected}"
                )
            if not reason.strip():
                raise TypeError(
                    f"{cls.__name__}.not_applicable: {name!r} needs the reason why it does not "
                    "apply"
                )
            setattr(cls, name, _skipped(name, reason))

    @property
    def declaration(self) -> Any:
        """What is tested."""
        raise NotImplementedError

    def parsed_options(self) -> Any:
        """The declaration's options object, from `options`."""
        from dermoutcomes.options.parsing import parse_options

        problems: list[Any] = []
        parsed = parse_options(
            self.options, self.declaration.options, path="options", problems=problems
        )
        assert not problems, "\n".join(map(str, problems))
        return parsed

    def test_it_has_a_name_that_a_study_can_write(self) -> None:
        name = self.declaration.name

        assert self.name_pattern.match(name), (
            f"{name!r}: a name is in small letters, digits and underscores"
        )
        assert not keyword.iskeyword(name)

    def test_it_says_what_it_is(self) -> None:
        assert self.declaration.label.strip(), "label is empty"
        assert self.declaration.label == self.declaration.label.strip()

    def test_its_options_are_a_frozen_attrs_class_with_help(self) -> None:
        cls = self.declaration.options

        assert attrs.has(cls), f"{cls.__name__} is no attrs class"
        with pytest.raises(AttributeError) as refused:
            self.parsed_options().another = 1
        assert isinstance(refused.value, attrs.exceptions.FrozenInstanceError), (
            f"{cls.__name__} can be changed: decorate it with attrs.frozen"
        )
        assert [
            field.name for field in attrs.fields(cls) if not field.metadata.get("help")
        ] == [], "options without help"

    def test_its_options_have_a_schema_and_a_page(self) -> None:
        from dermoutcomes.options.parsing import describe, json_schema

        cls = self.declaration.options

        assert json.loads(json.dumps(json_schema(cls)))
        assert len(list(describe(cls))) == len(attrs.fields(cls))

    def test_its_options_can_be_read_from_a_study(self) -> None:
        assert isinstance(self.parsed_options(), self.declaration.options)

    def test_its_references_can_be_cited(self) -> None:
        for reference in getattr(self.declaration, "references", ()):
            assert reference.citation.strip()
            assert reference.doi is None or reference.doi.startswith("10."), (
                f"{reference.doi!r}: a DOI without its resolver, as 10.1000/182"
            )


def _skipped(name: str, reason: str) -> Callable[[Any], None]:
    """A test of that name that says why it is left out.

    It takes nothing, so that a parametrised one is skipped once.
    """

    def test(_self: Any) -> None:
        pytest.skip(reason)

    test.__name__ = name
    return test
