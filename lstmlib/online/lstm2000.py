"""Long short-term memory with forget gates, as it was first trained: the truncated gradient, carried forward in time.

The learner of Gers, Schmidhuber and Cummins (2000), sections 2 and 3. It is ``lstmlib.online.lstm1997`` and one factor
more: what a cell keeps of its state it also keeps of how its state depends on the weights.
``lstmlib.online.compiled.lstm2000`` is this file once more, made to run fast.
"""

import numpy as np

from lstmlib.numpy.checks import Array, check_array
from lstmlib.numpy.rnn import sigmoid as f
from lstmlib.online.net2000 import Net2000


class LSTM2000:
    """A net of memory cells with forget gates that learns on-line.

    A step takes the inputs first, then the gates and cells, which see these inputs and the cells' outputs of the step
    before, then the outputs, which see the cells of this step and the inputs. A stream need not have an end::

        learner.reset()                     # once, before a stream
        for x, target in stream:
            y = learner.step(x)
            learner.add_error(target)
            learner.update(learning_rate)   # after each step

    Source: Gers, Schmidhuber and Cummins (2000), sections 2 and 3. The factor 2 of the squared error's derivative is
    left out.

    Args:
        net: sizes; with forget gates, or with states that decay by a constant or not at all.
        params: name -> array, with the shapes of ``net.shapes``; copied.
        traces_decay: whether the traces decay with the states where these decay by a constant, as the gradient has it.
            If not, errors go back undiminished, as in 1997.

    Raises:
        ValueError: parameters that don't fit the net.
    """

    def __init__(self, net: Net2000, params: dict[str, Array], *, traces_decay: bool = True) -> None:
        self.net, self.kept_of_traces = net, net.decay if traces_decay else 1.0
        self.W, self.V = net.pack(params)  # (U, M), (O, M)
        self.dW, self.dV = np.zeros_like(self.W), np.zeros_like(self.V)
        self.y: Array = np.zeros(net.output_size)
        self.reset()

    @property
    def params(self) -> dict[str, Array]:
        """The parameters, name -> array; copies."""
        return self.net.unpack(self.W, self.V)

    def reset(self) -> None:
        """Begin a new stream: outputs of cells, states and traces at zero."""
        C, M = self.net.num_cells, self.net.num_sources
        self.y_c: Array = np.zeros(C)
        self.s: Array = np.zeros(C)
        self.trace_in = np.zeros((C, M))  # ds / dw_in
        self.trace_forget = np.zeros((C, M))  # ds / dw_forget
        self.trace_c = np.zeros((C, M))  # ds / dw_c

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
        B, S, C, F = net.num_blocks, net.block_size, net.num_cells, net.first_cell

        self.seen = np.concatenate([x, self.y_c, [1.0]])  # this step's inputs, the cells of the step before, 1: (M,)
        total = self.W @ self.seen  # (U,)
        y_in = np.repeat(f(total[:B]), S)  # each cell's own gates: (C,)
        y_forget = np.repeat(f(total[B : 2 * B]), S) if net.forget_gates else np.full(C, net.decay)
        g = 4.0 * f(total[F : F + C]) - 2.0
        self.y_out = f(total[F + C :])  # (B,)

        # How the state depends on the weights: what is kept of it, and what this step adds; (3.10), (3.11), (3.12).
        kept = y_forget[:, None] if net.forget_gates else self.kept_of_traces
        g_slope = 0.25 * (2.0 - g) * (2.0 + g)
        self.trace_c = kept * self.trace_c + np.outer(g_slope * y_in, self.seen)
        self.trace_in = kept * self.trace_in + np.outer(g * y_in * (1.0 - y_in), self.seen)
        self.trace_forget = kept * self.trace_forget + np.outer(self.s * y_forget * (1.0 - y_forget), self.seen)

        self.s = y_forget * self.s + y_in * g
        self.h = 2.0 * f(self.s) - 1.0
        self.y_c = np.repeat(self.y_out, S) * self.h
        self.seen_by_outputs = np.concatenate([self.y_c, x, [1.0]])
        self.y = f(self.V @ self.seen_by_outputs)
        return self.y.copy()

    def add_error(self, target: Array) -> None:
        """Add what this step's error asks of every weight.

        Args:
            target: what the outputs should have been (O,).

        Raises:
            TypeError, ValueError: an array of the wrong rank, width or dtype, or NaN in it.
        """
        net = self.net
        target = check_array("target", target, (net.output_size,))
        B, S, C, F = net.num_blocks, net.block_size, net.num_cells, net.first_cell

        e = (target - self.y) * self.y * (1.0 - self.y)
        self.dV += np.outer(e, self.seen_by_outputs)
        to_cells = self.V[:, :C].T @ e  # sum over k of w_kc e_k, (C,)

        e_out = self.y_out * (1.0 - self.y_out) * (self.h * to_cells).reshape(B, S).sum(1)
        self.dW[F + C :] += np.outer(e_out, self.seen)

        e_s = np.repeat(self.y_out, S) * 0.5 * (1.0 - self.h) * (1.0 + self.h) * to_cells
        self.dW[:B] += (e_s[:, None] * self.trace_in).reshape(B, S, -1).sum(1)
        if net.forget_gates:
            self.dW[B:F] += (e_s[:, None] * self.trace_forget).reshape(B, S, -1).sum(1)
        self.dW[F : F + C] += e_s[:, None] * self.trace_c

    def update(self, learning_rate: float) -> None:
        """Change every weight by what was added up, times the learning rate, and start adding from zero.

        Args:
            learning_rate: alpha.
        """
        F, C = self.net.first_cell, self.net.num_cells
        self.dW[F : F + C, -1] = 0.0  # cells have no bias
        self.W += learning_rate * self.dW
        self.V += learning_rate * self.dV
        self.dW[:] = 0.0
        self.dV[:] = 0.0
