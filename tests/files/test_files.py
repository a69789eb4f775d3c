"""Saving and loading: a file of one backend in the other, and what a file that doesn't fit is told."""

import json
import os
import pickle
import re
import subprocess
import sys

import numpy as np
import pytest
import safetensors.numpy
import torch

import lstmlib
import lstmlib.numpy as ln
import lstmlib.torch as lt
from lstmlib.files import load, save

LAYERS = {
    "RNN": lambda lib: lib.RNN(3, 4, nonlinearity="relu"),
    "LSTM": lambda lib: lib.LSTM(3, 4, num_layers=2),
    "PeepholeLSTM": lambda lib: lib.PeepholeLSTM(3, 4),
    "GRU": lambda lib: lib.GRU(3, 4, reset="before"),
    "ConvLSTM": lambda lib: lib.ConvLSTM(2, 3, 3, peephole=True),
    "Linear": lambda lib: lib.Linear(3, 4),
    "LayerNorm": lambda lib: lib.LayerNorm(4),
    "Embedding": lambda lib: lib.Embedding(5, 4),
    "PositionalEncoding": lambda lib: lib.PositionalEncoding(4),
    "AdditiveAttention": lambda lib: lib.AdditiveAttention(3, 4, 5),
    "MultiHeadAttention": lambda lib: lib.MultiHeadAttention(6, 2),
    "TransformerBlock": lambda lib: lib.TransformerBlock(6, 2, norm="post"),
}


def arrays(layer):
    if isinstance(layer, torch.nn.Module):
        return {name: value.numpy() for name, value in layer.state_dict().items()}
    return layer.params


@pytest.fixture
def path(tmp_path):
    return tmp_path / "layer.safetensors"


@pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
@pytest.mark.parametrize("source", [ln, lt], ids=["from numpy", "from torch"])
@pytest.mark.parametrize("target", [ln, lt], ids=["to numpy", "to torch"])
def test_saved_is_loaded(make, source, target, path):
    first, second = make(source), make(target)
    if source is ln and target is lt:
        second = second.double()
    save(first, path)
    load(second, path)
    have, want = arrays(second), arrays(first)
    assert have.keys() == want.keys()
    for name in want:
        np.testing.assert_array_equal(have[name], want[name])


def test_a_model_s_parts_are_saved_under_their_names(path):
    models = [ln.SequenceModel(ln.LSTM(3, 4), ln.Linear(4, 2)) for _ in range(2)]
    save(models[0], path)
    load(models[1], path)
    x = np.ones((5, 2, 3))
    np.testing.assert_array_equal(models[0].forward(x)[0], models[1].forward(x)[0])


def test_the_layer_s_own_arrays_change(path):
    layer, other = ln.Linear(3, 4), ln.Linear(3, 4)
    before = layer.params["weight"]
    save(other, path)
    load(layer, path)
    assert layer.params["weight"] is before


def test_numbers_become_the_layer_s(path):
    layer, single, half = ln.Linear(3, 4), ln.Linear(3, 4, dtype=np.float32), lt.Linear(3, 4, dtype=torch.bfloat16)
    save(layer, path)
    load(single, path)
    load(half, path)
    assert single.params["weight"].dtype == np.float32
    np.testing.assert_array_equal(single.params["weight"], layer.params["weight"].astype(np.float32))
    assert half.weight.dtype == torch.bfloat16
    torch.testing.assert_close(half.weight.double().detach().numpy(), layer.params["weight"], rtol=0.01, atol=0.01)
    assert half.weight.requires_grad


def test_a_file_of_torch_nn_loads(path):
    theirs, ours = torch.nn.LSTM(3, 4).double(), ln.LSTM(3, 4)
    save(theirs, path)
    load(ours, path)
    x = np.random.default_rng(0).standard_normal((5, 2, 3))
    np.testing.assert_allclose(ours.forward(x)[0], theirs(torch.as_tensor(x))[0].detach().numpy(), rtol=1e-12)
    encoder, block = torch.nn.TransformerEncoderLayer(6, 2, 8), lt.TransformerBlock(6, 2, 8, norm="post")
    save(encoder, path)
    load(block, path)
    assert torch.equal(block.linear1.weight, encoder.linear1.weight)


def test_shared_and_strided_parameters_are_saved(path):
    module = torch.nn.ModuleList([torch.nn.Linear(3, 3, bias=False) for _ in range(2)])
    module[1].weight = module[0].weight
    save(module, path)
    other = torch.nn.ModuleList([torch.nn.Linear(3, 3, bias=False) for _ in range(2)])
    load(other, path)
    assert torch.equal(other[1].weight, module[0].weight)
    layer, same = ln.Linear(3, 4), ln.Linear(3, 4)
    layer.params["weight"] = np.asfortranarray(layer.params["weight"])
    save(layer, path)
    load(same, path)
    np.testing.assert_array_equal(same.params["weight"], layer.params["weight"])


def test_the_file_says_where_it_is_from(path):
    for lib in (ln, lt):
        save(lib.TransformerBlock(6, 2), path)
        with safetensors.safe_open(path, framework="np") as file:
            metadata = file.metadata()
        assert metadata["layer"] == "lstmlib.TransformerBlock"
        assert metadata["lstmlib"] == lstmlib.__version__
        settings = json.loads(metadata["settings"])
        assert settings["norm"] == "pre"
        assert settings["self_attn.num_heads"] == 2
        assert settings["norm2.eps"] == 1e-5


def refused(layer, path, *messages):
    """Assert that loading fails with all the messages and changes nothing."""
    before = {name: value.copy() for name, value in arrays(layer).items()}
    with pytest.raises(ValueError, match=re.escape(str(path))) as caught:
        load(layer, path)
    for message in messages:
        assert message in str(caught.value)
    for name, value in arrays(layer).items():
        np.testing.assert_array_equal(value, before[name])


@pytest.mark.parametrize("lib", [ln, lt], ids=["numpy", "torch"])
def test_every_difference_is_named(lib, path):
    save(ln.LSTM(3, 4), path)
    refused(lib.LSTM(3, 5), path, "weight_ih_l0 has shape (16, 3), expected (20, 3)", "bias_hh_l0 has shape (16,)")
    refused(lib.LSTM(3, 4, num_layers=2), path, "it lacks bias_hh_l1, bias_ih_l1, weight_hh_l1, weight_ih_l1")
    refused(lib.Linear(3, 4), path, "it holds an lstmlib.LSTM, expected an lstmlib.Linear", "it lacks bias, weight")
    save(lib.LSTM(3, 4, num_layers=2), path)
    refused(lib.LSTM(3, 4), path, "it has bias_hh_l1, bias_ih_l1, weight_hh_l1, weight_ih_l1 too")


@pytest.mark.parametrize("lib", [ln, lt], ids=["numpy", "torch"])
def test_what_the_shapes_can_t_say_is_compared_too(lib, path):
    save(ln.GRU(3, 4), path)
    refused(lib.CoupledLSTM(3, 4), path, "it holds an lstmlib.GRU, expected an lstmlib.CoupledLSTM")
    refused(lib.GRU(3, 4, reset="before"), path, "its reset is 'after', expected 'before'")
    save(lt.TransformerBlock(6, 2), path)
    refused(lib.TransformerBlock(6, 3), path, "its self_attn.num_heads is 2, expected 3")
    refused(lib.TransformerBlock(6, 2, norm="post"), path, "its norm is 'pre', expected 'post'")
    refused(lib.TransformerBlock(6, 2, causal=True), path, "its self_attn.causal is False, expected True")
    save(ln.SequenceModel(ln.RNN(3, 4), ln.Linear(4, 2)), path)
    model = ln.SequenceModel(ln.RNN(3, 4, nonlinearity="relu"), ln.Linear(4, 2))
    refused(model, path, "its recurrent.nonlinearity is 'tanh', expected 'relu'")
    save(ln.LSTM1997(3, 3, 2), path)  # 12 hidden units, as 4 blocks of 1 have
    refused(lib.LSTM1997(3, 4, 1), path, "its block_size is 2, expected 1")
    save(ln.Carousel(3, 4, g="tanh", h="logistic"), path)
    refused(lib.Carousel(5, 4, doors=True), path, "its g is 'tanh'", "its h is 'logistic'", "its doors is False")
    save(ln.TransformerBlock(6, 2), path)
    refused(lib.TransformerBlock(6, 2, activation="gelu"), path, "its activation is 'relu', expected 'gelu'")


def test_integers_are_refused(path):
    safetensors.numpy.save_file({"weight": np.ones((4, 3), np.int64), "bias": np.ones(4)}, path)
    refused(ln.Linear(3, 4), path, "weight has numbers of type I64, expected one of F16, F32, F64")
    refused(lt.Linear(3, 4), path, "weight has numbers of type I64, expected one of F16, F32, F64, BF16")
    save(lt.Linear(3, 4, dtype=torch.bfloat16), path)
    refused(ln.Linear(3, 4), path, "weight has numbers of type BF16, expected one of F16, F32, F64")


def test_a_file_without_metadata_is_taken_by_names_and_shapes(path):
    layer, other = ln.Linear(3, 4), ln.Linear(3, 4)
    safetensors.numpy.save_file(other.params, path)
    load(layer, path)
    np.testing.assert_array_equal(layer.params["weight"], other.params["weight"])


@pytest.mark.parametrize("text", ["{", "[1]", "[" * 100_000, "null"])
def test_settings_that_are_none(text, path):
    layer = ln.Linear(3, 4)
    safetensors.numpy.save_file(layer.params, path, {"settings": text})
    refused(layer, path, "its settings can't be read")


@pytest.mark.parametrize("lib", [ln, lt], ids=["numpy", "torch"])
def test_truncated_anywhere(lib, path):
    layer = lib.Linear(3, 4)
    save(layer, path)
    whole = path.read_bytes()
    for size in {0, 1, 7, 8, 9, 50, len(whole) // 2, len(whole) - 1}:
        path.write_bytes(whole[:size])
        refused(layer, path, "is not a safetensors file, or a truncated one")
    path.write_bytes(whole + b"\0")
    refused(layer, path, "is not a safetensors file, or a truncated one")


class Bomb:
    """What a pickle would run when it is loaded."""

    def __reduce__(self):
        return os.mkdir, (self.place,)

    def __init__(self, place):
        self.place = place


@pytest.mark.parametrize("lib", [ln, lt], ids=["numpy", "torch"])
def test_foreign_files_are_refused_and_never_run(lib, path, tmp_path):
    place = tmp_path / "made by the file"
    pickled = pickle.dumps(Bomb(str(place)))
    foreign = [pickled, pickled * 100, b"PK\x03\x04" + pickled, b"\x93NUMPY" + bytes(100), b"hello", os.urandom(1000)]
    torch.save({"weight": Bomb(str(place))}, tmp_path / "torch.pt")
    foreign.append((tmp_path / "torch.pt").read_bytes())
    for content in foreign:
        path.write_bytes(content)
        refused(lib.Linear(3, 4), path, "is not a safetensors file, or a truncated one")
    assert not place.exists()


def test_a_missing_file_and_what_is_no_layer(path):
    with pytest.raises(FileNotFoundError):
        load(ln.Linear(3, 4), path)
    for call in (save, load):
        with pytest.raises(
            TypeError, match=r"layer is a list, expected a layer of lstmlib\.numpy or a torch\.nn\.Module"
        ):
            call([1], path)
    with pytest.raises(FileNotFoundError):
        save(ln.Linear(3, 4), path / "no such folder" / "layer")


def test_a_write_that_fails_leaves_the_old_file(path, monkeypatch):
    layer = ln.Linear(3, 4)
    save(layer, path)
    before = path.read_bytes()

    def full(_):
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save(ln.Linear(3, 4), path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.skipif(os.name == "nt", reason="Windows replaces no file that is open")
def test_who_reads_the_old_file_reads_it_to_its_end(path):
    save(ln.Linear(3, 4), path)
    before = path.read_bytes()
    with path.open("rb", buffering=0) as reader:
        start = reader.read(10)
        save(ln.Linear(3, 4), path)
        assert start + reader.read() == before
    assert path.read_bytes() != before


PROGRAM = """
import sys

class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"blocked: {name}")

sys.meta_path.insert(0, Block())
import lstmlib.numpy as ln
from lstmlib.files import load, save
layer = ln.TransformerBlock(4, 2)
save(layer, PATH)
load(layer, PATH)
print("saved and loaded")
"""


def test_works_where_torch_is_missing_and_says_where_safetensors_is(path):
    for blocked, out, error in [
        (("torch",), "saved and loaded\n", ""),
        (("torch", "safetensors"), "", "ImportError: saving and loading needs safetensors: pip install safetensors\n"),
    ]:
        program = PROGRAM.replace("BLOCKED", repr(blocked)).replace("PATH", repr(str(path)))
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
        assert done.stdout == out, done.stderr
        assert done.stderr.endswith(error)
