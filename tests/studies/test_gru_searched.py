"""GRU against LSTM with a search for each: sizes agree, side by side is each by itself, what is stored is whole."""

import math

import numpy as np
import pytest

from lstmlib.numpy import LSTM, cross_entropy, squared_error
from lstmlib.studies import protocol
from lstmlib.studies.gru_and_lstm import TASKS
from lstmlib.studies.gru_searched import (
    ADDED,
    BIASES,
    EVERY,
    FURTHER,
    KINDS,
    RATES,
    REFERENCE,
    TEST,
    UNITS,
    VALIDATION,
    Setting,
    Trial,
    against,
    final,
    losses,
    main,
    make,
    say,
    setting_of,
    side_of,
    stacked,
    stored,
    train,
    units,
    updates,
    validation,
    wanted,
)

torch = pytest.importorskip("torch")
BIASED = ("LSTM", "GRU")


def alone(net, x):
    """What one net says to x (N, T, D), by its own layers."""
    h = net["cell"](x.transpose(0, 1))[0]
    return (h @ net["readout"].weight.T + net["readout"].bias).transpose(0, 1)


@pytest.mark.parametrize("name", TASKS)
def test_all_nets_have_nearly_as_many_parameters(name):
    D, outputs = TASKS[name].inputs, TASKS[name].outputs
    count = LSTM(D, UNITS).num_parameters + (UNITS + 1) * outputs
    for kind in KINDS:
        net, H = make(kind, name, 0, None), units(kind, name)
        assert net["cell"].num_parameters + (H + 1) * outputs == pytest.approx(count, rel=0.05)


@pytest.mark.parametrize("kind", KINDS)
def test_side_by_side_is_each_by_itself(kind):
    from lstmlib.studies.side_by_side import Nets

    nets = [make(kind, "counting", seed, 2.0 if kind in BIASED else None).double() for seed in (1, 2)]
    both = Nets(nets)
    x = torch.randn(2, 4, 7, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    y = say(both, x)
    (grad,) = torch.autograd.grad(y.square().sum(), both.flat)
    for k, net in enumerate(nets):
        one = alone(net, x[k])
        torch.testing.assert_close(y[k], one, rtol=1e-10, atol=1e-12)
        parts = torch.autograd.grad(one.square().sum(), list(net.parameters()))
        torch.testing.assert_close(grad[k], torch.cat([part.reshape(-1) for part in parts]), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("kind", BIASED)
def test_the_bias_is_that_of_the_gate_that_keeps(kind):
    # With weights of 0 the gate is the bias's logistic function, and a content of 1 keeps that share in a step.
    net = make(kind, "counting", 0, 3.0)["cell"]
    H = net.hidden_size
    total = net.get_parameter("bias_ih_l0") + net.get_parameter("bias_hh_l0")
    assert (total[H : 2 * H] == 3.0).all()
    assert not (total[:H] == 3.0).any()
    with torch.no_grad():
        for value in net.parameters():
            value.zero_()
        net.get_parameter("bias_ih_l0")[H : 2 * H] = 3.0
        one = torch.ones(1, H)
        _, state = net(torch.zeros(1, 1, 3), (one, one) if kind == "LSTM" else one)
    kept = state[1] if kind == "LSTM" else state
    torch.testing.assert_close(kept, torch.full_like(kept, 3.0).sigmoid())
    with pytest.raises(ValueError, match=r"bias is 1\.0, expected None: a tanh net has no gate"):
        make("tanh net", "counting", 0, 1.0)


@pytest.mark.parametrize("name", TASKS)
def test_losses_are_the_library_s_whatever_the_padding(name):
    batches = [TASKS[name].draw(5, np.random.default_rng(seed)) for seed in (1, 2)]
    x, target, mask = stacked(batches)
    y = torch.randn(*x.shape[:3], TASKS[name].outputs, generator=torch.Generator().manual_seed(3))
    loss = cross_entropy if target.dtype == torch.int64 else squared_error
    for k, batch in enumerate(batches):
        T = len(batch.x)
        np.testing.assert_array_equal(x[k, :, :T].transpose(0, 1), batch.x.astype(np.float32))
        want = loss(y[k, :, :T].transpose(0, 1).numpy(), batch.target, batch.mask)[0]
        assert float(losses(y, target, mask)[k]) == pytest.approx(want, rel=1e-5)


def test_the_search_goes_over_rates_and_biases():
    asked = wanted([], "adding", "GRU")
    assert len(asked) == len(set(asked)) == len(RATES) * len((*BIASES, *ADDED)) * len(VALIDATION)
    trials = [Trial("adding", "GRU", *s, seed, round(1e4 * abs(s.rate - 0.03) + s.bias)) for s, seed in asked]
    assert setting_of(trials, "adding", "GRU") == Setting(0.03, -1.0)
    assert wanted(trials, "adding", "GRU") == [(Setting(0.03, -1.0), seed) for seed in TEST]
    # A bias that an earlier search didn't have is tried before anything is judged.
    early = [t for t in trials if t.bias in BIASES]
    assert {setting.bias for setting, _ in wanted(early, "adding", "GRU")} == {*ADDED}
    # Where the best rate is the highest, a higher one is tried, with every bias; a net that never learns is the last.
    trials = [Trial("adding", "GRU", *s, seed, 100 if s.rate == 0.1 else None) for s, seed in asked]
    assert {setting.rate for setting, _ in wanted(trials, "adding", "GRU")} == {0.3}
    assert updates(trials[:1]) == [math.inf]
    assert {setting.bias for setting, _ in wanted([], "adding", "tanh net")} == {None}
    # Where no net learns at any rate, the search ends, and the first rate is judged.
    trials = [Trial("adding", "tanh net", *s, seed, None) for s, seed in wanted([], "adding", "tanh net")]
    assert wanted(trials, "adding", "tanh net") == [(Setting(RATES[0], None), seed) for seed in TEST]


def test_the_command_goes_on_where_it_was_stopped(tmp_path, monkeypatch):
    import lstmlib.studies.gru_searched as module

    asked = []

    def quick(name, kind, wanted):
        asked.append((name, kind))
        return [Trial(name, kind, *s, seed, needed(s.rate, seed)) for s, seed in wanted]

    def needed(rate, seed):  # nets of the second round turn the search's choice round
        return 901 if seed in FURTHER and rate == 0.03 else 1 + round(1e4 * abs(rate - 0.03))

    monkeypatch.setattr(module, "train", quick)
    path = tmp_path / "trials.jsonl"
    for _ in range(2):
        main(["counting", "--output", str(path)])
        assert asked == [("counting", kind) for kind in KINDS for _ in range(4)]  # each round, and its test
    for kind in KINDS:
        for checked, rate in ((False, 0.03), (True, 0.01)):
            found = final(stored(path), "counting", kind, checked=checked)
            assert [t.seed for t in found] == list(TEST)
            assert {t.rate for t in found} == {rate}


@pytest.mark.parametrize("name", TASKS)
def test_what_is_stored_is_whole(name):
    trials = stored()
    assert REFERENCE in KINDS
    for kind in KINDS:
        assert wanted(trials, name, kind) == []
        found = validation(trials, name, kind)
        best = setting_of(trials, name, kind)
        inside = protocol.beyond(best.rate, sorted({setting.rate for setting in found})) is None
        assert inside or np.isinf(np.median(found[best]))  # where no net ever learns, no rate is the best
        for checked in (False, True):
            assert [t.seed for t in final(trials, name, kind, checked=checked)] == list(TEST)
            needed = side_of(trials, name, kind, checked=checked).values
            assert all(n == math.inf or (n % EVERY == 0 and n <= TASKS[name].limit) for n in needed)


@pytest.mark.parametrize("checked", [False, True])
def test_every_comparison_counts_in_the_correction(checked):
    rows = against(stored(), checked=checked)
    assert set(rows) == {(name, kind) for name in TASKS for kind in KINDS}
    others = [row for (_, kind), row in rows.items() if kind != REFERENCE]
    assert [row.holm for row in others] == protocol.holm([row.effect.p for row in others])
    assert all(row.effect.ratio == 1.0 for (_, kind), row in rows.items() if kind == REFERENCE)


def test_a_stored_trial_can_be_made_again():
    was = final(stored(), "counting", "LSTM", checked=True)[0]
    (now,) = train("counting", "LSTM", [(Setting(was.rate, was.bias), was.seed)])
    assert now.needed == pytest.approx(was.needed, abs=2 * EVERY)  # another machine's arithmetic may move it
