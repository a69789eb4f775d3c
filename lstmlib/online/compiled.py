"""``lstmlib.online.lstm1997`` compiled, to train nets over millions of sequences.

It needs Numba (``pip install 'lstmlib[paper]'``). The arithmetic is the readable file's, in loops. Three things make it
fast. Eight nets are trained at once, each on its own sequences: the eight numbers that stand in one place of eight nets
lie side by side, and the processor takes them in one instruction. Symbols are taken as numbers: of a one-hot input only
the row that is on is looked at. And the exponential is a polynomial, which the processor can take eight of at once; it
is as exact as the library's, and gives the same digits on every machine.

No net's arithmetic depends on its neighbours, so a net gives the same digits in any lane, beside any others.

It can also follow the full gradient, as ``lstmlib.numpy.LSTM1997`` with ``gradient="full"`` does: then it remembers a
sequence, and sends the errors back through all of it at its end, one net at a time.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lstmlib.numpy.checks import Array
from lstmlib.online.lanes import LANES, fused, gather, load, logistic, scatter_add, store
from lstmlib.online.net import Net
from lstmlib.tasks.batch import Batch
from lstmlib.tasks.symbols import Symbols

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# When a lane stops before its last sequence.
NEVER, WHEN_WRONG, AT_GOOD_WINDOW = 0, 1, 2
GRADIENTS = ("truncated", "full")


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
    forget_gates: bool
    full: bool  # whether errors go back through everything, in place of the cells alone


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


class Tray(NamedTuple):
    """What is put before the nets: for every lane N sequences, of at most T steps."""

    symbols: Integers  # (L, N, T)
    x: Floats  # (L, N, T, D); T = D = 1 if inputs are symbols
    classes: Integers  # (L, N, T)
    values: Floats  # (L, N, T, O); T = O = 1 if targets are classes
    mask: NDArray[np.bool_]  # (L, N, T)
    allowed: NDArray[np.bool_]  # (L, N, T, O); T = O = 1 if errors are differences from targets
    lengths: Integers  # (L, N)
    errors: Floats  # (L, N, 3), filled in: the largest, the mean and the mean squared error of each sequence


class Control(NamedTuple):
    """Where every lane stands, and when it stops; each (L,) but the rings."""

    busy: NDArray[np.bool_]
    n: Integers  # the sequence
    t: Integers  # the next step
    stop: Integers  # the sequence before which the lane stops
    learning_rate: Floats  # 0: no learning
    each_step: NDArray[np.bool_]  # whether weights change at each step
    by_order: NDArray[np.bool_]  # whether the largest error is that of allowed outputs below others
    rule: Integers
    tolerance: Floats  # a sequence is wrong if its largest error is not below
    allowed_wrong: Integers  # a good window has fewer wrong ones, and so has a pass that goes on
    failed: Integers  # wrong ones since the lane was started
    mean_below: Floats  # and a mean error below
    measure: Integers  # which error: 1 the mean absolute one, 2 the mean squared one
    seen: Integers  # sequences in the window so far
    wrong: Integers  # wrong ones in the window
    total: Floats  # the window's sum of errors
    was_wrong: Integers  # (L, W), the window
    was_error: Floats  # (L, W)
    worst: Floats  # of this sequence so far
    absolute: Floats
    squared: Floats
    answers: Integers  # outputs that were asked for in it


@njit(error_model="numpy")  # type: ignore[untyped-decorator]
def _reset(shape: Any, m: Any, trace_forget: Any, lane: int) -> None:
    """Begin a new sequence in one lane."""
    for u in range(m.a.shape[0]):
        m.a[u, lane] = shape.initial_activation
    for c in range(m.s.shape[0]):
        m.s[c, lane] = 0.0
    for row in range(m.trace.shape[0]):
        m.trace[row, lane] = 0.0
    if trace_forget is not None:
        for row in range(trace_forget.shape[0]):
            trace_forget[row, lane] = 0.0


@njit(error_model="numpy")  # type: ignore[untyped-decorator]
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


@njit(error_model="numpy", forceinline=True)  # type: ignore[untyped-decorator]
def _hidden(shape: Any, m: Any, trace_forget: Any, symbol: Integers) -> None:
    """Take the hidden units of all lanes one step on; the inputs are in ``m.seen``, or their numbers in ``symbol``."""
    D, B, S = shape.D, shape.B, shape.S
    C, U, M = B * S, m.a.shape[0], m.seen.shape[0]
    first = D if shape.symbolic else 0

    for i in range(shape.num_seen):
        store(m.seen, D + i, load(m.a, shape.first_seen + i))
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

    if trace_forget is not None:
        _forget(shape, m, trace_forget, symbol)
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
    if shape.full:
        return
    # Last what the next step does not wait for: the traces, (25) and (27).
    for c in range(C):
        to_gate, to_cell = load(m.slopes, c), load(m.slopes, C + c)
        if shape.symbolic:
            scatter_add(m.trace, symbol, 2 * C, c, to_gate)
            scatter_add(m.trace, symbol, 2 * C, C + c, to_cell)
        for k in range(first, M):
            seen, at = load(m.seen, k), k * 2 * C + c
            store(m.trace, at, fused(to_gate, seen, load(m.trace, at)))
            store(m.trace, at + C, fused(to_cell, seen, load(m.trace, at + C)))


@njit(error_model="numpy")  # type: ignore[untyped-decorator]
def _outputs(shape: Any, m: Any, symbol: Integers) -> None:
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


@njit(error_model="numpy")  # type: ignore[untyped-decorator]
def _add_error(shape: Any, m: Any, trace_forget: Any, symbol: Integers) -> None:
    """Add what this step's error asks of every weight; ``m.e`` holds target minus output, 0 where nothing is asked."""
    D, B, S, O = shape.D, shape.B, shape.S, shape.O  # noqa: E741
    C, U, M = B * S, m.a.shape[0], m.seen.shape[0]
    bias = C + (D if shape.direct else 0)
    first = D if shape.symbolic else 0
    for k in range(O):
        y = load(m.y, k)
        e = load(m.e, k)
        if shape.output_slope and not shape.linear_output:
            e = e * y * (1.0 - y)  # (19)
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


@njit(error_model="numpy")  # type: ignore[untyped-decorator]
def _remember(shape: Any, m: Any, lane: int, t: int) -> None:
    """Keep what ``_send_back`` will need of one lane's step."""
    U, C = m.a.shape[0], m.s.shape[0]
    at = t * (U + 5 * C)
    for u in range(U):
        m.past[at + u, lane] = m.a[u, lane]
    for q in range(3 * C):
        m.past[at + U + q, lane] = m.slopes[q, lane]
    for c in range(C):
        m.past[at + U + 3 * C + c, lane] = m.h[c, lane]
        m.past[at + U + 4 * C + c, lane] = m.to_cells[c, lane]


@njit(error_model="numpy")  # type: ignore[untyped-decorator]
def _send_back(shape: Any, m: Any, tray: Any, lane: int, n: int, length: int) -> None:
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


@njit(error_model="numpy")  # type: ignore[untyped-decorator]
def _update(m: Any) -> None:
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


@njit(error_model="numpy")  # type: ignore[untyped-decorator]
def _measure(shape: Any, m: Any, tray: Any, c: Any, lane: int, n: int, t: int) -> None:
    """Put target minus output into ``m.e``, and add this step to the sequence's errors."""
    lowest, highest = np.inf, -np.inf
    for k in range(shape.O):
        target = 1.0 * (tray.classes[lane, n, t] == k) if shape.by_class else tray.values[lane, n, t, k]
        error = target - m.y[k, lane]
        m.e[k, lane] = error
        c.absolute[lane] += abs(error)
        c.squared[lane] += error * error
        if c.by_order[lane]:
            if tray.allowed[lane, n, t, k]:
                lowest = min(lowest, m.y[k, lane])
            else:
                highest = max(highest, m.y[k, lane])
        else:
            c.worst[lane] = max(c.worst[lane], abs(error))
    if c.by_order[lane]:
        c.worst[lane] = max(c.worst[lane], highest - lowest)
    c.answers[lane] += shape.O


@njit(error_model="numpy")  # type: ignore[untyped-decorator]
def _finish(shape: Any, m: Any, tray: Any, c: Any, lane: int) -> bool:
    """Take note of a sequence's errors, go on to the next, and return whether the lane has stopped."""
    n = c.n[lane]
    errors = tray.errors[lane, n]
    errors[0] = c.worst[lane]
    errors[1] = c.absolute[lane] / c.answers[lane]
    errors[2] = c.squared[lane] / c.answers[lane]
    wrong = 0 if errors[0] < c.tolerance[lane] else 1
    c.n[lane] = n + 1
    c.t[lane] = 0
    c.worst[lane] = -np.inf
    c.absolute[lane] = c.squared[lane] = 0.0
    c.answers[lane] = 0
    done = c.n[lane] >= c.stop[lane]
    c.failed[lane] += wrong
    if c.rule[lane] == WHEN_WRONG:
        done = done or c.failed[lane] >= c.allowed_wrong[lane]
    elif c.rule[lane] == AT_GOOD_WINDOW:
        size = c.was_wrong.shape[1]
        at = c.seen[lane] % size
        error = errors[c.measure[lane]]
        c.wrong[lane] += wrong - c.was_wrong[lane, at]
        c.total[lane] += error - c.was_error[lane, at]
        c.was_wrong[lane, at] = wrong
        c.was_error[lane, at] = error
        c.seen[lane] += 1
        good = c.wrong[lane] < c.allowed_wrong[lane] and c.total[lane] / size < c.mean_below[lane]
        done = done or (good and c.seen[lane] >= size)
    return done


@njit(cache=True, error_model="numpy", nogil=True)  # type: ignore[untyped-decorator]
def run(shape: Any, m: Any, trace_forget: Any, tray: Any, c: Any) -> None:
    """Go on with all lanes that are busy, until one of them stops.

    ``trace_forget`` holds the traces of the forget gates (M C, 8), and is None where there are none. It is apart from
    the rest because None is a type of its own: then Numba leaves out what would need it. As branches that are never
    taken, these lines made every step half as fast.
    """
    symbol = np.zeros(LANES, np.int64)
    active = np.flatnonzero(c.busy)  # the same until one of them stops, and then this returns
    m.rate[:] = 0.0
    m.keep[:] = 1.0
    stopped = len(active) == 0
    while not stopped:
        asked = False
        for i in active:
            n, t = c.n[i], c.t[i]
            if t == 0:
                _reset(shape, m, trace_forget, i)
            if shape.symbolic:
                symbol[i] = tray.symbols[i, n, t]
            else:
                for d in range(shape.D):
                    m.seen[d, i] = tray.x[i, n, t, d]
            asked = asked or tray.mask[i, n, t]
        _hidden(shape, m, trace_forget, symbol)
        updates = False
        if shape.full:
            m.to_cells[:] = 0.0
        if asked:
            _outputs(shape, m, symbol)
            m.e[:] = 0.0
            learns = False
            for i in active:
                if tray.mask[i, c.n[i], c.t[i]]:
                    _measure(shape, m, tray, c, i, c.n[i], c.t[i])
                    if c.learning_rate[i] > 0.0:
                        learns = True
                        if c.each_step[i]:
                            updates = True
                            m.rate[0, i] = c.learning_rate[i]
                            m.keep[0, i] = 0.0
                    else:
                        m.e[:, i] = 0.0
            if learns:
                _add_error(shape, m, trace_forget, symbol)
        for i in active:
            if shape.full:
                _remember(shape, m, i, c.t[i])
            c.t[i] += 1
            if c.t[i] == tray.lengths[i, c.n[i]]:
                if c.learning_rate[i] > 0.0:
                    if shape.full:
                        _send_back(shape, m, tray, i, c.n[i], c.t[i])
                    updates = True
                    m.rate[0, i] = c.learning_rate[i]
                    m.keep[0, i] = 0.0
                if _finish(shape, m, tray, c, i):
                    c.busy[i] = False
                    stopped = True
        if updates:
            _update(m)
            m.rate[:] = 0.0
            m.keep[:] = 1.0


def aligned_rows(count: int) -> Floats:
    """Return zeros (count, 8), each row in one line of the processor's cache."""
    line = 8 * LANES
    room = np.zeros(count * LANES + LANES)
    start = -room.ctypes.data % line // 8
    return room[start : start + count * LANES].reshape(count, LANES)


def make_tray(D: int, O: int, N: int, T: int, *, symbolic: bool, by_class: bool, by_order: bool) -> Tray:  # noqa: E741
    """Return an empty tray; see ``Eight`` for what the arguments are."""
    L = LANES
    dense, listed, ordered = (1, 1) if symbolic else (T, D), (1, 1) if by_class else (T, O), (1, 1)
    return Tray(
        np.zeros((L, N, T if symbolic else 1), np.int64),
        np.zeros((L, N, *dense)),
        np.zeros((L, N, T if by_class else 1), np.int64),
        np.zeros((L, N, *listed)),
        np.zeros((L, N, T), bool),
        np.zeros((L, N, *((T, O) if by_order else ordered)), bool),
        np.ones((L, N), np.int64),
        np.zeros((L, N, 3)),
    )


def make_control(window: int, by_order: bool) -> Control:
    """Return lanes that have nothing to do."""
    L = LANES
    rings = {"was_wrong": np.zeros((L, window), np.int64), "was_error": np.zeros((L, window))}
    flags = ("busy", "each_step", "by_order")
    reals = ("learning_rate", "tolerance", "mean_below", "total", "worst", "absolute", "squared")
    kinds: dict[str, Any] = dict.fromkeys(flags, bool) | dict.fromkeys(reals, float)
    arrays: dict[str, Any] = {name: np.zeros(L, kinds.get(name, np.int64)) for name in Control._fields}
    control = Control(**(arrays | rings))
    control.by_order[:] = by_order
    return control


class Eight:
    """Eight nets of one kind, trained side by side; each has a lane, with its own sequences and its own rule to stop.

    Args:
        net: sizes and connections, the same for all.
        num_sequences: N, how many sequences a lane has room for.
        num_steps: T, the most steps of a sequence.
        symbolic: whether inputs come as numbers of symbols.
        by_class: whether targets come as numbers of output units.
        by_order: whether sequences are judged by which outputs are the most active; then ``load`` wants ``allowed``.
        window: how many sequences the rule ``AT_GOOD_WINDOW`` looks back.
        initial_activation: of all hidden units before a sequence's first step.
        output_slope: see ``lstm1997.LSTM1997``.
        gradient: "truncated", or "full", which can change weights after whole sequences only.

    Raises:
        ValueError: an unknown gradient.
    """

    full = False  # whether the gradient is the full one

    def __init__(
        self,
        net: Net,
        num_sequences: int,
        num_steps: int,
        *,
        symbolic: bool,
        by_class: bool,
        by_order: bool = False,
        window: int = 1,
        initial_activation: float = 0.0,
        output_slope: bool = True,
        gradient: str = "truncated",
    ) -> None:
        if gradient not in GRADIENTS:
            raise ValueError(f"gradient is {gradient!r}, expected one of {', '.join(GRADIENTS)}")
        self.full = gradient == "full"
        self.net = net
        B, S, D, O = net.num_blocks, net.block_size, net.input_size, net.output_size  # noqa: E741
        C, U, M, N, T = net.num_cells, net.num_units, net.num_sources, num_sequences, num_steps
        K = C + (D if net.direct else 0) + 1
        self.shape = Shape(
            *(D, B, S, O, net.output_gates, net.output_bias, net.seen_units.start, len(net.seen_units), net.direct),
            *(net.plain, net.linear_output, *net.ranges, symbolic, by_class, float(initial_activation), output_slope),
            *(net.forget_gates, self.full),
        )
        rows = {"W": M * U, "V": K * O, "dW": M * U, "dV": K * O, "a": U, "s": C, "h": C, "trace": M * 2 * C}
        rows |= {"past": T * (U + 5 * C) if self.full else 0}
        rows |= {"seen": M, "slopes": 3 * C, "y": O, "e": O, "to_cells": C, "rate": 1, "keep": 1}
        memory: dict[str, Any] = {name: aligned_rows(count) for name, count in rows.items()}
        self.memory = Memory(biased=net.biased_units.astype(float), **memory)
        self.memory.seen[-1] = 1.0
        self.trace_forget = aligned_rows(M * C) if net.forget_gates else None
        self.tray = make_tray(net.input_size, O, N, T, symbolic=symbolic, by_class=by_class, by_order=by_order)
        self.control = make_control(window, by_order)

    def put(self, lane: int, params: dict[str, Array]) -> None:
        """Give a lane a net of its own, and an empty window.

        Args:
            lane: which, 0 to 7.
            params: name -> array, with the shapes of ``net.shapes``.

        Raises:
            ValueError: parameters that don't fit the net.
        """
        hidden, output = self.net.pack(params)
        m, c = self.memory, self.control
        m.W[:, lane] = hidden.T.ravel()
        m.V[: output.size, lane] = output.T.ravel()
        m.dW[:, lane] = m.dV[:, lane] = 0.0
        c.busy[lane] = False
        c.seen[lane] = c.wrong[lane] = c.total[lane] = c.was_wrong[lane] = c.was_error[lane] = 0

    def params(self, lane: int) -> dict[str, Array]:
        """Return the parameters of a lane's net, name -> array; copies."""
        W = self.memory.W[:, lane].reshape(self.net.num_sources, self.net.num_units)
        V = self.memory.V[:, lane].reshape(-1, self.net.output_size)
        return self.net.unpack(W.T, V.T if self.net.output_bias else V[:-1].T)

    def load(self, lane: int, start: int, drawn: Batch | Symbols, *, allowed: NDArray[np.bool_] | None = None) -> None:
        """Lay sequences on a lane's tray.

        Args:
            lane: which, 0 to 7.
            start: the place of the first of them.
            drawn: the sequences: ``Symbols`` for a symbolic net, else a ``Batch``.
            allowed: which outputs may be the most active at each step (T, N, O), where that is how they are judged.
        """
        T, N = drawn.mask.shape
        at, tray = slice(start, start + N), self.tray
        if isinstance(drawn, Symbols):
            tray.symbols[lane, at, :T] = drawn.symbols.T
        else:
            tray.x[lane, at, :T] = drawn.x.swapaxes(0, 1)
        if self.shape.by_class:
            tray.classes[lane, at, :T] = drawn.target.T
        else:
            tray.values[lane, at, :T] = drawn.target.swapaxes(0, 1)
        tray.mask[lane, at, :T] = drawn.mask.T
        tray.lengths[lane, at] = drawn.lengths
        if allowed is not None:
            tray.allowed[lane, at, :T] = allowed.swapaxes(0, 1)

    def start(
        self,
        lane: int,
        start: int,
        stop: int,
        learning_rate: float,
        *,
        each_step: bool = False,
        rule: int = NEVER,
        tolerance: float = np.inf,
        allowed_wrong: int = 1,
        mean_below: float = np.inf,
        squared: bool = False,
    ) -> None:
        """Let a lane go over its sequences from start to stop; ``run`` then does.

        Args:
            lane: which, 0 to 7.
            start: the first sequence.
            stop: the one after the last.
            learning_rate: alpha; with 0 nothing is learnt.
            each_step: whether weights change after each step with an error, in place of after each sequence.
            rule: ``NEVER``; ``WHEN_WRONG``: stop as soon as ``allowed_wrong`` sequences were wrong; ``AT_GOOD_WINDOW``:
                stop as soon as the window is full, has fewer than ``allowed_wrong`` wrong sequences, and its mean error
                is below ``mean_below``.
            tolerance: a sequence is wrong if its largest error is not below.
            allowed_wrong: see ``rule``.
            mean_below: see ``rule``.
            squared: whether that mean is of squared errors.

        Raises:
            ValueError: changes after each step along the full gradient, which is known at a sequence's end.
        """
        if each_step and self.full:
            raise ValueError("each_step is True, expected False with the full gradient")
        c = self.control
        c.n[lane], c.t[lane], c.stop[lane] = start, 0, stop
        c.learning_rate[lane], c.each_step[lane] = learning_rate, each_step
        c.rule[lane], c.tolerance[lane] = rule, tolerance
        c.allowed_wrong[lane], c.mean_below[lane], c.measure[lane] = allowed_wrong, mean_below, 2 if squared else 1
        c.worst[lane], c.absolute[lane], c.squared[lane], c.answers[lane] = -np.inf, 0.0, 0.0, 0
        c.failed[lane] = 0
        c.busy[lane] = start < stop

    def run(self) -> None:
        """Go on until a lane that was busy stops; ``busy`` then says which still are."""
        run(self.shape, self.memory, self.trace_forget, self.tray, self.control)

    @property
    def busy(self) -> NDArray[np.bool_]:
        """Which lanes have sequences before them (8,)."""
        return self.control.busy

    def shown(self, lane: int) -> int:
        """Return the place of the sequence that a lane would look at next."""
        return int(self.control.n[lane])

    def failed(self, lane: int) -> int:
        """Return how many sequences were wrong since the lane was started."""
        return int(self.control.failed[lane])

    def good(self, lane: int) -> bool:
        """Return whether a lane's window is full and as the rule ``AT_GOOD_WINDOW`` asks."""
        c = self.control
        size = c.was_wrong.shape[1]
        good = c.wrong[lane] < c.allowed_wrong[lane] and c.total[lane] / size < c.mean_below[lane]
        return bool(good and c.seen[lane] >= size)

    def errors(self, lane: int, start: int, stop: int) -> Floats:
        """Return the largest, the mean and the mean squared error of a lane's sequences (stop - start, 3).

        The mean is over outputs and over the steps that count.
        """
        return self.tray.errors[lane, start:stop].copy()


def train(
    net: Net,
    params: dict[str, Array],
    drawn: Batch | Symbols,
    learning_rate: float,
    *,
    each_step: bool = False,
    initial_activation: float = 0.0,
    output_slope: bool = True,
    gradient: str = "truncated",
) -> tuple[dict[str, Array], Floats]:
    """Show one net a batch, one sequence after another, and let it learn from each.

    Args:
        net: sizes and connections.
        params: where it starts, name -> array, with the shapes of ``net.shapes``.
        drawn: the sequences.
        learning_rate: alpha; with 0 nothing is learnt.
        each_step: whether weights change after each step with an error, in place of after each sequence.
        initial_activation: of all hidden units before a sequence's first step.
        output_slope: see ``lstm1997.LSTM1997``.
        gradient: see ``Eight``.

    Returns:
        the parameters after the last sequence; and for each sequence the largest, the mean and the mean squared error
        (N, 3), over outputs and over the steps that count.

    Raises:
        ValueError: parameters that don't fit the net, an unknown gradient, or the full one after each step.
    """
    T, N = drawn.mask.shape
    symbolic, by_class = isinstance(drawn, Symbols), drawn.target.ndim == 2
    options = {"initial_activation": initial_activation, "output_slope": output_slope, "gradient": gradient}
    nets = Eight(net, N, T, symbolic=symbolic, by_class=by_class, **options)  # type: ignore[arg-type]
    nets.put(0, params)
    nets.load(0, 0, drawn)
    nets.start(0, 0, N, learning_rate, each_step=each_step)
    nets.run()
    return nets.params(0), nets.errors(0, 0, N)
