"""Every layer under ``torch.func``, autocast, compilers and tracers, and in half precision."""

import pytest
import torch
from every_layer import CASES, LEARNING, N, run
from torch.func import functional_call, grad, jacfwd, jacrev, stack_module_state, vmap
from torch.nn.utils import parametrizations

every = pytest.mark.parametrize("name", CASES)
learning = pytest.mark.parametrize("name", LEARNING)
smooth = pytest.mark.parametrize("name", [name for name in CASES if name != "Embedding"])


def close(have, want, tolerance=1e-12):
    torch.testing.assert_close(have, want, rtol=tolerance, atol=tolerance)


@learning
def test_gradients_of_every_sequence_by_itself(name):
    case = CASES[name]()
    params = dict(case.layer.named_parameters())

    def loss(params, x, arguments):
        arguments = {key: value[:, None] for key, value in arguments.items()}
        return functional_call(case.layer, params, (x[:, None],), arguments)[0].square().sum()

    arguments = dict.fromkeys(case.arguments, 1)
    each = vmap(grad(loss), (None, 1, arguments))(params, case.x, case.arguments)
    for n in range(N):
        part = {key: value[:, n] for key, value in case.arguments.items()}
        want = torch.autograd.grad(loss(params, case.x[:, n], part), list(params.values()))
        for key, value in zip(params, want, strict=True):
            close(each[key][n], value)


@learning
def test_an_ensemble_in_one_call(name):
    cases = [CASES[name](), CASES[name]()]
    with torch.no_grad():
        for value in cases[1].layer.parameters():
            value.uniform_(-1.0, 1.0)
    params, buffers = stack_module_state([case.layer for case in cases])

    def call(params, buffers):
        return functional_call(cases[0].layer, (params, buffers), (cases[0].x,), cases[0].arguments)[0]

    for y, case in zip(vmap(call)(params, buffers), cases, strict=True):
        close(y, run(case))


@smooth
def test_jacobians(name):
    case = CASES[name]()

    def total(x):
        return case.layer(x, **case.arguments)[0].sum(0)

    want = torch.autograd.functional.jacobian(total, case.x)
    close(jacrev(total)(case.x), want)
    if "Attention" not in name and "Transformer" not in name:
        close(jacfwd(total)(case.x), want)  # torch's fused attention has no forward derivative


@every
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
def test_autocast(name, dtype):
    case = CASES[name]()
    case = case._replace(
        layer=case.layer.float(),
        x=case.x.float() if case.x.is_floating_point() else case.x,
        arguments={key: value.float() for key, value in case.arguments.items()},
    )
    want = run(case)
    with torch.autocast("cpu", dtype):
        y = run(case)
    close(y.float(), want, 0.1)
    if name in LEARNING:
        y.float().square().sum().backward()
        assert {value.grad.dtype for value in case.layer.parameters()} == {torch.float32}


@every
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
def test_half_precision_is_right(name, dtype):
    case = CASES[name]()
    want = run(case)
    half = case._replace(
        layer=case.layer.to(dtype),
        x=case.x.to(dtype) if case.x.is_floating_point() else case.x,
        arguments={key: value.to(dtype) for key, value in case.arguments.items()},
    )
    y = run(half)
    assert y.dtype == dtype
    tolerance = {torch.bfloat16: 0.1, torch.float16: 0.02}[dtype]
    close(y.double(), want, tolerance)
    if name in LEARNING:
        y.sum().backward()
        assert all(value.grad.isfinite().all() for value in case.layer.parameters())


@every
def test_tracers_need_no_numbers(name):
    case = CASES[name]()
    want = run(case)
    traced = torch.fx.experimental.proxy_tensor.make_fx(lambda x: case.layer(x, **case.arguments)[0])(case.x)
    close(traced(case.x), want)
    with torch._subclasses.fake_tensor.FakeTensorMode(allow_non_fake_inputs=True):
        assert case.layer(torch.zeros_like(case.x), **case.arguments)[0].shape == want.shape


@pytest.fixture
def compiler():
    """Torch's compiler, without what it remembers of other tests."""
    torch._dynamo.reset()
    yield torch.compile
    torch._dynamo.reset()


@pytest.mark.parametrize("name", ["LSTM, kernel", "LSTM, loop", "LSTM, two levels both ways", "TransformerBlock pre"])
def test_compiled_with_computed_parameters(name, compiler):
    case = CASES[name]()
    for module in list(case.layer.modules()):
        for key, value in list(module.named_parameters(recurse=False)):
            if value.ndim == 2:
                parametrizations.weight_norm(module, key)
    close(run(case, compiler(case.layer, backend="eager")), run(case))
