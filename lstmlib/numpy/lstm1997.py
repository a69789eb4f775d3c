"""The memory cell of 1997: blocks of cells behind an input and an output gate, and nothing that forgets."""

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from lstmlib.numpy.checks import Array, check_choice, check_number, check_positive, check_size, shown
from lstmlib.numpy.recurrent import Params, Recurrent, input_gradient
from lstmlib.numpy.rnn import sigmoid

State = tuple[Array, Array]  # (a, s): activations (N, U), cell states (N, B S)
BIASED = ("all", "gates", "none")
GRADIENTS = ("full", "truncated")


class LSTM1997Cache(NamedTuple):
    """What one layer keeps for ``backward``."""

    x: Array  # (T, N, D)
    a: Array  # (T + 1, N, U), the initial state first: input gates, cells' outputs, output gates
    s: Array  # (T + 1, N, B, S), the initial state first
    g: Array  # (T, N, B, S): the cells' squashed inputs
    h: Array  # (T, N, B, S): the cells' squashed states


class LSTM1997(Recurrent):
    """Memory cell blocks: S cells share one input and one output gate; the cell's state is a sum that nothing decays.

    The hidden units are B input gates, B S cells and B output gates, U = B (S + 2) in all. Each sees the inputs x(t)
    and all hidden units' activations a(t-1), gates and cells alike. For block j and its cell v, f the logistic
    function::

        y_in_j(t)  = f(net_in_j(t))
        s_jv(t)    = s_jv(t-1) + y_in_j(t) g(net_c_jv(t))        g(z) = 4 f(z) - 2, in [-2, 2]
        y_out_j(t) = f(net_out_j(t))
        y_c_jv(t)  = y_out_j(t) h(s_jv(t))                       h(z) = 2 f(z) - 1, in [-1, 1]

    The layer's output y(t) is the cells' outputs, (T, N, B S): gates don't feed the layer above. Inputs are those of
    the same step and activations those of the step before, as in the paper's experiments.

    With ``gradient="truncated"`` errors don't flow back from a net input to the activations of the step before, for
    gates and cells alike: what goes back in time goes through the cells' states alone, where it is neither scaled nor
    mixed, in and out of it through gates at one step each. This is the paper's learning rule, with ``backward``
    summing over all steps what the paper adds up forward in time; the two are the same gradient. The gradient for
    x(t) is the one through the units of step t, which the paper has no need for.

    Source: Hochreiter and Schmidhuber (1997), section 4 and appendix A.1, equations (3) to (28).

    ``weight_ih_l0`` (U, D), ``weight_hh_l0`` (U, U) and ``bias_l0``: rows are input gates, cells (block by block) and
    output gates; ``bias_l0`` has an entry for each unit that is biased, in this order. One layer has U (D + U) weights.

    Args:
        input_size: D, the width of x(t).
        num_blocks: B, how many blocks.
        block_size: S, the cells of a block.
        biased: which hidden units have a bias: "all", "gates" (experiment 1) or "none" (experiment 2).
        input_gate_bias: where the input gates' biases start, one number or one a block; ``None`` draws them as the
            other parameters. The paper starts them below 0 against drifting states.
        output_gate_bias: the same for the output gates; the paper starts them below 0 against abuse of the cells.
        gradient: "full" or "truncated".
        weight_range: parameters start in U[-weight_range, weight_range]; the paper takes 0.2 in experiments 1 and 2,
            0.1 in the others.
        num_layers: L; each layer but the first sees the cells' outputs of the one below.
        rng: source of the initial parameters.
        dtype: of the parameters; float64 unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer, an unknown ``biased`` or ``gradient``, a bias
            for gates that have none.
    """

    state_names: ClassVar[tuple[str, ...]] = ("a", "s")

    def __init__(
        self,
        input_size: int,
        num_blocks: int,
        block_size: int = 1,
        *,
        biased: str = "all",
        input_gate_bias: float | Sequence[float] | None = None,
        output_gate_bias: float | Sequence[float] | None = None,
        gradient: str = "full",
        weight_range: float = 0.1,
        num_layers: int = 1,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        check_options(biased, gradient, weight_range)
        self.num_blocks = B = check_size("num_blocks", num_blocks)
        self.block_size = S = check_size("block_size", block_size)
        self.num_units = B * (S + 2)
        self.biased, self.gradient, self.weight_range = biased, gradient, float(weight_range)
        self.biased_units = units_with_bias(biased, B, S)
        starts = gate_biases(input_gate_bias, output_gate_bias, biased, B)
        self.input_gate_bias, self.output_gate_bias = as_given(input_gate_bias), as_given(output_gate_bias)
        super().__init__(input_size, B * S, num_layers=num_layers, rng=rng, dtype=dtype)
        for k in range(self.num_layers):
            for rows, value in starts:
                self.params[f"bias_l{k}"][rows] = value

    def layer_shapes(self, input_size: int) -> dict[str, tuple[int, ...]]:
        """Return the shapes of one layer's parameters; no bias where no unit is biased."""
        U, biased = self.num_units, len(self.biased_units)
        bias: dict[str, tuple[int, ...]] = {"bias": (biased,)} if biased else {}
        return {"weight_ih": (U, input_size), "weight_hh": (U, U)} | bias

    def state_sizes(self) -> tuple[int, ...]:
        """Return (U, B S)."""
        return self.num_units, self.hidden_size

    def initial_bound(self) -> float:
        """Return ``weight_range``."""
        return self.weight_range

    def split(self, units: Array) -> tuple[Array, Array, Array]:
        """Return views of an array (..., U): input gates (..., B, 1), cells (..., B, S), output gates (..., B, 1)."""
        B, S = self.num_blocks, self.block_size
        i, cells, o = units[..., :B], units[..., B : B + B * S], units[..., B + B * S :]
        return i[..., None], cells.reshape(*cells.shape[:-1], B, S), o[..., None]

    def forward_layer(self, p: Params, x: Array, state: State) -> tuple[Array, State, LSTM1997Cache]:
        """Run one layer; the equations of the class's docstring, step by step."""
        T, N, _ = x.shape
        B, S = self.num_blocks, self.block_size
        W_hh, b = p["weight_hh"], np.zeros(self.num_units, p["weight_hh"].dtype)
        b[self.biased_units] = p.get("bias", 0.0)

        net_x = x @ p["weight_ih"].T + b  # (T, N, U), all steps at once
        a = np.empty((T + 1, N, self.num_units), net_x.dtype)
        s = np.empty((T + 1, N, B, S), net_x.dtype)
        g, h = np.empty((2, T, N, B, S), net_x.dtype)
        a[0], s[0] = state[0], state[1].reshape(N, B, S)
        for t in range(T):
            net_in, net_c, net_out = self.split(net_x[t] + a[t] @ W_hh.T)
            y_in, y_c, y_out = self.split(a[t + 1])  # views: a(t) is written through them
            y_in[:] = sigmoid(net_in)
            g[t] = 4.0 * sigmoid(net_c) - 2.0
            s[t + 1] = s[t] + y_in * g[t]
            h[t] = 2.0 * sigmoid(s[t + 1]) - 1.0
            y_out[:] = sigmoid(net_out)
            y_c[:] = y_out * h[t]
        y = a[1:, :, B : B + B * S].copy()
        return y, (a[T].copy(), s[T].reshape(N, B * S).copy()), LSTM1997Cache(x, a, s, g, h)

    def backward_layer(self, p: Params, cache: LSTM1997Cache, dy: Array, dstate: State) -> tuple[Array, State, Params]:
        """Send the error back through one layer, step by step: through everything, or through the cells alone."""
        x, a, _, g, h = cache
        T, N, _ = dy.shape
        B, S = self.num_blocks, self.block_size

        da: Array = dstate[0]
        ds: Array = dstate[1].reshape(N, B, S)
        dnet = np.empty((T, N, self.num_units), a.dtype)
        for t in reversed(range(T)):
            y_in, _, y_out = self.split(a[t + 1])
            da_in, da_c, da_out = self.split(da)
            dy_c = da_c + dy[t].reshape(N, B, S)
            dy_out = da_out + (dy_c * h[t]).sum(-1, keepdims=True)
            ds = ds + dy_c * y_out * 0.5 * (1.0 - h[t]) * (1.0 + h[t])  # h' = (1 - h)(1 + h) / 2
            dy_in = da_in + (ds * g[t]).sum(-1, keepdims=True)
            dnet_in, dnet_c, dnet_out = self.split(dnet[t])  # views
            dnet_in[:] = dy_in * y_in * (1.0 - y_in)
            dnet_c[:] = ds * y_in * 0.25 * (2.0 - g[t]) * (2.0 + g[t])  # g' = (2 - g)(2 + g) / 4
            dnet_out[:] = dy_out * y_out * (1.0 - y_out)
            # ds goes on to the step before as it is: the self-recurrence is 1.
            da = dnet[t] @ p["weight_hh"] if self.gradient == "full" else np.zeros_like(da)

        flat = dnet.reshape(T * N, -1)
        grads: Params = {"weight_ih": flat.T @ x.reshape(T * N, -1), "weight_hh": flat.T @ a[:-1].reshape(T * N, -1)}
        if "bias" in p:
            grads["bias"] = flat.sum(0)[self.biased_units]
        first: State = (da, ds.reshape(N, B * S).copy())
        return input_gradient(p, dnet), first, grads


def check_options(biased: str, gradient: str, weight_range: float) -> None:
    """Refuse what ``LSTM1997`` can't be.

    Raises:
        TypeError, ValueError: an unknown ``biased`` or ``gradient``, or a range that is no positive number.
    """
    check_choice("biased", biased, BIASED)
    check_choice("gradient", gradient, GRADIENTS)
    check_positive("weight_range", weight_range)


def units_with_bias(biased: str, num_blocks: int, block_size: int) -> list[int]:
    """Return which of the hidden units have a bias: input gates, cells, output gates in this order."""
    U = num_blocks * (block_size + 2)
    gates = [*range(num_blocks), *range(U - num_blocks, U)]
    return {"all": list(range(U)), "gates": gates, "none": []}[biased]


def gate_biases(
    input_gate_bias: float | Sequence[float] | None,
    output_gate_bias: float | Sequence[float] | None,
    biased: str,
    num_blocks: int,
) -> list[tuple[slice, Array]]:
    """Return where in the bias vector the gates' biases stand, and what to put there; nothing for ``None``.

    Raises:
        TypeError, ValueError: a bias for gates that have none, no finite number, or not as many as there are blocks.
    """
    starts = []
    given = {"input_gate_bias": input_gate_bias, "output_gate_bias": output_gate_bias}
    for (name, value), rows in zip(given.items(), (slice(0, num_blocks), slice(-num_blocks, None)), strict=True):
        if value is None:
            continue
        if biased == "none":
            raise ValueError(f"{name} is {shown(value)}, expected None where no unit is biased")
        value = value.tolist() if isinstance(value, np.ndarray) else value
        each = list(value) if isinstance(value, list | tuple) else [value] * num_blocks
        if len(each) != num_blocks:
            raise ValueError(f"{name} has shape ({len(each)},), expected one number or ({num_blocks},)")
        starts.append((rows, np.array([check_number(name, one) for one in each])))
    return starts


def as_given(bias: Any) -> Any:
    """Return a bias as it was given, but of nothing that could change later."""
    bias = bias.tolist() if isinstance(bias, np.ndarray) else bias
    return tuple(bias) if isinstance(bias, list) else bias
