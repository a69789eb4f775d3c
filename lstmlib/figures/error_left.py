"""How far an error reaches, as an interactive figure: untrained nets of any cell, bias and spectral radius."""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

from typing import Any

import numpy as np
import traitlets as t

from lstmlib.numpy import GRU, LSTM, RNN, CoupledLSTM, PeepholeLSTM
from lstmlib.numpy.checks import Array
from lstmlib.numpy.error_flow import UNITS, error_left
from lstmlib.page import bundle
from lstmlib.page.figure import Figure

CELLS = ("Elman net", "LSTM", "peepholes", "coupled gates", "GRU")
LAGS = (10, 20, 50, 100, 200, 500, 1000)
_KINDS: dict[str, Any] = {"LSTM": LSTM, "peepholes": PeepholeLSTM, "coupled gates": CoupledLSTM}
# What links in the chapters set.
PLACES = (
    "elman-net;lag=200",
    "lstm;bias=0;lag=200",
    "lstm;bias=3;lag=200",
    "lstm;bias=5;lag=1000",
    "coupled-gates;bias=3;lag=200",
    "gru;bias=3;lag=200",
)


def make(cell: str, bias: float, radius: float, rng: np.random.Generator) -> Any:
    """Return an untrained layer of one input and ``UNITS`` units.

    Args:
        cell: one of ``CELLS``.
        bias: where the gate that keeps starts, both bias vectors together; an Elman net has none.
        radius: the spectral radius of each block of recurrent weights, a gate's or the candidate's; 0 leaves them as
            drawn.
        rng: source of the weights.
    """
    layer: Any
    if cell == "Elman net":
        layer = RNN(1, UNITS, rng=rng)
    elif cell == "GRU":
        layer = GRU(1, UNITS, rng=rng)
        layer.params["bias_ih_l0"][UNITS : 2 * UNITS] = bias
        layer.params["bias_hh_l0"][UNITS : 2 * UNITS] = 0.0
    else:
        layer = _KINDS[cell](1, UNITS, forget_bias=bias, rng=rng)
    if radius:
        for block in np.split(layer.params["weight_hh_l0"], len(layer.params["weight_hh_l0"]) // UNITS):
            block *= radius / np.abs(np.linalg.eigvals(block)).max()
    return layer


class ErrorLeft(Figure):
    """What share of an error is left, lag by lag, in five untrained nets that read noise; curves can be kept.

    The numbers are those of ``lstmlib.numpy.error_flow.error_left``.

    Args:
        cell: one of ``CELLS``.
        bias: where the gate that keeps starts, -2 to 6.
        radius: the spectral radius of each block of recurrent weights, 0 (as drawn) to 3.
        lag: how far back, one of ``LAGS``.
        kept: curves that were kept, at most four, each {"cell", "bias", "radius"}.

    Raises:
        traitlets.TraitError: an unknown name, or a number outside its range.
    """

    _name = "error_left"
    _esm = bundle.module_script("error_left")
    _state = ("cell", "bias", "radius", "lag", "kept")

    cell = t.Enum(CELLS, "LSTM").tag(sync=True)
    bias = t.Float(1.0, min=-2.0, max=6.0).tag(sync=True)
    radius = t.Float(0.0, min=0.0, max=3.0).tag(sync=True)
    lag = t.Enum(LAGS, 200).tag(sync=True)
    kept = t.List(t.Dict(), maxlen=4).tag(sync=True)

    def shares(self) -> Array:
        """Return what the library says of the nets that are chosen, (5, lag + 1): a net a row."""
        return error_left(lambda rng: make(self.cell, self.bias, self.radius, rng), self.lag)

    def _without_script(self) -> str:
        """Return the still picture, and what links to set-ups lead to."""
        places = "".join(f'<span id="flow:{place}"></span>' for place in PLACES)
        return places + super()._without_script()
