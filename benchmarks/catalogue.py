"""What the catalogue costs a command that uses none of it: with it, and with it left out.

    python benchmarks/catalogue.py

CPU seconds of whole processes, the least of several in turn. Ends with exit status 1 where the
catalogue takes more than a tenth of a second of any command.
"""

from __future__ import annotations

import sys
from pathlib import Path

from measuring import in_turn, program

STUDY = Path(__file__).parents[1] / "examples" / "bcs_trial" / "study.toml"
COMMANDS = {
    "plugins": ["plugins"],
    "explain": ["explain", "cutometer.r2"],
    "check": ["check", str(STUDY)],
}
LEFT_OUT = ["--without-plugin", "catalogue"]
TIMES, MOST_S = 5, 0.1


def main() -> int:
    """Print a line a command; the exit status."""
    start = program("dermoutcomes")
    costs = in_turn(
        {
            f"{name}{further}": [start, *words, *(LEFT_OUT if further else [])]
            for name, words in COMMANDS.items()
            for further in ("", " without")
        },
        TIMES,
    )
    print(f"{'command':<10}{'with':>9}{'without':>9}{'ratio':>8}")
    over = 0
    for name in COMMANDS:
        whole, without = costs[name].cpu_s, costs[f"{name} without"].cpu_s
        print(f"{name:<10}{whole:>7.2f} s{without:>7.2f} s{whole / without:>8.2f}")
        over += whole - without > MOST_S
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
