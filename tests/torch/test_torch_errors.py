"""What no layer can take is refused with what to do about it, by every layer."""

import re

import pytest
import torch
from every_layer import CASES, LEARNING, H
from other_twins import LAYERS
from other_twins import make as make_other
from twins import CELLS
from twins import make as make_cell

import lstmlib.torch as lt

MAKERS = {
    **{name: lambda name=name, **more: make_cell(lt, name, 3, H, **more) for name in CELLS},
    **{name: lambda name=name, **more: make_other(lt, name, **more) for name in LAYERS},
    "Embedding": lambda **more: lt.Embedding(5, 4, **more),
}
makers = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
every = pytest.mark.parametrize("name", CASES)


@makers
@pytest.mark.parametrize(
    "dtype", [torch.int64, torch.bool, torch.complex64, torch.float8_e4m3fn, "float32", float], ids=str
)
def test_parameters_are_floats(make, dtype):
    with pytest.raises(TypeError, match=re.escape(f"dtype is {dtype}, expected one of torch.float64, torch.float32")):
        make(dtype=dtype)


@makers
def test_a_seed_is_no_generator(make):
    if isinstance(make(), lt.LayerNorm):
        return  # draws nothing
    for seed in (0, 7, "0", torch):
        named = f"such as torch.Generator().manual_seed({seed if isinstance(seed, int) else 0})"
        with pytest.raises(TypeError, match=r"generator is .{1,100}, expected a torch.Generator, " + re.escape(named)):
            make(generator=seed)


@every
def test_sparse_nested_and_masked_tensors(name):
    case = CASES[name]()
    sequences = [case.x[:2, 0], case.x[:3, 1]]
    for x, message in (
        (case.x.to_sparse(), "x has layout torch.sparse_coo, expected .*: pass x.to_dense()"),
        (
            torch.nested.nested_tensor(sequences),
            "x is a nested tensor, expected .*: pass torch.nested.to_padded_tensor",
        ),
        (torch.nested.nested_tensor(sequences, layout=torch.jagged), "x is a nested tensor, expected"),
    ):
        with pytest.raises(TypeError, match=message):
            case.layer(x, **case.arguments)
    if case.x.is_floating_point():
        masked = torch.masked.masked_tensor(case.x, case.x > 0)
        with pytest.raises(TypeError, match="x is a MaskedTensor, expected"):
            case.layer(masked, **case.arguments)


@pytest.mark.parametrize("name", [name for name in LEARNING if name != "Embedding"])
def test_another_dtype_comes_with_its_remedy(name):
    case = CASES[name]()
    message = (
        "has dtype torch.float32, expected torch.float64, the parameters': "
        "pass x.to(torch.float64), or make the layer's parameters so: layer.to(torch.float32)"
    )
    with pytest.raises(TypeError, match=re.escape(message)):
        case.layer(case.x.float(), **case.arguments)


@pytest.mark.parametrize("name", [name for name in LEARNING if name != "Embedding"])
@pytest.mark.filterwarnings("ignore:Complex modules")
def test_parameters_that_were_made_complex(name):
    case = CASES[name]()
    with pytest.raises(TypeError, match=re.escape("parameters are torch.complex64, expected floats: layer.to(torch.f")):
        case.layer.to(torch.complex64)(case.x, **case.arguments)


def test_states_and_lengths_of_odd_layouts():
    layer, x, state = lt.LSTM(3, 4), torch.zeros(5, 2, 3), torch.zeros(2, 4)
    with pytest.raises(TypeError, match=re.escape("state[1] (c) has layout torch.sparse_coo, expected")) as caught:
        layer(x, (state, state.to_sparse()))
    assert "pass state[1].to_dense()" in str(caught.value)
    with pytest.raises(TypeError, match=re.escape("lengths has layout torch.sparse_coo, expected integers")):
        layer(x, lengths=torch.tensor([1, 2]).to_sparse())
