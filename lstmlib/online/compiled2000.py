"""``lstmlib.online.lstm2000`` compiled, to train and test nets on streams of symbols that don't end.

It needs Numba (``pip install 'lstmlib[paper]'``). As in ``lstmlib.online.compiled`` eight nets go side by side, in the
eight lanes of ``lstmlib.online.lanes``, and none of them depends on its neighbours. Weights change after each symbol.

A stream is a walk through a grammar's graph: at each node a coin says which symbol comes next. Training and testing
take turns: a training stream goes on until the net makes an error, then the net is tested, without learning, on streams
that go on until it makes one, then comes the next training stream.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lstmlib.numpy.checks import Array
from lstmlib.online.compiled import aligned_rows
from lstmlib.online.lanes import LANES, fused, load, logistic, store
from lstmlib.online.net2000 import Net2000
from lstmlib.tasks.embedded_reber import Walk

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# When a prediction is right: all outputs are nearer to their targets than a tolerance, or those of all symbols that can
# come next are the most active.
BY_DISTANCE, BY_ORDER = 0, 1


class Shape(NamedTuple):
    """A net, and what is asked of it, as the compiled code takes it."""

    D: int
    B: int
    S: int
    O: int  # noqa: E741
    forget_gates: bool
    decay: float
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
    kept: Floats  # (C, 8), what part of each state is kept
    slopes: Floats  # (3 C, 8), what goes into the traces at this step
    errors: Floats  # (C + B, 8), of the cells' states and of the output gates
    y: Floats  # (O, 8)
    e: Floats  # (O, 8)
    rate: Floats  # (1, 8)


class Control(NamedTuple):
    """Where every lane stands; each (L,) but the last two."""

    busy: NDArray[np.bool_]
    testing: NDArray[np.bool_]
    wrong: NDArray[np.bool_]  # the prediction of this step
    node: Integers  # where the walk is
    symbol: Integers  # what the net sees
    coming: Integers  # what it sees next
    used: Integers  # coins
    t: Integers  # steps of this stream
    streams: Integers  # training streams so far
    tests: Integers  # test streams of this test so far
    symbols: Integers  # on which the net learnt
    learning_rate: Floats  # of a stream's first step
    most_streams: Integers
    most_steps: Integers  # of a training stream
    most_tested: Integers  # of a test stream
    lengths: Integers  # (L, number of test streams): how many predictions were right
    coins: NDArray[np.uint8]  # (L, N)


@njit(error_model="numpy")  # type: ignore[untyped-decorator]
def _reset(shape: Any, m: Any, lane: int) -> None:
    """Forget all that one lane's net has seen."""
    for c in range(m.s.shape[0]):
        m.s[c, lane] = 0.0
        m.seen[shape.D + c, lane] = 0.0
    for row in range(m.trace.shape[0]):
        m.trace[row, lane] = 0.0


@njit(error_model="numpy", forceinline=True)  # type: ignore[untyped-decorator]
def _forward(shape: Any, m: Any) -> None:
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
        store(m.kept, c, kept)
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


@njit(error_model="numpy", forceinline=True)  # type: ignore[untyped-decorator]
def _learn(shape: Any, m: Any) -> None:
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


@njit(error_model="numpy")  # type: ignore[untyped-decorator]
def _wrong(shape: Any, m: Any, allowed: Any, coming: int, lane: int) -> bool:
    """Put target minus output into ``m.e``, and return whether the prediction is wrong."""
    lowest, highest, farthest = np.inf, -np.inf, 0.0
    for k in range(shape.O):
        y, can = m.y[k, lane], allowed[k]
        error = (1.0 * can if shape.possible else 1.0 * (k == coming)) - y
        m.e[k, lane] = error
        farthest = max(farthest, abs(error))
        if can:
            lowest = min(lowest, y)
        else:
            highest = max(highest, y)
    return not lowest > highest if shape.rule == BY_ORDER else not farthest < shape.tolerance


@njit(error_model="numpy")  # type: ignore[untyped-decorator]
def _begin(shape: Any, m: Any, walk: Any, c: Any, lane: int) -> None:
    """Begin a new stream, of training or of a test."""
    _reset(shape, m, lane)
    c.symbol[lane] = walk.symbol[shape.first, 0]
    c.node[lane] = walk.node[shape.first, 0]
    c.t[lane] = 0
    m.rate[0, lane] = 0.0 if c.testing[lane] else c.learning_rate[lane]


@njit(error_model="numpy")  # type: ignore[untyped-decorator]
def _end_of_test_stream(c: Any, lane: int, length: int) -> None:
    """Take note of a test stream. The last test takes all its streams; one before it ends with the first error."""
    c.lengths[lane, c.tests[lane]] = length
    c.tests[lane] += 1
    last = c.streams[lane] == c.most_streams[lane]
    full = c.tests[lane] == c.lengths.shape[1]
    if length < c.most_tested[lane] and not last:
        c.testing[lane] = False
    elif full:
        c.busy[lane] = False


@njit(cache=True, error_model="numpy", nogil=True)  # type: ignore[untyped-decorator]
def run(shape: Any, m: Any, walk: Any, c: Any, decay: float) -> None:
    """Go on with all lanes that are busy, until one of them has finished or has no coins left."""
    C = m.s.shape[0]
    first_cell = m.a.shape[0] - shape.B - C
    active = np.flatnonzero(c.busy)
    going = len(active) > 0
    while going:
        for i in active:
            m.seen[c.symbol[i], i] = 1.0
        _forward(shape, m)
        for i in active:
            node, coin = c.node[i], c.coins[i, c.used[i]]
            c.used[i] += 1
            c.coming[i] = walk.symbol[node, coin]
            c.node[i] = walk.node[node, coin]
            c.wrong[i] = _wrong(shape, m, walk.allowed[node], c.coming[i], i)
        _learn(shape, m)
        for k in range(C):
            store(m.seen, shape.D + k, load(m.a, first_cell + k))
        for i in active:
            m.seen[c.symbol[i], i] = 0.0
            testing = c.testing[i]
            m.rate[0, i] *= decay
            c.t[i] += 1
            c.symbol[i] = c.coming[i]
            c.symbols[i] += 0 if testing else 1
            if c.wrong[i] or c.t[i] == (c.most_tested[i] if testing else c.most_steps[i]):
                if testing:
                    _end_of_test_stream(c, i, c.t[i] - (1 if c.wrong[i] else 0))
                else:
                    c.streams[i] += 1
                    c.tests[i] = 0
                    c.testing[i] = True
                _begin(shape, m, walk, c, i)
            elif shape.resets and c.symbol[i] == walk.symbol[shape.first, 0] and c.node[i] == walk.node[shape.first, 0]:
                _reset(shape, m, i)
            going = going and c.busy[i] and c.used[i] < c.coins.shape[1]


class Streams:
    """Eight nets of one kind, each trained and tested on streams of its own.

    A lane stops when its net makes no error in a test, or after so many training streams.

    Args:
        net: sizes, the same for all; inputs and outputs are the grammar's symbols.
        walk: the grammar.
        possible: whether targets are all symbols that can come next, or the one that does.
        by_order: whether a prediction is right when the outputs of all symbols that can come next are the most active,
            or when all outputs are nearer to their targets than ``tolerance``.
        tolerance: see ``by_order``.
        resets: whether a net's state is reset where a string begins.
        rate_decay: what the learning rate is multiplied with after each step of a training stream.
        num_tests: how many streams a test has.
        num_coins: how many steps a lane takes between two draws; results don't depend on it.

    Raises:
        ValueError: a net whose inputs or outputs are not as many as the grammar's symbols.
    """

    def __init__(
        self,
        net: Net2000,
        walk: Walk,
        *,
        possible: bool = True,
        by_order: bool = False,
        tolerance: float = 0.49,
        resets: bool = False,
        rate_decay: float = 1.0,
        num_tests: int = 10,
        num_coins: int = 1 << 16,
    ) -> None:
        size = walk.allowed.shape[1]
        if (net.input_size, net.output_size) != (size, size):
            raise ValueError(f"net has {net.input_size} inputs and {net.output_size} outputs, expected {size} of both")
        self.net, self.walk, self.rate_decay = net, walk, rate_decay
        U, M, C, O = net.num_units, net.num_sources, net.num_cells, net.output_size  # noqa: E741
        self.shape = Shape(
            *(net.input_size, net.num_blocks, net.block_size, O, net.forget_gates, float(net.decay), possible),
            *(BY_ORDER if by_order else BY_DISTANCE, tolerance, resets, 0),
        )
        rows = {"W": M * U, "V": M * O, "a": U, "s": C, "h": C, "trace": M * 3 * C, "seen": M, "kept": C}
        rows |= {"slopes": 3 * C, "errors": C + net.num_blocks, "y": O, "e": O, "rate": 1}
        self.memory = Memory(**{name: aligned_rows(count) for name, count in rows.items()})
        self.memory.seen[-1] = 1.0
        L = LANES
        kinds: dict[str, Any] = dict.fromkeys(("busy", "testing", "wrong"), bool) | {"learning_rate": float}
        arrays: dict[str, Any] = {name: np.zeros(L, kinds.get(name, np.int64)) for name in Control._fields}
        arrays |= {"lengths": np.zeros((L, num_tests), np.int64), "coins": np.zeros((L, num_coins), np.uint8)}
        self.control = Control(**arrays)
        self.sources: list[np.random.Generator | None] = [None] * L

    def start(
        self,
        lane: int,
        params: dict[str, Array],
        source: np.random.Generator,
        learning_rate: float,
        *,
        most_streams: int,
        most_steps: int,
        most_tested: int,
    ) -> None:
        """Give a lane a net of its own, to be trained and tested; ``run`` then does.

        Args:
            lane: which, 0 to 7.
            params: name -> array, with the shapes of ``net.shapes``.
            source: of the streams.
            learning_rate: alpha, at the beginning of a training stream.
            most_streams: after so many training streams comes the last test.
            most_steps: a training stream ends after so many steps, or after the first error.
            most_tested: the same of a test stream.

        Raises:
            ValueError: parameters that don't fit the net.
        """
        hidden, output = self.net.pack(params)
        m, c = self.memory, self.control
        m.W[:, lane], m.V[:, lane] = hidden.T.ravel(), output.T.ravel()
        c.streams[lane] = c.tests[lane] = c.symbols[lane] = 0
        c.learning_rate[lane] = learning_rate
        c.most_streams[lane], c.most_steps[lane], c.most_tested[lane] = most_streams, most_steps, most_tested
        c.testing[lane], c.busy[lane] = False, True
        c.used[lane] = c.coins.shape[1]
        self.sources[lane] = source
        _begin(self.shape, m, self.walk, c, lane)

    def run(self) -> None:
        """Go on until a lane that was busy has finished, or has used its coins; ``busy`` then says which still are."""
        c = self.control
        for lane in np.flatnonzero(c.busy):
            source = self.sources[lane]
            if c.used[lane] == c.coins.shape[1] and source is not None:
                c.coins[lane] = source.integers(2, size=c.coins.shape[1], dtype=np.uint8)
                c.used[lane] = 0
        run(self.shape, self.memory, self.walk, c, self.rate_decay)

    @property
    def busy(self) -> NDArray[np.bool_]:
        """Which lanes have not finished (8,)."""
        return self.control.busy

    def params(self, lane: int) -> dict[str, Array]:
        """Return the parameters of a lane's net, name -> array; copies."""
        M = self.net.num_sources
        return self.net.unpack(self.memory.W[:, lane].reshape(M, -1).T, self.memory.V[:, lane].reshape(M, -1).T)

    def streams(self, lane: int) -> int:
        """Return how many training streams a lane's net has seen."""
        return int(self.control.streams[lane])

    def symbols(self, lane: int) -> int:
        """Return how many symbols these had."""
        return int(self.control.symbols[lane])

    def lengths(self, lane: int) -> Integers:
        """Return how many predictions were right in each stream of the last test."""
        return self.control.lengths[lane].copy()
