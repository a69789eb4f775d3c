"""Cells that can and cells that can't forget, on an endless stream of strings of the embedded Reber grammar.

Not the set-up of Gers et al. (2000), whose learner changes its weights after every symbol by a gradient forward in
time: here nets learn by backpropagation through pieces of the stream, state carried on from piece to piece, with Adam.
"""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmlib.forgetting.store import read_net
from lstmlib.numpy import LSTM, LSTM1997, Adam, Linear, SequenceModel, clip_grad_norm, cross_entropy
from lstmlib.numpy.checks import Array
from lstmlib.tasks import Batch, continual_embedded_reber
from lstmlib.tasks.embedded_reber import SYMBOLS, allowed_next

# The cell of 1997; and today's cell with its forget gate held at 1 (nothing is forgotten), held at 0.9 (everything is,
# by and by), and free to learn.
KINDS = ("1997", "held at 1", "held at 0.9", "forget gate")
HELD = {"held at 1": 40.0, "held at 0.9": float(np.log(9.0))}  # the gate's bias; its weights are 0
STREAMS, PIECE, PIECES = 16, 50, 10  # side by side; the symbols of a piece, and its pieces until new streams begin
BIASES = (-0.5, -1.0, -1.5, -2.0)  # of the cell of 1997's gates, block by block, as Gers et al. start theirs


def make_net(kind: str, rng: np.random.Generator) -> SequenceModel:
    """Return an untrained net of eight cells, with a score for each of the seven symbols.

    Args:
        kind: one of ``KINDS``.
        rng: source of the initial parameters.

    Raises:
        ValueError: an unknown kind.
    """
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}, expected one of {', '.join(KINDS)}")
    layer: LSTM | LSTM1997
    if kind == "1997":
        layer = LSTM1997(
            7, 4, 2, input_gate_bias=BIASES, output_gate_bias=BIASES, gradient="truncated", weight_range=0.2, rng=rng
        )
    else:
        layer = LSTM(7, 8, forget_bias=HELD.get(kind, 1.0), rng=rng)
        if kind in HELD:
            for name in ("weight_ih_l0", "weight_hh_l0"):
                layer.params[name][8:16] = 0.0
    return SequenceModel(layer, Linear(layer.hidden_size, 7, rng=rng))


def learn(kind: str, seed: int, updates: int) -> SequenceModel:
    """Train one net: an update for each piece of 50 symbols from 16 streams, the state carried on from piece to piece.

    After ten pieces, 500 symbols, new streams begin, from a state of zeros: a net must know how to begin, too. The cell
    of 1997 has the truncated gradient of its paper, the others the full one, within a piece.

    Args:
        kind: one of ``KINDS``.
        seed: of the initial parameters and the streams.
        updates: how many.
    """
    rng = np.random.default_rng(seed)
    model, state = make_net(kind, rng), None
    adam = Adam(model.params, 0.01)
    for k in range(updates):
        if k % PIECES == 0:
            stream, state = continual_embedded_reber(PIECES * PIECE, STREAMS, rng), None
        batch = piece(stream, k % PIECES)
        y, state, cached = model.forward(batch.x, state)
        _, dy = cross_entropy(y, batch.target, batch.mask)
        _, _, grads = model.backward(cached, dy)
        if kind in HELD:
            for name in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"):
                grads[f"recurrent.{name}"][8:16] = 0.0
        clip_grad_norm(grads, 1.0)
        adam.step(grads)
    return model


def piece(stream: Batch, number: int) -> Batch:
    """Return one piece of all streams, ``PIECE`` steps."""
    part = slice(number * PIECE, (number + 1) * PIECE)
    return Batch(stream.x[part], stream.target[part], stream.mask[part], np.full(stream.x.shape[1], PIECE))


@cache
def test_streams(symbols: int, streams: int) -> tuple[Batch, NDArray[np.bool_]]:
    """Return streams that no net learns from, the same for all nets, and what can come next in them (T, N, 7)."""
    batch = continual_embedded_reber(symbols, streams, np.random.default_rng(1_000_000))
    return batch, allowed_next(batch)


def wrong_steps(y: Array, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return at which steps the symbols that can come next are not the ones with the highest scores (T, N).

    Args:
        y: scores (T, N, 7).
        allowed: which symbols can come next (T, N, 7).
    """
    least_allowed = np.where(allowed, y, np.inf).min(-1)
    return np.asarray(least_allowed <= np.where(allowed, -np.inf, y).max(-1))


def trial(kind: str, seed: int, updates: int, symbols: int, streams: int) -> dict[str, Any]:
    """Train one net and run it over the test streams.

    Args:
        kind: one of ``KINDS``.
        seed: of the net and its training.
        updates: of training.
        symbols: the length of a test stream.
        streams: how many.

    Returns:
        kind and seed; "lengths", how many symbols of each stream were predicted before the first mistake, at most
        ``symbols``; "content", the largest absolute content of a cell in the last tenth of the first 100, 1000, ...
        symbols, the median over streams.
    """
    model = learn(kind, seed, updates)
    batch, allowed = test_streams(symbols, streams)
    y, contents = run(model, batch.x)
    wrong = wrong_steps(y, allowed)
    lengths = np.where(wrong.any(0), wrong.argmax(0), symbols)
    ends = [10**k for k in range(2, 10) if 10**k <= symbols]
    content = [float(np.median(contents[end - end // 10 : end].max(0))) for end in ends]
    return {"kind": kind, "seed": seed, "lengths": lengths.tolist(), "content": content}


def run(model: SequenceModel, x: Array) -> tuple[Array, Array]:
    """Return scores (T, N, 7) and the largest absolute content of a cell at every step (T, N).

    Args:
        model: a net from ``learn``.
        x: streams (T, N, 7).
    """
    y, _, cached = model.forward(x)
    contents = cached.recurrent.s if isinstance(model.recurrent, LSTM1997) else cached.recurrent.c
    return y, np.abs(contents[1:]).reshape(*x.shape[:2], -1).max(-1)


def string_starts(batch: Batch) -> list[int]:
    """Return the steps at which a string begins in the first of a batch's streams."""
    symbols = [SYMBOLS[k] for k in batch.x[:, 0].argmax(-1)]
    ends = [t for t, symbol in enumerate(symbols) if symbol == "E"][1::2]  # the inner string's E, then the outer one's
    return [0, *(t + 1 for t in ends if t + 1 < len(symbols))]


def predictor() -> SequenceModel:
    """Return the stored net of the kind "forget gate", seed 0.

    Raises:
        FileNotFoundError: it isn't there.
    """
    return read_net(make_net("forget gate", np.random.default_rng(0)), "streams")
