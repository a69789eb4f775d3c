"""The layers that are not recurrent, and ConvLSTM: NumPy = lstmlib.torch, and what a module must be beside right."""

import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from other_twins import LAYERS, draw, has_fast_path, make, pair
from parity import close, compare

import lstmlib.numpy as ln
import lstmlib.torch as lt

names = pytest.mark.parametrize("name", LAYERS)
SEEDS = st.integers(0, 2**32 - 1)
LENGTHS = [2, 4, 1]
T, N = 4, 3


def tensors(name, seed=0, lengths=None, dtype=torch.float64):
    """Return what ``draw`` draws, as tensors."""
    x, state, arguments = draw(name, np.random.default_rng(seed), T, N, lengths)
    x = torch.as_tensor(x, dtype=dtype)
    if isinstance(state, tuple):
        state = tuple(torch.as_tensor(part, dtype=dtype) for part in state)
    elif state is not None:
        state = torch.as_tensor(state, dtype=dtype)
    return x, state, {key: torch.as_tensor(value) for key, value in arguments.items()}


@names
@settings(max_examples=12)
@given(
    seed=SEEDS, lengths=st.lists(st.integers(1, 6), min_size=1, max_size=4), padded=st.booleans(), fast=st.booleans()
)
def test_both_backends_are_equal(name, seed, lengths, padded, fast):
    rng = np.random.default_rng(seed)
    layer, twin = pair(name, rng, **({"fast": fast} if has_fast_path(name) else {}))
    x, state, arguments = draw(name, rng, max(lengths), len(lengths), lengths if padded else None)
    compare(layer, twin, x, state, rng, **arguments)


@names
def test_padding_never_leaks(name):
    _, _, _, takes_lengths = LAYERS[name]
    if not takes_lengths:
        return
    layer = make(lt, name, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    x, state, arguments = tensors(name, lengths=LENGTHS)
    results = []
    for value in (None, torch.nan, torch.inf):
        if value is not None:
            x[torch.arange(T)[:, None] >= arguments["lengths"]] = value
            if "memory_lengths" in arguments:
                state[torch.arange(len(state))[:, None] >= arguments["memory_lengths"]] = value
        leaf = x.clone().requires_grad_()
        layer.zero_grad()
        y, _ = layer(leaf, state, **arguments)
        y.square().sum().backward()
        results.append([y.detach(), leaf.grad, *(p.grad.clone() for p in layer.parameters())])
    for other in results[1:]:
        for have, want in zip(other, results[0], strict=True):
            assert torch.equal(have, want)
    past = torch.arange(T)[:, None] >= arguments["lengths"]
    assert not results[0][0][past].any()
    assert not results[0][1][past].any()


@names
def test_the_generator_decides(name):
    one, same, other = (make(lt, name, generator=torch.Generator().manual_seed(k)).state_dict() for k in (1, 1, 2))
    drawn = 0
    for key in one:
        assert torch.equal(one[key], same[key])
        drawn += not torch.equal(one[key], other[key])
    assert drawn == {"LayerNorm": 0, "Linear": 2, "AdditiveAttention": 3, "ConvLSTM": 3, "ConvLSTM peephole": 4}.get(
        name, 2 if name.startswith("Multi") else 6
    )


@names
def test_both_backends_start_alike(name):
    """The same distribution: the largest entries agree, and what starts at 0 or 1 does in both."""
    rng, generator = np.random.default_rng(0), torch.Generator().manual_seed(0)
    ours = [make(ln, name, rng=rng).params for _ in range(100)]
    theirs = [make(lt, name, generator=generator).state_dict() for _ in range(100)]
    assert list(ours[0]) == list(theirs[0])
    for key in ours[0]:
        a = np.stack([params[key] for params in ours])
        b = torch.stack([params[key] for params in theirs]).numpy()
        assert a.max() == pytest.approx(b.max(), rel=0.05)
        assert a.min() == pytest.approx(b.min(), rel=0.05)


@names
def test_counts_are_numpy_s(name):
    ours, twin = make(ln, name), make(lt, name)
    assert ours.num_parameters == twin.num_parameters == sum(p.numel() for p in twin.parameters())
    if callable(ours.num_operations):
        sizes = (5,) if name.startswith("Transformer") else (5, 7)
        assert ours.num_operations(*sizes) == twin.num_operations(*sizes)
    else:
        assert ours.num_operations == twin.num_operations


@names
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_dtype(name, dtype):
    layer = make(lt, name, dtype=dtype)
    x, state, arguments = tensors(name, lengths=LENGTHS, dtype=dtype)
    y, _ = layer(x, state, **arguments)
    y.sum().backward()
    assert {y.dtype, *(p.grad.dtype for p in layer.parameters())} == {dtype}
    assert {p.dtype for p in make(lt, name).to(dtype).parameters()} == {dtype}


@names
def test_on_the_meta_device_shapes_alone_are_made(name):
    assert {p.device.type for p in make(lt, name, device="meta").parameters()} == {"meta"}


@names
@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["equal lengths", "lengths"])
def test_compiled_in_one_graph(name, lengths):
    torch._dynamo.reset()  # which gives up on a class after some graphs of it
    layer = make(lt, name, dtype=torch.float64)
    x, state, arguments = tensors(name, lengths=lengths)
    # "aot_eager" traces forward and backward without the C++ compiler, which not every machine has.
    compiled = torch.compile(layer, fullgraph=True, backend="aot_eager")
    results = []
    for run in (compiled, layer):
        leaf = x.clone().requires_grad_()
        y, _ = run(leaf, state, **arguments)
        y.square().sum().backward()
        results.append((y, leaf.grad))
    for have, want in zip(*results, strict=True):
        torch.testing.assert_close(have, want, rtol=1e-12, atol=1e-12)


@names
def test_second_derivative(name):
    more = {"fast": False} if has_fast_path(name) else {}
    layer = make(lt, name, dtype=torch.float64, generator=torch.Generator().manual_seed(0), **more)
    x, state, arguments = tensors(name, lengths=LENGTHS)
    x.requires_grad_()
    parameters = [p for p in layer.parameters() if p.requires_grad]
    y, _ = layer(x, state, **arguments)
    first = torch.autograd.grad(y.pow(3).sum(), [x, *parameters], create_graph=True)
    # The derivative of the first derivative's square, against differences of it along a random direction.
    second = torch.autograd.grad(sum(g.square().sum() for g in first), [x, *parameters])
    generator, step = torch.Generator().manual_seed(1), 1e-6
    direction = [torch.randn(v.shape, dtype=v.dtype, generator=generator) for v in (x, *parameters)]
    values = []
    for sign in (1, -1):
        with torch.no_grad():
            for v, d in zip((x, *parameters), direction, strict=True):
                v += sign * step * d
        y, _ = layer(x, state, **arguments)
        gradients = torch.autograd.grad(y.pow(3).sum(), [x, *parameters])
        values.append(sum(float(g.square().sum()) for g in gradients))
        with torch.no_grad():
            for v, d in zip((x, *parameters), direction, strict=True):
                v -= sign * step * d
    along = sum(float((g * d).sum()) for g, d in zip(second, direction, strict=True))
    assert along == pytest.approx((values[0] - values[1]) / (2 * step), rel=1e-5)


@pytest.mark.parametrize("name", [name for name in LAYERS if has_fast_path(name)])
@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["equal lengths", "lengths"])
def test_fast_path_is_the_readable_one(name, lengths):
    fast, readable = (make(lt, name, dtype=torch.float64, fast=value) for value in (True, False))
    readable.load_state_dict(fast.state_dict())
    x, state, arguments = tensors(name, lengths=lengths)
    results = []
    for layer in (fast, readable):
        leaf = x.clone().requires_grad_()
        y, _ = layer(leaf, state, **arguments)
        y.square().sum().backward()
        results.append([y, leaf.grad, *(p.grad for p in layer.parameters())])
    for have, want in zip(*results, strict=True):
        close(name, have, want)


@pytest.mark.parametrize("name", [name for name in LAYERS if has_fast_path(name)])
def test_fast_path_is_taken_where_it_may_be(name, monkeypatch):
    calls, fused = [], torch.nn.functional.scaled_dot_product_attention
    monkeypatch.setattr(
        torch.nn.functional, "scaled_dot_product_attention", lambda *a, **k: calls.append(k) or fused(*a, **k)
    )
    x, state, arguments = tensors(name, lengths=LENGTHS)
    for fast, need_weights, expected in [(True, False, 1), (True, True, 0), (False, False, 0)]:
        calls.clear()
        make(lt, name, dtype=torch.float64, fast=fast)(x, state, **arguments, need_weights=need_weights)
        assert len(calls) == expected


@pytest.mark.parametrize("name", [n for n in LAYERS if "Attention" in n or "Transformer" in n])
def test_weights_are_numpy_s(name):
    rng = np.random.default_rng(0)
    layer, twin = pair(name, rng)
    x, state, arguments = draw(name, rng, T, N, LENGTHS)
    y, _, cache = layer.forward(x, state, **arguments)
    weights = cache.attention.weights if name.startswith("Transformer") else cache.weights
    inputs = [None if value is None else torch.as_tensor(value) for value in (x, state)]
    lengths = {key: torch.as_tensor(value) for key, value in arguments.items()}
    asked = twin(*inputs, **lengths, need_weights=True)
    close("y", asked[0], y)
    close("weights", asked[1], weights)
    assert twin(*inputs, **lengths)[1] is None


@names
def test_bad_x(name):
    layer = make(lt, name)
    x, state, _ = tensors(name, dtype=torch.float32)
    shape = str(tuple(x.shape))
    cases = [
        (x[0], ValueError, f"x has shape {tuple(x.shape[1:])}, expected (T, N, {x.shape[2]}"),
        (torch.cat([x, x], 2), ValueError, f"expected (T, N, {x.shape[2]}"),
        (x[:0], ValueError, "which is empty; expected (T, N,"),
        (x.long(), TypeError, f"x of shape {shape} has dtype torch.int64, expected floats"),
        (x.double(), TypeError, f"x of shape {shape} has dtype torch.float64, expected torch.float32"),
        (x.to("meta"), ValueError, f"x of shape {shape} is on meta, expected cpu"),
        (x * torch.nan, ValueError, f"x of shape {shape} is NaN at index (0, 0, 0"),
        ([1.0], TypeError, "x is a list, expected a float tensor of shape (T, N,"),
    ]
    for bad, error, message in cases:
        with pytest.raises(error, match=re.escape(message)):
            layer(bad, state)
        if LAYERS[name][3]:
            with pytest.raises(error, match=re.escape(message)):  # and is said before anything about its lengths
                layer(bad, state, lengths=torch.tensor([1, 2, 4]))


@names
def test_bad_lengths(name):
    if not LAYERS[name][3]:
        return
    layer = make(lt, name)
    x, state, _ = tensors(name, dtype=torch.float32)
    wanted = "integers from 1 to 4 of shape (3,)"
    cases = [
        (torch.tensor([1, 2]), ValueError, f"lengths has shape (2,), expected {wanted}"),
        (torch.tensor([0, 2, 3]), ValueError, f"lengths runs from 0 to 3, expected {wanted}"),
        (torch.tensor([1, 2, 5]), ValueError, f"lengths runs from 1 to 5, expected {wanted}"),
        (torch.tensor([1.0, 2.0, 3.0]), TypeError, f"lengths of shape (3,) has dtype torch.float32, expected {wanted}"),
        (torch.tensor([1, 2, 3], device="meta"), ValueError, f"lengths is on meta, expected {wanted} on cpu"),
        ([1, 2, 3], TypeError, f"lengths is a list, expected {wanted}"),
    ]
    for lengths, error, message in cases:
        with pytest.raises(error, match=re.escape(message)):
            layer(x, state, lengths=lengths)


def test_bad_memory():
    x, memory = torch.zeros(3, 2, 4), torch.zeros(5, 2, 4)
    for layer in (lt.AdditiveAttention(4, 4, 3), lt.MultiHeadAttention(4, 2)):
        with pytest.raises(ValueError, match=re.escape("memory has shape (5, 2, 3), expected (S, 2, 4)")):
            layer(x, memory[..., :3])
        with pytest.raises(
            ValueError, match=re.escape("memory_lengths runs from 1 to 6, expected integers from 1 to 5")
        ):
            layer(x, memory, memory_lengths=torch.tensor([1, 6]))
    with pytest.raises(ValueError, match="memory came to a causal layer"):
        lt.MultiHeadAttention(4, 2, causal=True)(x, memory)
    with pytest.raises(ValueError, match="memory_lengths came without memory"):
        lt.MultiHeadAttention(4, 2)(x, memory_lengths=torch.tensor([1, 2]))


def test_bad_state():
    layer, x, good = lt.ConvLSTM(2, 3, 3), torch.zeros(4, 2, 2, 5, 6), torch.zeros(2, 3, 5, 6)
    with pytest.raises(TypeError, match=re.escape("state is a Tensor, expected a pair (h, c), each (2, 3, 5, 6)")):
        layer(x, good)
    with pytest.raises(ValueError, match=re.escape("state[1] (c) has shape (2, 3, 5, 5), expected (2, 3, 5, 6)")):
        layer(x, (good, good[..., :5]))


BAD_ARGUMENTS = {
    "Linear": ((0, 3), {}),
    "LayerNorm": ((4,), {"eps": -1.0}),
    "Embedding": ((3, 1.5), {}),
    "PositionalEncoding": ((True,), {}),
    "AdditiveAttention": ((2, "3", 2), {}),
    "MultiHeadAttention": ((6, 4), {}),
    "TransformerBlock": ((4, 2), {"norm": "none"}),
    "ConvLSTM": ((2, 3, 2), {}),
}


@pytest.mark.parametrize("name", BAD_ARGUMENTS)
def test_bad_arguments_have_numpy_s_error(name):
    args, options = BAD_ARGUMENTS[name]
    errors = []
    for lib in (ln, lt):
        with pytest.raises((TypeError, ValueError)) as caught:
            getattr(lib, name)(*args, **options)
        errors.append((caught.type, str(caught.value)))
    assert errors[0] == errors[1]


@given(SEEDS, st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(1, 7), st.integers(1, 4)))
def test_embedding(seed, shape):
    T, N, V, E = shape
    rng = np.random.default_rng(seed)
    layer, twin = ln.Embedding(V, E, rng=rng), lt.Embedding(V, E, dtype=torch.float64)
    twin.load_state_dict({"weight": torch.as_tensor(layer.params["weight"])})
    symbols, dy = rng.integers(V, size=(T, N)), rng.standard_normal((T, N, E))
    y, _, cache = layer.forward(symbols)
    y_t, state = twin(torch.as_tensor(symbols))
    y_t.backward(torch.as_tensor(dy))
    close("y", y_t, y, 0.0)
    close("gradient", twin.weight.grad, layer.backward(cache, dy)[2]["weight"])
    assert state is None
    assert (layer.num_parameters, layer.num_operations) == (twin.num_parameters, twin.num_operations) == (V * E, 0)


def test_bad_symbols():
    layer = lt.Embedding(5, 3)
    wanted = "integers from 0 to 4 of shape (T, N)"
    cases = [
        (torch.tensor([[0, 1], [2, 5]]), ValueError, f"x of shape (2, 2) is 5 at index (1, 1), expected {wanted}"),
        (torch.zeros(2, 2), TypeError, f"x of shape (2, 2) has dtype torch.float32, expected {wanted}"),
        (torch.zeros(2, dtype=torch.int64), ValueError, f"x has shape (2,), expected {wanted}"),
        (torch.zeros(2, 2, dtype=torch.int64, device="meta"), ValueError, f"x is on meta, expected {wanted} on cpu"),
        ([[0]], TypeError, f"x is a list, expected {wanted}"),
    ]
    for x, error, message in cases:
        with pytest.raises(error, match=re.escape(message)):
            layer(x)


@pytest.mark.parametrize("size", [1, 6, 7])
def test_positional_encoding(size):
    x = np.random.default_rng(0).standard_normal((300, 2, size))
    layer, twin = ln.PositionalEncoding(size), lt.PositionalEncoding(size)
    close("y", twin(torch.as_tensor(x))[0], layer.forward(x)[0])
    assert twin(torch.as_tensor(x, dtype=torch.float32))[0].dtype == torch.float32
    assert not twin.state_dict()
    assert (twin.num_parameters, twin.num_operations) == (0, 0)
    with pytest.raises(ValueError, match=re.escape(f"x has shape (300, 2, {size}), expected (T, N, {size + 1})")):
        lt.PositionalEncoding(size + 1)(torch.as_tensor(x))
