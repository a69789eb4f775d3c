"""``lstmlib.online.chunker`` compiled, for sequences of symbols.

Sequences and rules to stop are those of ``side_by_side.py``.
Which net of a pair takes a step differs from pair to pair, so pairs don't go side by side here: one is trained after
the other, and what stands side by side are eight outputs of one net.
"""

from typing import Any, NamedTuple

import numpy as np

from lstmlib.numpy.checks import Array
from lstmlib.online.chunker import ChunkerNet
from lstmlib.online.compiled.jit import entry, larger, part
from lstmlib.online.compiled.lanes import LANES, Floats, Integers, aligned_rows, fused, load, logistic, store
from lstmlib.online.compiled.side_by_side import SideBySide, finish
from lstmlib.online.simple import SimpleNet
from lstmlib.tasks.symbols import Symbols


class Shape(NamedTuple):
    """A pair of nets, as the compiled code takes it."""

    D: int
    H: int
    expected_within: float
    by_class: bool
    outputs_taught: bool
    joined: bool
    delayed: bool


class Memory(NamedTuple):
    """One net: arrays of rows, a row eight outputs; E rows for all outputs, the last of them filled up with zeros."""

    W: Floats  # (H, I + H), from the I inputs and from the hidden units
    V: Floats  # ((H + I) E, 8), from the hidden units and from the inputs
    dW: Floats
    dV: Floats
    sensitivity: Floats  # (H, H, I + H): of hidden unit k to the weight that leads from source s to unit u
    recent: Floats  # (K, H, H, I + H), what W did at each of the last K steps; K is 0 where all steps count
    steps: Integers  # (1,), taken since the sequence began
    h: Floats  # (H, 8), each eight times the same
    before: Floats  # (H,), h of the step before
    seen: Floats  # (H, 8), what outputs see of h: that of this step, or of the step before
    used: Floats  # (H, H, I + H), its sensitivity
    through: Floats  # (H,)
    y: Floats  # (E, 8)
    e: Floats  # (E, 8), target minus output, 0 where there is no output


@part
def _reset(m: Any) -> None:
    """Begin a new sequence."""
    m.h[:] = 0.0
    m.sensitivity[:] = 0.0
    m.recent[:] = 0.0
    m.steps[0] = 0


@part
def _carry(m: Any, part: Any) -> None:
    """Bring what weights did to the hidden units one step on, through the recurrent weights."""
    H, S = m.W.shape
    for u in range(H):
        for s in range(S):
            for k in range(H):
                slope = m.h[k, 0] * (1.0 - m.h[k, 0])
                total = 0.0
                for j in range(H):
                    total += slope * m.W[k, S - H + j] * part[j, u, s]
                m.through[k] = total
            for k in range(H):
                part[k, u, s] = m.through[k]


@part
def _act(m: Any, part: Any, symbol: int, again: int) -> None:
    """Add what weights do at this step, each to its own unit."""
    H, S = m.W.shape
    for k in range(H):
        slope = m.h[k, 0] * (1.0 - m.h[k, 0])
        part[k, k, symbol] += slope
        for j in range(H):
            part[k, k, S - H + j] += slope * m.before[j]
        if again >= 0:
            part[k, k, again] += slope


@part
def _show(m: Any) -> None:
    """Show the outputs the hidden units as they are now."""
    m.seen[:] = m.h
    m.used[:] = m.sensitivity


@part
def _step(m: Any, symbol: int, again: int, delayed: bool) -> None:
    """Take one net one step on; ``again`` is the input that is on beside the symbol, -1 if there is none."""
    H, S = m.W.shape
    if delayed:
        _show(m)
    for k in range(H):
        m.before[k] = m.h[k, 0]
    for k in range(H):
        net = m.W[k, symbol]
        for j in range(H):
            net += m.W[k, S - H + j] * m.before[j]
        if again >= 0:
            net += m.W[k, again]
        m.h[k] = net
        store(m.h, k, logistic(load(m.h, k)))
    K = m.recent.shape[0]
    if K == 0:
        _carry(m, m.sensitivity)
    else:
        m.sensitivity[:] = 0.0
        now = m.steps[0] % K  # where the oldest is forgotten
        for q in range(K):
            if q == now:
                m.recent[q] = 0.0
            else:
                _carry(m, m.recent[q])
            m.sensitivity[:] += m.recent[q]
        _act(m, m.recent[now], symbol, again)
        m.steps[0] += 1
    _act(m, m.sensitivity, symbol, again)
    if not delayed:
        _show(m)
    E = m.y.shape[0]
    for j in range(E):
        y = load(m.V, (H + symbol) * E + j)
        for k in range(H):
            y = fused(load(m.V, k * E + j), load(m.seen, k), y)
        if again >= 0:
            y = y + load(m.V, (H + again) * E + j)
        store(m.y, j, logistic(y))


@part
def _add_error(m: Any, symbol: int, again: int) -> None:
    """Add what the error in ``m.e`` asks of every weight; ``symbol`` and ``again`` are what the net saw."""
    E, H = m.y.shape[0], m.W.shape[0]
    for j in range(E):
        y = load(m.y, j)
        e = load(m.e, j) * y * (1.0 - y)
        store(m.e, j, e)
        for k in range(H):
            store(m.dV, k * E + j, fused(e, load(m.seen, k), load(m.dV, k * E + j)))
        store(m.dV, (H + symbol) * E + j, load(m.dV, (H + symbol) * E + j) + e)
        if again >= 0:
            store(m.dV, (H + again) * E + j, load(m.dV, (H + again) * E + j) + e)
    for k in range(H):
        to_hidden = 0.0
        for j in range(E):
            for lane in range(LANES):
                to_hidden += m.V[k * E + j, lane] * m.e[j, lane]
        for u in range(H):
            for s in range(m.W.shape[1]):
                m.dW[u, s] += to_hidden * m.used[k, u, s]


@part
def _update(m: Any, rate: float) -> None:
    """Change the weights of one net, and start adding from zero."""
    _update_hidden(m, rate)
    _update_rows(m, rate, 0, m.V.shape[0])


@part
def _update_at_once(m: Any, rate: float, symbol: int, again: int) -> None:
    """Do the same where the last error is all that was added: weights from other symbols stay as they are."""
    E, H = m.y.shape[0], m.W.shape[0]
    _update_hidden(m, rate)
    _update_rows(m, rate, 0, H * E)
    _update_rows(m, rate, (H + symbol) * E, (H + symbol + 1) * E)
    if again >= 0:
        _update_rows(m, rate, (H + again) * E, (H + again + 1) * E)


@part
def _update_hidden(m: Any, rate: float) -> None:
    for u in range(m.W.shape[0]):
        for s in range(m.W.shape[1]):
            m.W[u, s] += rate * m.dW[u, s]
            m.dW[u, s] = 0.0


@part
def _update_rows(m: Any, rate: float, first: int, end: int) -> None:
    for row in range(first, end):
        store(m.V, row, fused(rate, load(m.dV, row), load(m.V, row)))
        store(m.dV, row, 0.0)


@part
def _differ(m: Any, D: int, target: int) -> float:
    """Put target minus output into ``m.e``, and return the largest distance of the first D outputs."""
    worst = 0.0
    for k in range(D):
        error = (1.0 if k == target else 0.0) - m.y[k // LANES, k % LANES]
        m.e[k // LANES, k % LANES] = error
        worst = larger(worst, abs(error))
    return worst


@entry
def run(shape: Any, lower: Any, upper: Any, tray: Any, c: Any, lane: int) -> None:
    """Go on with one pair until it stops; every step of a sequence asks for an answer."""
    D, H = shape.D, shape.H
    shown, shown_again = 0, -1  # what the upper net saw last
    expected = False
    while c.busy[lane]:
        n, t = c.n[lane], c.t[lane]
        rate = c.learning_rate[lane]
        symbol, target = tray.symbols[lane, n, t], tray.classes[lane, n, t]
        if t == 0:
            _reset(lower)
            _reset(upper)
            expected = False
        # What should have been said at the step before, where nets see that, too.
        again = D + tray.classes[lane, n, t - 1] if shape.joined and t > 0 else -1
        if not expected:
            _step(upper, symbol, again, shape.delayed)
            shown, shown_again = symbol, again
        _step(lower, symbol, again, shape.delayed)
        worst = _differ(lower, D, target)
        expected = worst < shape.expected_within
        if rate > 0.0:
            for k in range(H):
                q = D + k
                lower.e[q // LANES, q % LANES] = upper.h[k, 0] - lower.y[q // LANES, q % LANES]
            if shape.outputs_taught:
                for k in range(D):
                    q = D + H + k
                    lower.e[q // LANES, q % LANES] = upper.y[k // LANES, k % LANES] - lower.y[q // LANES, q % LANES]
            _add_error(lower, symbol, again)
            if not expected:
                _differ(upper, D, target)
                _add_error(upper, shown, shown_again)
        c.worst[lane] = larger(c.worst[lane], worst)
        c.answers[lane] += D
        c.t[lane] += 1
        last = c.t[lane] == tray.lengths[lane, n]
        if rate > 0.0 and c.each_step[lane]:
            _update_at_once(lower, rate, symbol, again)
            _update_at_once(upper, rate, shown, shown_again)
        elif rate > 0.0 and last:
            _update(lower, rate)
            _update(upper, rate)
        if last and finish(shape, lower, tray, c, lane):
            c.busy[lane] = False


class Pairs(SideBySide):
    """Eight pairs of nets, each of which learns as ``chunker.Chunker`` does, on sequences of its own.

    Args:
        net: sizes.
        num_sequences: how many sequences a pair has room for.
        num_steps: the most steps of a sequence.
        tolerance: see ``chunker.Chunker``.
        steps_back: the same.

    Raises:
        ValueError: a negative number of steps.
    """

    def __init__(
        self,
        net: ChunkerNet,
        num_sequences: int,
        num_steps: int,
        *,
        tolerance: float = 0.25,
        steps_back: int | None = None,
    ) -> None:
        if steps_back is not None and steps_back < 0:
            raise ValueError(f"steps_back is {steps_back}, expected None or at least 0")
        D, recent = net.num_symbols, 0 if steps_back is None else steps_back + 1
        super().__init__(D, D, num_sequences, num_steps)
        self.net = net
        self.shape = Shape(D, net.hidden_size, tolerance, True, net.outputs_taught, net.joined, net.delayed)
        self.memory = [tuple(_empty(one, recent) for one in (net.lower, net.upper)) for _ in range(LANES)]

    def put(self, lane: int, params: dict[str, Array]) -> None:
        """Give a lane a pair of its own.

        Args:
            lane: which, 0 to 7.
            params: name -> array, as ``net.draw`` returns them.

        Raises:
            ValueError: parameters that don't fit the net.
        """
        nets = (self.net.lower, self.net.upper)
        for m, net, given in zip(self.memory[lane], nets, self.net.split(params), strict=True):
            hidden, output = net.pack(given)
            m.W[:] = hidden
            m.V.reshape(net.hidden_size + net.input_size, -1)[:, : net.output_size] = output.T
            m.dW[:] = 0.0
            m.dV[:] = 0.0
        self.control.busy[lane] = False

    def params(self, lane: int) -> dict[str, Array]:
        """Return the parameters of a lane's pair, name -> array; copies."""
        found = []
        for m, net in zip(self.memory[lane], (self.net.lower, self.net.upper), strict=True):
            V = m.V.reshape(net.hidden_size + net.input_size, -1)[:, : net.output_size]
            found.append(net.unpack(m.W, V.T))
        return found[0] | {f"upper_{name}": value for name, value in found[1].items()}

    def run(self) -> None:
        """Go on with every pair that is busy until it stops."""
        for lane in np.flatnonzero(self.control.busy):
            run(self.shape, *self.memory[lane], self.tray, self.control, lane)


def _empty(net: SimpleNet, recent: int) -> Memory:
    I, H, E = net.input_size, net.hidden_size, -(-net.output_size // LANES)  # noqa: E741
    rows = {"V": (H + I) * E, "dV": (H + I) * E, "h": H, "seen": H, "y": E, "e": E}
    arrays: dict[str, Any] = {name: np.zeros((H, I + H)) for name in ("W", "dW")}
    arrays |= {name: np.zeros((H, H, I + H)) for name in ("sensitivity", "used")}
    arrays |= {"recent": np.zeros((recent, H, H, I + H))}
    arrays |= {"before": np.zeros(H), "through": np.zeros(H), "steps": np.zeros(1, np.int64)}
    arrays |= {name: aligned_rows(count) for name, count in rows.items()}
    return Memory(**arrays)


def train(
    net: ChunkerNet,
    params: dict[str, Array],
    drawn: Symbols,
    learning_rate: float,
    *,
    each_step: bool = False,
    tolerance: float = 0.25,
    steps_back: int | None = None,
) -> tuple[dict[str, Array], Floats]:
    """Show one pair sequences, one after another, and let it learn from each; see ``lstm1997.train``.

    Returns:
        the parameters after the last sequence; and for each sequence the lower net's largest error (N,).

    Raises:
        ValueError: parameters that don't fit the net, or a negative number of steps.
    """
    T, N = drawn.mask.shape
    nets = Pairs(net, N, T, tolerance=tolerance, steps_back=steps_back)
    nets.put(0, params)
    nets.load(0, 0, drawn)
    nets.start(0, 0, N, learning_rate, each_step=each_step)
    nets.run()
    return nets.params(0), nets.errors(0, 0, N)[:, 0]
