"""The comparison notices: each error below, put into a layer or into how it is run, makes it fail, in both backends.

A comparison in which nothing can go wrong shows nothing, and stored vectors have missed swapped gates before: all
weights of ONNX's own examples are the same number. So each error that the layers could have is made here on purpose,
to the same random models, and must be found by the same call.
"""

import copy
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from drawn import draw
from engines import Answer, Case, compare, ours, theirs, twin

import lstmlib.torch as lt
from lstmlib.numpy import Bidirectional, Reversed
from lstmlib.numpy.gradients import state_arrays
from lstmlib.onnx import nodes

MODELS = 6  # of each kind; the error must show in every one
# What the models must have for any error to matter: with one unit, for one, the reset gate may stand in either place.
ENOUGH = {"steps": 4, "units": 2, "clip": False}
LSTMS = ("LSTM", "PeepholeLSTM")
COUPLED = ("CoupledLSTM", "CoupledLSTM peephole")
GATED = (*LSTMS, *COUPLED, "GRU after", "GRU before")
ALL = (*GATED, "RNN tanh", "RNN relu", "RNN logistic")
BLOCKS = {
    "LSTM": "ifgo",
    "PeepholeLSTM": "ifgo",
    "CoupledLSTM": "fgo",
    "CoupledLSTM peephole": "fgo",
    "GRU after": "rzn",
    "GRU before": "rzn",
}


class Error(NamedTuple):
    """An error, where it can be made, and what the models must have for it to matter."""

    kinds: tuple[str, ...]
    layer: Callable[[Any], None] = lambda layer: None  # changes a layer in place
    case: Callable[[Case], Case] = lambda case: case  # changes what it is given
    answer: Callable[[Answer, Case], Answer] = lambda answer, case: answer  # changes what it returns
    wanted: Mapping[str, bool | float] = MappingProxyType({})


def cells(layer):
    if isinstance(layer, Bidirectional):
        return [layer.forward_layer, layer.backward_layer]
    return [layer.layer] if isinstance(layer, Reversed) else [layer]


def swap(name, rows, a, b):
    """Exchange two blocks of rows of a parameter, or of all that have as many."""

    def change(layer):
        for cell in cells(layer):
            for key, value in cell.params.items():
                if key.startswith(name):
                    blocks = value.reshape(rows, -1)
                    blocks[[a, b]] = blocks[[b, a]]

    return change


def fill(name, value=0.0):
    """Set a parameter to a number."""

    def change(layer):
        for cell in cells(layer):
            cell.params[f"{name}_l0"][:] = value

    return change


def negate(layer, gate=0):
    """Turn the sign of a coupled cell's first block: the gate becomes 1 minus itself."""
    for cell in cells(layer):
        for value in cell.params.values():
            H = cell.hidden_size
            value[gate * H : (gate + 1) * H] *= -1.0


def transpose(layer):
    """Turn each gate's recurrent weights."""
    for cell in cells(layer):
        W = cell.params["weight_hh_l0"]
        blocks = W.reshape(-1, cell.hidden_size, cell.hidden_size)
        W[:] = blocks.swapaxes(1, 2).reshape(W.shape)


def set_to(name, values):
    """Change a setting to the next of its values."""

    def change(layer):
        for cell in cells(layer):
            setattr(cell, name, values[getattr(cell, name)])

    return change


def move_candidate_bias(layer):
    """Take the bias of the GRU's candidate out of the reset gate's product."""
    for cell in cells(layer):
        H = cell.hidden_size
        cell.params["bias_ih_l0"][2 * H :] += cell.params["bias_hh_l0"][2 * H :]
        cell.params["bias_hh_l0"][2 * H :] = 0.0


def swap_directions(layer):
    layer.forward_layer, layer.backward_layer = layer.backward_layer, layer.forward_layer


def read_past_the_end(case: Case) -> Case:
    """Let all sequences go on to T."""
    return case._replace(lengths=None)


def one_step_less(case: Case) -> Case:
    """End every sequence that can one step early."""
    return case._replace(lengths=np.maximum(case.lengths - 1, 1).astype(np.int32))


def forget_part(k):
    """Start one part of the state at 0."""

    def change(case: Case) -> Case:
        parts = [part * 0.0 if n == k else part for n, part in enumerate(state_arrays(case.state))]
        return case._replace(state=tuple(parts) if len(parts) > 1 else parts[0])

    return change


def exchange_state(case: Case) -> Case:
    """Take h for c and c for h."""
    return case._replace(state=case.state[::-1])


def exchange_directions_of_state(case: Case) -> Case:
    parts = [part[::-1].copy() for part in state_arrays(case.state)]
    return case._replace(state=tuple(parts) if len(parts) > 1 else parts[0])


def keep_the_padding(answer: Answer, case: Case) -> Answer:
    """Repeat the last output past a sequence's end, where 0 is wanted."""
    Y = answer.Y.copy()
    for n, length in enumerate(case.lengths):
        Y[length:, :, n] = Y[length - 1, :, n]
    return answer._replace(Y=Y)


def last_step_of_both(answer: Answer, case: Case) -> Answer:
    """Take the backward direction's output at the last step for its last state, which is that at the first."""
    states = [part.copy() for part in answer.states]
    states[0][1] = answer.Y[-1, 1]
    return answer._replace(states=states)


def backward_in_its_own_order(answer: Answer, case: Case) -> Answer:
    """Don't turn the backward direction's outputs back."""
    Y = answer.Y.copy()
    Y[:, 1] = Y[::-1, 1]
    return answer._replace(Y=Y)


GATES_SWAPPED = {
    f"{kind}: {blocks[a]} and {blocks[b]} swapped in {what}": Error(
        (kind,), swap(name, len(blocks), a, b), wanted={"no_bias": False}
    )
    for kind, blocks in BLOCKS.items()
    for a in range(len(blocks))
    for b in range(a + 1, len(blocks))
    for what, name in {
        "all": ("weight_ih", "weight_hh", "bias"),
        "recurrent weights": "weight_hh",
        "biases": "bias",
    }.items()
}
ERRORS = GATES_SWAPPED | {
    "input weights dropped": Error(ALL, fill("weight_ih")),
    "recurrent weights dropped": Error(ALL, fill("weight_hh")),
    "recurrent weights transposed": Error(ALL, transpose),
    "the input's bias left out": Error(ALL, fill("bias_ih"), wanted={"no_bias": False}),
    "the state's bias left out": Error(ALL, fill("bias_hh"), wanted={"no_bias": False}),
    "wrong place of the reset gate": Error(
        ("GRU after", "GRU before"), set_to("reset", {"after": "before", "before": "after"})
    ),
    "bias outside of the reset gate": Error(("GRU after",), move_candidate_bias, wanted={"no_bias": False}),
    "peepholes dropped": Error(("PeepholeLSTM", "CoupledLSTM peephole"), fill("weight_ch")),
    "peepholes of i and f swapped": Error(("PeepholeLSTM",), swap("weight_ch", 3, 0, 1)),
    "peepholes of i and o swapped": Error(("PeepholeLSTM",), swap("weight_ch", 3, 0, 2)),
    "peepholes of f and o swapped": Error(("PeepholeLSTM",), swap("weight_ch", 3, 1, 2)),
    "peepholes of a coupled cell swapped": Error(("CoupledLSTM peephole",), swap("weight_ch", 2, 0, 1)),
    "f taken for 1 - f": Error(COUPLED, negate),
    "no clip": Error(ALL, set_to("clip", {0.3: None}), wanted={"clip": 0.3}),
    "another clip": Error(ALL, set_to("clip", {0.3: 0.31}), wanted={"clip": 0.3}),
    "another function": Error(
        ("RNN tanh", "RNN relu", "RNN logistic"),
        set_to("nonlinearity", {"tanh": "relu", "relu": "tanh", "logistic": "tanh"}),
    ),
    "reversed layer reads from the start": Error(
        ALL,
        case=lambda case: case._replace(x=case.x[::-1].copy()),
        wanted={"reverse": True, "both_ways": False, "lengths": False},
    ),
    "directions swapped": Error(ALL, swap_directions, wanted={"both_ways": True}),
    "directions of the output swapped": Error(
        ALL, answer=lambda answer, case: answer._replace(Y=answer.Y[:, ::-1]), wanted={"both_ways": True}
    ),
    "backward outputs in their own order": Error(ALL, answer=backward_in_its_own_order, wanted={"both_ways": True}),
    "backward last state at the last step": Error(
        ALL, answer=last_step_of_both, wanted={"both_ways": True, "lengths": False}
    ),
    "lengths ignored": Error(ALL, case=read_past_the_end, wanted={"lengths": True}),
    "lengths one short": Error(ALL, case=one_step_less, wanted={"lengths": True}),
    "outputs past the end": Error(ALL, answer=keep_the_padding, wanted={"lengths": True}),
    "first h ignored": Error(ALL, case=forget_part(0), wanted={"state": True}),
    "first c ignored": Error((*LSTMS, *COUPLED), case=forget_part(1), wanted={"state": True, "zero_c": False}),
    "h and c swapped": Error((*LSTMS, *COUPLED), case=exchange_state, wanted={"state": True, "zero_c": False}),
    "first states' directions swapped": Error(
        ALL, case=exchange_directions_of_state, wanted={"state": True, "both_ways": True}
    ),
}
MADE = [(name, kind) for name, error in ERRORS.items() for kind in error.kinds]


@pytest.mark.parametrize(("name", "kind"), MADE, ids=[f"{kind}, {name}" for name, kind in MADE])
def test_it_is_noticed(name, kind):
    error = ERRORS[name]
    for seed in range(MODELS):
        layer, case = draw(kind, seed, **(ENOUGH | error.wanted))
        (node,) = nodes(layer)
        want = theirs(node, case)
        compare(ours(layer, case), want)  # before the error
        wrong = copy.deepcopy(layer)
        error.layer(wrong)
        for made in (wrong, twin(wrong)):
            with pytest.raises(AssertionError, match="differs by"):
                compare(error.answer(ours(made, error.case(case)), case), want)


class PeepsAtTheOldCell(lt.PeepholeLSTM):
    """The output gate sees c(t-1)."""

    def step(self, p, net, state):
        (_, old), (_, c) = state, super().step(p, net, state)
        w_co = p["weight_ch"].chunk(3)[2]
        o = (net + torch.nn.functional.linear(state[0], p["weight_hh"], p["bias_hh"])).chunk(4, dim=1)[3]
        return torch.sigmoid(o + w_co * old) * torch.tanh(c), c


class ShowsTheBareCell(lt.LSTM):
    """The output is o(t) c(t), without tanh."""

    def step(self, p, net, state):
        h, c = super().step(p, net, state)
        return h / torch.tanh(c) * c, c


class KeepsWhatItShouldReplace(lt.GRU):
    """The update gate's two sides are exchanged."""

    def step(self, p, net, state):
        (h,), (new,) = state, super().step(p, net, state)
        H = self.hidden_size
        z = torch.sigmoid((net + torch.nn.functional.linear(h, p["weight_hh"], p["bias_hh"]))[:, H : 2 * H])
        n = (new - z * h) / (1.0 - z)
        return (z * n + (1.0 - z) * h,)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [("PeepholeLSTM", PeepsAtTheOldCell), ("LSTM", ShowsTheBareCell), ("GRU after", KeepsWhatItShouldReplace)],
)
def test_a_wrong_equation_is_noticed(kind, wrong):
    for seed in range(MODELS):
        layer, case = draw(kind, seed, both_ways=False, reverse=False, **ENOUGH)
        (node,) = nodes(layer)
        made = twin(layer)
        made.fast = False
        compare(ours(made, case), theirs(node, case))
        made.__class__ = wrong
        with pytest.raises(AssertionError, match="differs by"):
            compare(ours(made, case), theirs(node, case))
