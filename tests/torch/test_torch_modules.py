"""What a module must be beside right: seeded, of any dtype, open to compile and to a second derivative; bad input."""

import re

import pytest
import torch
from parity import named_gradients
from twins import CELLS, KERNELS, make

import lstmlib.torch as lt

cells = pytest.mark.parametrize("name", CELLS)
both_paths = pytest.mark.parametrize(
    ("name", "fast"), [(name, False) for name in CELLS] + [(name, True) for name in KERNELS]
)
LENGTHS = torch.tensor([2, 3])


def seeded(name, D=3, H=4, seed=0, fast=None, **more):
    more |= {} if fast is None or name not in KERNELS else {"fast": fast}
    return make(lt, name, D, H, generator=torch.Generator().manual_seed(seed), **more)


@cells
@pytest.mark.parametrize("layers", [{}, {"num_layers": 2}, {"both_ways": True}], ids=["one", "two", "both ways"])
def test_the_generator_decides(name, layers):
    one, same, other = (seeded(name, seed=seed, **layers).state_dict() for seed in (1, 1, 2))
    bound = 0.7 if "1997" in name else 0.5  # weight_range, or 1 / sqrt(4)
    for key in one:
        assert torch.equal(one[key], same[key])
        if name == "Carousel free" and key.startswith("weight_hh"):
            continue  # starts at 1, and isn't drawn
        assert not torch.equal(one[key], other[key])
        assert one[key].abs().max() <= bound


@both_paths
def test_same_input_same_output_and_gradient(name, fast):
    layer, x = seeded(name, fast=fast), torch.randn(5, 2, 3)
    runs = []
    for _ in range(2):
        layer.zero_grad()
        y, _ = layer(x)
        y.square().sum().backward()
        runs.append([y.detach(), *(grad.clone() for grad in named_gradients(layer).values())])
    assert all(torch.equal(a, b) for a, b in zip(*runs, strict=True))


@both_paths
@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["equal lengths", "lengths"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16], ids=str)
def test_dtype(name, fast, dtype, lengths):
    layer = seeded(name, fast=fast, dtype=dtype)
    exact = seeded(name, fast=False, dtype=torch.float64)
    exact.load_state_dict({key: value.double() for key, value in layer.state_dict().items()})
    x = torch.randn(3, 2, 3, generator=torch.Generator().manual_seed(1)).to(dtype)
    y, _ = layer(x, lengths=lengths)
    y.sum().backward()
    assert y.dtype == dtype
    assert {grad.dtype for grad in named_gradients(layer).values()} == {dtype}
    tolerance = {torch.float32: 1e-5, torch.float64: 1e-12, torch.bfloat16: 0.1}[dtype]
    torch.testing.assert_close(y.double(), exact(x.double(), lengths=lengths)[0], rtol=tolerance, atol=tolerance)


@cells
def test_on_the_meta_device_shapes_alone_are_made(name):
    layer = make(lt, name, 3, 4, device="meta")
    assert {p.device.type for p in layer.parameters()} == {"meta"}
    y, _ = layer(torch.zeros(5, 2, 3, device="meta"))
    assert y.shape == (5, 2, layer.hidden_size)
    if not getattr(layer, "kernel", lambda: None)():  # torch's own packing asks for the numbers
        assert layer(torch.zeros(5, 2, 3, device="meta"), lengths=LENGTHS.to("meta"))[0].shape == y.shape


@both_paths
def test_autocast_makes_the_products_in_its_own_dtype(name, fast):
    layer, x = seeded(name, fast=fast), torch.randn(5, 2, 3)
    with torch.autocast("cpu", torch.bfloat16):
        y, _ = layer(x)
    torch.testing.assert_close(y.float(), layer(x)[0], rtol=0.1, atol=0.1)


# A truncated gradient is not the derivative of the output, so that differences can't confirm it.
@pytest.mark.parametrize("name", [name for name in CELLS if "truncated" not in name])
def test_second_derivative(name):
    layer = seeded(name, 2, 2, seed=3, dtype=torch.float64, fast=False)
    names = [key for key, _ in layer.named_parameters()]
    x = torch.randn(3, 2, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1), requires_grad=True)

    def run(x, *values):
        y, last = torch.func.functional_call(layer, dict(zip(names, values, strict=True)), (x, None, LENGTHS))
        return y, *(last if isinstance(last, tuple) else (last,))

    inputs = (x, *(p.detach().clone().requires_grad_() for p in layer.parameters()))
    firsts = torch.autograd.grad(run(*inputs)[0].sum(), inputs)
    assert all(grad.abs().max() > 0 for grad in firsts)  # the parameters given are the ones used
    assert torch.autograd.gradcheck(run, inputs, fast_mode=True)
    assert torch.autograd.gradgradcheck(run, inputs, fast_mode=True)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("name", KERNELS)
def test_second_derivative_through_torch_s_kernel_is_the_loop_s(name, dtype):
    seconds = []
    for fast in (True, False):
        layer = seeded(name, 2, 3, fast=fast, dtype=dtype)
        x = torch.randn(4, 2, 2, dtype=dtype, generator=torch.Generator().manual_seed(1), requires_grad=True)
        (first,) = torch.autograd.grad(layer(x)[0].sum(), x, create_graph=True)
        seconds.append(torch.autograd.grad(first.square().sum(), [x, *layer.parameters()], materialize_grads=True))
    tolerance = {torch.float32: 1e-5, torch.float64: 1e-12}[dtype]
    for have, want in zip(*seconds, strict=True):
        torch.testing.assert_close(have, want, rtol=tolerance, atol=tolerance)


@pytest.fixture
def compiler():
    """Torch's compiler, without what it remembers of other tests."""
    torch._dynamo.reset()
    yield torch.compile
    torch._dynamo.reset()


# Not the fast path with lengths: torch packs sequences on the CPU, outside any graph.
@pytest.mark.parametrize(
    ("name", "fast", "lengths"),
    [(name, False, lengths) for name in CELLS for lengths in (None, LENGTHS)]
    + [(name, True, None) for name in KERNELS],
)
def test_compiled_in_one_graph(name, fast, lengths, compiler):
    layer, x = seeded(name, fast=fast, dtype=torch.float64), torch.randn(3, 2, 3, dtype=torch.float64)
    # "aot_eager" traces forward and backward without the C++ compiler, which not every machine has.
    compiled = compiler(layer, fullgraph=True, backend="aot_eager")
    grads = []
    for run in (layer, compiled):
        layer.zero_grad()
        y, _ = run(x, lengths=lengths)
        y.square().sum().backward()
        grads.append([y.detach(), *(grad.clone() for grad in named_gradients(layer).values())])
    for have, want in zip(*grads, strict=True):
        torch.testing.assert_close(have, want, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", ["LSTM", "LSTM1997"])
def test_compiled_both_ways(name, compiler):
    layer, x = seeded(name, both_ways=True, fast=False, dtype=torch.float64), torch.randn(3, 2, 3, dtype=torch.float64)
    compiled = compiler(layer, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(x, lengths=LENGTHS)[0], layer(x, lengths=LENGTHS)[0], rtol=1e-12, atol=1e-13)


@cells
def test_bad_x(name):
    layer = make(lt, name, 3, 4)
    cases = [
        (torch.zeros(5, 3), ValueError, "x has shape (5, 3), expected (T, N, 3)"),
        (torch.zeros(5, 2, 4), ValueError, "x has shape (5, 2, 4), expected (T, N, 3)"),
        (torch.zeros(0, 2, 3), ValueError, "x has shape (0, 2, 3), which is empty; expected (T, N, 3)"),
        (torch.zeros(5, 2, 3, dtype=torch.int64), TypeError, "x of shape (5, 2, 3) has dtype torch.int64, expected"),
        (torch.zeros(5, 2, 3, dtype=torch.float64), TypeError, "has dtype torch.float64, expected torch.float32, the"),
        (torch.zeros(5, 2, 3, device="meta"), ValueError, "x of shape (5, 2, 3) is on meta, expected cpu, where"),
        (torch.full((5, 2, 3), torch.nan), ValueError, "x of shape (5, 2, 3) is NaN at index (0, 0, 0), expected"),
        ([[1.0]], TypeError, "x is a list, expected a float tensor of shape (T, N, 3)"),
    ]
    for x, error, message in cases:
        with pytest.raises(error, match=re.escape(message)):
            layer(x)
        with pytest.raises(error, match=re.escape(message)):  # and is said before anything about its lengths
            layer(x, lengths=LENGTHS)
    with pytest.raises(ValueError, match=re.escape("x has shape (5, 0, 3), which is empty")):
        layer(torch.zeros(5, 0, 3), lengths=LENGTHS[:0])


def test_bad_state():
    x, good = torch.zeros(5, 2, 3), torch.zeros(2, 4)
    with pytest.raises(ValueError, match=re.escape("state has shape (4, 2), expected (2, 4)")):
        lt.RNN(3, 4)(x, good.T)
    with pytest.raises(TypeError, match=re.escape("state is a Tensor, expected a pair (h, c), each (2, 4)")):
        lt.LSTM(3, 4)(x, good)
    with pytest.raises(ValueError, match=re.escape("state[1] (c) has shape (2, 3), expected (2, 4)")):
        lt.LSTM(3, 4)(x, (good, torch.zeros(2, 3)))
    with pytest.raises(ValueError, match=re.escape("state[0] (h) has shape (2, 4), expected (3, 2, 4)")):
        lt.LSTM(3, 4, num_layers=3)(x, (good, good))
    with pytest.raises(TypeError, match=re.escape("expected a tuple of tensors of shapes (2, 2, 4) and (2, 2, 4)")):
        make(lt, "LSTM", 3, 4, both_ways=True)(x, good)


@pytest.mark.parametrize("layers", [{}, {"both_ways": True}], ids=["one", "both ways"])
def test_bad_lengths(layers):
    layer, x = make(lt, "LSTM", 3, 4, **layers), torch.zeros(5, 2, 3)
    cases = [
        (torch.tensor([1, 6]), ValueError, "lengths runs from 1 to 6, expected integers from 1 to 5 of shape (2,)"),
        (torch.tensor([0, 5]), ValueError, "lengths runs from 0 to 5"),
        (torch.tensor([5]), ValueError, "lengths has shape (1,), expected integers from 1 to 5 of shape (2,)"),
        (torch.tensor([1.0, 2.0]), TypeError, "lengths of shape (2,) has dtype torch.float32"),
        ([1, 2], TypeError, "lengths is a list"),
    ]
    for lengths, error, message in cases:
        with pytest.raises(error, match=re.escape(message)):
            layer(x, lengths=lengths)


@cells
def test_bad_sizes(name):
    for size, error in [(0, ValueError), (2.0, TypeError), (True, TypeError)]:
        with pytest.raises(error, match=re.escape(f" is {size!r}, expected a positive integer")):
            make(lt, name, 3, size)
        with pytest.raises(error, match=re.escape(f"num_layers is {size!r}, expected a positive integer")):
            make(lt, name, 3, 4, num_layers=size)


def test_bad_options():
    for call, message in [
        (lambda: lt.RNN(3, 4, nonlinearity="sine"), "nonlinearity is 'sine', expected one of tanh, relu, logistic"),
        (lambda: lt.GRU(3, 4, reset="never"), "reset is 'never', expected one of after, before"),
        (lambda: lt.LSTM1997(3, 2, gradient="half"), "gradient is 'half', expected one of full, truncated"),
        (lambda: lt.LSTM1997(3, 2, biased="none", input_gate_bias=-1.0), "expected None where no unit is biased"),
        (lambda: lt.Bidirectional(lt.GRU(3, 4), lt.GRU(3, 5)), "backward_layer.hidden_size is 5, expected 4"),
    ]:
        with pytest.raises(ValueError, match=re.escape(message)):
            call()


def test_reading_a_layer():
    assert "LSTM(3, 4, num_layers=2)" in str(lt.LSTM(3, 4, num_layers=2))
    assert "LSTM1997(3, 2, 3)" in str(lt.LSTM1997(3, 2, 3))
