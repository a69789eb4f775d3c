"""The neural sequence chunker: a net that learns to expect, and one above it that sees only what was not expected.

``lstmlib.online.compiled.chunker`` is this file once more, made to run fast.
"""

from dataclasses import dataclass

import numpy as np

from lstmlib.numpy.checks import Array, check_array
from lstmlib.online.simple import SimpleNet, SimpleRecurrent


@dataclass(frozen=True)
class ChunkerNet:
    """Two nets without memory cells, one above the other, in Hochreiter and Schmidhuber's (1997) experiment 2a.

    Attributes:
        num_symbols: inputs of both nets, and outputs of the upper one.
        hidden_size: hidden units of each net. The lower one has as many outputs more, for those of the upper one.
        outputs_taught: whether it has outputs for the upper one's outputs, too, as in Schmidhuber (1992).
        joined: whether both nets see beside a symbol what should have been said at the step before, as there. Where
            the next symbol is to be said this is the symbol once more, but at a sequence's first step nothing.
        delayed: see ``SimpleNet``; of both nets.
    """

    num_symbols: int
    hidden_size: int = 1
    outputs_taught: bool = False
    joined: bool = False
    delayed: bool = False

    @property
    def input_size(self) -> int:
        """The width of both nets' inputs."""
        return 2 * self.num_symbols if self.joined else self.num_symbols

    @property
    def lower(self) -> SimpleNet:
        """The automatizer, which says the next symbol, and what the hidden units of the upper net are."""
        outputs = self.num_symbols + self.hidden_size + (self.num_symbols if self.outputs_taught else 0)
        return SimpleNet(self.input_size, self.hidden_size, outputs, delayed=self.delayed)

    @property
    def upper(self) -> SimpleNet:
        """The chunker, which says the next symbol that the lower net does not expect."""
        return SimpleNet(self.input_size, self.hidden_size, self.num_symbols, delayed=self.delayed)

    @property
    def num_weights(self) -> int:
        """How many weights there are, counted as the paper counts them, in the lower net alone."""
        return self.lower.num_weights

    def draw(self, rng: np.random.Generator, weight_range: float = 0.2) -> dict[str, Array]:
        """Draw parameters from U[-weight_range, weight_range]: the lower net's, and with ``upper_`` the upper net's."""
        upper = self.upper.draw(rng, weight_range)
        return self.lower.draw(rng, weight_range) | {f"upper_{name}": value for name, value in upper.items()}

    def split(self, params: dict[str, Array]) -> tuple[dict[str, Array], dict[str, Array]]:
        """Return the lower and the upper net's parameters by the names of ``SimpleNet.shapes``."""
        start = "upper_"
        lower = {name: value for name, value in params.items() if not name.startswith(start)}
        return lower, {name[len(start) :]: value for name, value in params.items() if name.startswith(start)}


class Chunker:
    """The two nets, learning on-line.

    The lower net sees every symbol and is trained to say the next one. Whenever a symbol comes that it did not expect,
    the upper net is shown this symbol, and trained to have said it after the last one that it was shown. For it the lag
    between two symbols is only as long as there are surprises between them. The lower net has to say the upper one's
    hidden units, too, at every step; so it learns to keep what the upper net keeps, and in the end to expect what only
    the upper net could::

        chunker.reset()
        for x, target in sequence:              # target: the symbol that comes next
            y = chunker.step(x, target)
        chunker.update(learning_rate)           # after the sequence, or after each step

    Source: Schmidhuber (1992), "Learning complex, extended sequences using the principle of history compression"; the
    nets are those of Hochreiter and Schmidhuber (1997), section 5.2. What counts as expected is not given there.

    Args:
        net: sizes.
        params: name -> array, as ``net.draw`` returns them; copied.
        tolerance: a symbol was expected if all the lower net's outputs were nearer to it.
        steps_back: see ``SimpleRecurrent``; of both nets.

    Raises:
        ValueError: parameters that don't fit the net, or a negative number of steps.
    """

    def __init__(
        self, net: ChunkerNet, params: dict[str, Array], tolerance: float = 0.25, *, steps_back: int | None = None
    ) -> None:
        self.net, self.tolerance = net, tolerance
        lower, upper = net.split(params)
        self.lower = SimpleRecurrent(net.lower, lower, steps_back=steps_back)
        self.upper = SimpleRecurrent(net.upper, upper, steps_back=steps_back)
        self.reset()

    @property
    def params(self) -> dict[str, Array]:
        """The parameters, name -> array; copies."""
        return self.lower.params | {f"upper_{name}": value for name, value in self.upper.params.items()}

    def reset(self) -> None:
        """Begin a new sequence, whose first symbol nobody expects."""
        self.lower.reset()
        self.upper.reset()
        self.expected = False
        self.asked: Array = np.zeros(self.net.num_symbols)  # what should have been said at the step before

    def step(self, x: Array, target: Array) -> Array:
        """Take one step, and add what its errors ask of every weight.

        Args:
            x: the symbol that has come (D,), one-hot.
            target: the symbol that comes next (D,), one-hot.

        Returns:
            which symbol the lower net expects (D,).

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, or NaN in it.
        """
        target = check_array("target", target, (self.net.num_symbols,))
        seen = np.concatenate([x, self.asked]) if self.net.joined else x
        if not self.expected:
            self.upper.step(seen)
        y = self.lower.step(seen)[: self.net.num_symbols]
        self.lower.add_error(
            np.concatenate([target, self.upper.h, *([self.upper.y] if self.net.outputs_taught else [])])
        )
        self.asked = target
        self.expected = bool(np.abs(target - y).max() < self.tolerance)
        if not self.expected:
            self.upper.add_error(target)
        return y

    def update(self, learning_rate: float) -> None:
        """Change every weight of both nets by what was added up, times the learning rate.

        Args:
            learning_rate: alpha.
        """
        self.lower.update(learning_rate)
        self.upper.update(learning_rate)
