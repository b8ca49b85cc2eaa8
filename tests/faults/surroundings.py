"""Another machine, user's settings or clock: the same bytes."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from .tried_study import COMMAND, ROUGH, Outcome, TriedStudy

__all__ = ["SURROUNDINGS", "Surrounding", "all_at_once", "has_turkish", "in_surrounding"]

# A clock that was set back by ten years: what a program asks the day and the time.
CLOCK_BACK = f"""\
import datetime, time
BACK = 10 * 365.25 * 86400
now, of_time = datetime.datetime.now, time.time
class Back(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return now(tz) - datetime.timedelta(seconds=BACK)
datetime.datetime = Back
time.time = lambda: of_time() - BACK
{COMMAND}
"""


@frozen
class Surrounding:
    """What is other than in the first run."""

    name: str
    environment: Mapping[str, str]
    code: str = COMMAND
    umask: int = -1


SURROUNDINGS = (
    Surrounding("time zone Pacific/Kiritimati (UTC+14)", {"TZ": "Pacific/Kiritimati"}),
    Surrounding("time zone America/St_Johns (UTC-3:30)", {"TZ": "America/St_Johns"}),
    Surrounding("locale C", {"LC_ALL": "C", "LANG": "C"}),
    Surrounding("locale POSIX, without UTF-8", {"LC_ALL": "POSIX", "PYTHONUTF8": "0"}),
    Surrounding("locale tr_TR.UTF-8", {"LC_ALL": "tr_TR.UTF-8"}),
    Surrounding("hash seed 0", {"PYTHONHASHSEED": "0"}),
    Surrounding("hash seed 4294967295", {"PYTHONHASHSEED": "4294967295"}),
    Surrounding("umask 077", {}, umask=0o077),
    Surrounding("umask 000", {}, umask=0),
    Surrounding("clock set back by ten years", {}, code=CLOCK_BACK),
)


def has_turkish(folder: Path) -> bool:
    """Whether the locale tr_TR.UTF-8 could be made in a folder, which LOCPATH then names."""
    folder.mkdir(exist_ok=True)
    try:
        subprocess.run(
            ["localedef", "-i", "tr_TR", "-f", "UTF-8", folder / "tr_TR.UTF-8"],
            check=False,
            capture_output=True,
        )
    except FileNotFoundError:
        return False
    return (folder / "tr_TR.UTF-8").is_dir()


def in_surrounding(study: TriedStudy, surrounding: Surrounding) -> Outcome:
    """A run in other surroundings, and the next one in the usual ones."""
    locales = study.folder.parent / "locales"
    environment = {"LOCPATH": str(locales)} if "tr_TR" in str(surrounding.environment) else {}
    if environment and not has_turkish(locales):
        return Outcome(surrounding.name, 0, 0, 0, "this locale could not be made here")
    if surrounding.code is CLOCK_BACK:
        _date_inputs_later(study)
    status, words = study.ended(
        "run",
        "study.toml",
        "--quiet",
        code=surrounding.code,
        environment={**environment, **surrounding.environment},
        umask=surrounding.umask,
    )
    same = status == 0 and not ROUGH.search(words) and study.outputs() == study.plain
    return Outcome(
        surrounding.name,
        1,
        int(same and study.is_whole()),
        int(study.is_mended_by("run", "study.toml", "--quiet")),
        "the same bytes of every output",
    )


def all_at_once(study: TriedStudy) -> Outcome:
    """All of them in one run, with the Turkish locale where it can be made."""
    settings = {
        name: value
        for surrounding in SURROUNDINGS
        if "POSIX" not in surrounding.name and "locale C" not in surrounding.name
        for name, value in surrounding.environment.items()
    }
    return in_surrounding(study, Surrounding("all at once", settings, CLOCK_BACK, 0o077))


def _date_inputs_later(study: TriedStudy) -> None:
    """Files of tomorrow, as they are for a clock that was set back."""
    tomorrow = time.time() + 86400
    for path in (*study.folder.glob("*.*"), *study.run_folder.rglob("*")):
        os.utime(path, (tomorrow, tomorrow))
