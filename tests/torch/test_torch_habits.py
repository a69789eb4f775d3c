"""What people do with torch's own layers works with ours: parameters that are computed, pruned, shared, replaced."""

import copy
import pickle

import pytest
import torch
from every_layer import CASES, LEARNING, owners, run
from torch.func import functional_call
from torch.nn.utils import parametrizations, parametrize, prune

import lstmlib.torch as lt

every = pytest.mark.parametrize("name", CASES)
learning = pytest.mark.parametrize("name", LEARNING)


def close(have, want, tolerance=1e-12):
    torch.testing.assert_close(have, want, rtol=tolerance, atol=tolerance)


def test_no_layer_is_missing():
    kinds = {type(part).__name__ for make in CASES.values() for part in make().layer.modules()}
    assert set(lt.__all__) <= kinds


class Double(torch.nn.Module):
    """A parametrization: twice what is stored."""

    def forward(self, value):
        return 2.0 * value


@learning
def test_a_parameter_may_be_computed_from_another(name):
    case, plain = CASES[name](), CASES[name]()
    places = owners(case.layer)
    for module, key, _ in places:
        parametrize.register_parametrization(module, key, Double())
    with torch.no_grad():
        for _, _, value in owners(plain.layer):
            value *= 2.0
    y, want = run(case), run(plain)
    close(y, want)
    y.square().sum().backward()
    want.square().sum().backward()
    for (module, key, stored), (_, _, value) in zip(places, owners(plain.layer), strict=True):
        assert module.parametrizations[key].original is stored
        close(stored.grad, 2.0 * value.grad)
    assert case.layer.num_parameters == plain.layer.num_parameters


def train_both(case, plain, read, steps=2):
    """Take steps of descent: before each, ``plain`` gets the parameters that ``read`` finds, and gives the same y.

    After the first step the weights are others, so that nothing may be left over from the first call.
    """
    optimizer = torch.optim.SGD(case.layer.parameters(), 0.01)
    for _ in range(steps):
        y = run(case)
        with torch.no_grad():
            for (_, _, value), have in zip(owners(plain.layer), read(), strict=True):
                value.copy_(have)
        close(y, run(plain))
        optimizer.zero_grad()
        y.square().sum().backward()
        assert all(value.grad is not None for value in case.layer.parameters())
        optimizer.step()


@learning
@pytest.mark.parametrize("norm", ["weight_norm", "spectral_norm", "orthogonal"])
def test_torch_s_own_parametrizations(name, norm):
    case, plain = CASES[name](), CASES[name]()
    places = owners(case.layer)
    for module, key, value in places:
        if value.ndim >= 2 or norm == "weight_norm":
            getattr(parametrizations, norm)(module, key)
    case.layer.eval()  # a spectral norm changes with every look at it in training
    train_both(case, plain, lambda: [getattr(module, key) for module, key, _ in places])


@learning
@pytest.mark.parametrize("norm", [torch.nn.utils.weight_norm, torch.nn.utils.spectral_norm])
@pytest.mark.filterwarnings("ignore:.*is deprecated")
def test_norms_that_a_hook_computes_before_each_call(name, norm):
    case, plain = CASES[name](), CASES[name]()
    places = owners(case.layer)
    for module, key, value in places:
        if value.ndim >= 2:
            norm(module, key)
    case.layer.eval()
    train_both(case, plain, lambda: [getattr(module, key) for module, key, _ in places])


@learning
def test_pruned(name):
    case, plain = CASES[name](), CASES[name]()
    places = owners(case.layer)
    for seed, (module, key, _) in enumerate(places):
        torch.manual_seed(seed)
        prune.random_unstructured(module, key, 0.5)
    stored = [getattr(module, f"{key}_orig") for module, key, _ in places]
    masks = [getattr(module, f"{key}_mask") for module, key, _ in places]
    train_both(case, plain, lambda: [value * mask for value, mask in zip(stored, masks, strict=True)])
    for value, mask in zip(stored, masks, strict=True):
        assert not value.grad[mask == 0].any()
    assert case.layer.num_parameters == plain.layer.num_parameters


@learning
def test_tied(name):
    case, plain = CASES[name](), CASES[name]()
    first, names = {}, []
    for module, key, value in owners(case.layer):
        setattr(module, key, first.setdefault(value.shape, value))
        names.append(value.shape)
    with torch.no_grad():
        for (_, _, value), shape in zip(owners(plain.layer), names, strict=True):
            value.copy_(first[shape])
    y, want = run(case), run(plain)
    close(y, want)
    y.square().sum().backward()
    want.square().sum().backward()
    for shape, value in first.items():
        total = sum(v.grad for (_, _, v), other in zip(owners(plain.layer), names, strict=True) if other == shape)
        close(value.grad, total)


@learning
@pytest.mark.parametrize("by", ["named_parameters", "state_dict"])
def test_functional_call_takes_both_kinds_of_names(name, by):
    case, other = CASES[name](), CASES[name]()
    with torch.no_grad():
        for value in other.layer.parameters():
            value.uniform_(-1.0, 1.0)
    before = run(case)
    named = other.layer.state_dict() if by == "state_dict" else dict(other.layer.named_parameters())
    given = {key: value.detach().requires_grad_() for key, value in named.items()}
    y = functional_call(case.layer, given, (case.x,), case.arguments)[0]
    close(y, run(other))
    y.square().sum().backward()
    assert all(value.grad is not None for value in given.values())
    assert all(value.grad is None for value in case.layer.parameters())
    close(run(case), before)
    assert [type(value) for value in case.layer.parameters()] == [torch.nn.Parameter] * len(given)


def replicate(layer):
    """Return a copy as ``torch.nn.DataParallel`` makes them, one a device: tensors are attributes, not parameters."""
    copies = {module: module._replicate_for_data_parallel() for module in layer.modules()}
    for module, other in copies.items():
        other._modules = {key: copies[child] for key, child in module._modules.items()}
        for key, value in module._parameters.items():
            setattr(other, key, value.clone())
    return copies[layer]


@every
def test_replicas_and_copies(name):
    case = CASES[name]()
    want = run(case)
    replica = replicate(case.layer)
    assert not list(replica.parameters())
    y = run(case, replica)
    close(y, want)
    if name in LEARNING:
        y.square().sum().backward()
        assert all(value.grad is not None for value in case.layer.parameters())
    close(run(case, copy.deepcopy(case.layer)), want)
    close(run(case, pickle.loads(pickle.dumps(case.layer))), want)
    close(run(case, case.layer.share_memory()), want)


@every
@pytest.mark.parametrize("assign", [False, True])
def test_state_dict(name, assign):
    case, other = CASES[name](), CASES[name]()
    with torch.no_grad():
        for value in other.layer.parameters():
            value.uniform_(-1.0, 1.0)
    case.layer.load_state_dict(other.layer.state_dict(), assign=assign)
    close(run(case), run(other))


@learning
def test_a_parameter_of_another_shape_is_never_broadcast(name):
    for place in range(len(owners(CASES[name]().layer))):
        case = CASES[name]()
        module, key, value = owners(case.layer)[place]
        setattr(module, key, torch.nn.Parameter(value.detach()[:1]))
        if value.shape[0] > 1:
            with pytest.raises(ValueError, match=rf"{key} has shape \(1,.*, expected \({value.shape[0]},"):
                run(case)
        setattr(module, key, None)
        with pytest.raises(TypeError, match=rf"{key} is a NoneType, expected a float tensor of shape"):
            run(case)


@every
def test_hooks_of_every_part_run(name):
    case, seen = CASES[name](), set()
    parts = [part for part in case.layer.modules() if not isinstance(part, torch.nn.ModuleList)]
    for part in parts:
        part.register_forward_hook(lambda part, x, y: seen.add(part))
    run(case)
    assert seen == set(parts)
