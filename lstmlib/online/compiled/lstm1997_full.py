"""The full gradient of eight nets: a sequence is remembered, and at its end its errors go back through all of it."""

from typing import Any

import numpy as np

from lstmlib.online.compiled.jit import part


@part
def remember(shape: Any, m: Any, lane: int, t: int) -> None:
    """Keep what ``send_back`` will need of one lane's step."""
    U, C = m.a.shape[0], m.s.shape[0]
    at = t * (U + 5 * C)
    for u in range(U):
        m.past[at + u, lane] = m.a[u, lane]
    for q in range(3 * C):
        m.past[at + U + q, lane] = m.slopes[q, lane]
    for c in range(C):
        m.past[at + U + 3 * C + c, lane] = m.h[c, lane]
        m.past[at + U + 4 * C + c, lane] = m.to_cells[c, lane]


@part
def send_back(shape: Any, m: Any, tray: Any, lane: int, n: int, length: int) -> None:
    """Add what a whole sequence's errors ask of one lane's hidden units, through all ways: the full gradient.

    It is the backward pass of ``lstmlib.numpy.LSTM1997``, with the sign of a change: e is minus the derivative.
    """
    D, B, S = shape.D, shape.B, shape.S
    C, U, M = B * S, m.a.shape[0], m.seen.shape[0]
    e_a, e_s, e_net = np.zeros(U), np.zeros(C), np.zeros(U)
    for t in range(length - 1, -1, -1):
        at = t * (U + 5 * C)
        a, slopes = m.past[at : at + U, lane], m.past[at + U : at + U + 3 * C, lane]
        h, to_cells = m.past[at + U + 3 * C : at + U + 4 * C, lane], m.past[at + U + 4 * C : at + U + 5 * C, lane]
        for u in range(U):
            e_net[u] = e_a[u] * a[u] * (1.0 - a[u])  # of gates, which others saw at the next step
        for c in range(C):
            j = c // S
            e_y = e_a[B + c] + to_cells[c]
            to_s = e_y if shape.plain else e_y * (0.5 / shape.H * (shape.H - h[c]) * (shape.H + h[c]))
            if shape.output_gates:
                y_out = a[B + C + j]
                to_s *= y_out
                e_net[B + C + j] += e_y * h[c] * y_out * (1.0 - y_out)
            e_s[c] += to_s
            e_net[j] += e_s[c] * slopes[c]
            e_net[B + c] = e_s[c] * slopes[C + c]
            if shape.forget_gates:
                e_net[U - B + j] += e_s[c] * slopes[2 * C + c]
                e_s[c] *= a[U - B + j]
        for u in range(U):
            if shape.symbolic:
                m.dW[tray.symbols[lane, n, t] * U + u, lane] += e_net[u]
            else:
                for d in range(D):
                    m.dW[d * U + u, lane] += e_net[u] * tray.x[lane, n, t, d]
            m.dW[(M - 1) * U + u, lane] += e_net[u]
        for i in range(shape.num_seen):
            v = shape.first_seen + i
            before = m.past[at - U - 5 * C + v, lane] if t > 0 else shape.initial_activation
            e_a[v] = 0.0
            for u in range(U):
                e_a[v] += m.W[(D + i) * U + u, lane] * e_net[u]
                m.dW[(D + i) * U + u, lane] += e_net[u] * before
