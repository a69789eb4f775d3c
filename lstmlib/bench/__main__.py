"""``python -m lstmlib.bench``: measure, print one table, and write it."""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from lstmlib.output import add_output, check, positive, write

if TYPE_CHECKING:
    from lstmlib.bench.timing import Row

RESULTS = Path(__file__).parent / "results" / "layers.json"


def main(arguments: list[str] | None = None) -> None:
    """Run the benchmark; the exit status is 0 whether or not its targets are met."""
    parser = argparse.ArgumentParser(prog="python -m lstmlib.bench", description=__doc__)
    parser.add_argument("--threads", type=positive, default=1, help="threads for NumPy and for torch (default 1)")
    parser.add_argument("--rounds", type=positive, default=15, help="how often each thing is timed (default 15)")
    parser.add_argument(
        "--no-compile", action="store_true", help="leave out torch.compile, which takes most of the time"
    )
    add_output(parser, RESULTS)
    given = parser.parse_args(arguments)

    # NumPy's products ask for the number of threads once, when NumPy is imported: so it is set here, before.
    if "numpy" in sys.modules:
        raise SystemExit("NumPy is already imported: run this as python -m lstmlib.bench")
    check(given.output)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(given.threads)
    from lstmlib.bench.timing import machine

    start, rows = time.perf_counter(), []
    for name, part in parts(given.rounds, given.threads, compiled=not given.no_compile):
        print(f"measuring {name} ...", flush=True)
        rows += part()
    show(rows)
    about = {"machine": machine(), "rows": [asdict(item) | {"met": item.met} for item in rows]}
    write(given.output, about)
    print(f"\n{len(rows)} ratios in {time.perf_counter() - start:.0f} s, written to {given.output}")


def parts(rounds: int, threads: int, *, compiled: bool) -> Iterator[tuple[str, Callable[[], list[Row]]]]:
    """Yield what can be measured here, by name: first what NumPy does alone, then what torch takes part in."""
    from lstmlib.bench import cases

    if importlib.util.find_spec("autograd"):
        yield "NumPy beside the tape", lambda: cases.numpy_against_tape(rounds)
    else:
        print("autograd is not installed (pip install autograd): left out what is compared with it")
    yield "growth", lambda: cases.growth(rounds)
    if not importlib.util.find_spec("torch"):
        print("torch is not installed: left out what is compared with it")
        return
    import torch

    torch.set_num_threads(threads)
    yield "NumPy beside torch", lambda: cases.numpy_against_torch(rounds)
    yield "torch's layers", lambda: cases.torch_layers(rounds, "cpu", compiled)
    if torch.cuda.is_available():
        yield "torch's layers on the GPU", lambda: cases.torch_layers(rounds, "cuda", compiled)


def show(rows: list[Row]) -> None:
    """Print the table, a section at a time."""
    section = ""
    for item in rows:
        if item.section != section:
            section = item.section
            print(f"\n{section} (ratio, and where the middle half of the rounds lies)")
        sizes = " ".join(f"{name}={size}" for name, size in item.shape.items())
        target = ""
        if item.met is not None:
            bound = f"at least {item.least:g}" if item.least is not None else f"at most {item.most:g}"
            target = f"  {bound}: {'met' if item.met else 'NOT MET'}"
        print(
            f"  {item.what:<30} {item.ratio:>8.2f}  {item.low:.2f} to {item.high:.2f}   "
            f"{sizes}, {item.dtype}, {item.device}, than {item.than}{target}"
        )


if __name__ == "__main__":
    main()
