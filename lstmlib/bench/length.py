"""How recurrence and attention take longer as sequences do: ``python -m lstmlib.bench.length``.

One thread of a CPU, one width, all lengths; every ratio is of things timed side by side in the same rounds. A GPU,
which does thousands of products at once, would draw the first crossing elsewhere, and the last table more steeply.
"""

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from lstmlib.bench.threads import one_thread
from lstmlib.output import add_output, check, positive, write

if TYPE_CHECKING:
    from lstmlib.bench.timing import Row, Run

RESULTS = Path(__file__).parent / "results" / "length.json"
WIDTH, HEADS, BATCH = 64, 4, 4
WHOLE = (16, 32, 64, 128, 256, 512, 1024)
TOKEN = (16, 64, 256, 1024, 4096)
ONCE = (16, 64, 256, 1024)
NUMPY, TORCH = "whole sequence, forward and backward, NumPy", "whole sequence, forward and backward, torch"
NEXT, AT_ONCE = "one more token, NumPy", "a step at a time, NumPy"


def whole_runs(T: int) -> "dict[str, Run]":
    """Return forward and backward over T steps in NumPy: an LSTM, self-attention, and a block, of one width."""
    import numpy as np

    from lstmlib.bench.cases import numpy_run
    from lstmlib.numpy import LSTM, MultiHeadAttention, TransformerBlock

    sizes, rng = (T, BATCH, WIDTH, WIDTH), np.random.default_rng(0)
    lstm = LSTM(WIDTH, WIDTH, rng=rng, dtype=np.float32)
    runs = {"LSTM": numpy_run(lstm, sizes, "float32")}
    attention = MultiHeadAttention(WIDTH, HEADS, causal=True, rng=rng, dtype=np.float32)
    block = TransformerBlock(WIDTH, HEADS, causal=True, rng=rng, dtype=np.float32)
    x, dy = rng.standard_normal((2, T, BATCH, WIDTH)).astype(np.float32)
    for name, layer in (("attention", attention), ("block", block)):

        def run(layer: MultiHeadAttention | TransformerBlock = layer) -> object:
            _, _, cache = layer.forward(x)
            return layer.backward(cache, dy)  # type: ignore[arg-type]

        runs[name] = run
    return runs


def torch_runs(T: int) -> "dict[str, Run]":
    """Return the same in torch: its own LSTM, and the fused attention that keeps no T times T weights."""
    import torch

    from lstmlib.bench.cases import torch_run
    from lstmlib.torch import MultiHeadAttention, TransformerBlock

    sizes = (T, BATCH, WIDTH, WIDTH)
    return {
        "LSTM": torch_run(torch.nn.LSTM(WIDTH, WIDTH), sizes),
        "attention": torch_run(MultiHeadAttention(WIDTH, HEADS, causal=True), sizes),
        "block": torch_run(TransformerBlock(WIDTH, HEADS, causal=True), sizes),
    }


def token_runs(T: int, again: int = 1024) -> "dict[str, Run]":
    """Return what token T takes of one sequence: an LSTM's step, attention that kept T - 1 steps, and one that didn't.

    Args:
        T: the new token counted.
        again: up to which T attention reads the whole sequence again; beyond, that is left out.
    """
    import numpy as np

    from lstmlib.numpy import LSTM, MultiHeadAttention
    from lstmlib.numpy.generation import KeyValueCache

    rng = np.random.default_rng(0)
    lstm = LSTM(WIDTH, WIDTH, rng=rng, dtype=np.float32)
    layer = MultiHeadAttention(WIDTH, HEADS, causal=True, rng=rng, dtype=np.float32)
    x = rng.standard_normal((T, 1, WIDTH)).astype(np.float32)
    state = lstm.forward(x[:1])[1]
    kept = KeyValueCache(layer, 1, T)
    for step in range(T - 1):
        kept.step(x[step : step + 1])

    def next_token() -> object:
        kept.steps = T - 1  # as if none had been written yet
        return kept.step(x[-1:])

    runs: dict[str, Run] = {"LSTM": lambda: lstm.forward(x[-1:], state), "attention, kept": next_token}
    if again >= T:
        runs["attention, read again"] = lambda: layer.forward(x)
    return runs


def once_runs(T: int) -> "dict[str, Run]":
    """Return forward over T steps, all handed over at once and a step at a time: an LSTM, and causal attention."""
    import numpy as np

    from lstmlib.numpy import LSTM, MultiHeadAttention
    from lstmlib.numpy.generation import KeyValueCache

    rng = np.random.default_rng(0)
    lstm = LSTM(WIDTH, WIDTH, rng=rng, dtype=np.float32)
    layer = MultiHeadAttention(WIDTH, HEADS, causal=True, rng=rng, dtype=np.float32)
    x = rng.standard_normal((T, BATCH, WIDTH)).astype(np.float32)

    def lstm_by_step() -> object:
        state = None
        for t in range(T):
            _, state, _ = lstm.forward(x[t : t + 1], state)
        return state

    def attention_by_step() -> object:
        kept = KeyValueCache(layer, BATCH, T)
        return [kept.step(x[t : t + 1]) for t in range(T)]

    return {
        "LSTM": lambda: lstm.forward(x),
        "LSTM, a step at a time": lstm_by_step,
        "attention": lambda: layer.forward(x),
        "attention, a step at a time": attention_by_step,
    }


def measure(rounds: int, *, whole: tuple[int, ...] = WHOLE, token: tuple[int, ...] = TOKEN) -> "list[Row]":
    """Return all ratios: of the sequence and of the token, to the LSTM's time; of a step at a time, to all at once.

    Args:
        rounds: how often each is timed; single tokens ten times as often.
        whole: the lengths of whole sequences.
        token: the lengths at which a token is written.
    """
    from lstmlib.bench.timing import compare, interleaved, row

    rows = []
    for T in whole:
        about = {"T": T, "N": BATCH, "D": WIDTH, "heads": HEADS}
        for section, runs in ((NUMPY, whole_runs(T)), (TORCH, torch_runs(T))):
            rows += compare(runs, "LSTM", rounds, section=section, shape=about, dtype="float32")
    for T in token:
        about = {"T": T, "N": 1, "D": WIDTH, "heads": HEADS}
        rows += compare(token_runs(T), "LSTM", 10 * rounds, section=NEXT, shape=about, dtype="float32")
    for T in [T for T in ONCE if T in whole]:
        seconds = interleaved(once_runs(T), rounds)
        about = {"T": T, "N": BATCH, "D": WIDTH, "heads": HEADS}
        for name in ("LSTM", "attention"):
            slow = seconds[f"{name}, a step at a time"]
            ratios = [a / b for a, b in zip(slow, seconds[name], strict=True)]
            rows.append(row(AT_ONCE, name, "all at once", about, "float32", "cpu", ratios, slow))
    return rows


def crossing(lengths: list[int], ratios: list[float]) -> float | None:
    """Return the length at which a ratio passes 1 from below, on a straight line between logarithms; None if nowhere.

    Args:
        lengths: increasing.
        ratios: one for each.
    """
    import math
    from itertools import pairwise

    points = list(zip(lengths, ratios, strict=True))
    for (T0, r0), (T1, r1) in pairwise(points):
        if r0 < 1.0 <= r1:
            share = -math.log(r0) / (math.log(r1) - math.log(r0))
            return float(T0 * (T1 / T0) ** share)
    return None


def stored(path: Path = RESULTS) -> "list[Row]":
    """Return the rows that are stored."""
    from lstmlib.bench.timing import Row

    return [Row(**item) for item in json.loads(path.read_text())["rows"]]


def main(arguments: list[str] | None = None) -> None:
    """Measure on one thread, print, and write it."""
    parser = argparse.ArgumentParser(prog="python -m lstmlib.bench.length", description=__doc__)
    parser.add_argument("--rounds", type=positive, default=5, help="how often each thing is timed (default 5)")
    add_output(parser, RESULTS)
    given = parser.parse_args(arguments)
    one_thread()
    check(given.output)
    import torch

    from lstmlib.bench.timing import machine

    torch.set_num_threads(1)
    start, rows = time.perf_counter(), measure(given.rounds)
    section = ""
    for item in rows:
        if item.section != section:
            section = item.section
            print(f"\n{section}")
        print(f"  T={item.shape['T']:<5} {item.what:<24} {item.ratio:7.2f} times {item.than}'s time")
    write(given.output, {"machine": machine(), "rows": [asdict(item) for item in rows]})
    print(f"\n{len(rows)} ratios in {time.perf_counter() - start:.0f} s, written to {given.output}")


if __name__ == "__main__":
    main()
