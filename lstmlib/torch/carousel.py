"""The constant error carousel alone, as an ``nn.Module``: the equations of ``lstmlib.numpy.Carousel``."""

from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import linear

from lstmlib.numpy.carousel import check_options
from lstmlib.torch.padding import read_padded
from lstmlib.torch.recurrent import Params, Recurrent, State
from lstmlib.torch.rnn import FUNCTIONS

SQUASHING = FUNCTIONS | {"identity": torch.nn.Identity()}


class Carousel(Recurrent):
    """Units that add up what comes in: s(t) = s(t-1) + g(W_ih x(t) + b), y(t) = h(s(t)).

    With ``doors=True`` the last two numbers of x(t) are i(t) and o(t), set from outside and shared by all units:
    s(t) = s(t-1) + i(t) g(W_ih x(t) + b), y(t) = o(t) h(s(t)). With ``loop="free"`` each unit's weight to itself is
    learnt. ``lstmlib.numpy.Carousel`` says more, and gives the parameters' shapes.

    Source: Hochreiter and Schmidhuber (1997), section 3.2.

    Args:
        input_size: D, the width of x(t), the two doors included.
        hidden_size: H, the number of units.
        g: the squashing function at the entry: "identity", "tanh", "relu" or "logistic".
        h: the one at the exit.
        loop: "fixed" at 1, or "free" to be learnt.
        doors: whether x(t) ends with i(t) and o(t).
        num_layers: L; each layer but the first sees the one below.
        generator: source of the initial parameters; torch's own if ``None``. A free loop's weights start at 1.
        device: where the parameters are.
        dtype: of the parameters; torch's default unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer, an unknown ``g``, ``h`` or ``loop``; doors
            without a further input, or for more than one layer.
    """

    state_names: ClassVar[tuple[str, ...]] = ("s",)

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        g: str = "identity",
        h: str = "identity",
        loop: str = "fixed",
        doors: bool = False,
        num_layers: int = 1,
        generator: torch.Generator | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        check_options(input_size, g, h, loop, doors, num_layers)
        # nn.Module takes plain attributes before its own __init__, which asks for the shapes that follow from them.
        self.g, self.h, self.loop, self.doors = g, h, loop, bool(doors)
        super().__init__(
            input_size, hidden_size, num_layers=num_layers, generator=generator, device=device, dtype=dtype
        )
        if loop == "free":
            with torch.no_grad():
                for k in range(self.num_layers):
                    self.get_parameter(f"weight_hh_l{k}").fill_(1.0)

    def layer_shapes(self, input_size: int) -> dict[str, tuple[int, ...]]:
        """Return the shapes of one layer's parameters; a weight a unit for the loop, where it is free."""
        H = self.hidden_size
        loop: dict[str, tuple[int, ...]] = {"weight_hh": (H,)} if self.loop == "free" else {}
        return {"weight_ih": (H, input_size - 2 * self.doors), "bias": (H,)} | loop

    def from_input(self, p: Params, x: Tensor) -> Tensor:
        """Return what comes in at every step (T, N, H)."""
        if self.doors:
            return x[..., -2:-1] * SQUASHING[self.g](linear(x[..., :-2], p["weight_ih"], p["bias"]))
        return SQUASHING[self.g](linear(x, p["weight_ih"], p["bias"]))

    def step(self, p: Params, net: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Return (s(t),) from what comes in (N, H) and (s(t-1),)."""
        return (p["weight_hh"] * state[0] + net if self.loop == "free" else state[0] + net,)

    def output(self, state: tuple[Tensor, ...]) -> Tensor:
        """Return h(s(t)) (N, H); the right door comes after it, in ``forward``."""
        return SQUASHING[self.h](state[0])

    def forward(self, x: Tensor, state: State = None, lengths: Tensor | None = None) -> tuple[Tensor, State]:
        """Run the layer over a batch of sequences; arguments, results and errors as for the other layers.

        Args:
            x: inputs (T, N, D).
            state: s before the first step (N, H), or (L, N, H) where there are L > 1 layers; zeros if ``None``.
            lengths: how many steps each sequence has (N,); all T if ``None``.
        """
        y, last = super().forward(x, state, lengths)
        if not self.doors:
            return y, last
        x, _ = read_padded("x", x, ("T", "N", self.input_size), lengths, like=x)
        return x[..., -1:] * y, last
