"""The recipes of the page as functions, a few lines each: what the page shows is what the studies ran."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


def cut(state: Any) -> Any:
    """Return a layer's last state for the next window: its numbers, without the way back to what made them."""
    if isinstance(state, tuple):  # an LSTM's h and c
        return tuple(part.detach() for part in state)
    return state.detach()


def update(loss: Tensor, optimiser: torch.optim.Optimizer, params: Iterable[nn.Parameter], most: float | None) -> float:
    """Make one update, gradients longer than ``most`` cut to it; return how long they were.

    Source: Pascanu, Mikolov and Bengio (2013), algorithm 1.

    Args:
        loss: of this batch.
        optimiser: of the parameters.
        params: whose gradients, taken together, are one vector.
        most: its longest; ``None`` cuts nothing.
    """
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    norm = nn.utils.clip_grad_norm_(params, float("inf") if most is None else most)
    optimiser.step()
    return float(norm)


def set_forget_bias(layer: nn.LSTM, bias: float) -> None:
    """Start the forget gates of all levels at a bias: torch adds two, so one gets all of it and the other none."""
    H = layer.hidden_size
    with torch.no_grad():
        for name, value in layer.named_parameters():
            if name.startswith("bias"):  # in order i, f, g, o: f is the second quarter
                value[H : 2 * H] = bias if name.startswith("bias_ih") else 0.0


def one_mask(x: Tensor, p: float) -> Tensor:
    """Return sequences with a share of their numbers set to 0, the same ones at all steps of a sequence.

    Source: Gal and Ghahramani (2016).

    Args:
        x: (T, N, D).
        p: the share that is left out; the rest is made larger, so that the sum stays the same on average.
    """
    keep = torch.bernoulli(torch.full_like(x[:1], 1.0 - p))  # (1, N, D): for all T steps
    return x * keep / (1.0 - p)


def packed(layer: nn.LSTM, x: Tensor, lengths: Tensor) -> tuple[Tensor, Any]:
    """Run a layer over sequences of unequal lengths without a step on padding; return outputs and last state.

    Args:
        layer: of either direction or both.
        x: (T, N, D), with anything after each sequence's end.
        lengths: (N,), on the CPU, in any order.
    """
    given = pack_padded_sequence(x, lengths, enforce_sorted=False)
    y, state = layer(given)
    return pad_packed_sequence(y, total_length=len(x))[0], state


def buckets(lengths: Sequence[int], size: int, rng: np.random.Generator, pool: int = 20) -> list[NDArray[np.int64]]:
    """Return batches of sequences that are nearly as long as each other, in random order.

    Sequences are shuffled, ``pool`` batches of them are sorted by length and cut into batches, and the batches are
    shuffled: so that a batch is different in every round, and short sequences don't come first.

    Args:
        lengths: of all sequences.
        size: N, sequences a batch.
        rng: of the order.
        pool: in how many batches sequences are sorted together.

    Returns:
        indices of sequences, a batch each; the last may be smaller.
    """
    order = rng.permutation(len(lengths))
    pools = np.split(order, range(pool * size, len(order), pool * size))
    sizes = np.asarray(lengths)
    ranked = [part[np.argsort(sizes[part], kind="stable")] for part in pools]
    found = [part[k : k + size] for part in ranked for k in range(0, len(part), size)]
    rng.shuffle(found)  # type: ignore[arg-type]
    return found


def in_bfloat16(layer: nn.Module, x: Tensor) -> Tensor:
    """Return a layer's outputs, its matrix products in bfloat16; parameters and optimiser stay in single precision."""
    with torch.autocast(x.device.type, torch.bfloat16):
        y: Tensor = layer(x)[0]
    return y.float()  # the loss, too, is computed in single precision


def session(model: Any) -> Any:
    """Return what runs an ONNX model on one thread of a CPU: ``session.run(None, {"x": x})``.

    Args:
        model: as ``lstmlib.onnx.export`` returns it.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])


def quantised(model: Any) -> Any:
    """Return an ONNX model with LSTM weights of 8 bits, a scale for each matrix; what it reads is rounded too.

    Args:
        model: as ``lstmlib.onnx.export`` returns it.
    """
    import tempfile
    from pathlib import Path

    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "small.onnx"
        quantize_dynamic(model, path, op_types_to_quantize=["LSTM"], weight_type=QuantType.QInt8)
        return onnx.load(path)


def streamed(run: Any, x: NDArray[np.float32], state: dict[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return the outputs (T, N, H) of a session that is given one step at a time, and its own last state.

    Args:
        run: a ``session`` of a model that was exported with ``state=True``.
        x: (T, N, D).
        state: "h_0" and "c_0", (N, H) each.
    """
    found = []
    for now in x:
        y, h, c = run.run(None, {"x": now[None], **state})
        state = {"h_0": h, "c_0": c}
        found.append(y)
    return np.concatenate(found)
