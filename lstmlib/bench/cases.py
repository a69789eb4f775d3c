"""What is timed: each function answers one question and returns its rows."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lstmlib.bench.timing import Row, Run, compare, interleaved, row
from lstmlib.numpy import LSTM, MultiHeadAttention
from lstmlib.numpy.checks import Array

LARGE, SMALL, TINY = (100, 64, 128, 256), (100, 32, 32, 128), (100, 1, 8, 16)


def shape(T: int, N: int, D: int, H: int) -> dict[str, int]:
    """Return the four sizes by name."""
    return {"T": T, "N": N, "D": D, "H": H}


def numpy_run(layer: Any, sizes: tuple[int, int, int, int], dtype: str) -> Run:
    """Return forward and backward of a NumPy layer over normal numbers."""
    T, N, D, _ = sizes
    rng = np.random.default_rng(0)
    x: Array = rng.standard_normal((T, N, D)).astype(dtype)
    dy: Array = rng.standard_normal((T, N, layer.hidden_size)).astype(dtype)

    def run() -> object:
        _, _, cache = layer.forward(x)
        return layer.backward(cache, dy)

    return run


def torch_run(layer: Any, sizes: tuple[int, int, int, int], call: Callable[..., Any] | None = None) -> Run:
    """Return forward and backward of a torch layer, or of ``call`` with its parameters, over normal numbers."""
    import torch

    like = next(layer.parameters())
    T, N, D, _ = sizes
    x = torch.randn(T, N, D, dtype=like.dtype, device=like.device, requires_grad=True)
    call = layer if call is None else call
    dy: list[Any] = []

    def run() -> None:
        layer.zero_grad(set_to_none=True)
        x.grad = None
        y = call(x)[0]
        if not dy:
            dy.append(torch.randn_like(y))
        y.backward(dy[0])

    return run


def numpy_against_torch(rounds: int) -> list[Row]:
    """Return how long NumPy's forward and backward take beside torch.nn.LSTM's on the CPU, and beside bare products."""
    import torch

    rows = []
    for sizes, most, least_rate in ((LARGE, 1.5, 0.6), (SMALL, 2.5, None), (TINY, None, None)):
        T, N, D, H = sizes
        layer = LSTM(D, H, dtype=np.float32, rng=np.random.default_rng(0))
        a, b = np.random.default_rng(0).standard_normal((2, 1024, 1024)).astype(np.float32)
        runs: dict[str, Run] = {
            "lstmlib.numpy.LSTM": numpy_run(layer, sizes, "float32"),
            "torch.nn.LSTM": torch_run(torch.nn.LSTM(D, H), sizes),
            "product": lambda a=a, b=b: a @ b,  # type: ignore[misc]
        }
        seconds = interleaved(runs, rounds)
        ours, theirs, product = (seconds[name] for name in runs)
        common = ("lstmlib.numpy.LSTM", shape(*sizes), "float32", "cpu")
        ratios = [p / q for p, q in zip(ours, theirs, strict=True)]
        section = "NumPy beside torch on the CPU"
        rows.append(row(section, common[0], "torch.nn.LSTM", *common[1:], ratios, ours, most=most))
        if least_rate is None:
            continue
        # Forward makes one product with each weight matrix a step, backward two.
        operations = 3 * 2 * T * N * 4 * H * (D + H)
        rates = [(operations / p) / (2 * 1024**3 / q) for p, q in zip(ours, product, strict=True)]
        than = "rate of a 1024 x 1024 product"
        rows.append(row(section, "rate of its products", than, *common[1:], rates, ours, least=least_rate))
    return rows


def numpy_against_tape(rounds: int) -> list[Row]:
    """Return how many times as fast the hand-derived backward is as HIPS autograd's tape over the same cell."""
    from lstmlib.bench.tape import taped_lstm

    rows = []
    for sizes, least, part in ((LARGE, 2.0, 5), (SMALL, 2.0, 2), (TINY, 20.0, 1)):
        T, N, D, H = sizes
        layer = LSTM(D, H, rng=np.random.default_rng(0))
        rng = np.random.default_rng(0)
        tape = taped_lstm(layer.params, rng.standard_normal((T, N, D)), rng.standard_normal((T, N, H)))
        rows += compare(
            {"lstmlib.numpy.LSTM": numpy_run(layer, sizes, "float64"), "tape": tape},
            "tape",
            max(3, rounds // part),  # the tape is slow
            section="times as fast as autograd's tape",
            shape=shape(*sizes),
            dtype="float64",
            targets={"lstmlib.numpy.LSTM": (least, None)},
            invert=True,
        )
    return rows


def torch_layers(rounds: int, device: str, compiled: bool) -> list[Row]:
    """Return how long every torch layer takes beside torch.nn.LSTM of the same size: loop, fast path, compiled.

    The sequences are short, because torch.compile unrolls the loop: what it takes to compile grows with T.
    """
    import torch

    import lstmlib.torch as lt

    sizes = (10, 32, 32, 128)
    *_, D, H = sizes
    makes: dict[str, Callable[..., Any]] = {
        "RNN": lambda **more: lt.RNN(D, H, **more),
        "LSTM1997": lambda **more: lt.LSTM1997(D, H // 2, 2, **more),
        "LSTM": lambda **more: lt.LSTM(D, H, **more),
        "PeepholeLSTM": lambda **more: lt.PeepholeLSTM(D, H, **more),
        "CoupledLSTM": lambda **more: lt.CoupledLSTM(D, H, **more),
        "GRU": lambda **more: lt.GRU(D, H, **more),
        "GRU, reset before": lambda **more: lt.GRU(D, H, reset="before", **more),
    }
    name = torch.cuda.get_device_name() if device == "cuda" else device
    wait = torch.cuda.synchronize if device == "cuda" else None
    section = "torch layers beside torch.nn.LSTM"
    rows = []
    for kind, make in makes.items():
        layer = make(device=device)
        runs: dict[str, Run] = {"torch.nn.LSTM": torch_run(torch.nn.LSTM(D, H, device=device), sizes)}
        has_kernel = isinstance(layer, lt.recurrent.Recurrent) and layer.kernel() is not None
        if has_kernel:
            runs[f"{kind}, fast path"] = torch_run(layer, sizes)
        loop = make(device=device, **({"fast": False} if has_kernel else {}))
        runs[f"{kind}, loop"] = torch_run(loop, sizes)
        if compiled:
            torch._dynamo.reset()
            faster = torch_run(loop, sizes, torch.compile(loop))
            try:
                faster()
            except Exception as error:  # no C++ compiler, for one: say so, and go on without
                print(f"  {kind} was not compiled: {type(error).__name__}")
            else:
                runs[f"{kind}, compiled"] = faster
        about = {"section": section, "shape": shape(*sizes), "dtype": "float32", "device": name}
        rows += compare(runs, "torch.nn.LSTM", rounds, wait=wait, **about)  # type: ignore[arg-type]
    return rows


def growth(rounds: int) -> list[Row]:
    """Return how NumPy's time grows with T, N and H, each from its first size on, and attention's with T beside it."""
    rows = []
    base = shape(50, 16, 64, 64)
    series = {"T": (25, 50, 100, 200, 400), "N": (1, 4, 16, 64, 256), "H": (16, 32, 64, 128, 256)}
    for size, values in series.items():
        runs = {}
        for value in values:
            sizes = base | {size: value}
            layer = LSTM(sizes["D"], sizes["H"], rng=np.random.default_rng(0))
            runs[value] = numpy_run(layer, (sizes["T"], sizes["N"], sizes["D"], sizes["H"]), "float64")
        rows += _growth("lstmlib.numpy.LSTM", size, runs, base, rounds)
    runs = {T: _attention_run(T, base["N"], base["D"]) for T in series["T"]}
    return rows + _growth("lstmlib.numpy.MultiHeadAttention", "T", runs, {k: base[k] for k in "TND"}, rounds)


def _growth(what: str, size: str, runs: dict[int, Run], base: dict[str, int], rounds: int) -> list[Row]:
    seconds = interleaved({str(value): run for value, run in runs.items()}, rounds)
    first = min(runs)
    rows = []
    for value in runs:
        ratios = [a / b for a, b in zip(seconds[str(value)], seconds[str(first)], strict=True)]
        section, than = f"growth with {size}", f"{size} = {first}"
        rows.append(row(section, what, than, base | {size: value}, "float64", "cpu", ratios, seconds[str(value)]))
    return rows


def _attention_run(T: int, N: int, D: int) -> Run:
    layer = MultiHeadAttention(D, 4, rng=np.random.default_rng(0))
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((T, N, D)), rng.standard_normal((T, N, D))

    def run() -> object:
        _, _, cache = layer.forward(x)
        return layer.backward(cache, dy)

    return run
