"""Which plugin a study prefers, together with what is said beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dermoutcomes.errors import StudyError
from dermoutcomes.options.key_path import child
from dermoutcomes.registry.plugin_choice import STUDY_FILE, PluginChoice, Preference
from dermoutcomes.study.names import problem_at
from dermoutcomes.study.problem_lines import with_lines

if TYPE_CHECKING:
    from dermoutcomes.study import Study

__all__ = ["PREFER", "study_choice"]

PREFER = "study.prefer"


def study_choice(study: Study, choice: PluginChoice | None = None) -> PluginChoice:
    """`choice` with what the study file prefers; without it, as the environment says.

    The study file is on the record, so nothing overrules it: raises StudyError where `choice` says
    another plugin for a name.
    """
    base = PluginChoice.from_command_line() if choice is None else choice
    preferences = {preference.name: preference for preference in base.prefer}
    problems = []
    for name, plugin in study.study.prefer.items():
        preference = preferences.setdefault(name, Preference(name, plugin, STUDY_FILE))
        if preference.plugin != plugin:
            problems.append(
                problem_at(
                    f"the study file prefers {plugin!r}, and {preference.stated_in} says "
                    f"{preference.plugin!r}",
                    child(PREFER, name),
                    found=plugin,
                    expected=f"one plugin for {name!r}: change the study file, or take "
                    f"{preference.stated_in} away",
                )
            )
        elif preference.stated_in != STUDY_FILE:
            preferences[name] = Preference(name, plugin, STUDY_FILE)
    if problems:
        raise StudyError(with_lines(study, problems))
    return PluginChoice(base.without, preferences.values())
