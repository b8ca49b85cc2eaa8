"""CPU seconds of the commands that tell of plugins: with nothing kept of the installation, and kept.

python benchmarks/commands.py
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

COMMANDS = {
    "explain": ["explain", "paired_t"],
    "plugins": ["plugins"],
    "plugins, scales": ["plugins", "--kind", "scale"],
    "schema": ["schema"],
}
REPEATS = 7


def cpu_seconds(arguments: list[str], environment: dict[str, str]) -> float:
    """User and system time of one command. Raises RuntimeError where it fails."""
    command = [sys.executable, "-P", "-m", "dermoutcomes", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(arguments)} ended with status {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def measured_commands(repeats: int = REPEATS) -> dict[str, tuple[float, float]]:
    """Command = CPU seconds without what is kept and with it, the least of some repeats each."""
    with tempfile.TemporaryDirectory() as caches:
        kept = {**os.environ, "XDG_CACHE_HOME": caches}
        kept.pop("DERMOUTCOMES_NO_INDEX", None)
        anew = {**kept, "DERMOUTCOMES_NO_INDEX": "1"}
        seconds = {}
        for name, arguments in COMMANDS.items():
            cpu_seconds(arguments, kept)
            without, with_it = (
                min(cpu_seconds(arguments, environment) for _ in range(repeats))
                for environment in (anew, kept)
            )
            seconds[name] = without, with_it
    return seconds


if __name__ == "__main__":
    for name, (without, with_it) in measured_commands().items():
        print(f"{name:<16} {without:5.2f} s anew  {with_it:5.2f} s kept")
