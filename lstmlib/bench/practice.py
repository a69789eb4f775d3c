"""What the page "In practice" says of speed, memory and equality: ``python -m lstmlib.bench.practice``, resumable.

One thread of a CPU. Every ratio is of things that took turns in the same run, and the clock is this process's own time,
so other programs on the machine change little; what a machine has in its caches they do change, so a tenth isn't much.
"""

import argparse
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstmlib.bench.threads import one_thread
from lstmlib.output import add_output, check, positive, write

if TYPE_CHECKING:
    from lstmlib.bench.timing import Row, Run

RESULTS = Path(__file__).parent / "results" / "practice.json"
EMBED, HEADS, BATCH = 52, 4, 8  # of the transformer's block; sequences side by side
LENGTHS = (16, 64, 256, 1024)
UPDATE, NEXT = "forward and backward, torch", "one more step, NumPy"
PLAIN = "forward and backward, NumPy"
CELLS = ("Elman", "LSTM", "GRU", "transformer")
SENTENCES, SIDE = 512, 32  # sentences of the reviews that are read, and how many at a time


def sizes() -> dict[str, int]:
    """Return the width at which each kind of layer comes nearest to the block in parameters, at inputs of ``EMBED``."""
    blocks = {"Elman": 1, "GRU": 3, "LSTM": 4}
    wanted = 12 * EMBED**2 + 13 * EMBED
    found = {
        kind: min(range(1, 400), key=lambda H, n=n: abs(n * H * (EMBED + H + 2) - wanted))  # type: ignore[misc]
        for kind, n in blocks.items()
    }
    return found | {"transformer": EMBED}


def parameters() -> dict[str, int]:
    """Return how many parameters each has."""
    blocks, H = {"Elman": 1, "GRU": 3, "LSTM": 4}, sizes()
    found = {kind: n * H[kind] * (EMBED + H[kind] + 2) for kind, n in blocks.items()}
    return found | {"transformer": 12 * EMBED**2 + 13 * EMBED}


def update_runs(T: int) -> "dict[str, Run]":
    """Return forward and backward over T steps of each kind, as torch has them."""
    import torch

    from lstmlib.bench.cases import torch_run
    from lstmlib.torch import TransformerBlock

    H = sizes()
    layers = {"Elman": torch.nn.RNN, "LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU}
    runs = {kind: torch_run(make(EMBED, H[kind]), (T, BATCH, EMBED, H[kind])) for kind, make in layers.items()}
    block = TransformerBlock(EMBED, HEADS, causal=True)
    return runs | {"transformer": torch_run(block, (T, BATCH, EMBED, EMBED))}


def next_runs(T: int) -> "dict[str, Run]":
    """Return what step T takes of one sequence, T - 1 having been read: from a state, or from kept keys and values."""
    import numpy as np

    from lstmlib.numpy import GRU, LSTM, RNN, TransformerBlock
    from lstmlib.numpy.generation import KeyValueCache

    rng, H = np.random.default_rng(0), sizes()
    how: dict[str, Any] = {"rng": rng, "dtype": np.float32}
    x = rng.standard_normal((T, 1, EMBED)).astype(np.float32)
    runs: dict[str, Run] = {}
    for kind, make in (("Elman", RNN), ("LSTM", LSTM), ("GRU", GRU)):
        layer: Any = make(EMBED, H[kind], **how)  # type: ignore[operator]
        state = layer.forward(x[:1])[1]
        runs[kind] = lambda layer=layer, state=state: layer.forward(x[-1:], state)  # type: ignore[misc]
    kept = KeyValueCache(TransformerBlock(EMBED, HEADS, causal=True, **how), 1, T)
    for step in range(T - 1):
        kept.step(x[step : step + 1])

    def next_token() -> object:
        kept.steps = T - 1  # as if none had been written yet
        return kept.step(x[-1:])

    return runs | {"transformer": next_token}


def by_length(rounds: int, lengths: tuple[int, ...] = LENGTHS) -> "list[Row]":
    """Return how long an update and one more step take at each length, beside the LSTM's."""
    from lstmlib.bench.timing import compare

    rows = []
    for T in lengths:
        about = {"T": T, "N": BATCH, "D": EMBED}
        rows += compare(update_runs(T), "LSTM", rounds, section=UPDATE, shape=about, dtype="float32")
        about = {"T": T, "N": 1, "D": EMBED}
        rows += compare(next_runs(T), "LSTM", 20 * rounds, section=NEXT, shape=about, dtype="float32")
    return rows


def in_numpy(rounds: int, lengths: tuple[int, ...] = LENGTHS[:3]) -> "list[Row]":
    """Return how long forward and backward take in NumPy, where no kind has a compiled loop of its own."""
    import numpy as np

    from lstmlib.bench.cases import numpy_run
    from lstmlib.bench.timing import compare
    from lstmlib.numpy import GRU, LSTM, RNN, TransformerBlock

    rows, H, rng = [], sizes(), np.random.default_rng(0)
    for T in lengths:
        runs: dict[str, Run] = {}
        for kind, make in (("Elman", RNN), ("LSTM", LSTM), ("GRU", GRU)):
            layer: Any = make(EMBED, H[kind], rng=rng, dtype=np.float32)  # type: ignore[operator]
            runs[kind] = numpy_run(layer, (T, BATCH, EMBED, H[kind]), "float32")
        block = TransformerBlock(EMBED, HEADS, causal=True, rng=rng, dtype=np.float32)
        x, dy = rng.standard_normal((2, T, BATCH, EMBED)).astype(np.float32)

        def of_block(block: Any = block, x: Any = x, dy: Any = dy) -> object:
            return block.backward(block.forward(x)[2], dy)

        runs["transformer"] = of_block
        about = {"T": T, "N": BATCH, "D": EMBED}
        rows += compare(runs, "LSTM", rounds, section=PLAIN, shape=about, dtype="float32")
    return rows


def without_kernel(rounds: int, T: int = 64) -> "list[Row]":
    """Return how long torch's kinds take beside its LSTM if that is denied its own kernel, which is oneDNN's."""
    import torch

    from lstmlib.bench.timing import compare

    runs = update_runs(T)

    def own(kind: str) -> "Run":
        def run() -> object:
            with torch.backends.mkldnn.flags(enabled=False):
                return runs[kind]()

        return run

    denied = {kind: own(kind) for kind in runs} | {"LSTM with it": runs["LSTM"]}
    about = {"T": T, "N": BATCH, "D": EMBED}
    return compare(denied, "LSTM", rounds, section="without oneDNN, torch", shape=about, dtype="float32")


def sentence_lengths() -> list[int]:
    """Return how many words the first sentences of the reviews have."""
    from lstmlib.data import reviews

    return [len(review.text.split()) for review in reviews()[:SENTENCES]]


def padding(rounds: int) -> "tuple[list[Row], dict[str, float]]":
    """Return how long a round of training takes padded, packed, in buckets, or both; and whether outputs are equal."""
    import numpy as np
    import torch
    from torch import Tensor

    from lstmlib.bench.timing import compare
    from lstmlib.studies.at_work.practice.recipes import buckets, packed

    lengths, rng = sentence_lengths(), np.random.default_rng(0)
    order = rng.permutation(len(lengths))
    batches = {"": list(np.split(order, range(SIDE, len(order), SIDE)))}
    batches[", buckets"] = buckets(lengths, SIDE, rng)
    found: dict[str, float] = {"longest": max(lengths), "mean": float(np.mean(lengths))}
    torch.manual_seed(0)
    layer = torch.nn.LSTM(48, 64)
    runs: dict[str, Run] = {}
    for name, given in batches.items():
        of = [torch.tensor([lengths[k] for k in batch]) for batch in given]
        xs = [torch.randn(int(part.max()), len(part), 48) for part in of]
        steps = sum(x.shape[0] * x.shape[1] for x in xs)
        found[f"padding{name}"] = 1.0 - sum(lengths) / steps
        found[f"steps in a row{name}"] = float(sum(len(x) for x in xs))

        def ended(y: Tensor, part: Tensor) -> None:
            layer.zero_grad(set_to_none=True)
            y[part - 1, torch.arange(len(part))].sum().backward()  # type: ignore[no-untyped-call]

        def as_padded(xs: list[Tensor] = xs, of: list[Tensor] = of) -> None:
            for x, part in zip(xs, of, strict=True):
                ended(layer(x)[0], part)

        def as_packed(xs: list[Tensor] = xs, of: list[Tensor] = of) -> None:
            for x, part in zip(xs, of, strict=True):
                ended(packed(layer, x, part)[0], part)

        runs[f"padded{name}"], runs[f"packed{name}"] = as_padded, as_packed
        if not name:
            with torch.no_grad():
                x, part = xs[0], of[0]
                mask = torch.arange(len(x))[:, None] < part
                y, (h, _) = packed(layer, x, part)
                found["apart"] = float((y - layer(x)[0])[mask].abs().max())
                found["last apart"] = float((h[0] - layer(x)[1][0][0]).abs().max())
    about = {"sentences": len(lengths), "N": SIDE, "D": 48, "H": 64}
    return compare(runs, "padded", rounds, section="padding", shape=about, dtype="float32"), found


def compiled(rounds: int) -> "tuple[list[Row], dict[str, float]]":
    """Return what torch.compile does for torch's own LSTM and for a loop in Python.

    With them come the seconds of the first calls, on the wall: on a busy machine they say little.
    """
    import torch

    import lstmlib.torch as lt
    from lstmlib.bench.cases import torch_run
    from lstmlib.bench.timing import compare

    rows, found = [], {}
    for T, N, D, H in ((20, 32, 32, 64), (20, 32, 64, 256)):
        torch._dynamo.reset()
        own, loop = torch.nn.LSTM(D, H), lt.LSTM(D, H, fast=False)
        runs = {"torch.nn.LSTM": torch_run(own, (T, N, D, H)), "loop": torch_run(loop, (T, N, D, H))}
        for name, layer in (("torch.nn.LSTM", own), ("loop", loop)):
            runs[f"{name}, compiled"] = torch_run(layer, (T, N, D, H), torch.compile(layer))
            start = time.perf_counter()
            runs[f"{name}, compiled"]()
            found[f"first call, {name}, H = {H}"] = time.perf_counter() - start
        about = {"T": T, "N": N, "D": D, "H": H}
        rows += compare(runs, "torch.nn.LSTM", rounds, section="torch.compile", shape=about, dtype="float32")
    return rows, found


def bfloat16(rounds: int) -> "tuple[list[Row], dict[str, float]]":
    """Return what products in bfloat16 save in time, and cost in bits on a play, read by the text page's large net."""
    import numpy as np
    import torch
    from torch.nn import functional as F

    from lstmlib.bench.cases import torch_run
    from lstmlib.bench.timing import compare
    from lstmlib.studies.at_work.practice.recipes import in_bfloat16

    rows = []
    for H in (64, 256, 1024):
        layer, sizes = torch.nn.LSTM(64, H), (32, 32, 64, H)
        half = torch_run(layer, sizes, lambda x, layer=layer: (in_bfloat16(layer, x),))  # type: ignore[misc]
        about = dict(zip("TNDH", sizes, strict=True))
        runs = {"float32": torch_run(layer, sizes), "bfloat16": half}
        rows += compare(runs, "float32", rounds, section="bfloat16", shape=about, dtype="bfloat16")
    net, _, text, _ = play()
    with torch.no_grad():
        symbols = torch.from_numpy(text)
        x = F.one_hot(symbols[:-1, None], net.symbols).float()
        said = {"bits, float32": net.recurrent(x)[0], "bits, bfloat16": in_bfloat16(net.recurrent, x)}
        found = {k: F.cross_entropy(net.readout(y)[:, 0], symbols[1:]).item() / np.log(2.0) for k, y in said.items()}
    return rows, {k: float(v) for k, v in found.items()}


def play(length: int = 20_000) -> tuple[Any, Any, Any, Any]:
    """Return the text page's large net, the same in NumPy, the beginning of a test play, and what the net reads of it.

    Args:
        length: how many characters are read.

    Returns:
        the nets; the text's places in the alphabet (length + 1,); the vectors (length, 1, V).
    """
    import numpy as np

    from lstmlib.data import alphabet, plays
    from lstmlib.studies.at_work.text import nets, trials

    given = plays()
    letters = alphabet(given.learn)
    text = nets.encode(given.test["Macbeth"][: length + 1], letters)
    net = trials.stored(None)
    return net, nets.in_numpy(net), text, np.eye(len(letters), dtype=np.float32)[text[:-1]][:, None]


def exported(rounds: int) -> "tuple[list[Row], dict[str, float]]":
    """Return how ONNX Runtime runs the text page's large LSTM, in float32 and int8: time, bytes, bits; and by step."""
    import numpy as np
    import torch
    from scipy.special import log_softmax

    from lstmlib.bench.timing import compare
    from lstmlib.onnx import export
    from lstmlib.studies.at_work.practice.recipes import quantised, session, streamed

    net, model, text, x = play()
    layer, H = model.recurrent, net.recurrent.hidden_size
    zeros = {name: np.zeros((1, H), np.float32) for name in ("h_0", "c_0")}
    graphs = {"ONNX Runtime": export(layer, state=True)}
    graphs["int8"] = quantised(graphs["ONNX Runtime"])
    sessions = {name: session(graph) for name, graph in graphs.items()}
    with torch.no_grad():
        said = {"torch": net.recurrent(torch.from_numpy(x))[0].numpy()}
    said |= {name: run.run(None, {"x": x, **zeros})[0] for name, run in sessions.items()}
    found: dict[str, float] = {"state bytes": 2 * H * 4, "bytes, torch": sum(4 * p.size for p in layer.params.values())}
    for name, y in said.items():
        scores = y[:, 0] @ model.readout.params["weight"].T + model.readout.params["bias"]
        surprise = -log_softmax(scores.astype(np.float64), axis=1)[np.arange(len(y)), text[1:]]
        found[f"bits, {name}"] = float(surprise.mean() / np.log(2.0))
        found[f"apart, {name}"] = float(np.abs(y - said["torch"]).max())
        if name in graphs:
            found[f"bytes, {name}"] = len(graphs[name].SerializeToString())
            found[f"by step apart, {name}"] = float(np.abs(streamed(sessions[name], x[:500], zeros) - y[:500]).max())
    short = x[:200]

    def torch_whole() -> object:
        with torch.inference_mode():
            return net.recurrent(torch.from_numpy(short))

    def torch_by_step() -> object:
        with torch.inference_mode():
            state = None
            for now in torch.from_numpy(short):
                _, state = net.recurrent(now[None], state)
            return state

    runs: dict[str, Run] = {"torch": torch_whole, "torch, by step": torch_by_step}
    for name, run in sessions.items():
        runs[name] = lambda run=run: run.run(None, {"x": short, **zeros})  # type: ignore[misc]
        runs[f"{name}, by step"] = lambda run=run: streamed(run, short, zeros)  # type: ignore[misc]
    about = {"T": len(short), "N": 1, "D": x.shape[2], "H": H}
    return compare(runs, "torch", rounds, section="exported", shape=about, dtype="float32"), found


def parts(rounds: int) -> dict[str, Callable[[], Any]]:
    """Return what is measured, by name."""
    return {
        "length": lambda: (by_length(rounds), {}),
        "padding": lambda: padding(rounds),
        "bfloat16": lambda: bfloat16(rounds),
        "exported": lambda: exported(3 * rounds),
        "compile": lambda: compiled(rounds),
        "NumPy": lambda: (in_numpy(rounds), {}),
        "kernel": lambda: (without_kernel(rounds), {}),
    }


def stored(path: Path = RESULTS) -> dict[str, Any]:
    """Return what is stored: of each part "rows", and "found", numbers that aren't ratios of times."""
    found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return found


def ratio(part: str, what: str, **shape: int) -> dict[str, Any]:
    """Return the stored row of something in a part; ``shape`` says at which sizes, as far as needed.

    Raises:
        KeyError: not exactly one such row.
    """
    rows = [row for row in stored()[part]["rows"] if row["what"] == what and shape.items() <= row["shape"].items()]
    if len(rows) != 1:
        raise KeyError(f"{len(rows)} rows of {part} have {what!r} at {shape}, expected one")
    found: dict[str, Any] = rows[0]
    return found


def main(arguments: list[str] | None = None) -> None:
    """Measure what isn't stored yet, on one thread, and write after each part."""
    parser = argparse.ArgumentParser(prog="python -m lstmlib.bench.practice", description=__doc__)
    parser.add_argument("--rounds", type=positive, default=7, help="how often each thing is timed (default 7)")
    add_output(parser, RESULTS)
    given = parser.parse_args(arguments)
    one_thread()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    check(given.output)
    import torch

    from lstmlib.bench.timing import machine

    torch.set_num_threads(1)
    found = stored(given.output)
    for name, measure in parts(given.rounds).items():
        if name not in found:
            start = time.perf_counter()
            rows, more = measure()
            found |= {"machine": machine(), name: {"rows": [asdict(row) for row in rows], "found": more}}
            write(given.output, found)
            print(f"{name}: {time.perf_counter() - start:.0f} s", flush=True)
            for row in rows:
                print(f"  {row.section} {row.what} {row.shape} {row.ratio:.2f} times {row.than}'s time", flush=True)
            print(" ", more, flush=True)


if __name__ == "__main__":
    main()
