"""``lstmlib.online.lstm2000`` compiled, to train and test nets on streams of symbols that don't end.

As in ``lstm1997.py`` eight nets go side by side, and none of them depends on its neighbours. Weights change after each
symbol.

A stream is a walk through a grammar's graph: at each node a coin says which symbol comes next. Training and testing
take turns: a training stream goes on until the net makes an error, then the net is tested, without learning, on streams
that go on until it makes one, then comes the next training stream.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.checks import Array
from lstmlib.online.compiled.jit import entry, larger, part, smaller
from lstmlib.online.compiled.lanes import LANES, Floats, Integers, aligned_rows, load, store
from lstmlib.online.compiled.lstm2000_steps import Memory, Shape, forward, learn, reset
from lstmlib.online.net2000 import Net2000
from lstmlib.tasks.embedded_reber import Walk

# When a prediction is right: all outputs are nearer to their targets than a tolerance, or those of all symbols that can
# come next are the most active.
BY_DISTANCE, BY_ORDER = 0, 1
# A learning rate below this one is taken for 0: what it adds to a weight is lost when the sum is rounded.
NOTHING = 1e-40


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


@part
def _wrong(shape: Any, m: Any, allowed: Any, coming: int, lane: int) -> bool:
    """Put target minus output into ``m.e``, and return whether the prediction is wrong."""
    lowest, highest, farthest = np.inf, -np.inf, 0.0
    for k in range(shape.O):
        y, can = m.y[k, lane], allowed[k]
        error = (1.0 * can if shape.possible else 1.0 * (k == coming)) - y
        m.e[k, lane] = error
        farthest = larger(farthest, abs(error))
        if can:
            lowest = smaller(lowest, y)
        else:
            highest = larger(highest, y)
    return not lowest > highest if shape.rule == BY_ORDER else not farthest < shape.tolerance


@part
def _begin(shape: Any, m: Any, walk: Any, c: Any, lane: int) -> None:
    """Begin a new stream, of training or of a test."""
    reset(shape, m, lane)
    c.symbol[lane] = walk.symbol[shape.first, 0]
    c.node[lane] = walk.node[shape.first, 0]
    c.t[lane] = 0
    m.rate[0, lane] = 0.0 if c.testing[lane] else c.learning_rate[lane]


@part
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


@entry
def run(shape: Any, m: Any, walk: Any, c: Any, decay: float) -> None:
    """Go on with all lanes that are busy, until one of them has finished or has no coins left."""
    C = m.s.shape[0]
    first_cell = m.a.shape[0] - shape.B - C
    active = np.flatnonzero(c.busy)
    going = len(active) > 0
    while going:
        for i in active:
            m.seen[c.symbol[i], i] = 1.0
        forward(shape, m)
        for i in active:
            node, coin = c.node[i], c.coins[i, c.used[i]]
            c.used[i] += 1
            c.coming[i] = walk.symbol[node, coin]
            c.node[i] = walk.node[node, coin]
            c.wrong[i] = _wrong(shape, m, walk.allowed[node], c.coming[i], i)
        learning = False
        for i in active:
            learning = learning or m.rate[0, i] > 0.0
        if learning:  # else no weight changes, and the traces begin anew with the next training stream
            learn(shape, m)
        for k in range(C):
            store(m.seen, shape.D + k, load(m.a, first_cell + k))
        for i in active:
            m.seen[c.symbol[i], i] = 0.0
            testing = c.testing[i]
            m.rate[0, i] *= decay
            if m.rate[0, i] < NOTHING:
                m.rate[0, i] = 0.0
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
                reset(shape, m, i)
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
        traces_decay: see ``LSTM2000``.
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
        traces_decay: bool = True,
        num_tests: int = 10,
        num_coins: int = 1 << 16,
    ) -> None:
        size = walk.allowed.shape[1]
        if (net.input_size, net.output_size) != (size, size):
            raise ValueError(f"net has {net.input_size} inputs and {net.output_size} outputs, expected {size} of both")
        self.net, self.walk, self.rate_decay = net, walk, rate_decay
        U, M, C, O = net.num_units, net.num_sources, net.num_cells, net.output_size  # noqa: E741
        traces = float(net.decay) if traces_decay else 1.0
        rule = BY_ORDER if by_order else BY_DISTANCE
        self.shape = Shape(
            *(net.input_size, net.num_blocks, net.block_size, O, net.forget_gates, float(net.decay)),
            *(traces, possible, rule, tolerance, resets, 0),
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
