"""The memory cell of 1997 as an ``nn.Module``: the equations of ``lstmlib.numpy.LSTM1997``."""

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import linear

from lstmlib.numpy.checks import check_size
from lstmlib.numpy.lstm1997 import as_given, check_options, gate_biases, units_with_bias
from lstmlib.torch.recurrent import Params, Recurrent


class LSTM1997(Recurrent):
    """Memory cell blocks: S cells share one input and one output gate; the cell's state is a sum that nothing decays.

    The hidden units are B input gates, B S cells and B output gates, U = B (S + 2) in all. Each sees the inputs x(t)
    and all hidden units' activations a(t-1), gates and cells alike. For block j and its cell v, f the logistic
    function::

        y_in_j(t)  = f(net_in_j(t))
        s_jv(t)    = s_jv(t-1) + y_in_j(t) g(net_c_jv(t))        g(z) = 4 f(z) - 2, in [-2, 2]
        y_out_j(t) = f(net_out_j(t))
        y_c_jv(t)  = y_out_j(t) h(s_jv(t))                       h(z) = 2 f(z) - 1, in [-1, 1]

    With ``gradient="truncated"`` no error flows back from a net input to a(t-1): the activations are detached there.
    ``lstmlib.numpy.LSTM1997`` says more, and names the parameters' rows.

    Source: Hochreiter and Schmidhuber (1997), section 4 and appendix A.1, equations (3) to (28).

    Args:
        input_size: D, the width of x(t).
        num_blocks: B, how many blocks.
        block_size: S, the cells of a block.
        biased: which hidden units have a bias: "all", "gates" or "none".
        input_gate_bias: where the input gates' biases start, one number or one a block; ``None`` draws them as the
            other parameters.
        output_gate_bias: the same for the output gates.
        gradient: "full" or "truncated".
        weight_range: parameters start in U[-weight_range, weight_range].
        num_layers: L; each layer but the first sees the cells' outputs of the one below.
        generator: source of the initial parameters; torch's own if ``None``.
        device: where the parameters are.
        dtype: of the parameters; torch's default unless told.

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
        generator: torch.Generator | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        check_options(biased, gradient, weight_range)
        # nn.Module takes plain attributes before its own __init__, which asks for the shapes that follow from them.
        self.num_blocks = B = check_size("num_blocks", num_blocks)
        self.block_size = S = check_size("block_size", block_size)
        self.num_units = B * (S + 2)
        self.biased, self.gradient, self.weight_range = biased, gradient, float(weight_range)
        self.biased_units = units_with_bias(biased, B, S)
        starts = gate_biases(input_gate_bias, output_gate_bias, biased, B)
        self.input_gate_bias, self.output_gate_bias = as_given(input_gate_bias), as_given(output_gate_bias)
        super().__init__(input_size, B * S, num_layers=num_layers, generator=generator, device=device, dtype=dtype)
        with torch.no_grad():
            for k in range(self.num_layers):
                for rows, value in starts:
                    bias = self.get_parameter(f"bias_l{k}")
                    bias[rows] = torch.tensor(value, dtype=bias.dtype, device=bias.device)

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

    def from_input(self, p: Params, x: Tensor) -> Tensor:
        """Return what the units get from the input and from their bias, where they have one (T, N, U)."""
        if self.biased == "all":
            return linear(x, p["weight_ih"], p["bias"])
        net = linear(x, p["weight_ih"])
        if self.biased == "none":
            return net
        gates = torch.tensor(self.biased_units, device=x.device)
        return net.index_add(2, gates, p["bias"].to(net.dtype).expand(*net.shape[:2], -1))

    def step(self, p: Params, net: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Return (a(t), s(t)) from the input's part of the net inputs (N, U) and (a(t-1), s(t-1))."""
        a, s = state
        N, B, S = a.shape[0], self.num_blocks, self.block_size
        a = a.detach() if self.gradient == "truncated" else a
        units = torch.sigmoid(net + linear(a, p["weight_hh"]))  # (N, U)
        y_in, y_out = units[:, :B], units[:, -B:]
        g = 4.0 * units[:, B:-B].reshape(N, B, S) - 2.0
        s = s.view(N, B, S) + y_in[:, :, None] * g
        y_c = y_out[:, :, None] * (2.0 * torch.sigmoid(s) - 1.0)
        return torch.cat([y_in, y_c.reshape(N, B * S), y_out], dim=1), s.reshape(N, B * S)

    def output(self, state: tuple[Tensor, ...]) -> Tensor:
        """Return the cells' outputs (N, B S)."""
        return state[0][:, self.num_blocks : -self.num_blocks]
