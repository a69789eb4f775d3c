"""Nets without memory cells, learning on-line: real-time recurrent learning, and Elman's look at one step alone.

``lstmlib.online.compiled.simple`` is this file once more, made to run fast.
"""

from dataclasses import dataclass

import numpy as np

from lstmlib.numpy.checks import Array, check_array
from lstmlib.numpy.rnn import sigmoid as f


@dataclass(frozen=True)
class SimpleNet:
    """A net without memory cells and without biases: hidden units see the inputs and each other.

    In experiments 2a and 2b of Hochreiter and Schmidhuber (1997) there is one hidden unit, and outputs see the inputs,
    too.

    Attributes:
        input_size: D, the width of the inputs.
        hidden_size: H, how many hidden units.
        output_size: O, how many outputs.
        direct: whether outputs see the inputs.
        recurrent_outputs: whether the outputs are the last of the hidden units, which then see them as well: Williams
            and Zipser's (1989) net. Other weights to outputs there are none.
        delayed: whether outputs see the hidden units as they were at the step before, as every unit sees all others in
            a net that is one recurrent layer; the inputs they see at once.
    """

    input_size: int
    hidden_size: int
    output_size: int
    direct: bool = True
    recurrent_outputs: bool = False
    delayed: bool = False

    def __post_init__(self) -> None:
        if self.recurrent_outputs and (self.direct or self.hidden_size < self.output_size):
            raise ValueError(
                f"the outputs are to be among {self.hidden_size} hidden units: expected direct=False, and at least "
                f"{self.output_size}"
            )
        if self.delayed and self.recurrent_outputs:
            raise ValueError("delayed is True, expected False where the outputs are hidden units themselves")

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name -> shape of every parameter that the net has.

        ``weight_ih`` (H, D), ``weight_hh`` (H, H), ``weight_out`` (O, H), and ``weight_direct`` (O, D) with ``direct``;
        with ``recurrent_outputs`` the first two alone.
        """
        D, H, O = self.input_size, self.hidden_size, self.output_size  # noqa: E741
        there: dict[str, tuple[int, ...]] = {"weight_ih": (H, D), "weight_hh": (H, H)}
        there |= {} if self.recurrent_outputs else {"weight_out": (O, H)}
        return there | {"weight_direct": (O, D)} if self.direct else there

    @property
    def num_weights(self) -> int:
        """How many weights there are."""
        return sum(int(np.prod(shape)) for shape in self.shapes.values())

    def draw(self, rng: np.random.Generator, weight_range: float = 0.2) -> dict[str, Array]:
        """Draw parameters from U[-weight_range, weight_range]."""
        return {name: rng.uniform(-weight_range, weight_range, shape) for name, shape in self.shapes.items()}

    def pack(self, params: dict[str, Array]) -> tuple[Array, Array]:
        """Return the parameters as two matrices, copies.

        The first is hidden units by inputs and hidden units (H, D + H), the second outputs by hidden units and inputs
        (O, H + D), (O, H) without the latter, or (O, 0) with ``recurrent_outputs``.

        Raises:
            ValueError: names or shapes that are not the net's.
        """
        given = {name: np.shape(value) for name, value in params.items()}
        if given != self.shapes:
            raise ValueError(f"params has the shapes {given}, expected {self.shapes}")
        outward = [params[name] for name in ("weight_out", "weight_direct") if name in params]
        nothing = np.zeros((self.output_size, 0))
        return np.hstack([params["weight_ih"], params["weight_hh"]]), np.hstack([nothing, *outward])

    def unpack(self, hidden: Array, output: Array) -> dict[str, Array]:
        """Return what ``pack`` was given, as copies."""
        D, H = self.input_size, self.hidden_size
        there = {"weight_ih": hidden[:, :D], "weight_hh": hidden[:, D:]}
        there |= {} if self.recurrent_outputs else {"weight_out": output[:, :H]}
        there |= {"weight_direct": output[:, H:]} if self.direct else {}
        return {name: value.copy() for name, value in there.items()}


class SimpleRecurrent:
    """A net without memory cells that learns on-line.

    What each weight did to each hidden unit since the sequence began is carried along, so that an error can be turned
    into a change of weights at once, whenever it comes (Williams and Zipser 1989). Added up over a sequence, the
    changes are those of backpropagation through time. It is used as ``lstmlib.online.LSTM1997`` is.

    Source: Williams and Zipser (1989), and Elman (1990) for ``look_back=False``. The factor 2 of the squared error's
    derivative is left out.

    Args:
        net: sizes and connections.
        params: name -> array, with the shapes of ``net.shapes``; copied.
        look_back: whether the gradient goes back to the sequence's beginning. If not, the hidden units of the step
            before count as inputs, as in Elman's net.
        steps_back: how many steps back the gradient goes at most, as in Schmidhuber's (1992) chunker; to the beginning
            if ``None``. 0 is ``look_back=False``.
        initial: what the hidden units are before a sequence's first step.

    Raises:
        ValueError: parameters that don't fit the net, or a negative number of steps.
    """

    def __init__(
        self,
        net: SimpleNet,
        params: dict[str, Array],
        *,
        look_back: bool = True,
        steps_back: int | None = None,
        initial: float = 0.0,
    ) -> None:
        if steps_back is not None and steps_back < 0:
            raise ValueError(f"steps_back is {steps_back}, expected None or at least 0")
        self.net, self.look_back, self.steps_back, self.initial = net, look_back, steps_back, initial
        self.W, self.V = net.pack(params)  # (H, D + H); (O, H + D), (O, H) or (O, 0)
        self.dW, self.dV = np.zeros_like(self.W), np.zeros_like(self.V)
        self.y: Array = np.zeros(net.output_size)
        self.reset()

    @property
    def params(self) -> dict[str, Array]:
        """The parameters, name -> array; copies."""
        return self.net.unpack(self.W, self.V)

    def reset(self) -> None:
        """Begin a new sequence: hidden units as they start, and their sensitivities at zero."""
        H, D = self.net.hidden_size, self.net.input_size
        self.h: Array = np.full(H, self.initial)
        self.sensitivity = np.zeros((H, H, D + H))  # [k, u, s]: dh_k / dw from source s to unit u
        self.recent: list[Array] = []  # what the weights did at each of the last steps, where older ones don't count

    def step(self, x: Array) -> Array:
        """Take one step.

        Args:
            x: the inputs (D,).

        Returns:
            the outputs (O,).

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, or NaN in it.
        """
        H, D = self.net.hidden_size, self.net.input_size
        x = check_array("x", x, (D,))
        seen = np.concatenate([x, self.h])
        h_before, sensitivity_before = self.h, self.sensitivity
        self.h = f(self.W @ seen)

        # What a weight did before comes through the recurrent weights; now it acts on its own unit by its source.
        before = self.sensitivity if self.look_back else np.zeros_like(self.sensitivity)
        through = np.tensordot(self.W[:, D:], before, 1)  # (H, H, D + H)
        through[np.arange(H), np.arange(H)] += seen
        slope = (self.h * (1.0 - self.h))[:, None, None]
        self.sensitivity = slope * through
        if self.steps_back is not None:
            # The same, step by step: what was done at each of them has come through the recurrent weights once more.
            now = np.zeros_like(through)
            now[np.arange(H), np.arange(H)] = seen
            older = [np.tensordot(self.W[:, D:], part, 1) for part in self.recent[-self.steps_back :]]
            self.recent = [slope * part for part in [*(older if self.steps_back else []), now]]
            self.sensitivity = np.sum(self.recent, axis=0)

        if self.net.recurrent_outputs:
            self.y = self.h[-self.net.output_size :]
            return self.y.copy()
        h, self.sensitivity_seen = (h_before, sensitivity_before) if self.net.delayed else (self.h, self.sensitivity)
        self.seen_by_outputs = np.concatenate([h, x]) if self.net.direct else h
        self.y = f(self.V @ self.seen_by_outputs)
        return self.y.copy()

    def add_error(self, target: Array) -> None:
        """Add what this step's error asks of every weight.

        Args:
            target: what the outputs should have been (O,).

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, or NaN in it.
        """
        target = check_array("target", target, (self.net.output_size,))
        if self.net.recurrent_outputs:  # the slope of an output is in its sensitivity
            self.dW += np.tensordot(target - self.y, self.sensitivity[-self.net.output_size :], 1)
            return
        e = (target - self.y) * self.y * (1.0 - self.y)
        self.dV += np.outer(e, self.seen_by_outputs)
        to_hidden = self.V[:, : self.net.hidden_size].T @ e  # (H,)
        self.dW += np.tensordot(to_hidden, self.sensitivity_seen, 1)

    def update(self, learning_rate: float) -> None:
        """Change every weight by what was added up, times the learning rate, and start adding from zero.

        Args:
            learning_rate: alpha.
        """
        self.W += learning_rate * self.dW
        self.V += learning_rate * self.dV
        self.dW[:] = 0.0
        self.dV[:] = 0.0
