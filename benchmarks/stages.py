"""CPU seconds and peak memory of each stage of a run: a plugin that a study names.

When the process ends, `stages.json` beside this file holds, for each kind of step, the CPU seconds
from the end of the step before to its own, and the most memory in MB that the process had then.
What comes before the first step (the opening) counts with it, and what follows the last with that.
"""

from __future__ import annotations

import atexit
import json
from pathlib import Path
from time import process_time

__plugin_api__ = 2

STATUS, PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class Stages:
    """What the stages took so far."""

    def __init__(self) -> None:
        self.cpu_s: dict[str, float] = {}
        self.peak_mb: dict[str, float] = {}
        self.stage, self.since = "framework", 0.0

    def end(self, stage: str) -> None:
        """Book what was used since the last end."""
        now, peak = process_time(), _peak_mb()
        self.stage = stage
        self.cpu_s[stage] = self.cpu_s.get(stage, 0.0) + now - self.since
        self.peak_mb[stage] = max(self.peak_mb.get(stage, 0.0), peak)
        self.since = now

    def write(self) -> None:
        """Write what the stages took."""
        self.end(self.stage)
        if len(self.cpu_s) > 1:
            figures = {"cpu_s": self.cpu_s, "peak_mb": self.peak_mb}
            Path(__file__).with_suffix(".json").write_text(json.dumps(figures), encoding="utf-8")


def _peak_mb() -> float:
    """The most memory since the last call; Linux alone says that, and forgets it when asked to."""
    lines = STATUS.read_text(encoding="utf-8").splitlines()
    peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    PEAK.write_text("5", encoding="utf-8")
    return peak / 1024


STAGES = Stages()
atexit.register(STAGES.write)


def step_finished(step: str) -> None:
    """Book a step with the steps of its kind."""
    STAGES.end(step.partition(":")[0])
