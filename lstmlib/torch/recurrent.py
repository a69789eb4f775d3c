"""What the recurrent layers share: parameters, checks, and the loop over the steps."""

from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from lstmlib.numpy.checks import check_size
from lstmlib.torch.checks import check_tensor

Params = dict[str, Tensor]
State = Any  # one tensor (N, H), or a tuple of them


class Recurrent(nn.Module):
    """A recurrent layer: a subclass says what one step does, in ``step``.

    Args:
        input_size: D, the width of x(t).
        hidden_size: H, the width of the state.
        generator: source of the initial parameters, U[-1/sqrt(H), 1/sqrt(H)]; torch's own if ``None``.
        device: where the parameters are.
        dtype: of the parameters; torch's default unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer.
    """

    rows: ClassVar[int]  # of a weight matrix, in units of H
    parts: ClassVar[tuple[str, ...]]  # the names of the state's tensors

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        generator: torch.Generator | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.input_size = D = check_size("input_size", input_size)
        self.hidden_size = H = check_size("hidden_size", hidden_size)
        R = self.rows * H
        shapes = {"weight_ih_l0": (R, D), "weight_hh_l0": (R, H), "bias_ih_l0": (R,), "bias_hh_l0": (R,)}
        for name, shape in shapes.items():
            values = torch.empty(shape, device=device, dtype=dtype).uniform_(-(H**-0.5), H**-0.5, generator=generator)
            self.register_parameter(name, nn.Parameter(values))

    def extra_repr(self) -> str:
        """Return the sizes, for ``print(layer)``."""
        return f"{self.input_size}, {self.hidden_size}"

    def step(self, p: Params, net: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Return the state after one step; its first tensor is the output.

        Args:
            p: the layer's parameters, by their names without "_l0".
            net: what the units get from the input and from its bias (N, R).
            state: the tensors of the state before the step, each (N, H).
        """
        raise NotImplementedError

    def layer_params(self) -> Params:
        """Return the parameters by their names without "_l0"."""
        return {name.removesuffix("_l0"): value for name, value in self.named_parameters()}

    def initial_state(self, batch_size: int) -> State:
        """Return the state before the first step: zeros (N, H), or a tuple of such tensors."""
        like = self.layer_params()["weight_hh"]
        return self._join(tuple(like.new_zeros(batch_size, self.hidden_size) for _ in self.parts))

    def forward(self, x: Tensor, state: State = None) -> tuple[Tensor, State]:
        """Run the layer over a batch of sequences.

        Args:
            x: inputs (T, N, D).
            state: the state before the first step, each of its tensors (N, H); zeros if ``None``.

        Returns:
            y (T, N, H), the output at every step; and the last state.

        Raises:
            TypeError, ValueError: a tensor of the wrong rank, width, dtype or device, an empty one, or NaN in it.
        """
        p = self.layer_params()
        like = p["weight_hh"]
        x = check_tensor("x", x, ("T", "N", self.input_size), like)
        T, N, _ = x.shape
        now = self._split(self.initial_state(N) if state is None else state, N, like)

        net = linear(x, p["weight_ih"], p["bias_ih"])  # (T, N, R), all steps
        y = []
        for t in range(T):
            now = self.step(p, net[t], now)
            y.append(now[0])
        return torch.stack(y), self._join(now)

    def _split(self, state: State, N: int, like: Tensor) -> tuple[Tensor, ...]:
        shape = (N, self.hidden_size)
        if len(self.parts) == 1:
            return (check_tensor("state", state, shape, like),)
        if not isinstance(state, tuple) or len(state) != len(self.parts):
            names = ", ".join(self.parts)
            raise TypeError(f"state is a {type(state).__name__}, expected a pair ({names}), each {shape}")
        return tuple(
            check_tensor(f"state[{k}] ({name})", part, shape, like)
            for k, (name, part) in enumerate(zip(self.parts, state, strict=True))
        )

    def _join(self, parts: tuple[Tensor, ...]) -> State:
        return parts[0] if len(parts) == 1 else parts
