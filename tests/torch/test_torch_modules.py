"""What a module must be beside right: seeded, of any dtype, open to compile and to a second derivative; bad input."""

import re

import pytest
import torch

import lstmlib.torch as lt

CELLS = {"RNN": lt.RNN, "LSTM": lt.LSTM}
cells = pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)


@cells
def test_the_generator_decides(cell):
    one, same, other = (cell(3, 4, generator=torch.Generator().manual_seed(seed)).state_dict() for seed in (1, 1, 2))
    for name in one:
        assert torch.equal(one[name], same[name])
        assert not torch.equal(one[name], other[name])
        assert one[name].abs().max() <= 0.5  # 1 / sqrt(4)


@cells
def test_same_input_same_output_and_gradient(cell):
    layer, x = cell(3, 4, generator=torch.Generator().manual_seed(0)), torch.randn(5, 2, 3)
    runs = []
    for _ in range(2):
        layer.zero_grad()
        y, _ = layer(x)
        y.square().sum().backward()
        runs.append((y.detach(), layer.weight_hh_l0.grad.clone()))
    assert torch.equal(runs[0][0], runs[1][0])
    assert torch.equal(runs[0][1], runs[1][1])


@cells
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_dtype(cell, dtype):
    layer = cell(3, 4, dtype=dtype)
    y, _ = layer(torch.randn(5, 2, 3).to(dtype))
    y.sum().backward()
    assert y.dtype == layer.weight_ih_l0.grad.dtype == dtype
    assert cell(3, 4).to(dtype).weight_ih_l0.dtype == dtype


@cells
def test_on_the_meta_device_shapes_alone_are_made(cell):
    layer = cell(3, 4, device="meta")
    y, _ = layer(torch.zeros(5, 2, 3, device="meta"))
    assert y.shape == (5, 2, 4)


@cells
def test_autocast_makes_the_products_in_its_own_dtype(cell):
    layer, x = cell(3, 4), torch.randn(5, 2, 3)
    with torch.autocast("cpu", torch.bfloat16):
        y, _ = layer(x.bfloat16())
    torch.testing.assert_close(y.float(), layer(x)[0], rtol=0.05, atol=0.05)


@cells
def test_second_derivative(cell):
    layer = cell(2, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    names = [name for name, _ in layer.named_parameters()]
    x = torch.randn(3, 2, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1), requires_grad=True)

    def run(x, *values):
        y, last = torch.func.functional_call(layer, dict(zip(names, values, strict=True)), (x,))
        return y, *(last if isinstance(last, tuple) else (last,))

    inputs = (x, *(p.detach().clone().requires_grad_() for p in layer.parameters()))
    assert torch.autograd.gradcheck(run, inputs)
    assert torch.autograd.gradgradcheck(run, inputs)


@cells
def test_compiled_in_one_graph(cell):
    layer, x = cell(3, 4, dtype=torch.float64), torch.randn(4, 2, 3, dtype=torch.float64)
    # "aot_eager" traces forward and backward without the C++ compiler, which not every machine has.
    compiled = torch.compile(layer, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(x)[0], layer(x)[0], rtol=1e-13, atol=1e-13)


@cells
def test_bad_x(cell):
    layer = cell(3, 4)
    cases = [
        (torch.zeros(5, 3), ValueError, "x has shape (5, 3), expected (T, N, 3)"),
        (torch.zeros(5, 2, 4), ValueError, "x has shape (5, 2, 4), expected (T, N, 3)"),
        (torch.zeros(0, 2, 3), ValueError, "x has shape (0, 2, 3), which is empty; expected (T, N, 3)"),
        (
            torch.zeros(5, 2, 3, dtype=torch.int64),
            TypeError,
            "x of shape (5, 2, 3) has dtype torch.int64, expected floats",
        ),
        (torch.zeros(5, 2, 3, dtype=torch.float64), TypeError, "has dtype torch.float64, expected torch.float32, the"),
        (torch.zeros(5, 2, 3, device="meta"), ValueError, "x of shape (5, 2, 3) is on meta, expected cpu, where"),
        (
            torch.full((5, 2, 3), torch.nan),
            ValueError,
            "x of shape (5, 2, 3) is NaN at index (0, 0, 0), expected numbers",
        ),
        ([[1.0]], TypeError, "x is a list, expected a float tensor of shape (T, N, 3)"),
    ]
    for x, error, message in cases:
        with pytest.raises(error, match=re.escape(message)):
            layer(x)


def test_bad_state():
    x, good = torch.zeros(5, 2, 3), torch.zeros(2, 4)
    with pytest.raises(ValueError, match=re.escape("state has shape (4, 2), expected (2, 4)")):
        lt.RNN(3, 4)(x, good.T)
    with pytest.raises(TypeError, match=re.escape("state is a Tensor, expected a pair (h, c), each (2, 4)")):
        lt.LSTM(3, 4)(x, good)
    with pytest.raises(ValueError, match=re.escape("state[1] (c) has shape (2, 3), expected (2, 4)")):
        lt.LSTM(3, 4)(x, (good, torch.zeros(2, 3)))


@cells
def test_bad_sizes(cell):
    for size, error in [(0, ValueError), (2.0, TypeError), (True, TypeError)]:
        with pytest.raises(error, match=re.escape(f"hidden_size is {size!r}, expected a positive integer")):
            cell(3, size)


def test_unknown_nonlinearity():
    with pytest.raises(ValueError, match="nonlinearity is 'sine', expected one of tanh, relu, logistic"):
        lt.RNN(3, 4, nonlinearity="sine")
