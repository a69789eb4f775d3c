"""What a step of the learner of 1997 costs, counted by numbers that count themselves."""

import math
from typing import NamedTuple

import numpy as np

from lstmlib.online.lstm1997 import LSTM1997
from lstmlib.online.net import Net


class Tally:
    """How many multiplications there were."""

    def __init__(self) -> None:
        self.products = 0


class Counted:
    """A number that adds one to a tally for every product it takes part in."""

    __slots__ = ("tally", "value")

    def __init__(self, value: float, tally: Tally) -> None:
        self.value, self.tally = float(value), tally

    def _other(self, other: object) -> float:
        return other.value if isinstance(other, Counted) else float(other)  # type: ignore[arg-type]

    def __mul__(self, other: object) -> "Counted":
        self.tally.products += 1
        return Counted(self.value * self._other(other), self.tally)

    def __add__(self, other: object) -> "Counted":
        return Counted(self.value + self._other(other), self.tally)

    def __sub__(self, other: object) -> "Counted":
        return Counted(self.value - self._other(other), self.tally)

    def __rsub__(self, other: object) -> "Counted":
        return Counted(self._other(other) - self.value, self.tally)

    __rmul__, __radd__ = __mul__, __add__

    def tanh(self) -> "Counted":
        """Return the hyperbolic tangent; NumPy calls it for arrays of objects."""
        return Counted(math.tanh(self.value), self.tally)

    def __float__(self) -> float:
        return self.value


class Cost(NamedTuple):
    """What the learner does and keeps.

    Attributes:
        weights: W, those of hidden units and outputs, biases among them.
        step: multiplications of one ``step``.
        error: multiplications of one ``add_error``.
        carried: numbers carried from step to step: traces, states, activations, and the changes added up so far.
    """

    weights: int
    step: int
    error: int
    carried: int


def count(net: Net, seed: int = 0) -> Cost:
    """Run one step of ``LSTM1997`` with an error, and return what it cost.

    Source: Hochreiter and Schmidhuber (1997), equation (29), says that it is O(W) a step.

    Args:
        net: sizes and connections.
        seed: of weights, inputs and targets; the count doesn't depend on it.
    """
    rng, tally = np.random.default_rng(seed), Tally()
    learner = LSTM1997(net, net.draw(rng))
    # A product counts if one of its factors does: weights do, and all that is computed from them.
    as_counted = np.frompyfunc(lambda value: Counted(value, tally), 1, 1)
    for name in ("W", "V", "dW", "dV", "trace_in", "trace_c", "s"):
        setattr(learner, name, as_counted(getattr(learner, name)))
    learner.step(rng.uniform(-1.0, 1.0, net.input_size))
    step, tally.products = tally.products, 0
    learner.add_error(rng.uniform(0.0, 1.0, net.output_size))
    carried = (learner.trace_in, learner.trace_c, learner.s, learner.a, learner.dW, learner.dV)
    return Cost(net.num_weights, step, tally.products, sum(array.size for array in carried))
