"""Curves per second and peak memory of the Cutometer's curve method, against a pandas group-by on a long table.

    python benchmarks/curves.py                 # 20,000 curves of 1,800 samples, and ten times as many for memory
    python benchmarks/curves.py --curves 2000   # a quick look

Each case runs in a process of its own on the same simulated curves. The pandas case computes the height at each switching point of
each cycle and the R and Q values from them; it looks for no jitter, leak, clipping or noise, which ours does. Needs pandas.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

ON_S, OFF_S, CYCLES, RATE = 3.0, 3.0, 3, 100.0
SAMPLES = round((ON_S + OFF_S) * CYCLES * RATE)
ROW = {"r0": 0.287, "r2": 0.662, "r3": 0.329, "r4": 0.135, "r5": 0.552, "r6": 0.649}
BATCH = 2_000


def write_curves(path: Path, curves: int) -> None:
    """A Parquet file with a curve a row, written a batch at a time."""
    from dermoutcomes_cutometer.synthetic import curve

    shape = curve(ROW, on_s=ON_S, off_s=OFF_S, cycles=CYCLES, rate_hz=RATE).astype(np.float32)
    draws = np.random.default_rng(2021)
    schema = pa.schema(
        [
            ("id", pa.int64()),
            ("samples", pa.list_(pa.float32())),
            ("x_first", pa.float64()),
            ("x_step", pa.float64()),
            ("x", pa.list_(pa.float32())),
        ]
    )
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for first in range(0, curves, BATCH):
            count = min(BATCH, curves - first)
            sizes = draws.normal(1, 0.15, (count, 1)).astype(np.float32)
            heights = shape * sizes + draws.normal(0, 0.001, (count, SAMPLES)).astype(np.float32)
            offsets = pa.array(np.arange(0, (count + 1) * SAMPLES, SAMPLES, dtype=np.int32))
            samples = pa.ListArray.from_arrays(offsets, pa.array(heights.ravel()))
            ids = pa.array(np.arange(first + 1, first + count + 1))
            same = [pa.array(np.full(count, value)) for value in (0.0, 1 / RATE)]
            writer.write_table(
                pa.table(
                    [ids, samples, *same, pa.nulls(count, pa.list_(pa.float32()))], schema=schema
                )
            )


def batches(path: Path) -> Iterator[pl.DataFrame]:
    """The file, a row group at a time; `iter_batches` would keep what it has read."""
    file = pq.ParquetFile(path)
    for group in range(file.num_row_groups):
        frame = pl.from_arrow(file.read_row_group(group, use_threads=False))
        assert isinstance(frame, pl.DataFrame)
        yield frame


def ours(path: Path) -> dict[str, float]:
    """Seconds in the curve method, from file to values, and the mean of R0."""
    from dermoutcomes_cutometer import CUTOMETER, CutometerOptions

    assert CUTOMETER.curves is not None
    options = CutometerOptions(on_s=ON_S, off_s=OFF_S, cycles=CYCLES)
    CUTOMETER.curves.compute(next(batches(path)).head(1), options)  # imports, once a process
    inside, used, total, count, started = 0.0, 0.0, 0.0, 0, perf_counter()
    for frame in batches(path):
        began, cpu = perf_counter(), process_time()
        values = CUTOMETER.curves.compute(frame, options)
        inside, used = inside + perf_counter() - began, used + process_time() - cpu
        total, count = total + float(values["r0"].sum()), count + values.height
    return {
        "wall_s": inside,
        "cpu_s": used,
        "file_to_values_s": perf_counter() - started,
        "mean_r0": total / count,
    }


def with_pandas(path: Path) -> dict[str, float]:
    """Seconds of a group-by on a long table with a row a sample; making that table is not counted."""
    import pandas as pd

    heights = np.concatenate([frame["samples"].explode().to_numpy() for frame in batches(path)])
    long = pd.DataFrame(
        {
            "curve": np.repeat(np.arange(len(heights) // SAMPLES), SAMPLES),
            "sample": np.tile(np.arange(SAMPLES), len(heights) // SAMPLES),
            "height": heights,
        }
    )
    began, cpu = perf_counter(), process_time()
    values = pandas_values(long)
    return {
        "wall_s": perf_counter() - began,
        "cpu_s": process_time() - cpu,
        "mean_r0": float(values["r0"].mean()),
    }


def pandas_values(long):
    """The R and Q values of each curve by group-by on cycle and phase."""
    period, on, point, split = (
        round((ON_S + OFF_S) * RATE),
        round(ON_S * RATE),
        round(0.1 * RATE),
        round(0.15 * RATE),
    )
    long["cycle"] = long["sample"] // period
    long["within"] = long["sample"] % period
    long["suction"] = long["within"] <= on
    tops = long[long["suction"]].groupby(["curve", "cycle"])["height"].max().unstack()
    picked = {
        name: long[long["within"] == at].set_index(["curve", "cycle"])["height"].unstack()
        for name, at in {
            "start": 0,
            "ue": point,
            "off": on,
            "ur": on + point,
            "split": on + split,
            "end": period - 1,
        }.items()
    }
    means = long[~long["suction"]].groupby(["curve", "cycle"])["height"].mean().unstack()
    first, last = 0, CYCLES - 1
    start = picked["start"][first]
    uf, ue, ua = (
        tops[first] - start,
        picked["ue"][first] - start,
        tops[first] - picked["end"][first],
    )
    ur = picked["off"][first] - picked["ur"][first]
    values = {
        "r0": uf,
        "r1": uf - ua,
        "r2": ua / uf,
        "r3": tops[last] - start,
        "r4": picked["end"][last] - start,
        "r5": ur / ue,
        "r6": (uf - ue) / ue,
        "r7": ur / uf,
        "r8": ua,
        "r9": tops[last] - tops[first],
        "q0": uf * OFF_S * RATE,
        "q1": (tops[first] - means[first]) / uf,
        "q2": (tops[first] - picked["split"][first]) / uf,
    }
    import pandas as pd

    return pd.DataFrame(values)


def nothing(path: Path) -> dict[str, float]:
    """What the imports and one batch alone cost in memory."""
    from dermoutcomes_cutometer import CUTOMETER

    next(batches(path))
    return {"declared": float(len(CUTOMETER.parameters))}


def peak_mb() -> float:
    """The most memory that this process had; what its parent had is counted by getrusage on Linux, so the kernel is asked first."""
    status = Path("/proc/self/status")
    if status.is_file():
        return (
            next(
                int(line.split()[1])
                for line in status.read_text().splitlines()
                if line.startswith("VmHWM")
            )
            / 1024
        )
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


CASES = {"ours": ours, "pandas": with_pandas, "nothing": nothing}


def measured(case: str, path: Path) -> dict[str, float]:
    """A case in a process of its own: what it says, and its peak memory in MB."""
    command = [sys.executable, __file__, "--case", case, "--file", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def main() -> None:
    """Run one case, or all of them and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--curves", type=int, default=20_000)
    parser.add_argument("--case", choices=sorted(CASES))
    parser.add_argument("--file", type=Path)
    asked = parser.parse_args()
    if asked.case:
        result = CASES[asked.case](asked.file)
        print(json.dumps({**result, "peak_mb": peak_mb()}))
        return
    with tempfile.TemporaryDirectory() as folder:
        few, many = Path(folder) / "few.parquet", Path(folder) / "many.parquet"
        write_curves(few, asked.curves)
        write_curves(many, 10 * asked.curves)
        report(
            asked.curves,
            {
                "nothing": measured("nothing", few),
                "ours": measured("ours", few),
                "ten times": measured("ours", many),
                "pandas": measured("pandas", few),
            },
        )


def report(curves: int, found: dict[str, dict[str, float]]) -> None:
    """The figures, and what they are to each other."""
    one, ten, pandas = found["ours"], found["ten times"], found["pandas"]
    print(f"{curves:,} curves of {SAMPLES:,} samples ({curves * SAMPLES / 1e6:.0f} million)")
    for name, case in (("curve method", one), ("pandas group-by", pandas)):
        print(
            f"  {name:16}{case['wall_s']:8.3f} s (CPU {case['cpu_s']:.3f} s) {curves / case['wall_s']:12,.0f} curves/s   peak {case['peak_mb']:7.0f} MB"
        )
    print(
        f"  ratio {pandas['wall_s'] / one['wall_s']:.0f} (CPU {pandas['cpu_s'] / one['cpu_s']:.0f}), memory {pandas['peak_mb'] / one['peak_mb']:.0f}"
    )
    print(
        f"  from file to values {one['file_to_values_s']:.3f} s; imports and one batch alone {found['nothing']['peak_mb']:.0f} MB"
    )
    print(
        f"  ten times the curves: peak {ten['peak_mb']:.0f} MB, {100 * (ten['peak_mb'] / one['peak_mb'] - 1):+.1f} %"
    )
    print(f"  mean R0 {one['mean_r0']:.6f} mm (pandas {pandas['mean_r0']:.6f} mm)")


if __name__ == "__main__":
    main()
