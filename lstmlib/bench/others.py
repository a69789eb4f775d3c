"""The LSTM beside engines by others, and what bounds its lead over a tape: ``python -m lstmlib.bench.others``.

ONNX Runtime computes the forward pass alone, so that forward passes are compared, in float32 on one thread of a CPU;
ours keeps all that ``backward`` would need, which a program that only infers does not. The shapes are those at which
FlashRNN was measured on GPUs (Pöppel, Beck and Hochreiter 2024, arXiv:2412.07752): batches of 16 sequences of 1,024
steps with heads of 16 to 256 units, then other lengths and batches (its widest head, 768, and its largest batches are
left out: one core would take minutes for each); as written in the authors' own benchmark,
``flashrnn/speed_experiments/kernel_speed_benchmark.py`` of https://github.com/NX-AI/flashrnn, where a plain LSTM is
given one head, of as many inputs as units.

The clock is this process's own time, and what is compared takes turns, so that other programs on the machine change
little; each comparison is stored as the median of the rounds' ratios, and as the ratio of the shortest times.
"""

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstmlib.bench.threads import one_thread
from lstmlib.output import positive

if TYPE_CHECKING:
    from lstmlib.bench.timing import Row, Run

RESULTS = Path(__file__).parent / "results" / "others.json"
# (T, N, H), D = H: the heads, then the lengths, then the batches.
HEADS = tuple((1024, 16, H) for H in (16, 32, 64, 128, 256))
LENGTHS = tuple((T, 16, 64) for T in (256, 512, 2048))
BATCHES = tuple((1024, N, 64) for N in (2, 64))
RUNTIME, BOUND = "forward, times as long as ONNX Runtime", "what bounds the lead over autograd's tape"
ENGINE, FASTEST = "ONNX Runtime", "shortest times"


def forward_runs(T: int, N: int, H: int) -> "dict[str, Run]":
    """Return the forward pass of one LSTM's parameters, H inputs and H units: ours, torch's, ONNX Runtime's."""
    import numpy as np
    import onnxruntime
    import torch

    from lstmlib.numpy import LSTM
    from lstmlib.onnx import export

    rng = np.random.default_rng(0)
    layer = LSTM(H, H, dtype=np.float32, rng=rng)
    x = rng.standard_normal((T, N, H)).astype(np.float32)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(export(layer).SerializeToString(), options, ["CPUExecutionProvider"])
    theirs = torch.nn.LSTM(H, H)
    theirs.load_state_dict({name: torch.from_numpy(value) for name, value in layer.params.items()})

    def run_torch() -> Any:
        with torch.inference_mode():
            return theirs(torch.from_numpy(x))[0]

    return {
        "lstmlib.numpy.LSTM": lambda: layer.forward(x)[0],
        "torch.nn.LSTM": run_torch,
        ENGINE: lambda: session.run(["y"], {"x": x})[0],
    }


def beside_runtime(shape: tuple[int, int, int], rounds: int) -> "list[Row]":
    """Return how many times as long the forward passes of ours and of torch's take as ONNX Runtime's."""
    from lstmlib.bench.timing import interleaved, row

    T, N, H = shape
    seconds = interleaved(forward_runs(T, N, H), rounds)
    about = ({"T": T, "N": N, "D": H, "H": H}, "float32", "cpu")
    rows = []
    for name in ("lstmlib.numpy.LSTM", "torch.nn.LSTM"):
        ratios = [a / b for a, b in zip(seconds[name], seconds[ENGINE], strict=True)]
        rows.append(row(RUNTIME, name, ENGINE, *about, ratios, seconds[name]))
        shortest = [min(seconds[name]) / min(seconds[ENGINE])]
        rows.append(row(RUNTIME, f"{name}, {FASTEST}", ENGINE, *about, shortest, seconds[name]))
    return rows


def products(T: int, N: int, D: int, H: int) -> "Run":
    """Return the matrix products that an LSTM's forward and backward make over a batch, as they make them, and no more.

    Two products with each weight matrix take the error back, to where it came from and to the weights; one is forward.
    """
    import numpy as np

    from lstmlib.numpy import LSTM
    from lstmlib.numpy.recurrent import by_gate, input_gradient, weight_gradients

    rng = np.random.default_rng(0)
    p = LSTM(D, H, rng=rng).layer_params(0)
    x, h, dnet = (rng.standard_normal((T, N, *size)) for size in ((D,), (H,), (4, H)))

    def run() -> None:
        W_ih, W_hh, _, _ = by_gate(p, 4)
        x[:, None] @ W_ih
        for t in range(T):
            h[t] @ W_hh
        for t in reversed(range(T)):
            dnet[t].reshape(N, 4 * H) @ p["weight_hh"]
        weight_gradients(dnet, x, h)
        input_gradient(p, dnet)

    return run


def bound_of_the_lead(shape: tuple[int, int, int, int], rounds: int) -> "list[Row]":
    """Return how far ahead of the tape we are, how far the bare products would be, and their share of our time."""
    import numpy as np

    from lstmlib.bench.cases import numpy_run
    from lstmlib.bench.tape import taped_lstm
    from lstmlib.bench.timing import interleaved, row
    from lstmlib.numpy import LSTM

    T, N, D, H = shape
    rng = np.random.default_rng(0)
    layer = LSTM(D, H, rng=rng)
    runs: dict[str, Run] = {
        "lstmlib.numpy.LSTM": numpy_run(layer, shape, "float64"),
        "its matrix products": products(*shape),
        "tape": taped_lstm(layer.params, rng.standard_normal((T, N, D)), rng.standard_normal((T, N, H))),
    }
    seconds = interleaved(runs, rounds)
    ours, bare, tape = (seconds[name] for name in runs)
    about = ({"T": T, "N": N, "D": D, "H": H}, "float64", "cpu")
    rows = []
    for what, than, over, under in (
        ("tape", "lstmlib.numpy.LSTM", tape, ours),
        ("tape", "its matrix products", tape, bare),
        ("its matrix products", "lstmlib.numpy.LSTM", bare, ours),
    ):
        ratios = [a / b for a, b in zip(over, under, strict=True)]
        rows.append(row(BOUND, what, than, *about, ratios, over))
        rows.append(row(BOUND, f"{what}, {FASTEST}", than, *about, [min(over) / min(under)], over))
    return rows


def main(arguments: list[str] | None = None) -> None:
    """Measure on one thread, print, and write where a page reads it."""
    parser = argparse.ArgumentParser(prog="python -m lstmlib.bench.others", description=__doc__)
    parser.add_argument("--rounds", type=positive, default=7, help="how often each thing is timed (default 7)")
    parser.add_argument("--note", default="", help="what is to be known of the machine's day, stored with the ratios")
    parser.add_argument("--output", type=Path, default=RESULTS, help="where to write (default %(default)s)")
    given = parser.parse_args(arguments)
    one_thread()
    import torch

    from lstmlib.bench.cases import LARGE
    from lstmlib.bench.timing import machine

    torch.set_num_threads(1)
    start, rows = time.perf_counter(), bound_of_the_lead(LARGE, max(3, given.rounds // 2))
    for shape in (*HEADS, *LENGTHS, *BATCHES):
        print(f"T={shape[0]} N={shape[1]} D=H={shape[2]} ...", flush=True)
        rows += beside_runtime(shape, given.rounds)
    for item in rows:
        sizes = " ".join(f"{name}={size}" for name, size in item.shape.items())
        print(f"{item.section}: {sizes:26} {item.what:36} {item.ratio:6.2f} times {item.than}")
    about = {"machine": machine(), "note": given.note, "rows": [asdict(item) | {"met": item.met} for item in rows]}
    given.output.write_text(json.dumps(about, indent=1) + "\n")
    print(f"{len(rows)} ratios in {time.perf_counter() - start:.0f} s, written to {given.output}")


if __name__ == "__main__":
    main()
