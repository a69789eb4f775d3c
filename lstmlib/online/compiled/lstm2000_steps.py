"""What a step and an error do to eight nets of 2000: ``lstmlib.online.lstm2000``, in loops."""

from typing import Any, NamedTuple

from lstmlib.online.compiled.jit import inlined, part
from lstmlib.online.compiled.lanes import Floats, fused, load, logistic, store


class Shape(NamedTuple):
    """A net, and what is asked of it, as the compiled code takes it."""

    D: int
    B: int
    S: int
    O: int  # noqa: E741
    forget_gates: bool
    decay: float
    kept_of_traces: float  # what they keep at each step where there are no forget gates
    possible: bool  # whether targets are all symbols that can come next, or the one that does
    rule: int  # BY_DISTANCE or BY_ORDER
    tolerance: float
    resets: bool  # whether a net is told where a string begins
    first: int  # the node from which a string begins


class Memory(NamedTuple):
    """All that eight nets remember, and room to work in: arrays of rows, a row the eight numbers of the eight nets."""

    W: Floats  # (M U, 8): for every source the weights to all hidden units
    V: Floats  # (M O, 8): sources are cells, inputs, 1
    a: Floats  # (U, 8)
    s: Floats  # (C, 8)
    h: Floats  # (C, 8)
    trace: Floats  # (M 3 C, 8): for every source those of the input gates, the forget gates, the cells
    seen: Floats  # (M, 8), the inputs, the cells' outputs of the step before, 1
    kept: Floats  # (C, 8), what part is kept of how each state depends on the weights
    slopes: Floats  # (3 C, 8), what goes into the traces at this step
    errors: Floats  # (C + B, 8), of the cells' states and of the output gates
    y: Floats  # (O, 8)
    e: Floats  # (O, 8)
    rate: Floats  # (1, 8)


@part
def reset(shape: Any, m: Any, lane: int) -> None:
    """Forget all that one lane's net has seen."""
    for c in range(m.s.shape[0]):
        m.s[c, lane] = 0.0
        m.seen[shape.D + c, lane] = 0.0
    for row in range(m.trace.shape[0]):
        m.trace[row, lane] = 0.0


@inlined
def forward(shape: Any, m: Any) -> None:
    """Take all lanes' nets one step on; the inputs are in ``m.seen``, and the cells of the step before."""
    D, B, S, O = shape.D, shape.B, shape.S, shape.O  # noqa: E741
    C, U, M = B * S, m.a.shape[0], m.seen.shape[0]
    F = U - B - C
    for u in range(U):
        total = load(m.W, (M - 1) * U + u)
        for k in range(M - 1):
            total = fused(load(m.W, k * U + u), load(m.seen, k), total)
        store(m.a, u, logistic(total))

    for c in range(C):
        y_in, g, s = load(m.a, c // S), 4.0 * load(m.a, F + c) - 2.0, load(m.s, c)
        kept = load(m.a, B + c // S) if shape.forget_gates else 0.0 * s + shape.decay
        store(m.kept, c, kept if shape.forget_gates else 0.0 * s + shape.kept_of_traces)
        store(m.slopes, c, g * y_in * (1.0 - y_in))
        store(m.slopes, C + c, s * kept * (1.0 - kept))
        store(m.slopes, 2 * C + c, 0.25 * (2.0 - g) * (2.0 + g) * y_in)
        s = fused(kept, s, y_in * g)
        store(m.s, c, s)
        h = 2.0 * logistic(s) - 1.0
        store(m.h, c, h)
        store(m.a, F + c, load(m.a, F + C + c // S) * h)

    for k in range(O):
        total = load(m.V, (M - 1) * O + k)
        for c in range(C):
            total = fused(load(m.V, c * O + k), load(m.a, F + c), total)
        for d in range(D):
            total = fused(load(m.V, (C + d) * O + k), load(m.seen, d), total)
        store(m.y, k, logistic(total))


@inlined
def learn(shape: Any, m: Any) -> None:
    """Bring the traces on, and change all lanes' weights.

    ``m.e`` holds target minus output, and ``m.rate`` is 0 where nothing is learnt.
    """
    D, B, S, O = shape.D, shape.B, shape.S, shape.O  # noqa: E741
    C, U, M = B * S, m.a.shape[0], m.seen.shape[0]
    F = U - B - C
    rate = load(m.rate, 0)
    for k in range(O):
        y = load(m.y, k)
        store(m.e, k, rate * (load(m.e, k) * y * (1.0 - y)))
    for j in range(B):
        y_out, to_gate = load(m.a, F + C + j), 0.0 * rate
        for c in range(j * S, j * S + S):
            y_c, h, to_cell = load(m.a, F + c), load(m.h, c), 0.0 * rate
            for k in range(O):
                e, weight = load(m.e, k), load(m.V, c * O + k)
                to_cell = fused(weight, e, to_cell)
                store(m.V, c * O + k, fused(e, y_c, weight))
            to_gate = fused(h, to_cell, to_gate)
            store(m.errors, c, y_out * (0.5 * (1.0 - h) * (1.0 + h)) * to_cell)
        store(m.errors, C + j, y_out * (1.0 - y_out) * to_gate)
    for k in range(O):
        e = load(m.e, k)
        for d in range(D):
            store(m.V, (C + d) * O + k, fused(e, load(m.seen, d), load(m.V, (C + d) * O + k)))
        store(m.V, (M - 1) * O + k, load(m.V, (M - 1) * O + k) + e)

    # For every source: what the states keep of its past and add of its present, (3.10) to (3.12); then its weights.
    for k in range(M):
        seen = load(m.seen, k)
        for j in range(B):
            to_in, to_forget = load(m.W, k * U + j), load(m.W, k * U + B + j)
            for c in range(j * S, j * S + S):
                error, kept, row = load(m.errors, c), load(m.kept, c), k * 3 * C + c
                trace = fused(load(m.slopes, c), seen, kept * load(m.trace, row))
                store(m.trace, row, trace)
                to_in = fused(error, trace, to_in)
                if shape.forget_gates:
                    trace = fused(load(m.slopes, C + c), seen, kept * load(m.trace, row + C))
                    store(m.trace, row + C, trace)
                    to_forget = fused(error, trace, to_forget)
                if k < M - 1:  # a cell has no bias
                    weight = k * U + F + c
                    trace = fused(load(m.slopes, 2 * C + c), seen, kept * load(m.trace, row + 2 * C))
                    store(m.trace, row + 2 * C, trace)
                    store(m.W, weight, fused(error, trace, load(m.W, weight)))
            store(m.W, k * U + j, to_in)
            if shape.forget_gates:
                store(m.W, k * U + B + j, to_forget)
            u = F + C + j
            store(m.W, k * U + u, fused(load(m.errors, C + j), seen, load(m.W, k * U + u)))
