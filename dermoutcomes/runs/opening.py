"""Opening a study: its files are read once, parsed and checked, and its plugins loaded.

Everything is checked that needs no data.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import cached_property
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define, evolve, field, frozen

from dermoutcomes.errors import StudyError, blamed
from dermoutcomes.options.toml_document import read_bytes
from dermoutcomes.quality.site_queries.answers import Answers, answers_of
from dermoutcomes.registry.plugin_choice import PluginChoice
from dermoutcomes.study.load import parse_study, study_path
from dermoutcomes.study.lock.lock import LockState, compare, lock_bytes, lock_from_bytes, lock_path
from dermoutcomes.study.paths import plugin_files
from dermoutcomes.study.plugin_choice import study_choice
from dermoutcomes.study.scale_names.named_rules import with_named_rules

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.runs.cache.step_cache import StepCache
    from dermoutcomes.study import Study

__all__ = ["OpenStudy", "StudyFiles", "open_files", "open_study", "tell"]

T = TypeVar("T")


@frozen
class StudyFiles:
    """The bytes of a study file, its lock and its own plugins: read once, before any is used.

    `contents` has them by their path from the study's folder; `choice` says which installed plugins
    go with them. What a run does and what it puts on the record comes from these bytes, in every
    process: an edit while it runs changes neither.

    """

    path: Path
    contents: tuple[tuple[str, bytes], ...] = field(repr=False)
    choice: PluginChoice = field(factory=PluginChoice)

    @classmethod
    def read(cls, path: Path, plugins: PluginChoice | None = None) -> tuple[StudyFiles, Study]:
        """The files of the study at `path`, with the study that is parsed from them.

        `plugins` are left out or preferred beside what the study file says.
        """
        file = study_path(path)
        contents = {file.name: read_bytes(file)}
        study = parse_study(file, contents[file.name])
        if (lock := lock_bytes(study)) is not None:
            contents[lock_path(study).name] = lock
        for own_file in plugin_files(study):
            contents[own_file.relative_to(study.folder).as_posix()] = own_file.read_bytes()
        return cls(file, tuple(contents.items()), study_choice(study, plugins)), study

    @property
    def content(self) -> Mapping[str, bytes]:
        """Path from the study's folder = bytes; the study file comes first."""
        return dict(self.contents)

    def digest(self, name: str) -> str | None:
        """SHA-256 of one of the files; None for one that the study has not."""
        content = self.content.get(name)
        return None if content is None else sha256(content).hexdigest()

    def open(self, study: Study | None = None) -> OpenStudy:
        """The study and the registry that these bytes give; `study` where it is parsed already."""
        from dermoutcomes.registry.loading import load_registry

        study = study or parse_study(self.path, self.content[self.path.name])
        plugins = {study.folder / name: self.content[name] for name in _own_plugins(study)}
        registry = load_registry(plugins, self.choice).of_study(self.content[self.path.name])
        return OpenStudy(self, with_named_rules(study, registry), registry)


def _own_plugins(study: Study) -> list[str]:
    return [PurePosixPath(name).as_posix() for name in study.study.plugins]


@define(eq=False, slots=False)
class OpenStudy:
    """A study opened in this process: its files as they were read, and what they gave.

    `cache` is that of the run that has it open, if it has one.
    """

    files: StudyFiles
    study: Study
    registry: Registry
    cache: StepCache | None = field(default=None, init=False)
    _memo: dict[str, tuple[Hashable, Any]] = field(factory=dict, init=False)

    @cached_property
    def lock(self) -> LockState:
        """How the study stands to its lock. Raises StudyError for a lock that cannot be used."""
        content = self.files.content.get(lock_path(self.study).name)
        lock = None if content is None else lock_from_bytes(self.study, content)
        return compare(self.study, lock, self.registry, self.own_plugin_files)

    @property
    def own_plugin_files(self) -> Mapping[str, bytes]:
        """Path from the study's folder = bytes of each plugin file of the study."""
        return {name: self.files.content[name] for name in _own_plugins(self.study)}

    def with_own_plugins(self, texts: Mapping[str, str]) -> OpenStudy:
        """The study with its own plugins as they were, of those that it has today.

        It is this one where they are the same. Raises PluginError where one cannot be used.
        """
        earlier = {
            name: texts[name].encode()
            for name, content in self.own_plugin_files.items()
            if name in texts and texts[name].encode() != content
        }
        if not earlier:
            return self
        contents = tuple({**self.files.content, **earlier}.items())
        return evolve(self.files, contents=contents).open(self.study)

    @cached_property
    def answers(self) -> Answers | None:
        """What the site answered to queries, read once. Raises StudyError as `answers_of`."""
        return answers_of(self.study, self.registry)

    @property
    def own_plugins(self) -> Mapping[str, str]:
        """Path from the study's folder = SHA-256 of each plugin file of the study."""
        names = _own_plugins(self.study)
        return {name: self.files.digest(name) or "" for name in names}

    def once(self, name: str, key: Hashable, make: Callable[[], T]) -> T:
        """What was made last under this name if it was made for this key, else made anew.

        The last alone is kept: the steps of a kind come in an order in which equal keys are
        neighbours.
        """
        if name not in self._memo or self._memo[name][0] != key:
            self._memo[name] = (key, make())
        value: T = self._memo[name][1]
        return value

    def forget(self, *names: str) -> None:
        """Let go of what was made under these names, when no step to come asks for it."""
        for name in names:
            self._memo.pop(name, None)


def open_files(
    path: Path, *, local_code: bool = True, plugins: PluginChoice | None = None
) -> OpenStudy:
    """The study at `path`, with every problem of the file found at once.

    Local code runs only if `local_code`.

    `plugins` are left out or preferred beside what the study file says.
    """
    from dermoutcomes.study.check import check_study

    files, study = StudyFiles.read(path, plugins)
    if code := [Path(name).name for name, _ in files.contents if name.endswith(".py")]:
        _check_local_code(code, local_code=local_code)
    opened = files.open(study)
    if problems := check_study(opened.study, opened.registry):
        raise StudyError(problems)
    tell(opened.registry, "study_loaded", study=opened.study, registry=opened.registry)
    return opened


def open_study(
    path: Path, *, local_code: bool = True, plugins: PluginChoice | None = None
) -> tuple[Study, Registry]:
    """The study and its registry; see `open_files`."""
    opened = open_files(path, local_code=local_code, plugins=plugins)
    return opened.study, opened.registry


def _check_local_code(names: list[str], *, local_code: bool) -> None:
    if not local_code:
        raise StudyError(
            f"the study loads code of its own ({', '.join(names)}), and --no-local-code refuses it; "
            "read the file, then run without --no-local-code, or take it out of [study] plugins"
        )


def tell(registry: Registry, event: str, /, **about: Any) -> None:
    """Let plugins know of an event.

    They may refuse with an error of ours; any other becomes a PluginError that names hook and line.
    """
    if registry.hook is not None:
        with blamed(f"a plugin's {event}()"):
            getattr(registry.hook, event)(**about)
