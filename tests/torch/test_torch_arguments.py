"""What layers answer to arguments that they can't take, and what is printed of them: as in NumPy."""

import inspect
import re

import numpy as np
import pytest
import torch
from every_layer import CASES, H
from other_twins import LAYERS
from other_twins import make as make_other
from twins import CELLS
from twins import make as make_cell

import lstmlib.numpy as ln
import lstmlib.torch as lt
from lstmlib.files import load, save
from lstmlib.files.description import describe
from lstmlib.numpy.layer import NotFinite
from lstmlib.torch.explosions import check_finite
from lstmlib.torch.module import HERE

MAKERS = {
    **{name: lambda lib, name=name, **more: make_cell(lib, name, 3, H, **more) for name in CELLS},
    "LSTM, two levels": lambda lib, **more: lib.LSTM(3, H, forget_bias=1.0, num_layers=2, **more),
    "LSTM1997, biases": lambda lib, **more: lib.LSTM1997(3, 2, output_gate_bias=[-1.0, -2.0], **more),
    **{name: lambda lib, name=name, **more: make_other(lib, name, **more) for name in LAYERS},
    "Embedding": lambda lib, **more: lib.Embedding(5, 4, **more),
    "PositionalEncoding": lambda lib: lib.PositionalEncoding(4),
}


@pytest.mark.parametrize("kind", lt.__all__)
def test_arguments_in_the_manner_of_torch_are_answered(kind):
    cls = getattr(lt, kind)
    known = inspect.signature(cls).parameters
    for key, hint in HERE.items():
        if key not in known:
            with pytest.raises(TypeError, match=re.escape(f"{kind} takes no {key}: {hint}")):
                cls(3, 4, **{key: True})
    first = next(iter(known))
    for library in (ln, lt):
        with pytest.raises(TypeError, match=rf"{kind} takes no hiden_size: it takes {first}"):
            getattr(library, kind)(hiden_size=3)
    if kind != "Stack":
        with pytest.raises(TypeError, match=rf"{kind} got 9 arguments by position, expected at most \d, \w+"):
            cls(*[3] * 9)


def test_people_s_own_layers_take_what_they_like():
    for library in (ln, lt):

        class Own(library.LSTM):
            def __init__(self, *sizes, note="", **more):
                super().__init__(*sizes, **more)

        assert Own(3, 4, note="mine", forget_bias=1.0).forget_bias == 1.0
        assert "Own(" in repr(Own(3, 4))
        with pytest.raises(TypeError, match="takes no batch_first: sequences are"):
            Own(3, 4, batch_first=True)


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_what_is_printed_makes_such_a_layer_again(make):
    for library in (ln, lt):
        layer = make(library)
        text = f"{type(layer).__name__}({layer.extra_repr()})" if library is lt else repr(layer)
        again = eval(text, vars(library) | {"np": np})
        assert describe(again) == describe(layer)
        assert repr(again) == repr(layer)
    assert f"{type(make(ln)).__name__}({make(lt).extra_repr()})" == repr(make(ln))


BAD = [("forget_bias", value) for value in ("1", np.nan, np.inf, [1.0, 2.0], True)]
BAD += [("fast", "no"), ("peephole", 2), ("causal", []), ("doors", None), ("eps", 0.0), ("eps", "small")]
BAD += [("reset", ["after"]), ("nonlinearity", None), ("clip", "1"), ("norm", 3), ("activation", "swish")]
BAD += [("loop", "open"), ("biased", "some"), ("gradient", None), ("weight_range", -1.0), ("num_layers", 1.5)]
BAD += [("input_gate_bias", "closed"), ("hidden_kernel_size", 2), ("hidden_size", "4")]


@pytest.mark.parametrize(("key", "value"), BAD, ids=str)
def test_both_backends_say_the_same_of_a_wrong_argument(key, value):
    tried = 0
    for kind in lt.__all__:
        messages = []
        for library in (ln, lt):
            known = inspect.signature(getattr(library, kind)).parameters
            if key not in known:
                continue
            needed = {name: 4 for name, p in known.items() if p.default is p.empty and name != key}
            needed |= {"num_heads": 2} if "num_heads" in needed else {}
            needed |= {"kernel_size": 3} if "kernel_size" in needed else {}
            with pytest.raises((TypeError, ValueError), match=f"{key} is .*, expected") as caught:
                getattr(library, kind)(**needed, **{key: value})
            messages.append((type(caught.value), str(caught.value)))
        tried += len(messages)
        assert len(set(messages)) <= 1
    assert tried


def test_tensors_of_other_programs_come_with_what_to_do():
    layer, x = lt.LSTM(3, 4), torch.zeros(5, 2, 3)
    packed = torch.nn.utils.rnn.pack_padded_sequence(x, torch.tensor([5, 2]))
    state = torch.zeros(2, 4)
    for arguments, message in (
        ((x.numpy(),), "x is an ndarray, expected a float tensor of shape (T, N, 3): pass torch.as_tensor(x)"),
        ((packed,), "x is a PackedSequence, expected a float tensor of shape (T, N, 3): pass x, lengths = torch.nn"),
        ((x, state), "state is a Tensor, expected a pair (h, c), each (2, 4)"),
        ((x, [state, state]), "state is a list, expected a pair (h, c), each (2, 4)"),
        ((x, (state, 3)), "state[1] (c) is an int, expected a float tensor of shape (2, 4)"),
        ((x, None, 3), "lengths is an int, expected integers from 1 to 5 of shape (2,)"),
    ):
        with pytest.raises(TypeError, match=re.escape(message)):
            layer(*arguments)
    with pytest.raises(ValueError, match=re.escape("without a leading dimension of 1, torch.nn's for layers: pass")):
        layer(x, (state[None], state[None]))
    with pytest.raises(TypeError, match=r"x is a Tensor, expected a float array of shape .*: pass x\.numpy"):
        ln.LSTM(3, 4).forward(x)
    with pytest.raises(TypeError, match="backward_layer is an LSTM, expected a GRU, as forward_layer"):
        lt.Bidirectional(lt.GRU(3, 4), lt.LSTM(3, 4))
    with pytest.raises(TypeError, match="layer is an int, expected a recurrent layer"):
        lt.Reversed(3)


@pytest.mark.parametrize("name", [name for name in CASES if hasattr(CASES[name]().layer, "initial_state")])
def test_the_batch_size_of_a_state_is_checked(name):
    layer = CASES[name]().layer
    more = [2] * (len(inspect.signature(layer.initial_state).parameters) - 1)
    for value in (0, 2.5, "3", None):
        with pytest.raises((TypeError, ValueError), match=r"batch_size is .*, expected a positive integer"):
            layer.initial_state(value, *more)


@pytest.mark.parametrize("library", [ln, lt])
def test_how_a_layer_started_is_no_setting_of_a_file(library, tmp_path):
    for other in (ln, lt):
        save(library.LSTM(3, 4, forget_bias=1.0), tmp_path / "lstm")
        load(other.LSTM(3, 4, forget_bias=2.0), tmp_path / "lstm")
        save(library.LSTM1997(3, 2, input_gate_bias=-1.0), tmp_path / "cells")
        load(other.LSTM1997(3, 2), tmp_path / "cells")


def explosive():
    layer = lt.RNN(2, 2, nonlinearity="relu", dtype=torch.float64)
    with torch.no_grad():
        for key, value in layer.named_parameters():
            value.fill_(1.0 if key == "weight_ih_l0" else 1e30 if key == "weight_hh_l0" else 0.0)
    return layer


class Net(torch.nn.Module):
    """Ours and torch.nn's in one."""

    def __init__(self):
        super().__init__()
        self.first = torch.nn.Linear(2, 2, dtype=torch.float64)
        with torch.no_grad():
            self.first.weight.fill_(1.0)
        self.recurrent = lt.Stack(lt.RNN(2, 2, nonlinearity="relu", dtype=torch.float64), explosive())
        with torch.no_grad():
            for value in self.recurrent.layers[0].parameters():
                value.fill_(0.1)
        self.readout = lt.LSTM(2, 1, dtype=torch.float64)

    def forward(self, x):
        return self.readout(self.recurrent(self.first(x))[0])


def test_the_part_that_explodes_is_found_after_the_fact():
    net, x = Net(), torch.ones(40, 3, 2, dtype=torch.float64)
    name = r"recurrent\.layers\.1: RNN\(2, 2, nonlinearity='relu'\) explodes: "
    with pytest.raises(NotFinite, match=rf"^{name}its output is not finite from step \d+ on, inf at index"):
        check_finite(net, x)
    assert not any(part._forward_hooks or part._forward_pre_hooks for part in net.modules())
    check_finite(net, x[:3])
    with pytest.raises(NotFinite, match=r"^what comes in is not finite"):
        check_finite(net, x.fill_(torch.nan))
    with torch.no_grad():
        net.readout.bias_ih_l0[1] = torch.nan
    with pytest.raises(NotFinite, match=r"^readout: LSTM\(2, 1\) has parameters that are not finite: bias_ih_l0"):
        check_finite(net, torch.ones(3, 3, 2, dtype=torch.float64))
    with pytest.raises(ValueError, match=r"x .* is NaN at index .*check_finite\(net, ...\) says which explodes"):
        net.readout(x)


@pytest.mark.parametrize(
    "layer",
    [lt.Linear(4, 2), lt.LayerNorm(4), lt.Embedding(5, 4), lt.PositionalEncoding(4), lt.TransformerBlock(4, 2)],
    ids=lambda layer: type(layer).__name__,
)
def test_a_layer_that_hands_on_no_state_refuses_one(layer):
    x = torch.zeros(3, 2, dtype=torch.int64) if isinstance(layer, lt.Embedding) else torch.zeros(3, 2, 4)
    with pytest.raises(TypeError, match="state is a Tensor, expected None"):
        layer(x, torch.ones(3, 3, dtype=torch.bool))  # torch.nn's blocks have a mask there
