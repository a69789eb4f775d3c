"""The nets of the 1997 paper: sizes, who sees whom, who has a bias, how weights start."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lstmlib.numpy.checks import Array


@dataclass(frozen=True)
class Net:
    """Memory cell blocks between inputs and outputs (Hochreiter and Schmidhuber 1997, section 4, table 10).

    The hidden units are the input gates, the cells (block by block) and the output gates, in this order; forget gates,
    which the paper has none of, come last. Each sees the inputs and, with ``recurrent``, what the hidden units were a
    step before, gates among them. The outputs see the cells, and with ``direct`` the inputs; gates feed no output.

    Attributes:
        input_size: D, the width of the inputs.
        num_blocks: B; 0 is a net without hidden units.
        block_size: S, the cells of a block, which share its gates.
        output_size: O, how many outputs.
        biased: which hidden units have a bias: "all", "gates" or "none".
        output_bias: whether the output units have one.
        output_gates: whether the blocks have output gates (experiments 2a and 2b do without).
        recurrent: whether hidden units see hidden units.
        gates_seen: whether gates are among those that they see, or cells alone.
        direct: whether outputs see the inputs.
        plain: whether g is the logistic function and h the identity (experiments 2a and 2b), in place of the squashing
            functions with the ranges [-2, 2] and [-1, 1].
        linear_output: whether the output units are linear, in place of logistic.
        swapped_ranges: whether g has the range [-1, 1] and h [-2, 2].
        forget_gates: whether each block has a gate that its cells' states are multiplied with at every step.
        constant_seen: whether the outputs' bias comes from a unit that is always 1, and that the hidden units see, too:
            a second bias of theirs. They see it as any unit, as it was a step before; and before the first step it is
            what all units are there. So it is in the authors' later program.
    """

    input_size: int
    num_blocks: int
    block_size: int
    output_size: int
    biased: str = "all"
    output_bias: bool = True
    output_gates: bool = True
    recurrent: bool = True
    gates_seen: bool = True
    direct: bool = False
    plain: bool = False
    linear_output: bool = False
    swapped_ranges: bool = False
    forget_gates: bool = False
    constant_seen: bool = False

    @property
    def ranges(self) -> tuple[float, float]:
        """How far g and h reach to either side of 0, where they are not ``plain``."""
        return (1.0, 2.0) if self.swapped_ranges else (2.0, 1.0)

    @property
    def num_cells(self) -> int:
        """C = B S."""
        return self.num_blocks * self.block_size

    @property
    def num_units(self) -> int:
        """U, the number of cells and gates."""
        return self.num_cells + self.num_blocks * (1 + self.output_gates + self.forget_gates)

    @property
    def seen_units(self) -> range:
        """Which of the hidden units the hidden units see."""
        if not self.recurrent:
            return range(0)
        return range(self.num_units) if self.gates_seen else range(self.num_blocks, self.num_blocks + self.num_cells)

    @property
    def num_sources(self) -> int:
        """M, what a hidden unit can see: inputs, hidden units, perhaps the constant unit, and 1 for the bias."""
        return self.input_size + len(self.seen_units) + self.constant_seen + 1

    @property
    def biased_units(self) -> NDArray[np.bool_]:
        """Which hidden units have a bias (U,)."""
        units = np.full(self.num_units, self.biased == "all")
        if self.biased == "gates":
            units[: self.num_blocks] = True
            units[self.num_blocks + self.num_cells :] = True
        return units

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name -> shape of every parameter that the net has, as in ``lstmlib.numpy.LSTM1997`` where it has the same.

        ``weight_ih`` (U, D), ``weight_hh`` (U, U), or (U, C) where gates aren't seen, and ``bias``, one entry for each
        unit that is biased; then for the outputs ``weight_out`` (O, C), ``weight_direct`` (O, D) and ``bias_out`` (O,);
        and ``weight_constant`` (U,), from the constant unit to the hidden units.
        """
        D, U, C, O = self.input_size, self.num_units, self.num_cells, self.output_size  # noqa: E741
        there = {
            "weight_ih": (U > 0, (U, D)),
            "weight_hh": (len(self.seen_units) > 0, (U, len(self.seen_units))),
            "bias": (bool(self.biased_units.any()), (int(self.biased_units.sum()),)),
            "weight_out": (C > 0, (O, C)),
            "weight_direct": (self.direct, (O, D)),
            "bias_out": (self.output_bias, (O,)),
            "weight_constant": (self.constant_seen, (U,)),
        }
        return {name: shape for name, (exists, shape) in there.items() if exists}

    @property
    def num_weights(self) -> int:
        """How many weights there are, counted as the paper counts them."""
        return sum(int(np.prod(shape)) for shape in self.shapes.values())

    def draw(
        self,
        rng: np.random.Generator,
        weight_range: float = 0.1,
        *,
        input_gate_bias: Sequence[float] | None = None,
        output_gate_bias: Sequence[float] | None = None,
        forget_gate_bias: Sequence[float] | None = None,
        bias_noise: bool = False,
    ) -> dict[str, Array]:
        """Draw parameters.

        What forget gates add is drawn last: all else starts as it would without them.

        Args:
            rng: source of every draw.
            weight_range: all start in U[-weight_range, weight_range].
            input_gate_bias: where the input gates' biases start instead, one number a block; drawn if ``None``.
            output_gate_bias: the same for the output gates.
            forget_gate_bias: the same for the forget gates.
            bias_noise: whether these numbers are added to what was drawn, in place of replacing it.

        Raises:
            ValueError: not as many biases as there are blocks, or biases for units that have none.
        """
        others = replace(self, forget_gates=False).draw(rng, weight_range) if self.forget_gates else {}
        params: dict[str, Array] = {
            name: rng.uniform(-weight_range, weight_range, shape) for name, shape in self.shapes.items()
        }
        for name, value in others.items():
            params[name][tuple(slice(length) for length in value.shape)] = value
        B = self.num_blocks
        for name, there, biases, first in (
            ("input_gate_bias", True, input_gate_bias, 0),
            ("output_gate_bias", self.output_gates, output_gate_bias, -2 * B if self.forget_gates else -B),
            ("forget_gate_bias", self.forget_gates, forget_gate_bias, -B),
        ):
            if biases is None:
                continue
            if len(biases) != B or "bias" not in params or not there:
                raise ValueError(f"{name} is {biases!r}, expected None or {B} numbers for gates that have a bias")
            rows = np.arange(first, first + B)
            params["bias"][rows] = np.array(biases) + (params["bias"][rows] if bias_noise else 0.0)
        return params

    def pack(self, params: dict[str, Array]) -> tuple[Array, Array]:
        """Return the parameters as two matrices: hidden units by what they see (U, M), outputs by what they see.

        A hidden unit sees inputs, hidden units, perhaps the constant unit, 1; an output sees cells, inputs, 1. What
        doesn't exist is 0 in the first matrix, and has no column in the second (O, C + D + 1 or fewer).

        Raises:
            ValueError: names or shapes that are not the net's.
        """
        given = {name: np.shape(value) for name, value in params.items()}
        if given != self.shapes:
            raise ValueError(f"params has the shapes {given}, expected {self.shapes}")
        hidden = np.zeros((self.num_units, self.num_sources))
        if self.num_units:
            hidden[:, : self.input_size] = params["weight_ih"]
        if "weight_hh" in params:
            hidden[:, self.input_size : self.input_size + len(self.seen_units)] = params["weight_hh"]
        if self.constant_seen:
            hidden[:, -2] = params["weight_constant"]
        if "bias" in params:
            hidden[self.biased_units, -1] = params["bias"]
        columns = [params[name] for name in ("weight_out", "weight_direct") if name in params]
        columns += [params["bias_out"][:, None]] if self.output_bias else []
        return hidden, np.hstack(columns)

    def unpack(self, hidden: Array, output: Array) -> dict[str, Array]:
        """Return what ``pack`` was given, as copies."""
        D, C = self.input_size, self.num_cells
        there = {
            "weight_ih": hidden[:, :D],
            "weight_hh": hidden[:, D : D + len(self.seen_units)],
            "bias": hidden[self.biased_units, -1],
            "weight_out": output[:, :C],
            "weight_direct": output[:, C : C + D],
            "bias_out": output[:, -1],
            "weight_constant": hidden[:, -2],
        }
        return {name: there[name].copy() for name in self.shapes}
