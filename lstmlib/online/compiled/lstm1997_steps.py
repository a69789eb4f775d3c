"""What a step and an error do to eight nets of the 1997 paper: ``lstmlib.online.lstm1997``, in loops."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.online.compiled.jit import inlined, part
from lstmlib.online.compiled.lanes import Floats, Integers, fused, gather, load, logistic, scatter_add, store


class Shape(NamedTuple):
    """A net, as the compiled code takes it."""

    D: int
    B: int
    S: int
    O: int  # noqa: E741
    output_gates: bool
    output_bias: bool
    first_seen: int  # of the hidden units that hidden units see
    num_seen: int
    direct: bool
    plain: bool
    linear_output: bool
    G: float  # g reaches from -G to G, h from -H to H
    H: float
    symbolic: bool  # whether inputs are numbers of symbols
    by_class: bool  # whether targets are numbers of outputs
    initial_activation: float
    output_slope: bool  # whether an output's error is multiplied with its slope, as in equation (19)
    slope_offset: float  # what is added to that slope
    forget_gates: bool
    full: bool  # whether errors go back through everything, in place of the cells alone
    constant_seen: bool  # whether there is a constant unit that hidden units see, too
    late: bool  # whether what a sequence asks for is done after the first step of the next one


class Memory(NamedTuple):
    """All that eight nets remember, and room to work in: arrays of rows, a row the eight numbers of the eight nets.

    Sources of a hidden unit are the inputs, the hidden units, 1 for the bias: M of them. Those of an output are the
    cells, the inputs if it sees them, 1: K of them. What doesn't exist stays 0.
    """

    W: Floats  # (M U, 8)
    V: Floats  # (K O, 8)
    dW: Floats  # (M U, 8)
    dV: Floats  # (K O, 8)
    biased: Floats  # (U,), 1 where a bias exists
    a: Floats  # (U, 8)
    s: Floats  # (C, 8)
    h: Floats  # (C, 8)
    trace: Floats  # (M 2 C, 8): for every source those of the input gates, then those of the cells
    seen: Floats  # (M, 8), 1 in its last row
    slopes: Floats  # (3 C, 8), what goes into the traces at this step: input gates, cells, forget gates
    y: Floats  # (O, 8)
    e: Floats  # (O, 8)
    to_cells: Floats  # (C, 8)
    rate: Floats  # (1, 8), the learning rate where weights are to change at this step, else 0
    keep: Floats  # (1, 8), 0 where what was added up has been used
    past: Floats  # (T (U + 5 C), 8), for the full gradient: a, slopes, h and to_cells of a sequence's steps
    due: NDArray[np.bool_]  # (8,), whether a change is to come after the next sequence's first step


@part
def reset(shape: Any, m: Any, trace_forget: Any, lane: int) -> None:
    """Begin a new sequence in one lane."""
    for u in range(m.a.shape[0]):
        m.a[u, lane] = shape.initial_activation
    if shape.constant_seen:
        m.seen[m.seen.shape[0] - 2, lane] = shape.initial_activation
    for c in range(m.s.shape[0]):
        m.s[c, lane] = 0.0
    for row in range(m.trace.shape[0]):
        m.trace[row, lane] = 0.0
    if trace_forget is not None:
        for row in range(trace_forget.shape[0]):
            trace_forget[row, lane] = 0.0


@inlined
def _activate(shape: Any, m: Any, symbol: Integers) -> None:
    """Compute what all hidden units do, from what they see in ``m.seen``, or ``symbol``."""
    U, M = m.a.shape[0], m.seen.shape[0]
    first = shape.D if shape.symbolic else 0
    # Four units at a time, so that what they see is read once for the four; then those that are left.
    u, bias = 0, (M - 1) * U
    while u + 4 <= U:
        one, two = load(m.W, bias + u), load(m.W, bias + u + 1)
        three, four = load(m.W, bias + u + 2), load(m.W, bias + u + 3)
        if shape.symbolic:
            one += gather(m.W, symbol, U, u)
            two += gather(m.W, symbol, U, u + 1)
            three += gather(m.W, symbol, U, u + 2)
            four += gather(m.W, symbol, U, u + 3)
        for k in range(first, M - 1):
            seen, at = load(m.seen, k), k * U + u
            one = fused(load(m.W, at), seen, one)
            two = fused(load(m.W, at + 1), seen, two)
            three = fused(load(m.W, at + 2), seen, three)
            four = fused(load(m.W, at + 3), seen, four)
        store(m.a, u, logistic(one))
        store(m.a, u + 1, logistic(two))
        store(m.a, u + 2, logistic(three))
        store(m.a, u + 3, logistic(four))
        u += 4
    while u < U:
        total = load(m.W, bias + u)
        if shape.symbolic:
            total += gather(m.W, symbol, U, u)
        for k in range(first, M - 1):
            total = fused(load(m.W, k * U + u), load(m.seen, k), total)
        store(m.a, u, logistic(total))
        u += 1


@part
def _forget(shape: Any, m: Any, trace_forget: Floats, symbol: Integers) -> None:
    """Multiply the states of all lanes with their forget gates, and the traces with them."""
    B, S = shape.B, shape.S
    C, U, M = B * S, m.a.shape[0], m.seen.shape[0]
    first = shape.D if shape.symbolic else 0
    for c in range(C):
        y, s = load(m.a, U - B + c // S), load(m.s, c)
        slope = s * y * (1.0 - y)
        store(m.slopes, 2 * C + c, slope)
        store(m.s, c, s * y)
        if shape.full:
            continue
        for k in range(M):
            for q in (c, C + c):
                store(m.trace, k * 2 * C + q, y * load(m.trace, k * 2 * C + q))
            store(trace_forget, k * C + c, y * load(trace_forget, k * C + c))
        if shape.symbolic:
            scatter_add(trace_forget, symbol, C, c, slope)
        for k in range(first, M):
            store(trace_forget, k * C + c, fused(slope, load(m.seen, k), load(trace_forget, k * C + c)))


@inlined
def _cells(shape: Any, m: Any) -> None:
    """Take the cells of all lanes one step on; their gates are in ``m.a``."""
    B, S = shape.B, shape.S
    C = B * S
    for c in range(C):
        y_in, f = load(m.a, c // S), load(m.a, B + c)
        if shape.plain:
            g = f
            slope = f * (1.0 - f)
        else:
            g = shape.G * (2.0 * f - 1.0)
            slope = 2.0 * shape.G * f * (1.0 - f)
        store(m.slopes, c, g * y_in * (1.0 - y_in))
        store(m.slopes, C + c, slope * y_in)
        s = fused(y_in, g, load(m.s, c))  # (9)
        store(m.s, c, s)
        y_c = s if shape.plain else shape.H * (2.0 * logistic(s) - 1.0)
        store(m.h, c, y_c)
        if shape.output_gates:
            y_c = y_c * load(m.a, B + C + c // S)
        store(m.a, B + c, y_c)


@inlined
def _trace(shape: Any, m: Any, symbol: Integers) -> None:
    """Add to the traces what goes into them at this step, (25) and (27)."""
    C, M = m.s.shape[0], m.seen.shape[0]
    first = shape.D if shape.symbolic else 0
    for c in range(C):
        to_gate, to_cell = load(m.slopes, c), load(m.slopes, C + c)
        if shape.symbolic:
            scatter_add(m.trace, symbol, 2 * C, c, to_gate)
            scatter_add(m.trace, symbol, 2 * C, C + c, to_cell)
        for k in range(first, M):
            seen, at = load(m.seen, k), k * 2 * C + c
            store(m.trace, at, fused(to_gate, seen, load(m.trace, at)))
            store(m.trace, at + C, fused(to_cell, seen, load(m.trace, at + C)))


@inlined
def hidden(shape: Any, m: Any, trace_forget: Any, symbol: Integers) -> None:
    """Take the hidden units of all lanes one step on; the inputs are in ``m.seen``, or their numbers in ``symbol``."""
    for i in range(shape.num_seen):
        store(m.seen, shape.D + i, load(m.a, shape.first_seen + i))
    _activate(shape, m, symbol)
    if trace_forget is not None:
        _forget(shape, m, trace_forget, symbol)
    _cells(shape, m)
    if not shape.full:
        _trace(shape, m, symbol)  # last, since the next step does not wait for it


@part
def outputs(shape: Any, m: Any, symbol: Integers) -> None:
    """Compute the outputs of all lanes."""
    B, C, O = shape.B, shape.B * shape.S, shape.O  # noqa: E741
    bias = C + (shape.D if shape.direct else 0)
    for k in range(O):
        total = load(m.V, bias * O + k)
        for c in range(C):
            total = fused(load(m.V, c * O + k), load(m.a, B + c), total)
        if shape.direct and shape.symbolic:
            total += gather(m.V, symbol, O, C * O + k)
        elif shape.direct:
            for d in range(shape.D):
                total = fused(load(m.V, (C + d) * O + k), load(m.seen, d), total)
        store(m.y, k, total if shape.linear_output else logistic(total))


@part
def add_error(shape: Any, m: Any, trace_forget: Any, symbol: Integers) -> None:
    """Add what this step's error asks of every weight; ``m.e`` holds target minus output, 0 where nothing is asked."""
    D, B, S, O = shape.D, shape.B, shape.S, shape.O  # noqa: E741
    C, U, M = B * S, m.a.shape[0], m.seen.shape[0]
    bias = C + (D if shape.direct else 0)
    first = D if shape.symbolic else 0
    for k in range(O):
        y = load(m.y, k)
        e = load(m.e, k)
        if shape.output_slope and not shape.linear_output:
            e = e * y * (1.0 - y) + shape.slope_offset * e  # (19), where the offset is 0
        store(m.e, k, e)
        if shape.direct and shape.symbolic:
            scatter_add(m.dV, symbol, O, C * O + k, e)  # (22)
        elif shape.direct:
            for d in range(D):
                store(m.dV, (C + d) * O + k, load(m.dV, (C + d) * O + k) + e * load(m.seen, d))
        if shape.output_bias:
            store(m.dV, bias * O + k, load(m.dV, bias * O + k) + e)
    for c in range(C):
        y_c, to_cell = load(m.a, B + c), 0.0 * load(m.a, B + c)
        for k in range(O):
            e = load(m.e, k)
            to_cell += load(m.V, c * O + k) * e
            store(m.dV, c * O + k, load(m.dV, c * O + k) + e * y_c)  # (22)
        store(m.to_cells, c, to_cell)
    if shape.full:
        return

    for c in range(C):
        e_s = load(m.to_cells, c)
        if not shape.plain:
            h = load(m.h, c)
            e_s = e_s * (0.5 / shape.H * (shape.H - h) * (shape.H + h))
        if shape.output_gates:
            e_s = e_s * load(m.a, B + C + c // S)  # (23)
        for k in range(M):
            gate, cell = k * U + c // S, k * U + B + c
            store(m.dW, gate, fused(e_s, load(m.trace, k * 2 * C + c), load(m.dW, gate)))  # (26)
            store(m.dW, cell, fused(e_s, load(m.trace, k * 2 * C + C + c), load(m.dW, cell)))  # (28)
            if trace_forget is not None:
                gate = k * U + U - B + c // S
                store(m.dW, gate, fused(e_s, load(trace_forget, k * C + c), load(m.dW, gate)))
    if not shape.output_gates:
        return
    for j in range(B):
        unit = B + C + j
        y_out = load(m.a, unit)
        error = 0.0 * y_out
        for c in range(j * S, j * S + S):
            error += load(m.h, c) * load(m.to_cells, c)
        error = error * (y_out * (1.0 - y_out))  # (21)
        if shape.symbolic:
            scatter_add(m.dW, symbol, U, unit, error)  # (22)
        for k in range(first, M):
            store(m.dW, k * U + unit, fused(error, load(m.seen, k), load(m.dW, k * U + unit)))


@part
def update(m: Any) -> None:
    """Change the weights of the lanes with a rate, and start adding from zero where there is nothing to keep."""
    rate, keep = load(m.rate, 0), load(m.keep, 0)
    U = m.a.shape[0]
    bias = m.W.shape[0] - U
    for u in range(U):
        store(m.dW, bias + u, load(m.dW, bias + u) * m.biased[u])
    for row in range(m.W.shape[0]):
        change = load(m.dW, row)
        store(m.W, row, fused(rate, change, load(m.W, row)))
        store(m.dW, row, keep * change)
    for row in range(m.V.shape[0]):
        change = load(m.dV, row)
        store(m.V, row, fused(rate, change, load(m.V, row)))
        store(m.dV, row, keep * change)
