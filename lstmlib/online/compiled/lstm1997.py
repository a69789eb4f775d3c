"""``lstmlib.online.lstm1997`` compiled, to train nets over millions of sequences.

It needs Numba (``pip install numba``). The arithmetic is the readable file's, in loops. Three things make it
fast. Eight nets are trained at once, each on its own sequences: the eight numbers that stand in one place of eight nets
lie side by side, and the processor takes them in one instruction. Symbols are taken as numbers: of a one-hot input only
the row that is on is looked at. And the exponential is a polynomial, which the processor can take eight of at once; it
is as exact as the library's, and gives the same digits on every machine.

No net's arithmetic depends on its neighbours, so a net gives the same digits in any lane, beside any others.

It can also follow the full gradient, as ``lstmlib.numpy.LSTM1997`` with ``gradient="full"`` does: then it remembers a
sequence, and sends the errors back through all of it at its end, one net at a time.

Two things about speed that the code does not show. ``trace_forget`` holds the traces of the forget gates (M C, 8), and
is None where there are none: None is a type of its own, and Numba leaves out what would need it. As branches that are
never taken, these lines made every step half as fast. And the loop that measures the answers stands in ``run`` itself:
as a function, inlined, it made nets that answer at every step slower by a quarter.
"""

from typing import Any

import numpy as np

from lstmlib.numpy.checks import Array
from lstmlib.online.compiled.jit import entry, part
from lstmlib.online.compiled.lanes import LANES, Floats, aligned_rows
from lstmlib.online.compiled.lstm1997_full import remember, send_back
from lstmlib.online.compiled.lstm1997_steps import Memory, Shape, add_error, hidden, outputs, reset, update
from lstmlib.online.compiled.side_by_side import SideBySide, finish, measure
from lstmlib.online.net import Net
from lstmlib.tasks.batch import Batch
from lstmlib.tasks.symbols import Symbols

GRADIENTS = ("truncated", "full")


@part
def _ask(m: Any, c: Any, lane: int) -> bool:
    """Ask for a lane's weights to be changed after this step."""
    m.rate[0, lane] = c.learning_rate[lane]
    m.keep[0, lane] = 0.0
    return True


@part
def _begun(shape: Any, m: Any, c: Any, lane: int) -> bool:
    """Take note of a sequence's first step, and return whether what the one before asked for is due now."""
    if shape.constant_seen:
        m.seen[len(m.seen) - 2, lane] = 1.0
    due = m.due[lane] and c.learning_rate[lane] > 0.0
    m.due[lane] = m.due[lane] and not due
    return due


@entry
def run(shape: Any, m: Any, trace_forget: Any, tray: Any, c: Any) -> None:
    """Go on with all lanes that are busy, until one of them stops."""
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
                reset(shape, m, trace_forget, i)
            if shape.symbolic:
                symbol[i] = tray.symbols[i, n, t]
            else:
                for d in range(shape.D):
                    m.seen[d, i] = tray.x[i, n, t, d]
            asked = asked or tray.mask[i, n, t]
        hidden(shape, m, trace_forget, symbol)
        updates = False
        if shape.full:
            m.to_cells[:] = 0.0
        if asked:
            outputs(shape, m, symbol)
            m.e[:] = 0.0
            learns = False
            for i in active:
                if tray.mask[i, c.n[i], c.t[i]]:
                    measure(shape, m, tray, c, i, c.n[i], c.t[i])
                    if c.learning_rate[i] > 0.0:
                        learns = True
                        if c.each_step[i]:
                            updates = _ask(m, c, i)
                    else:
                        m.e[:, i] = 0.0
            if learns:
                add_error(shape, m, trace_forget, symbol)
        for i in active:
            if shape.full:
                remember(shape, m, i, c.t[i])
            if c.t[i] == 0 and _begun(shape, m, c, i):
                updates = _ask(m, c, i)
            c.t[i] += 1
            if c.t[i] == tray.lengths[i, c.n[i]]:
                if c.learning_rate[i] > 0.0:
                    if shape.full:
                        send_back(shape, m, tray, i, c.n[i], c.t[i])
                    if shape.late:
                        m.due[i] = True
                    else:
                        updates = _ask(m, c, i)
                if finish(shape, m, tray, c, i):
                    c.busy[i] = False
                    stopped = True
        if updates:
            update(m)
            m.rate[:] = 0.0
            m.keep[:] = 1.0


class Eight(SideBySide):
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
        slope_offset: the same.
        gradient: "truncated", or "full", which can change weights after whole sequences only.
        late: whether what a sequence asks for is done one step late, after the first step of the next one that is
            learnt from. What is judged between the two is the net without it.

    Raises:
        ValueError: an unknown gradient, or the full one late or with a constant unit that hidden units see.
    """

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
        slope_offset: float = 0.0,
        gradient: str = "truncated",
        late: bool = False,
    ) -> None:
        if gradient not in GRADIENTS:
            raise ValueError(f"gradient is {gradient!r}, expected one of {', '.join(GRADIENTS)}")
        if gradient == "full" and (late or net.constant_seen):
            raise ValueError(
                "gradient is 'full', expected 'truncated' with late changes or a constant unit that is seen"
            )
        options = {"symbolic": symbolic, "by_class": by_class, "by_order": by_order}
        super().__init__(net.input_size, net.output_size, num_sequences, num_steps, window=window, **options)
        self.full = gradient == "full"
        self.late = late
        self.net = net
        B, S, D, O = net.num_blocks, net.block_size, net.input_size, net.output_size  # noqa: E741
        C, U, M = net.num_cells, net.num_units, net.num_sources
        K = C + (D if net.direct else 0) + 1
        self.shape = Shape(
            *(D, B, S, O, net.output_gates, net.output_bias, net.seen_units.start, len(net.seen_units), net.direct),
            *(net.plain, net.linear_output, *net.ranges, symbolic, by_class, float(initial_activation)),
            *(output_slope, float(slope_offset), net.forget_gates, self.full, net.constant_seen, late),
        )
        rows = {"W": M * U, "V": K * O, "dW": M * U, "dV": K * O, "a": U, "s": C, "h": C, "trace": M * 2 * C}
        rows |= {"past": num_steps * (U + 5 * C) if self.full else 0}
        rows |= {"seen": M, "slopes": 3 * C, "y": O, "e": O, "to_cells": C, "rate": 1, "keep": 1}
        memory: dict[str, Any] = {name: aligned_rows(count) for name, count in rows.items()}
        memory |= {"biased": net.biased_units.astype(float), "due": np.zeros(LANES, bool)}
        self.memory = Memory(**memory)
        self.memory.seen[-1] = 1.0
        self.trace_forget = aligned_rows(M * C) if net.forget_gates else None

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
        c.busy[lane] = m.due[lane] = False
        c.seen[lane] = c.wrong[lane] = c.total[lane] = c.was_wrong[lane] = c.was_error[lane] = 0

    def params(self, lane: int) -> dict[str, Array]:
        """Return the parameters of a lane's net, name -> array; copies."""
        W = self.memory.W[:, lane].reshape(self.net.num_sources, self.net.num_units)
        V = self.memory.V[:, lane].reshape(-1, self.net.output_size)
        return self.net.unpack(W.T, V.T if self.net.output_bias else V[:-1].T)

    def run(self) -> None:
        """Go on until a lane that was busy stops; ``busy`` then says which still are."""
        run(self.shape, self.memory, self.trace_forget, self.tray, self.control)


def train(
    net: Net,
    params: dict[str, Array],
    drawn: Batch | Symbols,
    learning_rate: float,
    *,
    each_step: bool = False,
    initial_activation: float = 0.0,
    output_slope: bool = True,
    slope_offset: float = 0.0,
    gradient: str = "truncated",
    late: bool = False,
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
        slope_offset: the same.
        gradient: see ``Eight``.
        late: the same; what the last sequence asks for is then not done any more.

    Returns:
        the parameters after the last sequence; and for each sequence the largest, the mean and the mean squared error
        (N, 3), over outputs and over the steps that count.

    Raises:
        ValueError: parameters that don't fit the net, an unknown gradient, or one that doesn't go with the rest.
    """
    T, N = drawn.mask.shape
    symbolic, by_class = isinstance(drawn, Symbols), drawn.target.ndim == 2
    nets = Eight(
        net,
        N,
        T,
        symbolic=symbolic,
        by_class=by_class,
        initial_activation=initial_activation,
        output_slope=output_slope,
        slope_offset=slope_offset,
        gradient=gradient,
        late=late,
    )
    nets.put(0, params)
    nets.load(0, 0, drawn)
    nets.start(0, 0, N, learning_rate, each_step=each_step)
    nets.run()
    return nets.params(0), nets.errors(0, 0, N)
