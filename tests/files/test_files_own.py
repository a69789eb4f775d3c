"""Nets of one's own, and files of other programs: parts and settings are found wherever they are kept."""

import functools
import itertools
import json
from dataclasses import dataclass

import numpy as np
import pytest
import safetensors.numpy
import torch
from test_files_functions import ALIKE, refuses
from torch import nn
from torch.nn import functional as F

import lstmlib.numpy as ln
import lstmlib.torch as lt
from lstmlib.files import load, save


@dataclass
class Config:
    """Settings as people keep them."""

    activation: str = "relu"
    widths: tuple[int, ...] = (3, 4)


class Net(nn.Module):
    """A net of one's own, with a setting kept in any form."""

    def __init__(self, setting=None, cell=lt.GRU, hold=lambda *layers: nn.ModuleList(layers)):
        super().__init__()
        self.held = hold(cell(3, 4), cell(4, 4))
        self.kept = setting


def twice(x):
    return 2 * x


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1.0, 2.0),
        (True, False),
        (None, 0),
        ("relu", "gelu"),
        ((1, 2), (1, 3)),
        ([1, 2], [2, 1]),
        ({"a": 1}, {"a": 2}),
        ({"a": {"b": [1]}}, {"a": {"b": [2]}}),
        (F.relu, F.gelu),
        (torch.tanh, torch.sigmoid),
        (twice, np.tanh),
        (functools.partial(F.gelu, approximate="tanh"), functools.partial(F.gelu)),
        (Config(), Config(activation="gelu")),
        (Config(), Config(widths=(4, 3))),
        (np.float64(0.5), np.float64(0.25)),
        (float("nan"), float("inf")),
        (lt.GRU, lt.LSTM),
    ],
)
def test_settings_of_one_s_own_classes(one, other, tmp_path):
    class Layer:
        def __init__(self, setting):
            self._setting, self.params, self.forward = setting, {"w": np.ones(3)}, None

    path = tmp_path / "file"
    for kind in (Net, Layer):
        for a, b in itertools.permutations((one, other)):
            save(kind(a), path)
            load(kind(a), path)
            refuses(kind(b), path)
            load(kind(b), path, ignore=["kept", *(f"kept.{k}" for k in "ab"), "setting"])


HOLDERS = {
    "ModuleList": lambda *layers: nn.ModuleList(layers),
    "ModuleDict": lambda *layers: nn.ModuleDict({str(k): layer for k, layer in enumerate(layers)}),
    "list": lambda *layers: list(layers),
    "tuple": lambda *layers: layers,
    "dict": lambda *layers: dict(enumerate(layers)),
    "nested": lambda *layers: [{"0": layers[0]}, (layers[1],)],
}


@pytest.mark.parametrize("hold", HOLDERS.values(), ids=HOLDERS)
def test_layers_held_in_any_way(hold, tmp_path):
    path, first, second = tmp_path / "file", Net(hold=hold), Net(hold=hold)
    save(first, path)
    load(second, path)

    def layers(held):
        values = held.values() if isinstance(held, dict | nn.ModuleDict) else held
        for value in values:
            yield from [value] if isinstance(value, nn.Module) else layers(value)

    for a, b in zip(layers(first.held), layers(second.held), strict=True):
        assert torch.equal(a.weight_ih_l0, b.weight_ih_l0)
    refuses(Net(cell=lt.CoupledLSTM, hold=hold), path)
    refuses(Net(cell=functools.partial(lt.GRU, reset="before"), hold=hold), path)


@pytest.mark.parametrize("hold", [list, tuple, lambda layers: dict(enumerate(layers)), lambda layers: [(layers,)]])
def test_numpy_layers_held_in_any_way(hold, tmp_path):
    class Held:
        def __init__(self, cell):
            self.layers = hold([cell(3, 4), cell(4, 4)])
            self.each = [cell(3, 4), cell(4, 4)]
            self.layers = hold(self.each)

        def forward(self):
            """Make it a layer."""

        @property
        def params(self):
            return {f"{k}.{name}": v for k, layer in enumerate(self.each) for name, v in layer.params.items()}

    path = tmp_path / "file"
    save(Held(ln.GRU), path)
    load(Held(ln.GRU), path)
    refuses(Held(ln.CoupledLSTM), path)
    refuses(Held(functools.partial(ln.GRU, reset="before")), path)


class Doubled(lt.GRU):
    """A layer of one's own that looks like ours."""

    def step(self, p, net, state):
        return (2.0 * super().step(p, net, state)[0],)


class DoubledNN(nn.GRU):
    """One that looks like torch.nn's."""


def test_a_subclass_is_another_layer(tmp_path):
    path = tmp_path / "file"
    for base, made in ((lt.GRU, Doubled), (nn.GRU, DoubledNN)):
        save(made(3, 4), path)
        load(made(3, 4), path)
        refuses(base(3, 4), path, f"it holds an {made.__name__}, expected an lstmlib.GRU")
        save(base(3, 4), path)
        refuses(made(3, 4), path)


@pytest.mark.parametrize("lib", [ln, lt], ids=["numpy", "torch"])
def test_a_file_that_doesn_t_say_what_it_is_from(lib, tmp_path):
    path = tmp_path / "file"
    for makers in ALIKE.values():
        for make in makers:
            layer = make(ln)
            for metadata in (None, {"format": "pt"}, {"layer": "torch.nn.modules.rnn.GRU", "settings": "{}"}):
                safetensors.numpy.save_file(layer.params, path, metadata)
                refuses(make(lib), path, "doesn't say what it is from .*: pass saved_from, a layer of that kind")
            target = make(lib)
            load(target, path, saved_from=target)
            others = [other for other in makers if other is not make]
            for other in others:
                refuses(make(lib), path, saved_from=other(lib))
    safetensors.numpy.save_file(ln.GRU(3, 4).params, path)
    load(lib.GRU(3, 4), path, saved_from=nn.GRU(3, 4))
    refuses(lib.GRU(3, 4, reset="before"), path, saved_from=nn.GRU(3, 4))
    for told in (
        lambda lib: lib.LSTM(3, 4, num_layers=2),
        lambda lib: lib.Linear(3, 4),
        lambda lib: lib.Embedding(5, 4),
        lambda lib: lib.ConvLSTM(2, 3, 3),
        lambda lib: lib.PeepholeLSTM(3, 4),
        lambda lib: lib.AdditiveAttention(3, 4, 5),
        lambda lib: lib.Bidirectional(lib.LSTM(3, 4), lib.LSTM(3, 4)),
    ):
        safetensors.numpy.save_file(told(ln).params, path)
        load(told(lib), path)


def test_what_names_and_shapes_tell_is_told():
    """Of the layers that a file without a description may load into, no two have the same names and shapes."""
    from lstmlib.files.description import TOLD

    made = {
        kind: getattr(ln, kind.removeprefix("lstmlib."))(*sizes)
        for kind, sizes in {
            "lstmlib.AdditiveAttention": (4, 4, 4),
            "lstmlib.ConvLSTM": (4, 4, 1),
            "lstmlib.Embedding": (4, 4),
            "lstmlib.LSTM": (4, 4),
            "lstmlib.Linear": (4, 4),
            "lstmlib.PeepholeLSTM": (4, 4),
            "lstmlib.ProjectedLSTM": (4, 4, 4),
        }.items()
    }
    assert made.keys() == TOLD
    others = [make(ln) for makers in ALIKE.values() for make in makers]
    looks = [{name: value.shape for name, value in layer.params.items()} for layer in (*made.values(), *others)]
    for k in range(len(made)):
        assert looks[k] not in looks[k + 1 :]


def test_a_file_that_says_something_else_than_the_caller(tmp_path):
    path = tmp_path / "file"
    save(lt.GRU(3, 4), path)
    refuses(lt.GRU(3, 4), path, saved_from=lt.CoupledLSTM(3, 4))
    load(lt.GRU(3, 4), path, saved_from=nn.GRU(3, 4))


def test_a_setting_that_the_file_lacks_is_no_match(tmp_path):
    path, layer = tmp_path / "file", ln.GRU(3, 4)
    for settings in ({"class": "lstmlib.GRU"}, {"reset": "after"}, {"class": "lstmlib.GRU", "reset": "before"}):
        safetensors.numpy.save_file(layer.params, path, {"settings": json.dumps(settings)})
        refuses(lt.GRU(3, 4), path)


def test_files_from_before_parts_were_described(tmp_path):
    path = tmp_path / "file"
    old = {"layer": "lstmlib.GRU", "lstmlib": "0.1.0", "settings": json.dumps({"reset": "before"})}
    safetensors.numpy.save_file(ln.GRU(3, 4).params, path, old)
    load(lt.GRU(3, 4, reset="before"), path)
    refuses(lt.GRU(3, 4), path, "its reset is 'before', expected 'after'")
    refuses(lt.CoupledLSTM(3, 4), path, "it holds an lstmlib.GRU, expected an lstmlib.CoupledLSTM")
