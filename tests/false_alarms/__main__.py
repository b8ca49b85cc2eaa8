"""`python -m tests.false_alarms [STUDIES]` measures all rates and writes the page (some minutes)."""

from __future__ import annotations

import sys
from pathlib import Path

from .page import PAGE, written
from .rates import bound, powers, rates

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """One where a rate is above its bound."""
    studies = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    measured = list(rates(studies))
    page = written(measured, list(powers(max(studies // 4, 1))))
    (ROOT / PAGE).write_text(page, encoding="utf-8")
    above = [rate for rate in measured if rate.share > bound(rate.check, rate.design)]
    for rate in above:
        print(f"{rate.check} in {rate.design.name}: {rate.share:.3f}", file=sys.stderr)
    return bool(above)


if __name__ == "__main__":
    sys.exit(main())
