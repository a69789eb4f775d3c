"""Gates that learn when to open: a net of two or three cells, trained in the page, as an interactive figure."""

import numpy as np
import traitlets as t

from lstmlib.numpy.checks import Array
from lstmlib.online import Net
from lstmlib.page import bundle
from lstmlib.page.figure import Figure
from lstmlib.tasks import Batch, keep_first

T = 10
TASKS = ("keep", "bias")
NEGATIVE = (-2.0, -4.0, -6.0)  # the paper's, from block to block


class LearningDoors(Figure):
    """A net of 1997 that learns on-line, by its truncated gradient, to keep the first of ten numbers.

    Source: Hochreiter and Schmidhuber (1997), section 4, with the abuse problem and its remedy by negative biases.

    Args:
        task: "keep", the number at the end and 0 before, with two blocks of one cell; or "bias", one more than the
            number at the end, with three blocks and no bias at the output.
        rate: the learning rate.
        negative: whether output gates start with biases of -2, -4 and -6; else they are drawn as all weights are.
        seed: of weights and sequences.
        guess: after how many sequences the reader expects a loss below 10 percent; 0 for no guess.
        result: how far the page is: {"shown", "good", "params"}; good is when the loss was first below 10 percent.

    Raises:
        traitlets.TraitError: an unknown task, or a number outside its range.
    """

    _name = "doors"
    _esm = bundle.module_script("doors")
    _state = ("task", "rate", "negative", "seed", "guess")

    task = t.Enum(TASKS, "keep").tag(sync=True)
    rate = t.Float(0.1, min=0.0, max=1.0).tag(sync=True)
    negative = t.Bool(False).tag(sync=True)
    seed = t.Int(0, min=0).tag(sync=True)
    guess = t.Int(0, min=0, max=20_000).tag(sync=True)
    result = t.Dict().tag(sync=True)

    def net(self) -> Net:
        """Return the net of the task."""
        return Net(3, 3 if self.task == "bias" else 2, 1, 1, linear_output=True, output_bias=self.task != "bias")

    def params(self) -> dict[str, Array]:
        """Return the weights with which the net starts: name -> array."""
        net = self.net()
        biases = NEGATIVE[: net.num_blocks] if self.negative else None
        return net.draw(np.random.default_rng([self.seed, 0]), 0.5, output_gate_bias=biases)

    def sequences(self, count: int, rng: np.random.Generator) -> Batch:
        """Draw sequences; x (T, N, 3) is a number, a mark at the first step, a mark at the last.

        Args:
            count: N, how many; the page draws 500 at a time, from ``default_rng([seed, 1])``.
            rng: source of the numbers.
        """
        batch, last = keep_first(T, count, rng, quiet=self.task == "keep"), np.zeros((T, count, 1))
        last[-1] = 1.0
        one_more = np.where(np.arange(T) == T - 1, 1.0, 0.0)[:, None, None] if self.task == "bias" else 0.0
        return batch._replace(x=np.concatenate([batch.x, last], -1), target=batch.target + one_more)
