"""Eight recurrences side by side: each is the loop that its equations say, and each net is one by itself."""

import math

import pytest

torch = pytest.importorskip("torch")

from lstmlib.studies.came_back import layers, nets  # noqa: E402
from lstmlib.studies.came_back.layers import HEADS, LAYERS, STATES  # noqa: E402
from lstmlib.studies.side_by_side import Nets, affine, part_of  # noqa: E402

E, H, N, T = 16, 4, 3, 7


def made(kind, K=2):
    """Return parameters of K layers of H units with random numbers, and inputs, in double precision."""
    source = torch.Generator().manual_seed(1)

    def draw(*shape):
        return torch.randn(*shape, generator=source, dtype=torch.float64)

    rows = LAYERS[kind].rows(H)
    p = {"in": draw(K, rows, E) / 4, "bias": draw(K, rows)}
    p |= {name: draw(K, *shape) / 2 for name, shape in LAYERS[kind].extra(H).items()}
    return p, draw(K, N, T, E)


def gates(p, x):
    return affine(x, p["in"], p["bias"])[0]  # of the first net, (N, T, rows)


def expect(kind, said):
    p, x = made(kind)
    torch.testing.assert_close(LAYERS[kind].run(p, x)[0], said(p, x))


def test_lstm_and_gru_are_torch_s():
    for kind, layer in (("LSTM", torch.nn.LSTM), ("GRU", torch.nn.GRU)):
        theirs = layer(E, H, batch_first=True).double()
        p, x = made(kind)
        with torch.no_grad():
            theirs.weight_ih_l0.copy_(p["in"][0])
            theirs.weight_hh_l0.copy_(p["hh"][0])
            theirs.bias_ih_l0.copy_(p["bias"][0])
            theirs.bias_hh_l0.zero_()
            if kind == "GRU":
                theirs.bias_hh_l0[2 * H :] = p["late"][0]
            torch.testing.assert_close(LAYERS[kind].run(p, x)[0], theirs(x[0])[0])


def test_a_scan_is_its_loop_and_so_is_its_way_back():
    source = torch.Generator().manual_seed(1)
    a, b = torch.randn(2, 2, N, T, H, generator=source, dtype=torch.float64).requires_grad_().unbind(0)
    h, loop = torch.zeros_like(b[:, :, 0]), []
    for t in range(T):
        h = a[:, :, t] * h + b[:, :, t]
        loop.append(h)
    loop = torch.stack(loop, 2)
    torch.testing.assert_close(layers.scan(a, b), loop)
    wanted = torch.autograd.grad(loop.square().sum(), [a, b], retain_graph=True)
    found = torch.autograd.grad(layers.scan(a, b).square().sum(), [a, b])
    torch.testing.assert_close(found, wanted)


def test_min_gru_is_a_mean_of_old_and_new():
    def said(p, x):
        keep, new = gates(p, x).chunk(2, -1)
        h, found = torch.zeros(N, H, dtype=x.dtype), []
        for t in range(T):
            a = keep[:, t].sigmoid()
            h = a * h + (1 - a) * new[:, t]
            found.append(h)
        return torch.stack(found, 1)

    expect("minGRU", said)


def test_lru_has_one_complex_factor_a_unit():
    def said(p, x):
        radius = torch.exp(-torch.exp(p["nu"][0]))
        factor = torch.polar(radius, p["angle"][0])
        re, im = gates(p, x).chunk(2, -1)
        b = torch.complex(re, im) * (1 - radius**2).sqrt()
        h, found = torch.zeros(N, H, dtype=b.dtype), []
        for t in range(T):
            h = factor * h + b[:, t]
            found.append(torch.cat([h.real, h.imag], -1))
        return torch.stack(found, 1)

    expect("LRU", said)


def test_a_selective_state_space_makes_its_factor_from_the_input():
    def said(p, x):
        u, step, gate, B, C = gates(p, x).split([H, H, H, STATES, STATES], -1)
        decay, h, found = torch.exp(p["log_decay"][0]), torch.zeros(N, H, STATES, dtype=x.dtype), []
        for t in range(T):
            size = torch.nn.functional.softplus(step[:, t])[..., None]
            a = torch.exp(-size * decay)
            h = a * h + size * B[:, t, None] * u[:, t, :, None]
            y = (h * C[:, t, None]).sum(-1) + p["skip"][0] * u[:, t]
            found.append(y * torch.nn.functional.silu(gate[:, t]))
        return torch.stack(found, 1)

    expect("selective", said)


def test_mlstm_is_its_recurrence_without_the_stabiliser():
    def said(p, x):
        d = H // HEADS
        q, k, v, o, i, f = gates(p, x).split([H, H, H, H, HEADS, HEADS], -1)
        q, k, v = (part.unflatten(-1, (HEADS, d)) for part in (q, k / math.sqrt(d), v))
        C = torch.zeros(N, HEADS, d, d, dtype=x.dtype)
        n, found = C[..., 0], []
        for t in range(T):
            kept, new = f[:, t].sigmoid()[..., None], i[:, t].exp()[..., None]
            C = kept[..., None] * C + (new * v[:, t])[..., :, None] * k[:, t, :, None]
            n = kept * n + new * k[:, t]
            below = (n * q[:, t]).sum(-1, keepdim=True).abs().clamp(min=1.0)
            found.append(((C @ q[:, t, ..., None])[..., 0] / below).flatten(1) * o[:, t].sigmoid())
        return torch.stack(found, 1)

    expect("mLSTM", said)


@pytest.mark.parametrize(("kind", "most"), [("delta", 1.0), ("delta, to -1", 2.0)])
def test_the_delta_rule_writes_what_is_missing(kind, most):
    def said(p, x):
        q, k, v, beta = gates(p, x).split([H, H, H, HEADS], -1)
        q, k, v = (part.unflatten(-1, (HEADS, H // HEADS)) for part in (q, k, v))
        k = k / k.norm(dim=-1, keepdim=True)
        C, found = torch.zeros(N, HEADS, H // HEADS, H // HEADS, dtype=x.dtype), []
        for t in range(T):
            missing = v[:, t] - (C @ k[:, t, ..., None])[..., 0]
            strength = most * beta[:, t].sigmoid()[..., None]
            C = C + (strength * missing)[..., :, None] * k[:, t, :, None]
            found.append((C @ q[:, t, ..., None])[..., 0].flatten(1))
        return torch.stack(found, 1)

    expect(kind, said)


@pytest.mark.parametrize("kind", LAYERS)
def test_nets_have_nearly_as_many_parameters_and_see_the_past_alone(kind):
    D, O = 5, 3  # noqa: E741
    H = nets.units(kind, D, O, E)
    assert abs(nets.count(kind, D, O, H, E) / nets.count("LSTM", D, O, E, E) - 1) < 0.03
    several = Nets([nets.Net(kind, D, O, E, LAYERS[kind].starts[0], seed) for seed in (1, 2)])
    assert several.flat.shape[1] == nets.count(kind, D, O, H, E)
    x = torch.randn(2, 3, 9, D, generator=torch.Generator().manual_seed(1))
    y = nets.run(kind, several.params(), x)
    later = x.clone()
    later[:, :, 6:] += 1.0
    changed = (nets.run(kind, several.params(), later) - y).abs().amax((0, 1, 3))
    assert changed[:6].max() < 1e-5
    assert changed[6:].min() > 1e-4


@pytest.mark.parametrize("kind", LAYERS)
def test_a_net_computes_as_it_does_alone(kind):
    both = [nets.Net(kind, 2, 2, E, LAYERS[kind].starts[-1], seed) for seed in (1, 2)]
    x = torch.randn(2, 3, 5, 2, generator=torch.Generator().manual_seed(1))
    y = nets.run(kind, Nets(both).params(), x)
    for k, net in enumerate(both):
        torch.testing.assert_close(y[k : k + 1], nets.run(kind, Nets([net]).params(), x[k : k + 1]))


def test_gates_start_where_they_are_told():
    def bias(kind, start):
        return nets.Net(kind, 2, 2, E, start, 1).get_parameter("0_layer_bias").detach()

    H = nets.units("LSTM", 2, 2, E)
    assert (bias("LSTM", 3.0)[H : 2 * H] == 3.0).all()
    assert bias("LSTM", 3.0)[:H].abs().max() == 0.0
    assert (bias("mLSTM", 5.0)[-HEADS:] == 5.0).all()
    ring = torch.exp(-torch.exp(nets.Net("LRU", 2, 2, E, 0.9, 1).get_parameter("0_layer_nu").detach()))
    assert 0.9 - 1e-6 <= ring.min() < ring.max() <= 0.9990001
    space = nets.Net("selective", 2, 2, E, 1.0, 1)
    p = part_of(dict(space.named_parameters()), "0_layer_")
    u = nets.units("selective", 2, 2, E)
    slowest = torch.exp(-torch.nn.functional.softplus(p["bias"][u : 2 * u, None]) * torch.exp(p["log_decay"]))[:, 0]
    torch.testing.assert_close(slowest, torch.full((u,), 1.0).sigmoid())
