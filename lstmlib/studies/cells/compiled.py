"""Small nets trained in compiled code, one at a time: an LSTM with switches, a GRU, a plain tanh net.

It needs Numba (``pip install numba``). The readable layers are ``lstmlib.studies.variants.Cells``,
``lstmlib.numpy.GRU`` and ``lstmlib.numpy.RNN``; a test holds these against them. A batch has eight sequences, which lie
side by side at the end of every array, so that one instruction serves them all.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from lstmlib.numpy.checks import Array
from lstmlib.online.compiled.jit import OPTIONS, part
from lstmlib.online.compiled.lanes import LANES, fused, load, store
from lstmlib.studies.cells.kinds import CLASSES, GRU, LSTM, SQUARED, Shape
from lstmlib.studies.cells.steps import (
    OUT,
    OUT_BIAS,
    gru_back,
    gru_step,
    lstm_back,
    lstm_step,
    product,
    rnn_back,
    rnn_step,
)


class Work(NamedTuple):
    """What a net remembers of a batch, and room to work in: arrays of rows of eight."""

    h: Array  # ((T + 1) H, 8), zeros first
    c: Array  # ((T + 1) H, 8), zeros first; for a GRU what the reset gate multiplies
    act: Array  # (T 4 H, 8): i, f, g, o; or r, z, n
    shown: Array  # (T H, 8)
    net: Array  # (R, 8)
    dnet: Array  # (R, 8)
    dh: Array  # (H, 8)
    dc: Array  # (H, 8)
    error: Array  # (H, 8)
    kept: Array  # (H, 8)
    back: Array  # (3 H, 8): what the gates of the step after heard of these
    y: Array  # (T O, 8)
    dy: Array  # (O, 8)
    grads: Array  # (count, 8), for each sequence by itself


def workspace(s: Shape, T: int) -> Work:
    """Return room for sequences of T steps."""
    rows = ((T + 1) * s.H, (T + 1) * s.H, 4 * T * s.H, T * s.H, s.R, s.R, s.H, s.H, s.H, s.H, 3 * s.H)
    return Work(*(np.zeros((count, LANES)) for count in (*rows, T * s.O, s.O, s.at[OUT_BIAS] + s.O)))


@part
def forward(s: Any, w: Array, m: Any, x: Array, T: int) -> None:
    """Run a batch x (T D, 8) from an empty state; the read-outs stand in ``m.y``."""
    for t in range(T):
        if s.kind == LSTM:
            lstm_step(s, w, m, x, t)
        elif s.kind == GRU:
            gru_step(s, w, m, x, t)
        else:
            rnn_step(s, w, m, x, t)
        for o in range(s.O):
            store(m.y, t * s.O + o, w[s.at[OUT_BIAS] + o])
        product(m.y, t * s.O, w, s.at[OUT], s.O, s.H, m.h, (t + 1) * s.H)


@njit(fastmath=True, **OPTIONS)  # type: ignore[untyped-decorator]
def loss_back(s: Any, m: Any, t: int, loss: int, target: Array, share: Array) -> None:
    """Put the loss's gradient at step t into ``m.dy``: target (T, O, 8), share (T, 8) what each step counts."""
    for n in range(LANES):
        total, most = 0.0, -np.inf
        for o in range(s.O):
            most = max(most, m.y[t * s.O + o, n])
        for o in range(s.O):
            y = m.y[t * s.O + o, n]
            if loss == CLASSES:
                m.dy[o, n] = np.exp(y - most)
                total += m.dy[o, n]
            elif loss == SQUARED:
                m.dy[o, n] = share[t, n] * 2.0 * (y - target[t, o, n]) / s.O
            else:
                m.dy[o, n] = share[t, n] * (1.0 / (1.0 + np.exp(-y)) - target[t, o, n]) / s.O
        if loss == CLASSES:
            for o in range(s.O):
                m.dy[o, n] = share[t, n] * (m.dy[o, n] / total - target[t, o, n])


@part
def backward(s: Any, w: Array, m: Any, x: Array, loss: int, target: Array, share: Array) -> None:
    """Add the gradients of a batch to ``m.grads``; arrays as ``train`` has them, of one batch."""
    g = m.grads
    m.dh[:], m.dc[:], m.back[:] = 0.0, 0.0, 0.0
    for t in range(share.shape[0] - 1, -1, -1):
        if share[t].any():
            loss_back(s, m, t, loss, target, share)
            for o in range(s.O):
                error = load(m.dy, o)
                store(g, s.at[OUT_BIAS] + o, load(g, s.at[OUT_BIAS] + o) + error)
                for j in range(s.H):
                    place = s.at[OUT] + o * s.H + j
                    store(g, place, fused(error, load(m.h, (t + 1) * s.H + j), load(g, place)))
                    store(m.dh, j, fused(w[place], error, load(m.dh, j)))
        if s.kind == LSTM:
            lstm_back(s, w, g, m, x, t)
        elif s.kind == GRU:
            gru_back(s, w, g, m, x, t)
        else:
            rnn_back(s, w, g, m, x, t)


@njit(fastmath=True, **OPTIONS)  # type: ignore[untyped-decorator]
def adam(flat: Array, grads: Array, step: int, rate: float) -> None:
    """Clip the gradient's norm to 1 and take one step of Adam, as ``lstmlib.numpy.Adam`` does it."""
    w, g, mean, square = flat[0], flat[1], flat[2], flat[3]
    norm = 0.0
    for k in range(w.size):
        g[k] = grads[k].sum()
        norm += g[k] * g[k]
    scale = 1.0 / max(np.sqrt(norm), 1.0)
    to_mean, to_square = 1.0 / (1.0 - 0.9**step), 1.0 / (1.0 - 0.999**step)
    for k in range(w.size):
        d = g[k] * scale
        mean[k] = 0.9 * mean[k] + 0.1 * d
        square[k] = 0.999 * square[k] + 0.001 * d * d
        w[k] -= rate * mean[k] * to_mean / (np.sqrt(square[k] * to_square) + 1e-8)


@part
def train(
    s: Any, flat: Array, m: Any, x: Array, loss: int, target: Array, share: Array, done: int, rate: float
) -> None:
    """Train a net on batches.

    Args:
        s: a net.
        m: room for it.
        flat: (4, count): its weights, their gradients, Adam's two means.
        x: inputs (U, T D, 8).
        loss: ``SQUARED``, ``CLASSES`` or ``BINARY`` of ``kinds``.
        target: what the read-outs should be, one-hot for classes (U, T, O, 8).
        share: what each step counts in the mean (U, T, 8); 0 where none is asked for.
        done: how many updates the net has had.
        rate: Adam's.
    """
    for u in range(x.shape[0]):
        m.grads[:] = 0.0
        forward(s, flat[0], m, x[u], share.shape[1])
        backward(s, flat[0], m, x[u], loss, target[u], share[u])
        adam(flat, m.grads, done + u + 1, rate)


@part
def run(s: Any, w: Array, m: Any, x: Array, y: Array) -> None:
    """Run a net on batches x (B, T D, 8); the read-outs go into y (B, T O, 8)."""
    for b in range(x.shape[0]):
        forward(s, w, m, x[b], y.shape[1] // s.O)
        y[b] = m.y
