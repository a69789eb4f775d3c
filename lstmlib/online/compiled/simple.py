"""``lstmlib.online.simple`` compiled, for sequences of symbols.

Sequences, rules to stop and lanes are those of ``side_by_side.py``; what a step and an error do to a net is here.
"""

from typing import Any, NamedTuple

import numpy as np

from lstmlib.numpy.checks import Array
from lstmlib.online.compiled.jit import entry, inlined, part
from lstmlib.online.compiled.lanes import (
    LANES,
    Floats,
    Integers,
    aligned_rows,
    fused,
    gather,
    load,
    logistic,
    scatter_add,
    store,
)
from lstmlib.online.compiled.side_by_side import SideBySide, finish, measure
from lstmlib.online.simple import SimpleNet
from lstmlib.tasks.symbols import Symbols


class Shape(NamedTuple):
    """A net, as the compiled code takes it."""

    D: int
    H: int
    O: int  # noqa: E741
    direct: bool
    recurrent_outputs: bool
    look_back: bool
    delayed: bool
    initial: float
    symbolic: bool
    by_class: bool


class Memory(NamedTuple):
    """All that eight nets remember, and room to work in: arrays of rows, a row the eight numbers of the eight nets."""

    W: Floats  # ((D + H) H, 8): for every source the weights to all hidden units
    V: Floats  # ((H + D) O, 8)
    dW: Floats
    dV: Floats
    h: Floats  # (H, 8)
    before: Floats  # (H, 8), h of the step before
    slope: Floats  # (H, 8)
    sensitivity: Floats  # ((D + H) H H, 8): for every source and unit that it leads to, of all hidden units
    through: Floats  # (H, 8)
    y: Floats  # (O, 8)
    e: Floats  # (O, 8)
    to_hidden: Floats  # (H, 8)
    rate: Floats  # (1, 8), the learning rate where weights are to change at this step, else 0
    keep: Floats  # (1, 8), 0 where what was added up has been used


@part
def _reset(shape: Any, m: Any, lane: int) -> None:
    """Begin a new sequence in one lane."""
    for u in range(m.h.shape[0]):
        m.h[u, lane] = shape.initial
    for row in range(m.sensitivity.shape[0]):
        m.sensitivity[row, lane] = 0.0


@inlined
def _hidden(shape: Any, m: Any, symbol: Integers) -> None:
    """Take the hidden units of all lanes one step on, and what the weights do to them."""
    D, H = shape.D, shape.H
    for u in range(H):
        store(m.before, u, load(m.h, u))
    for u in range(H):
        total = gather(m.W, symbol, H, u)
        for k in range(H):
            total = fused(load(m.W, (D + k) * H + u), load(m.before, k), total)
        h = logistic(total)
        store(m.h, u, h)
        store(m.slope, u, h * (1.0 - h))

    for source in range(D + H):
        for u in range(H):
            first = (source * H + u) * H
            for k in range(H):
                total = 0.0 * load(m.h, k)
                if shape.look_back:
                    for j in range(H):
                        total = fused(load(m.W, (D + j) * H + k), load(m.sensitivity, first + j), total)
                if k == u and source >= D:
                    total = total + load(m.before, source - D)
                store(m.through, k, total)
            for k in range(H):
                store(m.sensitivity, first + k, load(m.slope, k) * load(m.through, k))
    for u in range(H):
        scatter_add(m.sensitivity, symbol, H * H, u * H + u, load(m.slope, u))


@inlined
def _outputs(shape: Any, m: Any, symbol: Integers) -> None:
    """Compute the outputs of all lanes."""
    H, O = shape.H, shape.O  # noqa: E741
    for k in range(O):
        if shape.recurrent_outputs:
            store(m.y, k, load(m.h, H - O + k))
            continue
        total = 0.0 * load(m.y, k)
        if shape.direct:
            total = gather(m.V, symbol, O, H * O + k)
        for u in range(H):
            total = fused(load(m.V, u * O + k), load(m.h, u), total)
        store(m.y, k, logistic(total))


@inlined
def _add_error(shape: Any, m: Any, symbol: Integers) -> None:
    """Add what this step's error asks of every weight; ``m.e`` holds target minus output, 0 where nothing is asked."""
    D, H, O = shape.D, shape.H, shape.O  # noqa: E741
    for u in range(H):
        store(m.to_hidden, u, 0.0 * load(m.h, u))
    for k in range(O):
        if shape.recurrent_outputs:
            store(m.to_hidden, H - O + k, load(m.e, k))
            continue
        y = load(m.y, k)
        e = load(m.e, k) * y * (1.0 - y)
        if shape.direct:
            scatter_add(m.dV, symbol, O, H * O + k, e)
        for u in range(H):
            store(m.to_hidden, u, fused(load(m.V, u * O + k), e, load(m.to_hidden, u)))
            store(m.dV, u * O + k, fused(e, load(m.h, u), load(m.dV, u * O + k)))
    for row in range((D + H) * H):
        total = load(m.dW, row)
        for k in range(H):
            total = fused(load(m.to_hidden, k), load(m.sensitivity, row * H + k), total)
        store(m.dW, row, total)


@part
def _update(m: Any) -> None:
    """Change the weights of the lanes with a rate, and start adding from zero where there is nothing to keep."""
    rate, keep = load(m.rate, 0), load(m.keep, 0)
    for row in range(m.W.shape[0]):
        change = load(m.dW, row)
        store(m.W, row, fused(rate, change, load(m.W, row)))
        store(m.dW, row, keep * change)
    for row in range(m.V.shape[0]):
        change = load(m.dV, row)
        store(m.V, row, fused(rate, change, load(m.V, row)))
        store(m.dV, row, keep * change)


@entry
def run(shape: Any, m: Any, tray: Any, c: Any) -> None:
    """Go on with all lanes that are busy, until one of them stops; every step of a sequence asks for an answer."""
    symbol = np.zeros(LANES, np.int64)
    active = np.flatnonzero(c.busy)
    m.rate[:] = 0.0
    m.keep[:] = 1.0
    stopped = len(active) == 0
    while not stopped:
        for i in active:
            if c.t[i] == 0:
                _reset(shape, m, i)
            symbol[i] = tray.symbols[i, c.n[i], c.t[i]]
        if not shape.delayed:
            _hidden(shape, m, symbol)
        _outputs(shape, m, symbol)
        m.e[:] = 0.0
        learns = updates = False
        for i in active:
            measure(shape, m, tray, c, i, c.n[i], c.t[i])
            c.t[i] += 1
            last = c.t[i] == tray.lengths[i, c.n[i]]
            if c.learning_rate[i] > 0.0:
                learns = True
                if last or c.each_step[i]:
                    updates = True
                    m.rate[0, i] = c.learning_rate[i]
                    m.keep[0, i] = 0.0
            else:
                m.e[:, i] = 0.0
            if last and finish(shape, m, tray, c, i):
                c.busy[i] = False
                stopped = True
        if learns:
            _add_error(shape, m, symbol)
        if shape.delayed:  # outputs have seen what the hidden units were before
            _hidden(shape, m, symbol)
        if updates:
            _update(m)
            m.rate[:] = 0.0
            m.keep[:] = 1.0


class EightSimple(SideBySide):
    """Eight nets without memory cells, trained side by side on sequences of symbols, each of which asks at every step.

    Args:
        net: sizes and connections, the same for all.
        num_sequences: how many sequences a lane has room for.
        num_steps: the most steps of a sequence.
        look_back: see ``simple.SimpleRecurrent``.
        initial: the same.
        by_order: see ``SideBySide``.
    """

    def __init__(
        self,
        net: SimpleNet,
        num_sequences: int,
        num_steps: int,
        *,
        look_back: bool = True,
        initial: float = 0.0,
        by_order: bool = False,
    ) -> None:
        super().__init__(net.input_size, net.output_size, num_sequences, num_steps, by_order=by_order)
        self.net = net
        D, H, O = net.input_size, net.hidden_size, net.output_size  # noqa: E741
        self.shape = Shape(D, H, O, net.direct, net.recurrent_outputs, look_back, net.delayed, initial, True, True)
        K = 0 if net.recurrent_outputs else H + (D if net.direct else 0)
        rows = {"W": (D + H) * H, "V": K * O, "dW": (D + H) * H, "dV": K * O, "h": H, "before": H, "slope": H}
        rows |= {"sensitivity": (D + H) * H * H, "through": H, "y": O, "e": O, "to_hidden": H, "rate": 1, "keep": 1}
        self.memory = Memory(**{name: aligned_rows(count) for name, count in rows.items()})

    def put(self, lane: int, params: dict[str, Array]) -> None:
        """Give a lane a net of its own.

        Args:
            lane: which, 0 to 7.
            params: name -> array, with the shapes of ``net.shapes``.

        Raises:
            ValueError: parameters that don't fit the net.
        """
        hidden, output = self.net.pack(params)
        m = self.memory
        m.W[:, lane], m.V[:, lane] = hidden.T.ravel(), output.T.ravel()
        m.dW[:, lane] = m.dV[:, lane] = 0.0
        self.control.busy[lane] = False

    def params(self, lane: int) -> dict[str, Array]:
        """Return the parameters of a lane's net, name -> array; copies."""
        net = self.net
        W = self.memory.W[:, lane].reshape(-1, net.hidden_size)
        V = self.memory.V[:, lane].reshape(-1, net.output_size)
        return net.unpack(W.T, V.T)

    def run(self) -> None:
        """Go on until a lane that was busy stops; ``busy`` then says which still are."""
        run(self.shape, self.memory, self.tray, self.control)


def train(
    net: SimpleNet,
    params: dict[str, Array],
    drawn: Symbols,
    learning_rate: float,
    *,
    each_step: bool = False,
    look_back: bool = True,
    initial: float = 0.0,
) -> tuple[dict[str, Array], Floats]:
    """Show one net sequences, one after another, and let it learn from each; see ``lstm1997.train``.

    Raises:
        ValueError: parameters that don't fit the net.
    """
    T, N = drawn.mask.shape
    nets = EightSimple(net, N, T, look_back=look_back, initial=initial)
    nets.put(0, params)
    nets.load(0, 0, drawn)
    nets.start(0, 0, N, learning_rate, each_step=each_step)
    nets.run()
    return nets.params(0), nets.errors(0, 0, N)
