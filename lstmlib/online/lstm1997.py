"""Long short-term memory as it was trained in 1997: the truncated gradient, carried forward in time.

The equations and their numbers are those of Hochreiter and Schmidhuber (1997), appendix A.1. ``lstmlib.numpy.LSTM1997``
computes the same gradient backward in time; ``lstmlib.online.compiled.lstm1997`` is this file once more, made to run
fast. Forget gates are here for comparison: the paper has none.
"""

import numpy as np

from lstmlib.numpy.checks import Array, check_array
from lstmlib.numpy.rnn import sigmoid as f
from lstmlib.online.net import Net


class LSTM1997:
    """A net of memory cells that learns on-line.

    A step takes the inputs first, then the hidden units, which see these inputs and each other's activations of the
    step before, then the outputs, which see the cells of this step. What a weight of an input gate or a cell did to the
    cell's state since the sequence began is carried in a trace, one number for each such weight and cell; so an error
    can be turned into a change of weights at once, whenever it comes::

        learner.reset()
        for x, target in sequence:
            y = learner.step(x)
            learner.add_error(target)       # where there is one
        learner.update(learning_rate)       # after the sequence, or after each step

    What was added up survives ``reset``. So a program that changes weights one step late, as the authors' later one
    does, calls ``update`` after the next sequence's first step, and what that step's error asks for is in the change.

    Source: Hochreiter and Schmidhuber (1997), appendix A.1. The factor 2 of the squared error's derivative is left out,
    as in equation (19).

    Args:
        net: sizes and connections.
        params: name -> array, with the shapes of ``net.shapes``; copied.
        initial_activation: of all hidden units before the first step. The paper says 0.
        output_slope: whether an output's error is multiplied with its slope y (1 - y), as equation (19) says. Without
            the slope the rule is that of the cross-entropy, and outputs near 0 and 1 don't stop learning.
        slope_offset: what is added to that slope: 0.1 in Fahlman (1988), so that it is nowhere 0.

    Raises:
        ValueError: parameters that don't fit the net.
    """

    def __init__(
        self,
        net: Net,
        params: dict[str, Array],
        initial_activation: float = 0.0,
        *,
        output_slope: bool = True,
        slope_offset: float = 0.0,
    ) -> None:
        self.net = net
        self.output_slope, self.slope_offset = output_slope, slope_offset
        self.initial_activation = initial_activation
        self.W, self.V = net.pack(params)  # (U, M), (O, K)
        self.dW, self.dV = np.zeros_like(self.W), np.zeros_like(self.V)
        self.y: Array = np.zeros(net.output_size)
        self.reset()

    @property
    def params(self) -> dict[str, Array]:
        """The parameters, name -> array; copies."""
        return self.net.unpack(self.W, self.V)

    def reset(self) -> None:
        """Begin a new sequence: activations at their initial value, states and traces at zero."""
        U, C, M = self.net.num_units, self.net.num_cells, self.net.num_sources
        self.a: Array = np.full(U, self.initial_activation)
        self.s: Array = np.zeros(C)
        self.trace_in = np.zeros((C, M))  # ds / dw_in
        self.trace_c = np.zeros((C, M))  # ds / dw_c
        self.trace_forget = np.zeros((C, M))  # ds / dw_forget, if there are forget gates
        self.constant = self.initial_activation  # of the constant unit, if there is one; 1 from the first step on

    def step(self, x: Array) -> Array:
        """Take one step.

        Args:
            x: the inputs (D,).

        Returns:
            the outputs (O,).

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, or NaN in it.
        """
        net = self.net
        x = check_array("x", x, (net.input_size,))
        B, S, C = net.num_blocks, net.block_size, net.num_cells

        # What hidden units see: this step's inputs, the activations of the step before, 1.
        before = [*self.a[net.seen_units], self.constant] if net.constant_seen else self.a[net.seen_units]
        self.seen, self.constant = np.concatenate([x, before, [1.0]]), 1.0  # (M,)
        total = self.W @ self.seen  # (U,), equations (7) and (8)
        y_in = f(total[:B])
        gates = f(total[B + C :])  # output gates, forget gates, as far as there are any
        self.y_out = gates[:B] if net.output_gates else np.ones(B)
        if net.forget_gates:
            self._forget(np.repeat(gates[-B:], S))
        if net.plain:
            g = f(total[B : B + C])
            g_slope = g * (1.0 - g)
        else:
            G, _ = net.ranges  # 2
            g = 2.0 * G * f(total[B : B + C]) - G  # (5)
            g_slope = 0.5 / G * (G - g) * (G + g)

        y_in_c = np.repeat(y_in, S)  # each cell's input gate (C,)
        self.trace_in += np.outer(g * y_in_c * (1.0 - y_in_c), self.seen)  # (25)
        self.trace_c += np.outer(g_slope * y_in_c, self.seen)  # (27)
        self.s = self.s + y_in_c * g  # (9)
        _, H = net.ranges  # 1
        self.h = self.s if net.plain else 2.0 * H * f(self.s) - H  # (4)
        y_c = np.repeat(self.y_out, S) * self.h  # (9)

        self.a = np.concatenate([y_in, y_c, gates])
        # What outputs see: the cells of this step, perhaps the inputs, perhaps 1.
        self.seen_by_outputs = np.concatenate([y_c, x if net.direct else [], [1.0] if net.output_bias else []])
        total = self.V @ self.seen_by_outputs
        self.y = total if net.linear_output else f(total)
        return self.y.copy()

    def _forget(self, y_forget: Array) -> None:
        """Multiply the states with their forget gates (C,), and the traces with them."""
        kept = y_forget[:, None]
        self.trace_in = kept * self.trace_in
        self.trace_c = kept * self.trace_c
        self.trace_forget = kept * self.trace_forget + np.outer(self.s * y_forget * (1.0 - y_forget), self.seen)
        self.s = y_forget * self.s

    def add_error(self, target: Array) -> None:
        """Add what this step's error asks of every weight.

        Args:
            target: what the outputs should have been (O,).

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, or NaN in it.
        """
        net = self.net
        target = check_array("target", target, (net.output_size,))
        B, S, C = net.num_blocks, net.block_size, net.num_cells

        sloped = self.output_slope and not net.linear_output
        slope = self.y * (1.0 - self.y) + self.slope_offset if sloped else 1.0
        e = slope * (target - self.y)  # (19)
        self.dV += np.outer(e, self.seen_by_outputs)  # (22)
        to_cells = self.V[:, :C].T @ e  # sum over k of w_kc e_k, (C,)

        if net.output_gates:
            to_gates = (self.h * to_cells).reshape(B, S).sum(1)
            e_out = self.y_out * (1.0 - self.y_out) * to_gates  # (21)
            self.dW[B + C : B + C + B] += np.outer(e_out, self.seen)  # (22)

        _, H = net.ranges  # 1
        h_slope = np.ones(C) if net.plain else 0.5 / H * (H - self.h) * (H + self.h)
        e_s = np.repeat(self.y_out, S) * h_slope * to_cells  # (23)
        self.dW[:B] += (e_s[:, None] * self.trace_in).reshape(B, S, -1).sum(1)  # (26)
        self.dW[B : B + C] += e_s[:, None] * self.trace_c  # (28)
        if net.forget_gates:
            self.dW[-B:] += (e_s[:, None] * self.trace_forget).reshape(B, S, -1).sum(1)

    def update(self, learning_rate: float) -> None:
        """Change every weight by what was added up, times the learning rate, and start adding from zero.

        Args:
            learning_rate: alpha.
        """
        self.dW[~self.net.biased_units, -1] = 0.0  # biases that don't exist
        self.W += learning_rate * self.dW
        self.V += learning_rate * self.dV
        self.dW[:] = 0.0
        self.dV[:] = 0.0
