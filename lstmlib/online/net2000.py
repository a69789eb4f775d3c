"""The nets of Gers, Schmidhuber and Cummins (2000): memory cell blocks with a third gate, which forgets."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lstmlib.numpy.checks import Array


@dataclass(frozen=True)
class Net2000:
    """Memory cell blocks between inputs and outputs (Gers, Schmidhuber and Cummins 2000, section 4).

    The hidden units are the input gates, the forget gates, the cells (block by block) and the output gates, in this
    order. Each sees the inputs and the cells' outputs; unlike in 1997 no unit sees a gate. The outputs see the cells
    and the inputs. Gates and outputs have a bias, cells have none.

    Attributes:
        input_size: D, the width of the inputs.
        num_blocks: B, how many blocks.
        block_size: S, the cells of a block, which share its gates.
        output_size: O, how many outputs.
        forget_gates: whether the blocks have them.
        decay: what the cells' states are multiplied with at each step where there are no forget gates; 1 keeps them.
    """

    input_size: int
    num_blocks: int
    block_size: int
    output_size: int
    forget_gates: bool = True
    decay: float = 1.0

    @property
    def num_cells(self) -> int:
        """C = B S."""
        return self.num_blocks * self.block_size

    @property
    def first_cell(self) -> int:
        """The place of the first cell among the hidden units."""
        return self.num_blocks * (2 if self.forget_gates else 1)

    @property
    def num_units(self) -> int:
        """U, the gates and cells."""
        return self.first_cell + self.num_cells + self.num_blocks

    @property
    def num_sources(self) -> int:
        """M, what a hidden unit or an output can see, inputs, cells, and 1 for the bias."""
        return self.input_size + self.num_cells + 1

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name -> shape of every parameter.

        ``weight_ih`` (U, D), ``weight_hh`` (U, C), ``bias`` (U - C,) of the gates; then for the outputs ``weight_out``
        (O, C), ``weight_direct`` (O, D) and ``bias_out`` (O,).
        """
        D, U, C, O = self.input_size, self.num_units, self.num_cells, self.output_size  # noqa: E741
        return {
            "weight_ih": (U, D),
            "weight_hh": (U, C),
            "bias": (U - C,),
            "weight_out": (O, C),
            "weight_direct": (O, D),
            "bias_out": (O,),
        }

    @property
    def num_weights(self) -> int:
        """How many weights there are."""
        return sum(int(np.prod(shape)) for shape in self.shapes.values())

    def draw(
        self,
        rng: np.random.Generator,
        weight_range: float = 0.2,
        *,
        input_gate_bias: Sequence[float] | None = None,
        forget_gate_bias: Sequence[float] | None = None,
        output_gate_bias: Sequence[float] | None = None,
    ) -> dict[str, Array]:
        """Draw parameters.

        Args:
            rng: source of every draw.
            weight_range: all start in U[-weight_range, weight_range].
            input_gate_bias: where the input gates' biases start instead, one number a block; drawn if ``None``.
            forget_gate_bias: the same for the forget gates.
            output_gate_bias: the same for the output gates.

        Raises:
            ValueError: not as many biases as there are blocks, or biases for gates that there are not.
        """
        params: dict[str, Array] = {
            name: rng.uniform(-weight_range, weight_range, shape) for name, shape in self.shapes.items()
        }
        B = self.num_blocks
        for name, biases, rows in (
            ("input_gate_bias", input_gate_bias, slice(0, B)),
            ("forget_gate_bias", forget_gate_bias, slice(B, 2 * B)),
            ("output_gate_bias", output_gate_bias, slice(-B, None)),
        ):
            if biases is None:
                continue
            if len(biases) != B or (name == "forget_gate_bias" and not self.forget_gates):
                raise ValueError(f"{name} is {biases!r}, expected None or {B} numbers for gates that the net has")
            params["bias"][rows] = biases
        return params

    def pack(self, params: dict[str, Array]) -> tuple[Array, Array]:
        """Return the parameters as two matrices: hidden units by what they see (U, M), outputs by what they see (O, M).

        A hidden unit sees inputs, cells, 1; an output sees cells, inputs, 1. The cells' biases, which don't exist, are
        0 in the first matrix.

        Raises:
            ValueError: names or shapes that are not the net's.
        """
        given = {name: np.shape(value) for name, value in params.items()}
        if given != self.shapes:
            raise ValueError(f"params has the shapes {given}, expected {self.shapes}")
        C, F = self.num_cells, self.first_cell
        bias = np.concatenate([params["bias"][:F], np.zeros(C), params["bias"][F:]])
        hidden = np.hstack([params["weight_ih"], params["weight_hh"], bias[:, None]])
        output = np.hstack([params["weight_out"], params["weight_direct"], params["bias_out"][:, None]])
        return hidden, output

    def unpack(self, hidden: Array, output: Array) -> dict[str, Array]:
        """Return what ``pack`` was given, as copies."""
        D, C, F = self.input_size, self.num_cells, self.first_cell
        there = {
            "weight_ih": hidden[:, :D],
            "weight_hh": hidden[:, D:-1],
            "bias": np.delete(hidden[:, -1], slice(F, F + C)),
            "weight_out": output[:, :C],
            "weight_direct": output[:, C : C + D],
            "bias_out": output[:, -1],
        }
        return {name: value.copy() for name, value in there.items()}
