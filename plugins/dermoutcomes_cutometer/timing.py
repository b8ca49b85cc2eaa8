"""Where suction and release lie on the samples of a curve."""

from __future__ import annotations

from math import floor

from attrs import frozen

from dermoutcomes import Problem, StudyError
from dermoutcomes_cutometer.curve_settings import CutometerOptions
from dermoutcomes_cutometer.parameters import MOST_CYCLES

# The 0.1 s point of Ue and Ur, the stretch in which noise is judged, and the one in which a fall is
# sudden.
POINT_S, QUIET_S, SUDDEN_S = 0.1, 0.2, 0.05
# How many samples a device may switch early or late.
JITTER = 2
FEWEST = 8
# Guards floor() against 299.99999999997.
HAIR = 1e-6


@frozen
class Timing:
    """Times in samples, counted from the first one; they need not be whole numbers.

    `cycles` is how many the curve holds.
    """

    first: float
    suction: float
    release: float
    rate: float
    cycles: int

    def onset(self, cycle: int) -> float:
        """Planned start of suction in a cycle, counted from 0."""
        return self.first + cycle * (self.suction + self.release)

    def end_of_suction(self, cycle: int) -> float:
        """Planned start of release in a cycle, counted from 0."""
        return self.onset(cycle) + self.suction

    def seconds(self, duration: float) -> float:
        """A duration in samples."""
        return duration * self.rate

    def whole(self, duration: float) -> int:
        """A duration in samples, at least one."""
        return max(1, round(duration * self.rate))


def sample(position: float) -> int:
    """The last sample at or before a position."""
    return floor(position + HAIR)


def timing(options: CutometerOptions, samples: int, x_first: float, x_step: float) -> Timing:
    """The timing of curves of so many samples; suction starts at x = 0.

    Raises StudyError where options are missing or do not fit.
    """
    if options.on_s is None or options.off_s is None:
        raise _refused(
            "values cannot be computed from curves without the duration of suction and release",
            "options.on_s and options.off_s, in seconds, in the source of the curves",
        )
    if options.mode not in (None, 1):
        raise _refused(
            f"R and Q values are defined for curves of mode 1, and options.mode is {options.mode}",
            "curves of mode 1",
        )
    rate = 1 / x_step
    first, suction, release = -x_first * rate, options.on_s * rate, options.off_s * rate
    if min(suction, release) < FEWEST:
        raise _refused(
            f"at {rate:g} samples a second, {options.on_s:g} s of suction and {options.off_s:g} s "
            f"of release hold {suction:g} and {release:g} samples",
            f"at least {FEWEST} samples each: check options.on_s, options.off_s and the curves' "
            "times",
        )
    n_cycles = max(0, floor((samples - first + JITTER) / (suction + release)))
    return Timing(
        first, suction, release, rate, min(n_cycles, options.cycles or MOST_CYCLES, MOST_CYCLES)
    )


def _refused(message: str, expected: str) -> StudyError:
    return StudyError(Problem(message, path="sources.cutometer", expected=expected, code="curves"))
