"""Time things that do the same work beside each other, and say on what machine."""

import gc
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Run = Callable[[], object]

CHOOSERS = ("OPENBLAS_", "MKL_", "DNNL_", "ONEDNN_", "ATEN_", "NPY_")


@dataclass(frozen=True)
class Row:
    """One figure: how much longer something takes than what it is compared with.

    Attributes:
        section: which question it answers.
        what: what was timed.
        than: what it is compared with.
        shape: T, N, D and H, or the sizes that there are.
        dtype: of all arrays.
        device: "cpu" or the GPU's name.
        ratio: median over the rounds of time / time of what it is compared with; above 1 is slower.
        low: a quarter of the rounds had a smaller ratio.
        high: a quarter of the rounds had a larger ratio.
        milliseconds: median time of what was timed; of this machine, and for no other comparison.
        least: the ratio should be at least this, where there is a target.
        most: the ratio should be at most this, where there is a target.
    """

    section: str
    what: str
    than: str
    shape: dict[str, int]
    dtype: str
    device: str
    ratio: float
    low: float
    high: float
    milliseconds: float
    least: float | None = None
    most: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; ``None`` without one."""
        if self.least is None and self.most is None:
            return None
        return (self.least is None or self.ratio >= self.least) and (self.most is None or self.ratio <= self.most)


def interleaved(runs: Mapping[str, Run], rounds: int, wait: Run | None = None) -> dict[str, list[float]]:
    """Time all ``runs`` once a round, one after the other, so that what slows the machine slows them all.

    Each is called once more, untimed, just before it is timed, so that the caches hold its own data and not another's.
    Python's garbage collector rests meanwhile, as it does under ``timeit``: it takes longer the more is imported, and
    strikes whoever runs just then. On one thread the clock is the processor's time for this process, which other
    programs on the same machine don't lengthen; on more threads, and for a GPU, it is the one on the wall.

    Args:
        runs: name -> what to call.
        rounds: how many times each is timed.
        wait: called before the clock is read, for a device that works on after a call has returned.

    Returns:
        name -> seconds, one a round.
    """
    clock = time.process_time if one_thread() and wait is None else time.perf_counter
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    collecting = gc.isenabled()
    gc.disable()
    try:
        for _ in range(rounds):
            gc.collect()
            for name, run in runs.items():
                run()
                if wait is not None:
                    wait()
                start = clock()
                run()
                if wait is not None:
                    wait()
                seconds[name].append(clock() - start)
    finally:
        if collecting:
            gc.enable()
    return seconds


def one_thread() -> bool:
    """Whether everything runs on one thread, as ``python -m lstmlib.bench`` sets it unless told otherwise."""
    return os.environ.get("OMP_NUM_THREADS") == "1"


def compare(
    runs: Mapping[str, Run],
    than: str,
    rounds: int,
    *,
    section: str,
    shape: Mapping[str, int],
    dtype: str,
    device: str = "cpu",
    wait: Run | None = None,
    targets: Mapping[str, tuple[float | None, float | None]] | None = None,
    invert: bool = False,
) -> list[Row]:
    """Return a row for each of ``runs`` but ``than``, which they are compared with, in the same rounds.

    Args:
        runs: name -> what to call.
        than: the name of what the others are compared with.
        rounds: how many times each is timed.
        section: the rows' section.
        shape: their sizes.
        dtype: of all arrays.
        device: where it runs.
        wait: see ``interleaved``.
        targets: name -> (least, most) for the ratio.
        invert: give ``than``'s time over the run's: how many times as fast the run is.
    """
    seconds = interleaved(runs, rounds, wait)
    rows = []
    for name in runs:
        if name == than:
            continue
        pairs = zip(seconds[name], seconds[than], strict=True)
        ratios = [b / a if invert else a / b for a, b in pairs]
        least, most = (targets or {}).get(name, (None, None))
        rows.append(row(section, name, than, shape, dtype, device, ratios, seconds[name], least, most))
    return rows


def row(
    section: str,
    what: str,
    than: str,
    shape: Mapping[str, int],
    dtype: str,
    device: str,
    ratios: list[float],
    seconds: list[float],
    least: float | None = None,
    most: float | None = None,
) -> Row:
    """Return the row of these ratios, one a round."""
    low, middle, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    ms = 1e3 * statistics.median(seconds)
    return Row(section, what, than, dict(shape), dtype, device, middle, low, high, ms, least, most)


def machine() -> dict[str, Any]:
    """Return what a reader needs to know of the machine and of the versions to compare with their own."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]  # type: ignore[call-overload]
    about: dict[str, Any] = {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "blas of numpy": f"{blas['name']} {blas['version']}",
        "threads": int(os.environ.get("OMP_NUM_THREADS", 0)),
        "clock on the cpu": "processor time" if one_thread() else "wall",
        # What the environment makes the products of NumPy and torch be: it can change their speed by a factor of two.
        "environment": {name: value for name, value in sorted(os.environ.items()) if name.startswith(CHOOSERS)},
    }
    for name in ("torch", "autograd", "onnxruntime"):
        try:
            about[name] = str(getattr(__import__(name), "__version__", None) or _version(name))
        except ImportError:
            about[name] = None
    if about["torch"]:
        import torch

        about["gpu"] = torch.cuda.get_device_name() if torch.cuda.is_available() else None
    return about


def _version(name: str) -> str:
    from importlib.metadata import version

    return version(name)


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
