"""What the recurrent layers share: parameters, layers on top of each other, sequences of different length, both paths.

A cell's own file holds its equations and nothing else, in ``step``. The readable path is a loop over it. The fast path
is torch's own kernel, for the layers that torch has.
"""

import math
from collections.abc import Callable
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn.functional import linear
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from lstmlib.numpy.checks import check_flag, check_size, named
from lstmlib.torch.checks import batched, check_tensor, read_parameter
from lstmlib.torch.initial import uniform
from lstmlib.torch.module import Module
from lstmlib.torch.padding import read_padded, zero_past_end

Params = dict[str, Tensor]
State = Any  # one tensor (N, H), or a tuple of them; (L, N, H) where there are L > 1 layers
Kernel = Callable[..., tuple[Tensor, ...]]


class Recurrent(Module):
    """A recurrent layer, or several on top of each other; a subclass says what one step does.

    Args:
        input_size: D, the width of x(t).
        hidden_size: H, the width of y(t).
        num_layers: L; each layer but the first sees the one below.
        fast: run torch's own kernel where there is one. On a GPU that is cuDNN's, which can't be differentiated twice;
            the readable loop can, everywhere.
        generator: source of the initial parameters; torch's own if ``None``.
        device: where the parameters are.
        dtype: of the parameters; torch's default unless told.

    Raises:
        TypeError, ValueError: a size that is not a positive integer.
    """

    gates: ClassVar[int]  # how many blocks of H rows a weight matrix has
    state_names: ClassVar[tuple[str, ...]]

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        num_layers: int = 1,
        fast: bool = False,
        generator: torch.Generator | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.input_size = check_size("input_size", input_size)
        self.hidden_size = check_size("hidden_size", hidden_size)
        self.num_layers = check_size("num_layers", num_layers)
        self.fast = check_flag("fast", fast)
        for k in range(self.num_layers):
            for name, shape in self._shapes(k).items():
                value = uniform(shape, self.initial_bound(), generator, device, dtype)
                self.register_parameter(f"{name}_l{k}", value)

    # What a cell says of itself.

    def layer_shapes(self, input_size: int) -> dict[str, tuple[int, ...]]:
        """Return the shapes of one layer's parameters, by their names without the "_l0" that counts the layers."""
        rows, H = self.gates * self.hidden_size, self.hidden_size
        return {"weight_ih": (rows, input_size), "weight_hh": (rows, H), "bias_ih": (rows,), "bias_hh": (rows,)}

    def state_sizes(self) -> tuple[int, ...]:
        """Return the width of each tensor of the state."""
        return (self.hidden_size,) * len(self.state_names)

    def initial_bound(self) -> float:
        """Return the largest magnitude that a parameter can start with: 1/sqrt(H), as in torch.nn."""
        return float(self.hidden_size**-0.5)

    def kernel(self) -> Kernel | None:
        """Return torch's own function for all steps at once, or ``None`` where the layer is not one of torch's."""
        return None

    def from_input(self, p: Params, x: Tensor) -> Tensor:
        """Return what the units get from the input and from its bias, all steps at once (T, N, R)."""
        return linear(x, p["weight_ih"], p["bias_ih"])

    def step(self, p: Params, net: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Return the state after one step.

        Args:
            p: the layer's parameters, by their names without "_l0".
            net: the step's part of what ``from_input`` returned (N, R).
            state: the tensors of the state before the step, each (N, H).
        """
        raise NotImplementedError

    def output(self, state: tuple[Tensor, ...]) -> Tensor:
        """Return y(t) (N, H), given the state after the step: its first tensor."""
        return state[0]

    # What follows from it.

    @property
    def num_parameters(self) -> int:
        """How many numbers the equations have, every weight and one bias a unit, as papers count.

        torch.nn keeps two bias vectors that are only ever added together, so ``parameters()`` hold as many numbers
        more as ``bias_hh_l0`` has entries (4H a layer for an LSTM).
        """
        return sum(
            math.prod(shape)
            for k in range(self.num_layers)
            for name, shape in self._shapes(k).items()
            if not name.startswith("bias_hh")
        )

    @property
    def num_operations(self) -> int:
        """How many multiply-adds one step of one sequence takes, one a parameter (a bias weighs a constant).

        Left out is what is done once a unit and not once a weight: the squashing functions and the products of gates.
        """
        return self.num_parameters

    def layer_params(self, k: int) -> Params:
        """Return the parameters of layer ``k``, by their names without "_l{k}".

        They are the module's attributes, and not what ``named_parameters`` lists: a parameter may be computed from
        others (``torch.nn.utils.parametrizations``, pruning), be shared, or belong to a replica. Each is read once in
        a forward pass, since reading may compute it.
        """
        return {name: read_parameter(self, f"{name}_l{k}", shape) for name, shape in self._shapes(k).items()}

    def like(self) -> Tensor:
        """Return a tensor of the parameters' dtype, on their device."""
        return read_parameter(self, "weight_ih_l0", self._shapes(0)["weight_ih"])

    def _shapes(self, k: int) -> dict[str, tuple[int, ...]]:
        return self.layer_shapes(self.input_size if k == 0 else self.hidden_size)

    def initial_state(self, batch_size: int) -> State:
        """Return the state before the first step: zeros, each tensor (N, H), or (L, N, H) where there are layers."""
        zeros = self._zeros(check_size("batch_size", batch_size), self.like())
        return self._join([part if self.num_layers > 1 else part[0] for part in zeros])

    def forward(self, x: Tensor, state: State = None, lengths: Tensor | None = None) -> tuple[Tensor, State]:
        """Run the layer over a batch of sequences.

        Args:
            x: inputs (T, N, D).
            state: the state before the first step, each tensor (N, H), or (L, N, H) where there are L > 1 layers;
                zeros if ``None``.
            lengths: how many steps each sequence has (N,), integers from 1 to T; all T if ``None``. What x holds past
                a sequence's end is never looked at; y is zero there, and the last state is the one at the end.

        Returns:
            y (T, N, H), the top layer's output at every step; and the last state.

        Raises:
            TypeError, ValueError: a tensor of the wrong rank, width, dtype or device, an empty one, or NaN in it.
        """
        layers = [self.layer_params(k) for k in range(self.num_layers)]
        like = layers[0]["weight_ih"]
        x, inside = read_padded("x", x, ("T", "N", self.input_size), lengths, like)
        first = self._zeros(x.shape[1], like) if state is None else self._split(state, x.shape[1], like)
        kernel = self.kernel() if self.fast and not self._kernel_fails(x) else None
        if kernel is not None:
            y, last = self._run_kernel(kernel, layers, x, first, lengths)
        else:
            y, last = self._run_loop(layers, x, first, inside)
        return y, self._join([part if self.num_layers > 1 else part[0] for part in last])

    def _kernel_fails(self, x: Tensor) -> bool:
        """Return whether torch's kernels can't compute this: under vmap, or, on some CPUs, under autocast."""
        return batched() or (x.device.type == "cpu" and torch.is_autocast_enabled("cpu"))

    def _run_loop(
        self, layers: list[Params], x: Tensor, first: list[Tensor], inside: Tensor | None
    ) -> tuple[Tensor, list[Tensor]]:
        """Take the steps one by one, layer by layer."""
        ends = []
        for k, p in enumerate(layers):
            state = tuple(part[k] for part in first)
            net, y = self.from_input(p, x), []
            for t in range(x.shape[0]):
                new = self.step(p, net[t], state)
                if inside is not None:  # a sequence that has ended keeps its state
                    new = tuple(torch.where(inside[t, :, None], a, b) for a, b in zip(new, state, strict=True))
                state = new
                y.append(self.output(state))
            x = zero_past_end(torch.stack(y), inside)
            ends.append(state)
        return x, [torch.stack(parts) for parts in zip(*ends, strict=True)]

    def _run_kernel(
        self, kernel: Kernel, layers: list[Params], x: Tensor, first: list[Tensor], lengths: Tensor | None
    ) -> tuple[Tensor, list[Tensor]]:
        """Hand all to torch's kernel, packed where lengths differ."""
        first = [part.contiguous() for part in first]  # which cuDNN asks for
        weights = [value for p in layers for value in p.values()]
        options = (True, self.num_layers, 0.0, self.training, False)  # biases, layers, dropout, training, directions
        if lengths is None:
            y, *last = kernel(x, first if len(first) > 1 else first[0], weights, *options, False)
            return y, last
        packed = pack_padded_sequence(x, lengths.cpu(), enforce_sorted=False)
        assert packed.sorted_indices is not None  # given back by pack_padded_sequence
        assert packed.unsorted_indices is not None
        hx = [part.index_select(1, packed.sorted_indices) for part in first]
        y, *last = kernel(packed.data, packed.batch_sizes, hx if len(hx) > 1 else hx[0], weights, *options)
        y, _ = pad_packed_sequence(
            PackedSequence(y, packed.batch_sizes, packed.sorted_indices, packed.unsorted_indices),
            total_length=x.shape[0],
        )
        return y, [part.index_select(1, packed.unsorted_indices) for part in last]

    def _zeros(self, batch_size: int, like: Tensor) -> list[Tensor]:
        """Return the tensors of the state before the first step, each (L, N, H)."""
        return [like.new_zeros(self.num_layers, batch_size, size) for size in self.state_sizes()]

    def _split(self, state: State, batch_size: int, like: Tensor) -> list[Tensor]:
        """Return the tensors of the state, each (L, N, H), after a look at them."""
        layers = (self.num_layers,) if self.num_layers > 1 else ()
        shapes = [(*layers, batch_size, size) for size in self.state_sizes()]
        if len(shapes) == 1:
            parts = [check_tensor("state", state, shapes[0], like)]
        else:
            if not isinstance(state, tuple) or len(state) != len(shapes):
                what = f"a pair ({', '.join(self.state_names)})"
                each = " and ".join(str(shape) for shape in dict.fromkeys(shapes))
                raise TypeError(f"state is {named(state)}, expected {what}, each {each}")
            parts = [
                check_tensor(f"state[{k}] ({name})", part, shape, like)
                for k, (name, part, shape) in enumerate(zip(self.state_names, state, shapes, strict=True))
            ]
        return parts if layers else [part[None] for part in parts]

    def _join(self, parts: list[Tensor]) -> State:
        return parts[0] if len(self.state_names) == 1 else tuple(parts)
