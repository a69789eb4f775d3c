"""Numbers noted under names and asked for: self-attention and an LSTM, both set by hand, as an interactive figure."""

# traitlets leaves its decorators untyped.
# mypy: disable-error-code="untyped-decorator"

from typing import Any

import numpy as np
import traitlets as t

from lstmlib.numpy.attention import MultiHeadAttention
from lstmlib.numpy.checks import Array
from lstmlib.numpy.lstm import LSTM
from lstmlib.page import bundle
from lstmlib.page.figure import Figure

NAMES = ("Ann", "Bob", "Cem", "Dia", "Eve")
STEPS = 8
SIZE = len(NAMES) + 3  # of x(t): the name, one-hot; the number; whether it asks; the step
NUMBER, ASKS, STEP = range(len(NAMES), SIZE)
MATCH, BLOCK, SLOPE = 48.0, 96.0, 6.0  # what the same name, a question, and being one step later do to a score
WIDE = 40.0  # the logistic function is 1 there, and next to 0 at minus this
SMALL = 1e-6  # the LSTM works on so small a scale that its tanh is a straight line


class AssociativeRecall(Figure):
    """Steps that note a number under a name, and steps that ask for a name's last number.

    Causal self-attention with one head finds the answer by comparing names: a score is ``MATCH`` for the same name,
    less ``BLOCK`` if the step found asks itself, plus ``SLOPE`` times its step if steps are told. An LSTM with one
    cell for each of the first names keeps one number for each: a note empties its cell and writes it, a question
    shows it.

    Args:
        names: the name at each step, 0 (Ann) to 4 (Eve), (8,).
        numbers: what each step notes if it doesn't ask, 1 to 9, (8,).
        asks: which steps ask, (8,).
        told: whether self-attention is told which step is which.
        cells: of the LSTM, 1 to 5.
        step: the step shown, 1 to 8.

    Raises:
        traitlets.TraitError: a list of another length, or a value outside its range.
    """

    _name = "recall"
    _esm = bundle.module_script("recall")
    _state = ("names", "numbers", "asks", "told", "cells", "step")

    names = t.List(t.Int(min=0, max=len(NAMES) - 1), default_value=[0, 1, 2, 1, 0, 2, 1, 0]).tag(sync=True)
    numbers = t.List(t.Int(min=1, max=9), default_value=[4, 7, 2, 5, 9, 3, 6, 8]).tag(sync=True)
    asks = t.List(t.Bool(), default_value=[False] * 3 + [True] * 5).tag(sync=True)
    told = t.Bool(False).tag(sync=True)
    cells = t.Int(3, min=1, max=len(NAMES)).tag(sync=True)
    step = t.Int(5, min=1, max=STEPS).tag(sync=True)

    @t.validate("names", "numbers", "asks")
    def _check_length(self, proposal: Any) -> list[Any]:
        if len(proposal.value) != STEPS:
            raise t.TraitError(f"{proposal.trait.name} has {len(proposal.value)} steps, expected {STEPS}")
        return list(proposal.value)

    def inputs(self) -> Array:
        """Return the steps as both layers read them, (8, 1, 8): the name one-hot, the number, if it asks, the step."""
        x = np.zeros((STEPS, 1, SIZE))
        x[:, 0, : len(NAMES)] = np.eye(len(NAMES))[self.names]
        x[:, 0, NUMBER] = np.where(self.asks, 0, self.numbers)
        x[:, 0, ASKS] = self.asks
        x[:, 0, STEP] = range(1, STEPS + 1)
        return x

    def attention(self) -> MultiHeadAttention:
        """Return self-attention that looks for the same name: a query and a key are names, a value is a number."""
        layer = MultiHeadAttention(SIZE, 1, causal=True)
        for value in layer.params.values():
            value[...] = 0.0
        query, key, value = np.split(layer.params["in_proj_weight"], 3)
        for name in range(len(NAMES)):
            query[name, name], key[name, name] = MATCH * SIZE**0.5, 1.0  # the layer divides by the root
        layer.params["in_proj_bias"][ASKS] = SIZE**0.5  # an entry of every query, for what speaks for or against a key
        key[ASKS, ASKS], key[ASKS, STEP] = -BLOCK, SLOPE * self.told
        value[NUMBER, NUMBER] = layer.params["out_proj.weight"][NUMBER, NUMBER] = 1.0
        return layer

    def lstm(self) -> LSTM:
        """Return an LSTM whose cells note the numbers of the first names, on the scale ``SMALL``."""
        layer = LSTM(SIZE, self.cells)
        for value in layer.params.values():
            value[...] = 0.0
        own = 2 * WIDE * np.eye(self.cells, SIZE)  # each cell knows its name
        i, f, g, o = np.split(layer.params["weight_ih_l0"], 4)
        i[:], f[:], o[:] = own, -own, own
        g[:, NUMBER] = SMALL
        i[:, ASKS], f[:, ASKS], o[:, ASKS] = -2 * WIDE, 2 * WIDE, 2 * WIDE
        layer.params["bias_ih_l0"][:] = np.repeat([-WIDE, WIDE, 0.0, -3 * WIDE], self.cells)
        return layer

    def weights(self) -> Array:
        """Return the weights of self-attention (8, 8): row t says where step t looks."""
        weights: Array = self.attention().forward(self.inputs())[2].weights[0, 0]
        return weights

    def contents(self) -> Array:
        """Return what is in the LSTM's cells after each step (8, cells)."""
        layer, x = self.lstm(), self.inputs()
        rows = [layer.forward(x[:step])[1][1].ravel() for step in range(1, STEPS + 1)]
        return np.array(rows) / SMALL

    def answers(self) -> dict[str, Array]:
        """Return what each step finds (8,): by self-attention, by the LSTM, and the last number noted (NaN if none)."""
        x = self.inputs()
        last = np.full(STEPS, np.nan)
        for step, name in enumerate(self.names):
            noted = [k for k in range(step + 1) if self.names[k] == name and not self.asks[k]]
            if noted:
                last[step] = self.numbers[noted[-1]]
        return {
            "attention": self.attention().forward(x)[0][:, 0, NUMBER],
            "LSTM": self.lstm().forward(x)[0][:, 0].sum(-1) / SMALL,
            "last": last,
        }
