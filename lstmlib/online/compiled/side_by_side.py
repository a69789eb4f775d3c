"""Sequences laid before eight nets: what each net is asked, how its answers are measured, and when it stops.

All compiled learners of whole sequences share it; what a step and an error do to a net is theirs.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmlib.online.compiled.jit import larger, part, smaller
from lstmlib.online.compiled.lanes import LANES, Floats, Integers
from lstmlib.tasks.batch import Batch
from lstmlib.tasks.symbols import Symbols

# When a lane stops before its last sequence.
NEVER, WHEN_WRONG, AT_GOOD_WINDOW = 0, 1, 2


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


@part
def measure(shape: Any, m: Any, tray: Any, c: Any, lane: int, n: int, t: int) -> None:
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
                lowest = smaller(lowest, m.y[k, lane])
            else:
                highest = larger(highest, m.y[k, lane])
        else:
            c.worst[lane] = larger(c.worst[lane], abs(error))
    if c.by_order[lane]:
        c.worst[lane] = larger(c.worst[lane], highest - lowest)
    c.answers[lane] += shape.O


@part
def finish(shape: Any, m: Any, tray: Any, c: Any, lane: int) -> bool:
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


def _tray(D: int, O: int, N: int, T: int, *, symbolic: bool, by_class: bool, by_order: bool) -> Tray:  # noqa: E741
    """Return an empty tray; see ``SideBySide`` for what the arguments are."""
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


def _control(window: int, by_order: bool) -> Control:
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


class SideBySide:
    """Eight learners side by side; each has a lane, with its own sequences and its own rule to stop.

    Args:
        D: inputs.
        O: outputs.
        num_sequences: N, how many sequences a lane has room for.
        num_steps: T, the most steps of a sequence.
        symbolic: whether inputs come as numbers of symbols.
        by_class: whether targets come as numbers of output units.
        by_order: whether sequences are judged by which outputs are the most active; then ``load`` wants ``allowed``.
        window: how many sequences the rule ``AT_GOOD_WINDOW`` looks back.
    """

    full = False  # whether the gradient is the full one, known at a sequence's end
    late = False  # whether changes come one step late

    def __init__(
        self,
        D: int,
        O: int,  # noqa: E741
        num_sequences: int,
        num_steps: int,
        *,
        symbolic: bool = True,
        by_class: bool = True,
        by_order: bool = False,
        window: int = 1,
    ) -> None:
        self.by_class = by_class
        sizes = D, O, num_sequences, num_steps
        self.tray = _tray(*sizes, symbolic=symbolic, by_class=by_class, by_order=by_order)
        self.control = _control(window, by_order)

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
        if self.by_class:
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
            ValueError: changes after each step along the full gradient, which is known at a sequence's end, or one step
                late.
        """
        if each_step and self.full:
            raise ValueError("each_step is True, expected False with the full gradient")
        if each_step and self.late:
            raise ValueError("each_step is True, expected False where changes come one step late")
        c = self.control
        c.n[lane], c.t[lane], c.stop[lane] = start, 0, stop
        c.learning_rate[lane], c.each_step[lane] = learning_rate, each_step
        c.rule[lane], c.tolerance[lane] = rule, tolerance
        c.allowed_wrong[lane], c.mean_below[lane], c.measure[lane] = allowed_wrong, mean_below, 2 if squared else 1
        c.worst[lane], c.absolute[lane], c.squared[lane], c.answers[lane] = -np.inf, 0.0, 0.0, 0
        c.failed[lane] = 0
        c.busy[lane] = start < stop

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
