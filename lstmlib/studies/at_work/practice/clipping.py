"""Are long gradients cut? An Elman net and an LSTM read the plays by gradient descent with momentum."""

from typing import Any

import numpy as np
import torch
from torch import nn

from lstmlib.studies.at_work.practice.carried import texts
from lstmlib.studies.at_work.practice.recipes import cut, set_forget_bias, update

CELLS = ("Elman", "LSTM")
SIDES: dict[str, tuple[tuple[float, ...], ...]] = {f"{c}, {w}": ((),) for c in CELLS for w in ("whole", "cut")}
RATES = (0.1, 0.3, 1.0)
SEEDS = {"validation": (100, 101), "test": tuple(range(5))}
SIZE, STREAMS, SPAN, UPDATES, MOMENTUM, LONGEST = 48, 16, 32, 300, 0.9, 1.0
WORST = 20.0  # bits a character that a net is said to need which has come to numbers that are none


def learn(side: str, setting: tuple[float, ...], seed: int, part: str) -> tuple[dict[str, float], dict[str, float]]:
    """Train one net; a gradient longer than ``LONGEST`` is cut to it, or isn't.

    Args:
        side: the cell, and "cut" or "whole".
        setting: the rate.
        seed: of the weights, and of where the streams begin.
        part: "validation" or "test".

    Returns:
        bits a character at the end; the "median" and the "longest" gradient, and the share that was "cut" or would
        have been.
    """
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    (cell, which), (letters, text, parts) = side.split(", "), texts()
    V = len(letters)
    layer = nn.LSTM(V, SIZE) if cell == "LSTM" else nn.RNN(V, SIZE)
    if isinstance(layer, nn.LSTM):
        set_forget_bias(layer, 1.0)
    readout = nn.Linear(SIZE, V)
    params = [*layer.parameters(), *readout.parameters()]
    descent = torch.optim.SGD(params, setting[-1], momentum=MOMENTUM)
    length = len(text) // STREAMS
    turned = np.roll(text, -int(np.random.default_rng(seed).integers(len(text))))[: length * STREAMS]
    streams = torch.from_numpy(turned.reshape(STREAMS, length).T.copy())
    state: Any = None
    norms = []
    for k in range(0, UPDATES * SPAN, SPAN):
        h, state = layer(nn.functional.one_hot(streams[k : k + SPAN], V).float(), state)
        loss = nn.functional.cross_entropy(readout(h).flatten(0, 1), streams[k + 1 : k + SPAN + 1].flatten())
        norms.append(update(loss, descent, params, LONGEST if which == "cut" else None))
        state = cut(state)
    found = []
    with torch.no_grad():
        for one in (torch.from_numpy(one) for one in parts[part]):
            scores = readout(layer(nn.functional.one_hot(one[:-1, None], V).float())[0]).flatten(0, 1)
            found.append(nn.functional.cross_entropy(scores, one[1:]).item() / np.log(2.0))
    bits = float(np.mean(found))
    lengths = np.nan_to_num(np.array(norms), nan=np.inf)
    more = {"median": np.median(lengths), "longest": min(lengths.max(), 1e9), "cut": (lengths > LONGEST).mean()}
    return {"end": min(bits, WORST) if np.isfinite(bits) else WORST}, {k: float(v) for k, v in more.items()}
