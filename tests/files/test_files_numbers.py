"""What is saved is loaded, number for number; what can't be is refused in a short error, and nothing is half done."""

import json
import os
import re
import stat
from types import SimpleNamespace

import numpy as np
import pytest
import safetensors.numpy
import torch
from torch import nn
from torch.nn.utils import parametrizations, prune

import lstmlib.numpy as ln
import lstmlib.torch as lt
from lstmlib.files import load, save


@pytest.fixture
def path(tmp_path):
    return tmp_path / "file.safetensors"


def params(layer):
    if isinstance(layer, nn.Module):
        return {name: value.clone() for name, value in layer.state_dict().items()}
    return {name: value.copy() for name, value in layer.params.items()}


def refuses(layer, path, match, error=ValueError):
    """Assert that loading is refused in a short error that names the file, and changes nothing."""
    before = params(layer)
    with pytest.raises(error, match=match) as caught:
        load(layer, path)
    assert str(path) in str(caught.value)
    assert len(str(caught.value)) < 1500
    assert all(torch.equal(torch.as_tensor(value), torch.as_tensor(before[n])) for n, value in params(layer).items())


class Buffers(nn.Module):
    """A module with buffers of any kind."""

    def __init__(self, **buffers):
        super().__init__()
        self.inner = lt.LSTM(3, 4)
        for name, value in buffers.items():
            self.register_buffer(name, value)


MORE = [torch.uint16, torch.uint32, torch.uint64]
DTYPES = [torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, *MORE]
DTYPES += [torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.complex64]


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (1,), (2, 3)], ids=str)
def test_buffers_of_any_kind(dtype, shape, path):
    value = torch.arange(6).reshape(2, 3).to(dtype) if shape == (2, 3) else torch.ones(shape).to(dtype)
    first, second = Buffers(mask=value), Buffers(mask=torch.zeros_like(value))
    save(first, path)
    load(second, path)
    assert torch.equal(second.mask, value)
    assert second.mask.dtype == dtype
    assert torch.equal(second.inner.weight_hh_l0, first.inner.weight_hh_l0)


@pytest.mark.parametrize("dtype", ["?", "u1", "i1", "i4", "i8", "u8", "f2", "f4", "f8", ">f8", ">i4"])
@pytest.mark.parametrize("shape", [(), (0, 2), (2, 3)], ids=str)
def test_numpy_arrays_of_any_kind(dtype, shape, path):
    value = np.ones(shape, dtype) if shape != (2, 3) else np.asfortranarray(np.arange(6).reshape(2, 3).astype(dtype))
    first, second = (SimpleNamespace(params={"more": array}) for array in (value, np.zeros(shape, dtype)))
    save(first, path)
    load(second, path)
    np.testing.assert_array_equal(second.params["more"], value)
    assert second.params["more"].dtype == dtype


def test_masks_of_infinities_and_nan_are_buffers(path):
    value = torch.full((3, 3), -torch.inf).triu(1)
    value[0, 0] = torch.nan
    first, second = Buffers(mask=value), Buffers(mask=torch.zeros(3, 3))
    save(first, path)
    load(second, path)
    assert torch.equal(second.mask.isnan(), value.isnan())
    assert torch.equal(second.mask.isinf(), value.isinf())


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("lib", [ln, lt], ids=["numpy", "torch"])
def test_parameters_are_finite(lib, bad, path):
    layer = ln.Linear(3, 4)
    layer.params["weight"][1, 2] = bad
    with pytest.raises(ValueError, match=rf"weight is {bad} at index \(1, 2\), expected finite") as caught:
        save(layer, path)
    assert str(path) in str(caught.value)
    assert not path.exists()
    safetensors.numpy.save_file(layer.params, path)
    refuses(lib.Linear(3, 4), path, rf"weight is {bad} at index \(1, 2\), expected finite")


@pytest.mark.parametrize(
    ("value", "target"),
    [
        (1e39, torch.float32),
        (-1e300, torch.float32),
        (1e5, torch.float16),
        (3.4028235e38, torch.bfloat16),
        (1e39, torch.bfloat16),
    ],
)
def test_numbers_too_large(value, target, path):
    layer = ln.Linear(3, 4)
    layer.params["weight"][1, 2] = value
    save(layer, path)
    refuses(lt.Linear(3, 4, dtype=target), path, r"weight is .* at index \(1, 2\), which torch\..* can't hold")
    if target is torch.float32:
        refuses(ln.Linear(3, 4, dtype=np.float32), path, r"weight is .* at index \(1, 2\), which float32 can't hold")


def test_small_numbers_round(path):
    layer, single = ln.Linear(3, 4), lt.Linear(3, 4)
    layer.params["weight"][0, 0] = 1e-300
    save(layer, path)
    load(single, path)
    assert single.weight[0, 0] == 0.0


@pytest.mark.parametrize(
    ("value", "target", "fits"),
    [
        (2**40, torch.int32, False),
        (-1, torch.uint8, False),
        (200, torch.int8, False),
        (2**63 - 1, torch.int32, False),
        (100, torch.int8, True),
    ],
)
def test_integers_are_kept_or_refused(value, target, fits, path):
    first, second = Buffers(count=torch.tensor([0, value])), Buffers(count=torch.zeros(2, dtype=target))
    save(first, path)
    if fits:
        load(second, path)
        assert second.count.tolist() == [0, value]
    else:
        refuses(second, path, rf"count is {value} at index \(1,\), which {target} can't hold")


@pytest.mark.parametrize("have", [torch.bool, torch.int64, torch.float32, torch.complex64])
@pytest.mark.parametrize("want", [torch.bool, torch.int64, torch.float32, torch.complex64])
def test_one_kind_of_numbers_never_turns_into_another(have, want, path):
    save(Buffers(mask=torch.ones(3, dtype=have)), path)
    if have != want:
        refuses(Buffers(mask=torch.ones(3, dtype=want)), path, "mask has numbers of type")


def test_what_holds_no_numbers(path):
    save(lt.LSTM(3, 4), path)
    meta = lt.LSTM(3, 4, device="meta")
    with pytest.raises(ValueError, match="weight_ih_l0 is on the meta device, which holds no numbers"):
        load(meta, path)
    for layer, message in (
        (meta, "is on the meta device"),
        (nn.Sequential(nn.LazyLinear(3)), "0.weight is not initialised yet"),
        (Buffers(mask=torch.eye(3).to_sparse()), "mask is a Tensor, expected a dense array"),
    ):
        with pytest.raises((ValueError, TypeError), match=message) as caught:
            save(layer, path)
        assert str(path) in str(caught.value)

    class Extra(nn.Linear):
        def get_extra_state(self):
            return {"a": 1}

    with pytest.raises(TypeError, match="_extra_state is a dict, expected a dense array of numbers"):
        save(Extra(3, 4), path)
    odd = SimpleNamespace(params={"bias": np.ones(3)})  # not this library's layers, which take no such thing
    for value in (1.0, None, "text", [1.0]):
        odd.params["weight"] = value
        with pytest.raises(TypeError, match=r"weight is a .*, expected a dense array"):
            save(odd, path)
    for value in (
        np.ones(3, np.longdouble),
        np.ones(3, "U3"),
        np.array([object()]),
        np.ones(3, "M8[s]"),
        np.ones(3, complex),
    ):
        odd.params["weight"] = value
        with pytest.raises(TypeError, match="safetensors can't hold these arrays"):
            save(odd, path)
    odd.params = {"__metadata__": np.ones(3)}
    with pytest.raises(ValueError, match="__metadata__, which the format keeps"):
        save(odd, path)
    odd.params = {1: np.ones(3)}
    with pytest.raises(TypeError, match="name is 1, expected text"):
        save(odd, path)


@pytest.mark.skipif(os.name == "nt", reason="other words on Windows")
def test_paths(tmp_path, path):
    layer = ln.Linear(3, 4)
    for call in (save, load):
        with pytest.raises(IsADirectoryError, match=re.escape(f"{tmp_path}'")):
            call(layer, tmp_path)
        with pytest.raises(OSError, match="is no regular file: '/dev/null'"):
            call(layer, "/dev/null")
        with pytest.raises(OSError, match="absent") as caught:
            call(layer, tmp_path / "absent" / "file")
        assert isinstance(caught.value, FileNotFoundError)
        with pytest.raises(OSError, match="File name too long"):
            call(layer, tmp_path / ("a" * 300))
        with pytest.raises(TypeError):
            call(layer, None)
    save(layer, tmp_path / ("a" * 255))  # as long as a name may be
    load(layer, tmp_path / ("a" * 255))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="is no regular file"):
        load(layer, tmp_path / "pipe")
    assert sorted(entry.name[:5] for entry in tmp_path.iterdir()) == ["aaaaa", "pipe"]


@pytest.mark.skipif(os.name == "nt", reason="no such links and modes on Windows")
def test_a_link_stays_a_link_and_a_mode_stays_the_mode(tmp_path, path):
    link = tmp_path / "link"
    link.symlink_to(path)
    save(ln.Linear(3, 4), path)
    path.chmod(0o600)
    layer = ln.Linear(3, 4)
    save(layer, link)
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    other = ln.Linear(3, 4)
    load(other, path)
    np.testing.assert_array_equal(other.params["weight"], layer.params["weight"])


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="who may write everywhere can't be refused")
def test_a_folder_that_can_t_be_written(tmp_path, path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(PermissionError, match=re.escape(str(path))):
            save(ln.Linear(3, 4), path)
    finally:
        tmp_path.chmod(0o700)


def test_an_error_of_the_disk_names_the_path(path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=re.escape(f"No space left on device: '{path}'")):
        save(ln.Linear(3, 4), path)
    assert not list(path.parent.iterdir())


def raw(entries, metadata=None, data=b""):
    """Return a file whose header is written by hand, from pairs that may come twice."""
    text = ", ".join(f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in entries)
    head = ("{" + (f'"__metadata__": {metadata}, ' if metadata else "") + text + "}").encode()
    return len(head).to_bytes(8, "little") + head + data


def entry(*shape):
    return {"dtype": "F64", "shape": shape, "data_offsets": [0, 8 * int(np.prod(shape))]}


@pytest.mark.parametrize("lib", [ln, lt], ids=["numpy", "torch"])
def test_files_that_say_something_twice(lib, path):
    good = [("weight", {**entry(2, 3), "data_offsets": [0, 48]}), ("bias", {**entry(2), "data_offsets": [48, 64]})]
    path.write_bytes(raw(good, data=bytes(64)))
    load(lib.Linear(3, 2), path)
    path.write_bytes(raw([good[0], *good], data=bytes(64)))
    refuses(lib.Linear(3, 2), path, "weight twice|not a safetensors file")
    path.write_bytes(raw(good, '{"settings": "{}", "settings": "{}"}', bytes(64)))
    refuses(lib.Linear(3, 2), path, "settings twice|not a safetensors file")
    twice = json.dumps('{"class": "lstmlib.GRU", "class": "lstmlib.Linear"}')
    path.write_bytes(raw(good, f'{{"settings": {twice}}}', bytes(64)))
    refuses(lib.Linear(3, 2), path, "settings can't be read: it has class twice")


@pytest.mark.parametrize("lib", [ln, lt], ids=["numpy", "torch"])
def test_messages_are_short_whatever_the_file_says(lib, path):
    long, many = "n" * 1_000_000, [f"name {k}" for k in range(10_000)]
    settings = {"class": long, long: long, "l0.class": long} | dict.fromkeys(many, 1)
    ones = np.ones(3)
    for arrays, metadata in (
        ({long: ones}, None),
        (dict.fromkeys(many, ones), None),
        ({"weight": np.ones((1,) * 60)}, None),
        (ln.Linear(3, 4).params, {"settings": json.dumps(settings), "layer": long}),
        (ln.Linear(3, 4).params, {"settings": json.dumps({"class": ["lstmlib.Linear"], "a": [[[long]]]})}),
        (ln.Linear(3, 4).params, {"settings": long}),
        (ln.Linear(3, 4).params, {"settings": '{"a": ' * 50_000}),
        ({"é\n\x1b[31m" + long: ones}, None),
    ):
        safetensors.numpy.save_file(dict(arrays), path, metadata)
        refuses(lib.Linear(3, 4), path, "is not for this Linear")


def test_all_or_nothing_where_the_layer_can_t_be_written(path):
    layer = ln.LSTM(3, 4)
    save(ln.LSTM(3, 4), path)
    layer.params["bias_hh_l0"].flags.writeable = False
    refuses(layer, path, "bias_hh_l0 of the layer is read-only")
    module = lt.LSTM(3, 4)
    module.bias_hh_l0 = nn.Parameter(torch.zeros(1).expand(16), requires_grad=True)
    before = params(module)
    with pytest.raises(RuntimeError, match="single memory location"):
        load(module, path)
    assert all(torch.equal(value, before[name]) for name, value in params(module).items())


@pytest.mark.parametrize("lib", [ln, lt], ids=["numpy", "torch"])
def test_what_is_one_array_in_the_layer_is_one_in_the_file(lib, path):
    def tied():
        layer = lib.LSTM(3, 4, num_layers=2)
        if lib is ln:
            dict.__setitem__(layer.params, "weight_hh_l1", layer.params["weight_hh_l0"])
        else:
            layer.weight_hh_l1 = layer.weight_hh_l0
        return layer

    first, second = tied(), tied()
    save(first, path)
    load(second, path)
    load(lib.LSTM(3, 4, num_layers=2), path)
    save(lib.LSTM(3, 4, num_layers=2), path)
    refuses(tied(), path, "different numbers for weight_hh_l0 and weight_hh_l1, which are one array in this layer")


@pytest.mark.filterwarnings("ignore:.*is deprecated")
@pytest.mark.parametrize(
    "change",
    [
        lambda layer: parametrizations.weight_norm(layer, "weight_hh_l0"),
        lambda layer: parametrizations.spectral_norm(layer, "weight_hh_l0"),
        lambda layer: parametrizations.orthogonal(layer, "weight_hh_l0"),
        lambda layer: prune.l1_unstructured(layer, "weight_hh_l0", 0.5),
        lambda layer: nn.utils.weight_norm(layer, "weight_hh_l0"),
    ],
    ids=["weight norm", "spectral norm", "orthogonal", "pruned", "old weight norm"],
)
def test_parameters_that_are_computed(change, path):
    def net(changed=True, gate="after"):
        layer = lt.Stack(*(lt.Bidirectional(lt.GRU(D, 4, reset=gate), lt.GRU(D, 4, reset=gate)) for D in (3, 8)))
        if changed:
            change(layer.layers[1].backward_layer)
        return layer.eval()

    first, second, x = net(), net(), torch.randn(5, 2, 3)
    first(x)
    save(first, path)
    load(second, path)
    assert torch.equal(first(x)[0], second(x)[0])
    refuses(net(changed=False), path, "is not for this Stack")
    refuses(net(gate="before"), path, "is not for this Stack")


def test_wrappers_compute_the_same(path):
    layer, other = lt.LSTM(3, 4), lt.LSTM(3, 4)
    save(torch.compile(nn.DataParallel(layer), backend="eager"), path)
    load(other, path)
    load(nn.DataParallel(other), path)
    assert torch.equal(other.weight_hh_l0, layer.weight_hh_l0)


def test_modules_that_torch_sees_twice_or_not_at_all(path):
    class Held(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.seen = lt.GRU(3, 4), [lt.Linear(3, 4)]
            self.again, self.all = self.one, (self.one, self.seen[0])
            self.seen.append(self.seen)  # a list in itself

    first, second = Held(), Held()
    save(first, path)
    load(second, path)
    assert torch.equal(second.seen[0].weight, first.seen[0].weight)


def test_half_precision(path):
    half = lt.Linear(3, 4, dtype=torch.float16)
    save(half, path)
    for layer in (ln.Linear(3, 4), lt.Linear(3, 4), lt.Linear(3, 4, dtype=torch.float16)):
        load(layer, path)
        np.testing.assert_array_equal(params(layer)["weight"], params(half)["weight"])
    save(lt.Linear(3, 4, dtype=torch.bfloat16), path)
    load(lt.Linear(3, 4), path)
    refuses(ln.Linear(3, 4), path, "weight has numbers of type BF16, expected one of F16, F32, F64")
