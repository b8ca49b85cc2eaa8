"""A command under limits of memory, of open files and of the size of a file: it works, or ends in words."""

from __future__ import annotations

import errno
import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dermoutcomes import StudyError
from dermoutcomes.cli.process import watch
from dermoutcomes.errors import CombinedError
from dermoutcomes.shortages import ADDRESSES_OF_A_RUN, FILES_OF_A_RUN, shortage_of

GIGABYTE = 1 << 30
LONGEST = 120.0
COMMAND = "from dermoutcomes.cli import main; main()"
HOOK = """\
{imports}
from dermoutcomes import hookimpl


@hookimpl
def step_finished(step, record):
    if step.startswith("records:"):
        {deed}
"""
# What would be a fault of the program, or words of a library that nobody should have to read.
ROUGH = re.compile(r"Traceback|panicked|has a fault|memory allocation of|stack backtrace|jemalloc")


@pytest.fixture
def study(small_study: Path) -> Path:
    """The small study without documents, which take most of its time."""
    text = small_study.read_text(encoding="utf-8")
    small_study.write_text(re.sub(r"reports = \[.*\]", "reports = []", text), encoding="utf-8")
    return small_study


def with_hook(study: Path, deed: str, imports: str) -> None:
    """The study with a plugin that does something after the records of an endpoint."""
    text = study.read_text(encoding="utf-8")
    named = text.replace('origin = "simulated"', 'origin = "simulated"\nplugins = ["deed.py"]')
    study.write_text(named, encoding="utf-8")
    (study.parent / "deed.py").write_text(HOOK.format(imports=imports, deed=deed), encoding="utf-8")


def run(
    study: Path, *arguments: str, code: str = COMMAND, **limits: int
) -> subprocess.CompletedProcess[str]:
    """`dermoutcomes run` in a process of its own, under limits of the system by their names."""

    def bounds() -> None:
        for name, size in limits.items():
            number = getattr(resource, f"RLIMIT_{name}")
            # A limit of size also holds for where the words go, which is a pipe.
            resource.setrlimit(number, (size, size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    return subprocess.run(
        [sys.executable, "-c", code, "run", str(study), "--quiet", *arguments],
        preexec_fn=bounds,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST,
    )


def left_over(study: Path) -> list[str]:
    results = study.parent / "results"
    return sorted(path.name for path in results.iterdir()) if results.is_dir() else []


def test_a_run_in_a_gigabyte_of_addresses(study: Path) -> None:
    result = run(study, AS=GIGABYTE)

    assert result.stderr == ""
    assert result.returncode == 0
    assert left_over(study) == ["SMALL"]


def test_figures_are_refused_where_they_cannot_be_drawn(small_study: Path) -> None:
    result = run(small_study, AS=GIGABYTE)

    assert result.returncode == 1
    assert "[outputs.reports] figures cannot be drawn under this limit" in result.stderr
    assert "reports = [] in [outputs] draws none" in result.stderr
    assert left_over(small_study) == []


def test_too_few_addresses_are_refused_before_anything_is_loaded(study: Path) -> None:
    size = ADDRESSES_OF_A_RUN - 1
    result = run(study, AS=size)

    assert result.returncode == 1
    assert "the memory that this process may take is not enough" in result.stderr
    assert f"at most {size / 1e6:.0f} MB of addresses (ulimit -v)" in result.stderr
    assert "ulimit -v unlimited" in result.stderr
    assert not ROUGH.search(result.stderr)
    assert left_over(study) == []


@pytest.mark.parametrize(
    ("deed", "imports"),
    [
        # A library in Rust that gets no memory, and one in Python.
        ("pl.int_range(0, 2_000_000_000, eager=True)", "import polars as pl"),
        ("bytearray(4_000_000_000)", "import sys"),
        # As the kernel does where a container is full.
        ("os.kill(os.getpid(), signal.SIGKILL)", "import os, signal"),
    ],
    ids=["aborts", "raises", "is killed"],
)
def test_memory_that_is_used_up_ends_in_words(study: Path, deed: str, imports: str) -> None:
    with_hook(study, deed, imports)
    result = run(study, AS=GIGABYTE)

    assert result.returncode == 1
    assert "not enough" in result.stderr
    assert "at most 1.07 GB of addresses (ulimit -v)" in result.stderr
    assert not ROUGH.search(result.stderr)
    assert left_over(study) == []


def test_the_step_and_its_file_are_named(study: Path) -> None:
    with_hook(study, "pass", "import os")
    plugin = study.parent / "deed.py"
    plugin.write_text(
        plugin.read_text(encoding="utf-8")
        .replace('"records:"', '"framework"')
        .replace("pass", "os.environ.update(DOES='reading')")
        + "\n\n@hookimpl\ndef register_readers():\n    from dermoutcomes import Match, Reader\n"
        '    return [Reader("abrupt", "Abrupt", (".csv",), recognise, read)]\n\n\n'
        "def recognise(path, head):\n    from dermoutcomes import Match\n"
        '    return Match(2.0) if "corneometer" in path.name else None\n\n\n'
        "def read(path, options):\n    os.abort()\n",
        encoding="utf-8",
    )
    result = run(study, AS=GIGABYTE)

    assert result.returncode == 1
    assert "in the step 'source:1' (corneometer.csv)" in result.stderr
    assert "the system ended it (SIGABRT)" in result.stderr
    assert left_over(study) == []


def test_a_process_of_the_executor_that_is_ended(study: Path) -> None:
    code = (
        "import os, signal\n"
        "import concurrent.futures.process as pools\n"
        "start = pools.ProcessPoolExecutor._spawn_process\n"
        "def _spawn(pool):\n"
        "    start(pool)\n"
        "    if len(pool._processes) == 1:\n"
        "        os.kill(next(iter(pool._processes)), signal.SIGKILL)\n"
        "pools.ProcessPoolExecutor._spawn_process = _spawn\n"
        f"{COMMAND}"
    )
    crew = ("--executor", "processes", "--workers", "2", "--executor-option", "pays_from=0")
    result = run(study, *crew, code=code)

    assert result.returncode == 1
    assert "the system ended a process that did steps of the study" in result.stderr
    assert "--workers 1" in result.stderr
    assert left_over(study) == []


def test_waiting_for_memory_in_vain_is_ended(study: Path) -> None:
    """As OpenBLAS waits: all addresses are taken, and it is busy inside the system, for ever."""
    with_hook(
        study,
        "take_all()",
        "import mmap\n\n\n"
        "def take_all():\n"
        "    taken, page = [], bytearray(1 << 20)\n"
        "    try:\n"
        "        while True:\n"
        "            taken.append(mmap.mmap(-1, 1 << 25))\n"
        "    except OSError:\n"
        "        with open('/dev/zero', 'rb', buffering=0) as zeros:\n"
        "            while True:\n"
        "                zeros.readinto(page)\n\n",
    )
    code = f"from dermoutcomes.cli.process import watch; watch.LONGEST_WAIT = 1.0; {COMMAND}"
    result = run(study, code=code, AS=GIGABYTE)

    assert result.returncode == 1
    assert "it waited for memory that it did not get" in result.stderr
    assert left_over(study) == []


def test_a_long_computation_is_not_taken_for_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    def verdict(by_itself: float, in_system: float) -> bool:
        wait = watch._VainWait(os.getpid(), GIGABYTE)
        looks = iter([(0.0, 0.0, GIGABYTE), (by_itself, in_system, GIGABYTE)])
        monkeypatch.setattr(watch._VainWait, "_times_and_size", lambda _: next(looks))
        clock = iter([0.0, watch.LONGEST_WAIT])
        monkeypatch.setattr(watch.time, "monotonic", lambda: next(clock))
        return [wait.is_in_vain(), wait.is_in_vain()][-1]

    assert verdict(2.0, 18.0)
    assert not verdict(18.0, 2.0)
    assert not verdict(0.1, 1.0)


def test_too_few_open_files_are_refused(study: Path) -> None:
    result = run(study, NOFILE=FILES_OF_A_RUN - 1)

    assert result.returncode == 1
    assert "this process may open no more files" in result.stderr
    assert f"at most {FILES_OF_A_RUN - 1} at once (ulimit -n)" in result.stderr
    assert not ROUGH.search(result.stderr)
    assert left_over(study) == []


def test_a_file_that_may_not_grow(study: Path) -> None:
    result = run(study, FSIZE=20 << 10)

    assert result.returncode == 1
    assert "cannot write the run folder" in result.stderr
    assert "File too large" in result.stderr
    assert "What was there before is untouched" in result.stderr
    assert left_over(study) == []


def test_the_signal_that_ends_a_watched_command_reaches_it(study: Path) -> None:
    with_hook(
        study, "os.kill(os.getppid(), signal.SIGTERM); time.sleep(60)", "import os, signal, time"
    )
    result = run(study, AS=GIGABYTE)

    assert result.returncode == 1
    assert result.stderr.strip() == "Aborted!"
    assert left_over(study) == []


LOST = """\
import time
from dermoutcomes.cli.process.signals import ends_as_interrupted
class Lost:
    def __del__(self):
        raise KeyboardInterrupt
with ends_as_interrupted():
    Lost()
    time.sleep(5)
    print("went on")
"""


def test_an_interrupt_that_python_loses_comes_again() -> None:
    result = subprocess.run(
        [sys.executable, "-c", LOST], capture_output=True, text=True, check=False, timeout=LONGEST
    )

    assert (result.returncode, result.stdout, result.stderr) == (1, "", "Aborted!\n")


class PanicException(BaseException):
    """As a library in Rust raises it."""


def caused_by(cause: BaseException) -> StudyError:
    error = StudyError("the workbook cannot be read")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MemoryError(), "memory"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "memory"),
        (ImportError("libopenblas.so: failed to map segment from shared object"), "memory"),
        (PanicException("called Result::unwrap(): ThreadPoolBuildError"), "memory"),
        (caused_by(MemoryError()), "memory"),
        (CombinedError((ValueError("x"), MemoryError())), "memory"),
        (OSError(errno.EMFILE, "Too many open files"), "open_files"),
        (caused_by(OSError(errno.EMFILE, "Too many open files")), "open_files"),
        (OSError("Too many open files (os error 24)"), "open_files"),
        (OSError(errno.ENOSPC, "No space left on device"), None),
        (ImportError("cannot import name 'x'"), None),
        # A cell may say anything.
        (StudyError("found: 'out of memory'"), None),
        (ValueError("Too many open files"), None),
    ],
)
def test_a_shortage_is_known_by_what_libraries_raise(
    error: BaseException, code: str | None
) -> None:
    problem = shortage_of(error)

    assert (problem and problem.code) == code


@pytest.mark.parametrize(
    ("words", "size"), [("536870912\n", 1 << 29), ("max\n", None), (f"{1 << 62}\n", None)]
)
def test_the_memory_of_a_container(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: str, size: int | None
) -> None:
    from dermoutcomes import shortages

    (tmp_path / "memory.max").write_text(words, encoding="ascii")
    monkeypatch.setattr(shortages, "CONTROL_GROUPS", (tmp_path / "no", tmp_path / "memory.max"))

    assert shortages.container_memory() == size


@pytest.mark.parametrize(
    ("groups", "file", "size"),
    [
        ("0::/user/job_7\n", "user/memory.max", 1 << 29),
        ("4:memory:/queue/job_7\n0::/\n", "memory/queue/job_7/memory.limit_in_bytes", 1 << 29),
        ("3:cpuset:/queue/job_7\n", "memory/queue/job_7/memory.limit_in_bytes", None),
        ("what is this\n", "memory.max", None),
    ],
)
def test_the_memory_of_a_job_on_a_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, groups: str, file: str, size: int | None
) -> None:
    """A job of a queue is in a group below the root, and its limit may be that of a group above."""
    from dermoutcomes import shortages

    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(f"{1 << 29}\n", encoding="ascii")
    (tmp_path / "own").write_text(groups, encoding="ascii")
    monkeypatch.setattr(shortages, "CONTROL_GROUPS", ())
    monkeypatch.setattr(shortages, "GROUPS", tmp_path)
    monkeypatch.setattr(shortages, "OWN_GROUPS", tmp_path / "own")

    assert shortages.container_memory() == size


@pytest.fixture
def control_group() -> Iterator[Path]:
    """A control group of the kernel for one test, of version 1, where this user may make one."""
    group = Path("/sys/fs/cgroup/memory") / f"dermoutcomes-test-{os.getpid()}"
    try:
        group.mkdir()
    except OSError:
        pytest.skip("this user may make no control group")
    try:
        yield group
    finally:
        group.rmdir()


@pytest.mark.parametrize(
    ("megabytes", "is_greedy", "words"),
    [
        (400, False, ["is not enough", "at most 419 MB of memory in this container or job"]),
        (900, False, []),
        (900, True, ["in the step 'records:hydration'", "SIGKILL", "at most 944 MB of memory"]),
    ],
)
def test_a_run_in_a_control_group_of_the_kernel(
    study: Path, control_group: Path, megabytes: int, is_greedy: bool, words: list[str]
) -> None:
    if is_greedy:
        # Memory that is filled, not only asked for.
        with_hook(study, "b'x' * 4_000_000_000", "import sys")
    (control_group / "memory.limit_in_bytes").write_text(f"{megabytes << 20}", encoding="ascii")
    inside = (
        f"import pathlib; pathlib.Path({str(control_group / 'cgroup.procs')!r}).write_text('0')"
    )
    result = run(study, code=f"{inside}; {COMMAND}")

    assert not ROUGH.search(result.stderr)
    assert all(word in result.stderr for word in words), result.stderr
    assert left_over(study) == ([] if words else ["SMALL"])


def test_a_command_without_limits_is_not_watched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    none: Callable[[str], None] = lambda _: None  # noqa: E731 - as the function that it stands for
    monkeypatch.setattr(watch, "limit_of", none)
    monkeypatch.setattr(watch, "container_memory", lambda: None)

    assert not watch.is_watched()
